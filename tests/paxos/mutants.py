"""Known mistakes, planted one at a time, and what must catch each.

A mutant patches the protocol while a run lasts. ``expected`` are the invariants (or kinds of
failure) of which one must be what stops the run: a mistake caught for the wrong reason is not
understood.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from attrs import frozen

from paxos.acceptor import Acceptor
from paxos.ballot import Ballot
from paxos.clients import SessionTable, Verdict
from paxos.effects import Broadcast, Send
from paxos.election import Election, Role
from paxos.learner import Learner
from paxos.lease import Grant, Lease
from paxos.membership import Membership
from paxos.messages import (
    Accept,
    Accepted,
    HeartbeatAck,
    Nack,
    Prepare,
    PreVote,
    Promise,
    ReadSlot,
)
from paxos.proposer import Phase, Proposer
from paxos.records import ACCEPTED, PROMISED, Recovered
from paxos.replica import Replica
from paxos.rounds import Asker, Rounds
from paxos.sim.cluster import Cluster
from paxos.sim.disk import Disk
from paxos.sim.host import Host
from paxos.wire import seal
from tests.paxos.campaigns import (
    Inconsistent,
    NotSettled,
    Shape,
    ailing_of,
    compact_of,
    reading_of,
    run,
    shape_of,
    storm_of,
)
from tests.paxos.sieges import besiege, siege_of

Patch = pytest.MonkeyPatch
CHECKSUM = 4
"""Bytes behind a row."""
LIVENESS = NotSettled.__name__
HISTORY = Inconsistent.__name__


@frozen
class Mutant:
    """A mistake: its name, what must catch it, and within how many seeds from which on.

    Rare kills start shortly before the seed that is known to kill, so that tests stay quick.
    """

    name: str
    plant: Callable[[Patch], None]
    expected: tuple[str, ...]
    seeds: int
    first: int
    weather: Callable[[int], Shape]
    play: Callable[[int, Shape], object] = run


MUTANTS: list[Mutant] = []


def mutant(
    *expected: str,
    seeds: int = 40,
    first: int = 0,
    weather: Callable[[int], Shape] = shape_of,
    play: Callable[[int, Shape], object] = run,
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a mistake under the name of the function that plants it."""

    def register(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MUTANTS.append(Mutant(plant.__name__, plant, expected, seeds, first, weather, play))
        return plant

    return register


# Phase 1.


@mutant("A5", "R1")
def accepted_values_in_promises_ignored(patch: Patch) -> None:
    """The new leader starts from an empty slate."""
    original = Proposer.on_promise

    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        return original(self, source, Promise(promise.ballot, promise.from_slot, [], 0))

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("A5", "R1")
def nothing_told_in_promises(patch: Patch) -> None:
    """The acceptor promises, and keeps what it accepted to itself."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        reply = original(self, prepare)
        return reply if type(reply) is Nack else Promise(prepare.ballot, prepare.from_slot, [], 0)

    patch.setattr(Acceptor, "on_prepare", on_prepare)


def _adopt(patch: Patch, better: Callable[[Ballot, Ballot], bool]) -> None:
    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        if self.phase is not Phase.PREPARING or promise.ballot != self.ballot:
            return False
        if source in self._promised_by:
            return False
        self._promised_by.add(source)
        for slot, ballot, value in promise.accepted:
            held = self._highest.get(slot)
            if held is None or better(ballot, held[0]):
                self._highest[slot] = (ballot, value)
        return self.membership.is_phase1_quorum(self._promised_by)

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("A5", "R1")
def first_value_adopted(patch: Patch) -> None:
    """The value that came first wins, not the one of the highest ballot."""
    _adopt(patch, lambda new, held: False)


@mutant("A5", "R1")
def lowest_ballot_adopted(patch: Patch) -> None:
    """The value of the lowest ballot wins."""
    _adopt(patch, lambda new, held: new < held)


@mutant("A5", "R1", first=30, weather=storm_of)
def promises_of_older_ballots_counted(patch: Patch) -> None:
    """Any promise counts for the ballot of the hour."""
    original = Proposer.on_promise

    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        promise.ballot = self.ballot  # type: ignore[misc]
        return original(self, source, promise)

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("R2")
def holes_skipped(patch: Patch) -> None:
    """A slot nobody accepted is left out, and the learner steps over it."""

    def apply_ready(self: Learner, acceptor: Acceptor) -> list[Any]:
        applied = []
        for slot in sorted(s for s in self.decided if s > self.commit_slot):
            self.commit_slot = slot
            applied.append(self._apply(slot, self.decided[slot]))
        return applied

    patch.setattr(Learner, "apply_ready", apply_ready)


# Ballots.


@mutant("L1", "A4", "A5", "R1")
def ballots_without_node(patch: Patch) -> None:
    """Two nodes may use the same ballot."""
    original = Election.next_ballot

    def next_ballot(self: Election, promised: Ballot) -> Ballot:
        return Ballot(original(self, promised).round, 1)

    patch.setattr(Election, "next_ballot", next_ballot)


@mutant("L1", weather=ailing_of)
def ballot_used_before_it_is_written(patch: Patch) -> None:
    """The Prepare leaves before the own promise is on the disk."""
    original = Replica._prepare

    def prepare(self: Replica, ballot: Ballot, now_us: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self.acceptor, "promise", lambda ballot: None)
            original(self, ballot, now_us)

    patch.setattr(Replica, "_prepare", prepare)


@mutant("L1")
def ballot_reused_after_restart(patch: Patch) -> None:
    """Rounds are counted in memory, and pre-votes do not look at them."""

    def next_ballot(self: Election, promised: Ballot) -> Ballot:
        return Ballot(self.highest_seen.round + 1, self.node)

    original = Election.would_vote

    def would_vote(self: Election, ballot: Ballot, promised: Ballot, now_us: int) -> bool:
        return original(self, Ballot(promised.round + 1, ballot.node), promised, now_us)

    patch.setattr(Election, "next_ballot", next_ballot)
    patch.setattr(Election, "would_vote", would_vote)


# Phase 2.


class _Count(set[int]):
    """A bag that takes duplicates for votes of others."""

    def add(self, node: int) -> None:
        super().add(next(v for v in (node, 1, 2, 3, 4, 5, 6, 7) if v not in self))


@mutant("R1")
def acks_counted_as_a_number(patch: Patch) -> None:
    """A duplicated ack is a second vote."""
    original = Proposer.propose

    def propose(self: Proposer, values: list[bytes]) -> int:
        first = original(self, values)
        for slot in range(first, self.next_slot):
            self.acks[slot] = _Count()
        return first

    patch.setattr(Proposer, "propose", propose)


@mutant("R1", "A5")
def phase_2_quorum_off_by_one(patch: Patch) -> None:
    """One vote fewer than a quorum decides."""

    def is_phase2_quorum(self: Membership, nodes: Iterable[int]) -> bool:
        return sum(voter in nodes for voter in self.voters) >= max(1, self.phase2 - 1)

    _only_in_proposer(patch, "is_phase2_quorum", is_phase2_quorum)


@mutant("A5", "R1")
def phase_1_quorum_off_by_one(patch: Patch) -> None:
    """One promise fewer than a quorum makes a leader."""

    def is_phase1_quorum(self: Membership, nodes: Iterable[int]) -> bool:
        return sum(voter in nodes for voter in self.voters) >= max(1, self.phase1 - 1)

    _only_in_proposer(patch, "is_phase1_quorum", is_phase1_quorum)


def _only_in_proposer(patch: Patch, name: str, method: Callable[..., bool]) -> None:
    """Plant a wrong quorum where votes are counted, and leave the checker's alone."""
    wrong = type("Wrong", (Membership,), {name: method})
    original = Proposer.__init__

    def init(self: Proposer, membership: Membership, window: int, pipeline: int) -> None:
        sizes = (membership.voters, membership.learners, membership.phase1, membership.phase2)
        original(self, wrong(*sizes), window, pipeline)

    patch.setattr(Proposer, "__init__", init)


# The acceptor.


@mutant("A2")
def accepts_below_its_promise(patch: Patch) -> None:
    """No look at the promise before accepting."""

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised, self.promised = self.promised, Ballot(0, 0)
        reply = original(self, accept)
        self.promised = max(promised, self.promised)
        return reply

    original = Acceptor.on_accept
    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A2")
def accept_does_not_raise_the_promise(patch: Patch) -> None:
    """Accepting binds to nothing: a lower ballot may be promised afterwards."""

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised = self.promised
        reply = original(self, accept)
        self.promised = promised
        return reply

    original = Acceptor.on_accept
    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A1", "A2")
def promise_lowered_by_prepare(patch: Patch) -> None:
    """Every Prepare is promised, also a lower one."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        self.promised = min(self.promised, prepare.ballot)
        return original(self, prepare)

    patch.setattr(Acceptor, "on_prepare", on_prepare)


@mutant("A5", "A3")
def one_ballot_for_promised_and_accepted(patch: Patch) -> None:
    """What was accepted is told at the promised ballot, as if it had just been accepted."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        before = self.promised
        reply = original(self, prepare)
        if type(reply) is Promise:
            told = [(slot, before, value) for slot, _, value in reply.accepted]
            return Promise(reply.ballot, reply.from_slot, told, reply.floor_slot)
        return reply

    patch.setattr(Acceptor, "on_prepare", on_prepare)


@mutant("A3")
def log_cut_on_conflict(patch: Patch) -> None:
    """Accepting a slot anew drops the accepted slots behind it, as Raft would."""
    original = Acceptor.on_accept

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        held = self.accepted.get(accept.first_slot)
        reply = original(self, accept)
        if type(reply) is Accepted and held is not None and held.ballot < accept.ballot:
            last = accept.first_slot + len(accept.values) - 1
            for slot in [s for s in self.accepted if s > last]:
                del self.accepted[slot]
        return reply

    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A3", "A4")
def keeps_its_older_value_and_acknowledges(patch: Patch) -> None:
    """The first value accepted for a slot stays; the ack says otherwise."""
    original = Acceptor.on_accept

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        kept = dict(self.accepted)
        reply = original(self, accept)
        self.accepted.update(kept)
        return reply

    patch.setattr(Acceptor, "on_accept", on_accept)


# The disk.


def _forget(patch: Patch, forget: Callable[[Recovered], None]) -> None:
    original = Acceptor.__init__

    def init(self: Acceptor, recovered: Recovered) -> None:
        forget(recovered)
        original(self, recovered)

    patch.setattr(Acceptor, "__init__", init)


@mutant("A1")
def promise_forgotten_on_restart(patch: Patch) -> None:
    """The promised ballot is in memory only."""
    _forget(patch, lambda recovered: setattr(recovered, "promised", Ballot(0, 0)))


@mutant("A3")
def accepted_values_forgotten_on_restart(patch: Patch) -> None:
    """The accepted values are in memory only."""
    _forget(patch, lambda recovered: recovered.accepted.clear())


@mutant("A1")
def promise_not_written(patch: Patch) -> None:
    """A promise is made durable by accepting something, and not before."""
    original = Replica._effects

    def effects(self: Replica) -> list[Any]:
        rows = self.acceptor.unsaved
        self.acceptor.unsaved = [row for row in rows if row[0] != PROMISED]
        return original(self)

    patch.setattr(Replica, "_effects", effects)


@mutant("A3")
def accepted_values_not_written(patch: Patch) -> None:
    """The disk keeps promises only."""
    original = Replica._effects

    def effects(self: Replica) -> list[Any]:
        kept = [row for row in self.acceptor.unsaved if row[0] != ACCEPTED]
        self.acceptor.unsaved, self.learner.unsaved = kept, []
        return original(self)

    patch.setattr(Replica, "_effects", effects)


@mutant("A1", "A3", seeds=100)
def answers_before_the_fsync(patch: Patch) -> None:
    """Messages leave at once, whatever the disk is doing."""

    def send(self: Cluster, host: Host, effect: Send | Broadcast) -> None:
        assert host.process is not None
        assert self.observer is not None
        replica = host.process.replica
        assert replica is not None
        self.observer.produced(replica, effect.message)
        self._release(host.node, effect)

    patch.setitem(Cluster._PERFORM, Send, send)
    patch.setitem(Cluster._PERFORM, Broadcast, send)


@mutant("A1", "A3", weather=ailing_of)
def torn_row_stays(patch: Patch) -> None:
    """A restart skips the torn row instead of cutting it off: what comes behind it is lost."""
    patch.setattr(Disk, "repair", lambda self: False)


@mutant("A1", "A2", "A3", "A4", "A5", "L1", "R1", seeds=80, weather=ailing_of)
def torn_row_taken_for_whole(patch: Patch) -> None:
    """No checksum: the row at which the disk was counts, though its last byte is not there."""

    def torn(self: Disk, frame: bytes) -> bytes:
        left = original(self, frame)
        return seal(frame[: -CHECKSUM - 1] + b"\0") if left else left

    original = Disk._torn
    patch.setattr(Disk, "_torn", torn)


@mutant("A1", "A3", weather=ailing_of)
def full_disk_taken_for_written(patch: Patch) -> None:
    """The error of a write that found no room is ignored: what depends on it leaves."""
    patch.setattr(Disk, "is_stuck", property(lambda self: False))
    original = Cluster._send

    def send(self: Cluster, host: Host, effect: Send | Broadcast) -> None:
        with pytest.MonkeyPatch.context() as inner:
            if host.disk.full_at is not None:
                inner.setattr(host.disk, "wanted", host.disk.synced)
            original(self, host, effect)

    patch.setitem(Cluster._PERFORM, Send, send)
    patch.setitem(Cluster._PERFORM, Broadcast, send)


# The learner and the clients.


@mutant("R1")
def follower_commits_by_index(patch: Patch) -> None:
    """Any entry in a told slot is taken for the chosen one, whatever its ballot."""

    def follow(self: Learner, acceptor: Acceptor) -> list[Any]:
        for slot in range(self.commit_slot + 1, self.told[1] + 1):
            entry = acceptor.accepted.get(slot)
            if entry is None:
                break
            self.decided.setdefault(slot, entry.value)
        return self.apply_ready(acceptor)

    patch.setattr(Learner, "follow", follow)


@mutant("R1")
def leader_tells_what_is_not_chosen(patch: Patch) -> None:
    """The commit index runs ahead of the quorum: it counts what was proposed."""
    original = Replica._beat

    def beat(self: Replica, now_us: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            ahead = property(lambda replica: replica.proposer.next_slot - 1)
            inner.setattr(Replica, "commit_slot", ahead)
            original(self, now_us)

    patch.setattr(Replica, "_beat", beat)


@mutant("C1", first=250, weather=storm_of)
def executed_twice_after_failover(patch: Patch) -> None:
    """No table of sessions: what was chosen twice is applied twice."""
    patch.setattr(SessionTable, "admit", lambda self, command: _admit_all(self, command))


def _admit_all(table: SessionTable, command: Any) -> Verdict:
    original_admit(table, command)
    return Verdict.FRESH


original_admit = SessionTable.admit


@mutant(LIVENESS, HISTORY, "C1")
def only_the_last_sequence_remembered(patch: Patch) -> None:
    """A late first copy of a lower sequence is taken for a duplicate: a command is lost."""

    def admit(self: SessionTable, command: Any) -> Verdict:
        verdict = original_admit(self, command)
        results = self._sessions[command.client.node].results
        if verdict is Verdict.FRESH and results and command.sequence < max(results):
            return Verdict.STALE
        return verdict

    patch.setattr(SessionTable, "admit", admit)


@mutant("R3", weather=compact_of)
def snapshot_without_the_session_table(patch: Patch) -> None:
    """The state alone: a command that it contains is applied again."""
    patch.setattr(SessionTable, "restore", lambda self, data: None)


@mutant("C1", "R3", HISTORY, LIVENESS, weather=compact_of)
def snapshot_without_the_results(patch: Patch) -> None:
    """The table comes along with nothing but its digest: the states look equal at first."""

    def restore(self: SessionTable, data: bytes) -> None:
        original(self, data)
        for session in self._sessions.values():
            session.results = {}

    original = SessionTable.restore
    patch.setattr(SessionTable, "restore", restore)


@mutant("A5", "R1", weather=compact_of)
def floor_left_out_of_the_promise(patch: Patch) -> None:
    """Whoever is behind takes compacted slots for free, and pre-votes do not stop it."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        reply = original(self, prepare)
        if type(reply) is Promise:
            return Promise(reply.ballot, reply.from_slot, reply.accepted, 0)
        return reply

    def on_prevote(self: Replica, source: int, prevote: PreVote, now_us: int) -> None:
        far = PreVote(prevote.ballot, self.commit_slot)
        asked(self, source, far, now_us)

    asked = Replica.on_prevote
    patch.setattr(Acceptor, "on_prepare", on_prepare)
    patch.setitem(Replica._HANDLERS, PreVote, on_prevote)


@mutant("A3", "A1", weather=compact_of)
def sends_do_not_wait_for_a_checkpoint(patch: Patch) -> None:
    """The new file is taken for durable when it is written."""
    replace = Disk.replace

    def at_once(self: Disk, rows: list[list[Any]]) -> int:
        position = replace(self, rows)
        self.wanted = self.synced
        return position

    patch.setattr(Disk, "replace", at_once)


@mutant("R3")
def machine_sees_the_node(patch: Patch) -> None:
    """The state depends on who applies: a clock, a random number, an unordered set."""
    original = Replica.__init__

    def init(self: Replica, node: int, config: Any, machine: Any, *rest: Any) -> None:
        original(self, node, config, machine, *rest)
        machine._digest = b"%d" % (node == 1)

    patch.setattr(Replica, "__init__", init)


# Reads and leases.


@mutant("L2", weather=reading_of)
def read_served_before_the_quorum_confirmed(patch: Patch) -> None:
    """Whoever believes to lead tells its commit slot."""

    def on_question(self: Replica, asker: Asker, number: int, now_us: int, *, lease: bool) -> None:
        self._tell(asker, number, self.commit_slot, lease=lease)

    patch.setattr(Replica, "_on_question", on_question)


@mutant("L2", weather=siege_of, play=besiege)
def lease_counted_from_receipt(patch: Patch) -> None:
    """It begins when a quorum's answers have arrived."""
    original = Lease.renew
    patch.setattr(Lease, "renew", lambda self, sent_us, now_us: original(self, now_us, now_us))


@mutant("L2", weather=siege_of, play=besiege)
def drift_ignored(patch: Patch) -> None:
    """The holder counts on as long a time as the grantors are bound, by its own clock."""
    original = Lease.__init__
    patch.setattr(Lease, "__init__", lambda self, lease_us, drift_ppm: original(self, lease_us, 0))


@mutant("L2", weather=reading_of)
def laggard_serves_old_state(patch: Patch) -> None:
    """What the leader tells is taken for permission: the own state will do."""
    original = Replica._on_slot

    def on_slot(self: Replica, number: int, slot: int, *, lease: bool) -> None:
        original(self, number, min(slot, self.commit_slot), lease=lease)

    patch.setattr(Replica, "_on_slot", on_slot)


@mutant("L2", first=60, weather=reading_of)
def leader_reads_before_it_has_caught_up(patch: Patch) -> None:
    """What phase 1 found is not waited for, though clients may know of it."""
    patch.setattr(Replica, "_begin_reign", lambda self, inherited_slot: begun(self, 0))


begun = Replica._begin_reign


@mutant("L2", weather=siege_of, play=besiege)
def restarted_grantor_forgets(patch: Patch) -> None:
    """A node that comes back promises at once, whatever it has granted."""
    original = Grant.__init__

    def init(self: Grant, lease_us: int, now_us: int, *, forgot: bool) -> None:
        original(self, lease_us, now_us, forgot=False)

    patch.setattr(Grant, "__init__", init)
    patch.setattr(Election, "__init__", _long_silent)


def _long_silent(self: Election, *args: Any) -> None:
    untimed(self, *args)
    self.leader_heard_us -= self.timing.election_low_us


untimed = Election.__init__


@mutant("L2", weather=siege_of, play=besiege)
def grants_are_not_kept(patch: Patch) -> None:
    """A voter that has granted a lease promises to whoever asks."""
    patch.setattr(Replica, "_withholds", lambda self, ballot, now_us: False)


# The window, and liveness.


@mutant("R5")
def window_ignored(patch: Patch) -> None:
    """Whatever is queued is proposed."""
    patch.setattr(Proposer, "room", lambda self, commit_slot: 64)


@mutant(LIVENESS)
def nothing_is_sent_again(patch: Patch) -> None:
    """What was lost stays lost: accepts, decisions and commands of clients."""
    patch.setattr(Proposer, "unacknowledged", lambda self: [])
    patch.setattr(Replica, "on_retry_timer", lambda self, now_us: None)
    patch.setitem(Replica._HANDLERS, HeartbeatAck, _alive)


def _alive(self: Replica, source: int, ack: Any, now_us: int) -> None:
    if self.role is Role.LEADER and ack.ballot == self.proposer.ballot:
        self.election.heard_us[source] = now_us


@mutant(LIVENESS, seeds=5)
def no_backoff(patch: Patch) -> None:
    """A refused proposer tries again at once, and everybody lets it: proposers duel."""
    patch.setattr(Election, "backoff_us", lambda self: (0, 2_000))
    patch.setattr(Election, "would_vote", lambda self, ballot, promised, now_us: ballot > promised)


# Too rare for random weather: the tests script what they need.


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


def leader_without_a_quorum_stays(patch: Patch) -> None:
    """A leader that is heard and hears nobody keeps the others from electing one."""
    patch.setattr(Election, "reaches_quorum", lambda self, now_us: True)


def prevotes_granted_to_anybody(patch: Patch) -> None:
    """A node that was cut off comes back with a higher ballot and unseats the leader."""
    patch.setattr(Election, "would_vote", lambda self, ballot, promised, now_us: True)
    patch.setattr(Replica, "_withholds", lambda self, ballot, now_us: False)


def a_round_sent_before_the_question_confirms(patch: Patch) -> None:
    """What is under way when the question comes counts for it.

    It takes an answer that left before a new leader was elected, and arrives after its clients
    were told something.
    """
    original = Rounds.ask

    def ask(self: Rounds, asker: Asker, number: int, slot: int) -> None:
        if self.confirmed == self.sent:
            original(self, asker, number, slot)
        else:
            self._waiting.setdefault(self.sent, {})[asker] = (number, slot)

    patch.setattr(Rounds, "ask", ask)


def answers_of_an_earlier_life_counted(patch: Patch) -> None:
    """Numbers of reads begin anew with each life, and old answers are taken for new ones.

    It takes an answer that arrives after its asker crashed, came back, and asked again.
    """

    def on_read_slot(self: Replica, source: int, told: ReadSlot, now_us: int) -> None:
        self._on_slot(told.number, told.slot, lease=told.lease)

    patch.setitem(Replica._HANDLERS, ReadSlot, on_read_slot)
