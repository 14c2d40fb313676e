"""The view of links: a matrix to walk about in, and an editor of one cell."""

from typing import ClassVar

from attrs import evolve
from textual import events
from textual.binding import Binding, BindingType

from evtui.render import link_editor, link_matrix
from evtui.render.line import Line
from evtui.render.link_editor import Edit
from evtui.render.picture import Picture
from evtui.screens.panels import Body, Panel, plain
from evtui.screens.tables import TablePanel
from scenarios.view import Window

WHOLE = 400
"""Cells of a line that is copied: nothing is shortened."""


class LinksPanel(TablePanel):
    """Every link between charge points, seen live; Enter opens the editor of one."""

    TITLE_TEXT = "Links, from row to column"
    KEYS = "arrows: another link   Enter: edit it   space . + - time   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,q", "close", "Close", id="links_close"),
        Binding("up", "move(-1, 0)", "Up", id="links_up"),
        Binding("down", "move(1, 0)", "Down", id="links_down"),
        Binding("left", "move(0, -1)", "Left", id="links_left"),
        Binding("right", "move(0, 1)", "Right", id="links_right"),
        Binding("pageup", "page(-1)", "Page up", id="links_page_up"),
        Binding("pagedown", "page(1)", "Page down", id="links_page_down"),
        Binding("home", "edge(0)", "First", id="links_home"),
        Binding("end", "edge(1)", "Last", id="links_end"),
        Binding("enter", "edit", "Edit", id="links_edit"),
    ]

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture)
        self._ids = [cp.id for cp in picture.view.cps]
        row = self._ids.index(picture.selected) if picture.selected in self._ids else 0
        self.cursor = (row, int(row == 0) if len(self._ids) > 1 else 0)
        self._grid: link_matrix.Grid | None = None

    def rows(self) -> int:
        """As many as there is room for, up to three for each CP."""
        return link_matrix.HEAD + 3 * len(self._ids) + link_matrix.FOOT

    def _place(self, width: int, height: int) -> link_matrix.Grid:
        self._grid = link_matrix.grid(self._ids, width, height, self.cursor, self._grid)
        return self._grid

    def wanted(self, window: Window) -> Window:
        """The block of the matrix that is seen."""
        width, height = self.query_one(Body).size
        return evolve(window, links=self._place(width, height).window())

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The matrix as it is now."""
        place = self._place(width, height)
        return link_matrix.page(
            picture.view, place, self.cursor, (width, height), self.motion(picture)
        )

    def _go(self, row: int, column: int) -> None:
        last = len(self._ids) - 1
        self.cursor = min(max(row, 0), last), min(max(column, 0), last)
        self.post_message(self.Wanted())

    def action_move(self, down: int, right: int) -> None:
        """Another cell."""
        self._go(self.cursor[0] + down, self.cursor[1] + right)

    def action_page(self, by: int) -> None:
        """As many rows as are seen."""
        self.action_move(by * (self._grid.rows if self._grid else 1), 0)

    def action_edge(self, end: int) -> None:
        """To the first row and column, or to the last ones."""
        self._go(end * len(self._ids), end * len(self._ids))

    def on_click(self, event: events.Click) -> None:
        """A click goes to a cell; one on the cell under the cursor edits it."""
        body = self.query_one(Body).region
        if self._grid is None or not body.contains(event.screen_x, event.screen_y):
            return
        found = link_matrix.at(self._grid, event.screen_x - body.x, event.screen_y - body.y)
        if found == self.cursor:
            self.action_edit()
        elif found is not None:
            self._go(*found)

    def copied(self) -> tuple[str, str]:
        """The link under the cursor, in words."""
        picture = self.query_one(Body).picture
        if picture is None or picture.view.links is None or len(self._ids) < 2:
            return super().copied()
        found = link_matrix.detail(picture.view, picture.view.links, self.cursor, WHOLE)
        row, column = (self._ids[at] for at in self.cursor)
        return f"the link {row} → {column}", plain([line.plain for line in found])

    def action_edit(self) -> None:
        """Ask what is to become of the link under the cursor."""
        row, column = self.cursor
        if row != column:
            editor = LinkEditor(self._ids[row], self._ids[column], self.cursor)
            self.app.push_screen(editor, self._edit)

    def _edit(self, edit: Edit | None) -> None:
        if edit is not None:
            self.post_message(self.Act(edit.verb, dict(edit.args)))


class LinkEditor(Panel[Edit]):
    """What is to become of one link; closes with a verb and its arguments."""

    KEYS = "↑ ↓ what   ← → or digits: how much   o one way   Enter does it   Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Before", id="link_editor_up"),
        Binding("down", "move(1)", "After", id="link_editor_down"),
        Binding("left", "turn(-1)", "Less", id="link_editor_left"),
        Binding("right", "turn(1)", "More", id="link_editor_right"),
        Binding("o", "one_way", "One way or both", id="link_editor_one_way"),
        Binding("backspace", "type('')", "Delete a digit", id="link_editor_backspace"),
        Binding("enter", "apply", "Do it", id="link_editor_apply"),
        *[
            Binding(str(n), f"type('{n}')", f"Digit {n}", show=False, id=f"link_editor_{n}")
            for n in range(10)
        ],
    ]

    def __init__(self, a: str, b: str, place: tuple[int, int]) -> None:
        super().__init__()
        self._draft = link_editor.Draft(a, b)
        self._at = place

    def title_text(self) -> str:
        """Which link."""
        return f"Link {self._draft.a} → {self._draft.b}"

    def rows(self) -> int:
        """What is so now, a gap, a row for each thing that can be done, a gap, what Enter does."""
        return link_editor.HEAD + len(link_editor.KINDS) + 2

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What can be done, beside what is so now."""
        cell = picture.view.links.at(*self._at) if picture.view.links else None
        return link_editor.page(self._draft, cell, width, picture.keys)

    def clicked(self, y: int) -> None:
        """A click on a row goes there."""
        if 0 <= y - link_editor.HEAD < len(link_editor.KINDS):
            self.action_move(y - link_editor.HEAD - self._draft.cursor)

    def _take(self, draft: link_editor.Draft) -> None:
        self._draft = draft
        self.redraw()

    def action_move(self, by: int) -> None:
        """Another thing to do."""
        self._take(self._draft.moved(by))

    def action_turn(self, by: int) -> None:
        """More or less of it."""
        self._take(self._draft.turned(by))

    def action_type(self, digit: str) -> None:
        """A figure by its digits; none: the last one goes."""
        self._take(self._draft.typed(digit))

    def action_one_way(self) -> None:
        """One way or both."""
        self._take(self._draft.crossed())

    def action_apply(self) -> None:
        """Close with the verb."""
        self.dismiss(self._draft.edit())
