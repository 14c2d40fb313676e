"""The view of the ledger: sums, and three lists to scroll."""

from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType

from evtui.render import ledger
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from scenarios.view import Window


class LedgerPanel(TablePanel):
    """Accounts, bills and entries, seen live; one of the lists is moved by the keys."""

    TITLE_TEXT = "Ledger"
    KEYS = "← → list   ↑ ↓ PgUp PgDn Home End scroll   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,q", "close", "Close", id="ledger_close"),
        Binding("left,shift+tab", "choose(-1)", "List before", id="ledger_left"),
        Binding("right,tab", "choose(1)", "List after", id="ledger_right"),
        Binding("up", "move(-1)", "Back", id="ledger_up"),
        Binding("down", "move(1)", "Forward", id="ledger_down"),
        Binding("pageup", "page(-1)", "Page back", id="ledger_page_up"),
        Binding("pagedown", "page(1)", "Page forward", id="ledger_page_down"),
        Binding("home", "edge(0)", "First row", id="ledger_home"),
        Binding("end", "edge(1)", "Last row", id="ledger_end"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self.place = ledger.Place()
        self._shown = 1
        self._totals = (0, 0, 0)

    def rows(self) -> int:
        """All there is."""
        return 1_000

    def wanted(self, window: Window) -> Window:
        """The rows that are seen."""
        return evolve(window, ledger=self.place.window(self.query_one(Body).size.height))

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Sums and lists as they are now."""
        view = picture.view
        self._shown = ledger.list_rows(view, height)
        if view.ledger is not None:
            self._totals = ledger.totals(view.ledger)
        return ledger.page(view, self.place, (width, height), self.motion(picture))

    def action_choose(self, by: int) -> None:
        """Another list."""
        self.place = evolve(self.place, chosen=(self.place.chosen + by) % len(ledger.LISTS))
        self.redraw()

    def action_move(self, by: int) -> None:
        """Scroll the list, no further than its last row."""
        chosen = self.place.chosen
        last = max(self._totals[chosen] - self._shown, 0)
        first = list(self.place.first)
        first[chosen] = min(max(first[chosen] + by, 0), last)
        self.place = evolve(self.place, first=(first[0], first[1], first[2]))
        self.post_message(self.Wanted())

    def action_page(self, by: int) -> None:
        """As many rows as are seen, but one."""
        self.action_move(by * max(self._shown - 1, 1))

    def action_edge(self, end: int) -> None:
        """To the first row, or the last one."""
        self.action_move(10**9 if end else -(10**9))
