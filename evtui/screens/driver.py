"""The view of drivers: what one's app shows, and what he can do."""

from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType
from textual.widgets import Static

from evtui.render import driver, driver_acts
from evtui.render.driver_acts import Done, Draft
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel
from evtui.screens.tables import TablePanel
from scenarios.driver_view import DriversView, DriverView
from scenarios.tables_view import DriverWindow
from scenarios.view import Window


class DriverPanel(TablePanel):
    """The app of one driver, live, beside a list of all; Enter asks what he does."""

    TITLE_TEXT = "Driver"
    KEYS = "↑ ↓ driver   Enter: what he does   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D,q", "close", "Close", id="driver_close"),
        Binding("up,left", "move(-1)", "Before", id="driver_up"),
        Binding("down,right", "move(1)", "After", id="driver_down"),
        Binding("pageup", "move(-10)", "Back", id="driver_page_up"),
        Binding("pagedown", "move(10)", "Forward", id="driver_page_down"),
        Binding("home", "move(-100000)", "First", id="driver_home"),
        Binding("end", "move(100000)", "Last", id="driver_end"),
        Binding("enter", "act", "Do", id="driver_act"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        ev = picture.cp.ev if picture.cp is not None else None
        self._window = DriverWindow(ev="" if ev is None else ev.id)

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """The drivers that are seen, and as many words as there are rows."""
        rows = max(self.query_one(Body).size.height, 1)
        return evolve(window, drivers=evolve(self._window, rows=rows - 1, words=rows))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """List and app as they are now; the cursor stays on its driver when others come."""
        chosen = None if picture.view.drivers is None else picture.view.drivers.chosen
        if chosen is not None:
            self._window = DriverWindow(ev=chosen.ev.id)
        return driver.page(picture.view, (width, height), self.motion(picture))

    @property
    def _seen(self) -> DriversView | None:
        picture = self.query_one(Body).picture or self.first
        return picture.view.drivers

    @property
    def chosen(self) -> DriverView | None:
        """The driver under the cursor."""
        return None if self._seen is None else self._seen.chosen

    def action_move(self, by: int) -> None:
        """Another driver."""
        if self._seen is not None and self._seen.total:
            at = (self._seen.at if self._window.at is None else self._window.at) + by
            self._window = DriverWindow(at=min(max(at, 0), self._seen.total - 1))
            self.post_message(self.Wanted())

    def clicked(self, y: int) -> None:
        """A click goes to a driver."""
        if self._seen is not None and 1 <= y <= len(self._seen.rows):
            self.action_move(self._seen.first + y - 1 - self._seen.at)

    def action_act(self) -> None:
        """Ask what he does."""
        picture = self.query_one(Body).picture or self.first
        if self._seen is not None and self.chosen is not None:
            cps = tuple(cp.id for cp in picture.view.cps)
            draft = driver_acts.draft_for(self._seen, cps)
            self.app.push_screen(ActPanel(draft), self._act)

    def _act(self, done: Done | None) -> None:
        if done is not None:
            self.post_message(self.Act(done.verb, dict(done.args)))


class ActPanel(Panel[Done]):
    """What a driver does; closes with a verb and its arguments."""

    KEYS = driver_acts.CHOOSE_KEYS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Before", id="act_up"),
        Binding("down", "move(1)", "After", id="act_down"),
        Binding("left", "turn(-1)", "Less", id="act_left"),
        Binding("right", "turn(1)", "More", id="act_right"),
        Binding("backspace", "type('')", "Delete a digit", id="act_backspace"),
        Binding("enter", "choose", "Do it", id="act_choose"),
        *[
            Binding(str(n), f"type('{n}')", f"Digit {n}", show=False, id=f"act_{n}")
            for n in range(10)
        ],
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._now_us = 0

    def title_text(self) -> str:
        """Who."""
        return f"What {self._draft.ev}'s driver does"

    def rows(self) -> int:
        """A row for each thing, a gap, what Enter does."""
        return driver_acts.ROWS

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What can be done, or how much of it."""
        self._now_us = picture.view.time_us
        return driver_acts.page(self._draft, self._now_us, width, picture.keys)

    def clicked(self, y: int) -> None:
        """A click chooses."""
        found = driver_acts.at(self._draft, y)
        if found is not None:
            self._take(self._draft.pointed(found))
            if not self._draft.filling:
                self.action_choose()

    def _take(self, draft: Draft) -> None:
        self._draft = draft
        self.query_one("#panel-keys", Static).update(driver_acts.keys(draft))
        self.redraw()

    def action_move(self, by: int) -> None:
        """Another thing, or another figure."""
        self._take(self._draft.moved(by))

    def action_turn(self, by: int) -> None:
        """More or less."""
        self._take(self._draft.turned(by))

    def action_type(self, digit: str) -> None:
        """Choose by digit; of a figure, one digit more or none."""
        if self._draft.filling:
            self._take(self._draft.typed(digit))
            return
        found = driver_acts.by_digit(digit) if digit else None
        if found is not None:
            self._take(self._draft.pointed(found))
            self.action_choose()

    def action_choose(self) -> None:
        """Ask how much of it, or close with it."""
        if self._draft.asks_more:
            self._take(self._draft.opened())
        else:
            self.dismiss(self._draft.done(self._now_us))

    def action_close(self) -> None:
        """One step back."""
        if self._draft.filling:
            self._take(self._draft.closed())
        else:
            self.dismiss(None)
