"""Phase 2: votes, quorums, holes and the window."""

from collections.abc import Callable, Collection
from typing import Any

from paxos.acceptor import Acceptor
from paxos.check.campaign.returns import let_return, returns_of
from paxos.check.explore.group import Faults
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import Exploration, mutant
from paxos.learner import Learner
from paxos.membership import Membership
from paxos.messages import Accepted
from paxos.proposer import Proposer
from paxos.replica import Replica


class _Count(set[int]):
    """A bag that takes duplicates for votes of others."""

    def add(self, node: int) -> None:
        super().add(next(v for v in (node, 1, 2, 3, 4, 5, 6, 7) if v not in self))


@mutant(
    "R1",
    number=5,
    explored=Exploration(Bounds(3, 1, (1,), 1, True), Faults(duplicates=1), (Accepted,)),
)
def acks_counted_as_a_number(patch: Patch) -> None:
    """A duplicated ack is a second vote."""
    original = Proposer.propose

    def propose(self: Proposer, values: list[bytes]) -> int:
        first = original(self, values)
        for slot in range(first, self.next_slot):
            self.acks[slot] = _Count()
        return first

    patch.setattr(Proposer, "propose", propose)


@mutant("R1", "A5", number=6)
def phase_2_quorum_off_by_one(patch: Patch) -> None:
    """One vote fewer than a quorum decides."""

    def is_phase2_quorum(self: Membership, nodes: Collection[int]) -> bool:
        return sum(voter in nodes for voter in self.voters) >= max(1, self.phase2 - 1)

    _only_while(patch, "on_accepted", "is_phase2_quorum", is_phase2_quorum)


@mutant("A5", "R1", number=6)
def phase_1_quorum_off_by_one(patch: Patch) -> None:
    """One promise fewer than a quorum makes a leader."""

    def is_phase1_quorum(self: Membership, nodes: Collection[int]) -> bool:
        return sum(voter in nodes for voter in self.voters) >= max(1, self.phase1 - 1)

    for counting in ("on_promise", "take", "_lacking"):
        _only_while(patch, counting, "is_phase1_quorum", is_phase1_quorum)


def _only_while(patch: Patch, counting: str, name: str, method: Callable[..., bool]) -> None:
    """Plant a wrong quorum where a proposer counts, and leave the checker's alone."""
    original = getattr(Proposer, counting)

    def counted(self: Proposer, *args: Any) -> Any:
        with Patch.context() as inner:
            inner.setattr(Membership, name, method)
            return original(self, *args)

    patch.setattr(Proposer, counting, counted)


@mutant("R2", number=20)
def holes_skipped(patch: Patch) -> None:
    """A slot nobody accepted is left out, and the learner steps over it."""

    def apply_ready(self: Learner, acceptor: Acceptor) -> list[Any]:
        applied = []
        for slot in sorted(s for s in self.decided if s > self.commit_slot):
            self.commit_slot = slot
            applied.append(self._apply(slot, self.decided[slot]))
        return applied

    patch.setattr(Learner, "apply_ready", apply_ready)


@mutant("R5")
def window_ignored(patch: Patch) -> None:
    """Whatever is queued is proposed."""
    patch.setattr(Proposer, "room", lambda self, commit_slot: 64)


@mutant(
    "R1",
    number=4,
    weather=returns_of,
    play=let_return,
    explored=Exploration(Bounds(3, 2, (2, 1), 1, True), keeps=(Accepted,)),
)
def acks_of_any_ballot_counted(patch: Patch) -> None:
    """An ack of an older ballot is a vote for the present one.

    It takes five voters, a leader that returns two ballots later, and an ack that outlives both:
    with three voters the stale ack and the leader's own had chosen the older value already.
    """
    original = Replica.on_accepted

    def on_accepted(self: Replica, source: int, accepted: Accepted, now_us: int) -> None:
        now = Accepted(self.proposer.ballot, accepted.first_slot, accepted.count)
        original(self, source, now, now_us)

    patch.setitem(Replica._HANDLERS, Accepted, on_accepted)
