"""Charge points: one row each in a table, a card each where there is room, one in full detail."""

from collections.abc import Callable, Sequence

from attrs import frozen
from rich.cells import cell_len

from evtui.render import glyphs, money, units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, flow, left, line, right, spread
from scenarios.view import CpView, View

STATE_ROLE = {
    "waiting_ev": "dim",
    "charging": "ok",
    "failure": "bad bold",
}
SHORT_STATE = {"energy_negotiation": "negotiation", "restarting_session": "restarting"}
ROOMY = 112
FULL_TABLE = 150
CARD_WIDTH = 36
CARD_HEIGHT = 10


def standing(cp: CpView) -> str:
    """What matters most of a CP's health: crashed, off, paused, cut off or alive."""
    if cp.status == "alive" and cp.cut_off:
        return "cut off"
    return cp.status


def links_of(cp: CpView, ids: Sequence[str], width: int) -> list[Span]:
    """The CP's links: a symbol for each CP, or how many are cut, lossy or up."""
    if len(cp.links) <= width:
        return [
            (glyphs.LINK.get(state, "?"), glyphs.LINK_ROLE.get(state, "")) for state in cp.links
        ]
    cut = sum(state in {"cut", "in", "out"} for state in cp.links)
    lossy = cp.links.count("lossy")
    if cut or lossy:
        count, word = (cut, "cut") if cut else (lossy, "lossy")
        text = f"{count} {word}"
        sign = glyphs.LINK[word]
        return [(text if cell_len(text) <= width else f"{count} {sign}", glyphs.LINK_ROLE[word])]
    return [(f"{cp.links.count('up')} up", "dim")]


def state_role(cp: CpView) -> str:
    """The role in which a CP's ISO 15118 state is drawn."""
    return "dim" if cp.status in glyphs.DOWN else STATE_ROLE.get(cp.state, "accent")


def _standing(cp: CpView) -> list[Span]:
    word = standing(cp)
    role = cp.role if cp.status not in glyphs.DOWN or cp.member == "voter" else cp.member
    if cp.status == "off":
        role = "-"  # that it is no member yet goes without saying
    star = (glyphs.ROLE.get(role, " ") + " ", glyphs.ROLE_ROLE.get(role, "dim"))
    if word == "alive":
        return [star, (cp.role, glyphs.ROLE_ROLE.get(cp.role, "dim"))]
    return [star, (f"{glyphs.STATUS[word]} {word}", glyphs.STATUS_ROLE[word])]


def _role(cp: CpView) -> list[Span]:
    role = glyphs.ROLE_ROLE.get(cp.role, "dim")
    return [(f"{glyphs.ROLE.get(cp.role, ' ')} {cp.role}", role)]


def _status(cp: CpView) -> list[Span]:
    word = standing(cp)
    return [
        (f"{glyphs.STATUS[word]} {word}", "dim" if word == "alive" else glyphs.STATUS_ROLE[word])
    ]


def _charge(cp: CpView, width: int) -> list[Span]:
    if cp.ev is None:
        return []
    text = f"{cp.ev.soc:2.0f}→{cp.ev.target:.0f}"
    size = width - cell_len(text) - 1
    role = "ok" if cp.ev.power_w else "dim"
    if size < 3:
        return [(right(text, width), "")]
    return [*bar(cp.ev.soc / 100, size, role, mark=cp.ev.target / 100), (" ", ""), (text, "")]


def _power(cp: CpView, width: int) -> list[Span]:
    own = units.kilowatts(cp.power_w)
    role = "text bold" if cp.power_w else "dim"
    return [(right(own, width - 3), role), (left("/" + units.rated(cp.rated_w), 3), "dim")]


def _slots(cp: CpView, width: int) -> list[Span]:
    half = (width - 1) // 2
    lag = cp.applied_slot < cp.commit_slot
    return [
        (right(str(cp.commit_slot), half), ""),
        ("/", "dim"),
        (left(str(cp.applied_slot), half), "warn" if lag else "dim"),
    ]


def seen(cp: CpView, *, word: bool = True) -> list[Span]:
    """What the network sees of the CP: a sign, and its word where there is room.

    What it still takes for good of a CP that is down, is dimmed.
    """
    sign, role = glyphs.MONITORED[cp.monitored], glyphs.MONITORED_ROLE[cp.monitored]
    if cp.status in glyphs.DOWN and role == "ok":
        role = "dim"
    return [(f"{sign} {cp.monitored}" if word else sign, role)]


def _text(value: str, role: str = "") -> list[Span]:
    return [(value, role)]


@frozen
class Column:
    """A column of the table: how wide, how important (0 is never left out), what it shows."""

    head: str
    width: int
    rank: int
    cell: Callable[[CpView], list[Span]]


