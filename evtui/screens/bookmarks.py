"""The panel of bookmarks: a list from which one is chosen, named anew or taken away."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from evtui.render import course
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.edited import EditedPanel
from evtui.screens.panels import Body
from scenarios.course import NAME_MAX

RENAMING = "another name for it   Enter names it, Esc leaves it as it is"


class BookmarksPanel(EditedPanel[int]):
    """The bookmarks on the course that is shown; Enter closes with the place of one in the list."""

    TITLE_TEXT = "Bookmarks"
    KEYS = "Enter goes there   r renames   d deletes   ↑ ↓ another   Esc closes"
    LINE_ID = "bookmarks-line"
    MOST = NAME_MAX
    SELECTS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("B,q", "close", "Close", id="bookmarks_close"),
        Binding("up", "move(-1)", "Before", id="bookmarks_up"),
        Binding("down", "move(1)", "After", id="bookmarks_down"),
        Binding("enter", "choose", "Go", id="bookmarks_choose"),
        Binding("r", "rename", "Rename", id="bookmarks_rename"),
        Binding("d,delete", "delete", "Delete", id="bookmarks_delete"),
    ]

    class Renamed(Message):
        """The bookmark of this index is to have another name."""

        def __init__(self, index: int, name: str) -> None:
            super().__init__()
            self.index = index
            self.name = name

    class Deleted(Message):
        """The bookmark of this index is to go."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._marks = picture.course.bookmarks if picture.course else ()
        self._cursor = max(len(self._marks) - 1, 0)

    def count(self) -> int:
        """How many bookmarks there are."""
        return len(self._marks)

    def words(self) -> str:
        """The name of the one under the cursor."""
        return self._marks[self._cursor].text

    def delete(self) -> None:
        """The run's owner lets it go."""
        self.post_message(self.Deleted(self._cursor))

    def rows(self) -> int:
        """One for each."""
        return max(len(self._marks), 1)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The list, as it is now."""
        if picture.course is None:
            return []
        self._marks = picture.course.bookmarks
        self._cursor = min(self._cursor, max(len(self._marks) - 1, 0))
        return course.bookmark_rows(picture.course, self._cursor, width, height)

    def clicked(self, y: int) -> None:
        """Go to what was clicked on."""
        height = self.query_one(Body).size.height
        at = course.first_mark(len(self._marks), self._cursor, height) + y
        if 0 <= at < len(self._marks):
            self.dismiss(at)

    def action_choose(self) -> None:
        """Close with the bookmark."""
        if self._marks:
            self.dismiss(self._cursor)

    # Another name, or none.

    def action_rename(self) -> None:
        """Ask for a name."""
        if self._marks:
            self.ask(self._marks[self._cursor].text, RENAMING)

    @on(Input.Submitted)
    def named(self, event: Input.Submitted) -> None:
        """Use the name; one of nothing leaves it as it is."""
        event.stop()
        self.stop_asking()
        if event.value.strip():
            self.post_message(self.Renamed(self._cursor, event.value))
