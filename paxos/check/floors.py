"""How far every node has compacted: what no node can say or apply any more."""

from paxos.check.eras import Eras


class Floors:
    """The lowest compaction floor among the members, cheap to keep for a thousand of them."""

    def __init__(self, eras: Eras) -> None:
        self._eras = eras
        self._floors: dict[int, int] = {}
        self._counted: tuple[int, ...] = ()
        self._members: frozenset[int] = frozenset()
        self._nodes_at: dict[int, int] = {}

    def move(self, node: int, floor_slot: int) -> int:
        """A node has compacted up to a slot; returns the lowest floor of all members."""
        before = self._floors.get(node, 0)
        self._floors[node] = floor_slot
        everyone = self._eras.everyone
        if everyone is not self._counted:
            self._count(everyone)
        elif node in self._members:
            self._nodes_at[before] -= 1
            if not self._nodes_at[before]:
                del self._nodes_at[before]
            self._nodes_at[floor_slot] = self._nodes_at.get(floor_slot, 0) + 1
        return min(self._nodes_at)

    def _count(self, everyone: tuple[int, ...]) -> None:
        """Count anew: the membership is another."""
        self._counted, self._members = everyone, frozenset(everyone)
        self._nodes_at = {}
        for node in everyone:
            floor_slot = self._floors.get(node, 0)
            self._nodes_at[floor_slot] = self._nodes_at.get(floor_slot, 0) + 1
