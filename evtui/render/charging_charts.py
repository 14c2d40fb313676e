"""The two charts below the Gantt, a column for each cell of its time axis.

A cell of a chart has one sign: that of whatever takes most of it. Below now are blocks, beyond it
dots; the topmost part of what is drawn with them has the height that it has.
"""

from collections.abc import Sequence
from itertools import accumulate

from attrs import frozen

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, heading, joined, left, right
from scenarios.charging.view import NOTHING, ChargingView, EnergyView, StackView

Place = tuple[int, int, int]
"""Cells of the gutter at the left, of the time axis, and of the figures at the right."""

DRAWN, AHEAD = "█▓▒▞", "⣿⢕⡪⠶"
"""EVs behind each cabinet, as they drew and as planned; with more of them they begin anew."""
GROUP_ROLES = ("accent", "consensus", "ok", "key")
LOADS = "░"
LIMIT, WITHOUT_PV = "─", "╌"
NOW, LEAVES = "│", "┊"
POSSIBLE = "˙"
_RAMPS = {"█": glyphs.SPARK, "⣿": "⣀⣤⣶⣿"}
"""Of what is drawn with these, the topmost cell is as high as it is full."""
BLANK: Span = (" ", "")


@frozen
class Part:
    """What a column is made of, from below: so much of it, with this sign and role."""

    amount: int
    sign: str
    role: str


# --- power -----------------------------------------------------------------------------------


def stack_chart(seen: ChargingView, now: int, place: Place, rows: int) -> list[Line]:
    """A heading, and ``rows`` of the power of a cable against what it can carry."""
    if rows < 1:
        return []
    gutter, cells, tail = place
    stack = seen.stack
    top_w = _top_w(stack)
    grid = [_stack_column(stack, n, n > now, top_w, rows) for n in range(cells)]
    figures = _figures(stack, seen.planned)
    lines = [_stack_head(stack, gutter + cells + tail)]
    for row in range(rows):
        label = _label(row, rows, top_w, "kW")
        spans = [(right(label, gutter - 1) + " ", "dim")]
        spans += joined([_now(grid[n][row], n == now) for n in range(cells)])
        spans += figures[row] if row < len(figures) else []
        lines.append(fit(spans, gutter + cells + tail))
    return lines


def _top_w(stack: StackView) -> int:
    """What a chart's height stands for."""
    sums = map(sum, zip(stack.loads_w, *(power_w for _, power_w in stack.groups), strict=True))
    return max(stack.capacity_w + max(*stack.pv_w, 0), *sums, 1)


def _limit_w(stack: StackView, n: int) -> int:
    """What may be drawn in a cell: the capacity, and what the PV delivers."""
    return stack.capacity_w + max(stack.pv_w[n], 0)


def _parts(stack: StackView, n: int, ahead: bool) -> list[Part]:
    """What a column is made of: other loads, then the EVs behind each cabinet."""
    found = [Part(max(stack.loads_w[n], 0), LOADS, "dim")]
    for index, (_, power_w) in enumerate(stack.groups):
        sign, role = group_sign(index, ahead)
        found.append(Part(max(power_w[n], 0), sign, role))
    return found


def group_sign(index: int, ahead: bool) -> Span:
    """With what the EVs behind a cabinet are drawn."""
    signs = AHEAD if ahead else DRAWN
    return signs[index % len(signs)], GROUP_ROLES[index % len(GROUP_ROLES)]


def _stack_column(stack: StackView, n: int, ahead: bool, top_w: int, rows: int) -> list[Span]:
    """One column from the top down, with the lines of what may be drawn."""
    column = column_of(_parts(stack, n, ahead), top_w, rows)
    limit_w = _limit_w(stack, n)
    for power_w, sign in ((limit_w, LIMIT), (stack.capacity_w, WITHOUT_PV)):
        row = _row_of(power_w, top_w, rows)
        if column[row] == BLANK:
            column[row] = (sign, "warn" if sign == LIMIT else "dim")
    return column


