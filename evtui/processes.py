"""Processes that work for another one."""

import os
import threading
from multiprocessing import parent_process


def end_with_parent() -> None:
    """In a process of a pool: end when whoever began it is killed, and can tell nobody to."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - whoever is in a pool has one

    def wait_for_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_end, daemon=True).start()
