"""The overview of a city: its sites in a table, its drivers in a line, and what happened."""

from rich.cells import cell_len

from evtui.actions import OVERVIEW_ACTIONS, as_bound
from evtui.render import glyphs, units
from evtui.render.bars import bar
from evtui.render.events import row as event_row
from evtui.render.footer import Spot, arrange, lay_out
from evtui.render.header import left_pad, motion_of
from evtui.render.line import Line, Span, clip, fit, heading, left, right, spread
from evtui.render.picture import Drive, Picture
from scenarios.city.view import CityView, SiteView

HEAD = 1
"""Rows above the sites."""
WIDE = 110
"""Cells from which there is room for more columns."""


def header(view: CityView, drive: Drive, width: int) -> list[Line]:
    """Two lines: which run and what time; what has become of the drivers, and the verdict."""
    state = motion_of(view.finished, drive)
    name = view.title if view.title and width >= WIDE else view.scenario
    start: list[Span] = [(" ", ""), (name, "text bold"), ("  ", "")]
    end: list[Span] = [("  ", ""), (left_pad(state[0], 13), state[1]), (" ", "")]
    now, total = units.clock(view.time_us), units.clock(view.duration_us, millis=False)
    used = sum(cell_len(t) for t, _ in start + end) + len(now) + len(total) + 2
    share = view.time_us / view.duration_us if view.duration_us else 0.0
    progress = bar(share, max(width - used, 4), "accent")
    first = [*start, (now, "text bold"), (" ", ""), *progress, (" ", ""), (total, "dim")]
    sign = _verdict(view)
    second = _drivers(view, width - cell_len(sign[0]) - 2)
    return [
        spread(first, end, width, "panel"),
        spread(second, [sign, (" ", "")], width, "panel"),
    ]


def _verdict(view: CityView) -> Span:
    if view.violation:
        return (f"{glyphs.BROKEN} invariant violated", "bad bold")
    if view.expectations_failed:
        share = f"{view.expectations_failed}/{view.expectations_total}"
        return (f"{glyphs.BROKEN} {share} failed", "bad bold")
    return (f"{glyphs.HOLDS} {units.count(view.checks)} checks", "ok bold")


def _drivers(view: CityView, room: int) -> list[Span]:
    """What has become of the drivers; the most important first, as far as there is room."""
    tally = view.tally
    items: list[tuple[str, str, str]] = [
        (units.count(tally.asked), "drivers", ""),
        (units.count(tally.served), "served", "ok"),
        (units.count(tally.redirected), "redirected", "accent"),
        (units.count(tally.gave_up), "gave up", "warn" if tally.gave_up else ""),
        (units.count(tally.on_the_way + tally.asking), "under way", ""),
        (units.count(view.news_sent), "messages between sites", ""),
        (str(view.seed), "is the seed", ""),
    ]
    spans: list[Span] = []
    if view.mutant:
        text = clip(f"planted: {view.mutant}", room - 1)
        spans = [(" ", ""), (text, "bad bold")]
        room -= 1 + cell_len(text)
    for number, word, role in items:
        gap = "   " if spans else " "
        size = len(gap) + len(number) + 1 + len(word)
        if size > room:
            break
        spans += [(gap, ""), (number, f"{role or 'text'} bold"), (f" {word}", "dim")]
        room -= size
    return spans


def table(view: CityView, width: int, height: int) -> list[Line]:
    """A heading, and the sites around the one that is shown."""
    wide_id = max(4, *(cell_len(site.id) for site in view.sites))
    roomy = width >= WIDE
    room = max(height - HEAD, 1)
    cursor = next((n for n, site in enumerate(view.sites) if site.id == view.shown), 0)
    first = min(max(cursor - room + 1, 0), max(len(view.sites) - room, 0))
    lines = [fit(_head(wide_id, width), width)]
    for site in view.sites[first : first + room]:
        chosen = site.id == view.shown
        spans = _row(site, wide_id, width, roomy=roomy, chosen=chosen)
        lines.append(fit(spans, width, "selected" if chosen else "base"))
    return lines


def _head(wide_id: int, width: int) -> list[Span]:
    words = f"   {left('Site', wide_id)}  {left('leader', wide_id + 3)}     up  free"
    words += f"  {'of capacity, kW':>{_gauge(width) + 14}}"
    words += "  charg  done   in  out"
    if width >= WIDE:
        words += "  asked  refused     energy       earned  oldest news"
    return [(words, "dim")]


def _gauge(width: int) -> int:
    """Cells of the bar of a site's power."""
    return 14 if width >= WIDE else 5


def _row(site: SiteView, wide_id: int, width: int, *, roomy: bool, chosen: bool) -> list[Span]:
    sign: Span = (" ", "")
    if site.violated:
        sign = (glyphs.BROKEN, "bad bold")
    elif site.cut_off:
        sign = (glyphs.STATUS["cut off"], glyphs.STATUS_ROLE["cut off"])
    elif site.leader is None:
        sign = ("!", "warn bold")
    share = site.power_w / site.capacity_w if site.capacity_w else 0.0
    leader: Span = ("no leader", "warn bold")
    if site.leader is not None:
        leader = (f"{glyphs.ROLE['leader']} {site.leader}", "accent")
    up = f"{site.cps_up}/{site.cps}"
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        sign,
        (" ", ""),
        (left(site.id, wide_id), "text bold"),
        ("  ", ""),
        (left(leader[0], wide_id + 5), leader[1]),
        (right(up, 5), "" if site.cps_up == site.cps else "bad"),
        (right(str(site.free), 6), "ok" if site.free else "warn"),
        ("  ", ""),
        *bar(share, _gauge(width), "warn" if share > 0.95 else "ok"),
        (right(units.kilowatts(site.power_w), 6), "text"),
        (right(f"/{units.rated(site.capacity_w)}", 8), "dim"),
        (right(str(site.charging), 7), ""),
        (right(units.count(site.sessions), 6), ""),
        (right(str(site.redirected_in), 5), "accent" if site.redirected_in else "dim"),
        (right(str(site.redirected_out), 5), "accent" if site.redirected_out else "dim"),
    ]
    if roomy:
        spans += [
            (right(units.count(site.asked), 7), ""),
            (right(str(site.refused), 9), "warn" if site.refused else "dim"),
            (right(units.energy(site.energy_wh), 12), ""),
            (right(units.euros(site.earned_cents), 13), ""),
            _oldest(site),
        ]
    return spans


def _oldest(site: SiteView) -> Span:
    """How old the oldest news are that whoever leads here has of another site."""
    if not site.news:
        return (right("none", 13), "warn")
    oldest = max(site.news, key=lambda news: news.age_us)
    text = f"{oldest.age_us // 1_000_000} s{' stale' if oldest.stale else ''}"
    return (right(text, 13), "warn" if oldest.stale else "dim")


def events(view: CityView, width: int, height: int) -> list[Line]:
    """What happened between the sites; the newest at the end."""
    rows = view.event_rows[-max(height - 1, 0) :] if height > 1 else ()
    subject = min(max([cell_len(row.subject) for row in rows], default=3), 8)
    top = heading("Between the sites", [], [], width)
    return [top, *(fit(event_row(row, subject), width) for row in rows)][:height]


def footer(picture: Picture, width: int) -> tuple[Line, list[Spot]]:
    """The keys of the overview: whole words where there is room."""
    actions = [
        action
        for action in as_bound(OVERVIEW_ACTIONS, picture.keys)
        if not (picture.view.finished and (action.needs_run or action.id == "cut_site"))
    ]
    return lay_out(*arrange(actions, picture, width), width)
