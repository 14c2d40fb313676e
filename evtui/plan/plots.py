"""A plan for people: tables, and power against capacity as columns of text.

Position and height come first; colour is never the only sign.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rich.console import Console
from rich.text import Text

from evtui.ask.plots import STYLES, Line
from evtui.plan.command import Outcome, cost
from evtui.render.bars import chart, sparkline
from fsm.energy.admission import Admission
from fsm.energy.problem import J_PER_WH, Problem
from scenarios.kinds import printable

WIDTH_MAX = 120
HEIGHT = 6
NAME_MAX = 16
ROWS_MAX = 60


def show(
    problem: Problem,
    admission: Admission,
    outcomes: Mapping[str, Outcome],
    algorithm: str,
    *,
    compare: bool,
) -> None:
    """Print it, as wide as the terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    width = min(console.width, WIDTH_MAX)
    lines = (
        compared(admission, outcomes, width)
        if compare
        else planned(admission, outcomes[algorithm], algorithm, width)
    )
    lines += refused(admission)
    for line in lines:
        pieces = [(part, STYLES.get(role, "dim" if role else "")) for part, role in line]
        console.print(Text.assemble(*pieces), soft_wrap=True)


def planned(admission: Admission, found: Outcome, algorithm: str, width: int) -> list[Line]:
    """A row for each EV, all of them against the capacity, and what it comes to."""
    problem = admission.problem
    rows: list[Line] = []
    names = _names([it.id for it in problem.requests])
    places = _names([it.cabinet for it in problem.requests])
    room = width - len(names[0] if names else "") - len(places[0] if places else "") - 29
    for name, place, request, row in zip(
        names, places, problem.requests, found.plan.rows, strict=True
    ):
        values = [row.at(step) for step in range(problem.steps)]
        late = request.id in found.figures.missed
        rows.append(
            [
                (f"{name} {place} ", ""),
                (f"{request.arrive:>4} to {request.depart - 1:<4} ", "dim"),
                (f"{sum(row.energy_j) / J_PER_WH:>8,.0f} Wh ", ""),
                ("! " if late else "  ", "bad"),
                (_spark(values, max(room, 8), request.max_w * problem.step_s), "accent"),
            ]
        )
    if len(rows) > ROWS_MAX:
        rows[ROWS_MAX:] = [[(f"… and {len(rows) - ROWS_MAX:,} more; all with --json", "dim")]]
    sums = totals(problem, found)
    lines = [*rows, *against(sums, capacities(problem), problem, width)]
    lines += [[(text, "")] for text in _summary(admission, found, algorithm)]
    if found.figures.missed:
        missed = ", ".join(printable(name) for name in found.figures.missed)
        lines.append([("! missed: ", "bad"), (missed, "")])
    return lines


def _summary(admission: Admission, found: Outcome, algorithm: str) -> tuple[str, str]:
    count, problem = len(admission.accepted), admission.problem
    kept = count - len(found.figures.missed)
    text = f"{_kwh(found)} kWh, peak {found.figures.peak_j / problem.step_s:,.0f} W"
    if problem.price_micro:
        text += f", cost {cost(found.figures):,.2f}"
    who = f"{count} accepted, {len(admission.refused)} refused, {kept} promises kept"
    return f"{algorithm}: {who};", text


def compared(admission: Admission, outcomes: Mapping[str, Outcome], width: int) -> list[Line]:
    """A row for each algorithm, with its power against the capacity."""
    problem = admission.problem
    most_j = [w * problem.step_s for w in capacities(problem)]
    head = f"{'':6}{'delivered':>13}{'missed':>8}{'peak':>10}{'cost':>11}  "
    room = max(width - len(head), 10)
    lines: list[Line] = [[(head + "power, mean of all EVs", "dim")]]
    for name, it in outcomes.items():
        missed = len(it.figures.missed)
        lines.append(
            [
                (f"{name:6}{_kwh(it):>9} kWh", ""),
                (f"{missed:>7}{'!' if missed else ' '}", "bad" if missed else ""),
                (f"{it.figures.peak_j / problem.step_s / 1000:>7,.1f} kW", ""),
                (f"{cost(it.figures):>11,.2f}  " if problem.price_micro else f"{'–':>11}  ", ""),
                (_spark(totals(problem, it), room, max(most_j)), "accent"),
            ]
        )
    lines.append([(f"{'capacity':{len(head)}}", "dim"), (_spark(most_j, room, max(most_j)), "dim")])
    kept = f"{len(admission.accepted)} accepted, {len(admission.refused)} refused"
    lines.append([(f"{kept}; {_best(outcomes)}", "")])
    return lines


