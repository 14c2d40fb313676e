"""The panel that asks what a charge point is to be in the group."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from evtui.render import membership
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Panel


class MembershipPanel(Panel[str]):
    """What can be done with the membership of the selected CP; closes with a verb.

    What is not possible by the picture can be chosen too: then the world says why.
    """

    KEYS = "Enter or digit: do it   ↑ ↓ another   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", "Before", id="membership_up"),
        Binding("down,right", "move(1)", "After", id="membership_down"),
        Binding("enter,v", "choose", "Do it", id="membership_choose"),
        *[
            Binding(
                str(n + 1), f"choose({n})", f"Choice {n + 1}", show=False, id=f"membership_{verb}"
            )
            for n, verb in enumerate(membership.VERBS)
        ],
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._selected = picture.selected
        self._cursor = 0
        if picture.cp is not None:
            self._cursor = membership.first_possible(picture.view, picture.cp)

    def title_text(self) -> str:
        """Whose membership it is."""
        return f"{self._selected} in the group"

    def rows(self) -> int:
        """What it is, a gap, and one for each move."""
        return membership.HEAD + len(membership.VERBS)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What is possible as the group is now: it may change while the panel is open."""
        cp = next((cp for cp in picture.view.cps if cp.id == self._selected), None)
        if cp is None:
            return []
        return membership.page(picture.view, cp, self._cursor, width, picture.keys)

    def clicked(self, y: int) -> None:
        """A click chooses."""
        self.action_choose(y - membership.HEAD)

    def action_move(self, by: int) -> None:
        """Another move."""
        self._cursor = (self._cursor + by) % len(membership.VERBS)
        self.redraw()

    def action_choose(self, index: int | None = None) -> None:
        """Close with the verb."""
        at = self._cursor if index is None else index
        if 0 <= at < len(membership.VERBS):
            self.dismiss(membership.VERBS[at])
