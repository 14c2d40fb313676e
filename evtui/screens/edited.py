"""A list that is edited: words are typed in a line below it, and to delete asks once."""

from typing import Generic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from evtui.screens.panels import Body, Panel, Result
from evtui.widgets.keys import KeyLine


class EditedPanel(Panel[Result], Generic[Result]):
    """A panel whose list has a cursor. A subclass says what is under it, and lets it go."""

    LINE_ID = ""
    MOST = 0
    """Letters of the line."""
    SELECTS = False
    """Whether what is typed replaces the words that stand there."""
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        self._asked = False
        """Whether the last key asked to delete: once more does it."""
        self._sure = False
        """Whether the key before this one did."""

    def count(self) -> int:
        """How many there are."""
        raise NotImplementedError

    def words(self) -> str:
        """What the one under the cursor is called."""
        raise NotImplementedError

    def delete(self) -> None:
        """Let the one under the cursor go."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Title, body, a line to type words in, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            line = Input(
                id=self.LINE_ID, compact=True, max_length=self.MOST, select_on_focus=self.SELECTS
            )
            line.cursor_blink = False
            line.display = False
            yield line
            yield KeyLine(self.KEYS)

    def say(self, text: str) -> None:
        """Where the keys stand."""
        self.query_one("#panel-keys", Static).update(text)

    def action_move(self, by: int) -> None:
        """Another one."""
        if not self.typing:
            self._cursor = min(max(self._cursor + by, 0), max(self.count() - 1, 0))
            self.redraw()

    # Words.

    @property
    def typing(self) -> bool:
        """Whether words are asked for."""
        return bool(self.query_one(Input).display)

    def ask(self, text: str, keys: str) -> None:
        """Ask for words, in the place of these."""
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)
        line.display = True
        line.focus()
        self.say(keys)

    def stop_asking(self) -> None:
        """No words are asked for any more."""
        self.query_one(Input).display = False
        self.set_focus(None)
        self.say(self.KEYS)

    # To delete.

    def on_key(self) -> None:
        """Whatever key it is, it answers the question; what it does comes after this."""
        self._sure, self._asked = self._asked, False
        if self._sure:
            self.say(self.KEYS)

    def on_screen_suspend(self) -> None:
        """What is opened above it answers the question, too: its key never comes here."""
        self._keep()

    def on_mouse_down(self) -> None:
        """So does a click, before it goes to another one."""
        self._keep()

    def _keep(self) -> None:
        if self._asked:
            self._asked = False
            self.say(self.KEYS)

    def action_delete(self) -> None:
        """Ask; then let it go."""
        if not self.count():
            return
        if self._sure:
            self.delete()
            return
        self._asked = True
        self.say(f"d once more deletes “{self.words()}”   any other key keeps it")

    def action_close(self) -> None:
        """One step back: from the words, from a question, from the list."""
        if self.typing:
            self.stop_asking()
        elif not self._sure:
            self.dismiss(None)
