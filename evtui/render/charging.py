"""Charging over time: a Gantt of all EVs, the power of a cable, the energy of one EV.

All three stand on the same time axis: a column is the same time in each. What was is drawn with
blocks, what is planned with dots, so that no colour is needed to tell them apart.
"""

from collections.abc import Iterable

from attrs import frozen

from evtui.render import glyphs, units
from evtui.render.charging_charts import energy_chart, stack_chart
from evtui.render.line import Line, Span, fit, joined, left, line, right, spread
from evtui.render.time_axis import labels
from scenarios.charging.view import NOTHING, ChargingView, GanttRow
from scenarios.view import View

CAME, LEAVES, ANEW, NOW = "├", "┤", "◆", "│"
WAITS = "·"
PLANNED = "⣀⣤⣶⣿"
"""Planned power: a quarter of the most that an EV takes, half, three quarters, all."""

WORDS = {
    "open": ("open", "accent"),
    "kept": (f"{glyphs.HOLDS} kept", "ok"),
    "broken": (f"{glyphs.BROKEN} broken", "bad bold"),
    "refused": (f"{glyphs.BROKEN} refused", "warn"),
    "charging": ("charging", "accent"),
    "left": ("left", "dim"),
    "full": (f"{glyphs.HOLDS} full", "ok"),
    "met": (f"{glyphs.HOLDS} met", "ok"),
    "lapsed": (f"{glyphs.BROKEN} lapsed", "warn"),
}
"""What becomes of a promise, and a role; a word that is not here stands for itself."""

FIXED = 3
"""Rows above the Gantt: about, what the signs mean, the time axis."""
HEADS = 2
"""Rows above the two charts below it."""
CHART_MOST = 22
NAME_MOST, CP_MOST, TAIL = 10, 8, 21
"""Cells of names, and of the figures right of the charts."""


@frozen
class Layout:
    """How many cells and rows each part has."""

    ev: int
    cp: int
    cells: int
    gantt: int
    stack: int
    energy: int

    @property
    def gutter(self) -> int:
        """Cells left of the time axis."""
        return self.ev + self.cp + 4


