"""Trying candidates: each is written as a file, read back, and run, here or in other processes.

What is judged is what the file says. A candidate that is no valid scenario does not fail, and one
that breaks the program itself fails in another way.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future

from paxos.check.shrink import EnoughError
from scenarios.errors import ScenarioError
from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.shrink.failing import Failure, Halt, fails_like, never
from scenarios.writer import to_toml

_LOOK_S = 0.2
"""How often somebody who waits for a verdict asks whether to go on."""


def candidate_fails(text: str, failure: Failure, halt: Halt = never) -> bool:
    """Whether a run of the scenario that a text says fails in this way."""
    try:
        scenario = loads(text, "candidate.toml")
    except ScenarioError:
        return False
    try:
        return fails_like(scenario, failure, halt)
    except (EnoughError, KeyboardInterrupt):
        raise
    except Exception:  # whatever it is, it is another way to fail
        return False


def one_by_one(failure: Failure, halt: Halt, candidates: Iterable[Scenario]) -> Iterator[bool]:
    """Whether each candidate fails in this way, in their order."""
    for candidate in candidates:
        halt()
        yield candidate_fails(to_toml(candidate), failure, halt)


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
            yield _result(under_way.popleft(), halt)
    finally:
        for future in under_way:
            future.cancel()


def _result(future: "Future[bool]", halt: Halt) -> bool:
    while True:
        halt()
        try:
            return future.result(timeout=_LOOK_S)
        except TimeoutError:
            continue
