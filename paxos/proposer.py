"""The proposer: one ballot, phase 1 over all slots, then a pipeline of phase 2.

*PMMC* §2.2 (scouts and commanders) in one object: while ``PREPARING`` it gathers promises; with a
quorum it takes over, for each slot, the value accepted at the **highest** ballot, fills holes with
no-ops, and is ``LEADING``. Then each slot's acks are a set of voters at this one ballot.

Quorums are those of the slot's own membership (:mod:`paxos.group`). A later era may have voters
that were not asked in phase 1, so promises are still gathered while leading, and no slot is
proposed before a phase 1 quorum of its era has promised.

It never learns from itself: its own acceptor answers it with a message, after its own disk.
"""

from enum import IntEnum

from paxos.ballot import NO_BALLOT, Ballot
from paxos.group import Era, Group
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

    def __init__(self, group: Group, window: int, pipeline: int) -> None:
        self.group = group
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
        self.last_found = 0
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
        self.last_found = 0
        self._runs = []
        self._overdue_below = 0

    def on_promise(self, source: int, promise: Promise) -> bool:
        """Count a promise of the current ballot; True when it completes a phase 1 quorum.

        The quorum is that of the next slot to be applied. Later eras have to complete theirs
        before anything is proposed in them, so a promise counts while leading, too.
        """
        if self.phase is Phase.IDLE or promise.ballot != self.ballot:
            return False
        if source in self._promised_by:
            return False
        preparing = self.phase is Phase.PREPARING
        first_open = self.from_slot
        if not preparing:
            lacking = self._lacking()
            if not lacking:
                # The next era may not be known yet: whoever is counted for it must have told what
                # it accepted there, and here nobody would listen. It is asked when the time comes.
                return False
            # Where a quorum has promised, this proposer has made up its mind.
            first_open = lacking[0].from_slot
        self._promised_by.add(source)
        for slot, ballot, value in promise.accepted:
            held = self._highest.get(slot)
            if slot >= first_open and (held is None or ballot > held[0]):
                self._highest[slot] = (ballot, value)
                self.last_found = max(self.last_found, slot)
        return preparing and self.group.present.is_phase1_quorum(self._promised_by)

    @property
    def promised_by(self) -> tuple[int, ...]:
        """Whose promises of the current ballot were counted, in the order of their numbers."""
        return tuple(sorted(self._promised_by))

    def _lacking(self) -> list[Era]:
        """The eras of which no phase 1 quorum has promised yet."""
        promised = self._promised_by
        return [e for e in self.group.eras if not e.membership.is_phase1_quorum(promised)]

    def waiting_for(self) -> tuple[int, ...]:
        """The voters who have not promised yet, of every era that still lacks a quorum."""
        voters = dict.fromkeys(v for era in self._lacking() for v in era.membership.voters)
        return tuple(v for v in voters if v not in self._promised_by)

    def lead(self) -> list[Value]:
        """Become active; returns the values found in phase 1, to be proposed again."""
        self.phase = Phase.LEADING
        self.next_slot = self.from_slot
        self._highest = {s: held for s, held in self._highest.items() if s >= self.from_slot}
        return [self._highest[slot][1] for slot in sorted(self._highest)]

    def take(self, commit_slot: int, most: int) -> list[Value]:
        """The values for the next slots, as many as may be proposed together now.

        What phase 1 found gets its old slot and holes below it a no-op; then comes the queue. When
        a later era is known and the queue is empty, no-ops lead up to it: without them a change of
        membership would wait for the next alpha commands.
        """
        first, group = self.next_slot, self.group
        count = min(self.room(commit_slot), most)
        if count <= 0 or not group.at(first).is_phase1_quorum(self._promised_by):
            return []
        era_ends = group.last_slot(first)
        end = first + count if era_ends is None else min(first + count, era_ends + 1)
        lead_up_to = max(self.last_found, group.latest.from_slot - 1)
        values: list[Value] = []
        taken = 0
        for slot in range(first, end):
            found = self._highest.pop(slot, None)
            if found is not None:
                values.append(found[1])
            elif slot > self.last_found and taken < len(self.queue):
                values.append(self.queue[taken])
                taken += 1
            elif slot <= lead_up_to:
                values.append(NOOP)
            else:
                break
        del self.queue[:taken]
        return values

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
                if self.group.at(slot).is_phase2_quorum(acks):
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
            era = self.group.era(slots[i])
            if (
                i + 1 == len(slots)
                or slots[i + 1] != slots[i] + 1
                or self.group.era(slots[i + 1]) is not era
            ):
                run = slots[start : i + 1]
                owing = tuple(
                    v for v in era.membership.voters if any(v not in self.acks[s] for s in run)
                )
                runs.append((run[0], [self.proposals[s] for s in run], owing))
                start = i + 1
        return runs

    def settle(self, commit_slot: int) -> None:
        """Forget the proposals that are committed, and the acks that no longer matter.

        They are not always this proposer's doing: decisions of an earlier leader may come late,
        also for slots that were never proposed here. What is decided is never proposed.
        """
        if self.phase is Phase.LEADING and self.next_slot <= commit_slot:
            self.next_slot = commit_slot + 1
            self._highest = {s: held for s, held in self._highest.items() if s > commit_slot}
        for slot in [s for s in self.proposals if s <= commit_slot]:
            del self.proposals[slot]
            self.acks.pop(slot, None)
