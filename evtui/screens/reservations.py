"""The panel of reservations."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from evtui.render import reservations
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.tables import LivePanel


class ReservationsPanel(LivePanel[str]):
    """All that drivers asked for, seen live; Enter closes with the EV whose reservation to cancel.

    What cannot be cancelled can be chosen too: then the world says why.
    """

    TITLE_TEXT = "Reservations"
    KEYS = "Enter: cancel it   ↑ ↓ another   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,q", "close", "Close", id="reservations_close"),
        Binding("up,pageup", "move(-1)", "Before", id="reservations_up"),
        Binding("down,pagedown", "move(1)", "After", id="reservations_down"),
        Binding("enter", "choose", "Cancel it", id="reservations_choose"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._listed = reservations.newest_first(picture.view)
        self._cursor = 0

    def rows(self) -> int:
        """A heading and one for each; a few in any case, as more may come."""
        return reservations.HEAD + max(len(self._listed), 8)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The list as it is now; the cursor stays on its row when others come."""
        before, self._listed = self._listed, reservations.newest_first(picture.view)
        if before:
            self._cursor += len(self._listed) - len(before)
        return reservations.page(picture.view, self._cursor, width, height)

    def action_move(self, by: int) -> None:
        """Another row."""
        self._cursor = min(max(self._cursor + by, 0), max(len(self._listed) - 1, 0))
        self.redraw()

    def action_choose(self) -> None:
        """Close with the EV."""
        if self._listed:
            self.dismiss(self._listed[self._cursor].ev)
