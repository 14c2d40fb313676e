"""A line of the screen as data: spans of text, each with a role instead of a colour.

A role names what the text *means* (``ok``, ``bad``, ``dim`` …) and may be followed by ``bold``.
:mod:`evtui.render.ink` turns roles into the colours of the theme. Widths are in terminal cells.
"""

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

Span = tuple[str, str]
"""A text and its role."""


class Line(NamedTuple):
    """Spans on a ground (``base``, ``panel`` or ``selected``)."""

    spans: tuple[Span, ...] = ()
    ground: str = "base"

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self.spans)

    @property
    def width(self) -> int:
        """Width in cells."""
        return sum(cell_len(text) for text, _ in self.spans)


def line(*spans: Span, ground: str = "base") -> Line:
    """Build a line of the spans that have a text."""
    return Line(tuple(span for span in spans if span[0]), ground)


def clip(text: str, width: int) -> str:
    """Shorten a text to ``width`` cells; an ellipsis says that more than blanks is missing."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    if cell_len(text.rstrip()) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1).rstrip() + "…"


def left(text: str, width: int) -> str:
    """Exactly ``width`` cells, text at the left."""
    text = clip(text, width)
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """Exactly ``width`` cells, text at the right."""
    text = clip(text, width)
    return " " * (width - cell_len(text)) + text


def fit(spans: Iterable[Span], width: int, ground: str = "base") -> Line:
    """Cut or fill spans to a line of exactly ``width`` cells."""
    kept: list[Span] = []
    room = width
    for text, role in spans:
        if not text:
            continue
        size = cell_len(text)
        if size > room:
            if room:
                kept.append((left(clip(text, room), room), role))
            room = 0
            break
        kept.append((text, role))
        room -= size
    if room:
        kept.append((" " * room, ""))
    return Line(tuple(kept), ground)


def spread(start: Iterable[Span], end: Iterable[Span], width: int, ground: str = "base") -> Line:
    """Spans at the left edge and spans at the right edge; the left ones give way.

    Their words do not run together: at least one blank stands between them.
    """
    start, end = tuple(start), tuple(end)
    room = width - sum(cell_len(text) for text, _ in end)
    if room < 0:
        return fit(end, width, ground)
    kept = fit(start, room)
    last = "".join(text for text, _ in end)
    if room and last and not kept.plain.endswith(" ") and not last.startswith(" "):
        kept = Line((*fit(start, room - 1).spans, (" ", "")))
    return Line(kept.spans + end, ground)


def heading(title: str, note: Iterable[Span], end: Iterable[Span], width: int) -> Line:
    """The heading of a part of the screen."""
    return spread(
        ((" " + title, "text bold"), ("  ", ""), *note), (*end, (" ", "")), width, "panel"
    )


def flow(items: Iterable[tuple[Span, ...]], width: int, gap: str = "   ") -> list[Line]:
    """Lay items out one after the other, on as many lines as they need; no item is broken."""
    lines: list[list[Span]] = []
    room = 0
    for item in items:
        size = sum(cell_len(text) for text, _ in item)
        if lines and size + len(gap) <= room:
            lines[-1] += [(gap, ""), *item]
            room -= size + len(gap)
        else:
            lines.append([(" ", ""), *item])
            room = width - size - 1
    return [fit(spans, width) for spans in lines]


def joined(cells: Iterable[Span]) -> list[Span]:
    """Neighbours of one role as one span."""
    spans: list[Span] = []
    for text, role in cells:
        if spans and spans[-1][1] == role:
            spans[-1] = (spans[-1][0] + text, role)
        else:
            spans.append((text, role))
    return spans
