"""The operator's view: charge points with their words, alarms, instructions; and what to want."""

from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType

from evtui.render import instruct, operator
from evtui.render.instruct import Order
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel
from evtui.screens.tables import TablePanel
from scenarios.view import CpView, Window


class OperatorPanel(TablePanel):
    """All charge points as an operator sees them, live; Enter asks what is wanted of one."""

    TITLE_TEXT = "Operator"
    KEYS = "↑ ↓ CP   Enter: instruct it   o stop or serve   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,q", "close", "Close", id="operator_close"),
        Binding("up", "move(-1)", "Before", id="operator_up"),
        Binding("down", "move(1)", "After", id="operator_down"),
        Binding("pageup", "move(-10)", "Back", id="operator_page_up"),
        Binding("pagedown", "move(10)", "Forward", id="operator_page_down"),
        Binding("home", "move(-10000)", "First", id="operator_home"),
        Binding("end", "move(10000)", "Last", id="operator_end"),
        Binding("enter", "instruct", "Instruct", id="operator_instruct"),
        Binding("o", "stop", "Stop or serve", id="operator_stop"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        ids = [cp.id for cp in picture.view.cps]
        self.cursor = ids.index(picture.selected) if picture.selected in ids else 0

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """As many alarms and instructions as there are rows."""
        return evolve(window, operator_rows=max(self.query_one(Body).size.height, 1))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The table as it is now."""
        return operator.page(picture.view, self.cursor, (width, height), self.motion(picture))

    @property
    def _picture(self) -> Picture:
        return self.query_one(Body).picture or self.first

    @property
    def cp(self) -> CpView:
        """The charge point under the cursor."""
        return self._picture.view.cps[self.cursor]

    def action_move(self, by: int) -> None:
        """Another charge point."""
        self.cursor = min(max(self.cursor + by, 0), len(self._picture.view.cps) - 1)
        self.redraw()

    def clicked(self, y: int) -> None:
        """A click goes to a charge point."""
        count, height = len(self._picture.view.cps), self.query_one(Body).size.height
        rows = operator.table_rows(count, height)
        if 0 <= y - operator.HEAD < rows:
            first = operator.first_row(count, self.cursor, rows)
            self.action_move(first + y - operator.HEAD - self.cursor)

    def action_stop(self) -> None:
        """Take it out of service, or back into it."""
        verb = "stop_cp" if self.cp.operative else "resume_cp"
        self.post_message(self.Act(verb, {"cp": self.cp.id}))

    def action_instruct(self) -> None:
        """Ask what is wanted."""
        seen = self._picture.view.operator
        order = instruct.order_for(self.cp, seen.drivers if seen else ())
        self.app.push_screen(InstructPanel(order), self._ordered)

    def _ordered(self, order: Order | None) -> None:
        args = None if order is None else order.args()
        if order is not None and args is not None:
            self.post_message(self.Act(order.want.verb, args))


class InstructPanel(Panel[Order]):
    """What is wanted of a charge point, or of all; closes with an order."""

    KEYS = "Enter or digit: do it   ↑ ↓ what   ← → whom, how much   a all   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Before", id="instruct_up"),
        Binding("down", "move(1)", "After", id="instruct_down"),
        Binding("left", "turn(-1)", "Less", id="instruct_left"),
        Binding("right", "turn(1)", "More", id="instruct_right"),
        Binding("a", "widen", "All or one", id="instruct_all"),
        Binding("enter", "choose", "Do it", id="instruct_choose"),
        *[
            Binding(
                str(n + 1), f"choose({n})", f"Choice {n + 1}", show=False, id=f"instruct_{n + 1}"
            )
            for n in range(len(instruct.WANTS))
        ],
    ]

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def title_text(self) -> str:
        """Of whom."""
        return f"What is wanted of {self._order.cp}"

    def rows(self) -> int:
        """For whom, a gap, a row for each thing."""
        return instruct.HEAD + len(instruct.WANTS)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What can be wanted."""
        return instruct.page(self._order, width)

    def clicked(self, y: int) -> None:
        """A click chooses."""
        if 0 <= y - instruct.HEAD < len(instruct.WANTS):
            self.action_choose(y - instruct.HEAD)

    def _take(self, order: Order) -> None:
        self._order = order
        self.redraw()

    def action_move(self, by: int) -> None:
        """Another thing."""
        self._take(self._order.moved(by))

    def action_turn(self, by: int) -> None:
        """Another driver or limit."""
        self._take(self._order.turned(by))

    def action_widen(self) -> None:
        """All, or the one again."""
        self._take(self._order.widened())

    def action_choose(self, index: int | None = None) -> None:
        """Close with the order."""
        order = self._order if index is None else evolve(self._order, cursor=index)
        self.dismiss(order)
