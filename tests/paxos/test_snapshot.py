"""Snapshots: as bytes, in pieces, on the disk, and in the place of a log."""

from random import Random

import pytest

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.check.laboratory import Laboratory, majority_of
from paxos.check.violation import InvariantViolation
from paxos.clients import Verdict, decode
from paxos.effects import Checkpoint, Installed, Timer
from paxos.election import Role
from paxos.learner import Learner
from paxos.messages import (
    Accept,
    Commit,
    Decisions,
    HeartbeatAck,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
    SnapshotChunk,
    SnapshotPull,
)
from paxos.records import (
    ACCEPTED,
    COMMITTED,
    DECIDED,
    INCARNATION,
    PROMISED,
    SNAPSHOT,
    Recovered,
    recover,
)
from paxos.replica import Config
from paxos.sim.disk import Disk
from paxos.sim.faults import Fault
from paxos.sim.streams import stream
from paxos.snapshot import Download, Snapshot
from paxos.wire import WireError, seal
from tests.paxos.steps import (
    SECOND,
    Group,
    a_learner,
    candidate,
    config,
    messages,
    of,
    sent,
    started,
    value,
)

LATE = 4 * SECOND
FOUR = [value(number) for number in (1, 2, 3, 4)]
SMALL = {"snapshot_slots": 4, "retain_slots": 0}


# As bytes.


def test_a_snapshot_comes_back_from_its_bytes() -> None:
    """Slot, machine, table of sessions and group."""
    snapshot = Snapshot(7, b"machine", b"sessions", b"group")
    assert Snapshot.unpack(snapshot.pack()) == snapshot


def test_every_damaged_bit_of_a_snapshot_is_seen() -> None:
    """Also one in the checksum, a missing end, and bytes that are something else."""
    data = Snapshot(7, b"machine", b"sessions", b"group").pack()
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WireError):
            Snapshot.unpack(bytes(damaged))
    for other in (b"", data[:-1], data + b"\0", seal(b"\x93\x01\x02"), seal(b"\x01")):
        with pytest.raises(WireError):
            Snapshot.unpack(other)


def test_a_damaged_snapshot_changes_nothing() -> None:
    """A learner that refuses one is as it was."""
    learner = learned(2)
    before = (learner.state_digest(), learner.commit_slot, dict(learner.decided))
    with pytest.raises(WireError):
        learner.install(Snapshot(9, b"", b"", b"").pack()[:-1])
    assert (learner.state_digest(), learner.commit_slot, learner.decided) == before


# In pieces.


def feed(download: Download, data: bytes, slot: int, offset: int, size: int = 4) -> bytes | None:
    """Hand in one piece of a snapshot."""
    return download.take(slot, offset, len(data), data[offset : offset + size])


def test_pieces_in_order_make_the_whole() -> None:
    """The last one completes it; its offset tells which is wanted next."""
    download = Download()
    data = b"0123456789"
    assert feed(download, data, 5, 0) is None
    assert download.offset == 4
    assert feed(download, data, 5, 4) is None
    assert feed(download, data, 5, 8) == data


@pytest.mark.parametrize("offset", [0, 2, 3, 5, 8, 99])
def test_a_piece_that_does_not_fit_is_passed_over(offset: int) -> None:
    """Twice, too early, overlapping or beyond the end: only what fits the end is taken."""
    download = Download()
    data = b"0123456789"
    feed(download, data, 5, 0)
    assert feed(download, data, 5, offset) is None
    assert (download.slot, download.offset) == (5, 4)


def test_a_newer_snapshot_begins_anew_and_an_older_one_does_not() -> None:
    """Only its first piece does: the middle of another snapshot says nothing."""
    download = Download()
    old, new = b"0123456789", b"abcdefgh"
    feed(download, old, 5, 0)
    assert feed(download, new, 6, 4) is None
    assert (download.slot, download.offset) == (5, 4)
    feed(download, new, 6, 0)
    assert (download.slot, download.offset) == (6, 4)
    feed(download, old, 5, 4)
    feed(download, old, 5, 0)
    assert (download.slot, download.offset) == (6, 4)
    assert feed(download, new, 6, 4) == new


