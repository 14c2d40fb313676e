"""The network with the text of a lesson above it, or beside it where there is room."""

from textual import events
from textual.app import ComposeResult

from evtui.screens.network import NetworkScreen
from evtui.widgets.lesson import BESIDE, Keys, LessonPanel, Menu
from evtui.widgets.panes import Header


class LessonScreen(NetworkScreen):
    """All that the network's screen has, and the text."""

    def __init__(self, keys: Keys, menu: Menu) -> None:
        super().__init__()
        self._panel = LessonPanel(keys, menu)

    def compose(self) -> ComposeResult:
        """The text below the header."""
        for widget in super().compose():
            yield widget
            if isinstance(widget, Header):
                yield self._panel

    def on_resize(self, event: events.Resize) -> None:
        """Beside or above."""
        self._panel.set_class(event.size.width >= BESIDE, "-beside")
