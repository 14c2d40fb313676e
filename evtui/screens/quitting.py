"""Before a session that is not kept is left: one question."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from evtui.render.line import Line, fit
from evtui.render.picture import Picture
from evtui.screens.panels import Panel

KEEP, LEAVE = "keep", "leave"
"""What may be answered; nothing means to stay."""


class QuitPanel(Panel[str]):
    """What would be lost, and the keys that keep it, lose it, or stay."""

    TITLE_TEXT = "Quit?"
    KEYS = "s save and quit   q quit without saving   Esc stay"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,enter", "answer('keep')", "Save and quit", id="quit_save"),
        Binding("q", "answer('leave')", "Quit without saving", id="quit_leave"),
    ]

    def __init__(self, branches: int, inputs: int, breakpoints: int) -> None:
        super().__init__()
        acts = "1 thing was done by hand" if inputs == 1 else f"{inputs} things were done by hand"
        ways = "in 1 branch" if branches == 1 else f"in {branches} branches"
        stops = ""
        if breakpoints:
            stops = f", {breakpoints} breakpoint{'s' * (breakpoints != 1)}"
        self._words = (f"{acts} {ways}{stops}, and not all of it is kept in a file.",)

    def rows(self) -> int:
        """One sentence."""
        return len(self._words)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What would be lost."""
        return [fit([(" ", ""), (word, "")], width) for word in self._words]

    def action_answer(self, answer: str) -> None:
        """Close with the answer."""
        self.dismiss(answer)