def test_pieces_of_two_sizes_come_to_an_end() -> None:
    """Nodes whose snapshots of one slot differ in length: it ends, and the checksum decides."""
    download = Download()
    feed(download, b"0123456789", 5, 0)
    assert download.take(5, 4, 6, b"4567") == b"01234567"


@pytest.mark.parametrize("seed", range(50))
def test_lost_doubled_and_late_pieces_end_in_the_whole(seed: int) -> None:
    """Asking again for what is wanted next ends the transfer, whatever else arrives."""
    random = Random(f"pieces/{seed}")
    download = Download()
    snapshots = {5: random.randbytes(300), 6: random.randbytes(250)}
    newest = 5
    seen: list[tuple[int, int]] = []
    for round_ in range(2_000):
        newest = 6 if round_ > 40 else newest
        wanted = (newest, download.offset if download.slot == newest else 0)
        seen.append(wanted)
        pieces = [wanted] * random.choice((0, 1, 1, 2)) + [random.choice(seen)]
        random.shuffle(pieces)
        for slot, offset in pieces:
            whole = feed(download, snapshots[slot], slot, offset, 16)
            if whole is not None:
                assert whole == snapshots[slot]
                return
    raise AssertionError("it never ends")


# What a replica keeps.


def learned(count: int) -> Learner:
    """A learner that was told the first commands of a log."""
    learner = a_learner()
    learner.decide(1, [value(number) for number in range(1, count + 1)], Acceptor(Recovered()))
    return learner


def test_a_learner_from_a_snapshot_equals_the_one_that_made_it() -> None:
    """State, sessions and commit slot; and it goes on from there in the same way."""
    learner = learned(6)
    assert learner.compact(2) == 4
    assert sorted(learner.decided) == [5, 6]
    other = a_learner()
    other.install(learner.snapshot)
    assert other.state_digest() == learner.state_digest()
    assert (other.commit_slot, other.floor_slot, other.decided) == (6, 6, {})
    again, fresh = value(3), value(7)
    for each in (learner, other):
        applied = each.decide(7, [again, fresh], Acceptor(Recovered()))
        assert [a.verdict for a in applied] == [Verdict.DUPLICATE, Verdict.FRESH]
    assert other.state_digest() == learner.state_digest()


def test_decisions_beyond_a_snapshot_outlast_it() -> None:
    """What is known beyond a hole is applied when a snapshot fills the hole."""
    learner = a_learner()
    acceptor = Acceptor(Recovered())
    learner.decide(5, [value(5)], acceptor)
    source = learned(4)
    source.compact(0)
    learner.install(source.snapshot)
    assert [a.slot for a in learner.apply_ready(acceptor)] == [5]


def test_an_acceptor_tells_nothing_below_its_floor() -> None:
    """It promises with its floor, tells what lies above, and agrees again without memory."""
    acceptor = Acceptor(Recovered())
    low, high = Ballot(1, 1), Ballot(2, 2)
    acceptor.on_accept(Accept(low, 1, FOUR, 0))
    acceptor.compact(3)
    acceptor.compact(2)
    assert sorted(acceptor.accepted) == [4]
    assert acceptor.on_prepare(Prepare(high, 1)) == Promise(high, 1, [(4, low, FOUR[3])], 3)
    acceptor.unsaved.clear()
    acceptor.on_accept(Accept(high, 2, FOUR[1:], 0))
    assert acceptor.unsaved == [[ACCEPTED, *high, 4, FOUR[3]]]
    assert acceptor.last_slot == 4


