"""The panel of bookmarks: a list from which one is chosen, named anew or taken away."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from evtui.render import course
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel
from evtui.widgets.keys import KeyLine
from scenarios.course import NAME_MAX

RENAMING = "another name for it   Enter names it, Esc leaves it as it is"


class BookmarksPanel(Panel[int]):
    """The bookmarks on the course that is shown; Enter closes with the place of one in the list."""

    TITLE_TEXT = "Bookmarks"
    KEYS = "Enter goes there   r renames   d deletes   ↑ ↓ another   Esc closes"
    AUTO_FOCUS = ""
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
        self._asked = False
        """Whether the last key asked to delete: once more does it."""
        self._sure = False
        """Whether the key before this one did."""

    def compose(self) -> ComposeResult:
        """Title, body, a line to type a name in, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            line = Input(id="bookmarks-line", compact=True, max_length=NAME_MAX)
            line.cursor_blink = False
            line.display = False
            yield line
            yield KeyLine(self.KEYS)

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

    def _say(self, text: str) -> None:
        self.query_one("#panel-keys", Static).update(text)

    def action_move(self, by: int) -> None:
        """Another one."""
        self._cursor = min(max(self._cursor + by, 0), max(len(self._marks) - 1, 0))
        self.redraw()

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
            line = self.query_one(Input)
            line.value = self._marks[self._cursor].text
            line.display = True
            line.focus()
            self._say(RENAMING)

    @on(Input.Submitted)
    def named(self, event: Input.Submitted) -> None:
        """Use the name; one of nothing leaves it as it is."""
        event.stop()
        self._stop_asking()
        if event.value.strip():
            self.post_message(self.Renamed(self._cursor, event.value))

    def _stop_asking(self) -> None:
        self.query_one(Input).display = False
        self.set_focus(None)
        self._say(self.KEYS)

    def on_key(self) -> None:
        """Whatever key it is, it answers the question; what it does comes after this."""
        self._sure, self._asked = self._asked, False
        if self._sure:
            self._say(self.KEYS)

    def on_screen_suspend(self) -> None:
        """What is opened above it answers the question, too: its key never comes here."""
        if self._asked:
            self._asked = False
            self._say(self.KEYS)

    def action_delete(self) -> None:
        """Ask; then let it go."""
        if not self._marks:
            return
        if not self._sure:
            self._asked = True
            name = self._marks[self._cursor].text
            self._say(f"d once more deletes “{name}”   any other key keeps it")
            return
        self.post_message(self.Deleted(self._cursor))

    def action_close(self) -> None:
        """One step back: from a name, from a question, from the list."""
        if self.query_one(Input).display:
            self._stop_asking()
        elif not self._sure:
            self.dismiss(None)
