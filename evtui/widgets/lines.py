"""The base of all widgets: a list of lines, of which only what changed is drawn."""

from rich.cells import cell_len
from textual import events
from textual.app import App
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from evtui.render.ink import Ink, changed_columns
from evtui.render.line import Line, fit
from evtui.render.picture import Picture
from evtui.safety.files import named
from evtui.safety.guarded import Guarded, tell

_inks: dict[tuple[str, bool, str | None], Ink] = {}


def ink_of(app: App[object]) -> Ink:
    """The ink of the app's theme."""
    is_plain = app.native_ansi_color or app.no_color
    key = (app.theme, is_plain, app.console.color_system)
    ink = _inks.get(key)
    if ink is None:
        variables = app.get_css_variables()  # what the app has kept may be of the theme before
        ink = _inks[key] = Ink(variables, ansi=is_plain)
    return ink


class Lines(Guarded, Widget):
    """Draws the lines that :meth:`build` makes of the app's picture.

    Where it cannot, it says so in place, and the app goes on (:mod:`evtui.safety`).

    When a new picture comes, the new lines are compared with those on the screen, and only the
    cells from the first to the last difference of each changed line are drawn again.
    """

    picture: Picture | None = None

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The lines for a picture; a subclass draws here."""
        raise NotImplementedError

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    @property
    def shown(self) -> list[Line]:
        """What it shows now."""
        return self._lines

    def on_mount(self) -> None:
        """Watch the app's picture."""
        self.watch(self.app, "picture", self.show)

    def show(self, picture: Picture | None) -> None:
        """Take a new picture."""
        if picture is not None:
            self.picture = picture
            self.redraw()

    def redraw(self) -> None:
        """Build the lines anew and draw what differs."""
        width, height = self.size
        if self.picture is None or not width or not height:
            return
        old, new = self._lines, self._built(self.picture, width, height)
        self._lines = new
        if len(old) != len(new):
            self.refresh()
            return
        regions = [
            region
            for y, (a, b) in enumerate(zip(old, new, strict=True))
            if a != b
            for region in [self._changed(y, a, b, width)]
            if region
        ]
        if regions:
            self.refresh(*regions)

    def _built(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What :meth:`build` makes; where it fails, that it does, until it can again."""
        try:
            return self.build(picture, width, height)
        except Exception as error:  # the run is worth more than a view of it
            tell(self.screen if self.is_view else self, error, in_place=True)
            return [fit([(" ", ""), (f"! not shown: {named(error)}", "bad bold")], width)]

    is_view = False
    """Whether it is all of its screen, which then is what fails with it."""

    def wanted_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows that it would like to have."""
        return super().get_content_height(container, viewport, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as :meth:`wanted_height` says; one where that fails."""
        try:
            return self.wanted_height(container, viewport, width)
        except Exception as error:  # as in `_built`
            tell(self.screen if self.is_view else self, error, in_place=True)
            return 1

    def _changed(self, y: int, old: Line, new: Line, width: int) -> Region:
        wide = any(cell_len(text) != len(text) for line in (old, new) for text, _ in line.spans)
        if wide or old.ground != new.ground:
            return Region(0, y, width, 1)
        start, end = changed_columns(old.spans, new.spans)
        if len(old.plain) != len(new.plain):
            end = width
        return Region(start, y, min(end, width) - start, 1)

    def on_resize(self, _event: events.Resize) -> None:
        """Everything is elsewhere now."""
        self._lines = []
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        line = self._lines[y] if y < len(self._lines) else Line()
        return ink_of(self.app).strip(line, self.size.width)


class Pane(Lines, can_focus=True):
    """Lines of a long list: shows a window of it that follows the end or stands where it was put.

    ``first`` is the number of the first row that is shown, None while the pane follows.
    """

    HEAD = 1
    """Rows taken by the heading."""
    WHEEL = 3
    """Rows that one notch of the mouse wheel moves."""

    class Moved(Message):
        """The pane wants another window of its list."""

    first: int | None = None

    @property
    def rows(self) -> int:
        """Rows of the list that are shown."""
        return max(self.size.height - self.HEAD, 1)

    def bounds(self) -> tuple[int, int]:
        """Numbers of the first and of the last row there is."""
        raise NotImplementedError

    def move(self, by: int) -> None:
        """Scroll by rows; beyond the end it follows again."""
        start, end = self.bounds()
        last = max(end - self.rows + 1, start)
        now = last if self.first is None else self.first
        wanted = max(now + by, start)
        self.first = None if wanted >= last else wanted
        self.post_message(self.Moved())

    def show_from(self, row: int) -> None:
        """Stand with this row at the top; where the list ends before, follow its end."""
        start, end = self.bounds()
        last = max(end - self.rows + 1, start)
        self.first = None if row >= last else max(row, start)
        self.post_message(self.Moved())

    def page(self, direction: int) -> None:
        """Scroll by what is seen, keeping one row in sight."""
        self.move(direction * max(self.rows - 1, 1))

    def to_start(self) -> None:
        """Scroll to the first row."""
        self.move(-(1 << 60))

    def to_end(self) -> None:
        """Follow the end."""
        self.first = None
        self.post_message(self.Moved())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back."""
        event.stop()
        self.move(-self.WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll forward."""
        event.stop()
        self.move(self.WHEEL)

    def on_resize(self, event: events.Resize) -> None:
        """Another number of rows is wanted."""
        super().on_resize(event)
        self.post_message(self.Moved())

    def on_focus(self) -> None:
        """The heading says that the keys scroll this pane."""
        self.redraw()

    def on_blur(self) -> None:
        """They do not any more."""
        self.redraw()
