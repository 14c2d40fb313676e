"""Where the bars, the times and the lines of a picture stand. Pure: from operations to places.

Time runs to the right, but not evenly: every event has room for what is written there, and what
lies between two events takes none. What was before is left of what came after; that is all that
linearizability asks.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from paxos.check.linearizability.operations import Operation, Timed, timeline

STEP: Final = 16
"""Least distance between two events, in pixels."""
LANE: Final = 34
BAR: Final = 24
PAD: Final = 8
CHAR: Final = 7.3
LABEL_MAX: Final = 26
"""Longest label of a bar, in characters."""

SHOWN_MAX: Final = 80
"""A picture shows so many operations, the last ones and those that are to blame."""


@frozen
class Bar:
    """One operation: a rectangle."""

    operation: Operation
    label: str
    x: float
    y: float
    width: float


@frozen
class Row:
    """A client, and how much room its operations take."""

    client: object
    y: float
    height: float


@frozen
class Tick:
    """An event, and when it was."""

    x: float
    time: int | float


@frozen
class Layout:
    """A whole picture, in pixels."""

    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    width: float
    height: float


def chosen(
    partition: Sequence[Operation], needed: Sequence[Operation]
) -> tuple[list[Operation], int]:
    """What of a partition is shown, and how many operations are left out.

    Those to blame (as far as they are not too many themselves), and the last of the others.
    """
    if len(partition) <= SHOWN_MAX:
        return list(partition), 0
    must = {op.number for op in needed[-SHOWN_MAX // 2 :]}
    others = [op.number for op in partition if op.number not in must]
    kept = must | set(others[-(SHOWN_MAX - len(must)) :])
    return [op for op in partition if op.number in kept], len(partition) - len(kept)


def lay_out(operations: Sequence[Operation], labels: Sequence[str]) -> Layout:
    """Places for these operations of one partition, each with its label."""
    line_ = timeline(operations)
    timed = {t.operation.number: t for ops in line_.partitions.values() for t in ops}
    short = {
        op.number: text if len(text) <= LABEL_MAX else text[: LABEL_MAX - 1] + "…"
        for op, text in zip(operations, labels, strict=True)
    }
    xs = _xs(len(line_.events), list(timed.values()), short)
    right = (xs[-1] if xs else 0.0) + 6 * STEP
    rows, lanes = _rows(operations, timed)
    bars = []
    for op in operations:
        each = timed[op.number]
        x = xs[each.call]
        end = right if op.returned is None else xs[each.returned]
        bars.append(Bar(op, short[op.number], x, lanes[op.number], end - x))
    ticks: list[Tick] = []
    for rank, event in enumerate(line_.events):
        if not ticks or (event.time != ticks[-1].time and xs[rank] - ticks[-1].x > 60):
            ticks.append(Tick(xs[rank], event.time))
    height = rows[-1].y + rows[-1].height if rows else 0.0
    return Layout(tuple(bars), rows, tuple(ticks), right + PAD, height)


def _xs(count: int, timed: Sequence[Timed], labels: dict[int, str]) -> list[float]:
    """Where each event stands: a bar is never shorter than its label."""
    ends = {each.returned: each for each in timed}
    xs: list[float] = []
    for rank in range(count):
        x = xs[-1] + STEP if xs else float(PAD)
        each = ends.get(rank)
        if each is not None:
            room = len(labels[each.operation.number]) * CHAR + 14
            x = max(x, xs[each.call] + room)
        xs.append(x)
    return xs


def _rows(
    operations: Sequence[Operation], timed: dict[int, Timed]
) -> tuple[tuple[Row, ...], dict[int, float]]:
    """A row for each client, in the order of their names; what overlaps there stands in lanes."""
    clients = sorted({op.client for op in operations}, key=lambda c: (isinstance(c, str), c))
    rows: list[Row] = []
    places: dict[int, float] = {}
    y = float(PAD)
    for client in clients:
        free: list[int] = []
        for op in (op for op in operations if op.client == client):
            each = timed[op.number]
            lane = next((i for i, end in enumerate(free) if end < each.call), len(free))
            free[lane : lane + 1] = [each.returned]
            places[op.number] = y + lane * LANE
        rows.append(Row(client, y, len(free) * LANE))
        y += len(free) * LANE + PAD
    return tuple(rows), places


def line(layout: Layout, order: Sequence[Operation]) -> list[tuple[Bar, float, float]]:
    """A point inside each bar of an order, further and further to the right.

    It is the moment at which the operation may have taken effect: after its call, before its
    return, and after all that stand before it.
    """
    bars = {bar.operation.number: bar for bar in layout.bars}
    shown = [bars[op.number] for op in order if op.number in bars]
    points: list[tuple[Bar, float, float]] = []
    x = 0.0
    for index, bar in enumerate(shown):
        low = max(x, bar.x + 4)
        # Never so far right that one that follows would have returned before.
        high = min(each.x + each.width for each in shown[index:]) - 1
        step = min(STEP * 0.75, max(0.0, (high - low) / (len(shown) - index)))
        x = min(low + step, high) if low <= high else low
        points.append((bar, x, bar.y + BAR))  # at its lower edge, beside what is written
    return points
