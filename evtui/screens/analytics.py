"""The view of analytics: four questions to the run so far, plotted; one at a time, or all."""

from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.timer import Timer

from evtui.render import analytics
from evtui.render.analytics import Analysis
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from scenarios.view import Window

LOOK_S = 1.0
"""How often the run is asked whether there is anything new."""


class Source(Protocol):
    """What answers."""

    def look(self, questions: list[str], width: int) -> Analysis:
        """The answers to some of the questions, with plots of a width."""
        ...


class AnalyticsPanel(TablePanel):
    """Answers are made once a second at the most, and never while anything is drawn."""

    TITLE_TEXT = "Analytics"
    KEYS = "← → 1–4 question   ↑ ↓ PgUp PgDn numbers   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A,q", "close", "Close", id="analytics_close"),
        Binding("left,shift+tab", "turn(-1)", "Question before", id="analytics_left"),
        Binding("right,tab", "turn(1)", "Question after", id="analytics_right"),
        Binding("up", "move(-1)", "Back", id="analytics_up"),
        Binding("down", "move(1)", "Forward", id="analytics_down"),
        Binding("pageup", "move(-10)", "Page back", id="analytics_page_up"),
        Binding("pagedown", "move(10)", "Page forward", id="analytics_page_down"),
        Binding("home", "move(-1000000)", "First row", id="analytics_home"),
        Binding("end", "move(1000000)", "Last row", id="analytics_end"),
        *[
            Binding(
                str(n + 1), f"choose({n})", f"Question {n + 1}", show=False, id=f"analytics_{n + 1}"
            )
            for n in range(len(analytics.ASKED))
        ],
    ]

    def __init__(self, picture: Picture, source: Source) -> None:
        super().__init__(picture)
        self._source = source
        self._chosen = 0
        self._top = 0
        self._found: Analysis | None = None
        self._timer: Timer | None = None

    def rows(self) -> int:
        """As many as there are."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """Nothing of the view but the time."""
        return window

    def on_mount(self) -> None:
        """Answer as soon as the size is known, and whenever there is something new."""
        super().on_mount()
        self._timer = self.set_interval(LOOK_S, self.look)
        self.call_after_refresh(self.look)

    def on_resize(self) -> None:
        """Plots have another width now."""
        super().on_resize()
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Ask what is seen of the questions; they are answered anew only where that is worth it."""
        size = self.query_one(Body).size
        if not size.width or not size.height:
            return
        names = list(analytics.ASKED)
        if not analytics.is_wide(*size):
            names = [names[self._chosen]]
        found = self._source.look(names, analytics.plot_width(*size))
        if found != self._found:
            self._found = found
            self.redraw()

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The answers as they were made last, with the time of now."""
        if self._found is None:
            return []
        self._top = min(self._top, analytics.most_top(self._found.told[self._chosen]))
        motion = self.motion(picture)
        size = (width, height)
        return analytics.page(picture.view, self._found, self._chosen, self._top, size, motion)

    def action_turn(self, by: int) -> None:
        """Another question."""
        self.action_choose((self._chosen + by) % len(analytics.ASKED))

    def action_choose(self, number: int) -> None:
        """The question of this number."""
        self._chosen, self._top = number, 0
        self.look()
        self.redraw()

    def action_move(self, by: int) -> None:
        """Scroll the numbers."""
        if self._found is not None:
            most = analytics.most_top(self._found.told[self._chosen])
            self._top = min(max(self._top + by, 0), most)
            self.redraw()
