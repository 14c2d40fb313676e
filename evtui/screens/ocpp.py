"""The view of OCPP: calls and answers as they come, with their payloads."""

from typing import ClassVar

from attrs import evolve
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from evtui.render import ocpp
from evtui.render.line import Line, fit
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from evtui.widgets.keys import KeyLine
from scenarios.ocpp_view import OcppView, OcppWindow, read_filter
from scenarios.view import Window

KEYS = "↑↓ call  ←→ CP  / filter  Enter all of it  End newest  space . + -  Esc closes"
WHOLE_KEYS = "↑ ↓ PgUp PgDn scroll   Enter or Esc: back to the calls"
ASKS = "such as: start stop · pay · -meter -heart · error · waiting     Enter shows, Esc leaves"


class OcppPanel(TablePanel):
    """The calls follow the newest until somebody moves the cursor; End follows again."""

    TITLE_TEXT = "OCPP"
    KEYS = KEYS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("O,q", "close", "Close", id="ocpp_close"),
        Binding("up", "move(-1)", "Before", id="ocpp_up"),
        Binding("down", "move(1)", "After", id="ocpp_down"),
        Binding("pageup", "page(-1)", "Page back", id="ocpp_page_up"),
        Binding("pagedown", "page(1)", "Page forward", id="ocpp_page_down"),
        Binding("home", "edge(0)", "Oldest", id="ocpp_home"),
        Binding("end", "edge(1)", "Newest", id="ocpp_end"),
        Binding("left", "choose(-1)", "CP before", id="ocpp_left"),
        Binding("right", "choose(1)", "CP after", id="ocpp_right"),
        Binding("slash", "ask", "Filter", id="ocpp_filter"),
        Binding("enter", "open", "All of it", id="ocpp_open"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._cps = ["", *(cp.id for cp in picture.view.cps)]
        self._window = OcppWindow()
        self._text = ""
        """The filter as it was typed."""
        self._whole: OcppView | None = None
        """The call that is looked at in full."""
        self._top = 0

    def compose(self) -> ComposeResult:
        """Title, body, a line to type in while a filter is asked for, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            asked = Input(id="ocpp-line", compact=True, select_on_focus=False)
            asked.cursor_blink = False
            asked.display = False
            yield asked
            yield KeyLine(self.KEYS)

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """The calls that there is room for."""
        size = self.query_one(Body).size
        rows = ocpp.table_rows((size.width, size.height))
        return evolve(window, ocpp=evolve(self._window, rows=rows))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The trace as it is now, or one call in full."""
        if self._whole is not None:
            found = ocpp.whole(self._whole, width)
            self._top = min(self._top, max(len(found) - height, 0))
            page = found[self._top : self._top + height]
            return page + [fit((), width)] * (height - len(page))
        self._settle(picture.view.ocpp)
        return ocpp.page(
            picture.view, self._text, (width, height), self.motion(picture), picture.keys
        )

    def _settle(self, seen: OcppView | None) -> None:
        """The cursor stands where it was moved to; who goes beyond the newest follows it."""
        window = self._window
        if seen is None or not window.by or seen.chosen < 0:
            return
        if evolve(seen.window, rows=0) != window:
            return
        at = seen.rows[seen.chosen].at
        beyond = window.by > 0 and at == window.at
        self._window = evolve(window, at=None if beyond else at, by=0)

    @property
    def seen(self) -> OcppView | None:
        """What is shown."""
        picture = self.query_one(Body).picture or self.first
        return picture.view.ocpp

    def _want(self, window: OcppWindow) -> None:
        self._window = window
        self.post_message(self.Wanted())

    # Moving

    def action_move(self, by: int) -> None:
        """Another call; in a payload, scroll."""
        if self._whole is not None:
            self._top = max(self._top + by, 0)
            self.redraw()
            return
        seen, window = self.seen, self._window
        if seen is None or seen.chosen < 0 or (by > 0 and window.at is None and not window.by):
            return
        at = seen.rows[seen.chosen].at if window.at is None else window.at
        self._want(evolve(window, at=at, by=window.by + by))

    def action_page(self, direction: int) -> None:
        """As many as are seen, but one."""
        size = self.query_one(Body).size
        rows = size.height if self._whole else ocpp.table_rows((size.width, size.height))
        self.action_move(direction * max(rows - 1, 1))

    def action_edge(self, end: int) -> None:
        """To the oldest, or to the newest and stay there."""
        if self._whole is not None:
            self.action_move(100_000 if end else -100_000)
        else:
            self._want(evolve(self._window, at=None if end else 0, by=0))

    def action_choose(self, by: int) -> None:
        """Only the calls of another charge point, or those of all."""
        if self._whole is None:
            at = (self._cps.index(self._window.cp) + by) % len(self._cps)
            self._want(evolve(self._window, cp=self._cps[at], at=None, by=0))

    def clicked(self, y: int) -> None:
        """A click goes to a call; one on the call under the cursor shows all of it."""
        seen = self.seen
        if self._whole is not None or seen is None or not 0 <= y - ocpp.HEAD < len(seen.rows):
            return
        if y - ocpp.HEAD == seen.chosen:
            self.action_open()
        else:
            self._want(evolve(self._window, at=seen.rows[y - ocpp.HEAD].at, by=0))

    # One call

    def action_open(self) -> None:
        """Show all of the call under the cursor, as it is now; or the calls again."""
        seen = self.seen
        if self._whole is not None:
            self._whole = None
        elif seen is not None and seen.detail is not None:
            self._whole, self._top = seen, 0
            # It stays the one under the cursor, whatever comes meanwhile.
            self._want(evolve(self._window, at=seen.rows[seen.chosen].at, by=0))
        self._say(self.KEYS if self._whole is None else WHOLE_KEYS)
        self.redraw()

    def action_close(self) -> None:
        """One step back: from the filter, from a call, from the view."""
        if self.query_one(Input).display:
            self._stop_asking()
        elif self._whole is not None:
            self.action_open()
        else:
            self.dismiss(None)

    # The filter

    def _say(self, text: str) -> None:
        self.query_one("#panel-keys", Static).update(text)

    def action_ask(self) -> None:
        """Ask for a filter."""
        if self._whole is not None:
            return
        asked = self.query_one(Input)
        asked.value = self._text
        asked.cursor_position = len(asked.value)
        asked.display = True
        asked.focus()
        self._say(ASKS)
        self.on_resize()  # the line to type in takes a row

    def _stop_asking(self) -> None:
        self.query_one(Input).display = False
        self.set_focus(None)
        self._say(self.KEYS)
        self.on_resize()

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Use what was typed; what cannot be used stays there, with the reason."""
        event.stop()
        try:
            found = read_filter(event.value)
        except ValueError as error:
            self._say(str(error))
            return
        self._text = " ".join(event.value.split())
        self._stop_asking()
        self._want(evolve(self._window, filter=found, at=None, by=0))
