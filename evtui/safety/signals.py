"""An end that is asked for from outside: SIGTERM, and SIGHUP when the terminal goes."""

import asyncio
import os
import signal
from collections.abc import Callable
from threading import Timer

NAMES = ("SIGTERM", "SIGHUP")
"""SIGHUP is not known everywhere."""
PATIENCE_S = 5.0
"""A terminal that takes nothing any more keeps nobody here for longer."""


def exit_code(number: int) -> int:
    """What a shell calls an end by a signal."""
    return 128 + number


def heed(end: Callable[[signal.Signals], None]) -> None:
    """Let the running loop call this when a signal says to end."""
    loop = asyncio.get_running_loop()
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, _ended, end, number)
        except (NotImplementedError, RuntimeError, ValueError):
            return  # this platform has none, or the loop is not that of the main thread


def _ended(end: Callable[[signal.Signals], None], number: signal.Signals) -> None:
    """End, and see to it that it comes to an end."""
    last = Timer(PATIENCE_S, os._exit, (exit_code(number),))
    last.daemon = True
    last.start()
    end(number)
