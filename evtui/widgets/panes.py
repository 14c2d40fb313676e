"""The widgets of the network screen that only look: header, banner, power, log, events."""

from textual.geometry import Size

from evtui.render import events, header, log, power
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.widgets.lines import Lines, Pane


class Header(Lines):
    """Which run, what time, who leads, whether all is well."""

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Two lines."""
        return header.header(picture.view, picture.drive, width)


class Banner(Lines):
    """The violated invariant's sentence; takes no room while all hold."""

    def show(self, picture: Picture | None) -> None:
        """Appear when there is something to say."""
        if picture is not None and self.display != bool(picture.view.violation):
            self.display = bool(picture.view.violation)
        super().show(picture)

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """As many lines as the sentence needs."""
        return header.banner(picture.view, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the sentence needs."""
        return len(header.banner(self.picture.view, width)) if self.picture else 0


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
        top = log.head(view, rows, selected, width, following=following, focused=self.has_focus)
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
        top = events.head(
            view, first, len(rows), width, following=following, focused=self.has_focus
        )
        return [top, *events.body(view, rows, first, width, self.rows)][:height]
