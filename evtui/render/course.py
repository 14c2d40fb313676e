"""The line of time: how far the run is, how far it was run, what was done by hand, bookmarks."""

from evtui.render import units
from evtui.render.glyphs import FULL, TRACK
from evtui.render.line import Line, Span, fit, joined, left
from scenarios.course import BranchView, Course

INPUT, BOOKMARK = "╋", "◆"
SHOWN, CURSOR, MARKED = "▸", "▌", "◈"


def track(time_us: int, duration_us: int, course: Course | None, width: int) -> list[Span]:
    """The line, with what was run already behind now, and marks at their times."""
    duration_us = max(duration_us, 1)
    filled = min(round(time_us * width / duration_us), width)
    if time_us > 0 and filled == 0:
        filled = 1
    known = filled
    if course is not None and course.is_past:
        known = max(min(round(course.tip_us * width / duration_us), width), filled)
    cells: list[Span] = [
        *[(FULL, "accent")] * filled,
        *[(FULL, "faint")] * (known - filled),
        *[(TRACK, "faint")] * (width - known),
    ]
    if course is not None:
        for mark in course.inputs:
            cells[cell_of(mark.time_us, duration_us, width)] = (INPUT, "warn")
        for mark in course.bookmarks:
            cells[cell_of(mark.time_us, duration_us, width)] = (BOOKMARK, "ok")
    return joined(cells)


def cell_of(time_us: int, duration_us: int, width: int) -> int:
    """Which cell of the line a time falls into."""
    return min(max(time_us * width // max(duration_us, 1), 0), width - 1)


def time_of(cell: int, duration_us: int, width: int) -> int:
    """The time at a cell of the line, in µs: 0 at the first, the end of the run at the last."""
    return min(max(cell, 0), width - 1) * duration_us // max(width - 1, 1)


def where(course: Course | None) -> str:
    """Which branch is shown, and whether it goes on; empty where there is only one, at its end."""
    if course is None:
        return ""
    words = []
    if len(course.branches) > 1:
        words.append(f"branch {course.number} of {len(course.branches)}")
    if course.is_past:
        words.append(f"past, until {units.clock(course.tip_us)}")
    return ", ".join(words)


def tree(branches: tuple[BranchView, ...]) -> list[tuple[str, BranchView]]:
    """All branches, each below the one that it left, with the lines that are drawn before it."""
    rows: list[tuple[str, BranchView]] = []

    def grow(parent: int, before: str) -> None:
        children = [it for it in branches if it.parent == parent]
        for index, child in enumerate(children):
            last = index == len(children) - 1
            rows.append((before + ("└─ " if last else "├─ ") if parent else "", child))
            grow(child.number, (before + ("   " if last else "│  ")) if parent else "")

    grow(0, "")
    return rows


def first_row(count: int, cursor: int, height: int) -> int:
    """The first of so many branches that is seen, below the heading."""
    return min(max(cursor - height + 2, 0), max(count - height + 1, 0))


def branch_rows(course: Course, cursor: int, size: tuple[int, int], marked: int = 0) -> list[Line]:
    """The panel of branches: which, from when to when, what made it; one may be marked."""
    width, height = size
    rows = tree(course.branches)
    first = first_row(len(rows), cursor, height)
    head = fit([(left(" branch", 22), "dim"), (left("from", 12), "dim"),
                (left("run to", 12), "dim"), ("by", "dim")], width)  # fmt: skip
    lines = [head]
    for index, (drawn, it) in enumerate(rows[first : first + height - 1], first):
        spans: list[Span] = [
            (CURSOR if index == cursor else " ", "accent bold"),
            (MARKED if it.number == marked else SHOWN if it.shown else " ", "accent bold"),
            (left(f"{drawn}{it.number}", 20), "text bold" if it.shown else ""),
            (left(units.clock(it.forked_us), 12), ""),
            (left(units.clock(it.tip_us), 12), ""),
            (it.why or _beginning(it), "dim"),
        ]
        lines.append(fit(spans, width, "selected" if index == cursor else "base"))
    return lines


def _beginning(first: BranchView) -> str:
    """What the first branch is: the scenario, and what was done by hand in it."""
    return "the scenario" + (f", {first.inputs} done by hand" if first.inputs else "")


def first_mark(count: int, cursor: int, height: int) -> int:
    """The first of so many bookmarks that is seen."""
    return min(max(cursor - height + 1, 0), max(count - height, 0))


def bookmark_rows(course: Course, cursor: int, width: int, height: int) -> list[Line]:
    """The panel of bookmarks on the course that is shown."""
    if not course.bookmarks:
        return [fit([(" none yet: b sets one at the time that is shown", "dim")], width)]
    first = first_mark(len(course.bookmarks), cursor, height)
    return [
        fit(
            [(CURSOR if index == cursor else " ", "accent bold"), (BOOKMARK, "ok"), (" ", ""),
             (left(units.clock(it.time_us), 12), "text bold"), (it.text, "")],
            width,
            "selected" if index == cursor else "base",
        )
        for index, it in enumerate(course.bookmarks[first : first + height], first)
    ]  # fmt: skip
