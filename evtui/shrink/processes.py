"""Processes that try candidates, and leave Ctrl+C to the one that began the search."""

import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from evtui.processes import end_with_parent


@contextmanager
def pool(jobs: int) -> Iterator[Executor | None]:
    """So many processes; none for one, as this one does then."""
    if jobs == 1:
        yield None
        return
    # Spawned: what a thread of this process holds at the moment is not copied.
    context = get_context("spawn")
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_serve)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _serve() -> None:
    """Ctrl+C reaches every process of the terminal; who is killed tells nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
