"""A line on standard error that is renewed, where somebody is there to see it."""

import os
import sys

USUAL_WIDTH = 80


def is_seen() -> bool:
    """Whether standard error is a terminal that can take a line back."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def width() -> int:
    """Columns of the terminal behind standard error; a line that wraps could not be taken back."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):
        return USUAL_WIDTH


def show(line: str) -> None:
    """The line as it is now, as much of it as there is room for."""
    sys.stderr.write(f"\r{line[: width() - 1]}\x1b[K")
    sys.stderr.flush()


def clear() -> None:
    """Take the line away, before something else is written."""
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
