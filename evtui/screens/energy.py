"""The panel of energy: cables, promises, the plan, grants."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from evtui.render import energy
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.tables import LivePanel


class EnergyPanel(LivePanel[None]):
    """What cables carry, and what was promised to whom, seen live."""

    TITLE_TEXT = "Energy"
    KEYS = "↑ ↓ scroll   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,q", "close", "Close", id="energy_close"),
        Binding("up", "move(-1)", "Back", id="energy_up"),
        Binding("down", "move(1)", "Forward", id="energy_down"),
        Binding("pageup", "move(-10)", "Back", id="energy_page_up"),
        Binding("pagedown", "move(10)", "Forward", id="energy_page_down"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._top = 0
        self._total = len(energy.page(picture.view, 80))

    def rows(self) -> int:
        """All of it, and room for more."""
        return self._total + 4

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The page as it is now, from where it is scrolled to."""
        found = energy.page(picture.view, width)
        self._total = len(found)
        self._top = min(self._top, max(len(found) - height, 0))
        return found[self._top : self._top + height]

    def action_move(self, by: int) -> None:
        """Scroll."""
        self._top = max(self._top + by, 0)
        self.redraw()
