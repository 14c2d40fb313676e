"""What drivers were told of what they asked: each keeps the newest words.

It is no part of a run: nothing in it is read by a charge point, a driver or the network.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from scenarios.view import EventRow

KEPT_WORDS: Final = 50
"""Of each driver, however long a run lasts."""


class Inbox:
    """The newest :data:`KEPT_WORDS` of each driver, by his EV."""

    def __init__(self) -> None:
        self._words: dict[str, deque[EventRow]] = {}

    def add(self, row: EventRow) -> None:
        """Its subject was told this."""
        self._words.setdefault(row.subject, deque(maxlen=KEPT_WORDS)).append(row)

    def of(self, ev: str) -> Iterator[EventRow]:
        """What the driver of an EV was told, the oldest first."""
        return iter(self._words.get(ev, ()))
