"""What links between nodes are like on which nothing was sent and which nobody has touched.

A group of 1,000 nodes has a million links, and a run uses a few thousand of them. A link is made
when it is first used; until then the weather stands for it: a fault of all links at once is
remembered here, and a new link is made as if it had been there all the time.
"""

from collections.abc import Iterable, Mapping

from paxos.sim.links import Link


class Weather:
    """The state of every link between ``nodes`` that is not made yet."""

    def __init__(self, nodes: Iterable[int] = ()) -> None:
        self.nodes = frozenset(nodes)
        self.usual: tuple[int, int, int, int] = (0, 0, 0, 0)
        """Loss, duplication, reordering and damage without any fault."""
        self.faults: dict[str, int] = {}
        """Rates that differ from the usual ones, and delays, by the link's attribute."""
        self.held = False
        """Whether every link is held."""
        self.sides: Mapping[int, int] | None = None
        """With a partition on: the side of each node; nodes that are not named are on side 0."""
        self.one_way = False
        """Whether it cuts only what side 1 says to the others."""

    def covers(self, source: int, target: int) -> bool:
        """Whether the link between these is one between nodes of the group."""
        return source in self.nodes and target in self.nodes

    def is_cut(self, source: int, target: int) -> bool:
        """Whether the partition cuts the link."""
        sides = self.sides
        return sides is not None and parts(
            sides.get(source, 0), sides.get(target, 0), one_way=self.one_way
        )

    def is_faulty(self) -> bool:
        """Whether any fault but a cut is on."""
        return bool(self.faults) or self.held

    def is_parted(self) -> bool:
        """Whether a partition cuts any link."""
        sides = self.sides
        return sides is not None and len({sides.get(node, 0) for node in self.nodes}) > 1

    def shape(self, link: Link, source: int, target: int) -> None:
        """Make a new link what it would be by now."""
        if self.covers(source, target):
            link.settle(self.usual)
            for attribute, value in self.faults.items():
                setattr(link, attribute, value)
            link.cut = self.is_cut(source, target)
            link.held = self.held

    def set_fault(self, attribute: str, value: int) -> None:
        """A fault of all links, or its end."""
        usual = dict(zip(_RATES, self.usual, strict=True)).get(attribute, 0)
        self.faults.pop(attribute, None)
        if value != usual:
            self.faults[attribute] = value

    def clear(self) -> None:
        """No fault any more, and no partition."""
        self.faults = {}
        self.held = False
        self.sides = None
        self.one_way = False


def parts(speaker: int, hearer: int, *, one_way: bool) -> bool:
    """Whether a partition cuts what one side says to another."""
    return speaker != hearer and (not one_way or speaker == 1)


_RATES = ("loss_ppm", "duplicate_ppm", "reorder_ppm", "corrupt_ppm")
