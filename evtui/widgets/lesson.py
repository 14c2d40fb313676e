"""The text panel of a lesson, above the network or beside it."""

from collections.abc import Callable, Mapping

from attrs import evolve
from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message

from evtui.render import lesson
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.widgets.lines import Lines

BESIDE = 170
"""Cells of a terminal from which it stands beside the network."""
USUAL, SHORT = 24, 30
LEAST, SHARE = 9, 3
"""Rows that it may have in a short terminal; in another one a third."""

Keys = Callable[[], Mapping[str, str]]
Menu = Callable[[], list[tuple[str, str]]]


class LessonPanel(Lines):
    """Which step, what it tells, what is to be done."""

    class Clicked(Message):
        """A key of the text was clicked on."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key
            """What it looks like."""

    def __init__(self, keys: Keys, menu: Menu) -> None:
        super().__init__()
        self._keys, self._menu = keys, menu

    def show(self, picture: Picture | None) -> None:
        """Take a new picture, and the room that its text needs."""
        before = self.picture.lesson if self.picture is not None else None
        super().show(picture)
        if picture is not None and picture.lesson != before:
            self.refresh(layout=True)

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The lines that there are."""
        return self._fitting(picture, width, height)[:height]

    def _fitting(self, picture: Picture, width: int, height: int) -> list[Line]:
        """All lines; where they have no room, the text gives way to task, hint and warning."""
        standing = picture.lesson
        if standing is None:
            return []
        keys, menu = self._keys(), self._menu()
        found = lesson.lines(standing, keys, menu, width)
        if len(found) > height and not standing.done:
            return lesson.lines(evolve(standing, hidden=True), keys, menu, width)
        return found

    def on_click(self, event: events.Click) -> None:
        """A key in the text, or in the line of keys, does what it would do."""
        at = 0
        row = self.shown[event.y] if event.y < len(self.shown) else Line()
        for text, role in row.spans:
            if at <= event.x < at + cell_len(text) and role == "key bold":
                self.post_message(self.Clicked(text.strip().replace("\u00a0", " ")))
            at += cell_len(text)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text needs; in a short terminal the run keeps the most of it."""
        if self.picture is None:
            return 1
        room = room_in(self.screen.size.height)
        return min(len(self._fitting(self.picture, width, room)), room)


def room_in(rows: int) -> int:
    """How many rows of a terminal it may have at the most."""
    if rows < USUAL:
        return max(rows * LEAST // USUAL, 3)
    return LEAST if rows < SHORT else max(rows // SHARE, LEAST)
