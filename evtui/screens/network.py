"""The network: everything that matters on one screen."""

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen

from evtui.safety.guarded import Guarded
from evtui.widgets.cps import CpPanel
from evtui.widgets.footer import Footer
from evtui.widgets.lines import Pane
from evtui.widgets.panes import Banner, EventLog, Header, LogGrid, PowerPanel
from scenarios.view import Window


class NetworkScreen(Guarded, Screen[None]):
    """Charge points, the replicated log, power and events."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 (Textual declares it so)
        (0, "-narrow"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (30, "-tall"),
        (48, "-high"),
    ]

    def compose(self) -> ComposeResult:
        """Header, charge points, then log beside power and events, then the keys."""
        yield Header()
        yield Banner()
        yield CpPanel()
        with Container(id="lower"):
            yield LogGrid()
            with Vertical(id="side"):
                yield PowerPanel()
                yield EventLog()
        yield Footer()

    @property
    def is_ready(self) -> bool:
        """Whether its parts are there: not before the first look, nor while the app ends."""
        return self.is_mounted and bool(self.query(LogGrid)) and bool(self.query(EventLog))

    def window(self) -> Window:
        """The part of the long lists that is on the screen."""
        log, events = self.query_one(LogGrid), self.query_one(EventLog)
        return Window(
            log_first=log.first,
            log_rows=log.rows,
            event_first=events.first,
            event_rows=events.rows,
        )

    def panes(self) -> list[Pane]:
        """All panes of long lists."""
        return [self.query_one(LogGrid), self.query_one(EventLog)]

    def show_event(self, index: int) -> None:
        """Let the event log begin with this event, as far as it is long enough."""
        events = self.query_one(EventLog)
        events.focus()
        events.show_from(index)

    def pane(self) -> Pane:
        """The pane that the scroll keys move: the focused one, else the log."""
        focused = self.focused
        return focused if isinstance(focused, Pane) else self.query_one(LogGrid)
