"""Panels above the network: what all share, the chooser of a link, the partition picker."""

from collections.abc import Iterable
from textwrap import dedent
from typing import ClassVar, Generic, TypeVar

from attrs import frozen
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from evtui.render import links, partition
from evtui.render.glyphs import CURSOR
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.safety.guarded import Guarded
from evtui.widgets.keys import KeyLine
from evtui.widgets.lines import Lines

Result = TypeVar("Result")
CHROME = 4
"""Rows of a panel that are not its body: title, keys, a gap at each; on a short terminal two, or
only the keys."""
SHORT = 30


@frozen
class LinkChoice:
    """Do ``verb`` (cut, cut_oneway or join) to the link to ``other``."""

    other: str
    verb: str


def plain(rows: Iterable[str]) -> str:
    """Rows as a text: no blanks at their ends, no empty ones above and below, no indent of all."""
    return dedent("\n".join(row.rstrip() for row in rows)).strip("\n")


class Body(Lines):
    """The body of a panel: lines that its screen makes; clicks go to the screen."""

    is_view = True

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Ask the screen."""
        screen = self.screen
        assert isinstance(screen, Panel)  # noqa: S101 (a body lives in a panel only)
        lines = screen.lines(picture, width, height)
        return [ln if ln.ground != "base" else ln._replace(ground="panel") for ln in lines]

    def _chrome(self) -> int:
        """Rows of the panel that are not the body."""
        if self.screen.size.height >= SHORT:
            return CHROME
        titled = not isinstance(self.screen, Panel) or self.screen.TITLED
        return CHROME - 2 if titled else 1

    def wanted_height(self, container: Size, viewport: Size, width: int) -> int:
        """What the screen has to say, as far as the terminal has room for it."""
        wanted = self.screen.rows() if isinstance(self.screen, Panel) else 1
        return max(min(wanted, self.screen.size.height - self._chrome()), 1)

    def on_click(self, event: events.Click) -> None:
        """Tell the screen which row."""
        if isinstance(self.screen, Panel):
            self.screen.clicked(event.y)


class Panel(Guarded, ModalScreen[Result], Generic[Result]):
    """A panel with a title, a body of lines and a line of keys; Esc closes it."""

    TITLE_TEXT = ""
    TITLED = True
    """Whether the title is there on a short terminal, too."""
    KEYS = "Esc closes"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SHORT, "-tall")]  # noqa: RUF012 (Textual's way)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="panel_close"),
        Binding("y", "app.copy_view", "Copy", id="panel_copy"),
        Binding("Y", "app.svg_view", "As SVG", id="panel_svg"),
        Binding("colon", "app.command_palette", "Command palette", id="panel_palette"),
        Binding("question_mark", "app.help", "Help", id="panel_help"),
    ]

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        with Vertical(id="panel"):
            yield Static(self.title_text(), id="panel-title", markup=False)
            yield Body()
            yield KeyLine(self.KEYS)

    def title_text(self) -> str:
        """The title."""
        return self.TITLE_TEXT

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The lines of the body."""
        raise NotImplementedError

    def rows(self) -> int:
        """Rows that the body would like to have."""
        raise NotImplementedError

    def clicked(self, y: int) -> None:
        """A row of the body was clicked on."""

    def redraw(self) -> None:
        """Draw the body anew."""
        self.query_one(Body).redraw()

    def on_click(self, event: events.Click) -> None:
        """A click beside it is Esc; not the second one of two, which have opened it."""
        beside = self.get_widget_at(event.screen_x, event.screen_y)[0] is self
        if beside and event.chain == 1:
            self.app.simulate_key("escape")

    def copied(self) -> tuple[str, str]:
        """What ``y`` copies: what it is called, and its text.

        Of a panel with a cursor the row under it, else all that is seen.
        """
        lines = self.query_one(Body).shown
        chosen = [line.plain.removeprefix(CURSOR) for line in lines if line.ground == "selected"]
        if chosen:
            return "what is selected", plain(chosen)
        title = str(self.query_one("#panel-title", Static).content)
        return title, plain([title, *(line.plain for line in lines)])

    def action_close(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)


