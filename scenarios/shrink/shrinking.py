"""The whole search: which passes are done in which order, and what comes out."""

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final

from attrs import evolve, frozen

from paxos.check.shrink import EnoughError, Search, to_fixed_point
from scenarios.kinds import printable
from scenarios.schema import Scenario
from scenarios.shrink import order, parts, simpler, times
from scenarios.shrink.failing import Failure, Halt, failure_of, first_failure, never, watched_for
from scenarios.shrink.moments import delete_at_other_moments
from scenarios.shrink.parts import fitted
from scenarios.shrink.trying import candidate_fails, one_by_one, several_at_once
from scenarios.units import DURATION
from scenarios.writer import to_toml

PASSES: Final[tuple[Callable[[Search[Scenario]], object], ...]] = (
    times.cut,
    parts.delete_lines,
    times.cut,
    parts.delete_all,
    order.in_order,
    simpler.default_settings,
    parts.delete_lines,
    parts.delete_pairs,
    parts.delete_with_other_seeds,
    times.look_earlier,
    times.cut,
    times.move_earlier,
    simpler.simple_arguments,
    times.round_times,
    parts.number,
    order.few_overtakings,
)
"""What makes the run quicker to try comes first."""

_TEXT_MAX = 2_000
"""What has not come to rest may be a long list."""

FINISHED, ENOUGH, INTERRUPTED = "finished", "enough", "interrupted"


def _quick_ones(search: Search[Scenario]) -> None:
    to_fixed_point(search, PASSES)


class NotFailingError(Exception):
    """The run does not fail, or not when it is read from a file; the message says which."""


@frozen
class Progress:
    """How far a search is."""

    runs: int
    best: Scenario


@frozen
class Shrunk:
    """What a search came to."""

    scenario: Scenario
    failure: Failure
    before: Scenario
    runs: int
    skipped: int
    """Candidates that had been tried before."""
    end: str
    """finished: nothing more can be left out; else what ended it before, enough or interrupted."""

    @property
    def comes_in_order(self) -> bool:
        """Whether messages come in the order in which they were sent."""
        return order.comes_in_order(self.scenario)


def shrink(
    scenario: Scenario,
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    most_runs: int | None = None,
    halt: Halt = never,
    tell: Callable[[Progress], None] | None = None,
    origin: str = "",
) -> Shrunk:
    """The smallest scenario found that fails as this one does, with its own seed.

    On ``executor``, when given, ``jobs`` candidates are tried at a time; that changes nothing of
    what is found. ``halt`` is asked now and then; a :class:`paxos.check.shrink.EnoughError` or a
    ``KeyboardInterrupt`` of it, or a Ctrl+C at any time, ends the search with the best so far.
    ``origin`` says in the file what it was shrunk from.

    Raises:
        NotFailingError: it does not fail.

    """
    whole = failure_of(scenario)
    if whole is None:
        raise NotFailingError(f"a run that does not fail with seed {scenario.seed}")
    begin = _beginning(scenario, whole)

    def told() -> None:
        if tell is not None:
            tell(Progress(search.trials, search.best))

    judge = partial(one_by_one, whole, halt)
    if executor is not None:
        judge = partial(several_at_once, executor, jobs, whole, halt)
    search = Search(begin, judge, to_toml, most=most_runs, tell=told)
    end = FINISHED
    try:
        to_fixed_point(search, (_quick_ones, delete_at_other_moments))
    except EnoughError:
        end = ENOUGH
    except KeyboardInterrupt:
        end = INTERRUPTED
    failure = first_failure(search.best)
    assert failure is not None  # noqa: S101 - it failed when it was tried
    named = presented(
        search.best, failure, scenario, origin or scenario.name, finished=end == FINISHED
    )
    return Shrunk(named, failure, scenario, search.trials, search.skipped, end)


def _beginning(scenario: Scenario, failure: Failure) -> Scenario:
    """The scenario as a file that shows this failure alone, and what was done by hand in it."""
    bare = evolve(scenario, title="", description="", saved=None)
    by_hand = tuple(evolve(line, after=None) for line in scenario.inputs)
    script = sorted((*scenario.script, *by_hand), key=lambda line: line.t_us)
    whole = fitted(evolve(bare, script=tuple(script), inputs=()))
    # What is expected may be why replicas share no state, without which some things never differ.
    for begin in (watched_for(whole, failure), whole):
        if candidate_fails(to_toml(begin), failure):
            return begin
    raise NotFailingError(
        f"a run that fails with seed {scenario.seed}, but not in the same way when it is read "
        f"from a file: {failure.text}"
    )


def presented(
    best: Scenario, failure: Failure, before: Scenario, origin: str, *, finished: bool
) -> Scenario:
    """The scenario with a name, a title and a description that say what it shows."""
    steps = f"{len(before.script) + len(before.inputs)} to {len(best.script)}"
    sizes = f"{len(before.cps)} to {len(best.cps)}"
    messages = order.words(best, finished=finished)
    description = (
        f"{printable(failure.text)[:_TEXT_MAX]}\n\nShrunk from {printable(origin)}: from {steps} "
        f"steps, from {sizes} charge points, from {DURATION.format(before.duration_us)} to "
        f"{DURATION.format(best.duration_us)}. {messages[0].upper()}{messages[1:]}.\n"
    )
    title = f"Shrunk: {failure.name}" if failure.kind == "violation" else "Shrunk: an expectation"
    return evolve(best, name=f"{before.name}-shrunk"[:60], title=title, description=description)
