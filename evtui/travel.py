"""What a person does with time in the app: go back, branch, undo, mark."""

import time
from typing import TYPE_CHECKING

from evtui.said import said
from evtui.screens.bookmarks import BookmarksPanel
from evtui.screens.branches import BranchChoice, BranchesPanel
from evtui.screens.compare import ComparePanel, Instant
from evtui.stopping import StoppingApp
from scenarios.comparing.begin import compare
from scenarios.comparing.view import Comparison
from scenarios.errors import InputError

if TYPE_CHECKING:
    from evtui.render.picture import Picture

LEAP_US = 10_000_000
COMPARE_S = 0.03
"""For how long a comparison may work before the screen has its turn."""


class TravelApp(StoppingApp):
    """The part of the app that moves through time. Every move stops the clock."""

    # Back and forward.

    def travel(self, time_us: int) -> None:
        """Show the branch at a time; beyond where it has been run it is run there.

        What has been run before is passed over; on new ground a breakpoint stops.
        """
        timeline = self.timeline
        self.set_paused(True)
        if time_us > timeline.branch.tip.time_us:
            timeline.go_to_end()
            while not self.go_on(time_us, 1_000_000):
                pass
        else:
            timeline.go(time_us)
        self.take_picture()

    def action_event_back(self) -> None:
        """To before the last event."""
        self.set_paused(True)
        if not self.timeline.back():
            self._refuse("This is the beginning")
        self.take_picture()

    def action_leap(self, by: int) -> None:
        """Ten seconds back or forward."""
        self.travel(max(self.timeline.time_us + by * LEAP_US, 0))

    def action_time_edge(self, end: int) -> None:
        """To the beginning, or as far as the branch has been run."""
        self.set_paused(True)
        if end:
            self.timeline.go_to_end()
        else:
            self.timeline.go_to(self.timeline.begin)
        self.take_picture()

    # Undo and redo.

    def action_undo(self) -> None:
        """The same run up to now, without what was done last."""
        try:
            undone = self.timeline.undo()
        except InputError as error:
            self._refuse(str(error).capitalize())
            return
        self._changed(f"Without: {said(undone)}   {self.key_of('redo')} brings it back")

    def action_redo(self) -> None:
        """With what was undone again."""
        try:
            self.timeline.redo()
        except InputError as error:
            self._refuse(str(error).capitalize())
            return
        self._changed(f"Branch {self.timeline.number}, with it again")

    def _changed(self, text: str) -> None:
        self.set_paused(True)
        self.take_picture()
        self._tell(text)

    # Branches and bookmarks.

    def action_branches(self) -> None:
        """Show all branches, and go to one."""
        picture: Picture | None = getattr(self, "picture", None)
        if picture is None:
            return

        def chosen(choice: BranchChoice | None) -> None:
            if choice is None:
                return
            if choice.marked:
                self.compare(choice.marked, choice.number)
                return
            self.timeline.switch(choice.number)
            self._changed(f"Branch {choice.number} of {len(self.timeline.branches)}")

        self.set_paused(True)
        self.push_screen(BranchesPanel(picture), chosen)

    def compare(self, one: int, other: int) -> None:
        """Compare two branches; then show an instant of one of them."""
        comparing = compare(self.timeline, one, other)

        def work() -> Comparison:
            begin = time.monotonic()
            while not comparing.advance() and time.monotonic() - begin < COMPARE_S:
                pass
            return comparing.found

        def chosen(instant: Instant | None) -> None:
            if instant is not None:
                self.timeline.switch(instant.branch)
                self.timeline.go(instant.time_us)
                self._changed(f"Branch {instant.branch} of {len(self.timeline.branches)}")

        self.push_screen(ComparePanel(work), chosen)

    def action_bookmark(self) -> None:
        """Set a bookmark here."""
        made = self.timeline.bookmark()
        self.take_picture()
        self._tell(f"{made.name.capitalize()} is here   {self.key_of('bookmarks')} lists them")

    def action_bookmarks(self) -> None:
        """Show the bookmarks on this course, and go to one."""
        picture: Picture | None = getattr(self, "picture", None)
        if picture is None:
            return

        def chosen(index: int | None) -> None:
            here = self.timeline.marks
            if index is not None and index < len(here):
                self.timeline.visit(here[index])
                self._changed(here[index].name)

        self.set_paused(True)
        self.push_screen(BookmarksPanel(picture), chosen)

    def on_bookmarks_panel_renamed(self, message: BookmarksPanel.Renamed) -> None:
        """Give a bookmark another name."""
        here = self.timeline.marks
        if message.index < len(here):
            try:
                self.timeline.rename(here[message.index], message.name)
            except InputError as error:
                self._refuse(str(error).capitalize())
            self.take_picture()

    def on_bookmarks_panel_deleted(self, message: BookmarksPanel.Deleted) -> None:
        """Take a bookmark away."""
        here = self.timeline.marks
        if message.index < len(here):
            self.timeline.forget(here[message.index])
            self.take_picture()