def _longest(values: Sequence[str], least: int, most: int) -> int:
    return min(max([least, *map(cell_len, values)]), most)


def columns(view: View, width: int) -> list[Column]:
    """The columns that fit into ``width`` cells, for a table of these CPs."""
    cps = view.cps
    ids = [cp.id for cp in cps]
    wide_id = _longest(ids, 3, 12)
    expected = [_expected(cp) for cp in cps]
    wide_ev = _longest([*(ev.id for ev in view.evs), *expected], 3, 10)
    wide_ballot = _longest([b for cp in cps for b in (cp.promised, cp.accepted)], 5, 12)
    digits = len(str(max([cp.commit_slot for cp in cps], default=0)))
    make = _full if width >= FULL_TABLE else _medium if width >= ROOMY else _compact
    names = [Column("CP", wide_id, 0, lambda cp: _text(cp.id, "text bold"))]
    slots = max(2 * digits + 1, 7)
    gap = gap_of(width)

    def fits(table: list[Column]) -> bool:
        return 1 + sum(c.width + gap for c in table) <= width + gap

    tables = [names + make(wide_ev, wide_ballot, slots, ids, charge) for charge in CHARGE[make]]
    table = next((each for each in tables if fits(each)), tables[1])
    while len(table) > 1 and not fits(table):
        table.remove(max(table, key=lambda column: column.rank))
    return table


def gap_of(width: int) -> int:
    """Cells between two columns of a table of this width."""
    return 2 if width >= ROOMY else 1


def _ballots(wide: int, promised: str, accepted: str) -> list[Column]:
    return [
        Column(promised, max(wide, len(promised)), 9, lambda cp: _text(cp.promised)),
        Column(
            accepted,
            max(wide, len(accepted)),
            9,
            lambda cp: _text(cp.accepted, "" if cp.accepted == cp.promised else "warn"),
        ),
    ]


def _links(ids: Sequence[str], most: int) -> Column:
    width = max(len(ids), 5) if len(ids) <= most else len(f"{len(ids)} cut")
    return Column("links", width, 10, lambda cp: links_of(cp, ids, width))


_SEEN = Column("S", 1, 1, lambda cp: seen(cp, word=False))
"""What the network sees of a CP, as a sign: for what has no room for the word."""
_SEEN_AND_PILOT = Column(
    "SP",
    2,
    1,
    lambda cp: [*seen(cp, word=False), (cp.pilot, "dim" if cp.status in glyphs.DOWN else "")],
)


def _compact(ev: int, ballot: int, slots: int, ids: Sequence[str], charge: int) -> list[Column]:
    """80 cells: everything that matters, the rest is in the detail."""
    bars = charge > DIGITS
    return [
        Column("role", 11, 1, _standing),
        Column(
            "state", 11, 2, lambda cp: _text(SHORT_STATE.get(cp.state, cp.state), state_role(cp))
        ),
        *([_SEEN, Column("P", 1, 8, lambda cp: _text(cp.pilot))] if bars else [_SEEN_AND_PILOT]),
        Column("EV", ev, 5, _who),
        Column("charge %" if bars else "SoC %", charge, 6, lambda cp: _charge(cp, charge)),
        Column(" kW/rtd", 7, 3, lambda cp: _power(cp, 7)),
        *_ballots(ballot, "prom.", "acc."),
        Column("com/app", slots, 4, lambda cp: _slots(cp, slots)),
        _links(ids, 7),
    ]


def _medium(ev: int, ballot: int, slots: int, ids: Sequence[str], charge: int) -> list[Column]:
    """120 cells: whole names of states, limits too."""
    return [
        Column("role", 11, 1, _standing),
        Column("state", 18, 2, lambda cp: _text(cp.state, state_role(cp))),
        _SEEN,
        Column("P", 1, 8, lambda cp: _text(cp.pilot)),
        Column("EV", ev, 5, _who),
        Column("charge %", charge, 6, lambda cp: _charge(cp, charge)),
        Column("kW/rated", 8, 3, lambda cp: _power(cp, 8)),
        Column("limit", 5, 7, _limit),
        *_ballots(ballot, "prom.", "acc."),
        Column(" com/app", slots + 1, 4, lambda cp: _slots(cp, slots + 1)),
        _links(ids, 9),
        Column(money.HEAD, 7, 11, lambda cp: money.short(cp, 7)),
    ]


