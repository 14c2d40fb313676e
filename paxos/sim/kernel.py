"""The virtual clock and the heap of events.

An event is data: ``(time_us, sequence, kind, target, source, payload)``. Ties in time are broken by
the sequence number, in the order in which events were pushed; nothing else decides.
"""

from collections.abc import Collection
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias

Event: TypeAlias = tuple[int, int, int, int, int, Any]


class Kernel:
    """Virtual time in µs. It never goes back, and never reads another clock."""

    def __init__(self) -> None:
        self.now_us = 0
        self._heap: list[Event] = []
        self._sequence = 0

    def push(
        self, time_us: int, kind: int, target: int, source: int = 0, payload: Any = None
    ) -> int:
        """Let an event happen at ``time_us``, which must not be in the past.

        Returns:
            Its sequence number.
        """
        if time_us < self.now_us:
            raise ValueError(f"an event at {time_us} µs, but it is {self.now_us} µs already")
        self._sequence += 1
        heappush(self._heap, (time_us, self._sequence, kind, target, source, payload))
        return self._sequence

    def number(self) -> int:
        """The next sequence number, for an event that does not stand in the queue yet."""
        self._sequence += 1
        return self._sequence

    def take(self, *sequences: int) -> list[Event]:
        """Take events out of the queue, by their numbers: they happen only if they are put back.

        Returns:
            Those of them that waited, in the order of their numbers.
        """
        wanted = frozenset(sequences)
        taken = [event for event in self._heap if event[1] in wanted]
        self._heap = [event for event in self._heap if event[1] not in wanted]
        heapify(self._heap)
        return sorted(taken, key=lambda event: event[1])

    def put(self, time_us: int, event: Event) -> None:
        """Let an event that was taken out happen at ``time_us``, or now if that has passed.

        It keeps its number, so among those of its microsecond it stands where it always stood.
        """
        heappush(self._heap, (max(time_us, self.now_us), *event[1:]))

    def pop(self) -> Event | None:
        """The next event, with the clock moved to it; None when there is none."""
        if not self._heap:
            return None
        event = heappop(self._heap)
        self.now_us = event[0]
        return event

    def next_us(self) -> int | None:
        """When the next event happens, if there is one."""
        return self._heap[0][0] if self._heap else None

    def peek(self) -> Event | None:
        """The next event, which stays; None when there is none."""
        return self._heap[0] if self._heap else None

    def waiting(self) -> list[Event]:
        """All events that are still to happen, in their order."""
        return sorted(self._heap, key=lambda event: event[:2])

    def cancel(self, kinds: Collection[int]) -> None:
        """Let no event of these kinds happen any more; the order of the others stays."""
        self._heap = [event for event in self._heap if event[2] not in kinds]
        heapify(self._heap)

    def advance(self, time_us: int) -> None:
        """Move the clock to a time before the next event."""
        if time_us > self.now_us:
            self.now_us = time_us

    def __len__(self) -> int:
        return len(self._heap)
