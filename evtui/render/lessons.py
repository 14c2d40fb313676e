"""The list of lessons, as lines."""

from textwrap import wrap

from attrs import frozen

from evtui.render.glyphs import CURSOR
from evtui.render.line import Line, fit, left, line, right, spread

TOP = 2
"""Lines above the first lesson."""
NAMED = 64
"""Cells from which a lesson's name, too, has room in its row."""
KEYS = " ↑ ↓ another   Enter opens   q leaves"


@frozen
class Row:
    """One lesson, and how far it was done."""

    number: int
    name: str
    title: str
    goal: str
    steps: int
    came: int
    """Steps that were done and are kept; 0 where it is not begun."""
    done: bool


def page(rows: list[Row], cursor: int, size: tuple[int, int], keys: str = KEYS) -> list[Line]:
    """The heading, a row for each lesson, what the chosen one is good for, and the keys."""
    width, height = size
    done = sum(row.done for row in rows)
    head = spread(
        [(" Learn Multi-Paxos, by doing", "text bold")],
        [(f"{done} of {len(rows)} done ", "dim")],
        width,
        "panel",
    )
    room = max(height - TOP - 5, 1)
    first = first_row(len(rows), cursor, height)
    lines = [head, line()]
    for index, row in enumerate(rows[first : first + room], first):
        lines.append(_row(row, width, chosen=index == cursor))
    lines.append(line())
    goal = rows[cursor].goal if rows else "There are no lessons"
    lines += [fit([(f" {text}", "")], width) for text in wrap(goal, max(width - 2, 20))[:2]]
    lines = lines[: height - 1]
    lines += [line()] * (height - 1 - len(lines))
    return [*lines, fit([(keys, "dim")], width, "panel")]


def first_row(count: int, cursor: int, height: int) -> int:
    """Which lesson stands in the first row."""
    room = max(height - TOP - 5, 1)
    return min(max(cursor - room + 1, 0), max(count - room, 0))


def _row(row: Row, width: int, *, chosen: bool) -> Line:
    sign = ("✓", "ok bold") if row.done else ("…", "warn bold") if row.came else (" ", "")
    came = f"{row.came} of {row.steps} steps" if row.came else f"{row.steps} steps"
    return spread(
        [
            (CURSOR if chosen else " ", "key"),
            sign,
            (f" {right(str(row.number), 2)}  ", "dim"),
            (left(row.title, min(max(width - 36, 20), 60)), "text bold" if chosen else ""),
        ],
        [(row.name if width >= NAMED else "", "dim"), (right(came, 15), "dim"), (" ", "")],
        width,
        "selected" if chosen else "base",
    )
