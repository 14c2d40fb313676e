"""Replicas on the bus: timers, disks, pauses, crashes, and copies of a whole laboratory."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paxos.ballot import Ballot
from paxos.check.campaign.run import prepared
from paxos.check.campaign.settled import check_settled
from paxos.check.campaign.shape import END_US
from paxos.check.laboratory import Laboratory
from paxos.effects import CancelTimer, Persist, Send, SetTimer
from paxos.election import Role
from paxos.messages import Commit
from paxos.records import Recovered
from paxos.replica import Replica
from paxos.sim import faults
from paxos.sim.cluster import Cluster
from paxos.sim.host import Host, Kind, Status
from paxos.sim.kernel import Event
from paxos.wire import unpack
from tests.paxos.steps import SECOND, config

HELLO = Commit(Ballot(1, 1), 0)


class Probe:
    """A process without a replica that notes what reaches it, and does as it is told."""

    replica = None

    def __init__(self, node: int) -> None:
        self.node = node
        self.seen: list[tuple[int, Any]] = []
        self.answer: list[Any] = []

    def start(self, now_us: int) -> list[Any]:
        """Begin with nothing."""
        return []

    def on_frame(self, kind: int, source: int, frame: Any, now_us: int) -> list[Any]:
        """Note the message."""
        self.seen.append((now_us, unpack(frame) if kind == Kind.PAXOS else frame))
        return self.answer

    def on_timer(self, timer: Any, now_us: int) -> list[Any]:
        """Note the timer."""
        self.seen.append((now_us, timer))
        return self.answer


class Probes:
    """A cluster of probes, and its outside."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.outside: list[Any] = []
        self.cluster = Cluster(outside=self, nodes=(1, 2, 3), seed=5)
        for node in self.cluster.nodes:
            self.cluster.start(node)

    def build(self, node: int, recovered: Recovered, now_us: int) -> Probe:
        """A fresh probe."""
        self.rows.append((node, recovered.incarnation))
        return Probe(node)

    def happen(self, event: Event) -> None:
        """Note an event of the world."""
        self.outside.append(event)

    def perform(self, node: int, effect: Any) -> None:
        """Note an effect of the world."""
        self.outside.append(effect)

    def host(self, node: int) -> Host:
        """A node's host."""
        return self.cluster.hosts[node]

    def probe(self, node: int) -> Probe:
        """A node's process."""
        process = self.host(node).process
        assert isinstance(process, Probe)
        return process

    def do(self, node: int, *effects: Any) -> None:
        """Carry out effects of a node."""
        self.cluster.execute(self.host(node), list(effects))

    def fired(self, node: int = 1) -> list[int]:
        """When a node's timers fired."""
        return [time_us for time_us, _ in self.probe(node).seen]


def timer(delay_us: int) -> SetTimer:
    """Set the one timer of a probe."""
    return SetTimer("timer", delay_us, delay_us)  # type: ignore[arg-type]


CANCEL = CancelTimer("timer")  # type: ignore[arg-type]


# Timers.


@pytest.mark.parametrize(
    ("script", "fires"),
    [
        ([(0, timer(100))], [100]),
        ([(0, timer(100)), (50, timer(100))], [150]),
        ([(0, timer(100)), (50, timer(10))], [60]),
        ([(0, timer(100)), (10, timer(20)), (20, timer(80))], [100]),
        ([(0, timer(100)), (10, timer(20)), (40, timer(60))], [30, 100]),
        ([(0, timer(100)), (50, CANCEL)], []),
        ([(0, timer(100)), (50, CANCEL), (60, timer(200))], [260]),
        ([(0, timer(100)), (50, CANCEL), (60, timer(20))], [80]),
        ([(0, timer(100)), (100, timer(0))], [100, 100]),
        ([(0, timer(100)), (20, timer(300)), (40, timer(30)), (150, timer(100))], [70, 250]),
    ],
)
def test_a_timer_fires_once_when_it_was_last_set(
    script: list[tuple[int, Any]], fires: list[int]
) -> None:
    """Set later, set earlier, cancelled, set again: only the last word counts."""
    lab = Probes()
    for time_us, effect in script:
        lab.cluster.run(time_us)
        lab.do(1, effect)
    lab.cluster.run(1_000)
    assert lab.fired() == fires
    assert lab.host(1).timers == {}


def test_a_timer_set_again_and_again_costs_one_event() -> None:
    """What a heartbeat moves a thousand times does not fill the heap."""
    lab = Probes()
    for time_us in range(1_000):
        lab.cluster.run(time_us)
        lab.do(1, timer(5_000))
    assert len(lab.cluster.kernel) == 1
    lab.cluster.run(10_000)
    assert lab.fired() == [5_999]


