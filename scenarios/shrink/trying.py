"""Trying candidates: each is written as a file, read back, and run, here or in other processes.

What is judged is what the file says. A candidate that is no valid scenario does not fail.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future

from scenarios.errors import ScenarioError
from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.shrink.failing import Failure, fails_like
from scenarios.writer import to_toml

Halt = Callable[[], None]
"""Is called before each verdict; raises what is to end the search."""


def candidate_fails(text: str, failure: Failure) -> bool:
    """Whether a run of the scenario that a text says fails in this way."""
    try:
        scenario = loads(text, "candidate.toml")
    except ScenarioError:
        return False
    return fails_like(scenario, failure)


def one_by_one(failure: Failure, halt: Halt, candidates: Iterable[Scenario]) -> Iterator[bool]:
    """Whether each candidate fails in this way, in their order."""
    for candidate in candidates:
        halt()
        yield candidate_fails(to_toml(candidate), failure)


def several_at_once(
    executor: Executor, jobs: int, failure: Failure, halt: Halt, candidates: Iterable[Scenario]
) -> Iterator[bool]:
    """The same, with ``jobs`` candidates under way: those ahead may turn out to be in vain."""
    coming = iter(candidates)
    under_way: deque[Future[bool]] = deque()
    try:
        while True:
            while len(under_way) < jobs and (candidate := next(coming, None)) is not None:
                under_way.append(executor.submit(candidate_fails, to_toml(candidate), failure))
            if not under_way:
                return
            halt()
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
