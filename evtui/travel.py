"""What a person does with time in the app: go back, branch, undo, mark, keep."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from evtui.screens.bookmarks import BookmarksPanel
from evtui.screens.branches import BranchChoice, BranchesPanel
from evtui.screens.compare import ComparePanel, Instant
from scenarios.comparing.begin import compare
from scenarios.comparing.view import Comparison
from scenarios.errors import InputError
from scenarios.session_file import keep, to_log
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

if TYPE_CHECKING:
    from evtui.render.picture import Picture

LEAP_US = 10_000_000
COMPARE_S = 0.03
"""For how long a comparison may work before the screen has its turn."""


class TravelApp(App[int]):
    """The part of the app that moves through time. Every move stops the clock."""

    timeline: Timeline
    folder: Path = Path()
    """Where sessions are kept."""

    def set_paused(self, paused: bool) -> None:
        """Stop or start virtual time."""
        raise NotImplementedError

    def take_picture(self) -> None:
        """Show the world as it is now."""
        raise NotImplementedError

    def _refuse(self, why: str) -> None:
        raise NotImplementedError

    def _tell(self, text: str) -> None:
        raise NotImplementedError

    # Back and forward.

    def travel(self, time_us: int) -> None:
        """Show the branch at a time; beyond where it has been run it is run there."""
        timeline = self.timeline
        self.set_paused(True)
        if time_us > timeline.branch.tip.time_us:
            timeline.go_to_end()
            while not timeline.run(time_us, 1_000_000):
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
        self._changed(f"Without: {undone.words()}   Z brings it back")

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
        self._tell(f"{made.name.capitalize()} is here   B lists them")

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

    # Keep it.

    def action_save(self) -> None:
        """Keep the session: this branch as a scenario, all branches as a log."""
        self.set_paused(True)
        kept = keep(self.timeline)
        texts = {".toml": to_toml(kept.only(kept.shown)), ".log": to_log(kept)}
        try:
            scenario, log = write_new(self.folder, kept.scenario.name, texts)
        except OSError as error:
            where = self.folder / kept.scenario.name
            self._refuse(f"Not saved: {error.strerror or error}: {where}")
            return
        self.take_picture()
        self._tell(f"Saved {scenario} and {log.name}   evtui replay {scenario}")
        self.hand_over(scenario, log)

    def hand_over(self, *paths: Path) -> None:
        """Send files that were written to the browser, where the app is shown in one."""
        if self.is_web:
            for path in paths:
                self.deliver_binary(path)


def write_new(folder: Path, name: str, texts: dict[str, str]) -> list[Path]:
    """Write files of one name and a number, by ending; nothing is ever overwritten.

    Another session may write into the same folder at this moment.
    """
    number = 1
    while True:
        paths = [folder / f"{name}-{number}{end}" for end in texts]
        number += 1
        if any(path.exists() for path in paths):
            continue
        try:
            _write_all(paths, texts.values())
        except FileExistsError:
            continue
        return paths


def _write_all(paths: list[Path], texts: Iterable[str]) -> None:
    """Write each, or none."""
    written = []
    try:
        for path, text in zip(paths, texts, strict=True):
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
