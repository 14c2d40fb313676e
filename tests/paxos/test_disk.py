"""The simulated disk: what is durable when, and what a crash or a full disk leaves of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.ballot import Ballot
from paxos.effects import Checkpoint, Persist, Send
from paxos.messages import Commit
from paxos.records import ACCEPTED, COMMITTED
from paxos.sim.disk import Disk
from paxos.sim.host import Crashed, Status
from paxos.sim.streams import stream
from tests.paxos.steps import SECOND
from tests.paxos.test_cluster import HELLO, Probes


def disk(seed: int = 1) -> Disk:
    """An empty disk."""
    return Disk(stream(seed, "disk"), 1_000, stream(seed, "tears"))


def test_writes_during_an_fsync_wait_for_the_next() -> None:
    """Group commit: an fsync covers what was written before it began."""
    log = disk()
    log.write([[ACCEPTED, 1], [ACCEPTED, 2]], sync=True)
    assert log.begin_fsync()
    log.write([[ACCEPTED, 3]], sync=True)
    assert not log.begin_fsync(), "one at a time"
    log.end_fsync()
    assert (log.synced, log.wanted) == (2, 3)
    assert log.begin_fsync()
    log.end_fsync()
    assert log.synced == 3
    assert not log.begin_fsync(), "nothing is wanted"


def test_a_lazy_write_waits_for_somebody_elses_sync() -> None:
    """Without sync no fsync begins; the next one that does takes it along."""
    log = disk()
    log.write([[COMMITTED, 1]], sync=False)
    assert not log.begin_fsync()
    log.write([[ACCEPTED, 1]], sync=True)
    assert log.begin_fsync()
    log.end_fsync()
    assert log.synced == 2


def test_a_crash_keeps_what_was_synced_and_a_beginning_of_the_rest() -> None:
    """Over many seeds every length of the unsynced rest is seen, and never a gap."""
    kept = set()
    for seed in range(60):
        log = disk(seed)
        log.write([[1, 0], [1, 1]], sync=True)
        log.begin_fsync()
        log.end_fsync()
        log.write([[1, 2], [1, 3], [1, 4]], sync=True)
        log.begin_fsync()
        lost = log.crash()
        rows = log.rows()
        assert rows == [[1, i] for i in range(5 - lost)]
        log.repair()
        assert (log.synced, log.wanted, log.syncing) == (len(rows), len(rows), None)
        kept.add(len(rows))
    assert kept == {2, 3, 4, 5}


@pytest.mark.parametrize("damage", [lambda f: f[:-1], lambda f: b"", lambda f: b"\0" + f[1:]])
def test_a_torn_row_ends_the_log(damage) -> None:  # type: ignore[no-untyped-def]
    """From the first row whose checksum does not match, everything is cut off for good."""
    log = disk()
    log.write([[1, i] for i in range(5)], sync=True)
    log.frames[3] = damage(log.frames[3])
    assert log.rows() == [[1, 0], [1, 1], [1, 2]]
    assert log.repair()
    assert not log.repair(), "once"
    assert (len(log.frames), log.synced, log.wanted) == (3, 3, 3)
    log.write([[1, 9]], sync=True)
    assert log.rows()[-1] == [1, 9]


# Torn rows.


def test_a_crash_tears_the_row_at_which_the_disk_was() -> None:
    """Only its first bytes are there, and never more of it than was written; it counts as lost."""
    torn, lengths = 0, set()
    for seed in range(200):
        log = disk(seed)
        log.write([[1, 0]], sync=True)
        log.begin_fsync()
        log.end_fsync()
        log.write([[1, 1], [1, 2]], sync=True)
        written = list(log.frames)
        lost = log.crash()
        whole = 3 - lost
        assert log.frames[:whole] == written[:whole]
        if len(log.frames) > whole:
            (rest,) = log.frames[whole:]
            assert rest
            assert written[whole].startswith(rest)
            assert rest != written[whole]
            lengths.add(len(rest))
        torn += log.repair()
        assert log.frames == written[:whole]
    assert 20 < torn < 150
    assert lengths == set(range(1, len(written[0])))


def test_a_torn_row_that_stays_would_hide_what_comes_behind_it() -> None:
    """Why it is cut off at the restart, not merely skipped."""
    log = disk()
    log.write([[1, 0]], sync=True)
    log.frames.append(log.frames[0][:3])
    log.write([[1, 2]], sync=True)
    assert log.rows() == [[1, 0]]


def test_a_restart_finds_a_torn_row() -> None:
    """It is cut off, counted, and the process is built from what stands before it."""
    found = 0
    for seed in range(40):
        lab = Probes()
        lab.host(1).disk.tears = stream(seed, "tears")
        lab.host(1).disk.random = stream(seed, "disk")
        lab.do(1, Persist([[1, 7]], sync=True))
        lab.cluster.run(SECOND)
        lab.do(1, Persist([[1, 8]], sync=True))
        lab.cluster.crash(1)
        lab.cluster.start(1)
        assert lab.rows[3][1] in (7, 8)
        torn = lab.cluster.covered()["torn_writes_found"]
        assert lab.rows[3] == (1, 7) or not torn
        found += torn
    assert 5 < found < 35


# Slow and full disks.


def test_a_slow_disk_takes_longer() -> None:
    """From the next fsync on; the one under way ends as it would have, and 0 is usual."""
    lab = Probes()
    usual_us = lab.cluster.fsync_us
    lab.do(1, Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.cluster.slow_disk(1, 50_000)
    lab.do(1, Persist([[1, 2]], sync=True), Send(3, HELLO))
    lab.cluster.run(usual_us)
    assert lab.cluster.bus.sent == 1
    lab.cluster.run(2 * usual_us + 49_999)
    assert lab.cluster.bus.sent == 1
    lab.cluster.run(2 * usual_us + 50_000)
    assert lab.cluster.bus.sent == 2
    lab.cluster.slow_disk(1, 0)
    lab.do(1, Persist([[1, 3]], sync=True), Send(3, HELLO))
    lab.cluster.run(3 * usual_us + 50_000)
    assert (lab.cluster.bus.sent, lab.cluster.covered()["slow_disks"]) == (3, 1)


def test_nothing_leaves_that_depends_on_a_full_disk() -> None:
    """What waits for no write leaves; the rest never does, also not when there is room again."""
    lab = Probes()
    lab.cluster.fill_disk(1)
    lab.do(1, Send(2, HELLO), Persist([[1, 1]], sync=True), Send(3, HELLO))
    lab.cluster.run(SECOND)
    assert (lab.cluster.bus.sent, len(lab.host(1).outbox)) == (1, 0)
    assert lab.cluster.covered()["stuck_sends"] == 1
    lab.cluster.free_disk(1)
    lab.cluster.run(2 * SECOND)
    assert lab.host(1).disk.synced == 1
    lab.do(1, Send(3, HELLO))
    assert lab.cluster.bus.sent == 2


def test_a_sync_under_way_still_fits() -> None:
    """What waits for it leaves; what was written after it began does not become durable."""
    lab = Probes()
    lab.do(1, Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.do(1, Persist([[1, 2]], sync=True), Send(3, HELLO))
    lab.cluster.fill_disk(1)
    lab.cluster.run(SECOND)
    disk_of_1 = lab.host(1).disk
    assert (lab.cluster.bus.sent, disk_of_1.synced, disk_of_1.written) == (1, 1, 2)
    lab.cluster.free_disk(1)
    lab.cluster.run(2 * SECOND)
    assert (lab.cluster.bus.sent, disk_of_1.synced) == (2, 2)


def test_a_crash_of_a_full_disk_loses_all_that_found_no_room() -> None:
    """However much the disk gets out on its own, it has no place for more."""
    for seed in range(40):
        log = disk(seed)
        log.write([[1, 0]], sync=True)
        log.begin_fsync()
        log.fill()
        log.write([[1, 1], [1, 2]], sync=True)
        log.end_fsync()
        assert log.is_stuck
        assert log.crash() == 2
        assert log.rows() == [[1, 0]]


@pytest.mark.parametrize("seed", range(10))
def test_a_crash_makes_no_room(seed: int) -> None:
    """What was on its way when the disk filled up and did not get out leaves no place behind."""
    log = disk(seed)
    log.write([[1, 0], [1, 1], [1, 2]], sync=True)
    log.begin_fsync()
    log.fill()
    log.crash()
    log.repair()
    kept = log.written
    assert log.full_at == kept
    log.write([[1, 3]], sync=True)
    log.crash()
    log.repair()
    assert log.written == kept


def test_a_full_disk_stays_full_over_a_restart() -> None:
    """The node comes back, and is silent until there is room."""
    lab = Probes()
    lab.cluster.fill_disk(1)
    lab.cluster.crash(1)
    lab.cluster.start(1)
    lab.do(1, Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.cluster.run(SECOND)
    assert lab.cluster.bus.sent == 0


def test_memory_is_bounded_while_a_disk_is_full() -> None:
    """Messages are not kept, and of the checkpoints only the newest: no other is needed."""
    lab = Probes()
    lab.do(1, Persist([[1, 1]], sync=True))
    lab.cluster.run(SECOND)
    lab.cluster.fill_disk(1)
    host = lab.host(1)
    for number in range(2, 1_000):
        lab.do(1, Checkpoint([[1, number]], number), Persist([[1, 0]], sync=True), Send(2, HELLO))
    assert len(host.outbox) == 0
    assert len(host.checkpoints) == 1
    assert len(host.disk.frames) == 2
    assert len(host.disk._replaced) == len(host.disk._durable_at) == 1
    lab.cluster.free_disk(1)
    lab.cluster.run(2 * SECOND)
    assert host.disk._replaced == []
    assert host.disk.rows() == [[1, 999], [1, 0]]


def test_checkpoints_on_a_full_disk_leave_the_durable_file() -> None:
    """A crash finds the last file that was synced, whatever was to replace it."""
    lab = Probes()
    lab.do(1, Persist([[1, 1]], sync=True))
    lab.cluster.run(SECOND)
    lab.do(1, Checkpoint([[1, 2]], 2))
    lab.do(1, Checkpoint([[1, 3]], 3))
    lab.do(1, Checkpoint([[1, 4]], 4))
    lab.cluster.fill_disk(1)
    lab.cluster.run(2 * SECOND)
    lab.do(1, Checkpoint([[1, 5]], 5))
    lab.do(1, Checkpoint([[1, 6]], 6))
    assert len(lab.host(1).disk._replaced) == 1
    lab.cluster.crash(1)
    lab.cluster.start(1)
    assert lab.rows[-1] == (1, 2)


class Watcher:
    """An observer that notes compactions and nothing else."""

    def __init__(self) -> None:
        self.floors: list[int] = []

    def compacted(self, node: int, floor_slot: int) -> None:
        """Note it."""
        assert node == 1
        self.floors.append(floor_slot)


def test_a_checkpoint_under_way_when_the_disk_fills_up_becomes_durable() -> None:
    """It had room; whoever watches must hear of it, or its floor looks like lost slots later."""
    lab = Probes()
    watcher = lab.cluster.observer = Watcher()  # type: ignore[assignment]
    lab.do(1, Checkpoint([[1, 2]], 2))
    lab.cluster.fill_disk(1)
    lab.do(1, Checkpoint([[1, 3]], 3), Checkpoint([[1, 4]], 4))
    lab.cluster.run(SECOND)
    assert watcher.floors == [2]
    lab.do(1, Checkpoint([[1, 5]], 5))
    lab.cluster.free_disk(1)
    lab.cluster.run(2 * SECOND)
    assert watcher.floors[-1] == 5
    assert len(watcher.floors) <= 3


STEPS = st.lists(
    st.sampled_from(("write", "lazy", "replace", "begin", "end", "fill", "free", "crash")),
    max_size=60,
)


@given(STEPS, st.integers(0, 9))
def test_what_was_synced_is_never_lost(steps: list[str], seed: int) -> None:
    """Against a model: durable is what the last fsync covered, and rows come back in order."""
    log, number = disk(seed), 0
    durable: list[list[Any]] = []
    file: list[list[Any]] = []
    pending: list[list[Any]] | None = None
    for step in steps:
        if step in ("write", "lazy"):
            number += 1
            file = [*file, [ACCEPTED, number]]
            log.write([[ACCEPTED, number]], sync=step == "write")
        elif step == "replace":
            number += 1
            file = [[ACCEPTED, number]]
            log.replace([[ACCEPTED, number]])
        elif step == "begin":
            full, waits = log.full_at is not None, log.wanted > log.synced
            if log.begin_fsync():
                assert waits
                assert not full
                pending = file
        elif step == "end":
            log.end_fsync()
            durable, pending = (durable if pending is None else pending), None
        elif step == "fill":
            log.fill()
        elif step == "free":
            log.free()
        else:
            log.crash()
            log.repair()
            file, pending = log.rows(), None
            assert file[: len(durable)] == durable
            durable = file
        assert len(log._replaced) == len(log._durable_at)
        assert log.full_at is None or log.synced <= log.full_at <= log.written


def test_a_wiped_disk_is_empty() -> None:
    """Rows and checkpoints are gone, there is room, and positions go on."""
    log = disk()
    log.write([[1, 0], [1, 1]], sync=True)
    log.begin_fsync()
    log.end_fsync()
    log.replace([[1, 2]])
    log.fill()
    log.wipe()
    assert (log.rows(), log.crash(), log.full_at) == ([], 0, None)
    log.write([[1, 3]], sync=True)
    assert log.begin_fsync()
    log.end_fsync()
    assert log.synced == log.written > 3
    assert log.rows() == [[1, 3]]


# A crash between the write and the sends after it.


def test_a_node_dies_when_its_write_is_done() -> None:
    """What it wrote is durable, what waited for that never leaves, and the world is told."""
    lab = Probes()
    lab.cluster.crash_after_write(1)
    lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    assert lab.host(1).status is Status.ALIVE, "it has written nothing"
    lab.do(1, Persist([[1, 9]], sync=True), Send(2, Commit(Ballot(1, 1), 5)))
    lab.cluster.run(2 * SECOND)
    assert lab.host(1).status is Status.CRASHED
    assert len(lab.probe(2).seen) == 1
    (crashed,) = lab.outside
    assert isinstance(crashed, Crashed)
    assert (crashed.after_write, crashed.lost_rows) == (True, 0)
    assert lab.cluster.covered()["crashes_after_write"] == 1
    lab.cluster.start(1)
    assert lab.rows[-1] == (1, 9)
    lab.do(1, Persist([[1, 10]], sync=True))
    lab.cluster.run(3 * SECOND)
    assert lab.host(1).status is Status.ALIVE, "once"


def test_a_crash_after_a_write_is_called_off() -> None:
    """And one that has crashed already has nothing to call off."""
    lab = Probes()
    lab.cluster.crash_after_write(1)
    lab.cluster.crash_after_write(1, doomed=False)
    lab.do(1, Persist([[1, 9]], sync=True))
    lab.cluster.run(SECOND)
    assert lab.host(1).status is Status.ALIVE
    lab.cluster.crash(1)
    with pytest.raises(ValueError, match="node 1 is down already"):
        lab.cluster.crash_after_write(1)