def _best(outcomes: Mapping[str, Outcome]) -> str:
    """What the flow plan is among them: with minimum powers another one may be cheaper."""
    least = outcomes["flow"].figures.cost
    cheaper = [
        name for name, it in outcomes.items() if not it.figures.missed and it.figures.cost < least
    ]
    if not cheaper:
        return "the flow plan keeps all promises at the least cost."
    names = ", ".join(cheaper)
    word = "is" if len(cheaper) == 1 else "are"
    return f"the flow plan keeps all promises; {names} {word} cheaper, and did so, too."


def refused(admission: Admission) -> list[Line]:
    """Who was refused, and why."""
    return [
        [("refused ", "warn"), (f"{printable(it.id)}: {printable(it.reason)}", "")]
        for it in admission.refused
    ]


# --- power against capacity ------------------------------------------------------------------


def totals(problem: Problem, found: Outcome) -> list[int]:
    """The energy of all EVs in each step, J."""
    return [sum(row.at(step) for row in found.plan.rows) for step in range(problem.steps)]


def capacities(problem: Problem) -> list[int]:
    """What all EVs together could draw in each step, W: the cabinets, or less at the site."""
    sums = [sum(column) for column in zip(*(it.capacity_w for it in problem.cabinets), strict=True)]
    if problem.site_w is None:
        return sums
    return [min(pair) for pair in zip(sums, problem.site_w, strict=True)]


def against(
    sums_j: Sequence[int], most_w: Sequence[int], problem: Problem, width: int
) -> list[Line]:
    """Columns of power, with a line where the capacity is."""
    room = max(width - 12, 10)
    used = spread(squeeze([j // problem.step_s for j in sums_j], room), room)
    most = spread(squeeze(list(most_w), room, least=True), room)
    top = max(*most, *used, 1)
    rows = chart(used, len(used), HEIGHT, top)
    lines: list[Line] = []
    for height, row in zip(range(HEIGHT - 1, -1, -1), rows, strict=True):
        cells = [
            "╌" if cell == " " and min(w * HEIGHT // top, HEIGHT - 1) == height else cell
            for cell, w in zip(row, most, strict=True)
        ]
        label = f"{top / 1000:,.1f} kW" if height == HEIGHT - 1 else "0" if not height else ""
        lines.append([(f"{label:>11} ", "dim"), ("".join(cells).rstrip(), "accent")])
    last = str(problem.steps - 1)
    axis = "0" + last.rjust(len(used) - 1) if len(used) > len(last) + 1 else ""
    lines.append([(" " * 12 + axis, "dim")])
    lines.append([(f"{'':12}steps of {problem.step_s:,} s; ╌ the capacity for EVs", "dim")])
    return lines


def squeeze(values: Sequence[int], width: int, *, least: bool = False) -> list[int]:
    """At most ``width`` values: the greatest of each part, or the least."""
    if len(values) <= width:
        return list(values)
    pick = min if least else max
    edges = [len(values) * at // width for at in range(width + 1)]
    return [pick(values[low:high]) for low, high in pairwise(edges)]


def spread(values: Sequence[int], width: int) -> list[int]:
    """Each value as many times as it fits."""
    times = max(width // len(values), 1)
    return [value for value in values for _ in range(times)]


def _spark(values: Sequence[int], width: int, top: int) -> str:
    cells = spread(squeeze(values, width), width)
    return sparkline(cells, len(cells), top).rstrip()


def _kwh(found: Outcome) -> str:
    return f"{found.figures.delivered_j / J_PER_WH / 1000:,.1f}"


def _names(names: Sequence[str]) -> list[str]:
    shown = [printable(name) for name in names]
    shown = [it if len(it) <= NAME_MAX else it[: NAME_MAX - 1] + "…" for it in shown]
    width = max(map(len, shown), default=0)
    return [it.ljust(width) for it in shown]
