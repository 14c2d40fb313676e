"""Trying candidates: each is written as a file, read back, and run, here or in other processes.

What is judged is what the file says. A candidate that is no valid scenario does not fail.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

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


@contextmanager
def verdicts(
    failure: Failure, jobs: int, halt: Halt
) -> Iterator[Callable[[Iterable[Scenario]], Iterator[bool]]]:
    """What judges candidates, ``jobs`` of them at a time, in their order."""
    if jobs <= 1:

        def one_by_one(candidates: Iterable[Scenario]) -> Iterator[bool]:
            for candidate in candidates:
                halt()
                yield candidate_fails(to_toml(candidate), failure)

        yield one_by_one
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_ignore_interrupt)
    try:
        yield lambda candidates: _ahead(pool, jobs, failure, candidates, halt)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ahead(
    pool: Executor, jobs: int, failure: Failure, candidates: Iterable[Scenario], halt: Halt
) -> Iterator[bool]:
    """Verdicts in order, with as many candidates under way as there are processes."""
    coming = iter(candidates)
    under_way: deque[Future[bool]] = deque()
    try:
        while True:
            while len(under_way) < jobs and (candidate := next(coming, None)) is not None:
                under_way.append(pool.submit(candidate_fails, to_toml(candidate), failure))
            if not under_way:
                return
            halt()
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def _ignore_interrupt() -> None:
    """Ctrl+C reaches every process of the terminal; the one that began the search ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
