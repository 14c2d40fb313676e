"""How far a campaign is: a line on standard error, where somebody is there to see it."""

import time

from evtui import progress

BAR = 10
EVERY_S = 0.1
HOUR_US = 3_600_000_000


class Progress:
    """A line that is renewed now and then; nothing at all where standard error is no terminal."""

    def __init__(self, title: str, total: int, done: int) -> None:
        self._title, self._total = title, total
        self._done = self._begun = done
        self._failed = 0
        self._virtual_us = 0
        self._began_s = self._shown_s = time.monotonic()
        self._shows = progress.is_seen()

    def add(self, virtual_us: int, *, failed: bool) -> None:
        """A seed is finished."""
        self._done += 1
        self._failed += failed
        self._virtual_us += virtual_us
        now_s = time.monotonic()
        if self._shows and now_s - self._shown_s >= EVERY_S:
            self._shown_s = now_s
            progress.show(self._line(now_s - self._began_s))

    def _line(self, seconds: float) -> str:
        return line(
            self._title,
            (self._done, self._begun, self._total),
            self._failed,
            seconds,
            self._virtual_us / HOUR_US,
            progress.width() - 1,
        )

    def clear(self) -> None:
        """Take the line away, before something else is written."""
        if self._shows:
            progress.clear()


def line(
    title: str,
    counts: tuple[int, int, int],
    failed: int,
    seconds: float,
    hours: float,
    columns: int = 1_000,
) -> str:
    """How far it is. ``counts``: seeds that are finished, that were when it began, all of them.

    Where there are too few ``columns``, the title is cut first, and then the last figures go.
    """
    done, begun, total = counts
    rate = (done - begun) / max(seconds, 1e-9)
    left_s = (total - done) / rate if rate else 0
    full = BAR * done // max(total, 1)
    bar = "█" * full + "░" * (BAR - full)
    parts = [
        f" {bar} {done:,}/{total:,}",
        f"{failed:,} failed",
        f"{clock(left_s)} left",
        f"{rate:,.1f} runs/s",
        f"{hours:,.1f} virtual h",
    ]
    while len(", ".join(parts)) > columns and len(parts) > 1:
        parts.pop()
    figures = ", ".join(parts)
    return cut(title, columns - len(figures)) + figures


def cut(title: str, columns: int) -> str:
    """A title, or its beginning, where there is room for a few letters of it."""
    if len(title) <= columns:
        return title
    return f"{title[: columns - 1]}…" if columns > 4 else ""


def clock(seconds: float) -> str:
    """``2:07``, or ``1:02:07``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
