"""Doing all tasks of a matrix, here or in other processes."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context

from evtui.mutants.judges import Outcome, work
from evtui.mutants.matrix import Matrix

WAIT_S = 0.2
"""How long to wait for a task before the progress is told."""


def judge_all(matrix: Matrix, jobs: int, tell: Callable[[], None]) -> None:
    """Do every task; ``tell`` is called now and then. An interruption leaves what is known."""
    if jobs == 1:
        for _ in _here(matrix):
            tell()
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        under_way: set[Future[Outcome]] = set()
        while not matrix.finished:
            while len(under_way) < jobs and (task := matrix.next()) is not None:
                with _held_back():
                    under_way.add(pool.submit(work, task))
            done, under_way = wait(under_way, WAIT_S, FIRST_COMPLETED)
            for future in done:
                matrix.take(future.result())
            tell()
    finally:
        # What is under way is not waited for: nobody would look at it.
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - no other way to it
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _here(matrix: Matrix) -> Iterator[None]:
    while (task := matrix.next()) is not None:
        matrix.take(work(task))
        yield


@contextmanager
def _held_back() -> Iterator[None]:
    """Let Ctrl+C wait. A process that is begun meanwhile never hears of it, from its birth on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