def column_of(parts: Sequence[Part], top: int, rows: int) -> list[Span]:
    """A column of ``rows`` cells from the top down, ``top`` being its whole height."""
    column: list[Span] = [BLANK] * rows
    ends = list(accumulate(part.amount for part in parts))
    total = ends[-1] if ends else 0
    at = 0
    for row in range(rows):
        low, high = top * row // rows, top * (row + 1) // rows
        if low >= total:
            break
        while ends[at] <= low:
            at += 1
        part = parts[at] if ends[at] >= high else _most(parts, ends, low, high)
        sign: str | None = part.sign
        if total < high:
            sign = _upmost(part.sign, total - low, high - low, lowest=row == 0)
        if sign is not None:
            column[rows - 1 - row] = (sign, part.role)
    return column


def _most(parts: Sequence[Part], ends: Sequence[int], low: int, high: int) -> Part:
    """The part that has most of what is between two heights."""
    starts = (0, *ends)
    shares = [min(end, high) - max(start, low) for start, end in zip(starts, ends, strict=False)]
    return parts[shares.index(max(shares))]


def _upmost(sign: str, filled: int, whole: int, *, lowest: bool) -> str | None:
    """The sign of a cell that is not full; None where it stays empty."""
    ramp = _RAMPS.get(sign)
    if ramp is not None:
        return ramp[-(-filled * len(ramp) // whole) - 1]
    return sign if lowest or filled * 2 >= whole else None


def _stack_head(stack: StackView, width: int) -> Line:
    used_w = sum(stack.now_w) + stack.loads_now_w
    free_w = stack.capacity_w + stack.pv_now_w - used_w
    name = f"Power of cabinet {stack.id}" if stack.id else "Power of the site"
    note: list[Span] = [(f"{units.kilowatts(used_w)} kW now", "text bold")]
    if stack.pv_now_w:
        note.append((f", {units.kilowatts(stack.pv_now_w)} of it from the PV", ""))
    words = f"{units.kilowatts(free_w)} kW unused" if free_w >= 0 else "over!"
    return heading(name, note, [(words, "ok" if free_w >= 0 else "bad bold")], width)


def _figures(stack: StackView, planned: bool) -> list[list[Span]]:
    """What each sign stands for, and how much it is now; a row each."""
    found: list[list[Span]] = []

    def note(sign: Span, name: str, power_w: int) -> None:
        words = [(f" {left(name, 8)}", ""), (right(units.kilowatts(power_w), 7), "text bold")]
        found.append([("  ", ""), sign, *words])

    note((LIMIT, "warn"), "limit", stack.capacity_w + stack.pv_now_w)
    if stack.has_pv:
        note((WITHOUT_PV, "dim"), "no PV", stack.capacity_w)
    for index in reversed(range(len(stack.groups))):
        name = stack.groups[index][0] or ("EVs" if len(stack.groups) == 1 else "others")
        note(group_sign(index, False), name, stack.now_w[index])
    if stack.has_loads:
        note((LOADS, "dim"), "loads", stack.loads_now_w)
    if planned:
        sign, role = group_sign(0, True)
        found.append([("  ", ""), (sign, role), (" planned", "dim")])
    return found


# --- energy ----------------------------------------------------------------------------------


def energy_chart(seen: ChargingView, now: int, place: Place, rows: int) -> list[Line]:
    """A heading, and ``rows`` of what an EV got, what is planned, and what is possible."""
    it = seen.energy
    gutter, cells, tail = place
    if it is None or rows < 1:
        return []
    top_wh = max(*it.got, *it.planned, *it.possible, it.wanted_wh, 1)
    leaves = seen.cell(it.departure_us) if it.departure_us else NOTHING
    grid = [_energy_column(it, n, top_wh, rows) for n in range(cells)]
    figures = _energy_figures(it)
    lines = [_energy_head(it, gutter + cells + tail)]
    for row in range(rows):
        label = _label(row, rows, top_wh, "kWh") or _soc(it, row, rows, top_wh)
        spans = [(right(label, gutter - 1) + " ", "dim")]
        drawn = [_now(_leaving(grid[n][row], n == leaves), n == now) for n in range(cells)]
        spans += joined(drawn)
        spans += figures[row] if row < len(figures) else []
        lines.append(fit(spans, gutter + cells + tail))
    return lines


def _energy_column(it: EnergyView, n: int, top_wh: int, rows: int) -> list[Span]:
    got, planned, possible = it.got[n], it.planned[n], it.possible[n]
    parts = [Part(got, "█", "accent")] if got != NOTHING else []
    if got == NOTHING and planned != NOTHING:
        parts = [Part(planned, "⣿", "ok")]
    column = column_of(parts, top_wh, rows)
    if possible != NOTHING:
        row = _row_of(possible, top_wh, rows)
        if column[row] == BLANK:
            column[row] = (POSSIBLE, "text")
    wanted = _row_of(it.wanted_wh, top_wh, rows)
    if column[wanted] == BLANK:
        column[wanted] = (LIMIT, "warn")
    return column


def verdict(it: EnergyView) -> Span:
    """Whether the promise is, will be or can be kept; in words."""
    if it.word in ("kept", "broken", "released", "left", "withdrawn", "lapsed"):
        return (it.word, "bad bold" if it.word == "broken" else "dim")
    if it.got_wh + 1 >= it.wanted_wh:
        return (f"{glyphs.HOLDS} it has all of it", "ok")
    near_wh = max(it.wanted_wh // 100, 10)
    if it.short or (it.possible_wh is not None and it.possible_wh + near_wh < it.wanted_wh):
        return (f"{glyphs.BROKEN} not possible any more", "bad bold")
    if it.planned_wh is not None and it.planned_wh + near_wh >= it.wanted_wh:
        return (f"{glyphs.HOLDS} as planned", "ok")
    if it.planned_wh is not None:
        return ("! not all of it is planned", "warn bold")
    return ("possible, not planned" if it.possible_wh is not None else "without a departure", "dim")


def _energy_head(it: EnergyView, width: int) -> Line:
    what = "promised" if it.promised else "asked for" if it.word in _ASKED else "wanted"
    note: list[Span] = [
        (f"{units.kwh(it.got_wh)} of {units.kwh(it.wanted_wh)} kWh", "text bold"),
        (f" {what}", "dim"),
    ]
    if it.departure_us:
        note.append((f" by {units.clock(it.departure_us, millis=False)}", "dim"))
    return heading(f"{it.ev} at {it.cp}", note, [verdict(it)], width)


_ASKED = ("pending", "refused", "met", "withdrawn", "lapsed")


def _energy_figures(it: EnergyView) -> list[list[Span]]:
    """What each sign stands for, and the state of charge; a row each."""
    found: list[list[Span]] = []

    def note(sign: Span, name: str, energy_wh: int | None) -> None:
        text = "–" if energy_wh is None else units.kwh(energy_wh)
        words = [(f" {left(name, 8)}", ""), (right(text, 7), "text bold")]
        found.append([("  ", ""), sign, *words])

    note((LIMIT, "warn"), "promised" if it.promised else "wanted", it.wanted_wh)
    note(("█", "accent"), "got", it.got_wh)
    note(("⣿", "ok"), "planned", it.planned_wh)
    note((POSSIBLE, "text"), "possible", it.possible_wh)
    soc = f"{it.soc:.1f} of {it.target:.0f} %"
    found.append([("  soc", "dim"), (right(soc, 14), "text bold")])
    return found


def _soc(it: EnergyView, row: int, rows: int, top_wh: int) -> str:
    """The state of charge below the upmost label, and above the lowest one."""
    at_wh = {1: top_wh, rows - 2: 0}.get(row)
    if at_wh is None or rows < 4:
        return ""
    return f"{it.soc_at_0 + at_wh * 100 / it.battery_wh:.1f} %"


# --- both ------------------------------------------------------------------------------------


def _label(row: int, rows: int, top: int, unit: str) -> str:
    """What the upper edge of a row stands for; at the top, and in the middle where there is one."""
    if row == 0:
        return f"{top / 1000:.1f} {unit}"
    if rows >= 8 and row == rows // 2:
        return f"{top * (rows - row) / rows / 1000:.1f}"
    return "0" if row == rows - 1 else ""


def _row_of(amount: int, top: int, rows: int) -> int:
    """The row that is filled up to an amount, counted from the top."""
    return rows - max(min(-(-amount * rows // top), rows), 1)


def _now(cell: Span, is_now: bool) -> Span:
    return (NOW, "key bold") if is_now else cell


def _leaving(cell: Span, is_then: bool) -> Span:
    return (LEAVES, "text bold") if is_then and cell[0] in (" ", POSSIBLE, LIMIT) else cell
