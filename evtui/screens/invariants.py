"""The view of invariants: a table to walk through, and the story of a violation."""

from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType

from evtui.render import invariants
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from scenarios.view import Window


class InvariantsPanel(TablePanel):
    """Every invariant with its checks and margin, seen live; it begins at one that is violated."""

    TITLE_TEXT = "Invariants"
    KEYS = "↑ ↓ another   PgUp PgDn Home End   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i,q", "close", "Close", id="invariants_close"),
        Binding("up", "move(-1)", "Before", id="invariants_up"),
        Binding("down", "move(1)", "After", id="invariants_down"),
        Binding("pageup", "move(-8)", "Back", id="invariants_page_up"),
        Binding("pagedown", "move(8)", "Forward", id="invariants_page_down"),
        Binding("home", "move(-1000)", "First", id="invariants_home"),
        Binding("end", "move(1000)", "Last", id="invariants_end"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._cursor: int | None = None
        """None until somebody has moved it: then it is at the one that is violated."""

    def rows(self) -> int:
        """All of them, and a violation's story."""
        return invariants.rows_of(self.first.view)

    def wanted(self, window: Window) -> Window:
        """All invariants."""
        return evolve(window, invariants=True)

    @property
    def cursor(self) -> int:
        """The row that is told in full."""
        seen = self.query_one(Body).picture
        rows = seen.view.invariants.rows if seen and seen.view.invariants else ()
        if self._cursor is None:
            return next((at for at, row in enumerate(rows) if row.violated), 0)
        return min(self._cursor, max(len(rows) - 1, 0))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The table as it is now."""
        motion = self.motion(picture)
        return invariants.page(picture.view, self.cursor, (width, height), motion)

    def action_move(self, by: int) -> None:
        """Another row."""
        self._cursor = max(self.cursor + by, 0)
        self._cursor = self.cursor
        self.redraw()
