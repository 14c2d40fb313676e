"""What a charge point has on paper of the log: its replica's memory, or a crashed one's disk."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from paxos.ballot import NO_BALLOT, Ballot
from paxos.messages import Value

if TYPE_CHECKING:
    from scenarios.world import World


@frozen
class Paper:
    """Promises, acceptances and decisions. Slots count from 1; 0 means none."""

    promised: Ballot
    last_accepted: Ballot
    last_slot: int
    accepted: Mapping[int, tuple[Ballot, Value]]
    decided: Mapping[int, Value]
    commit_slot: int


def paper_of(world: "World", number: int) -> Paper:
    """The paper of a charge point by its number."""
    node = world.node(number)
    if node is not None:
        acceptor, learner = node.replica.acceptor, node.replica.learner
        return Paper(
            acceptor.promised,
            acceptor.last_accepted,
            max(acceptor.last_slot, learner.commit_slot),
            acceptor.accepted,
            learner.decided,
            learner.commit_slot,
        )
    disk = world.remains[number].disk
    return Paper(
        disk.promised,
        max((ballot for ballot, _ in disk.accepted.values()), default=NO_BALLOT),
        max(max(disk.accepted, default=0), disk.commit_slot),
        disk.accepted,
        disk.decided,
        disk.commit_slot,
    )
