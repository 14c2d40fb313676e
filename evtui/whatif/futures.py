"""Futures of one instant, made on processes of their own while the app goes on.

They are runs of two campaigns, the arms of :mod:`scenarios.whatif.arms`, seed by seed in turn, so
that both are as far at any time. A thread waits for the processes; the app looks in whenever it
likes, and never waits. What is found is what ``evtui campaign`` finds for the same seeds.
"""

import threading
from collections.abc import Sequence

from attrs import frozen

from evtui.campaign.engines import GoneError, beside
from evtui.campaign.order import Task
from evtui.processes import processors
from scenarios.campaign.costs import costs_of
from scenarios.campaign.finding import Finding
from scenarios.campaign.view import Costs
from scenarios.whatif.arms import Arms


@frozen
class ArmView:
    """How far one arm is, and what it has come to."""

    done: int
    failed: int
    """Runs that were violated, or did not settle."""
    costs: Costs | None
    """None before the first run is finished."""


@frozen
class FuturesView:
    """A picture of the work."""

    arms: Arms
    profile: str
    seeds: int
    as_it_is: ArmView
    without: ArmView | None
    is_running: bool
    is_cancelled: bool
    problem: str = ""
    """Why it ended before it was finished, if nobody wanted that."""

    @property
    def done(self) -> int:
        """How many runs are finished, of both arms."""
        return self.as_it_is.done + (self.without.done if self.without is not None else 0)

    @property
    def total(self) -> int:
        """How many there are to be."""
        return self.seeds * len(self.arms.both)


class Futures:
    """So many futures of each arm. Runs from when it is made until it is finished or cancelled."""

    def __init__(self, arms: Arms, profile: str, seeds: int, jobs: int | None = None) -> None:
        self.arms = arms
        self.profile = profile
        self.seeds = seeds
        self._jobs = processors() if jobs is None else jobs
        self._found: dict[str, list[Finding]] = {arm.name: [] for arm in arms.both}
        """By the name of the arm, as they were finished. Only ever appended to."""
        self._stop = threading.Event()
        self._problem = ""
        self._thread = threading.Thread(target=self._work, name="futures", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        tasks = [
            Task(arm, self.profile, (seed,)) for seed in range(self.seeds) for arm in self.arms.both
        ]
        try:
            for task, findings in beside(tasks, self._jobs, self._stop.is_set):
                self._found[task.scenario.name] += findings
        except GoneError as error:
            self._problem = str(error)
        except Exception as error:  # told in the panel: a thread has nobody who hears it
            self._problem = f"{type(error).__name__}: {error}"

    @property
    def is_running(self) -> bool:
        """Whether anything is still to come."""
        return self._thread.is_alive()

    def view(self) -> FuturesView:
        """How far it is."""
        running = self.is_running  # first: what is finished by then is seen below
        arms = self.arms
        return FuturesView(
            arms,
            self.profile,
            self.seeds,
            self._arm(arms.as_it_is.name),
            self._arm(arms.without.name) if arms.without is not None else None,
            running,
            self._stop.is_set(),
            self._problem,
        )

    def _arm(self, name: str) -> ArmView:
        found = list(self._found[name])
        failed = sum(bool(finding.problems) for finding in found)
        return ArmView(len(found), failed, costs_of(found))

    def findings(self, name: str) -> Sequence[Finding]:
        """What was found of an arm, in the order of seeds."""
        return sorted(self._found[name], key=lambda finding: finding.seed)

    def cancel(self) -> None:
        """Make no more; what is finished stays. Returns at once."""
        if self.is_running:
            self._stop.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is left to come; whether that is so."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