def test_the_host_draws_within_the_range() -> None:
    """The delay lies between low and high, both included, from the node's own stream."""
    delays: set[int] = set()
    for _ in range(80):
        lab = Probes()
        lab.cluster.hosts[1].random.seed(len(delays))
        lab.do(1, SetTimer("timer", 10, 12))  # type: ignore[arg-type]
        lab.cluster.run(100)
        delays.update(lab.fired())
    assert delays <= {10, 11, 12}
    assert len(delays) > 1


# The disk stands before the door.


def test_nothing_leaves_before_it_is_durable() -> None:
    """A message behind a synced write waits for the fsync; one before any write goes at once."""
    lab = Probes()
    lab.do(1, Send(2, HELLO), Persist([[1, 1]], sync=True), Send(3, HELLO))
    assert (lab.cluster.bus.sent, len(lab.host(1).outbox)) == (1, 1)
    lab.cluster.run(lab.cluster.fsync_us - 1)
    assert lab.cluster.bus.sent == 1
    lab.cluster.run(lab.cluster.fsync_us)
    assert (lab.cluster.bus.sent, len(lab.host(1).outbox)) == (2, 0)


def test_messages_leave_in_their_order() -> None:
    """A message without a write of its own does not overtake one that waits for the disk."""
    lab = Probes()
    for number in range(3):
        lab.do(1, Persist([[1, number]], sync=True), Send(2, Commit(Ballot(1, 1), number)))
        lab.cluster.run(number * 400)
    lab.do(1, Send(2, Commit(Ballot(1, 1), 3)))
    lab.cluster.run(SECOND)
    assert [message.commit_slot for _, message in lab.probe(2).seen] == [0, 1, 2, 3]


def test_a_lazy_write_holds_nothing_up() -> None:
    """A row that may be lost is no reason to wait."""
    lab = Probes()
    lab.do(1, Persist([[4, 1]], sync=False), Send(2, HELLO))
    assert lab.cluster.bus.sent == 1


def test_a_crash_drops_what_had_not_left() -> None:
    """Messages, timers and fsyncs of a dead process never come, also after its restart."""
    lab = Probes()
    lab.do(1, timer(500), Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.cluster.crash(1)
    lab.cluster.start(1)
    lab.cluster.run(SECOND)
    assert lab.probe(2).seen == []
    assert lab.probe(1).seen == []


def test_a_restart_recovers_what_was_durable() -> None:
    """The new process is built from the rows of the disk."""
    lab = Probes()
    lab.do(1, Persist([[1, 7]], sync=True))
    lab.cluster.run(SECOND)
    lab.cluster.crash(1)
    lab.cluster.start(1)
    assert lab.rows == [(1, 0), (2, 0), (3, 0), (1, 7)]


# Frames.


def test_a_damaged_frame_is_counted_and_dropped() -> None:
    """It never reaches the process, and nothing crashes."""
    lab = Probes()
    faults.set_rate(lab.cluster.bus, (1, 2), "corrupt_ppm", 1_000_000)
    for _ in range(20):
        lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    assert (lab.cluster.bus.damaged, lab.probe(2).seen) == (20, [])


def test_frames_for_a_crashed_node_are_gone() -> None:
    """What arrives while nobody is there does not wait for the restart."""
    lab = Probes()
    lab.cluster.crash(2)
    lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    lab.cluster.start(2)
    lab.cluster.run(2 * SECOND)
    assert lab.probe(2).seen == []


# Pauses.


def test_what_comes_for_a_paused_node_waits_in_order() -> None:
    """Timers, frames and signals are held, and come at once, in their order, when it goes on."""
    lab = Probes()
    lab.do(2, timer(3_000))
    lab.cluster.pause(2)
    for number in range(4):
        lab.do(1, Send(2, Commit(Ballot(1, 1), number)))
        lab.cluster.run((number + 1) * 10_000)
    lab.cluster.kernel.push(45_000, Kind.SIGNAL, 2, 1, "signal")
    lab.cluster.run(SECOND)
    assert lab.probe(2).seen == []
    lab.cluster.resume(2)
    lab.cluster.run(2 * SECOND)
    seen = lab.probe(2).seen
    assert {time_us for time_us, _ in seen} == {SECOND}
    told = [getattr(what, "commit_slot", what) for _, what in seen]
    assert sorted(told, key=str) == [0, 1, 2, 3, "signal", "timer"]
    assert [t for t in told if type(t) is int] == [0, 1, 2, 3]
    assert told[-1] == "signal"


def test_a_paused_disk_still_gates() -> None:
    """The fsync's end is held with everything else: no message leaves a process that stands."""
    lab = Probes()
    lab.do(1, Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.cluster.pause(1)
    lab.cluster.run(SECOND)
    assert lab.probe(2).seen == []
    lab.cluster.resume(1)
    lab.cluster.run(2 * SECOND)
    assert len(lab.probe(2).seen) == 1


def test_a_paused_node_may_crash() -> None:
    """What it held is gone with it."""
    lab = Probes()
    lab.cluster.pause(2)
    lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    lab.cluster.crash(2)
    lab.cluster.start(2)
    lab.cluster.run(2 * SECOND)
    assert lab.probe(2).seen == []


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ([], "start"),
        ([], "resume"),
        (["crash"], "crash"),
        (["crash"], "pause"),
        (["crash"], "resume"),
        (["pause"], "pause"),
        (["pause"], "start"),
    ],
)
def test_what_cannot_be_done_to_a_node_is_refused(before: list[str], then: str) -> None:
    """Each verb has the states from which it makes sense; the message names the node."""
    lab = Probes()
    for verb in before:
        getattr(lab.cluster, verb)(1)
    with pytest.raises(ValueError, match="node 1"):
        getattr(lab.cluster, then)(1)


