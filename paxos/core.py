"""The parts of a replica, and what every role of it needs.

The roles build on it one on the other: :mod:`paxos.following` answers, :mod:`paxos.leading`
proposes, :mod:`paxos.campaigning` seeks to lead, and :mod:`paxos.replica` is all of them.
"""

from attrs import field, frozen

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Client
from paxos.effects import (
    Applied,
    AppliedRun,
    CancelTimer,
    Checkpoint,
    Effect,
    Persist,
    Regrouped,
    RoleChanged,
    SetTimer,
    Timer,
)
from paxos.election import Election, Role, Timing
from paxos.group import Group
from paxos.learner import Learner, StateMachine
from paxos.lease import Grant
from paxos.membership import Goal, Membership
from paxos.messages import Value
from paxos.proposer import Proposer
from paxos.records import ACCEPTED, COMMITTED, DECIDED, INCARNATION, PROMISED, SNAPSHOT, Recovered
from paxos.snapshot import CHUNK_BYTES, Download
from paxos.transitions import Transitions


@frozen(kw_only=True)
class Config:
    """What all replicas of a group agree on beforehand."""

    membership: Membership
    """Who votes and who learns from the first slot on; what comes later stands in the log."""
    max_voters: int = 7
    """How many nodes may vote at the most; the others learn."""
    timing: Timing = field(factory=Timing)
    window: int = 64
    """Alpha: how many slots beyond the commit index may be proposed.

    Also after how many slots a change of membership takes effect.
    """
    pipeline: int = 8
    """How many runs of slots may be under way before further commands are batched."""
    run_slots: int = 64
    """How many slots one Accept, Decisions or Forward carries at the most."""
    snapshot_slots: int = 1_000
    """After how many applied slots a snapshot is taken and the log compacted."""
    retain_slots: int = 200
    """How many slots before a snapshot are kept, for those that lag only a little."""
    chunk_bytes: int = CHUNK_BYTES
    """How much of a snapshot one message carries at the most."""


class Core:
    """One node's acceptor, proposer, learner and election. ``recovered`` is what its disk says.

    ``transitions`` is for the replicas of one process that share their states.
    """

    def __init__(
        self,
        node: int,
        config: Config,
        machine: StateMachine,
        recovered: Recovered,
        now_us: int = 0,
        transitions: Transitions | None = None,
    ) -> None:
        self.node = node
        self.config = config
        self.group = Group(config.membership, config.window, config.max_voters)
        self.client = Client(node, recovered.incarnation + 1)
        self.acceptor = Acceptor(recovered)
        self.proposer = Proposer(self.group, config.window, config.pipeline)
        self.learner = Learner(machine, self.group, recovered, transitions)
        self.download = Download()
        self._helper = 0
        """Whose snapshot is arriving."""
        self.election = Election(node, config.timing, now_us)
        self.grant = Grant(config.timing.lease_us, now_us, forgot=recovered.incarnation > 0)
        """The lease that this node has granted, to whoever leads."""
        self.pending: dict[int, Value] = {}
        """This node's own commands that were not seen applied yet, by sequence."""
        self.others: tuple[int, ...] = ()
        """Everybody else of the group, in any era from now on."""
        self.other_voters: tuple[int, ...] = ()
        """Those of them who vote in any."""
        self.votes = False
        """Whether this node votes in any era from now on."""
        self.progress: dict[int, int] = {}
        """As leader: how far each of the others has applied, as it said last."""
        self._goal: Goal | None = None
        self._asked_for = 0
        self._asked_version = 0
        self._present = self.group.eras[0]
        self._revision = -1
        self._recovered: Recovered | None = recovered
        self._sequence = 0
        self._proposed: set[tuple[Client, int]] = set()
        self._checkpoint_due = False
        self._out: list[Effect] = []
        self._equip()

    def _equip(self) -> None:
        """Give each role what it keeps of its own; a role lets those below it go first."""

    @property
    def role(self) -> Role:
        """What the replica is doing."""
        return self.election.role

    @property
    def is_leader(self) -> bool:
        """Whether this replica leads."""
        return self.election.role is Role.LEADER

    @property
    def leader(self) -> int | None:
        """Whom this replica believes to lead."""
        return self.election.leader

    @property
    def commit_slot(self) -> int:
        """Every slot up to this one is decided here and applied."""
        return self.learner.commit_slot

    def is_cut_off(self, now_us: int) -> bool:
        """Whether what is handed in now is likely to wait; nothing but courtesy rests on it."""
        return self.election.is_cut_off(now_us, self.group.present)

    def doubts_in_us(self, now_us: int) -> int:
        """In how long it will take itself for cut off if nobody is heard; at least 1."""
        silent_us = self.election.silence_us(now_us, self.group.present)
        return max(1, self.config.timing.doubt_us + 1 - silent_us)

    def _effects(self) -> list[Effect]:
        """What this step asks for: what must be durable first, then everything else."""
        if self._revision != self.group.revision:
            self._regroup()
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

    def _compact(self) -> None:
        """Take a snapshot when enough was applied since the last one, and shorten log and disk."""
        if self._is_compaction_due():
            self.acceptor.compact(self.learner.compact(self.config.retain_slots))
            self._checkpoint_due = True

    def _is_compaction_due(self) -> bool:
        return self.commit_slot - self.learner.snapshot_slot >= self.config.snapshot_slots

    def _apply(self, applied: list[Applied]) -> None:
        for outcome in applied:
            if outcome.client is not None:
                self._proposed.discard((outcome.client, outcome.sequence))
                if outcome.client == self.client:
                    self._resolve(outcome.sequence, outcome.result)
        self._out += applied
        if applied:
            self._compact()

    def _apply_run(self, run: AppliedRun) -> None:
        """The same for a run of slots."""
        for outcome in run.by_client.get(self.client, ()):
            self._resolve(outcome.sequence, outcome.result)
        self._out.append(run)
        self._compact()

    def _resolve(self, sequence: int, result: bytes) -> None:
        """A command of this node's own client was applied; known for the first time or again."""
        del result
        self.pending.pop(sequence, None)

    def _regroup(self) -> None:
        """The eras have changed: see who belongs to the group, and whether this node votes."""
        group, voted = self.group, self.votes
        self._revision = group.revision
        self.others = tuple(n for n in group.everyone if n != self.node)
        self.other_voters = tuple(n for n in self.others if group.votes(n))
        self.votes = group.votes(self.node)
        if self.votes and not voted:
            timing = self.config.timing
            self._out.append(
                SetTimer(Timer.ELECTION, timing.election_low_us, timing.election_high_us)
            )
        elif voted and not self.votes:
            if self.role in (Role.PRECANDIDATE, Role.CANDIDATE):
                self._stand_down("it no longer votes")
            self._out.append(CancelTimer(Timer.ELECTION))
        era, before = group.eras[0], self._present
        if era.version != before.version:
            self._present = era
            self._out.append(Regrouped(*era, before.membership))

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

    def _yield_to(self, ballot: Ballot, now_us: int) -> None:
        """Somebody uses ``ballot``: a leader or candidate of a lower one gives way."""
        election = self.election
        if election.role is Role.FOLLOWER or ballot.node == self.node:
            return
        if election.role is Role.PRECANDIDATE or ballot > self.proposer.ballot:
            if election.role is not Role.PRECANDIDATE:
                election.preemptions += 1
            self._stand_down("{node} uses ballot {ballot}", ballot, ballot.node)
