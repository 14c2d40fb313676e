"""The list of lessons: what there is to learn, what is done, and where to go on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen

from evtui.comfort import ComfortApp
from evtui.keys.keymap import told
from evtui.learn.command import state
from evtui.learn.progress import Store
from evtui.render.lessons import KEYS, Row, page
from evtui.render.line import Line
from evtui.safety import signals
from evtui.settings.force import Settings
from evtui.widgets.choice import Choice
from evtui.widgets.keys import usual_of
from scenarios.lessons.library import key_of, lesson_of
from scenarios.schema import Scenario


class ChooserScreen(Screen[None]):
    """The list alone."""

    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        """One list."""
        app = self.app
        assert isinstance(app, Chooser)  # noqa: S101 - it lives there only
        yield Choice(app.lines)


class Chooser(ComfortApp[Scenario]):
    """Chooses a lesson; ends with it, or with None."""

    TITLE = "evtui learn"
    CSS_PATH = "../app.tcss"
    ENABLE_COMMAND_PALETTE = False
    CSS = "ChooserScreen { background: $background; } Choice { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Before", id="lessons_up"),
        Binding("down,j", "move(1)", "After", id="lessons_down"),
        Binding("home", "move(-99)", "First", id="lessons_first"),
        Binding("end", "move(99)", "Last", id="lessons_last"),
        Binding("enter,space", "choose", "Open", id="lessons_open"),
        Binding("q,escape", "leave", "Quit", id="lessons_quit"),
    ]
    cursor: reactive[int] = reactive(0, init=False)

    def __init__(
        self, lessons: list[Scenario], store: Store, settings: Settings | None = None
    ) -> None:
        self.settings = Settings() if settings is None else settings
        super().__init__()
        self.make_comfortable()
        self._lessons, self._store = lessons, store
        self.set_reactive(Chooser.cursor, self._first())

    def get_default_screen(self) -> Screen[None]:
        """The list."""
        return ChooserScreen()

    def on_mount(self) -> None:
        """Say what was wrong with the settings, and with what was kept."""
        self.tell_of_settings()
        if not self.is_headless:
            signals.heed(lambda number: self.exit(return_code=signals.exit_code(number)))
        if self._store.warning:
            self.notify(self._store.warning, severity="warning", timeout=30, markup=False)

    def _first(self) -> int:
        """The lesson that was begun, else the first that is not done."""
        for wanted in ("begun", "new"):
            for n, it in enumerate(self._lessons):
                if state(self._store, key_of(it)) == wanted:
                    return n
        return 0

    def lines(self, width: int, height: int) -> list[Line]:
        """The page as it is now."""
        rows = []
        for it in self._lessons:
            lesson, way = lesson_of(it), self._store.way(key_of(it))
            steps = len(lesson.steps)
            came = 0 if way is None else way.step
            done = self._store.done(key_of(it))
            rows.append(Row(lesson.number, it.name, lesson.title, lesson.goal, steps, came, done))
        keys = told(KEYS, usual_of(ChooserScreen), self.settings.keys)
        return page(rows, self.cursor, (width, height), keys)

    def watch_cursor(self) -> None:
        """Draw the page anew."""
        for choice in self.screen.query(Choice):
            choice.redraw()

    def on_choice_clicked(self, message: Choice.Clicked) -> None:
        """A click chooses; another one opens."""
        row = message.row
        if 0 <= row < len(self._lessons):
            if row == self.cursor:
                self.action_choose()
            self.cursor = row

    def action_move(self, by: int) -> None:
        """Another lesson."""
        self.cursor = min(max(self.cursor + by, 0), len(self._lessons) - 1)

    def action_choose(self) -> None:
        """Open it."""
        if self._lessons:
            self.exit(self._lessons[self.cursor])

    def action_leave(self) -> None:
        """Open none."""
        self.exit(None)
