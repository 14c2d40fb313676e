"""A list to choose from, drawn by its app; no run is needed."""

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from evtui.render.lessons import TOP
from evtui.render.line import Line
from evtui.widgets.lines import ink_of


class Choice(Widget):
    """The lines of a page."""

    class Clicked(Message):
        """A row of the list was clicked on."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, lines: Callable[[int, int], list[Line]]) -> None:
        super().__init__()
        self._make = lines
        self.shown: list[Line] = []
        """What is seen now."""

    def redraw(self) -> None:
        """Draw it anew."""
        self.shown = self._make(self.size.width, self.size.height)
        self.refresh()

    def on_resize(self) -> None:
        """Other lines fit."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Tell which."""
        self.post_message(self.Clicked(event.y - TOP))

    def render_line(self, y: int) -> Strip:
        """One line."""
        line = self.shown[y] if y < len(self.shown) else Line()
        return ink_of(self.app).strip(line, self.size.width)