def test_a_checkpoint_holds_what_a_restart_needs() -> None:
    """Incarnation, promise, snapshot, and what lies beyond it; it stands before every send."""
    replica = started(settings=config(**SMALL))
    ballot = Ballot(1, 2)
    replica.on_message(2, Accept(ballot, 1, [*FOUR, value(5)], 0), LATE)
    effects = replica.on_message(2, Commit(ballot, 4), LATE)
    assert type(effects[0]) is Checkpoint
    (checkpoint,) = of(effects, Checkpoint)
    assert checkpoint.floor_slot == 4
    kinds = [row[0] for row in checkpoint.rows]
    assert kinds == [INCARNATION, PROMISED, SNAPSHOT, ACCEPTED, COMMITTED]
    back = started(settings=config(**SMALL), rows=checkpoint.rows)
    assert back.client.incarnation == 2
    assert back.acceptor.promised == ballot
    assert back.acceptor.accepted == replica.acceptor.accepted
    assert (back.commit_slot, back.acceptor.floor_slot) == (4, 4)
    assert back.learner.state_digest() == replica.learner.state_digest()


def test_rows_behind_a_snapshot_are_replayed_onto_it() -> None:
    """Acceptances, decisions and commits that follow it in the log."""
    source = learned(4)
    source.compact(0)
    rows = [
        [SNAPSHOT, 4, source.snapshot],
        [ACCEPTED, 1, 2, 5, value(5)],
        [DECIDED, 6, value(6)],
        [COMMITTED, 6],
    ]
    found = recover(rows)
    assert (found.floor_slot, found.commit_slot, sorted(found.decided)) == (4, 6, [5, 6])
    assert started(rows=rows).learner.state_digest() == learned(6).state_digest()


def test_what_is_retained_is_sent_slot_by_slot() -> None:
    """A follower above the floor gets decisions, one below it gets the snapshot."""
    group = Group(config(3, snapshot_slots=4, retain_slots=2))
    head = group.elect(1)
    for number in range(1, 5):
        group.submit(1, number)
    group.deliver()
    assert head.learner.floor_slot == 2
    ballot = head.proposer.ballot
    above = head.on_message(3, HeartbeatAck(ballot, 4, 2), group.now_us)
    assert [(m.first_slot, len(m.values)) for m in messages(above, Decisions)] == [(3, 2)]
    below = head.on_message(3, HeartbeatAck(ballot, 4, 1), group.now_us)
    assert [m.slot for m in messages(below, SnapshotChunk)] == [4]


# Elections over a compacted log.


def behind_a_floor() -> Group:
    """Node 3's Prepare is under way when nodes 1 and 2 decide four slots and compact."""
    group = Group(config(3, **SMALL))
    group.elect(1)
    group.now_us += 3 * SECOND
    group.fire(3, Timer.ELECTION)
    group.deliver(lambda letter: isinstance(letter[2], PreVote | PreVoteReply))
    assert group.replicas[3].role is Role.CANDIDATE
    for number in range(1, 5):
        group.submit(1, number)
    group.deliver(lambda letter: set(letter[:2]) <= {1, 2})
    assert group.replicas[2].acceptor.floor_slot == 4
    group.drop(lambda letter: letter[0] == 1 or letter[1] == 1)
    return group


def test_a_candidate_below_a_floor_does_not_lead_and_asks_for_the_snapshot() -> None:
    """It stands down at the promise, pulls, installs, and asks again from where the others are."""
    group = behind_a_floor()
    late = group.replicas[3]
    group.deliver(lambda letter: isinstance(letter[2], Prepare))
    group.deliver(lambda letter: isinstance(letter[2], Promise))
    assert late.role is Role.FOLLOWER
    assert [m for _, _, m in group.letters] == [SnapshotPull(0, 0)]
    group.deliver()
    assert late.commit_slot == 4
    assert late.learner.state_digest() == group.replicas[2].learner.state_digest()
    group.now_us += 40 * SECOND
    group.fire(3, Timer.ELECTION)
    group.deliver(lambda letter: 1 not in letter[:2])
    assert late.role is Role.LEADER
    group.submit(3, 5)
    group.deliver(lambda letter: 1 not in letter[:2])
    assert late.commit_slot == 5


