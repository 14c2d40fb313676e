"""The event log of a run: its newest lines, counted from the beginning.

A run of a week writes lines without end; people look at the newest, and what decides about a run
(expectations, the violated invariant, counts) is kept elsewhere.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from scenarios.view import EventRow

KEPT_ROWS = 10_000


class EventLog:
    """The newest :data:`KEPT_ROWS` lines; an index counts all lines since the run began."""

    def __init__(self) -> None:
        self.total = 0
        self._rows: deque[EventRow] = deque(maxlen=KEPT_ROWS)

    def add(self, row: EventRow) -> None:
        """Write a line; the oldest may go."""
        self.total += 1
        self._rows.append(row)

    def rows(self) -> Iterator[EventRow]:
        """The lines that are kept, the oldest first."""
        return iter(self._rows)

    def latest(self, fits: Callable[[EventRow], bool]) -> EventRow | None:
        """The newest line that fits, if it is still kept."""
        return next((row for row in reversed(self._rows) if fits(row)), None)

    def __len__(self) -> int:
        """How many lines are kept."""
        return len(self._rows)

    def window(self, first: int | None, count: int) -> tuple[int, tuple[EventRow, ...]]:
        """Up to ``count`` lines from the index ``first`` on, by default the last ones.

        Returns:
            The index of the first line given, and the lines. Lines that are gone are left out.
        """
        oldest = self.total - len(self._rows)
        start = self.total - count if first is None else first
        start = max(oldest, min(start, self.total))
        rows = islice(self._rows, start - oldest, start - oldest + count)
        return start, tuple(rows)
