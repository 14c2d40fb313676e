"""What a command reads: a file, or standard input where its path is ``-``."""

import sys
from pathlib import Path

from scenarios.kinds import printable

STDIN = "-"


def source_name(file: str) -> str:
    """What to call it in a sentence."""
    return "standard input" if file == STDIN else printable(file)


def read_bytes(file: str, at_most: int = -1) -> bytes:
    """Its bytes, all of them or no more than ``at_most``.

    Raises:
        OSError: it cannot be read.
        ValueError: it is a path that no file can have, or standard input is closed.

    """
    if file != STDIN:
        with Path(file).open("rb") as opened:
            return opened.read(at_most)
    if sys.stdin is None:
        raise ValueError("it is closed")
    return sys.stdin.buffer.read(at_most)
