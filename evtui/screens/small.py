"""What is shown where there is no room for anything else."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from evtui.safety.guarded import Guarded
from evtui.widgets.keys import as_bound

LEAST = Size(40, 10)
"""Columns and rows below which nothing useful can be read."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal has no room for the views."""
    return size.width < LEAST.width or size.height < LEAST.height


class SmallScreen(Guarded, ModalScreen[None]):
    """Says how large the terminal is and should be; goes away when it has grown.

    No other key works meanwhile: nobody shall break what he does not see.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit", id="small_quit")]

    _gone = False

    def compose(self) -> ComposeResult:
        """Two short lines."""
        yield Static(id="small-text", markup=False)

    def on_resize(self) -> None:
        """Say it anew, or make room."""
        self._look()

    def on_screen_resume(self) -> None:
        """What lay above has gone."""
        self._look()

    def _look(self) -> None:
        size = self.app.size
        if is_too_small(size):
            text = f"{size.width}×{size.height} is too small\n{LEAST.width}×{LEAST.height} at least"
            self.query_one("#small-text", Static).update(f"{text}\n{as_bound(self, 'q quits')}")
        elif self.app.screen is self and not self._gone:
            self._gone = True
            self.dismiss(None)
