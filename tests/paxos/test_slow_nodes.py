"""A node that is slow, and what has arrived at one that is busy."""

import pytest

from paxos.effects import CancelTimer, Persist, Send, SetTimer
from paxos.sim import cluster as cluster_module
from paxos.sim import faults
from paxos.sim.host import Kind, Status
from tests.paxos.steps import SECOND
from tests.paxos.test_cluster import HELLO, Probes, timer


def signal(lab: Probes, time_us: int, what: str, node: int = 1) -> None:
    """Let something arrive at a node at a time."""
    lab.cluster.kernel.push(time_us, Kind.SIGNAL, node, 9, what)


def test_every_event_takes_its_time_and_they_queue_up_in_order() -> None:
    """Three arrive at once, one later: each is taken up when the one before is done."""
    lab = Probes()
    lab.cluster.slow(1, 100)
    for what in ("a", "b", "c"):
        signal(lab, 1_000, what)
    signal(lab, 1_250, "d")
    signal(lab, 5_000, "e")
    lab.cluster.run(SECOND)
    expected = [(1_100, "a"), (1_200, "b"), (1_300, "c"), (1_400, "d"), (5_100, "e")]
    assert lab.probe(1).seen == expected
    assert lab.cluster.covered()["slow_nodes"] == 1


def test_a_slow_node_that_gets_well_catches_up_at_once() -> None:
    """What has waited is worked on now, and nothing overtakes it."""
    lab = Probes()
    lab.cluster.slow(1, 1_000)
    for what in ("a", "b", "c"):
        signal(lab, 0, what)
    lab.cluster.run(1_500)
    lab.cluster.slow(1, 0)
    signal(lab, 2_000, "d")
    signal(lab, 2_001, "e")
    lab.cluster.run(SECOND)
    expected = [(1_000, "a"), (2_000, "b"), (2_000, "c"), (2_000, "d"), (2_001, "e")]
    assert lab.probe(1).seen == expected
    assert not lab.host(1).busy


def test_the_end_of_an_fsync_is_work_too() -> None:
    """What waits for the disk leaves when a slow node has noticed that it may."""
    lab = Probes()
    lab.do(1, Persist([[1, 1]], sync=True), Send(2, HELLO))
    lab.cluster.slow(1, 500)
    lab.cluster.run(lab.cluster.fsync_us + 499)
    assert lab.cluster.bus.sent == 0
    lab.cluster.run(lab.cluster.fsync_us + 500)
    assert lab.cluster.bus.sent == 1


def test_a_timer_that_was_cancelled_meanwhile_does_not_fire() -> None:
    """It fired while the node was at work on the event that cancels it."""
    lab = Probes()
    lab.cluster.slow(1, 100)
    lab.do(1, timer(50))
    lab.probe(1).answer = [CancelTimer("timer")]  # type: ignore[arg-type]
    signal(lab, 10, "cancel")
    lab.cluster.run(SECOND)
    assert lab.probe(1).seen == [(110, "cancel")]


def test_a_timer_that_was_set_anew_meanwhile_fires_once_later() -> None:
    """The event before it in the backlog sets it again."""
    lab = Probes()
    lab.cluster.slow(1, 100)
    lab.do(1, timer(50))
    lab.probe(1).answer = [SetTimer("timer", 1_000, 1_000)]  # type: ignore[arg-type]
    signal(lab, 10, "again")
    lab.cluster.run(300)
    lab.probe(1).answer = []
    lab.cluster.run(SECOND)
    assert lab.probe(1).seen == [(110, "again"), (1_210, "timer")]


def test_a_slow_node_that_crashes_forgets_its_backlog() -> None:
    """The restarted process is as slow as before, and starts with nothing."""
    lab = Probes()
    lab.cluster.slow(1, 100)
    for what in ("a", "b", "c"):
        signal(lab, 0, what)
    lab.cluster.run(100)
    assert lab.probe(1).seen == [(100, "a")]
    lab.cluster.crash(1)
    lab.cluster.start(1)
    signal(lab, 150, "d")
    lab.cluster.run(SECOND)
    assert lab.probe(1).seen == [(250, "d")]


def test_a_slow_node_that_is_paused_goes_on_where_it_stopped() -> None:
    """Its backlog stays in order."""
    lab = Probes()
    lab.cluster.slow(1, 100)
    for what in ("a", "b"):
        signal(lab, 0, what)
    lab.cluster.run(50)
    lab.cluster.pause(1)
    signal(lab, 1_000, "c")
    lab.cluster.run(2_000)
    assert lab.probe(1).seen == []
    lab.cluster.resume(1)
    lab.cluster.run(SECOND)
    assert lab.probe(1).seen == [(2_100, "a"), (2_200, "b"), (2_300, "c")]


def test_a_frame_that_had_arrived_is_not_lost_by_a_later_cut() -> None:
    """The link is cut while the node stands still; what it had received, it has."""
    lab = Probes()
    lab.cluster.pause(2)
    lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    faults.cut(lab.cluster.bus, 1, 2)
    lab.cluster.resume(2)
    lab.cluster.run(2 * SECOND)
    assert len(lab.probe(2).seen) == 1
    assert lab.cluster.bus.lost == 0


def test_a_frame_that_a_cut_keeps_from_a_paused_node_is_lost() -> None:
    """It never arrived, whatever becomes of the link before the node goes on."""
    lab = Probes()
    lab.cluster.pause(2)
    lab.do(1, Send(2, HELLO))
    faults.cut(lab.cluster.bus, 1, 2)
    lab.cluster.run(SECOND)
    faults.join(lab.cluster.bus, 1, 2)
    lab.cluster.resume(2)
    lab.cluster.run(2 * SECOND)
    assert lab.probe(2).seen == []
    assert lab.cluster.bus.lost == 1


def test_a_frame_for_a_crashed_node_counts_as_lost() -> None:
    """Nobody is there to take it."""
    lab = Probes()
    lab.cluster.crash(2)
    lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    bus = lab.cluster.bus
    assert (bus.sent, bus.delivered, bus.lost, bus.link(1, 2).lost) == (1, 0, 1, 1)
    assert lab.cluster.covered()["frames_lost"] == 1


def test_a_full_inbox_loses_frames_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits at a node that stands still for long is bounded; its timers still fire."""
    monkeypatch.setattr(cluster_module, "INBOX", 3)
    lab = Probes()
    lab.do(2, timer(SECOND // 2))
    lab.cluster.pause(2)
    for _ in range(10):
        lab.do(1, Send(2, HELLO))
    lab.cluster.run(SECOND)
    assert lab.host(2).status is Status.PAUSED
    lab.cluster.resume(2)
    lab.cluster.run(2 * SECOND)
    assert [what for _, what in lab.probe(2).seen] == [HELLO, HELLO, HELLO, "timer"]
    assert lab.cluster.bus.lost == 7
