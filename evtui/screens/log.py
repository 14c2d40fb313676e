"""The view of the log: every slot, filters, one slot in full."""

from typing import ClassVar

from attrs import evolve
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from evtui.render import slot_detail, slots
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import TablePanel
from evtui.widgets.keys import KeyLine
from scenarios.log.view import LogTable, LogWindow
from scenarios.view import Window
from scenarios.why.view import About, Question

FILTER, SLOT = "filter", "slot"
GO_ON_S = 0.02
"""Until the next part of a search, while time stands."""

LIST_KEYS = "↑↓ slot  Enter why  / filter  n N match  m mark  Tab all  e export  Esc closes"
DETAIL_KEYS = "↑ ↓ scroll   Enter why   Tab or Esc: back to the log"
ASKS = {
    FILTER: "such as: meter cp:CP3 -kind:DataTransfer · ev: ballot: slot:9-20 state:    "
    "Enter keeps it, Esc leaves",
    SLOT: "the number of a slot     Enter goes there, Esc leaves",
}


class LogPanel(TablePanel):
    """All slots, seen live; follows the end until somebody moves, and from End on."""

    TITLE_TEXT = "Log"
    KEYS = LIST_KEYS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L,q", "close", "Close", id="log_close"),
        Binding("up", "move(-1)", "Before", id="log_up"),
        Binding("down", "move(1)", "After", id="log_down"),
        Binding("left", "aside(-1)", "CPs to the left", id="log_left"),
        Binding("right", "aside(1)", "CPs to the right", id="log_right"),
        Binding("pageup", "page(-1)", "Page back", id="log_page_up"),
        Binding("pagedown", "page(1)", "Page forward", id="log_page_down"),
        Binding("home", "edge(0)", "First slot", id="log_home"),
        Binding("end", "edge(1)", "Follow the end", id="log_end"),
        Binding("enter,w", "why", "Why?", id="log_why"),
        Binding("slash", "ask('filter')", "Filter", id="log_filter_line"),
        Binding("g", "ask('slot')", "Go to a slot", id="log_go"),
        Binding("n", "match(1)", "Next match", id="log_next"),
        Binding("N", "match(-1)", "Match before", id="log_previous"),
        Binding("m", "mark", "Mark or hide", id="log_mark"),
        Binding("tab", "whole", "The whole slot", id="log_whole"),
        Binding("e", "export", "Export", id="log_export"),
    ]

    class Export(Message):
        """The log is to be written into a file, as far as a filter lets it through."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, picture: Picture, *, asks: bool = False) -> None:
        super().__init__(picture)
        self._begin_asking = asks
        self.place = LogWindow()
        self._kept = ""
        """The filter before somebody began to type."""
        self._asks = ""
        self._table: LogTable | None = None
        self._whole = False
        self._top = 0
        self._goes_on: Timer | None = None
        self._said = self.KEYS

    def compose(self) -> ComposeResult:
        """Title, body, a line to type in while something is asked, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            typed = Input(id="log-line", compact=True, select_on_focus=False)
            typed.cursor_blink = False
            typed.display = False
            yield typed
            yield KeyLine(self.KEYS)

    def on_mount(self) -> None:
        """Watch what comes."""
        super().on_mount()
        self.watch(self.app, "picture", self._seen, init=False)
        if self._begin_asking:
            self.action_ask(FILTER)

    def rows(self) -> int:
        """All there is room for."""
        return 1_000

    # What is seen.

    def _place(self, picture: Picture) -> slots.Place:
        body = self.query_one(Body).size
        return slots.lay(picture.view, (body.width, body.height), self.place.first_cp)

    def wanted(self, window: Window) -> Window:
        """The slots that there is room for."""
        picture = self.query_one(Body).picture or self.first
        place = self._place(picture)
        self.place = evolve(
            self.place, rows=place.rows, first_cp=place.first_cp, cps=place.cps
        )  # fmt: skip
        return evolve(window, slots=self.place)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The list and the slot under the cursor, or that slot alone."""
        table = picture.view.slots
        if self._whole and table is not None and table.detail is not None:
            found = slot_detail.detail(table.detail, width, wide=True, every=True)
            self._top = min(self._top, max(len(found) - height, 0))
            return found[self._top : self._top + height]
        place, motion = self._place(picture), self.motion(picture)
        if table is not None and place.rows != self.place.rows:
            self.post_message(self.Wanted())  # the line to type in has come or gone
        size, hides = (width, height), self.place.hides
        return slots.page(picture.view, place, size, hides, motion, picture.keys)

    def _seen(self, picture: Picture | None) -> None:
        """Say what is wrong with the filter, and go on with a search that is not done."""
        self._table = None if picture is None else picture.view.slots
        if self._table is None:
            return
        if self._asks != SLOT:
            usual = ASKS[FILTER] if self._asks else DETAIL_KEYS if self._whole else self.KEYS
            self._say(self._table.refused or usual)
        if not self._table.is_done and self._goes_on is None:
            self._goes_on = self.set_timer(GO_ON_S, self._go_on)

    def _go_on(self) -> None:
        self._goes_on = None
        self.post_message(self.Wanted())

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self.query_one("#panel-keys", Static).update(text)

    def _show(self, **changes: object) -> None:
        self.place = evolve(self.place, **changes)  # type: ignore[arg-type]
        self.post_message(self.Wanted())

    # Moving.

    @property
    def slot(self) -> int | None:
        """The slot under the cursor."""
        detail = self._table.detail if self._table is not None else None
        return None if detail is None else detail.slot

    def _go(self, slot: int | None, *, back: bool = False) -> None:
        """Put the cursor on a slot; from behind the newest on, follow the end."""
        table = self._table
        if table is None or not table.rows:
            return
        seen = [row.slot for row in table.rows]
        if slot is None or (slot == seen[-1] and table.after is None):
            self._show(at=None, back=False, cursor=None)
        elif slot in seen:
            self._show(at=seen[0], back=False, cursor=slot)
        else:
            self._show(at=slot, back=back, cursor=slot)

    def action_move(self, by: int) -> None:
        """Another slot; in one slot, scroll."""
        if self._whole:
            self._top = max(self._top + by, 0)
            self.redraw()
            return
        table, slot = self._table, self.slot
        seen = [row.slot for row in table.rows] if table is not None else []
        if table is None or slot not in seen:
            return
        at = seen.index(slot) + by
        if at < 0:
            self._go(table.before or seen[0])
        else:
            self._go(seen[at] if at < len(seen) else table.after, back=True)

    def action_page(self, by: int) -> None:
        """As many rows as are seen, but one."""
        if self._whole:
            self.action_move(by * max(self.query_one(Body).size.height - 1, 1))
            return
        seen = [row.slot for row in self._table.rows] if self._table is not None else []
        if not seen or self._table is None:
            return
        if by > 0 and self._table.after is None:
            self._go(None)
        elif by > 0:
            self._show(at=seen[-1], back=False, cursor=seen[-1])
        elif self._table.before is None:
            self._go(seen[0])
        else:
            self._show(at=seen[0], back=True, cursor=seen[0])

    def action_edge(self, end: int) -> None:
        """To the first slot, or to the newest one and stay there."""
        if self._whole:
            self._top = 1 << 20 if end else 0
            self.redraw()
        elif end or self._table is None:
            self._show(at=None, back=False, cursor=None)
        else:
            self._show(at=self._table.first, back=False, cursor=self._table.first)

    def action_aside(self, by: int) -> None:
        """Other charge points' columns."""
        picture = self.query_one(Body).picture or self.first
        place = slots.lay(
            picture.view, (self.query_one(Body).size.width, 24), self.place.first_cp + by
        )
        self._show(first_cp=place.first_cp)

    def action_match(self, by: int) -> None:
        """The next slot that the filter lets through, or the one before."""
        table = self._table
        if table is None or self._whole:
            return
        slot = table.next_match if by > 0 else table.previous_match
        if slot is None:
            return
        seen = [row.slot for row in table.rows]
        if slot in seen or self.place.hides:
            self._go(slot, back=by > 0)
        else:
            self._show(at=max(slot - self.place.rows // 2, 1), back=False, cursor=slot)

    def action_mark(self) -> None:
        """Hide what the filter does not let through, or only mark what it does."""
        follows = self.place.at is None
        slot = None if follows else self.slot
        self._show(hides=not self.place.hides, at=slot, back=False, cursor=slot)

    def clicked(self, y: int) -> None:
        """A click goes to a slot; on the one under the cursor it asks why."""
        table = self._table
        if self._whole or table is None or not 0 <= y - slots.HEAD < len(table.rows):
            return
        slot = table.rows[y - slots.HEAD].slot
        if slot == self.slot:
            self.action_why()
        else:
            self._go(slot)

    # One slot.

    def action_why(self) -> None:
        """Ask why it holds what it holds."""
        if self.slot is not None:
            self.post_message(self.Ask(Question(About.SLOT, str(self.slot))))

    def action_whole(self) -> None:
        """All of it, or the list again."""
        if self.slot is not None or self._whole:
            self._whole, self._top = not self._whole, 0
            self._say(DETAIL_KEYS if self._whole else self.KEYS)
            self.redraw()

    def action_export(self) -> None:
        """Write the log into a file."""
        self.post_message(self.Export(self._table.text if self._table is not None else ""))

    def copied(self) -> tuple[str, str]:
        """The slot under the cursor, whole."""
        detail = self._table.detail if self._table is not None else None
        if detail is None:
            return super().copied()
        return f"slot {detail.slot}", slot_detail.as_text(detail)

    # Filter.

    def action_ask(self, what: str) -> None:
        """Ask for a filter, or a slot."""
        if self._whole:
            self.action_whole()
        self._asks, self._kept = what, self.place.text
        typed = self.query_one(Input)
        typed.value = self.place.text if what == FILTER else ""
        typed.cursor_position = len(typed.value)
        typed.display = True
        typed.focus()
        self._say(ASKS[what])

    def _stop_asking(self) -> None:
        self._asks = ""
        self.query_one(Input).display = False
        self.set_focus(None)
        self._say(self.KEYS)

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        if self._asks == FILTER and event.value != self.place.text:
            self._show(text=event.value, at=None, back=False, cursor=None)

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Use what was typed; what cannot be used stays there, with the reason."""
        event.stop()
        text, table = event.value.strip(), self._table
        if self._asks == SLOT:
            last = table.last if table is not None else 0
            if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= last):
                self._say(f'found "{text[:20]}"; allowed a slot from 1 to {last}')
                return
            self._stop_asking()
            self._go(int(text))
        elif table is None or not table.refused:
            self._stop_asking()

    def action_close(self) -> None:
        """One step back: from what is asked, from one slot, from the log."""
        if self._asks:
            if self._asks == FILTER and self.place.text != self._kept:
                self._show(text=self._kept, at=None, back=False, cursor=None)
            self._stop_asking()
        elif self._whole:
            self.action_whole()
        else:
            self.dismiss(None)
