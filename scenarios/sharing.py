"""Which replicas of a run hold one state where theirs are equal (:mod:`paxos.transitions`).

It changes nothing that happens. What is shared can no longer differ, though: only replicas that
compute each for itself show that applying is a function of the log (invariant R3).
"""

from enum import Enum


class Sharing(Enum):
    """From all, which is the fastest, to nobody."""

    ALL = "all"
    LEARNERS = "learners"
    """Whoever votes at first computes for itself; all others share among themselves.

    At most seven vote, so a large group costs little more than a small one, and each command is
    still carried out by every voter and by one learner.
    """
    NOBODY = "nobody"

    def includes(self, node: int, voters: tuple[int, ...]) -> bool:
        """Whether a node of a group with these first voters shares with others."""
        return self is Sharing.ALL or (self is Sharing.LEARNERS and node not in voters)