class LinkPanel(Panel[LinkChoice]):
    """Which link of the selected CP to cut or join."""

    KEYS = "Enter or digit: both ways   o: cut one way   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", "Before", id="link_up"),
        Binding("down,right", "move(1)", "After", id="link_down"),
        Binding("enter,x", "choose", "Cut or join", id="link_choose"),
        Binding("o", "one_way", "Cut one way", id="link_one_way"),
        *[
            Binding(str(n), f"choose({n - 1})", f"Link {n}", show=False, id=f"link_{n}")
            for n in range(1, 10)
        ],
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._selected = picture.selected
        self._choices = links.others(picture.view, picture.selected)
        self._cursor = 0

    def title_text(self) -> str:
        """Whose link it is."""
        return f"Cut or join a link of {self._selected}"

    def rows(self) -> int:
        """One for each other CP."""
        return len(self._choices)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """A row for each other CP, with its link's state as it is now."""
        self._choices = links.others(picture.view, self._selected)
        size = (width, height)
        return links.page(self._choices, self._selected, self._cursor, size, picture.keys)

    def clicked(self, y: int) -> None:
        """A click chooses."""
        height = self.query_one(Body).size.height
        self.action_choose(links.first_row(len(self._choices), self._cursor, height) + y)

    def action_move(self, by: int) -> None:
        """Another CP."""
        if self._choices:
            self._cursor = (self._cursor + by) % len(self._choices)
            self.redraw()

    def action_choose(self, index: int | None = None) -> None:
        """Cut a whole link, join one that is not."""
        at = self._cursor if index is None else index
        if 0 <= at < len(self._choices):
            cp, state = self._choices[at]
            self.dismiss(LinkChoice(cp.id, links.verb(state)))

    def action_one_way(self) -> None:
        """Cut only what the selected CP says to the other."""
        if self._choices:
            self.dismiss(LinkChoice(self._choices[self._cursor][0].id, "cut_oneway"))


class PartitionPanel(Panel[partition.Plan]):
    """Who can talk to whom: a well-known shape, or each CP on a side by hand."""

    TITLE_TEXT = "Partition the network"
    KEYS = "1–5 shape  ↑↓ CP  ←→ A–D side  o one way  Enter applies  Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Before", id="partition_up"),
        Binding("down", "move(1)", "After", id="partition_down"),
        Binding("left", "side(-1)", "Side before", id="partition_left"),
        Binding("right,space", "side(1)", "Side after", id="partition_right"),
        Binding("o", "one_way", "One way", id="partition_one_way"),
        Binding("enter,p", "apply", "Apply", id="partition_apply"),
        *[
            Binding(str(n), f"shape({n - 1})", f"Shape {n}", show=False, id=f"shape_{n}")
            for n in range(1, 6)
        ],
        *[
            Binding(letter, f"put({n})", f"Side {letter.upper()}", show=False, id=f"side_{letter}")
            for n, letter in enumerate("abcd")
        ],
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._shapes = partition.shapes(picture.view, picture.selected)
        self._plan = self._shapes[0].plan
        self._cursor = 0

    def rows(self) -> int:
        """Shapes, a gap, a row for each CP, a gap, the outcome."""
        return len(self._shapes) + len(self._plan.sides) + 3

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Shapes, sides, outcome."""
        return partition.page(picture.view, self._shapes, self._plan, self._cursor, (width, height))

    def clicked(self, y: int) -> None:
        """A click on a shape takes it; on a CP, moves it to the next side."""
        if y < len(self._shapes):
            self.action_shape(y)
            return
        body = self.query_one(Body)
        count = len(self._plan.sides)
        top = partition.first_row(count, self._cursor, len(self._shapes), body.size.height)
        index = top + y - len(self._shapes) - 1
        if top <= index < count:
            self._cursor = index
            self.action_side(1)

    def action_move(self, by: int) -> None:
        """Another CP."""
        self._cursor = (self._cursor + by) % len(self._plan.sides)
        self.redraw()

    def action_side(self, by: int) -> None:
        """The CP to the next side."""
        self._plan = self._plan.moved(self._cursor, by)
        self.redraw()

    def action_put(self, side: int) -> None:
        """The CP to this side."""
        if side < 2 or not self._plan.one_way:
            self.action_side(side - self._plan.sides[self._cursor])

    def action_shape(self, index: int) -> None:
        """A well-known shape."""
        self._plan = self._shapes[index].plan
        self.redraw()

    def action_one_way(self) -> None:
        """One way or both."""
        self._plan = self._plan.turned()
        self.redraw()

    def action_apply(self) -> None:
        """Close with the plan."""
        self.dismiss(self._plan)
