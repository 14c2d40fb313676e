"""The view of a what-if: choose how many futures of which faults, begin, watch, cancel, keep."""

from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType

from evtui.render import whatif
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.render.whatif import Setup
from evtui.screens.tables import LivePanel
from evtui.whatif.futures import FuturesView


class Desk(Protocol):
    """Who does what is wanted here."""

    def setup(self) -> Setup:
        """What Enter would begin."""
        ...

    def found(self) -> FuturesView | None:
        """How far the futures are; None before the first."""
        ...

    def turn(self, by: int) -> None:
        """Another profile of faults."""
        ...

    def count(self, by: int) -> None:
        """More or fewer seeds."""
        ...


class WhatIfPanel(LivePanel[None]):
    """Both arms side by side, growing as runs are finished; time can run on meanwhile."""

    TITLE_TEXT = "What if"
    KEYS = "Enter begins   ←→ faults   ↑↓ seeds   c cancels   s keeps both   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("W,q", "close", "Close", id="whatif_close"),
        Binding("left", "turn(-1)", "Faults before", id="whatif_left"),
        Binding("right", "turn(1)", "Faults after", id="whatif_right"),
        Binding("up", "count(1)", "More seeds", id="whatif_up"),
        Binding("down", "count(-1)", "Fewer seeds", id="whatif_down"),
        Binding("enter", "app.begin_futures", "Begin", id="whatif_begin"),
        Binding("c", "app.cancel_futures", "Cancel", id="whatif_cancel"),
        Binding("s", "app.keep_arms", "Keep both arms as scenarios", id="whatif_keep"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def rows(self) -> int:
        """As many as the chart needs."""
        return whatif.ROWS

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What is to be run, and what was found."""
        return whatif.page(self._desk.setup(), self._desk.found(), (width, height))

    def action_turn(self, by: int) -> None:
        """Another profile."""
        self._desk.turn(by)
        self.redraw()

    def action_count(self, by: int) -> None:
        """Another number of seeds."""
        self._desk.count(by)
        self.redraw()
