"""The part of the app that makes futures behind the screen."""

import shlex
from typing import TYPE_CHECKING

from textual.timer import Timer

from evtui.acting import ActingApp
from evtui.screens.whatif import WhatIfPanel
from evtui.whatif.desk import Desk
from scenarios.errors import InputError
from scenarios.units import DURATION

if TYPE_CHECKING:
    from evtui.render.picture import Picture

LOOK_S = 0.25
"""How often it is looked how far they are."""


class FuturesApp(ActingApp):
    """Futures go on being made when their view is closed; the app says when they are done."""

    if TYPE_CHECKING:
        picture: Picture | None

    _desk: Desk | None = None
    _looks: Timer | None = None

    @property
    def desk(self) -> Desk:
        """Where futures are prepared."""
        if self._desk is None:
            self._desk = Desk(lambda: self.timeline)
        return self._desk

    def action_what_if(self) -> None:
        """Show what would come of this instant, with the last fault and without it."""
        if self.picture is not None:
            self.push_screen(WhatIfPanel(self.desk))

    def action_begin_futures(self) -> None:
        """Make the futures of now."""
        try:
            runs = self.desk.begin()
        except InputError as error:
            self._refuse_futures(error)
            return
        self._tell(f"{runs} runs have begun; all keys work meanwhile")
        if self._looks is None:
            self._looks = self.set_interval(LOOK_S, self._look)
        self._look()

    def _refuse_futures(self, error: InputError) -> None:
        text = str(error)
        self._refuse(text[:1].upper() + text[1:])

    def action_cancel_futures(self) -> None:
        """Make no more of them."""
        if not self.desk.cancel():
            self._refuse("Nothing is being made")

    def action_keep_arms(self) -> None:
        """Write both arms as scenario files, and say how they are run again."""
        try:
            paths = self.desk.keep(self.folder)
        except InputError as error:
            self._refuse_futures(error)
            return
        except OSError as error:
            self._refuse(f"Not written: {error.strerror or error}: {self.folder}")
            return
        found = self.desk.found()
        setup = self.desk.setup()
        seeds, profile = (setup.seeds, setup.profile) if found is None else (
            found.seeds, found.profile)  # fmt: skip
        at_us = setup.at_us if found is None else found.arms.at_us
        names = " and ".join(str(path) for path in paths)
        options = f"--seeds {seeds} --faults {profile}"
        again = "\n".join(f"evtui campaign {shlex.quote(str(path))} {options}" for path in paths)
        self._tell(f"Written {names}, from {DURATION.format(at_us)}\n{again}")
        self.hand_over(*paths)

    def _look(self) -> None:
        """Draw how far they are; when no more comes, say so, whatever is on the screen."""
        busy = self.desk.is_busy
        if not busy and self._looks is not None:
            self._looks.stop()
            self._looks = None
            self._tell_of_end()
        for screen in self.screen_stack:
            if isinstance(screen, WhatIfPanel) and screen.is_mounted:
                screen.redraw()

    def _tell_of_end(self) -> None:
        found = self.desk.found()
        if found is None or isinstance(self.screen, WhatIfPanel):
            return
        how = "done" if found.done == found.total else f"cancelled after {found.done}"
        self._tell(f"What if: {found.total} runs, {how}; W shows them")

    def on_unmount(self) -> None:
        """Nobody waits for what is left."""
        self.desk.cancel()
