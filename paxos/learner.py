"""The learner: decisions in the order of slots, applied to the state machine.

A slot is *decided* here when this node knows the chosen value: as leader from a quorum's acks, as
follower from the leader's commit index over the very entry that this leader proposed, or from
:class:`~paxos.messages.Decisions`. An entry accepted at another ballot than the one whose commit
index was told may hold another value than the chosen one, so it never counts.
"""

from typing import Any, Protocol

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Purpose, SessionTable, Verdict, decode, is_change
from paxos.effects import Applied, AppliedRun
from paxos.group import Group
from paxos.messages import NOOP, Value
from paxos.records import COMMITTED, DECIDED, DECIDED_RUN, Recovered
from paxos.snapshot import Snapshot
from paxos.transitions import Run, State, Step, Transitions


class StateMachine(Protocol):
    """What is replicated: a pure function of the operations applied, in order."""

    state: Any
    """All of it as one immutable value; setting it makes the machine that state."""

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
    them. It starts from the snapshot that was recovered, if there is one. With ``transitions`` it
    shares states with the other learners of its process.
    """

    def __init__(
        self,
        machine: StateMachine,
        group: Group,
        recovered: Recovered,
        transitions: Transitions | None = None,
    ) -> None:
        self.machine = machine
        self.group = group
        self.transitions = transitions
        self.sessions = SessionTable()
        self.decided: dict[int, Value] = {}
        self.commit_slot = 0
        self.floor_slot = 0
        self.snapshot_slot = 0
        self.snapshot: bytes = b""
        self.told: tuple[Ballot, int] = (NO_BALLOT, 0)
        """The highest commit index heard, and the ballot of the leader who told it."""
        self.unsaved: list[list[object]] = []
        self._shared_digest: int | None = None
        """The digest of a shared state of machine and table; another's is computed when asked."""
        if transitions is not None:
            digest = self._own_digest()
            self._enter(transitions.begin(self._state(), digest), digest)
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
        self._shared_digest = None
        if self.transitions is not None:
            digest = self._own_digest()
            family = self.transitions.family(snapshot.slot, digest)
            self._enter(family or self._state(), digest)
        self.snapshot, self.snapshot_slot = data, snapshot.slot
        self.commit_slot = snapshot.slot
        self.decided = {s: v for s, v in self.decided.items() if s > snapshot.slot}
        self.floor_slot = snapshot.slot

    def compact(self, retain_slots: int) -> int:
        """Take a snapshot of now, and forget all but the last slots; returns the new floor."""
        self.snapshot_slot = self.commit_slot
        self.snapshot = self._pack_snapshot()
        floor_slot = max(self.floor_slot, self.commit_slot - retain_slots)
        for slot in range(self.floor_slot + 1, floor_slot + 1):
            del self.decided[slot]
        self.floor_slot = floor_slot
        return floor_slot

    def _pack_snapshot(self) -> bytes:
        slot, transitions = self.commit_slot, self.transitions
        packed = transitions.snapshot(slot, self._state()) if transitions is not None else None
        if packed is None:
            packed = Snapshot(
                slot, self.machine.snapshot(), self.sessions.snapshot(), self.group.snapshot()
            ).pack()
            if transitions is not None:
                transitions.keep_snapshot(slot, self._state(), packed)
        return packed

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
        if told_slot <= self.commit_slot:
            return []
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

    def decide_run(
        self, first_slot: int, values: list[Value], acceptor: Acceptor
    ) -> AppliedRun | None:
        """Take chosen values that continue where this node stands, all in one step.

        None, and nothing done, where they do not, or where slot by slot is the only way: this node
        has accepted or decided something beyond, or the membership changes on the way.
        """
        nothing_beyond = len(self.decided) == self.commit_slot - self.floor_slot
        if first_slot != self.commit_slot + 1 or not nothing_beyond or acceptor.accepted:
            return None
        before, transitions = self._state(), self.transitions
        run = transitions.run(first_slot, before, values) if transitions is not None else None
        if run is None:
            if any(is_change(value) for value in values):
                return None
            outcomes = [self._apply(slot, value) for slot, value in enumerate(values, first_slot)]
            applied = AppliedRun.of(outcomes)
            if transitions is not None:
                digest = self._own_digest()
                run = Run(before, values, self._state(), applied, digest)
                transitions.keep_run(first_slot, run)
        else:
            applied = run.applied
            self._enter(run.after, run.digest)
        self.commit_slot += len(values)
        self.group.settle(self.commit_slot)
        self.decided.update(applied.decided)
        self.unsaved.append([DECIDED_RUN, first_slot, *values])
        self.unsaved.append([COMMITTED, self.commit_slot])
        return applied

    def state_digest(self) -> int:
        """64 bits over the replicated state: the machine, the session table and the group."""
        return self._own_digest() ^ self.group.digest()

    def _own_digest(self) -> int:
        """64 bits over what replicas may share: the machine and the session table."""
        if self._shared_digest is not None:
            return self._shared_digest
        return self.machine.digest() ^ self.sessions.digest()

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
        """Apply a value, or take over what another learner found when it applied it."""
        transitions = self.transitions
        if transitions is None:
            return self._execute(slot, value)
        before = self._state()
        # A change of membership is not shared: the group is each replica's own.
        step = None if is_change(value) else transitions.step(slot, before, value)
        if step is None:
            applied = self._execute(slot, value)
            self._shared_digest = None
            mine = Step(before, value, self._state(), applied, self._own_digest())
            step = transitions.keep(slot, mine)
        self._enter(step.after, step.digest)
        return step.applied

    def _execute(self, slot: int, value: Value) -> Applied:
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

    def _state(self) -> State:
        return self.machine.state, self.sessions.state

    def _enter(self, state: State, digest: int) -> None:
        self.machine.state, self.sessions.state = state
        self._shared_digest = digest
