"""Ballots: totally ordered, unique for ever.

*Paxos Made Simple* §2.2 asks that proposers choose proposal numbers from disjoint sets. Here a
ballot is a pair: rounds order ballots, and the node's id makes two nodes' ballots of one round
different.
"""

from typing import NamedTuple


class Ballot(NamedTuple):
    """A ballot number. Compared by round first, then by node id."""

    round: int
    node: int

    def __str__(self) -> str:
        return f"{self.round}.{self.node}"


NO_BALLOT = Ballot(0, 0)
"""Lower than every real ballot: rounds of proposers start at 1."""