def test_a_floor_left_out_of_the_promise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The candidate takes the compacted slots for free and gives them away a second time."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> object:
        reply = original(self, prepare)
        if type(reply) is Promise:
            return Promise(reply.ballot, reply.from_slot, reply.accepted, 0)
        return reply

    monkeypatch.setattr(Acceptor, "on_prepare", on_prepare)
    group = behind_a_floor()
    group.submit(3, 9)
    with pytest.raises(InvariantViolation, match=r"A5|R1") as caught:
        group.deliver(lambda letter: 1 not in letter[:2])
    assert caught.value.slot == 1


def test_a_prevote_is_refused_to_who_would_have_to_fill_a_compacted_slot() -> None:
    """Nobody raises a ballot under which it could not lead."""
    group = Group(config(3, **SMALL))
    group.elect(1)
    for number in range(1, 5):
        group.submit(1, number)
    group.deliver()
    silent_us = group.now_us + 20 * SECOND
    follower = group.replicas[2]
    for known, granted in ((3, False), (4, True)):
        effects = follower.on_message(3, PreVote(Ballot(9, 3), known), silent_us)
        answer, *help_ = sent(effects)
        assert answer == (3, PreVoteReply(Ballot(9, 3), granted, Ballot(1, 1)))
        assert [type(message) for _, message in help_] == ([] if granted else [SnapshotChunk])


def test_a_candidate_that_learns_late_leaves_no_hole_where_others_compacted() -> None:
    """Decisions of an earlier leader come between its Prepare and the promise with their floor."""
    late = candidate(3)
    ballot = late.proposer.ballot
    assert ballot == Ballot(1, 3)
    late.on_message(1, Decisions(Ballot(1, 1), 1, FOUR, 4), LATE)
    assert (late.role, late.commit_slot) == (Role.CANDIDATE, 4)
    later = value(6, 2)
    for voter in (2, 3):
        told = [(6, Ballot(1, 1), later)] if voter == 2 else []
        effects = late.on_message(voter, Promise(ballot, 1, told, 4 if voter == 2 else 0), LATE)
    assert late.role is Role.LEADER
    assert [(a.first_slot, a.values) for a in messages(effects, Accept)] == [(5, [b"", later])]


# Installing.


def test_a_damaged_snapshot_is_asked_for_again() -> None:
    """The pieces add up to something else: it is forgotten, and begins anew."""
    replica = started()
    replica.on_message(1, SnapshotChunk(4, 0, 5, b"wrong"), LATE)
    assert (replica.commit_slot, replica.download.offset) == (0, 0)
    source = learned(4)
    source.compact(0)
    data = source.snapshot
    effects = replica.on_message(1, SnapshotChunk(4, 0, len(data), data), LATE)
    assert of(effects, Installed) == [Installed(4, [])]
    assert replica.on_message(1, SnapshotChunk(4, 0, len(data), data), LATE) == []


def test_own_commands_in_a_snapshot_are_answered() -> None:
    """A client whose command was chosen while its node was cut off gets the result with it."""
    group = Group(config(3, **SMALL))
    group.elect(1)
    group.beat(1)
    group.submit(3, 1)
    group.deliver(lambda letter: letter[0] == 3)
    group.drop(lambda letter: 3 in letter[:2])
    for number in range(2, 5):
        group.submit(1, number)
    group.deliver(lambda letter: 3 not in letter[:2])
    group.drop()
    late = group.replicas[3]
    assert list(late.pending) == [1]
    group.beat(1)
    ((node, installed),) = group.installed
    assert (node, installed.slot) == (3, 4)
    assert [sequence for sequence, _ in installed.results] == [1]
    assert installed.results[0][1] == group.applied[1][0].result
    assert late.pending == {}