def _full(ev: int, ballot: int, slots: int, ids: Sequence[str], charge: int) -> list[Column]:
    """150 cells and more: nothing is left out but the digits of a digest.

    Where the charge has to be short, so have headings: the word for what the network sees goes
    before the whole word for a ballot.
    """
    whole = charge == CHARGE[_full][0]
    wide = max(slots, 13) if whole else slots + 1
    return [
        Column("role", 11, 1, _role),
        Column("status", 9, 1, _status),
        Column("state", 18, 2, lambda cp: _text(cp.state, state_role(cp))),
        Column("seen as", 14, 1, seen),
        Column("pilot" if whole else "P", 5 if whole else 1, 8, lambda cp: _text(cp.pilot)),
        Column("EV", ev, 5, _who),
        Column("charge %", charge, 6, lambda cp: _charge(cp, charge)),
        Column("kW/rated", 8, 3, lambda cp: _power(cp, 8)),
        Column("limit", 5, 7, _limit),
        *(_ballots(ballot, "promised", "accepted") if whole else _ballots(ballot, "prom.", "acc.")),
        Column(
            "commit/applied" if whole else " com/app",
            max(wide, 14) if whole else wide,
            4,
            lambda cp: _slots(cp, wide),
        ),
        _links(ids, 20),
        Column(money.WIDE_HEAD, 14, 9, lambda cp: money.both(cp, 14)),
        Column("meter", 10, 11, lambda cp: _text(right(units.energy(cp.energy_wh), 10), "dim")),
        Column("OCPP", 13, 12, lambda cp: _text(cp.ocpp_status, "dim")),
        Column("digest", 8, 13, lambda cp: _text(cp.state_digest[:8], "dim")),
    ]


DIGITS = 6
"""Cells of a charge without a bar."""
CHARGE = {_compact: (11, 9, DIGITS), _medium: (14, 11), _full: (19, 14)}
"""How wide the charge may be in each table: the widest that leaves room for all columns."""


def _expected(cp: CpView) -> str:
    """The EV that an empty connector is reserved for, as the table shows it."""
    return glyphs.EXPECTED + cp.reserved_for if cp.reserved_for and cp.ev is None else ""


def _who(cp: CpView) -> list[Span]:
    return _text(cp.ev.id, "text bold") if cp.ev else _text(_expected(cp), "accent")


def _reserved(cp: CpView) -> str:
    until = units.clock(cp.reserved_until_us, millis=False)
    return f"reserved for {cp.reserved_for} until {until}"


def _limit(cp: CpView) -> list[Span]:
    return _text(right(units.kilowatts(cp.limit_w), 5), "dim")


def table_head(table: Sequence[Column], width: int) -> Line:
    """The heading row of the table."""
    gap = gap_of(width)
    spans: list[Span] = [(" ", "")]
    for column in table:
        numeric = column.head in {"limit", "meter"}
        text = right(column.head, column.width) if numeric else left(column.head, column.width)
        spans += [(text, "dim"), (" " * gap, "")]
    return fit(spans, width, "panel")


def table_row(cp: CpView, table: Sequence[Column], width: int, *, selected: bool) -> Line:
    """One CP as a row of the table."""
    gap = gap_of(width)
    spans: list[Span] = [(glyphs.CURSOR if selected else " ", "key")]
    down = cp.status in glyphs.DOWN
    for column in table:
        cell = fit(column.cell(cp), column.width).spans
        if down and column.head not in {"CP", "role", "status", "S", "SP", "seen as", "links"}:
            cell = tuple((text, "dim") for text, _ in cell)
        spans += [*cell, (" " * gap, "")]
    return fit(spans, width, "selected" if selected else "base")


def card(cp: CpView, view: View, width: int, *, selected: bool) -> list[Line]:
    """One CP as a card of :data:`CARD_HEIGHT` lines."""
    ground = "selected" if selected else "panel"
    inner = width - 2
    ev = cp.ev
    half = inner // 2
    size = inner - 22
    ids = [other.id for other in view.cps]
    charge: list[Span] = [(left("no EV", inner), "dim")]
    if cp.reserved_for:
        charge = [(left(_reserved(cp), inner), "accent")]
    if ev is not None:
        charge = [
            (left(ev.id, 6), "text bold"),
            *bar(ev.soc / 100, size, "ok" if ev.power_w else "dim", mark=ev.target / 100),
            (right(f"{ev.soc:.1f} → {ev.target:.0f} %", 16), ""),
        ]
    rows: list[list[Span]] = [
        list(spread([(cp.id, "text bold"), ("  ", ""), *_role(cp)], _status(cp), inner).spans),
        list(
            spread(
                [(cp.state, state_role(cp)), ("  pilot ", "dim"), (cp.pilot, "")], seen(cp), inner
            ).spans
        ),
        charge,
        list(
            spread(
                [("      ", ""), (ev.state if ev else "", "")],
                [(cp.ocpp_status, "dim")],
                inner,
            ).spans
        ),
        [
            (left("power", 6), "dim"),
            *bar(
                cp.power_w / cp.rated_w if cp.rated_w else 0,
                size,
                "accent",
                mark=cp.limit_w / cp.rated_w if cp.rated_w else None,
            ),
            (right(f"{units.kilowatts(cp.power_w)} of {units.rated(cp.rated_w)} kW", 16), ""),
        ],
        _pair(
            ("limit", f"{units.kilowatts(cp.limit_w)} kW"),
            ("meter", units.energy(cp.energy_wh)),
            half,
        ),
        money.row(cp, half),
        _pair(("promised", cp.promised), ("accepted", cp.accepted), half),
        _pair(("commit", str(cp.commit_slot)), ("applied", str(cp.applied_slot)), half),
        [
            ("links ", "dim"),
            *links_of(cp, ids, max(inner - 22, 5)),
        ],
    ]
    rows[-1] = list(
        spread(rows[-1], [("state ", "dim"), (cp.state_digest[:8] or "–", "dim")], inner).spans
    )
    mark = glyphs.CURSOR if selected else " "
    dead = cp.status in glyphs.DOWN
    return [
        fit([(mark, "key"), *(_fade(row) if dead and n else row)], width, ground)
        for n, row in enumerate(rows)
    ]