def test_what_the_cluster_does_not_know_belongs_outside() -> None:
    """Unknown effects and kinds of events are handed on as they are."""
    lab = Probes()
    lab.do(1, "an effect of the world")
    lab.cluster.kernel.push(5, Kind.OUTSIDE + 3, 1, 0, "an event of the world")
    lab.cluster.run(10)
    assert lab.outside[0] == "an effect of the world"
    assert lab.outside[1][5] == "an event of the world"


def test_an_endpoint_can_join_that_is_no_node() -> None:
    """It has timers and frames of its own, and faults between the nodes leave its links alone."""
    lab = Probes()
    lab.cluster.join(9, Probe(9))
    assert lab.cluster.hosts[9].status is Status.ALIVE
    faults.partition(lab.cluster.bus, lab.cluster.nodes, [[1], [2], [3]])
    lab.do(1, Send(9, HELLO))
    lab.cluster.run(SECOND)
    assert len(lab.probe(9).seen) == 1


# Whole laboratories.


def test_a_quiet_group_elects_and_decides() -> None:
    """Five nodes, no faults: one leader, every command done, all equal."""
    lab = Laboratory(config(5), seed=3)
    for number in range(20):
        lab.submit_at(5 * SECOND + number, 1 + number % 5, "key", number)
    lab.cluster.run(10 * SECOND)
    assert len(lab.results) == 20
    check_settled(lab)
    assert [r.role for r in _replicas(lab)].count(Role.LEADER) == 1


def _replicas(lab: Laboratory) -> list[Replica]:
    return [r for node in lab.cluster.nodes if (r := lab.replica(node)) is not None]


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda lab: pickle.loads(pickle.dumps(lab))])  # noqa: S301
@pytest.mark.parametrize("at_us", [1, 7_654_321, 33_333_333])
def test_a_copy_in_mid_run_goes_on_to_the_same_end(clone, at_us: int) -> None:  # type: ignore[no-untyped-def]
    """Time travel: original and copy end with one digest, and do not touch each other."""
    lab = prepared(6)
    lab.cluster.run(at_us)
    twin = clone(lab)
    before = twin.cluster.trace.digest()
    lab.cluster.run(END_US)
    assert twin.cluster.trace.digest() == before
    assert twin.cluster.now_us == at_us
    twin.cluster.run(END_US)
    assert twin.cluster.trace.digest() == lab.cluster.trace.digest()
    assert twin.results == lab.results
    states = [[r.learner.state_digest() for r in _replicas(each)] for each in (lab, twin)]
    assert states[0] == states[1]


def test_checking_changes_nothing() -> None:
    """With and without the invariants a run is the same run."""
    digests = []
    for check in (True, False):
        lab = prepared(9, check=check)
        lab.cluster.run(END_US)
        digests.append(lab.cluster.trace.digest())
    assert digests[0] == digests[1]


def test_a_run_in_slices_is_the_same_run() -> None:
    """However the time is cut into calls of run and step, the digest is the same."""
    whole, sliced, stepped = prepared(4), prepared(4), prepared(4)
    whole.cluster.run(30 * SECOND)
    for time_us in range(0, 30 * SECOND + 1, 123_456):
        sliced.cluster.run(time_us)
    sliced.cluster.run(30 * SECOND)
    while stepped.cluster.step(30 * SECOND) is not None:
        pass
    assert whole.cluster.trace.digest() == sliced.cluster.trace.digest()
    assert whole.cluster.trace.digest() == stepped.cluster.trace.digest()


PROGRAM = """
from paxos.check.campaign.run import prepared
from paxos.check.campaign.shape import END_US
for seed in (3, 5, 11):
    lab = prepared(seed)
    lab.cluster.run(END_US)
    print(lab.cluster.trace.digest(), sorted(lab.results.items()), lab.invariants.checks)
"""


def test_a_seed_gives_the_same_run_in_any_process() -> None:
    """Two processes with different hash seeds agree byte for byte, faults and all."""
    root = Path(__file__).parents[2]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "4242")
    ]
    assert outputs[0] == outputs[1]
    digests = [line.split()[0] for line in outputs[0].splitlines()]
    assert len(set(digests)) == 3, "different seeds are different runs"
