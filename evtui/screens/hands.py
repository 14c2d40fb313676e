"""Hands on the message that is selected in the diagram: keys, a line of them, what is posted."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from evtui.render import hands
from evtui.render.hands import DELAY, HANDS, Order
from evtui.screens.tables import LivePanel
from evtui.widgets.keys import as_bound, keys_of
from scenarios.messages.view import Arrow, Grip

WIDE = 110
"""Cells from which the keys have all their words."""
NONE = -1
"""The number of no message."""


class HandsPanel(LivePanel[None]):
    """The part of the diagram that lays hands on messages under way; the app does what is asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *[Binding(it.key, f"hand('{it.id}')", it.title, id=f"hand_{it.id}") for it in HANDS],
        Binding("z", "app.undo", "Undo", id="hand_undo"),
        Binding("Z", "app.redo", "Redo", id="hand_redo"),
    ]

    class Lay(Message):
        """Something is to be done to a message, a link or the network."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def arrows(self) -> tuple[tuple[Arrow, ...], int | None]:
        """The messages that are selected, and which of them is seen in full."""
        raise NotImplementedError

    def grip_of(self, number: int) -> Grip:
        """What hands can be laid on, of a message by its number."""
        raise NotImplementedError

    def ask_delay(self) -> None:
        """Ask by how much it is to be delayed; then :meth:`delay`."""
        raise NotImplementedError

    def selected(self) -> Arrow | str:
        """The message that is meant, or why there is none."""
        return hands.target_of(*self.arrows())

    def _grip(self, arrow: Arrow | str) -> Grip:
        return self.grip_of(NONE if isinstance(arrow, str) else arrow.number)

    def action_hand(self, hand: str) -> None:
        """Lay hands on what is selected."""
        arrow = self.selected()
        if isinstance(arrow, str) and hand != hands.NETWORK:
            self.post_message(self.Lay(Order(why_not=as_bound(self, arrow))))
            return
        order = hands.order(hand, self._grip(arrow))
        if hand == DELAY and order.verb:
            self.ask_delay()
        else:
            self.post_message(self.Lay(order))

    def delay(self, extra_us: int) -> None:
        """Delay what is selected by so much."""
        self.post_message(self.Lay(hands.order(DELAY, self._grip(self.selected()), extra_us)))

    def line_of_hands(self, end: str) -> Text | None:
        """The keys for what is selected, each of which can be clicked; None where it is moot."""
        arrow = self.selected()
        if isinstance(arrow, str):
            return Text(f"{arrow}  {end}") if self.arrows()[0] else None
        if not arrow.is_under_way:
            return None
        narrow, keys = self.size.width < WIDE, keys_of(self)
        text = Text(no_wrap=True, overflow="ellipsis")
        for name, key, word in hands.words(self._grip(arrow), narrow=narrow, keys=keys):
            click = Style(meta={"@click": f"screen.hand('{name}')"})
            text.append(f"{key} {word}", click)
            text.append(" " if narrow else "  ")
        return text.append(as_bound(self, end))
