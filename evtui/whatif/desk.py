"""Where a what-if is prepared, begun and kept; it knows the timeline and no screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from evtui.render.whatif import Setup
from evtui.safety.files import write_new
from evtui.whatif.futures import Futures, FuturesView
from scenarios.campaign.profiles import PROFILES
from scenarios.errors import InputError
from scenarios.timeline import Timeline
from scenarios.whatif.arms import Arms, arms_of
from scenarios.writer import to_toml

SEEDS: Final = (10, 20, 50, 100, 200, 500)
USUAL: Final = SEEDS.index(50)
NAMES: Final = tuple(PROFILES)


class Desk:
    """One for each app. Futures that were begun go on whatever the timeline does meanwhile."""

    def __init__(self, timeline: Callable[[], Timeline], jobs: int | None = None) -> None:
        self._timeline = timeline
        self._jobs = jobs
        self._profile = 0
        self._seeds = USUAL
        self.futures: Futures | None = None

    def turn(self, by: int) -> None:
        """Another profile of faults."""
        self._profile = (self._profile + by) % len(NAMES)

    def count(self, by: int) -> None:
        """More or fewer seeds."""
        self._seeds = min(max(self._seeds + by, 0), len(SEEDS) - 1)

    def setup(self) -> Setup:
        """What would be begun."""
        profile = PROFILES[NAMES[self._profile]]
        at_us = self._timeline().time_us
        try:
            arms = self._arms()
        except InputError as error:
            why_not = str(error)
            why_not = why_not[:1].upper() + why_not[1:]
            return Setup(at_us, "", profile.name, profile.about, SEEDS[self._seeds], why_not)
        return Setup(at_us, arms.fault_words, profile.name, profile.about, SEEDS[self._seeds])

    def _arms(self) -> Arms:
        timeline = self._timeline()
        return arms_of(timeline.session, timeline.branch.inputs[: timeline.session.acted])

    def found(self) -> FuturesView | None:
        """How far the futures are; None before the first were begun."""
        return None if self.futures is None else self.futures.view()

    @property
    def is_busy(self) -> bool:
        """Whether futures are being made."""
        return self.futures is not None and self.futures.is_running

    def begin(self) -> int:
        """Begin with the futures of now; returns how many runs that is.

        Raises:
            InputError: there is no future here, or the last ones are still being made.
        """
        if self.is_busy:
            raise InputError("futures are being made already; c cancels them")
        arms = self._arms()
        self.futures = Futures(arms, NAMES[self._profile], SEEDS[self._seeds], self._jobs)
        return SEEDS[self._seeds] * len(arms.both)

    def cancel(self) -> bool:
        """Make no more; whether there was anything to cancel."""
        if self.futures is None or not self.futures.is_running:
            return False
        self.futures.cancel()
        return True

    def keep(self, folder: Path) -> list[Path]:
        """The arms that were run last, else those of now, as scenario files under free names.

        Raises:
            InputError: there is no future here.
            OSError: a file cannot be written.
        """
        arms = self._arms() if self.futures is None else self.futures.arms
        return [write_new(folder, arm.name, to_toml(arm)) for arm in arms.both]
