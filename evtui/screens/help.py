"""The help: keys, views and symbols, on pages where they have no room together."""

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from evtui.keys.keymap import USUAL
from evtui.render import help as pages
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel
from evtui.widgets.keys import as_bound


class HelpPanel(Panel[None]):
    """Every key, every view and every symbol."""

    TITLE_TEXT = "Keys, views and symbols"
    TITLED = False
    PAGES: ClassVar[Mapping[str, pages.Page]] = pages.PAGES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q", "close", "Close", id="help_close"),
        Binding("left,shift+tab", "turn(-1)", "Page before", id="help_left"),
        Binding("right,tab", "turn(1)", "Page after", id="help_right"),
        Binding("up,pageup", "move(-1)", "Back", id="help_up"),
        Binding("down,pagedown", "move(1)", "Forward", id="help_down"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._page = 0
        self._top = 0
        self._paged = False

    def on_mount(self) -> None:
        """Say which pages there are."""
        self._tell()

    def on_resize(self) -> None:
        """There may be room for all pages now, or no more."""
        self.call_after_refresh(self._tell)

    def rows(self) -> int:
        """All pages together."""
        picture = self.query_one(Body).picture
        bound = picture.keys if picture is not None else USUAL
        return len(pages.whole(page(80, bound) for page in self.PAGES.values()))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """All pages, or one, from where it is scrolled to."""
        made = [page(width, picture.keys) for page in self.PAGES.values()]
        found = pages.whole(made)
        self._paged = len(found) > height
        if self._paged:
            found = made[self._page]
        self._top = min(max(self._top, 0), max(len(found) - height, 0))
        return found[self._top : self._top + height]

    def action_turn(self, by: int) -> None:
        """Another page."""
        self._page = (self._page + by) % len(self.PAGES)
        self._top = 0
        self.redraw()
        self._tell()

    def action_move(self, by: int) -> None:
        """Scroll; only a very small terminal needs it."""
        self._top += 4 * by
        self.redraw()

    def _tell(self) -> None:
        """The pages, which of them is seen, and the keys."""
        text = Text()
        if self._paged:
            for n, name in enumerate(self.PAGES):
                text.append(f" {name} ", "reverse bold" if n == self._page else "")
            text.append(f"  {as_bound(self, '← →')} page   ")
        text.append("Esc closes, and time goes on")
        self.query_one("#panel-keys", Static).update(text)
