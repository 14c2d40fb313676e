"""Who votes, who learns, and what a quorum is."""

from collections.abc import Set as AbstractSet

from attrs import field, frozen


class MembershipError(ValueError):
    """A membership that cannot work: no voters, a node twice, quorums that need not meet."""


@frozen
class Membership:
    """The voters and learners of a group, and the sizes of the two quorums.

    Any phase 1 quorum must meet any phase 2 quorum: ``phase1 + phase2 > voters``
    (*Flexible Paxos*, §4). Left at 0, both are majorities.

    Raises:
        MembershipError: no voters, a node named twice, or quorums that need not intersect.
    """

    voters: tuple[int, ...]
    learners: tuple[int, ...] = ()
    phase1: int = field(default=0)
    phase2: int = field(default=0)

    def __attrs_post_init__(self) -> None:
        size = len(self.voters)
        everyone = (*self.voters, *self.learners)
        if not size:
            raise MembershipError("a group needs at least one voter, found none")
        if len(frozenset(everyone)) != len(everyone):
            raise MembershipError(f"a node is named twice among {everyone}")
        majority = size // 2 + 1
        object.__setattr__(self, "phase1", self.phase1 or majority)
        object.__setattr__(self, "phase2", self.phase2 or majority)
        if not (self.phase1 <= size and self.phase2 <= size and self.phase1 + self.phase2 > size):
            raise MembershipError(
                f"quorums of {self.phase1} and {self.phase2} among {size} voters need not meet: "
                f"their sum must be above {size}, and neither above {size}"
            )

    @property
    def everyone(self) -> tuple[int, ...]:
        """Voters, then learners."""
        return (*self.voters, *self.learners)

    def is_phase1_quorum(self, nodes: AbstractSet[int]) -> bool:
        """Whether these nodes hold a phase 1 quorum; nodes that do not vote do not count."""
        return sum(voter in nodes for voter in self.voters) >= self.phase1

    def is_phase2_quorum(self, nodes: AbstractSet[int]) -> bool:
        """Whether these nodes hold a phase 2 quorum; nodes that do not vote do not count."""
        return sum(voter in nodes for voter in self.voters) >= self.phase2
