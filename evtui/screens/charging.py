"""The view of charging over time: EVs as rows, moved by the cursor; time as columns, zoomed."""

from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType

from evtui.render import charging
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.render.time_axis import Axis
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from scenarios.charging.view import ChargingView, ChargingWindow
from scenarios.view import Window
from scenarios.why.view import About, Question


class ChargingPanel(TablePanel):
    """A Gantt of plans, the power of a cable, and the energy of the EV under the cursor; live."""

    TITLE_TEXT = "Charging"
    KEYS = "↑↓ EV  ←→ time  i o zoom  0 all  n now  Tab cabinet  Enter why  Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C,q", "close", "Close", id="charging_close"),
        Binding("up", "move(-1)", "EV before", id="charging_up"),
        Binding("down", "move(1)", "EV after", id="charging_down"),
        Binding("pageup", "page(-1)", "Page back", id="charging_page_up"),
        Binding("pagedown", "page(1)", "Page forward", id="charging_page_down"),
        Binding("home", "move(-100000)", "First EV", id="charging_home"),
        Binding("end", "move(100000)", "Last EV", id="charging_end"),
        Binding("left", "pan(-1)", "Earlier", id="charging_left"),
        Binding("right", "pan(1)", "Later", id="charging_right"),
        Binding("i", "zoom(1)", "Zoom in", id="charging_in"),
        Binding("o", "zoom(-1)", "Zoom out", id="charging_out"),
        Binding("0", "all", "All of it", id="charging_all"),
        Binding("n", "now", "Follow now", id="charging_now"),
        Binding("tab,shift+tab", "cable", "Site or cabinet", id="charging_cable"),
        Binding("enter,w", "why", "Why?", id="charging_why"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self.axis = Axis()
        self.ev = ""
        """The EV under the cursor; empty until somebody has moved it."""
        self._cabinet = False
        self._seen: ChargingView | None = None
        self._at = picture.selected

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """The EVs and the part of time that are seen."""
        picture = self._picture
        size = self.query_one(Body).size
        seen = self._seen
        # As many as there may be, and one that comes now: rows that are too many are left out.
        most = len(picture.view.evs) + 1
        plan = charging.layout(charging.names(picture.view), most, (size.width, size.height))
        span = self.axis.seen(picture.view.time_us) or (None, None)
        return evolve(
            window,
            charging=ChargingWindow(
                cells=plan.cells,
                rows=plan.gantt,
                first=seen.first if seen is not None else 0,
                ev=self.ev,
                at=self._at,
                from_us=span[0],
                until_us=span[1],
                cabinet=self._cabinet,
            ),
        )

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """All of it as it is now."""
        self._seen = picture.view.charging
        return charging.page(picture.view, (width, height), self.motion(picture))

    @property
    def _picture(self) -> Picture:
        return self.query_one(Body).picture or self.first

    @property
    def _span(self) -> tuple[int, int] | None:
        return None if self._seen is None else (self._seen.from_us, self._seen.until_us)

    def clicked(self, y: int) -> None:
        """A click goes to an EV."""
        row = y - charging.FIXED
        if self._seen is not None and 0 <= row < len(self._seen.rows):
            self.ev = self._seen.rows[row].ev
            self.post_message(self.Wanted())

    def action_move(self, by: int) -> None:
        """Another EV."""
        seen = self._seen
        if seen is not None and seen.evs:
            at = seen.evs.index(self.ev if self.ev in seen.evs else seen.chosen) + by
            self.ev = seen.evs[min(max(at, 0), len(seen.evs) - 1)]
            self.post_message(self.Wanted())

    def action_page(self, by: int) -> None:
        """As many EVs as are seen, but one."""
        self.action_move(by * max(len(self._seen.rows) - 1 if self._seen else 1, 1))

    def _turn(self, axis: Axis) -> None:
        self.axis = axis
        self.post_message(self.Wanted())

    def action_pan(self, by: int) -> None:
        """Earlier or later."""
        if self._span is not None:
            self._turn(self.axis.moved(by, self._span))

    def action_zoom(self, by: int) -> None:
        """A shorter part of time, or a longer one."""
        if self._span is not None:
            self._turn(self.axis.zoomed(by, self._span, self._picture.view.time_us))

    def action_all(self) -> None:
        """All there is."""
        self._turn(Axis())

    def action_now(self) -> None:
        """The time that is now, and what comes next to it."""
        if self._span is not None:
            self._turn(self.axis.following(self._span))

    def action_cable(self) -> None:
        """The site's power, or that of the cabinet behind which the EV stands."""
        self._cabinet = not self._cabinet
        self.post_message(self.Wanted())

    def action_why(self) -> None:
        """Ask why the EV under the cursor draws what it draws."""
        if self._seen is not None and self._seen.chosen:
            self.post_message(self.Ask(Question(About.EV, self._seen.chosen)))
