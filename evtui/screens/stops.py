"""The view of breakpoints: a list that is edited while time runs or stands."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from evtui.render import stops
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.edited import EditedPanel
from evtui.screens.panels import Body
from evtui.screens.tables import LivePanel
from scenarios.course import BreakpointView

Put = Callable[[str, int | None], str]
"""Takes words, and which one they replace (None: none); says why they are refused, else nothing."""

NEVER = "it has not stopped the run yet   Esc closes"


class StopsPanel(EditedPanel[None], LivePanel[None]):
    """All breakpoints of the run: each on or off, and where it stopped the run last."""

    TITLE_TEXT = "Breakpoints"
    KEYS = "a adds  Enter edits  o on/off  d deletes  j its last stop  space .  Esc closes"
    ASKS = "what the run is to stop at   Enter sets it, Esc leaves it as it was"
    LINE_ID = "stops-line"
    MOST = 200
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S,q", "close", "Close", id="stops_close"),
        Binding("up", "move(-1)", "Before", id="stops_up"),
        Binding("down", "move(1)", "After", id="stops_down"),
        Binding("a", "add", "Add", id="stops_add"),
        Binding("enter,e", "edit", "Edit", id="stops_edit"),
        Binding("o", "switch", "On or off", id="stops_switch"),
        Binding("d,delete", "delete", "Delete", id="stops_delete"),
        Binding("j", "jump", "Its last stop", id="stops_jump"),
    ]

    class Switched(Message):
        """The breakpoint of this index is to be on, or off."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Jumped(Message):
        """The last stop of the breakpoint of this index is to be shown."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Deleted(Message):
        """The breakpoint of this index is to go."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(
        self, picture: Picture, cps: tuple[str, ...], evs: tuple[str, ...], put: Put
    ) -> None:
        super().__init__()
        self._here, self._put = (cps, evs), put
        """Who there is in the run, for examples; and who takes the words."""
        self._all: tuple[BreakpointView, ...] = ()
        self._take(picture)
        self._first = 0
        self._editing: int | None = None
        """Which one the words that are typed replace; None: they are another one."""
        self._why = ""
        """Why what was typed last is refused."""

    def _take(self, picture: Picture) -> None:
        self._all = picture.course.breakpoints if picture.course is not None else ()

    def count(self) -> int:
        """How many breakpoints there are."""
        return len(self._all)

    def words(self) -> str:
        """What the one under the cursor waits for."""
        return self._all[self._cursor].text

    def delete(self) -> None:
        """The run's owner lets it go."""
        self.post_message(self.Deleted(self._cursor))

    def rows(self) -> int:
        """The list, what is said, the help; and a few to grow."""
        return max(len(self._all), 1) + len(stops.examples(*self._here)) + 8

    # What is shown.

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The list as it is now, what is wrong with what is typed, and help."""
        self._take(picture)
        self._cursor = min(self._cursor, max(len(self._all) - 1, 0))
        said, helps = self._below(picture, width)
        place = self._laid(height, len(said), len(helps))
        self._first = place.first
        motion = self.motion(picture)
        return stops.page(self._all, self._cursor, place, said, helps, (width, height), motion)

    def _laid(self, height: int, said: int, helps: int) -> stops.Place:
        return stops.lay(len(self._all), self._cursor, self._first, height, said, helps)

    def _below(self, picture: Picture, width: int) -> tuple[list[Line], list[Line]]:
        """What stands below the list: what is said, and the help."""
        branches = len(picture.course.branches) if picture.course is not None else 1
        if self._why:
            said = stops.refused(self._why, width)
        elif picture.stop is not None:
            said = stops.stopped(picture.stop, width)
        else:
            at = self._all[self._cursor] if self._all else None
            said = stops.detail(at, branches, width)
        return said, stops.help_lines(*self._here, width)

    def clicked(self, y: int) -> None:
        """A click goes to a breakpoint, and on the one under the cursor switches it."""
        body = self.query_one(Body)
        picture = body.picture
        if picture is None:
            return
        said, helps = self._below(picture, body.size.width)
        place = self._laid(body.size.height, len(said), len(helps))
        at = place.first + y - 1
        if 1 <= y < place.rows and at < len(self._all):
            if at == self._cursor:
                self.action_switch()
            else:
                self.action_move(at - self._cursor)
            return
        example = y - place.help_from - stops.HELP_HEAD
        texts = [text for text, _ in stops.examples(*self._here)]
        if 0 <= example < len(texts):
            self._put_words(texts[example], self._editing if self.typing else None)

    # Switching, going there.

    def action_switch(self) -> None:
        """On, or off."""
        if self._all and not self.typing:
            self.post_message(self.Switched(self._cursor))

    def action_jump(self) -> None:
        """Close, and show where it stopped the run last."""
        if not self._all:
            return
        if not self._all[self._cursor].last:
            self.say(NEVER)
            return
        self.post_message(self.Jumped(self._cursor))
        self.dismiss(None)

    # Words.

    def action_add(self) -> None:
        """Ask for another one."""
        self._put_words("", None)

    def action_edit(self) -> None:
        """Ask for other words of this one; where there is none, for one."""
        if self._all:
            self._put_words(self._all[self._cursor].text, self._cursor)
        else:
            self.action_add()

    def _put_words(self, text: str, index: int | None) -> None:
        self._editing, self._why = index, ""
        self.ask(text, self.ASKS)
        self.redraw()

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Use the words; those that say nothing stay there, with what is allowed."""
        event.stop()
        index = self._editing
        if not event.value.strip():
            self.stop_asking()
            return
        self._why = self._put(event.value, index)
        if self._why:
            self.redraw()
            return
        if index is None:
            self._cursor = len(self._all)
        self.stop_asking()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """What was refused is another text now."""
        event.stop()
        if self._why:
            self._why = ""
            self.redraw()

    def stop_asking(self) -> None:
        """The help is as it was."""
        self._why = ""
        super().stop_asking()
        self.redraw()
