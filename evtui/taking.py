"""What a person takes out of the app: the text of a view, its picture, the log as JSON."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from textual.command import CommandPalette
from textual.screen import Screen
from textual.timer import Timer

from evtui.keys.names import of_view
from evtui.screens.log import LogPanel
from evtui.screens.panels import Panel, plain
from evtui.travel import TravelApp
from evtui.widgets.lines import Lines
from scenarios.errors import InputError
from scenarios.units import DURATION

if TYPE_CHECKING:
    from evtui.render.picture import Picture
    from scenarios.controls import Controls

SLICE_S = 0.012
"""How long one part of an export takes."""
REST_S = 0.02
"""Between two of them, so that the screen stays alive."""
SHOWN = 44
"""Letters of a copied text that the notice shows."""


class TakingApp(TravelApp):
    """The part of the app that copies and exports. Nothing of it changes the run."""

    controls: "Controls"
    _job: "Export | None" = None
    _job_timer: Timer | None = None

    def _seen(self) -> "Screen[object]":
        """The view that is on top, below a command palette."""
        return next(it for it in reversed(self.screen_stack) if not isinstance(it, CommandPalette))

    # Copy.

    def action_copy_view(self) -> None:
        """Send what is under the cursor, or all that is seen, to the terminal's clipboard.

        No terminal says whether it has taken it.
        """
        screen = self._seen()
        copied = screen.copied() if isinstance(screen, Panel) else None
        what, text = copied or (f"the {name_of(screen)}", text_of(screen))
        self.copy_to_clipboard(text)
        rows = text.splitlines()
        first = " ".join(rows[0].split())[:SHOWN] if rows else ""
        size = f"{len(rows)} lines" if len(rows) > 1 else f"“{first}”"
        self._tell(f"Sent to the terminal’s clipboard: {what}, {size}")

    # Pictures.

    def action_svg_view(self) -> None:
        """Write the view as SVG. After the next refresh: the palette may still be closing."""
        self.call_after_refresh(self._write_svg)

    def _write_svg(self) -> None:
        name = f"{self._stem(name_of(self._seen()))}"
        text = self.export_screenshot(title=name)
        try:
            path, file = open_new(self.folder, name, ".svg")
            with file:
                file.write(text)
        except OSError as error:
            self._refuse(f"Not written: {error.strerror or error}: {self.folder / name}.svg")
            return
        self._tell(f"Written {path}")
        self.hand_over(path)

    def _stem(self, view: str) -> str:
        """Scenario, view and virtual time: how a file of it is called."""
        session = self.timeline.session
        picture: Picture | None = getattr(self, "picture", None)
        of = [session.scenario.name, view, DURATION.format(self.timeline.time_us // 1000 * 1000)]
        if picture is not None and picture.city is not None and view != "city":
            of.insert(1, picture.city.shown)
        return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(of))

    # The log.

    def on_log_panel_export(self, message: LogPanel.Export) -> None:
        """Write what its filter lets through."""
        self.action_export_log(message.text)

    def action_export_log(self, text: str = "") -> None:
        """Write the log as lines of JSON, a part at a time; time stands when it begins."""
        if self._job is not None:
            self._refuse("The log is being written already")
            return
        self.set_paused(True)
        name = self._stem("log")
        try:
            lines = self.controls.log_lines(text)
            path, file = open_new(self.folder, name, ".jsonl")
        except InputError as error:
            self._refuse(str(error))
            return
        except OSError as error:
            self._refuse(f"Not written: {error.strerror or error}: {self.folder / name}.jsonl")
            return
        self._job = Export(path, file, iter(lines), lines.total)
        self._job_timer = self.set_interval(REST_S, self._go_on)
        self._go_on()

    def _go_on(self) -> None:
        """Write another part."""
        job = self._job
        if job is None:
            return
        try:
            done = job.write(SLICE_S)
        except OSError as error:
            job.abandon()
            self._end_job()
            self._refuse(f"Not written: {error.strerror or error}: {job.path}")
            return
        if done:
            self._end_job()
            of = "" if job.wrote == job.total else f" of {job.total:,}"
            self._tell(f"Written {job.path}: {job.wrote:,}{of} slots")
            self.hand_over(job.path)

    def _end_job(self) -> None:
        self._job = None
        if self._job_timer is not None:
            self._job_timer.stop()
            self._job_timer = None

    def on_unmount(self) -> None:
        """Half a log is none: whoever leaves meanwhile finds no file."""
        if self._job is not None:
            self._job.abandon()
            self._end_job()


class Export:
    """A log that is being written."""

    def __init__(self, path: Path, file: TextIO, lines: Iterator[str], total: int) -> None:
        self.path, self.total, self.wrote = path, total, 0
        self._file, self._lines = file, lines

    def write(self, for_s: float) -> bool:
        """Write for so long; whether all is written now. Raises OSError."""
        end_s = time.monotonic() + for_s
        for line in self._lines:
            self._file.write(line)
            self.wrote += bool(line)
            if time.monotonic() >= end_s:
                return False
        self._file.close()
        return True

    def abandon(self) -> None:
        """Leave nothing behind."""
        try:
            self._file.close()
        except OSError:
            pass  # what could not be written is not missed
        finally:
            self.path.unlink(missing_ok=True)


def open_new(folder: Path, name: str, end: str) -> tuple[Path, TextIO]:
    """A new file of that name, with a number where there is one already; OSError if it cannot."""
    number = 1
    while True:
        path = folder / (f"{name}{end}" if number == 1 else f"{name}-{number}{end}")
        try:
            return path, path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            number += 1


def name_of(screen: "Screen[object]") -> str:
    """What a view is called: ``LinkEditor`` is the link editor."""
    return of_view(type(screen))


def text_of(screen: "Screen[object]") -> str:
    """All that a screen of lines shows, as plain text; what stands side by side stays so."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for widget in screen.query(Lines):
        if widget.display:
            for at, line in enumerate(widget.shown):
                rows.setdefault(widget.region.y + at, []).append((widget.region.x, line.plain))
    text = []
    for y in range(max(rows, default=-1) + 1):
        row = ""
        for x, part in sorted(rows.get(y, [])):
            row += " " * (x - cell_len(row)) + part
        text.append(row)
    return plain(text)
