"""The panel of branches: a tree from which one is chosen, or two."""

from typing import ClassVar

from attrs import frozen
from textual.binding import Binding, BindingType
from textual.widgets import Static

from evtui.render import course
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel

ALONE = "there is one branch only: acting in the past makes another   Esc closes"


@frozen
class BranchChoice:
    """Show a branch; or, where another one was marked, compare that one with it."""

    number: int
    marked: int = 0


class BranchesPanel(Panel[BranchChoice]):
    """All courses that the run has taken, as a tree; Enter closes with one, or with two."""

    TITLE_TEXT = "Branches"
    KEYS = "Enter shows it, at this time   c marks one to compare   ↑ ↓   Esc closes"
    MARKED_KEYS = "Enter or c on another one compares the two   ↑ ↓ another   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,q", "close", "Close", id="branches_close"),
        Binding("up", "move(-1)", "Before", id="branches_up"),
        Binding("down", "move(1)", "After", id="branches_down"),
        Binding("enter", "choose", "Show", id="branches_choose"),
        Binding("c,space", "mark", "Mark, compare", id="branches_mark"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._marked = 0
        """The number of the branch that another one is to be compared with."""
        self._rows = course.tree(picture.course.branches) if picture.course else []
        shown = [index for index, (_, it) in enumerate(self._rows) if it.shown]
        self._cursor = shown[0] if shown else 0

    def rows(self) -> int:
        """A heading, and one for each branch."""
        return len(self._rows) + 1

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The tree."""
        if picture.course is None:
            return []
        return course.branch_rows(picture.course, self._cursor, (width, height), self._marked)

    def action_move(self, by: int) -> None:
        """Another one."""
        self._cursor = min(max(self._cursor + by, 0), max(len(self._rows) - 1, 0))
        self.redraw()

    def clicked(self, y: int) -> None:
        """Show what was clicked on, or compare it."""
        first = course.first_row(len(self._rows), self._cursor, self.query_one(Body).size.height)
        if 1 <= y <= len(self._rows) - first:
            self._cursor = first + y - 1
            self.action_choose()

    def action_choose(self) -> None:
        """Close with the branch, and with the one that is marked, if it is another one."""
        if self._rows:
            number = self._rows[self._cursor][1].number
            self.dismiss(BranchChoice(number, self._marked if self._marked != number else 0))

    def action_mark(self) -> None:
        """Mark the branch; on the marked one the mark goes, on another one both are compared."""
        if len(self._rows) < 2:
            self.query_one("#panel-keys", Static).update(ALONE)
            return
        number = self._rows[self._cursor][1].number
        if self._marked not in (0, number):
            self.action_choose()
            return
        self._marked = 0 if self._marked else number
        keys = self.MARKED_KEYS if self._marked else self.KEYS
        self.query_one("#panel-keys", Static).update(keys)
        self.redraw()
