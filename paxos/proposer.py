"""The proposer: one ballot, phase 1 over all slots, then a pipeline of phase 2.

*PMMC* §2.2 (scouts and commanders) in one object: while ``PREPARING`` it gathers promises; with a
quorum it takes over, for each slot, the value accepted at the **highest** ballot, fills holes with
no-ops, and is ``LEADING``. Then each slot's acks are a set of voters at this one ballot.

It never learns from itself: its own acceptor answers it with a message, after its own disk.
"""

from enum import IntEnum

from paxos.ballot import NO_BALLOT, Ballot
from paxos.membership import Membership
from paxos.messages import NOOP, Accepted, Promise, Value


class Phase(IntEnum):
    """Where a proposer stands with its ballot."""

    IDLE = 0
    PREPARING = 1
    LEADING = 2


class Proposer:
    """One node's proposer.

    ``pipeline`` bounds how many runs of slots are under way before further commands wait to travel
    together; ``window`` (*PMMC* calls it WINDOW, the papers alpha) bounds how many slots may be
    proposed beyond the commit index.
    """

    def __init__(self, membership: Membership, window: int, pipeline: int) -> None:
        self.membership = membership
        self.window = window
        self.pipeline = pipeline
        self.phase = Phase.IDLE
        self.ballot: Ballot = NO_BALLOT
        self.from_slot = 1
        self.next_slot = 1
        self.queue: list[Value] = []
        self.proposals: dict[int, Value] = {}
        self.acks: dict[int, set[int]] = {}
        self._promised_by: set[int] = set()
        self._highest: dict[int, tuple[Ballot, Value]] = {}
        self._runs: list[int] = []
        self._overdue_below = 0

    def prepare(self, ballot: Ballot, from_slot: int) -> None:
        """Start phase 1 for every slot from ``from_slot`` on."""
        self.retire()
        self.phase = Phase.PREPARING
        self.ballot = ballot
        self.from_slot = from_slot

    def retire(self) -> None:
        """Give the ballot up; what was proposed may still be chosen, by whoever leads next."""
        self.phase = Phase.IDLE
        self.queue = []
        self.proposals = {}
        self.acks = {}
        self._promised_by = set()
        self._highest = {}
        self._runs = []
        self._overdue_below = 0

    def on_promise(self, source: int, promise: Promise) -> bool:
        """Count a promise of the current ballot; True when it completes a phase 1 quorum."""
        if self.phase is not Phase.PREPARING or promise.ballot != self.ballot:
            return False
        if source in self._promised_by:
            return False
        self._promised_by.add(source)
        for slot, ballot, value in promise.accepted:
            held = self._highest.get(slot)
            if held is None or ballot > held[0]:
                self._highest[slot] = (ballot, value)
        return self.membership.is_phase1_quorum(self._promised_by)

    def waiting_for(self) -> tuple[int, ...]:
        """The voters who have not promised yet."""
        return tuple(v for v in self.membership.voters if v not in self._promised_by)

    def lead(self) -> list[Value]:
        """Become active; returns the values to propose again from ``from_slot`` on, no holes."""
        self.phase = Phase.LEADING
        self.next_slot = self.from_slot
        last = max(self._highest, default=self.from_slot - 1)
        adopted = [
            self._highest[slot][1] if slot in self._highest else NOOP
            for slot in range(self.from_slot, last + 1)
        ]
        self._highest = {}
        return adopted

    def propose(self, values: list[Value]) -> int:
        """Give the values the next slots; returns the first of them."""
        first = self.next_slot
        for slot, value in enumerate(values, first):
            self.proposals[slot] = value
            self.acks[slot] = set()
        self.next_slot += len(values)
        self._runs.append(self.next_slot - 1)
        return first

    def room(self, commit_slot: int) -> int:
        """How many queued values may be proposed now."""
        self._runs = [last for last in self._runs if last > commit_slot]
        if len(self._runs) >= self.pipeline:
            return 0
        return max(0, commit_slot + self.window - self.next_slot + 1)

    def on_accepted(self, source: int, accepted: Accepted) -> list[int]:
        """Count acks of the current ballot; returns the slots that were chosen by them."""
        if self.phase is not Phase.LEADING or accepted.ballot != self.ballot:
            return []
        chosen = []
        for slot in range(accepted.first_slot, accepted.first_slot + accepted.count):
            acks = self.acks.get(slot)
            if acks is not None:
                acks.add(source)
                if self.membership.is_phase2_quorum(acks):
                    chosen.append(slot)
                    del self.acks[slot]
        return chosen

    def unacknowledged(self) -> list[tuple[int, list[Value], tuple[int, ...]]]:
        """What waits for acks since the last call of this method or longer.

        Returns:
            Runs of slots: the first, their values, and the voters who owe an ack for any of them.
        """
        runs: list[tuple[int, list[Value], tuple[int, ...]]] = []
        slots = sorted(slot for slot in self.acks if slot < self._overdue_below)
        self._overdue_below = self.next_slot
        start = 0
        for i in range(len(slots)):
            if i + 1 == len(slots) or slots[i + 1] != slots[i] + 1:
                run = slots[start : i + 1]
                owing = tuple(
                    v for v in self.membership.voters if any(v not in self.acks[s] for s in run)
                )
                runs.append((run[0], [self.proposals[s] for s in run], owing))
                start = i + 1
        return runs

    def settle(self, commit_slot: int) -> None:
        """Forget the proposals that are committed, and the acks that no longer matter.

        They are not always this proposer's doing: decisions of an earlier leader may come late.
        """
        for slot in [s for s in self.proposals if s <= commit_slot]:
            del self.proposals[slot]
            self.acks.pop(slot, None)
