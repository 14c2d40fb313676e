"""Answers as plots of text: position and length first, colour never the only sign.

Each is a list of lines, a line a list of ``(text, style)``. Why which plot: docs/questions.md.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from attrs import frozen

from evtui.ask.words import clock, energy, span
from evtui.counting import counted
from evtui.render.bars import bar, chart
from fsm.ocpp.messagelog.answers import Activity, LastMeter, Seen
from fsm.ocpp.messagelog.transactions import Completed
from scenarios.kinds import printable

Line = list[tuple[str, str]]

STYLES = {"ok": "green", "bad": "bold red", "warn": "yellow", "accent": "cyan", "dim": "dim"}
"""Role → rich style, for any terminal."""

ROWS_MAX = 40
"""More bars than this are not read any more."""
COLUMNS_MAX = 62
HEIGHT = 8

_BINS_US = (60, 300, 900, 3_600, 21_600, 86_400, 604_800)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plot_active(found: Sequence[Activity], width: int) -> list[Line]:
    """A bar for each: how much of the silence that it is allowed has passed."""
    names = _names([each.cp_id for each in found])
    room = max(width - len(names[0]) - 44, 10)
    lines: list[Line] = []
    for name, each in zip(names, found, strict=True):
        role, sign = ("ok", "● active") if each.active else ("bad", "○ silent")
        share = 1.0 if each.silent_us is None else each.silent_us / each.allowed_us
        silent = "never heard" if each.silent_us is None else span(each.silent_us)
        tail = f" {silent} of {span(each.allowed_us)}"
        lines.append([(f"{name} ", ""), (f"{sign} ", role), *bar(share, room, role), (tail, "")])
    return [*lines, [("A full bar: silent for as long as, or longer than, is allowed.", "dim")]]


def plot_last_seen(found: Sequence[Seen], width: int) -> list[Line]:
    """A dot for each on one axis of time; who was silent longest stands first."""
    ordered = sorted(found, key=lambda each: each.at_us)
    first_us, last_us = ordered[0].at_us, ordered[-1].at_us
    left_out = len(ordered) - ROWS_MAX
    ordered = ordered[:ROWS_MAX]
    names = _names([each.cp_id for each in ordered])
    room = max(width - len(names[0]) - 24, 10)
    lines: list[Line] = []
    for name, each in zip(names, ordered, strict=True):
        at = (each.at_us - first_us) * (room - 1) // max(last_us - first_us, 1)
        at = room - 1 if first_us == last_us else at
        dot = ("─" * at, "dim"), ("●", "accent"), (" " * (room - 1 - at), "")
        lines.append([(f"{name} ", ""), *dot, (f" {clock(each.at_us)}", "")])
    gap = span(last_us - first_us)
    axis = f"The axis spans {gap}, from {clock(first_us)} to {clock(last_us)} UTC."
    return [*_cut(lines, left_out, "the latest are left out"), [(axis, "dim")]]


def plot_last_meter(found: Sequence[LastMeter], width: int) -> list[Line]:
    """A bar from zero for each transaction, what was read last first."""
    ordered = sorted(found, key=lambda each: -each.at_us)
    return _bars(
        [
            (f"{each.cp_id} {'-' if each.transaction_id is None else each.transaction_id}",
             each.energy_wh)
            for each in ordered
        ],
        width,
    )  # fmt: skip


def _bars(rows: Sequence[tuple[str, Decimal]], width: int) -> list[Line]:
    top = max((value for _, value in rows), default=Decimal(0))
    left_out = len(rows) - ROWS_MAX
    rows = rows[:ROWS_MAX]
    names = _names([name for name, _ in rows])
    texts = [energy(value) for _, value in rows]
    room = max(width - len(names[0]) - max(map(len, texts)) - 2, 10)
    lines: list[Line] = []
    for name, text, (_, value) in zip(names, texts, rows, strict=True):
        share = float(value / top) if top > 0 else 0.0
        lines.append([(f"{name} ", ""), *bar(share, room, "accent"), (f" {text}", "")])
    return _cut(lines, left_out, "older readings are left out")


@frozen
class _Bins:
    """Equal parts of time, from ``first_us`` on."""

    first_us: int
    length_us: int
    count: int


def plot_completed(
    found: Sequence[Completed], width: int, month_us: tuple[int, int] | None
) -> list[Line]:
    """Columns over time: the energy of the transactions that ended in each part of it."""
    stops = [each.stop_us for each in found]
    bins = _bins(month_us or (min(stops), max(stops) + 1), whole_days=month_us is not None)
    sums = [0] * bins.count
    counts = [0] * bins.count
    for each in found:
        at = (each.stop_us - bins.first_us) // bins.length_us
        sums[at] += max(int(each.energy_wh or 0), 0)
        counts[at] += 1
    times = max(min((width - 12) // bins.count, 4), 1)
    top = max(sums)
    rows = chart([value for value in sums for _ in range(times)], bins.count * times, HEIGHT, top)
    scale = [energy(Decimal(top)), *[""] * (HEIGHT - 2), "0"]
    lines: list[Line] = [
        [(f"{label:>11} ", "dim"), (row, "accent")] for label, row in zip(scale, rows, strict=True)
    ]
    ruler = "".join("┴" + "─" * (times - 1) for _ in range(bins.count))
    lines.append([(" " * 12 + ruler, "dim")])
    lines.append([(" " * 12 + _labels(bins, times), "dim")])
    busiest = clock(bins.first_us + sums.index(top) * bins.length_us)
    many = counted(counts[sums.index(top)], "transaction")
    said = (
        f"Energy by when it ended, a column for {span(bins.length_us)}; the highest, from "
        f"{busiest} UTC on: {energy(Decimal(top))} in {many}."
    )
    return [*lines, [(said, "dim")]]


def _bins(window_us: tuple[int, int], *, whole_days: bool) -> _Bins:
    begin_us, end_us = window_us
    sizes = [size * 1_000_000 for size in _BINS_US]
    if whole_days:
        sizes = [86_400_000_000]
    while True:
        size_us = sizes.pop(0)
        first_us = begin_us // size_us * size_us
        count = -(-(end_us - first_us) // size_us)
        if count <= COLUMNS_MAX:
            return _Bins(first_us, size_us, count)
        sizes = sizes or [size_us * 4]


def _labels(bins: _Bins, times: int) -> str:
    """The beginning of some of the columns: days or hours, as far apart as they need."""
    pattern = "%m-%d" if bins.length_us >= 86_400_000_000 else "%H:%M"
    text = ""
    for at in range(bins.count):
        if len(text) <= at * times and (at == 0 or len(text) + 1 <= at * times):
            moment = _EPOCH + timedelta(microseconds=bins.first_us + at * bins.length_us)
            text = text.ljust(at * times) + moment.strftime(pattern)
    return text


def _names(names: Sequence[str]) -> list[str]:
    shown = [printable(name) for name in names]
    shown = [name if len(name) <= 24 else name[:23] + "…" for name in shown]
    width = max(map(len, shown), default=0)
    return [name.ljust(width) for name in shown]


def _cut(lines: list[Line], left_out: int, which: str) -> list[Line]:
    """The lines, and how many were left out where some were."""
    if left_out <= 0:
        return lines
    return [*lines, [(f"… {left_out:,} more; {which}", "dim")]]
