"""The widgets of the network screen that only look: header, banner, power, log, events."""

from textual import events
from textual.geometry import Size
from textual.message import Message

from evtui.render import course, header, log, power, stops
from evtui.render import events as event_rows
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.render.stops import StopView
from evtui.widgets.lines import Lines, Pane


class Header(Lines):
    """Which run, what time, who leads, whether all is well."""

    class Sought(Message):
        """A time of the line was clicked on, or dragged to."""

        def __init__(self, time_us: int) -> None:
            super().__init__()
            self.time_us = time_us

    _dragged = False

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Two lines."""
        return header.header(picture.view, picture.drive, width, picture.course)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the line of time."""
        if event.y == 0 and self._seek(event.x, inside=True):
            self._dragged = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        if self._dragged:
            self._seek(event.x, inside=False)

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        """Let it go."""
        if self._dragged:
            self._dragged = False
            self.release_mouse()

    def _seek(self, x: int, *, inside: bool) -> bool:
        """Tell of the time at a cell; whether it is one of the line."""
        if self.picture is None:
            return False
        view = self.picture.view
        start, cells = header.track_place(view, self.picture.drive, self.size.width)
        if inside and not start <= x < start + cells:
            return False
        self.post_message(self.Sought(course.time_of(x - start, view.duration_us, cells)))
        return True


class Banner(Lines):
    """The violated invariant's sentence, and what has stopped the run; no room without either."""

    _said: StopView | None = None

    def show(self, picture: Picture | None) -> None:
        """Appear when there is something to say."""
        if picture is not None:
            speaks = bool(picture.view.violation) or picture.stop is not None
            if self.display != speaks:
                self.display = speaks
            elif picture.stop != self._said:
                self.refresh(layout=True)
            self._said = picture.stop
        super().show(picture)

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """As many lines as the sentences need."""
        return [*header.banner(picture.view, width), *stops.banner(picture.stop, width)]

    def wanted_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the sentences need."""
        return len(self.build(self.picture, width, 0)) if self.picture else 0


class PowerPanel(Lines):
    """Power against capacity: one line where that is all there is, else a chart."""

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """A strip or a panel."""
        if height == 1:
            return [power.strip(picture.view, width)]
        return power.panel(picture.view, width, height)


class LogGrid(Pane):
    """The replicated log: slots × CPs."""

    HEAD = 2

    def bounds(self) -> tuple[int, int]:
        """Slots count from 1."""
        return 1, self.picture.view.log_last if self.picture else 0

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Heading, names of the columns, rows."""
        view, selected = picture.view, picture.selected
        following = self.first is None
        rows = view.log[-self.rows :] if following else view.log[: self.rows]
        focused = self.has_focus
        top = log.head(
            view, rows, selected, width, following=following, focused=focused, keys=picture.keys
        )
        return [*top, *log.body(view, rows, selected, width, self.rows)][:height]


class EventLog(Pane):
    """What happened."""

    def bounds(self) -> tuple[int, int]:
        """Events count from 0."""
        return 0, self.picture.view.event_total - 1 if self.picture else -1

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Heading and rows."""
        view = picture.view
        following = self.first is None
        rows = view.event_rows[-self.rows :] if following else view.event_rows[: self.rows]
        first = view.event_first + (len(view.event_rows) - len(rows) if following else 0)
        focused, count = self.has_focus, len(rows)
        top = event_rows.head(
            view, first, count, width, following=following, focused=focused, keys=picture.keys
        )
        return [top, *event_rows.body(view, rows, first, width, self.rows)][:height]
