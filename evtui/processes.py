"""Processes that work for another one."""

import os
import sys
import threading
from contextlib import redirect_stderr
from multiprocessing import parent_process, resource_tracker

WAY = 15
"""How far a process gives way to others: 19 is the farthest."""


def end_with_parent() -> None:
    """In a process of a pool: end when whoever began it is killed, and can tell nobody to."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - whoever is in a pool has one

    def wait_for_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_end, daemon=True).start()


def give_way() -> None:
    """As above; and whoever sits before the screen comes first."""
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(WAY)


def ready_for_pools() -> None:
    """Let processes be started from inside the app.

    The first one brings a tracker of its resources along, which is given standard error. While the
    app runs that is no file: the real one has to be there for this moment.
    """
    with redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
