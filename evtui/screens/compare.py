"""The view of two branches compared: it grows while the work is done, and leads to any instant."""

from collections.abc import Callable
from typing import ClassVar

from attrs import evolve, frozen
from textual.binding import Binding, BindingType
from textual.timer import Timer

from evtui.render import compare
from evtui.render.line import Line, fit
from evtui.render.picture import Picture
from evtui.screens.panels import Panel
from scenarios.comparing.view import Comparison

WORK_S = 0.05
"""Between two slices of the work."""


@frozen
class Instant:
    """A time of a branch that somebody wants to see."""

    branch: int
    time_us: int


class ComparePanel(Panel[Instant]):
    """``work`` does a slice of the comparison and says what is known; Esc ends that."""

    TITLE_TEXT = "Branches compared"
    KEYS = "↑↓ row  ←→ branch  Enter goes there  d all details  PgUp PgDn figures  Esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,t,q", "close", "Close", id="compare_close"),
        Binding("up", "move(-1)", "Before", id="compare_up"),
        Binding("down", "move(1)", "After", id="compare_down"),
        Binding("left", "side(0)", "First branch", id="compare_left"),
        Binding("right", "side(1)", "Second branch", id="compare_right"),
        Binding("pageup", "page(-1)", "Figures back", id="compare_page_up"),
        Binding("pagedown", "page(1)", "Figures forward", id="compare_page_down"),
        Binding("d", "details", "All details", id="compare_details"),
        Binding("enter", "go", "Go there", id="compare_go"),
    ]

    def __init__(self, work: Callable[[], Comparison]) -> None:
        super().__init__()
        self._work = work
        self.found = work()
        self.place = compare.Place()
        self._most = 0
        """How far it can be scrolled."""
        self._timer: Timer | None = None

    def title_text(self) -> str:
        """Which two."""
        one, other = (it.name for it in self.found.sides)
        return f"{self.TITLE_TEXT}: {one} and {other}"

    def on_mount(self) -> None:
        """Work on until all is known."""
        if not self.found.done:
            self._timer = self.set_interval(WORK_S, self._go_on)

    def _go_on(self) -> None:
        chosen = self.found.firsts[self.place.row].facet
        self.found = self._work()
        # Rows find their places by time: the one that is selected stays so.
        facets = [it.facet for it in self.found.firsts]
        self.place = evolve(self.place, row=facets.index(chosen) if self.place.row else 0)
        if self.found.done and self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.redraw()

    def rows(self) -> int:
        """As many as there are."""
        return 1_000

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """What is known."""
        self._most = compare.most_top(self.found, self.place, width)
        self.place = evolve(self.place, top=min(self.place.top, self._most))
        found = compare.page(self.found, self.place, (width, height), picture.keys)[:height]
        return found + [fit((), width)] * (height - len(found))

    def action_move(self, by: int) -> None:
        """Another row."""
        row = min(max(self.place.row + by, 0), len(self.found.firsts) - 1)
        self.place = evolve(self.place, row=row)
        self.redraw()

    def action_side(self, side: int) -> None:
        """The branch that Enter leads to."""
        self.place = evolve(self.place, side=side)
        self.redraw()

    def action_details(self) -> None:
        """All details of the row in the place of the figures, or both again."""
        self.place = evolve(self.place, details=not self.place.details, top=0)
        self.redraw()

    def action_page(self, by: int) -> None:
        """Scroll the figures, or the details."""
        top = min(max(self.place.top + 4 * by, 0), self._most)
        self.place = evolve(self.place, top=top)
        self.redraw()

    def clicked(self, y: int) -> None:
        """A click selects a row; on the selected one it goes there."""
        row = y - compare.HEAD
        if 0 <= row < len(self.found.firsts):
            if row == self.place.row:
                self.action_go()
            else:
                self.action_move(row - self.place.row)

    def action_go(self) -> None:
        """Close with the instant of the row, in the branch that is chosen."""
        time_us = self.found.firsts[self.place.row].time_us
        if time_us is not None:
            self.dismiss(Instant(self.found.sides[self.place.side].number, time_us))