def test_a_command_in_a_snapshot_is_not_applied_again() -> None:
    """Its second copy comes to a leader that knows the first from a snapshot alone."""
    group = Group(config(3, **SMALL))
    group.elect(1)
    for number in range(1, 5):
        group.submit(1, number)
    group.drop(lambda letter: 3 in letter[:2])
    first = group.replicas[1].pending[1]
    group.deliver(lambda letter: 3 not in letter[:2])
    group.beat(1)
    (applied,) = group.replicas[3].learner.decide(5, [first], Acceptor(Recovered()))
    assert applied.verdict is Verdict.DUPLICATE
    assert decode(first).sequence == 1


# The disk.


def synced(log: Disk) -> Disk:
    """The disk after an fsync."""
    log.begin_fsync()
    log.end_fsync()
    return log


def disk(seed: int = 1) -> Disk:
    """A disk that holds three durable rows."""
    log = Disk(stream(seed, "disk"), 1_000, stream(seed, "tears"))
    log.write([[1, 0], [1, 1], [1, 2]], sync=True)
    return synced(log)


def test_a_crash_before_the_sync_of_a_checkpoint_leaves_the_old_rows() -> None:
    """However far the fsync has come."""
    for begun in (False, True):
        log = disk()
        log.replace([[6, 9, b"x"]])
        if begun:
            assert log.begin_fsync()
        log.write([[2, 1, 1]], sync=False)
        log.crash()
        assert log.rows() == [[1, 0], [1, 1], [1, 2]]
        log.write([[1, 3]], sync=True)
        synced(log).crash()
        assert log.rows() == [[1, 0], [1, 1], [1, 2], [1, 3]]


def test_a_crash_after_the_sync_of_a_checkpoint_leaves_it() -> None:
    """And a beginning of what was written behind it."""
    kept = set()
    for seed in range(30):
        log = disk(seed)
        position = log.replace([[6, 9, b"x"]])
        synced(log)
        assert log.synced >= position
        log.write([[2, 1, 1], [2, 2, 1]], sync=True)
        log.crash()
        rows = log.rows()
        assert rows[0] == [6, 9, b"x"]
        kept.add(len(rows))
    assert kept == {1, 2, 3}


def test_of_two_checkpoints_under_way_the_synced_one_stays() -> None:
    """The second is written while the first is synced."""
    log = disk()
    log.replace([[6, 1, b"a"]])
    assert log.begin_fsync()
    log.write([[2, 1, 1]], sync=True)
    log.replace([[6, 2, b"b"]])
    log.end_fsync()
    again = disk()
    again.replace([[6, 1, b"a"]])
    again.replace([[6, 2, b"b"]])
    again.crash()
    assert again.rows() == [[1, 0], [1, 1], [1, 2]]
    log.crash()
    assert log.rows()[0] == [6, 1, b"a"]
    log.replace([[6, 3, b"c"]])
    synced(log).crash()
    assert log.rows() == [[6, 3, b"c"]]


def test_lazy_rows_before_a_checkpoint_may_be_lost_with_it() -> None:
    """The old file keeps what was synced, and of the rest a beginning."""
    kept = set()
    for seed in range(20):
        log = disk(seed)
        log.write([[4, 1], [4, 2]], sync=False)
        log.replace([[6, 2, b"x"]])
        log.crash()
        kept.add(len(log.rows()))
    assert kept == {3, 4, 5}


def test_what_leaves_after_a_checkpoint_waits_for_it() -> None:
    """A step that compacts and answers: nothing leaves before the new file is durable."""
    lab = laboratory(1, fsync_us=300_000)
    lab.submit_at(6 * SECOND, 1, "a", 1)
    lab.submit_at(6 * SECOND, 1, "b", 2)
    host = lab.cluster.hosts[1]
    while not host.checkpoints:
        assert lab.cluster.step() is not None
    position, floor_slot = host.checkpoints[0]
    gated = lab.cluster.coverage.counts["gated_sends"]
    lab.submit_at(lab.cluster.now_us + 1, 1, "c", 3)
    lab.cluster.run(lab.cluster.now_us + 1_000)
    assert lab.cluster.coverage.counts["gated_sends"] > gated
    assert host.outbox[-1][0] >= position
    lab.cluster.run(lab.cluster.now_us + 5 * SECOND)
    assert (floor_slot, not host.checkpoints, not host.outbox) == (1, True, True)


