"""The replicated log as a grid: a row a slot, a column a CP, and the decoded command."""

import itertools
from collections.abc import Sequence

from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.bars import scrollbar
from evtui.render.line import Line, Span, fit, heading, left, right
from scenarios.view import CellState, LogRow, View

LEAST_COMMAND = 30
"""Cells that a command needs to be worth reading."""


def cell_width(view: View, width: int) -> int:
    """Cells for one CP: symbol and ballot where all fit, else two, else one."""
    count = max(len(view.cps), 1)
    name = max([cell_len(cp.id) for cp in view.cps], default=0)
    room = width - edge_width(view) - LEAST_COMMAND
    full, short = ballot_width(view), ballot_width(view) - len(common_prefix(view))
    for want in (max(full + 3, name + 2), max(short + 3, name + 2), name + 2, max(name + 1, 2), 2):
        if want * count <= room:
            return want
    return 1


def common_prefix(view: View) -> str:
    """What all ids begin with, digits apart: a short ballot leaves it out (``3.CP2``, ``3.2``)."""
    ids = [cp.id for cp in view.cps]
    if len(ids) < 2:
        return ""
    pairs = zip(min(ids), max(ids), strict=False)
    same = "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    return same.rstrip("0123456789")


def ballot_width(view: View) -> int:
    """Cells for the longest ballot that is seen."""
    return max([cell_len(c.ballot) for row in view.log for c in row.cells], default=4)


def slot_width(view: View) -> int:
    """Cells for the slot's number."""
    return max(len(units.count(view.log_last)), 4)


def edge_width(view: View) -> int:
    """Cells beside the CPs' columns and the command: slot, ballot, gaps."""
    return slot_width(view) + max(ballot_width(view), 6) + 6


def first_cp(view: View, selected: str, width: int, each: int) -> tuple[int, int]:
    """Which CPs' columns are shown: the first, and how many; the selected one among them."""
    room = max((width - edge_width(view) - LEAST_COMMAND) // each, 1)
    count = len(view.cps)
    if count <= room:
        return 0, count
    at = next((n for n, cp in enumerate(view.cps) if cp.id == selected), 0)
    return min(max(at - room // 2, 0), count - room), room


def ballot_of(entry: LogRow) -> str:
    """The ballot of a slot: that of the CPs which know most of it."""
    known = max((cell.state for cell in entry.cells), default=CellState.EMPTY)
    ballots = [cell.ballot for cell in entry.cells if cell.state is known and cell.ballot]
    return max(ballots, key=ballots.count) if ballots else ""


def head(
    view: View,
    rows: Sequence[LogRow],
    selected: str,
    width: int,
    *,
    following: bool,
    focused: bool,
    keys: Keymap = USUAL,
) -> list[Line]:
    """Two lines: what is seen of the log, and the names of the columns."""
    note: list[Span] = []
    for state in (CellState.ACCEPTED, CellState.CHOSEN, CellState.APPLIED):
        note += [
            (glyphs.CELL[state], glyphs.CELL_ROLE[state]),
            (f" {glyphs.CELL_WORD[state]}  ", "dim"),
        ]
    shown = "empty"
    if rows:
        first, last = units.count(rows[0].slot), units.count(rows[-1].slot)
        shown = f"{first}–{last} of {units.count(view.log_last)}"
    ahead = f"  {key_of('to_end', keys)} follows"
    tail: Span = ("  follows", "dim") if following else (ahead, "warn")
    where: list[Span] = [(shown, ""), tail]
    title = "Log ◂" if focused else "Log"
    each = cell_width(view, width)
    start, count = first_cp(view, selected, width, each)
    spans: list[Span] = [(" " + right("slot", slot_width(view)) + "  ", "dim")]
    for cp in view.cps[start : start + count]:
        role = "key bold" if cp.id == selected else "dim"
        mark = glyphs.STATUS[cp.status] if cp.status in glyphs.DOWN else ""
        name = cp.id
        if each <= cell_len(cp.id):
            name = "" if mark else "▾" if cp.id == selected else " "
        blank = " " * (each - cell_len(name + mark))
        spans += [(name, role), (mark, glyphs.STATUS_ROLE[cp.status]), (blank, "")]
    if each == 1:
        spans.append((" ", ""))
    spans.append((left("ballot", max(ballot_width(view), 6)) + "  command", "dim"))
    return [heading(title, note, where, width), fit(spans, width)]


def body(view: View, rows: Sequence[LogRow], selected: str, width: int, height: int) -> list[Line]:
    """The rows of the grid, and a scroll bar at the right edge."""
    each = cell_width(view, width)
    columns = first_cp(view, selected, width, each)
    first = rows[0].slot - 1 if rows else 0
    thumb = scrollbar(first, height, view.log_last)
    lines = []
    for y in range(height):
        spans: Sequence[Span] = ()
        if y < len(rows):
            spans = row(rows[y], view, each, columns)
        lines.append(fit([*fit(spans, width - 1).spans, (thumb[y], "faint")], width))
    return lines


def row(entry: LogRow, view: View, each: int, columns: tuple[int, int]) -> list[Span]:
    """One slot of the log.

    What a crashed CP knows is what its disk holds: the same symbols, dimmed. A cell tells its
    ballot where it is accepted only, or another one, in the form that has room.
    """
    start, count = columns
    ballot = ballot_of(entry)
    spans: list[Span] = [(" " + right(units.count(entry.slot), slot_width(view)) + "  ", "dim")]
    down = [cp.status in glyphs.DOWN for cp in view.cps]
    for n, cell in enumerate(entry.cells[start : start + count], start):
        role = glyphs.CELL_ROLE[cell.state]
        if down[n] and cell.state is not CellState.EMPTY:
            role = "dim"
        told = cell.state is CellState.ACCEPTED or cell.ballot != ballot
        text = glyphs.CELL[cell.state]
        if told and cell.ballot:
            short = cell.ballot.replace("." + common_prefix(view), ".")
            texts = (f"{text} {cell.ballot}", f"{text} {short}", text)
            text = next(t for t in texts if cell_len(t) < each or t == text)
        spans.append((left(text, each), role))
    settled = any(cell.state >= CellState.CHOSEN for cell in entry.cells)
    if each == 1:
        spans.append((" ", ""))
    spans.append((left(ballot, max(ballot_width(view), 6)) + "  ", "dim"))
    spans.append((entry.command, "" if settled else "dim"))
    return spans
