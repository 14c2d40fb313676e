"""When each node had applied how much of the log.

A step is a node, the slot up to which it has applied now, and a time in µs. Steps stand in chunks
in the order of time, 24 bytes each; two owners share a chunk until one of them writes.
"""

from array import array
from typing import Final

SIZE: Final = 1024
"""Steps of a chunk."""
UNKNOWN_US: Final = -1
"""The time of what happened before anybody wrote it down."""


class Chunk:
    """Up to :data:`SIZE` steps, and how far each node has come in them."""

    __slots__ = ("highest", "nodes", "owner", "slots", "times_us", "top")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.nodes, self.slots, self.times_us = array("q"), array("q"), array("q")
        """Of a slot twice its number, and one more where a snapshot led there."""
        self.highest: dict[int, int] = {}
        self.top = 0
        """The highest slot of all."""

    def copied(self, owner: object) -> "Chunk":
        """The same steps for another owner."""
        other = Chunk(owner)
        other.nodes, other.slots, other.times_us = self.nodes[:], self.slots[:], self.times_us[:]
        other.highest, other.top = dict(self.highest), self.top
        return other


class Steps:
    """The newest steps of all nodes; the oldest go first, at least ``limit`` of them are kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.reached: dict[int, int] = {}
        """By node: the highest slot that it has ever applied."""
        self.highest = 0
        """The highest of these."""
        self._chunks: list[Chunk] = []
        self.floors: dict[int, int] = {}
        """By node: up to which slot its steps are forgotten."""
        self._owner = object()

    def add(self, now_us: int, node: int, slot: int, *, by_snapshot: bool = False) -> None:
        """A node has applied all slots up to this one; what it had applied before is no news."""
        if slot <= self.reached.get(node, 0):
            return
        self.reached[node] = slot
        self.highest = max(self.highest, slot)
        chunk = self._tail()
        chunk.nodes.append(node)
        chunk.slots.append(slot << 1 | by_snapshot)
        chunk.times_us.append(now_us)
        chunk.highest[node] = slot
        chunk.top = max(chunk.top, slot)

    def _tail(self) -> Chunk:
        chunks = self._chunks
        if not chunks or len(chunks[-1].nodes) >= SIZE:
            chunks.append(Chunk(self._owner))
            if (len(chunks) - 1) * SIZE > self.limit:
                self.floors = {**self.floors, **chunks.pop(0).highest}
        elif chunks[-1].owner is not self._owner:
            chunks[-1] = chunks[-1].copied(self._owner)
        return chunks[-1]

    def of(self, slot: int) -> dict[int, tuple[int, bool]]:
        """When each node has applied a slot, and whether by a snapshot.

        A node whose step is forgotten has the time :data:`UNKNOWN_US`.
        """
        found: dict[int, tuple[int, bool]] = {}
        unknown = {n: (UNKNOWN_US, False) for n, s in self.reached.items() if s >= slot}
        for chunk in self._chunks:
            if chunk.top < slot:
                continue
            if len(found) == len(unknown):
                break
            new = [n for n, high in chunk.highest.items() if high >= slot and n not in found]
            if not new:
                continue
            left = dict.fromkeys(new)
            for node, step, at_us in zip(chunk.nodes, chunk.slots, chunk.times_us, strict=True):
                if node in left and step >> 1 >= slot:
                    del left[node]
                    # Before the first step that is kept of a node, only its last word is known.
                    known = slot > self.floors.get(node, 0)
                    found[node] = (at_us, bool(step & 1)) if known else (UNKNOWN_US, False)
        return {**unknown, **found}

    def by_node(self) -> dict[int, tuple["array[int]", "array[int]"]]:
        """The steps of each node: slots as they are kept, and times."""
        found: dict[int, tuple[array[int], array[int]]] = {}
        for chunk in self._chunks:
            for node, step, at_us in zip(chunk.nodes, chunk.slots, chunk.times_us, strict=True):
                slots, times = found.setdefault(node, (array("q"), array("q")))
                slots.append(step)
                times.append(at_us)
        return found

    def fork(self) -> "Steps":
        """Others with the same past; from now on each goes its own way."""
        other = Steps(self.limit)
        other.reached, other.highest = dict(self.reached), self.highest
        other._chunks, other.floors = list(self._chunks), self.floors
        self._owner = object()  # what is there now belongs to neither
        return other
