"""The charge points: cards where there is room, else a table with the selected one in detail."""

from textual import events
from textual.geometry import Size
from textual.message import Message

from evtui.render import cp_cards, cp_detail, cp_table
from evtui.render.bars import scrollbar
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.widgets.lines import Lines

DETAIL = 2
TALL = 45
"""Rows of the screen from which cards are worth their height."""


class CpPanel(Lines):
    """Every charge point; a click selects one."""

    class Clicked(Message):
        """Somebody clicked on a charge point."""

        def __init__(self, cp: str) -> None:
            super().__init__()
            self.cp = cp

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._top = 0
        self._last = ""

    def show(self, picture: Picture | None) -> None:
        """Take a new picture, and the room that it needs."""
        before = len(self.picture.view.cps) if self.picture else 0
        super().show(picture)
        if picture is not None and len(picture.view.cps) != before:
            self.refresh(layout=True)

    def _cards(self, width: int) -> bool:
        if self.picture is None or self.screen.size.height < TALL:
            return False
        return cp_cards.cards_fit(self.picture.view, width)

    def _rows(self) -> int:
        """Rows of the table that are seen at once: all, or a third of the screen."""
        count = len(self.picture.view.cps) if self.picture else 0
        return min(count, max(self.screen.size.height // 3, 3))

    def wanted_height(self, container: Size, viewport: Size, width: int) -> int:
        """Cards, or heading, table and detail."""
        return cp_cards.CARD_HEIGHT if self._cards(width) else 1 + self._rows() + DETAIL

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Cards or table."""
        view = picture.view
        if self._cards(width):
            return cp_cards.cards(view, picture.selected, width)
        rows = self._rows()
        self._keep_in_sight(picture, rows)
        part = rows < len(view.cps)
        room = width - part
        table = cp_table.columns(view, room)
        thumb = scrollbar(self._top, rows, len(view.cps))
        lines = [cp_table.table_head(table, width)]
        for n, cp in enumerate(view.cps[self._top : self._top + rows]):
            row = cp_table.table_row(cp, table, room, selected=cp.id == picture.selected)
            lines.append(row._replace(spans=(*row.spans, (thumb[n], "faint"))) if part else row)
        chosen = picture.cp
        return [*lines, *(cp_detail.detail(chosen, view, width, place=part) if chosen else [])]

    def _keep_in_sight(self, picture: Picture, rows: int) -> None:
        """When another CP is selected, scroll to it."""
        count = len(picture.view.cps)
        if picture.selected != self._last:
            self._last = picture.selected
            at = next((n for n, cp in enumerate(picture.view.cps) if cp.id == self._last), 0)
            self._top = min(max(self._top, at - rows + 1), at)
        self._top = min(max(self._top, 0), max(count - rows, 0))

    def on_click(self, event: events.Click) -> None:
        """Select what was clicked on."""
        if self.picture is None:
            return
        view = self.picture.view
        index: int | None
        if self._cards(self.size.width):
            index = cp_cards.card_at(view, event.x, self.size.width)
        else:
            index = self._top + event.y - 1 if 1 <= event.y <= self._rows() else None
        if index is not None and index < len(view.cps):
            self.post_message(self.Clicked(view.cps[index].id))

    def on_mouse_scroll_up(self, _event: events.MouseScrollUp) -> None:
        """Scroll the table back."""
        self._scroll(-1)

    def on_mouse_scroll_down(self, _event: events.MouseScrollDown) -> None:
        """Scroll the table forward."""
        self._scroll(1)

    def _scroll(self, by: int) -> None:
        self._top += by
        self.redraw()
