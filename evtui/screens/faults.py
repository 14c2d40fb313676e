"""The panel of faults: everything that can be broken by hand, and everything that is broken."""

from typing import ClassVar

from attrs import evolve
from textual import events
from textual.binding import Binding, BindingType

from evtui.render import fault_page
from evtui.render.fault_draft import Draft, first_draft
from evtui.render.fault_page import Spot
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from scenarios.view import View, Window


class FaultsPanel(TablePanel):
    """Groups of faults, of whom, how much; Enter does one, or ends it. Seen live."""

    TITLE_TEXT = "Faults"
    KEYS = "↑↓ fault  ←→ how much, whom  Tab group  Enter do or end  z undo  Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F,q", "close", "Close", id="faults_close"),
        Binding("up", "move(-1)", "Before", id="faults_up"),
        Binding("down", "move(1)", "After", id="faults_down"),
        Binding("left", "turn(-1)", "Less", id="faults_left"),
        Binding("right", "turn(1)", "More", id="faults_right"),
        Binding("tab,pagedown", "group(1)", "Next group", id="faults_tab"),
        Binding("shift+tab,pageup", "group(-1)", "Group before", id="faults_back_tab"),
        Binding("o", "one_way", "One way or both", id="faults_one_way"),
        Binding("backspace", "type('')", "Delete a digit", id="faults_backspace"),
        Binding("enter", "apply", "Do it, or end it", id="faults_apply"),
        Binding("z", "app.undo", "Undo", id="faults_undo"),
        Binding("Z", "app.redo", "Redo", id="faults_redo"),
        *[
            Binding(str(n), f"type('{n}')", f"Digit {n}", show=False, id=f"faults_{n}")
            for n in range(10)
        ],
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._draft: Draft | None = None
        self._spots: list[Spot] = []

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """The faults that are on."""
        return evolve(window, faults=True)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The panel as it is now."""
        view = picture.view
        if view.faults is None:
            return []
        if self._draft is None:
            self._draft = first_draft(view, picture.selected)
        drawn, self._spots = fault_page.page(
            view, self._draft, (width, height), self.motion(picture), picture.keys
        )
        return drawn

    def _state(self) -> tuple[View, Draft] | None:
        picture = self.query_one(Body).picture
        if picture is None or picture.view.faults is None:
            return None
        if self._draft is None:
            self._draft = first_draft(picture.view, picture.selected)
        return picture.view, self._draft

    def _take(self, draft: Draft) -> None:
        self._draft = draft
        self.redraw()

    def action_move(self, by: int) -> None:
        """Another fault."""
        if state := self._state():
            self._take(state[1].moved(state[0], by))

    def action_group(self, by: int) -> None:
        """Another group of them."""
        if state := self._state():
            self._take(state[1].to_group(state[0], by))

    def action_turn(self, by: int) -> None:
        """More or less of it, or of somebody else."""
        if state := self._state():
            self._take(state[1].turned(state[0], by))

    def action_type(self, digit: str) -> None:
        """A figure by its digits; none: the last one goes."""
        if state := self._state():
            self._take(state[1].typed(state[0], digit))

    def action_one_way(self) -> None:
        """Of a charge point's links only what it says."""
        if state := self._state():
            self._take(state[1].crossed(state[0]))

    def action_apply(self) -> None:
        """Do it, or end it."""
        if not (state := self._state()):
            return
        view, draft = state
        edit = draft.edit(view)
        item = draft.item(view).id
        kept = {name: value for name, value in draft.values.items() if name != item}
        self._take(evolve(draft, values=kept, typing=False))
        if edit is not None:
            self.post_message(self.Act(edit.verb, edit.kwargs()))

    def on_click(self, event: events.Click) -> None:
        """A click goes to a fault, or a group; one on the fault under the cursor does it."""
        state, body = self._state(), self.query_one(Body).region
        if state is None or not body.contains(event.screen_x, event.screen_y):
            return
        x, y = event.screen_x - body.x, event.screen_y - body.y
        spot = next((it for it in self._spots if it.y == y and it.start <= x < it.end), None)
        if spot is None:
            return
        if spot.item == state[1].cursor and y:
            self.action_apply()
        else:
            self._take(evolve(state[1], cursor=spot.item, typing=False))
