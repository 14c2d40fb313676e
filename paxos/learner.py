"""The learner: decisions in the order of slots, applied to the state machine.

A slot is *decided* here when this node knows the chosen value: as leader from a quorum's acks, as
follower from the leader's commit index over the very entry that this leader proposed, or from
:class:`~paxos.messages.Decisions`. An entry accepted at another ballot than the one whose commit
index was told may hold another value than the chosen one, so it never counts.
"""

from typing import Protocol

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Purpose, SessionTable, Verdict, decode
from paxos.effects import Applied
from paxos.group import Group
from paxos.messages import NOOP, Value
from paxos.records import COMMITTED, DECIDED, Recovered
from paxos.snapshot import Snapshot


class StateMachine(Protocol):
    """What is replicated: a pure function of the operations applied, in order."""

    def apply(self, op: bytes) -> bytes:
        """Apply one operation and return its result; never raises, whatever the bytes."""
        ...

    def query(self, op: bytes) -> bytes:
        """Answer from the state without changing it; never raises, whatever the bytes."""
        ...

    def digest(self) -> int:
        """64 bits that tell two different states apart."""
        ...

    def snapshot(self) -> bytes:
        """The whole state as bytes."""
        ...

    def restore(self, data: bytes) -> None:
        """Become the state that :meth:`snapshot` packed."""
        ...


class Learner:
    """Decisions, commit index and execution of one node.

    ``commit_slot``: every slot up to it is decided and applied. ``decided`` may also hold slots
    beyond a hole, and none up to ``floor_slot``: these were compacted, and ``snapshot`` covers
    them. It starts from the snapshot that was recovered, if there is one.
    """

    def __init__(self, machine: StateMachine, group: Group, recovered: Recovered) -> None:
        self.machine = machine
        self.group = group
        self.sessions = SessionTable()
        self.decided: dict[int, Value] = {}
        self.commit_slot = 0
        self.floor_slot = 0
        self.snapshot_slot = 0
        self.snapshot: bytes = b""
        self.told: tuple[Ballot, int] = (NO_BALLOT, 0)
        """The highest commit index heard, and the ballot of the leader who told it."""
        self.unsaved: list[list[object]] = []
        if recovered.snapshot:
            self.install(recovered.snapshot)

    def install(self, data: bytes) -> None:
        """Become what a packed snapshot says; everything that it covers is forgotten.

        Raises:
            paxos.wire.WireError: it is damaged; nothing was changed.
        """
        snapshot = Snapshot.unpack(data)
        self.machine.restore(snapshot.machine)
        self.sessions.restore(snapshot.sessions)
        self.group.restore(snapshot.group)
        self.snapshot, self.snapshot_slot = data, snapshot.slot
        self.commit_slot = snapshot.slot
        self.decided = {s: v for s, v in self.decided.items() if s > snapshot.slot}
        self.floor_slot = snapshot.slot

    def compact(self, retain_slots: int) -> int:
        """Take a snapshot of now, and forget all but the last slots; returns the new floor."""
        self.snapshot_slot = self.commit_slot
        self.snapshot = Snapshot(
            self.commit_slot,
            self.machine.snapshot(),
            self.sessions.snapshot(),
            self.group.snapshot(),
        ).pack()
        floor_slot = max(self.floor_slot, self.commit_slot - retain_slots)
        for slot in range(self.floor_slot + 1, floor_slot + 1):
            del self.decided[slot]
        self.floor_slot = floor_slot
        return floor_slot

    def replay(self, recovered: Recovered, acceptor: Acceptor) -> list[Applied]:
        """Apply what the disk says was decided before the restart."""
        self.decided = {s: v for s, v in recovered.decided.items() if s > self.floor_slot}
        applied = self.apply_ready(acceptor)
        self.unsaved.clear()
        return applied

    def tell(self, ballot: Ballot, commit_slot: int) -> None:
        """Remember the commit index that the leader of ``ballot`` tells."""
        if (ballot, commit_slot) > self.told:
            self.told = (ballot, commit_slot)

    def follow(self, acceptor: Acceptor) -> list[Applied]:
        """Commit what the told commit index covers and this node holds at that same ballot."""
        ballot, told_slot = self.told
        slot = self.commit_slot + 1
        while slot <= told_slot:
            if slot not in self.decided:
                entry = acceptor.accepted.get(slot)
                if entry is None or entry.ballot != ballot:
                    break
                self.decided[slot] = entry.value
            slot += 1
        return self.apply_ready(acceptor)

    def decide(self, first_slot: int, values: list[Value], acceptor: Acceptor) -> list[Applied]:
        """Take chosen values, and apply what has no hole before it."""
        for slot, value in enumerate(values, first_slot):
            if slot > self.commit_slot and slot not in self.decided:
                self.decided[slot] = value
        return self.apply_ready(acceptor)

    def state_digest(self) -> int:
        """64 bits over the replicated state: the machine, the session table and the group."""
        return self.machine.digest() ^ self.sessions.digest() ^ self.group.digest()

    def apply_ready(self, acceptor: Acceptor) -> list[Applied]:
        """Apply every decided slot that has no hole before it."""
        applied: list[Applied] = []
        accepted = acceptor.accepted
        slot = self.commit_slot + 1
        while (value := self.decided.get(slot)) is not None:
            self.commit_slot = slot
            applied.append(self._apply(slot, value))
            self.group.settle(slot)
            # COMMITTED says "as it was accepted". Told only now, not when it was decided: beyond a
            # hole the acceptance that agreed could be overwritten before the commit reaches it.
            entry = accepted.get(slot)
            if entry is None or entry.value != value:
                self.unsaved.append([DECIDED, slot, value])
            slot += 1
        if applied:
            self.unsaved.append([COMMITTED, self.commit_slot])
        return applied

    def _apply(self, slot: int, value: Value) -> Applied:
        if value == NOOP:
            return Applied(slot, value, None, 0, b"", Verdict.FRESH)
        command = decode(value)
        verdict = self.sessions.admit(command)
        result = b""
        if command.purpose is Purpose.CHANGE:
            # Whatever became of its client: who votes must follow from the log alone, and a change
            # that comes twice does nothing the second time.
            result = self.group.apply(slot, command.op)
        if verdict is Verdict.FRESH:
            if command.purpose is not Purpose.CHANGE:
                reads = command.purpose is Purpose.READ
                result = (self.machine.query if reads else self.machine.apply)(command.op)
            self.sessions.store(command, result)
        else:
            result = self.sessions.result(command.client, command.sequence) or b""
        return Applied(slot, value, command.client, command.sequence, result, verdict)
