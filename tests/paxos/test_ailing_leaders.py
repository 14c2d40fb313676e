"""Leaders whose disk is full, who are slow, whose clocks are wrong, who die before they speak."""

import pytest

from paxos.check.campaign.settled import check_settled
from paxos.check.laboratory import Laboratory
from paxos.election import Role
from paxos.sim.host import Status
from tests.paxos.steps import SECOND
from tests.paxos.test_liveness import led_by

SEEDS = range(4)
LONG_US = 600 * SECOND


def busy(lab: Laboratory, start_us: int, end_us: int) -> None:
    """A command each second, from every node in turn."""
    for number, time_us in enumerate(range(start_us, end_us, SECOND)):
        nodes = lab.cluster.nodes
        lab.submit_at(time_us, nodes[number % len(nodes)], number % 5, number)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leader_whose_disk_is_full_is_replaced(seed: int) -> None:
    """It falls silent with its next command, the others go on; with room again it follows."""
    lab, leader, others = led_by(seed)
    start_us = lab.cluster.now_us
    lab.cluster.fill_disk(leader)
    busy(lab, start_us, start_us + 60 * SECOND)
    lab.cluster.run(start_us + 30 * SECOND)
    full, new = lab.replica(leader), lab.leader()
    assert new is not None
    assert full is not None
    assert new.node in others
    assert full.role is not Role.LEADER
    assert new.commit_slot > 20
    lab.cluster.free_disk(leader)
    lab.cluster.run(start_us + 90 * SECOND)
    check_settled(lab)


def test_memory_does_not_grow_while_a_disk_is_full_for_long() -> None:
    """Ten minutes: nothing waits to leave, and the rows in memory are those since the snapshot."""
    lab, leader, _ = led_by(1)
    start_us = lab.cluster.now_us
    for node in (leader, leader % 5 + 1):
        lab.cluster.fill_disk(node)
    busy(lab, start_us, start_us + LONG_US)
    lab.cluster.run(start_us + LONG_US // 2)
    host = lab.cluster.hosts[leader]
    halfway = len(host.disk.frames)
    lab.cluster.run(start_us + LONG_US)
    assert (len(host.outbox), len(host.checkpoints), len(host.backlog)) == (0, 0, 0)
    assert lab.cluster.covered()["stuck_sends"] > 1_000
    commands = LONG_US // 2 // SECOND
    assert len(host.disk.frames) - halfway < 4 * commands, "what it learns, and nothing for repeats"
    for node in (leader, leader % 5 + 1):
        lab.cluster.free_disk(node)
    lab.cluster.run(start_us + LONG_US + 30 * SECOND)
    check_settled(lab)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_chosen_while_most_disks_are_full(seed: int) -> None:
    """A quorum of durable answers is needed; with room everything that was asked for is done."""
    lab, leader, others = led_by(seed, nodes=3)
    start_us = lab.cluster.now_us
    for node in (leader, others[0]):
        lab.cluster.fill_disk(node)
    busy(lab, start_us + SECOND, start_us + 20 * SECOND)
    lab.cluster.run(start_us + 25 * SECOND)
    assert len(lab.results) == 1, "the one of before"
    for node in (leader, others[0]):
        lab.cluster.free_disk(node)
    lab.cluster.run(start_us + 60 * SECOND)
    check_settled(lab)
    assert len(lab.results) == 20


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slow_leader_is_replaced_and_catches_up(seed: int) -> None:
    """Its heartbeats come too late; quick again, it works off what has waited and is level."""
    lab, leader, others = led_by(seed)
    start_us = lab.cluster.now_us
    lab.cluster.slow(leader, SECOND)
    busy(lab, start_us, start_us + 40 * SECOND)
    lab.cluster.run(start_us + 30 * SECOND)
    new = lab.leader()
    assert new is not None
    slow = lab.replica(leader)
    assert slow is not None
    assert max(lab.replica(node).commit_slot for node in others) > slow.commit_slot  # type: ignore[union-attr]
    assert lab.cluster.hosts[leader].backlog
    lab.cluster.slow(leader, 0)
    lab.cluster.run(start_us + 70 * SECOND)
    check_settled(lab)


@pytest.mark.parametrize("seed", SEEDS)
def test_leaders_that_die_after_a_write_lose_nothing(seed: int) -> None:
    """One after another, each when it has written and before it says so."""
    lab, _, _ = led_by(seed)
    for _ in range(4):
        leader = lab.leader()
        assert leader is not None
        start_us = lab.cluster.now_us
        lab.cluster.crash_after_write(leader.node)
        busy(lab, start_us, start_us + 10 * SECOND)
        lab.cluster.run(start_us + 20 * SECOND)
        assert lab.cluster.hosts[leader.node].status is Status.CRASHED
        lab.cluster.start(leader.node)
        lab.cluster.run(start_us + 30 * SECOND)
    lab.cluster.run(lab.cluster.now_us + 10 * SECOND)
    assert lab.cluster.covered()["crashes_after_write"] == 4
    check_settled(lab)


@pytest.mark.parametrize("drift_ppm", [-10_000, 10_000, -500_000, 1_000_000])
def test_a_clock_that_drifts_breaks_nothing(drift_ppm: int) -> None:
    """Also far beyond what is meant to be borne: Paxos is safe with any clock."""
    lab, leader, others = led_by(2)
    start_us = lab.cluster.now_us
    lab.cluster.set_drift(leader, drift_ppm)
    lab.cluster.set_drift(others[0], -drift_ppm // 2)
    busy(lab, start_us, start_us + 60 * SECOND)
    lab.cluster.run(start_us + 80 * SECOND)
    check_settled(lab)
    assert len(lab.results) == 61