def _pair(a: tuple[str, str], b: tuple[str, str], half: int) -> list[Span]:
    return [
        (left(a[0], 9), "dim"),
        (left(a[1], half - 9), ""),
        (left(b[0], 9), "dim"),
        (left(b[1], half - 9), ""),
    ]


def _fade(spans: Sequence[Span]) -> list[Span]:
    return [(text, "bad" if role.startswith("bad") else "dim") for text, role in spans]


def cards_fit(view: View, width: int) -> bool:
    """Whether all CPs have room for a card side by side."""
    return (width + 1) // max(len(view.cps), 1) - 1 >= CARD_WIDTH


def cards(view: View, selected: str, width: int) -> list[Line]:
    """All CPs as cards, side by side."""
    each = min((width + 1) // max(len(view.cps), 1) - 1, 48)
    drawn = [card(cp, view, each, selected=cp.id == selected) for cp in view.cps]
    return [Line(_beside(parts)) for parts in zip(*drawn, strict=True)]


def _beside(parts: Sequence[Line]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in parts:
        spans += [(text, f"{role}@{part.ground}") for text, role in part.spans]
        spans.append((" ", ""))
    return tuple(spans[:-1])


def card_at(view: View, x: int, width: int) -> int | None:
    """Index of the card at column ``x``, None between or beside the cards."""
    each = min((width + 1) // max(len(view.cps), 1) - 1, 48)
    index, column = divmod(x, each + 1)
    return index if column < each and index < len(view.cps) else None


def detail(cp: CpView, view: View, width: int, *, place: bool = False) -> list[Line]:
    """Two lines that say of one CP what its row has no room for.

    ``place`` says which of how many it is, for a table of which only a part is seen.
    """
    where = f" {view.cps.index(cp) + 1} of {len(view.cps)}" if place else ""
    ev = cp.ev
    faults = [
        (f"{other.id} {glyphs.LINK[state]} {glyphs.LINK_WORD[state]}", glyphs.LINK_ROLE[state])
        for other, state in zip(view.cps, cp.links, strict=False)
        if state not in {"up", "self"}
    ]
    state = cp.state
    if cp.status == "crashed":
        state = f"crashed; on its disk: promised {cp.promised}, slots to {cp.commit_slot}"
    elif cp.status == "off":
        state = "off; it was never switched on"
    name = cp.id if cp.node == cp.id else f"{cp.id} is {cp.node}"
    items: list[tuple[Span, ...]] = [
        ((name, "text bold"), (where, "warn"), (" " + state, state_role(cp))),
        (("limit ", "dim"), (f"{units.kilowatts(cp.limit_w)} kW", "")),
        (*seen(cp), (" OCPP ", "dim"), (cp.ocpp_status, "")),
        (("meter ", "dim"), (units.energy(cp.energy_wh), "")),
        *money.items(cp),
    ]
    if ev is not None:
        items.insert(
            1,
            (
                (ev.id, "text bold"),
                (f" {ev.state} ", ""),
                (f"{ev.soc:.1f} → {ev.target:.0f} %", ""),
            ),
        )
    if cp.reserved_for:
        items.insert(1, ((_reserved(cp), "accent"),))
    if cp.ails:
        items.insert(1, (("ails ", "dim"), (", ".join(cp.ails), "warn")))
    if faults:
        items.append((("links ", "dim"), faults[0], *((", " + t, r) for t, r in faults[1:])))
    else:
        items.append((("links ", "dim"), ("all up", "dim")))
    if cp.queued_calls:
        items.append((("queued ", "dim"), (str(cp.queued_calls), "warn")))
    items.append((("state ", "dim"), (cp.state_digest[:8] or "–", "dim")))
    lines = flow(items, width)[:2]
    return lines + [line()] * (2 - len(lines))
