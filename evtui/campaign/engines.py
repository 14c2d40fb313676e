"""Where the runs of a campaign are made: here, on a pool of processes, or on a Dask cluster.

An engine takes tasks and gives what was found, in whatever order it is finished. When it is closed
early nothing goes on behind it.
"""

import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import TypeAlias

from evtui.campaign.order import Task
from evtui.campaign.working import work
from evtui.processes import end_with_parent, give_way, ready_for_pools
from scenarios.campaign.finding import Finding

Found = Generator[list[Finding], None, None]
"""What one task found, task after task."""

Made: TypeAlias = tuple[Task, list[Finding]]
"""A task, and what it found."""

AHEAD = 2
"""So many tasks wait for each process: none stands idle, and little is lost by an interruption."""


LOOK_S = 0.1
"""How often somebody who waits beside the app looks whether he is to stop."""


class GoneError(Exception):
    """Whoever made the runs is gone; what was finished is kept."""


def here(tasks: Sequence[Task]) -> Found:
    """In this process, in the order of the tasks."""
    for task in tasks:
        yield work(task)


def pooled(tasks: Sequence[Task], jobs: int) -> Found:
    """On so many processes.

    Raises:
        GoneError: a process was ended by somebody else.

    """
    work = _pooled(tasks, jobs, end_with_parent, None)
    try:
        for made in work:
            if made is not None:
                yield made[1]
    finally:
        work.close()


def beside(
    tasks: Sequence[Task], jobs: int, stopped: Callable[[], bool]
) -> Generator[Made, None, None]:
    """On so many processes that give way to everybody else, until ``stopped`` says so.

    Raises:
        GoneError: a process was ended by somebody else.

    """
    ready_for_pools()
    work = _pooled(tasks, jobs, give_way, LOOK_S)
    try:
        for made in work:
            if stopped():
                return
            if made is not None:
                yield made
    finally:
        work.close()


def _pooled(
    tasks: Sequence[Task], jobs: int, begin: Callable[[], None], look_s: float | None
) -> Generator[Made | None, None, None]:
    """Each task with what it found, as they are finished; None each ``look_s`` in between."""
    before = active_children()
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)) or 1, mp_context=get_context("spawn"), initializer=begin
    )
    try:
        yield from _fed(pool, iter(tasks), AHEAD * jobs, look_s)
    except BrokenProcessPool:
        raise GoneError("a process that made runs was ended from outside") from None
    except BaseException:
        # What is under way may take seconds more, and nobody will look at it.
        pool.shutdown(wait=False, cancel_futures=True)
        children = [child for child in active_children() if child not in before]
        for child in children:
            child.terminate()
        for child in children:
            child.join()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _fed(
    pool: ProcessPoolExecutor, tasks: Iterator[Task], ahead: int, look_s: float | None
) -> Generator[Made | None, None, None]:
    """A pool that always has a little to do, and never much."""
    running: dict[Future[list[Finding]], Task] = {}
    while True:
        for task in tasks:
            with _unheard_by_children():
                running[pool.submit(work, task)] = task
            if len(running) >= ahead:
                break
        if not running:
            return
        finished, _ = wait(running, look_s, return_when=FIRST_COMPLETED)
        if not finished:
            yield None
        for future in finished:
            yield running.pop(future), future.result()


@contextmanager
def _unheard_by_children() -> Iterator[None]:
    """A process that is started meanwhile never hears of Ctrl+C: this one tells it to end.

    Who starts a process hands on what he does not hear himself just then.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