# Whole clusters.


def laboratory(
    size: int, *, snapshot_slots: int = 1, chunk_bytes: int = 16_384, seed: int = 1, **options: int
) -> Laboratory:
    """Registers that compact early."""
    settings = Config(
        membership=majority_of(size),
        snapshot_slots=snapshot_slots,
        retain_slots=snapshot_slots,
        chunk_bytes=chunk_bytes,
    )
    return Laboratory(settings, seed=seed, **options)


@pytest.mark.parametrize("seed", range(6))
def test_a_snapshot_in_many_pieces_crosses_a_bad_link(seed: int) -> None:
    """A third is lost, doubled or overtaken; newer snapshots come in between; it arrives."""
    lab = laboratory(3, snapshot_slots=20, chunk_bytes=64, seed=seed)
    lab.schedule([Fault(4 * SECOND, "crash", {"cp": 3})])
    for number in range(120):
        lab.submit_at(5 * SECOND + number * 50_000, 1, f"key {number}", "x" * 20)
    rates = [
        Fault(12 * SECOND, verb, {"rate_ppm": 300_000}) for verb in ("loss", "duplicate", "reorder")
    ]
    lab.schedule([*rates, Fault(12 * SECOND, "restart", {"cp": 3})])
    for number in range(30):
        lab.submit_at(13 * SECOND + number * SECOND // 3, 1, f"key {number}", "y")
    lab.schedule([Fault(60 * SECOND, "heal", {})])
    lab.cluster.run(75 * SECOND)
    counts = lab.cluster.covered()
    assert counts["snapshots_installed"] >= 1
    assert counts["snapshot_chunks"] > 20
    assert counts["chunks_again"] > 5
    assert min(counts[name] for name in ("frames_lost", "frames_duplicated")) > 10
    replicas = [lab.replica(node) for node in (1, 2, 3)]
    assert len({r.learner.state_digest() for r in replicas if r is not None}) == 1
    assert len({r.commit_slot for r in replicas if r is not None}) == 1


def test_memory_does_not_grow_with_the_log() -> None:
    """Log, disk and what the invariants remember, after 20,000 commands."""
    lab = laboratory(3, snapshot_slots=500)
    for number in range(20_000):
        lab.submit_at(5 * SECOND + number * 1_000, 1 + number % 3, number % 50, number)
    lab.cluster.run(30 * SECOND)
    assert lab.invariants is not None
    for node in (1, 2, 3):
        replica = lab.replica(node)
        assert replica is not None
        assert replica.commit_slot >= 20_000
        assert len(replica.acceptor.accepted) <= 1_100
        assert len(replica.learner.decided) <= 1_100
        assert len(lab.cluster.hosts[node].disk.frames) <= 1_500
        assert len(lab.invariants._voters[node].acknowledged) <= 1_100
    assert sum(len(done.sequences) for done in lab.invariants.once.done.values()) <= 1_000
    assert len(lab.invariants.once.verdicts) <= 5_000 + 1_500
    for table in (lab.invariants.proposed, lab.invariants.votes, lab.invariants.chosen):
        assert len(table) <= 5_000 + 1_500
    assert len(lab.invariants.digests) <= 5_000 + 1_500


def test_nothing_is_promised_by_a_fresh_recovery() -> None:
    """Without rows there is no snapshot and no floor."""
    found = recover([])
    assert (found.promised, found.floor_slot, found.snapshot) == (NO_BALLOT, 0, b"")
