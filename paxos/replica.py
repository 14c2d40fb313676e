"""A Multi-Paxos replica: acceptor, proposer and learner of one node, and the client it serves.

``step(event) -> effects``: every public method takes what happened and the node's time, and returns
what its host must do (:mod:`paxos.effects`), in order. There is no I/O here, no clock, no
randomness.

One phase 1 covers every slot from the commit index on; after it the leader runs phase 2 alone, slot
after slot, as a pipeline. Parts that could be mistaken for each other are kept apart: the
acceptor's promised ballot, the ballot at which a slot was accepted, and the ballot under which this
node leads.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from attrs import field, frozen

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Client, Command, decode, encode
from paxos.effects import (
    Applied,
    Broadcast,
    CancelTimer,
    Checkpoint,
    Effect,
    Installed,
    Persist,
    RoleChanged,
    Send,
    SetTimer,
    Timer,
)
from paxos.election import MAX_TRIES, Election, Role, Timing
from paxos.learner import Learner, StateMachine
from paxos.membership import Membership
from paxos.messages import (
    NOOP,
    Accept,
    Accepted,
    Commit,
    Decisions,
    Forward,
    Heartbeat,
    HeartbeatAck,
    Message,
    Nack,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
    SnapshotChunk,
    SnapshotPull,
    Value,
)
from paxos.proposer import Phase, Proposer
from paxos.records import ACCEPTED, COMMITTED, DECIDED, INCARNATION, PROMISED, SNAPSHOT, Recovered
from paxos.snapshot import CHUNK_BYTES, Download
from paxos.wire import WireError

ROLE_NAMES = {
    Role.FOLLOWER: "follower",
    Role.PRECANDIDATE: "candidate",
    Role.CANDIDATE: "candidate",
    Role.LEADER: "leader",
}


@frozen(kw_only=True)
class Config:
    """What all replicas of a group agree on beforehand."""

    membership: Membership
    timing: Timing = field(factory=Timing)
    window: int = 64
    """Alpha: how many slots beyond the commit index may be proposed."""
    pipeline: int = 8
    """How many runs of slots may be under way before further commands are batched."""
    run_slots: int = 64
    """How many slots one Accept, Decisions or Forward carries at the most."""
    snapshot_slots: int = 1_000
    """After how many applied slots a snapshot is taken and the log compacted."""
    retain_slots: int = 200
    """How many slots before a snapshot are kept, for those that lag only a little."""


class Replica:
    """One node of the group. ``recovered`` is what its disk says; see :meth:`start`."""

    def __init__(
        self,
        node: int,
        config: Config,
        machine: StateMachine,
        recovered: Recovered,
        now_us: int = 0,
    ) -> None:
        self.node = node
        self.config = config
        membership = config.membership
        self.others = tuple(n for n in membership.everyone if n != node)
        self.votes = node in membership.voters
        self.client = Client(node, recovered.incarnation + 1)
        self.acceptor = Acceptor(recovered)
        self.proposer = Proposer(membership, config.window, config.pipeline)
        self.learner = Learner(machine, recovered)
        self.download = Download()
        self.election = Election(node, membership, config.timing, now_us)
        self.pending: dict[int, Value] = {}
        """This node's own commands that were not seen applied yet, by sequence."""
        self._recovered: Recovered | None = recovered
        self._sequence = 0
        self._proposed: set[tuple[Client, int]] = set()
        self._checkpoint_due = False
        self._out: list[Effect] = []

    # What others may look at.

    @property
    def role(self) -> Role:
        """What the replica is doing."""
        return self.election.role

    @property
    def leader(self) -> int | None:
        """Whom this replica believes to lead."""
        return self.election.leader

    @property
    def commit_slot(self) -> int:
        """Every slot up to this one is decided here and applied."""
        return self.learner.commit_slot

    # Steps.

    def start(self, now_us: int) -> list[Effect]:
        """Begin, or begin again after a restart: count the incarnation, replay what is decided."""
        recovered, self._recovered = self._recovered, None
        assert recovered is not None, "a replica starts once"  # noqa: S101 - the host's mistake
        self.acceptor.unsaved.append([INCARNATION, self.client.incarnation])
        self._out += self.learner.replay(recovered, self.acceptor)
        if self.votes:
            timing = self.config.timing
            self._out.append(
                SetTimer(Timer.ELECTION, timing.election_low_us, timing.election_high_us)
            )
        return self._effects()

    def on_message(self, source: int, message: Message, now_us: int) -> list[Effect]:
        """Take a message from a node; it may be this node itself."""
        self._HANDLERS[type(message)](self, source, message, now_us)
        return self._effects()

    def on_timer(self, timer: Timer, now_us: int) -> list[Effect]:
        """Take the firing of a timer."""
        if timer is Timer.ELECTION:
            self._on_election_timer(now_us)
        elif timer is Timer.HEARTBEAT:
            self._on_heartbeat_timer(now_us)
        else:
            self._on_retry_timer()
        return self._effects()

    def submit(self, op: bytes, now_us: int) -> tuple[int, list[Effect]]:
        """Hand in an operation of this node's own client.

        Returns:
            Its sequence number, which comes back in :class:`~paxos.effects.Applied` with this
            replica's ``client``, and the effects. It is handed in again until it is applied.
        """
        self._sequence += 1
        sequence = self._sequence
        first = next(iter(self.pending), sequence)
        value = encode(Command(self.client, sequence, first, op))
        if not self.pending:
            retry_us = self.config.timing.retry_us
            self._out.append(SetTimer(Timer.RETRY, retry_us, retry_us))
        self.pending[sequence] = value
        self._hand_in([value])
        return sequence, self._effects()

    def _effects(self) -> list[Effect]:
        """What this step asks for: what must be durable first, then everything else."""
        out, self._out = self._out, []
        lazy = self.learner.unsaved
        rows = self.acceptor.unsaved
        if rows:
            self.acceptor.unsaved = []
        if lazy:
            self.learner.unsaved = []
        if self._checkpoint_due:
            self._checkpoint_due = False
            out.insert(0, self._checkpoint())
        elif rows or lazy:
            out.insert(0, Persist(rows + lazy, sync=bool(rows)))
        return out

    # Acceptor.

    def _on_prepare(self, source: int, prepare: Prepare, now_us: int) -> None:
        if not self.votes:
            return
        reply = self.acceptor.on_prepare(prepare)
        self.election.see(prepare.ballot)
        if type(reply) is Promise:
            self._yield_to(prepare.ballot, now_us)
            # Whoever was promised gets time to lead before the next one tries.
            self.election.leader_heard_us = now_us
        self._out.append(Send(source, reply))

    def _on_accept(self, source: int, accept: Accept, now_us: int) -> None:
        if not self.votes:
            return
        reply = self.acceptor.on_accept(accept)
        if type(reply) is Accepted:
            self._yield_to(accept.ballot, now_us)
            self._hear(accept.ballot, accept.commit_slot, now_us)
        self._out.append(Send(source, reply))

    # Proposer.

    def _on_promise(self, source: int, promise: Promise, now_us: int) -> None:
        if promise.ballot == self.proposer.ballot and promise.floor_slot > self.commit_slot:
            # What that node has compacted may be decided and known to nobody else who answers.
            if self.role is Role.CANDIDATE:
                self._stand_down("{node} has compacted slots that are unknown here", node=source)
                self._out.append(Send(source, SnapshotPull(0, 0)))
        elif self.proposer.on_promise(source, promise):
            self._become_leader(now_us)

    def _on_accepted(self, source: int, accepted: Accepted, now_us: int) -> None:
        proposer = self.proposer
        if accepted.ballot != proposer.ballot:
            return
        self.election.heard_us[source] = now_us
        chosen = proposer.on_accepted(source, accepted)
        if not chosen:
            return
        before = self.commit_slot
        for slot in chosen:
            self._apply(self.learner.decide(slot, [proposer.proposals[slot]], self.acceptor))
        if self.commit_slot == before:
            return
        proposer.settle(self.commit_slot)
        # Only now: proposers that win phase 1 by turns, and choose nothing, must part as well.
        self.election.preemptions = 0
        if not self._flush() and not proposer.acks:
            # Nothing under way that would carry the commit index: tell it by itself.
            self._out.append(Broadcast(self.others, Commit(proposer.ballot, self.commit_slot)))

    def _on_nack(self, source: int, nack: Nack, now_us: int) -> None:
        self.election.see(nack.promised)
        proposer = self.proposer
        if nack.ballot == proposer.ballot and proposer.phase is not Phase.IDLE:
            self.election.preemptions += 1
            self._stand_down(
                "{node} has promised the higher ballot {ballot}", nack.promised, source
            )

    def _become_leader(self, now_us: int) -> None:
        proposer, election = self.proposer, self.election
        # Late decisions may have come since the Prepare. What they cover is not proposed again:
        # who has compacted it no longer tells of it, and it would look like a hole.
        proposer.from_slot = max(proposer.from_slot, self.commit_slot + 1)
        adopted = proposer.lead()
        election.role = Role.LEADER
        election.follow(proposer.ballot, now_us)
        election.heard_us = dict.fromkeys(self.config.membership.voters, now_us)
        self._proposed = set()
        for value in adopted:
            if value != NOOP:
                command = decode(value)
                self._proposed.add((command.client, command.sequence))
        # The queue keeps order: what phase 1 found gets its old slots before anything new.
        proposer.queue = adopted
        slots = "1 slot" if len(adopted) == 1 else f"{len(adopted)} slots"
        why = f"a quorum promised ballot {{ballot}}; {slots} to propose again"
        self._out.append(RoleChanged("leader", why, proposer.ballot, self.node))
        self._out.append(CancelTimer(Timer.ELECTION))
        self._beat()
        self._flush()
        self._hand_in(list(self.pending.values()))

    def _enqueue(self, value: Value) -> None:
        command = decode(value)
        key = (command.client, command.sequence)
        if key not in self._proposed and not self.learner.sessions.is_done(*key):
            self._proposed.add(key)
            self.proposer.queue.append(value)

    def _flush(self) -> bool:
        """Propose what is queued, as far as pipeline and window allow; whether anything was."""
        proposer = self.proposer
        sent = False
        while proposer.queue:
            count = min(proposer.room(self.commit_slot), self.config.run_slots)
            if count <= 0:
                break
            values = proposer.queue[:count]
            del proposer.queue[:count]
            first = proposer.propose(values)
            accept = Accept(proposer.ballot, first, values, self.commit_slot)
            self._out.append(Broadcast(self.config.membership.voters, accept))
            sent = True
        return sent

    # Learner.

    def _on_heartbeat(self, source: int, heartbeat: Heartbeat, now_us: int) -> None:
        if heartbeat.ballot < self.acceptor.promised:
            self._out.append(Send(source, Nack(heartbeat.ballot, self.acceptor.promised)))
            return
        self._yield_to(heartbeat.ballot, now_us)
        self._hear(heartbeat.ballot, heartbeat.commit_slot, now_us)
        told = HeartbeatAck(heartbeat.ballot, heartbeat.commit_slot, self.commit_slot)
        self._out.append(Send(source, told))

    def _on_commit(self, source: int, commit: Commit, now_us: int) -> None:
        if commit.ballot >= self.acceptor.promised:
            self._yield_to(commit.ballot, now_us)
            self._hear(commit.ballot, commit.commit_slot, now_us)

    def _on_heartbeat_ack(self, source: int, ack: HeartbeatAck, now_us: int) -> None:
        if self.role is not Role.LEADER or ack.ballot != self.proposer.ballot:
            return
        self.election.heard_us[source] = now_us
        if ack.commit_slot < self.learner.floor_slot:
            self._send_chunk(source, 0)
        elif ack.commit_slot < ack.told_slot:
            first = ack.commit_slot + 1
            last = min(self.commit_slot, ack.commit_slot + self.config.run_slots)
            values = [self.learner.decided[slot] for slot in range(first, last + 1)]
            decisions = Decisions(self.proposer.ballot, first, values, self.commit_slot)
            self._out.append(Send(source, decisions))

    def _on_decisions(self, source: int, decisions: Decisions, now_us: int) -> None:
        # Its sender leads at that ballot: whoever proposes at a lower one must not go on to tell
        # what was chosen above, as followers take it for what was proposed below.
        self.election.see(decisions.ballot)
        self._yield_to(decisions.ballot, now_us)
        before = self.commit_slot
        self._apply(self.learner.decide(decisions.first_slot, decisions.values, self.acceptor))
        self._apply(self.learner.follow(self.acceptor))
        if self.role is Role.LEADER:
            self.proposer.settle(self.commit_slot)
            self._flush()
        if before < self.commit_slot < decisions.commit_slot:
            more = HeartbeatAck(decisions.ballot, decisions.commit_slot, self.commit_slot)
            self._out.append(Send(source, more))

    # Snapshots.

    def _compact(self) -> None:
        """Take a snapshot when enough was applied since the last one, and shorten log and disk."""
        learner = self.learner
        if self.commit_slot - learner.snapshot_slot >= self.config.snapshot_slots:
            self.acceptor.compact(learner.compact(self.config.retain_slots))
            self._checkpoint_due = True

    def _checkpoint(self) -> Checkpoint:
        """Everything that a restart needs, instead of all rows so far."""
        acceptor, learner = self.acceptor, self.learner
        rows: list[list[object]] = [
            [INCARNATION, self.client.incarnation],
            [PROMISED, *acceptor.promised],
            [SNAPSHOT, learner.snapshot_slot, learner.snapshot],
        ]
        after = learner.snapshot_slot
        rows += [
            [ACCEPTED, *entry.ballot, slot, entry.value]
            for slot, entry in acceptor.accepted.items()
            if slot > after
        ]
        rows += [[DECIDED, s, value] for s, value in learner.decided.items() if s > after]
        rows.append([COMMITTED, self.commit_slot])
        return Checkpoint(rows, after)

    def _send_chunk(self, to: int, offset: int) -> None:
        data, slot = self.learner.snapshot, self.learner.snapshot_slot
        if offset < len(data):
            piece = data[offset : offset + CHUNK_BYTES]
            self._out.append(Send(to, SnapshotChunk(slot, offset, len(data), piece)))

    def _on_snapshot_pull(self, source: int, pull: SnapshotPull, now_us: int) -> None:
        same = pull.slot == self.learner.snapshot_slot
        self._send_chunk(source, pull.offset if same else 0)

    def _on_snapshot_chunk(self, source: int, chunk: SnapshotChunk, now_us: int) -> None:
        if chunk.slot <= self.commit_slot:
            return
        before = (self.download.slot, self.download.offset)
        whole = self.download.take(chunk.slot, chunk.offset, chunk.size, chunk.data)
        after = (self.download.slot, self.download.offset)
        if whole is not None:
            self._install(whole, now_us)
        elif after != before or chunk.offset == 0:
            # The leader begins anew with each heartbeat: go on from where this node is.
            self._out.append(Send(source, SnapshotPull(*after)))

    def _install(self, data: bytes, now_us: int) -> None:
        """Jump to a snapshot's slot."""
        self.download.clear()
        try:
            self.learner.install(data)
        except WireError:
            return
        if self.role is not Role.FOLLOWER:
            self._stand_down("a snapshot showed how far the others are")
        slot, sessions = self.commit_slot, self.learner.sessions
        self.acceptor.compact(slot)
        done = [s for s in self.pending if sessions.is_done(self.client, s)]
        results = [(s, sessions.result(self.client, s) or b"") for s in done]
        for sequence in done:
            del self.pending[sequence]
        self._out.append(Installed(slot, results))
        self._checkpoint_due = True
        self._apply(self.learner.apply_ready(self.acceptor))
        self._apply(self.learner.follow(self.acceptor))

    def _hear(self, ballot: Ballot, commit_slot: int, now_us: int) -> None:
        """Take what the leader of ``ballot`` tells, unless a later leader is known."""
        if self.election.follow(ballot, now_us):
            self.learner.tell(ballot, commit_slot)
            self._apply(self.learner.follow(self.acceptor))

    def _apply(self, applied: list[Applied]) -> None:
        for outcome in applied:
            if outcome.client is not None:
                self._proposed.discard((outcome.client, outcome.sequence))
                if outcome.client == self.client:
                    self.pending.pop(outcome.sequence, None)
        self._out += applied
        if applied:
            self._compact()

    # Elections.

    def _on_election_timer(self, now_us: int) -> None:
        election = self.election
        if election.role is Role.LEADER or not self.votes:
            return
        silent_us = now_us - election.leader_heard_us
        low, high = election.backoff_us()
        if election.role is Role.FOLLOWER:
            if silent_us < low:
                self._out.append(SetTimer(Timer.ELECTION, low - silent_us, high - silent_us))
                return
            election.role = Role.PRECANDIDATE
            election.leader = None
            election.tries = 0
            why = f"no leader heard for {silent_us / 1e6:.1f} s"
            self._out.append(RoleChanged("candidate", why))
        election.tries += 1
        if election.tries > MAX_TRIES:
            self._stand_down("no quorum answers")
            return
        prepare_us = self.config.timing.prepare_us
        self._out.append(SetTimer(Timer.ELECTION, prepare_us, prepare_us * 2))
        if election.role is Role.PRECANDIDATE:
            self._ask_for_votes(now_us)
        else:
            proposer = self.proposer
            again = Prepare(proposer.ballot, proposer.from_slot)
            self._out.append(Broadcast(proposer.waiting_for(), again))

    def _ask_for_votes(self, now_us: int) -> None:
        ballot = self.election.next_ballot(self.acceptor.promised)
        self.election.ask(ballot)
        voters = tuple(v for v in self.config.membership.voters if v != self.node)
        self._out.append(Broadcast(voters, PreVote(ballot, self.commit_slot)))
        if self.election.on_grant(self.node, ballot):
            self._prepare(ballot, now_us)

    def _on_prevote(self, source: int, prevote: PreVote, now_us: int) -> None:
        promised = self.acceptor.promised
        granted = (
            self.votes
            and prevote.commit_slot >= self.acceptor.floor_slot
            and self.election.would_vote(prevote.ballot, promised, now_us)
        )
        self._out.append(Send(source, PreVoteReply(prevote.ballot, granted, promised)))

    def _on_prevote_reply(self, source: int, reply: PreVoteReply, now_us: int) -> None:
        self.election.see(reply.promised)
        if reply.granted and self.election.on_grant(source, reply.ballot):
            self._prepare(reply.ballot, now_us)

    def _prepare(self, ballot: Ballot, now_us: int) -> None:
        """Phase 1, for every slot that this node does not know to be decided."""
        self.election.role = Role.CANDIDATE
        self.election.tries = 0
        self.election.see(ballot)
        self.acceptor.promise(ballot)
        self.proposer.prepare(ballot, self.commit_slot + 1)
        prepare = Prepare(ballot, self.commit_slot + 1)
        self._out.append(Broadcast(self.config.membership.voters, prepare))

    def _yield_to(self, ballot: Ballot, now_us: int) -> None:
        """Somebody uses ``ballot``: a leader or candidate of a lower one gives way."""
        election = self.election
        if election.role is Role.FOLLOWER or ballot.node == self.node:
            return
        if election.role is Role.PRECANDIDATE or ballot > self.proposer.ballot:
            if election.role is not Role.PRECANDIDATE:
                election.preemptions += 1
            self._stand_down("{node} uses ballot {ballot}", ballot, ballot.node)

    def _stand_down(self, why: str, ballot: Ballot = NO_BALLOT, node: int = 0) -> None:
        """Follow again, and wait a randomised while before trying once more."""
        election = self.election
        was_leader = election.role is Role.LEADER
        election.role = Role.FOLLOWER
        if was_leader:
            election.leader = None
            self._out.append(CancelTimer(Timer.HEARTBEAT))
        self.proposer.retire()
        self._proposed = set()
        low, high = election.backoff_us()
        self._out.append(RoleChanged("follower", why, ballot, node))
        self._out.append(SetTimer(Timer.ELECTION, low, high))

    def _on_heartbeat_timer(self, now_us: int) -> None:
        if self.role is not Role.LEADER:
            return
        if not self.election.reaches_quorum(now_us):
            self._stand_down("no quorum answered within the election time-out")
            return
        proposer = self.proposer
        for first, values, owing in proposer.unacknowledged():
            for start in range(0, len(values), self.config.run_slots):
                part = values[start : start + self.config.run_slots]
                accept = Accept(proposer.ballot, first + start, part, self.commit_slot)
                self._out.append(Broadcast(owing, accept))
        self._beat()

    def _beat(self) -> None:
        heartbeat_us = self.config.timing.heartbeat_us
        heartbeat = Heartbeat(self.proposer.ballot, self.commit_slot)
        self._out.append(Broadcast(self.others, heartbeat))
        self._out.append(SetTimer(Timer.HEARTBEAT, heartbeat_us, heartbeat_us))

    # The client.

    def _hand_in(self, values: list[Value]) -> None:
        """Propose own commands, or forward them to the leader; without one they wait."""
        if not values:
            return
        if self.role is Role.LEADER:
            for value in values:
                self._enqueue(value)
            self._flush()
        elif self.leader is not None and self.leader != self.node:
            for start in range(0, len(values), self.config.run_slots):
                part = values[start : start + self.config.run_slots]
                self._out.append(Send(self.leader, Forward(part)))

    def _on_forward(self, source: int, forward: Forward, now_us: int) -> None:
        if self.role is Role.LEADER:
            for value in forward.values:
                self._enqueue(value)
            self._flush()

    def _on_retry_timer(self) -> None:
        if self.pending:
            retry_us = self.config.timing.retry_us
            self._out.append(SetTimer(Timer.RETRY, retry_us, retry_us))
            self._hand_in(list(self.pending.values()))

    _HANDLERS: ClassVar[dict[type[Message], Callable[["Replica", int, Any, int], None]]] = {
        Prepare: _on_prepare,
        Promise: _on_promise,
        Accept: _on_accept,
        Accepted: _on_accepted,
        Nack: _on_nack,
        Heartbeat: _on_heartbeat,
        HeartbeatAck: _on_heartbeat_ack,
        Commit: _on_commit,
        Decisions: _on_decisions,
        Forward: _on_forward,
        PreVote: _on_prevote,
        PreVoteReply: _on_prevote_reply,
        SnapshotChunk: _on_snapshot_chunk,
        SnapshotPull: _on_snapshot_pull,
    }
