"""Where the runs of a campaign are made: here, on a pool of processes, or on a Dask cluster.

An engine takes tasks and gives what was found, in whatever order it is finished. When it is closed
early nothing goes on behind it.
"""

import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context

from evtui.campaign.order import Task
from evtui.campaign.working import work
from evtui.processes import end_with_parent
from scenarios.campaign.finding import Finding

Found = Generator[list[Finding], None, None]
"""What one task found, task after task."""

AHEAD = 2
"""So many tasks wait for each process: none stands idle, and little is lost by an interruption."""


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
    before = active_children()
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)) or 1, mp_context=get_context("spawn"), initializer=end_with_parent
    )
    try:
        yield from _fed(pool, iter(tasks), AHEAD * jobs)
    except BrokenProcessPool:
        raise GoneError("a process that made runs was ended from outside") from None
    except BaseException:
        # What is under way may take seconds more, and nobody will look at it.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():
            if child not in before:
                child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _fed(pool: ProcessPoolExecutor, tasks: Iterator[Task], ahead: int) -> Found:
    """A pool that always has a little to do, and never much."""
    running: set[Future[list[Finding]]] = set()
    while True:
        for task in tasks:
            with _unheard_by_children():
                running.add(pool.submit(work, task))
            if len(running) >= ahead:
                break
        if not running:
            return
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            yield future.result()


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
