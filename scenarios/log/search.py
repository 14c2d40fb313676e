"""Looking for what a filter lets through, a part of the log at a time.

From the newest slot down, so that what is seen first is found first; each look goes a bounded way,
counted in work and not in time, and the next one goes on from there. A slot that somebody has
applied does not change any more; those above are looked at every time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Final

BUDGET: Final = 10_000
"""Work of one look: a slot whose command is known counts 1."""
FRESH: Final = 25
"""What a slot counts whose command has to be decoded."""

Judge = Callable[[int], tuple[bool, bool]]
"""Whether a slot is let through, and whether its command had to be decoded."""


class Search:
    """What was found so far of one filter."""

    def __init__(self, key: object) -> None:
        self.key = key
        """What it is of; with another one begin anew."""
        self.low = 0
        """The lowest slot that was looked at; 0 before the first."""
        self._top = 0
        self._older: list[int] = []
        """Found on the way down, so the highest first; and from where it began upwards."""
        self._newer: list[int] = []
        self._live: list[int] = []
        """Above what is settled, found at this look."""

    def advance(self, judge: Judge, bounds: tuple[int, int, int], budget: int = BUDGET) -> None:
        """Go on: ``bounds`` are the lowest slot, the highest settled one, and the highest."""
        first, settled, last = bounds
        if not self.low or settled - self._top > budget // FRESH:
            # So much is new that the newest would be found last: begin there.
            self._top, self.low = settled, settled + 1
            self._older, self._newer = [], []
        if settled < self._top:
            # Those who had applied it have crashed: what they knew is not known any more.
            self._newer = [slot for slot in self._newer if slot <= settled]
            self._older = [slot for slot in self._older if slot <= settled]
            self._top, self.low = settled, min(self.low, settled + 1)
        for slot in range(self._top + 1, settled + 1):
            fits, fresh = judge(slot)
            budget -= FRESH if fresh else 1
            if fits:
                self._newer.append(slot)
            self._top = slot
        while self.low > first and budget > 0:
            fits, fresh = judge(self.low - 1)
            budget -= FRESH if fresh else 1
            self.low -= 1
            if fits:
                self._older.append(self.low)
        self._live = [slot for slot in range(self._top + 1, last + 1) if judge(slot)[0]]

    @property
    def count(self) -> int:
        """How many were found."""
        return len(self._older) + len(self._newer) + len(self._live)

    def at(self, index: int) -> int:
        """The slot at a place among those that were found, the lowest at 0."""
        older, newer = self._older, self._newer
        if index < len(older):
            return older[-1 - index]
        index -= len(older)
        return newer[index] if index < len(newer) else self._live[index - len(newer)]

    def place(self, slot: int) -> int:
        """How many of those that were found are below a slot."""
        older = len(self._older) - bisect_right(self._older, -slot, key=lambda it: -it)
        return older + bisect_left(self._newer, slot) + bisect_left(self._live, slot)