def layout(names: Iterable[tuple[str, str]], count: int, size: tuple[int, int]) -> Layout:
    """For EVs and charge points of these names, ``count`` EVs in all."""
    width, height = size
    pairs = list(names)
    ev = min(max((len(ev) for ev, _ in pairs), default=2), NAME_MOST)
    cp = min(max((len(cp) for _, cp in pairs), default=2), CP_MOST)
    free = max(height - FIXED - HEADS, 3)
    charts = min(free * 11 // 20, 2 * CHART_MOST)
    gantt = min(max(count, 1), max(free - charts, 1))
    charts = min(free - gantt, 2 * CHART_MOST)
    gantt = min(max(count, 1), free - charts)
    cells = max(width - ev - cp - 4 - TAIL, 8)
    return Layout(ev, cp, cells, gantt, charts - charts // 2, charts // 2)


def names(view: View) -> list[tuple[str, str]]:
    """EVs and charge points that may stand in a row."""
    ids = [ev.id for ev in view.evs] or ["EV"]
    cps = [cp.id for cp in view.cps] or ["CP"]
    return [(max(ids, key=len), max(cps, key=len))]


def page(view: View, size: tuple[int, int], motion: Span) -> list[Line]:
    """All of it. ``motion`` says whether time runs."""
    width, height = size
    seen = view.charging
    if seen is None:
        return [line((" …", "dim"))]
    plan = layout(names(view), len(seen.evs), size)
    if seen.cells != plan.cells:
        # Asked for with another size: the next picture has it.
        return [line((" …", "dim"))]
    now = seen.cell(view.time_us)
    lines = [_about(view, seen, width, motion), _legend(width), _axis(seen, plan, width)]
    lines += [_row(row, seen, now, plan, width) for row in seen.rows[: plan.gantt]]
    if not seen.rows:
        lines.append(fit([(" No EV has come yet", "dim")], width))
    place = (plan.gutter, plan.cells, TAIL)
    lines += stack_chart(seen, now, place, plan.stack)
    lines += energy_chart(seen, now, place, plan.energy)
    return lines[:height]


def _about(view: View, seen: ChargingView, width: int, motion: Span) -> Line:
    """How many EVs, the plan in force, and the time."""
    here = sum(ev.cp is not None for ev in view.evs)
    at = seen.evs.index(seen.chosen) + 1 if seen.chosen in seen.evs else 0
    start: list[Span] = [
        (f" EV {at} of {len(seen.evs)}", "text bold"),
        (f", {here} here · ", "dim"),
    ]
    plan = view.plan
    if plan is None:
        start.append(("nothing is planned", "dim"))
    elif not plan.number:
        start.append(("no plan yet", "dim"))
    else:
        start += [
            (f"plan {plan.number} by {plan.by}", "text bold"),
            (" · ", "dim"),
            (f"{plan.kept} kept", "ok" if plan.kept else "dim"),
            (" · ", "dim"),
            (f"{plan.broken} broken", "bad bold" if plan.broken else "dim"),
        ]
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(start, end, width)


def _legend(width: int) -> Line:
    items = (
        ("▂▅█", "drew", "accent"),
        (PLANNED[1:], "planned", "ok"),
        (WAITS, "no power", "dim"),
        (CAME, "came", "text bold"),
        (LEAVES, "leaves", "text bold"),
        (ANEW, "renegotiated", "warn bold"),
        (NOW, "now", "key bold"),
    )
    spans: list[Span] = []
    for signs, word, role in items:
        spans += [("  " if spans else " ", ""), (signs, role), (f" {word}", "dim")]
    return fit(spans, width)


def _axis(seen: ChargingView, plan: Layout, width: int) -> Line:
    text = labels(seen.from_us, seen.until_us, plan.cells)
    head = f" {left('EV', plan.ev)} {left('at', plan.cp)}"
    tail = right("got/wanted kWh", TAIL - 2)
    spans = [(left(head, plan.gutter), "dim"), (text, "dim"), (f" {tail} ", "dim")]
    return fit(spans, width, "panel")


def _row(row: GanttRow, seen: ChargingView, now: int, plan: Layout, width: int) -> Line:
    chosen = row.ev == seen.chosen
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (left(row.ev, plan.ev), "text bold"),
        (f" {left(row.cp, plan.cp)}  ", "dim"),
        *joined(gantt_cells(row, seen, now)),
        *_tail(row),
    ]
    return fit(spans, width, "selected" if chosen else "base")


def _tail(row: GanttRow) -> list[Span]:
    """Got of wanted, and what has become of it."""
    word, role = WORDS.get(row.word, (row.word, "dim"))
    figures = units.kwh(row.got_wh)
    if row.wanted_wh:
        figures += f"/{units.kwh(row.wanted_wh)}"
    return [(f" {right(figures, 9)} ", ""), (left(word, TAIL - 11), role)]


def gantt_cells(row: GanttRow, seen: ChargingView, now: int) -> list[Span]:
    """A cell for each of the axis: what was drawn, what is planned, and the marks."""
    cells = [_cell(power_w, row.top_w, n > now) for n, power_w in enumerate(row.power_w)]
    marks = [(at_us, LEAVES, "text bold") for at_us in (*row.left_us, row.departure_us) if at_us]
    marks += [(at_us, CAME, "text bold") for at_us in row.came_us]
    marks += [(at_us, ANEW, "warn bold") for at_us in row.asked_us]
    for at_us, sign, role in marks:
        at = seen.cell(at_us)
        if 0 <= at < len(cells):
            cells[at] = (sign, role)
    if 0 <= now < len(cells):
        sign, role = cells[now]
        cells[now] = (NOW, "key bold") if sign not in (LEAVES, CAME, ANEW) else (sign, role)
    return cells


def _cell(power_w: int, top_w: int, ahead: bool) -> Span:
    """One cell of power."""
    if power_w == NOTHING:
        return (" ", "")
    ramp, role = (PLANNED, "ok") if ahead else (glyphs.SPARK, "accent")
    # What is less than a hundredth of it is a moment of it, or rounding.
    if power_w * 100 < top_w:
        return (WAITS, "dim")
    steps = len(ramp)
    return (ramp[min(max(-(-power_w * steps // max(top_w, 1)) - 1, 0), steps - 1)], role)
