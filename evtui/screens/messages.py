"""The panel of messages: a live space-time diagram, and each message decoded."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from attrs import evolve
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from evtui.render import messages
from evtui.render.line import Line, fit
from evtui.render.messages import HEAD, Shown
from evtui.render.picture import Picture
from evtui.screens.hands import HandsPanel
from evtui.screens.panels import Body
from evtui.widgets.keys import KeyLine
from scenarios.messages.view import Arrow, Diagram, Filter, FrameView, Grip, Moment, Span

FILTER = "filter"
SAVE = "save"
TIME = "time"
LATE = "late"
WHOLE = 1 << 20
"""More rows than any terminal has: the panel is as high as the screen."""

DIAGRAM_KEYS = "↑↓ select  Enter decode  / filter  g go to  w write  PgUp PgDn Home End  Esc"
DETAIL_KEYS = "↑ ↓ scroll  ← → another receiver  Esc back to the diagram"
ASKS = {
    FILTER: "such as: accept cp2 -nack · v2g · all · trouble · -notes     Enter shows, Esc leaves",
    TIME: "a time such as 3m20s     Enter goes there, Esc leaves",
    LATE: "how much later, such as 200ms or 3s     Enter delays it, Esc leaves",
    SAVE: "a file that ends in .svg or .html     Enter writes, Esc leaves",
}


class Source(Protocol):
    """What the panel asks for: a run's messages."""

    def messages(self, span: Span) -> Diagram:
        """A window of the diagram."""
        ...

    def frame(self, number: int) -> FrameView | None:
        """One message, decoded."""
        ...

    def grip(self, number: int) -> Grip:
        """What hands can be laid on, of one message."""
        ...

    def message_filter(self, text: str) -> Filter:
        """What a filter's words say; raises ValueError for one that says nothing."""
        ...

    def place(self, text: str) -> int:
        """Where a time such as 3m20s begins; raises ValueError for what is none."""
        ...

    def duration(self, text: str) -> int:
        """A duration such as 200ms, in µs; raises ValueError for what is none."""
        ...


Write = Callable[[str, Diagram], str]
"""Writes a diagram into a file; says where, or raises ValueError."""


