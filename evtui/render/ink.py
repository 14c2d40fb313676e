"""From roles to colours: the one place where a theme meets what is drawn.

A role may carry a ground of its own, ``role@ground``, where a line has more than one.
"""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from evtui.render.line import Line, Span

ROLES = {
    "": "foreground",
    "text": "foreground",
    "dim": "ink-dim",
    "faint": "ink-faint",
    "accent": "ink-accent",
    "ok": "ink-ok",
    "warn": "ink-warn",
    "bad": "ink-bad",
    "consensus": "ink-consensus",
    "key": "ink-key",
}
"""Role → variable of the theme."""

FALLBACK = {
    "ink-dim": "foreground",
    "ink-faint": "foreground",
    "ink-accent": "text-primary",
    "ink-ok": "text-success",
    "ink-warn": "text-warning",
    "ink-bad": "text-error",
    "ink-consensus": "text-accent",
    "ink-key": "text-primary",
    "ink-selected": "panel",
    "ink-panel": "surface",
}
"""What a theme that is not ours has instead."""

GROUNDS = {
    "base": "background",
    "panel": "ink-panel",
    "selected": "ink-selected",
    "alarm": "ink-alarm",
}


class Ink:
    """Styles for roles on grounds, from the variables of a theme.

    With ``ansi`` the terminal keeps its own colours, or has none at all: grounds are its
    background, and what is dim is drawn with the terminal's own dim attribute.
    """

    def __init__(self, variables: Mapping[str, str], *, ansi: bool = False) -> None:
        self._variables = variables
        self._ansi = ansi
        self._styles: dict[tuple[str, str], Style] = {}

    def _color(self, name: str) -> Color:
        value = self._variables.get(name) or self._variables.get(FALLBACK.get(name, ""), "")
        return Color.parse(value or "ansi_default")

    def style(self, role: str, ground: str) -> Style:
        """The style of a role on a ground."""
        style = self._styles.get((role, ground))
        if style is None:
            style = self._styles[role, ground] = self._make(role, ground)
        return style

    def _make(self, role: str, ground: str) -> Style:
        role, _, over = role.partition("@")
        ground = over or ground
        name, *attributes = role.split() or [""]
        dim = name in {"dim", "faint"}
        bold = "bold" in attributes or (self._ansi and ground in {"selected", "alarm"})
        if self._ansi:
            color = Color.parse("ansi_default") if dim else self._color(ROLES[name])
            return Style(
                color=color.rich_color, dim=dim, bold=bold, reverse=ground == "alarm" or None
            )
        back = self._color("background")
        if ground != "base":
            back = self._color(GROUNDS[ground])
        fore = self._color(ROLES[name])
        if dim and ROLES[name] not in self._variables:
            fore = back.blend(fore, 0.65 if name == "dim" else 0.3)
        if ground == "alarm":
            fore = self._color("ink-alarm-text")
        return Style(color=fore.rich_color, bgcolor=back.rich_color, bold=bold)

    def strip(self, line: Line, width: int) -> Strip:
        """A line as a strip of exactly ``width`` cells."""
        ground = line.ground
        segments = [Segment(text, self.style(role, ground)) for text, role in line.spans]
        return Strip(segments).adjust_cell_length(width, self.style("", ground))


def changed_columns(old: tuple[Span, ...], new: tuple[Span, ...]) -> tuple[int, int]:
    """Characters from and to which two rows of spans differ (``(0, 0)`` when they do not).

    Counts characters, which are cells as long as the text has no wide ones; the caller redraws a
    whole row where it may have.
    """
    if old == new:
        return 0, 0
    a = [(char, role) for text, role in old for char in text]
    b = [(char, role) for text, role in new for char in text]
    if len(a) != len(b):
        return 0, max(len(a), len(b))
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), None)
    if start is None:
        return 0, 0
    end = len(a)
    while a[end - 1] == b[end - 1]:
        end -= 1
    return start, end
