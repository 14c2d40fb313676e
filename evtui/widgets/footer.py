"""The footer: keys that fit, each of them clickable."""

from textual import events
from textual.message import Message

from evtui.actions import Action
from evtui.render.footer import Spot, footer
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.widgets.lines import Lines


class Footer(Lines):
    """One line of keys, made from the registry of actions."""

    class Clicked(Message):
        """Somebody clicked on a key."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[Spot] = []

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The line."""
        line, self._spots = footer(picture, width)
        return [line]

    def on_click(self, event: events.Click) -> None:
        """Do what the key would do."""
        for spot in self._spots:
            if spot.start <= event.x < spot.end:
                self.post_message(self.Clicked(spot.action))
