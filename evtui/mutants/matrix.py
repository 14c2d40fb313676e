"""The kill matrix: which tasks there are, in which order they are done, and what came of them.

Blocks of seeds of one mistake may be done beside each other, and come back in any order; the first
kill counted from seed 0 is the same whatever the number of processes.
"""

from collections.abc import Iterator, Sequence

from attrs import Factory, define, frozen

from evtui.mutants.judges import Judge, Kill, Outcome, Task, judges_of
from paxos.check.mutants import Mutant

BLOCK = 10
"""Seeds of one task."""
LEAST = 20
"""Seeds of each weather in which the protocol itself is judged, at the least."""


@define
class Trial:
    """One mistake, or none, before one judge."""

    mutant: Mutant
    judge: Judge
    seeds: int
    """How many there are, from 0 on; the explorer needs none, and counts as one."""
    planted: bool = True
    asked: int = 0
    """Up to which seed tasks were given out."""
    done: int = 0
    """Up to which seed it is known what came of it."""
    runs: int = 0
    kill: Kill | None = None
    strays: list[Kill] = Factory(list)
    _ahead: dict[int, Outcome] = Factory(dict)

    @property
    def finished(self) -> bool:
        """Whether the verdict is known."""
        return self.kill is not None or self.done >= self.seeds

    @property
    def needed(self) -> int:
        """How many seeds it took, counted from seed 0."""
        return 0 if self.kill is None else self.kill.seed + 1

    def next(self) -> Task | None:
        """What is to be done next, if anything is left."""
        killed = any(it.kill is not None for it in self._ahead.values())
        if self.finished or killed or self.asked >= self.seeds:
            return None
        count = min(BLOCK, self.seeds - self.asked)
        task = Task(self.mutant.name, self.judge, self.asked, count, self.planted)
        self.asked += count
        return task

    def take(self, outcome: Outcome) -> None:
        """Note what came of a task; what is beyond the first kill does not count."""
        self._ahead[outcome.task.first] = outcome
        while not self.finished and self.done in self._ahead:
            known = self._ahead.pop(self.done)
            self.runs += known.runs
            self.strays += known.strays
            self.kill = known.kill
            self.done += known.task.count


@frozen
class Plan:
    """What is to be judged: mistakes, and with how many seeds each at the most."""

    mutants: tuple[Mutant, ...]
    seeds: int


class Matrix:
    """All trials of a plan. Those of the protocol itself follow when it is known how long."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.trials = [
            Trial(mutant, judge, 1 if judge is Judge.EXPLORER else plan.seeds)
            for mutant in plan.mutants
            for judge in judges_of(mutant)
        ]
        self.controls: list[Trial] = []
        """The protocol itself, once in each weather."""
        self._controlled = False

    @property
    def finished(self) -> bool:
        """Whether everything is known."""
        return self._controlled and all(it.finished for it in self.everything)

    @property
    def everything(self) -> Sequence[Trial]:
        """All trials, of mistakes and of none."""
        return (*self.trials, *self.controls)

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return sum(it.runs for it in self.everything if it.judge is not Judge.EXPLORER)

    @property
    def survivors(self) -> list[Mutant]:
        """Mistakes that nobody has found, though all was tried."""
        tried = [(mutant, self.of(mutant)) for mutant in self.plan.mutants]
        return [
            mutant
            for mutant, trials in tried
            if trials and all(it.finished and it.kill is None for it in trials)
        ]

    @property
    def alarms(self) -> list[Trial]:
        """Where the protocol itself was blamed."""
        return [it for it in self.controls if it.kill is not None]

    def of(self, mutant: Mutant) -> list[Trial]:
        """A mistake's trials."""
        return [it for it in self.trials if it.mutant is mutant]

    def next(self) -> Task | None:
        """The next task; None when all are given out or have to be waited for."""
        if not self._controlled and all(it.finished for it in self.trials):
            self._controlled = True
            self.controls = list(self._controls())
        # The one that is least far: a long search does not keep the short ones waiting.
        for trial in sorted(self.everything, key=lambda it: it.asked):
            task = trial.next()
            if task is not None:
                return task
        return None

    def take(self, outcome: Outcome) -> None:
        """Note what came of a task."""
        task = outcome.task
        for trial in self.everything:
            if (trial.mutant.name, trial.judge, trial.planted) == (
                task.mutant,
                task.judge,
                task.planted,
            ):
                trial.take(outcome)

    def _controls(self) -> Iterator[Trial]:
        """The protocol itself in every weather, as long as the slowest mistake there took."""
        longest: dict[tuple[str, Judge], tuple[Mutant, int]] = {}
        for trial in self.trials:
            if trial.judge in (Judge.WEATHER, Judge.PROCESSES):
                key = (trial.mutant.weather_name, trial.judge)
                mutant, seeds = longest.get(key, (trial.mutant, LEAST))
                longest[key] = (mutant, max(seeds, trial.needed or trial.done))
        for (_, judge), (mutant, seeds) in longest.items():
            yield Trial(mutant, judge, min(seeds, self.plan.seeds), planted=False)
