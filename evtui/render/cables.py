"""What the cables carry: a small bar for the site and each cabinet, PV, other loads, the price.

Only where there is more to tell than the power of all EVs: cabinets, loads, or PV.
"""

from collections.abc import Sequence

from rich.cells import cell_len

from evtui.render import units
from evtui.render.bars import bar
from evtui.render.line import Line, Span, fit, left, right
from scenarios.view import RailView, View

Item = list[Span]
ROOMY = 76
"""Cells of a panel from which each cable has its EVs, loads and PV beside it."""
BAR = 8


def has_cables(view: View) -> bool:
    """Whether there is more than the power of EVs to tell."""
    return bool(view.rails) and (len(view.rails) > 1 or bool(view.loads) or view.has_pv)


def role_of(rail: RailView) -> str:
    """Green while there is room, yellow close to the capacity, red above it."""
    if rail.flow_w > rail.capacity_w:
        return "bad"
    return "warn" if rail.flow_w > 0.95 * rail.capacity_w else "ok"


def _share(rail: RailView) -> float:
    return rail.flow_w / rail.capacity_w if rail.capacity_w else 0.0


def _over(rail: RailView) -> str:
    return "!" if rail.flow_w > rail.capacity_w else ""


def price(view: View) -> str:
    """What a kWh costs now, here or from the cheapest to the dearest; empty where nothing does."""
    prices = sorted({cp.price_ueur for cp in view.cps})
    if not prices or not prices[-1]:
        return ""
    first = units.price(prices[0])
    if len(prices) == 1:
        return first
    return f"{first.removesuffix(' €/kWh')}–{units.price(prices[-1])}"


def _sources(view: View) -> list[Item]:
    """PV and loads of the whole site."""
    site = view.rails[0]
    found: list[Item] = []
    if view.has_pv:
        found.append([("PV ", "dim"), (units.kilowatts(site.pv_w), "ok" if site.pv_w else "dim")])
    if view.loads:
        word = view.loads[0][0] if len(view.loads) == 1 else "loads"
        found.append([(f"{word} ", "dim"), (units.kilowatts(site.loads_w), "")])
    return found


def _small(rail: RailView, gauge: int) -> Item:
    """A cable on a line with others: ``A ━━━── 20.4/24``."""
    return [
        ((rail.id or "site") + " ", "text bold"),
        *bar(max(_share(rail), 0.0), gauge, role_of(rail)),
        (f" {units.kilowatts(rail.flow_w)}", "text bold"),
        (f"/{units.rated(rail.capacity_w)}", "dim"),
        (_over(rail), "bad bold"),
    ]


def _cells(item: Sequence[Span]) -> int:
    return sum(cell_len(text) for text, _ in item)


def strip(view: View, width: int) -> Line:
    """All of it on one line: the site, the fullest cabinets, PV, loads and the price.

    What has no room is left out, the price first, then the emptiest cabinets; their number is told.
    """
    cabinets = sorted(view.rails[1:], key=_share, reverse=True)
    sources, cost = _sources(view), price(view)
    for shown in range(len(cabinets), -1, -1):
        rails = [it for it in view.rails if not it.id or it in cabinets[:shown]]
        rest = len(cabinets) - shown
        more: list[Item] = [[(f"+{rest}", "dim")]] if rest else []
        priced: list[Item] = [[(cost, "dim")]] if cost else []
        for tail in ([*more, *sources, *priced], [*more, *sources]):
            for gauge in range(BAR, 3, -1):
                line = [*(_small(rail, gauge) for rail in rails), *tail]
                if _room(line, width) >= 0:
                    return _joined(line, width)
    return _joined([_small(view.rails[0], 3)], width)


def _room(items: Sequence[Item], width: int) -> int:
    """Cells that are left on a line with these."""
    return width - len(" Power ") - sum(_cells(it) + 2 for it in items)


def _joined(items: Sequence[Item], width: int) -> Line:
    spans: list[Span] = [(" Power ", "text bold")]
    for item in items:
        spans += [(" ", ""), *item, (" ", "")]
    return fit(spans, width, "panel")


def rows(view: View, width: int, most: int) -> list[Line]:
    """A row for each cable, as many as there may be, and one for PV, loads and the price."""
    rails = list(view.rails)
    room = max(most - 1, 1)
    rest = len(rails) - room
    if rest > 0:
        fullest = sorted(rails[1:], key=_share, reverse=True)[: room - 1]
        rails = [rails[0], *(rail for rail in rails[1:] if rail in fullest)]
    names = max(cell_len(rail.id or "site") for rail in rails)
    wide = max(len(units.rated(rail.capacity_w)) for rail in rails)
    lines = [_row(view, rail, min(names, 12), wide, width) for rail in rails]
    return [*lines, _about(view, max(rest, 0), width)][:most]


def _row(view: View, rail: RailView, names: int, wide: int, width: int) -> Line:
    words: list[Span] = [
        (right(units.kilowatts(rail.flow_w), 7), "text bold"),
        (f" of {right(units.rated(rail.capacity_w), wide)} kW ", ""),
        (f"{_share(rail):4.0%}", role_of(rail) + " bold"),
        (_over(rail) or " ", "bad bold"),
    ]
    if width >= ROOMY:
        words.append((f"  EVs {right(units.kilowatts(rail.ev_w), 5)}", "dim"))
        if view.loads:
            words.append((f"  loads {right(units.kilowatts(rail.loads_w), 5)}", "dim"))
        if view.has_pv:
            pv = f"  PV {right(units.kilowatts(rail.pv_w), 5)}" if not rail.id else " " * 10
            words.append((pv, "dim"))
    gauge = max(width - names - _cells(words) - 3, 3)
    return fit(
        [
            (f" {left(rail.id or 'site', names)} ", "text bold"),
            *bar(max(_share(rail), 0.0), gauge, role_of(rail)),
            *words,
        ],
        width,
    )


def _about(view: View, rest: int, width: int) -> Line:
    """Cabinets that have no row; PV, loads by their names; the price; as much as fits."""
    items: list[Item] = [[(f"+{rest} more", "dim")]] if rest else []
    if view.has_pv:
        items.append([("PV ", "dim"), (f"{units.kilowatts(view.rails[0].pv_w)} kW", "")])
    named = [[(f"{name} ", "dim"), (f"{units.kilowatts(it)} kW", "")] for name, it in view.loads]
    items += named
    cost = price(view)
    items += [[("price ", "dim"), (cost, "")]] if cost else []
    if view.rails[0].flow_w < 0:
        items.insert(0, [("feeds the grid", "ok")])
    spans: list[Span] = []
    room = width
    for item in items:
        size = _cells(item) + (3 if spans else 1)
        if size <= room:
            spans += [("   " if spans else " ", ""), *item]
            room -= size
    return fit(spans, width)
