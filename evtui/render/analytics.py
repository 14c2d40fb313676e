"""The view of analytics: each question with its plot, its numbers, and the answer in a sentence.

One question at a time, or all four where there is room. What is drawn was made before
(:mod:`evtui.analytics`): here lines are only laid out.
"""

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from attrs import frozen

from evtui.render import units
from evtui.render.line import Line, Span, fit, left, line, right, spread
from scenarios.view import View

ASKED: Final = {
    "active": ("active", "Which charge points are active?"),
    "last-meter": ("last meter", "What was the last meter value of each transaction?"),
    "last-seen": ("last seen", "When was each charge point heard last?"),
    "completed": (
        "completed",
        "How long did each completed transaction take, and what did it get?",
    ),
}
"""The questions in their order, by what ``evtui ask`` calls them: a short name, and the words."""

TOGETHER: Final = (150, 40)
"""Cells and rows of the body from which all four are seen."""
GAP: Final = 2
PLOT_MAX: Final = 100
"""Cells of a plot: wider, the eye does not find from a bar to its name."""

Plot = tuple[tuple[Span, ...], ...]


@frozen
class Told:
    """A question and its answer."""

    name: str
    summary: str = ""
    """The sentence that is the answer; empty where it was not asked."""
    plot: Plot = ()
    head: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    right: tuple[int, ...] = ()
    """Columns flush right."""
    lacks: str = ""
    """What there is not enough data for, and what has to happen; empty where there is."""


@frozen
class Analysis:
    """All that is known."""

    told: tuple[Told, ...]
    total: int
    """How many messages there were."""
    since_us: int
    """What was said before is not known."""
    unheard: tuple[str, ...]
    """Charge points of which nothing was heard."""


def is_wide(width: int, height: int) -> bool:
    """Whether all four have room."""
    return width >= TOGETHER[0] and height >= TOGETHER[1]


def plot_width(width: int, height: int) -> int:
    """Cells that a plot may have in a body of this size."""
    room = (width - GAP) // 2 if is_wide(width, height) else width
    return min(room - 2, PLOT_MAX)


def page(
    view: View, it: Analysis, chosen: int, top: int, size: tuple[int, int], motion: Span
) -> list[Line]:
    """All of it. ``top``: how far the numbers of the chosen one are scrolled."""
    width, height = size
    head = [_about(view, it, width, motion), *_short_of(it, width)]
    room = height - len(head)
    if not is_wide(width, height):
        return [*head, _tabs(chosen, width), *_block(it.told[chosen], top, (width, room - 1))]
    half = (width - GAP) // 2
    rows = room // 2
    lines = list(head)
    for first in (0, 2):
        blocks = [
            _block(it.told[n], top if n == chosen else 0, (half, rows), marked=n == chosen)
            for n in (first, first + 1)
        ]
        for one, other in zip(*blocks, strict=True):
            spans = [*one.spans, (" " * GAP, ""), *other.spans]
            lines.append(fit(spans, width, one.ground))
    return lines + [fit((), width)] * (height - len(lines))


def _about(view: View, it: Analysis, width: int, motion: Span) -> Line:
    start: list[Span] = [(f" {units.count(it.total)} OCPP messages", "text bold")]
    if it.since_us:
        start.append((f" since {units.clock(it.since_us)}, no earlier ones", "warn"))
    end: list[Span] = [(units.clock(view.time_us), "text bold"), ("  ", ""), motion, (" ", "")]
    return spread(start, end, width)


def _short_of(it: Analysis, width: int) -> list[Line]:
    """Of whom nothing can be said."""
    if not it.unheard or not it.total:
        return []
    names = ", ".join(it.unheard[:8]) + (f" and {len(it.unheard) - 8} more" * (len(it.unheard) > 8))
    return [fit([(f" nothing was heard of {names}: no answer speaks of them", "warn")], width)]


def _tabs(chosen: int, width: int) -> Line:
    spans: list[Span] = []
    for number, (short, _) in enumerate(ASKED.values()):
        role = "key bold" if number == chosen else "dim"
        spans += [
            (f" {number + 1} ", role),
            (f"{short}  ", "text bold" if number == chosen else ""),
        ]
    return fit(spans, width, "panel")


def _block(it: Told, top: int, size: tuple[int, int], *, marked: bool = False) -> list[Line]:
    """One question: its words, the answer, the plot, the numbers; exactly so many lines."""
    width, height = size
    question = ASKED[it.name][1]
    mark: Span = ("▌" if marked else " ", "accent bold")
    lines = [fit([mark, (question, "text bold")], width)]
    if it.lacks:
        lines += [fit([(f" {part}", "warn")], width) for part in wrap(it.lacks, max(width - 2, 20))]
    else:
        lines.append(fit([(f" {it.summary}", "accent bold")], width))
        lines.append(line())
        drawn = list(_drawn(it.plot, width))
        plot, table = _shares(len(drawn), len(it.cells), height - len(lines))
        lines += _cut(drawn, plot, width)
        if table > 2:
            lines += [line(), *_table(it, top, (width, table - 1))]
    lines = lines[:height]
    return [fit(each.spans, width) for each in lines] + [fit((), width)] * (height - len(lines))


def _drawn(plot: Plot, width: int) -> Iterator[Line]:
    """The lines of a plot; a sentence that is too long goes on in the next line."""
    for spans in plot:
        text = "".join(each for each, _ in spans)
        if len(spans) > 1 or len(text) < width:
            yield fit([(" ", ""), *spans], width)
            continue
        for part in wrap(text, max(width - 2, 20)):
            yield fit([(f" {part}", spans[0][1])], width)


def _shares(plot: int, rows: int, room: int) -> tuple[int, int]:
    """How many lines the plot gets and how many the numbers, with their head and a gap."""
    wanted = rows + 2
    if plot + wanted <= room:
        return plot, wanted
    least = min(wanted, max(room // 3, 4))
    got = min(plot, room - least)
    return got, room - got


def _cut(lines: list[Line], room: int, width: int) -> list[Line]:
    """As many as there is room for; the last one, which says how to read it, stays."""
    if len(lines) <= room:
        return lines
    if room < 2:
        return lines[:room]
    more = len(lines) - room + 1
    said = fit([(f" … {more} more lines", "dim")], width)
    return [*lines[: room - 2], said, lines[-1]] if room > 2 else [*lines[: room - 1], said]


def _table(it: Told, top: int, size: tuple[int, int]) -> list[Line]:
    width, height = size
    room = max(height - 1, 1)
    shown = list(it.cells[top : top + room])
    below = len(it.cells) - top - len(shown)
    if below and len(shown) > 1:
        shown.pop()
        below += 1
    rows = [it.head, *shown]
    cells = [max(len(row[n]) for row in rows) for n in range(len(it.head))]
    lines = []
    for index, row in enumerate(rows):
        texts = (
            (right if n in it.right else left)(text, room)
            for n, (text, room) in enumerate(zip(row, cells, strict=True))
        )
        lines.append(fit([(" " + "  ".join(texts), "" if index else "dim")], width))
    if below:
        lines.append(fit([(f" … {below:,} more: ↓", "dim")], width))
    return lines


def most_top(it: Told) -> int:
    """How far the numbers can be scrolled."""
    return max(len(it.cells) - 1, 0)