class MessagesPanel(HandsPanel):
    """Rows follow the newest until somebody scrolls or selects; End follows again."""

    TITLE_TEXT = "Messages"
    KEYS = DIAGRAM_KEYS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m,q", "close", "Close", id="messages_close"),
        Binding("up", "move(-1)", "Before", id="messages_up"),
        Binding("down", "move(1)", "After", id="messages_down"),
        Binding("left", "aside(-1)", "Left", id="messages_left"),
        Binding("right", "aside(1)", "Right", id="messages_right"),
        Binding("pageup", "page(-1)", "Page back", id="messages_page_up"),
        Binding("pagedown", "page(1)", "Page forward", id="messages_page_down"),
        Binding("home", "edge(0)", "Begin", id="messages_home"),
        Binding("end", "edge(1)", "Newest", id="messages_end"),
        Binding("enter", "decode", "Decode", id="messages_decode"),
        Binding("slash", "ask('filter')", "Filter", id="messages_filter"),
        Binding("g", "ask('time')", "Go to a time", id="messages_time"),
        Binding("w", "ask('save')", "Write", id="messages_write"),
    ]

    class Decoded(Message):
        """A message is read in full."""

        def __init__(self, kind: str) -> None:
            super().__init__()
            self.kind = kind
            """Its name in its protocol."""

    def __init__(self, source: Source, write: Write, stem: Callable[[], str]) -> None:
        super().__init__()
        self._source = source
        self._write = write
        self._stem = stem
        """How a file of what is seen now is called."""
        self._shown = Shown()
        self._span = Span()
        self._diagram: Diagram | None = None
        self._rows = 1
        self._asks = ""
        self._told = ""
        """What stands below in place of the keys: what was done, or is wrong."""
        self._detail: Moment | None = None
        self._receiver = 0
        self._top = 0

    def compose(self) -> ComposeResult:
        """Title, body, a line to type in while something is asked, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            line = Input(id="messages-line", compact=True, select_on_focus=False)
            line.cursor_blink = False
            line.display = False
            yield line
            yield KeyLine(self.KEYS)

    def rows(self) -> int:
        """As many as there are."""
        return WHOLE

    # Drawing

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The diagram as it is now, or the message that is looked at."""
        self._rows = max(height - HEAD, 1)
        diagram = self._look(self._span)
        self._hint(diagram)
        if self._detail is not None:
            return self._page_of(self._detail, diagram, width, height)
        return messages.page(
            diagram, self._shown, width, height, self.motion(picture), picture.keys
        )

    def _look(self, span: Span) -> Diagram:
        """A window of the size of the body, as it is now."""
        span = evolve(span, rows=self._rows, filter=self._shown.filter)
        self._diagram = self._source.messages(span)
        return self._diagram

    def _page_of(self, moment: Moment, diagram: Diagram, width: int, height: int) -> list[Line]:
        frame = None
        if moment.arrows:
            frame = self._source.frame(moment.arrows[self._receiver].number)
        found = messages.detail(diagram, moment, self._receiver, frame, width)
        self._top = min(self._top, max(len(found) - height, 0))
        page = found[self._top : self._top + height]
        return page + [fit((), width)] * (height - len(page))

    def _say(self, text: str) -> None:
        self._told = text
        self._hint(self._diagram)

    def _hint(self, diagram: Diagram | None) -> None:
        """The keys below: those for hands while what is selected is under way."""
        keys = DETAIL_KEYS if self._detail is not None else self.KEYS
        hands = None if self._told or diagram is None else self.line_of_hands("z undo  Esc")
        self.query_one("#panel-keys", Static).update(hands or self._told or keys)

    # Hands

    def arrows(self) -> tuple[tuple[Arrow, ...], int | None]:
        """Those of the row that is selected, as they are now; in full view the one seen."""
        if self._detail is not None:
            return self._now(self._detail).arrows, self._receiver
        moments = self._diagram.moments if self._diagram is not None else ()
        chosen = next((it for it in moments if it.at <= self._shown.cursor <= it.last), None)
        return (() if chosen is None else chosen.arrows), None

    def _now(self, moment: Moment) -> Moment:
        """A row as it is now, where it is still in sight."""
        moments = self._diagram.moments if self._diagram is not None else ()
        return next((it for it in moments if it.at == moment.at), moment)

    def grip_of(self, number: int) -> Grip:
        """What hands can be laid on."""
        return self._source.grip(number)

    def ask_delay(self) -> None:
        """By how much."""
        self._ask(LATE)

    # Moving

    def _go(self, span: Span, cursor: int, *, follows: bool = False) -> None:
        if not self._asks:
            self._told = ""
        self._span = span
        self._shown = evolve(self._shown, cursor=cursor, follows=follows)
        self.redraw()

    def _follow(self) -> None:
        self._go(Span(), -1, follows=True)

    def _cursor_index(self, moments: tuple[Moment, ...]) -> int:
        """The row that is selected; while it follows, the newest."""
        found = (n for n, it in enumerate(moments) if it.at <= self._shown.cursor <= it.last)
        return next(found, len(moments) - 1)

    def action_move(self, by: int) -> None:
        """Another row; in a message, scroll."""
        if self._detail is not None:
            self._top = max(self._top + by, 0)
            self.redraw()
            return
        moments = self._diagram.moments if self._diagram is not None else ()
        if not moments:
            return
        at = self._cursor_index(moments) + (by if self._shown.cursor >= 0 or by < 0 else 0)
        if self._shown.cursor < 0 and by < 0:
            at = len(moments) - 1  # the first step selects the newest row
        if 0 <= at < len(moments):
            self._go(self._still(moments), moments[at].at)
        elif at < 0:
            self._beyond(Span(moments[0].at, 1, back=True, filter=self._shown.filter))
        else:
            self._beyond(Span(moments[-1].last + 1, 1, filter=self._shown.filter))

    def _still(self, moments: tuple[Moment, ...]) -> Span:
        """What is seen stays where it is; what comes fills the room that is left below."""
        if len(moments) < self._rows:
            return Span(moments[0].at)
        return self._span if self._span.at is not None else self._ending(moments[-1])

    def _ending(self, moment: Moment) -> Span:
        return Span(moment.last + 1, back=True)

    def _beyond(self, span: Span) -> None:
        """Scroll by the one row that a span finds."""
        found = self._source.messages(span).moments
        if found and span.back:
            self._go(Span(found[0].at), found[0].at)
        elif found:
            self._go(self._ending(found[0]), found[0].at)
        elif not span.back:
            self._follow()

    def action_page(self, direction: int) -> None:
        """Scroll by what is seen, keeping one row in sight."""
        if self._detail is not None:
            self.action_move(direction * self._rows)
            return
        moments = self._diagram.moments if self._diagram is not None else ()
        if not moments:
            return
        if direction < 0:
            found = self._look(Span(moments[0].last + 1, back=True))
            span = Span(moments[0].last + 1, back=True)
            if found.oldest and found.moments:
                span = Span(found.moments[0].at)
            self._go(span, found.moments[0].at if found.moments else -1)
            return
        found = self._look(Span(moments[-1].at))
        if found.newest or not found.moments:
            self._follow()
        else:
            self._go(Span(moments[-1].at), found.moments[-1].at)

    def action_edge(self, end: int) -> None:
        """To the oldest row, or to the newest one and stay there."""
        if self._detail is not None or end:
            self._detail = None
            self._say("")
            self._follow()
        elif self._diagram is not None:
            found = self._look(Span(self._diagram.first))
            self._go(Span(self._diagram.first), found.moments[0].at if found.moments else -1)

    def _begin_at(self, at: int) -> None:
        """Show what is at a place, and what follows; where too little follows, the newest."""
        found = self._look(Span(at))
        if found.newest and len(found.moments) < self._rows:
            cursor = found.moments[0].at if found.moments else -1
            span = Span(found.moments[-1].last + 1, back=True) if found.moments else Span()
            self._go(span, cursor, follows=not found.moments)
        else:
            self._go(Span(at), found.moments[0].at)

    def action_aside(self, by: int) -> None:
        """Other columns; in a message another of its receivers."""
        if self._detail is not None:
            count = max(len(self._detail.arrows), 1)
            self._receiver = (self._receiver + by) % count
        elif self._diagram is not None:
            shown = evolve(self._shown, first_column=self._shown.first_column + by)
            room = messages.room_for(self._diagram, shown, self.query_one(Body).size.width)
            self._shown = evolve(shown, first_column=room.before)
        self.redraw()

    def clicked(self, y: int) -> None:
        """A click selects a row; a click on the selected one decodes it."""
        moments = self._diagram.moments if self._diagram is not None else ()
        if self._detail is None and 0 <= y - HEAD < len(moments):
            at = moments[y - HEAD].at
            if at == self._shown.cursor:
                self.action_decode()
                return
            self._go(self._still(moments), at)

    # One message

    def action_decode(self) -> None:
        """Show the selected row in full."""
        moments = self._diagram.moments if self._diagram is not None else ()
        if self._detail is None and moments:
            self._detail = moments[self._cursor_index(moments)]
            if self._shown.cursor < 0:
                self._go(self._still(moments), self._detail.at)
            self._receiver = self._top = 0
            self._say("")
            self.redraw()
            for arrow in self._detail.arrows[:1]:
                self.post_message(self.Decoded(arrow.kind))

    def action_close(self) -> None:
        """One step back: from what is asked, from a message, from the diagram."""
        if self._asks:
            self._stop_asking()
        elif self._detail is not None:
            self._detail = None
            self._say("")
            self.redraw()
        else:
            self.dismiss(None)

    # Filter and file

    def action_ask(self, what: str) -> None:
        """Ask for a filter, a time or a file."""
        if self._detail is None:
            self._ask(what)

    def _ask(self, what: str) -> None:
        self._asks = what
        line = self.query_one(Input)
        file = f"{self._stem()}.svg"
        line.value = {FILTER: self._shown.text, SAVE: file}.get(what, "")
        line.cursor_position = len(line.value)
        line.display = True
        line.focus()
        self._say(ASKS[what])

    def _stop_asking(self) -> None:
        self._asks = ""
        line = self.query_one(Input)
        line.display = False
        self.set_focus(None)
        self._say("")

    @on(Input.Submitted)
    def answered(self, event: Input.Submitted) -> None:
        """Use what was typed; what cannot be used stays there, with the reason."""
        event.stop()
        try:
            if self._asks == FILTER:
                wanted = self._source.message_filter(event.value)
                self._shown = evolve(self._shown, filter=wanted, text=event.value.strip())
                self._stop_asking()
                self._follow()
            elif self._asks == TIME:
                at = self._source.place(event.value.strip())
                self._stop_asking()
                self._begin_at(at)
            elif self._asks == LATE:
                extra_us = self._source.duration(event.value.strip())
                self._stop_asking()
                self.delay(extra_us)
            elif self._diagram is not None:
                told = self._write(event.value.strip(), self._diagram)
                self._stop_asking()
                self._say(told)
        except ValueError as error:
            self._say(str(error))
