"""What must go on, or come back: partial partitions, deaf leaders, nodes that return."""

import pytest

from paxos.check.campaign.settled import check_settled
from paxos.check.laboratory import Laboratory
from paxos.check.mutants import find
from paxos.election import Role
from paxos.sim import faults
from tests.paxos.steps import SECOND, config

SETTLED_US = 10 * SECOND
ENOUGH_US = 40 * SECOND
"""Many election time-outs: what has not happened by then does not happen."""


def led_by(seed: int, nodes: int = 5) -> tuple[Laboratory, int, list[int]]:
    """A group that has settled; its leader and the others."""
    lab = Laboratory(config(nodes), seed=seed)
    lab.submit_at(6 * SECOND, 1, "key", 0)
    lab.cluster.run(SETTLED_US)
    leader = lab.leader()
    assert leader is not None
    return lab, leader.node, [n for n in lab.cluster.nodes if n != leader.node]


def only(lab: Laboratory, pairs: set[tuple[int, int]]) -> None:
    """Leave just these links, in both directions."""
    nodes = lab.cluster.nodes
    for a in nodes:
        for b in nodes:
            if a != b:
                lab.cluster.bus.link(a, b).cut = (a, b) not in pairs and (b, a) not in pairs


def progress(lab: Laboratory, node: int) -> bool:
    """Whether a command of a node gets done within a while, starting some time from now."""
    before = len(lab.results)
    start_us = lab.cluster.now_us + ENOUGH_US
    lab.submit_at(start_us, node, "key", "progress")
    lab.cluster.run(start_us + 10 * SECOND)
    return len(lab.results) > before


def ballots(lab: Laboratory) -> int:
    """How many ballots have had a leader."""
    assert lab.invariants is not None
    return len(lab.invariants.leaders)


@pytest.mark.parametrize("seed", range(5))
def test_quorum_loss(seed: int) -> None:
    """Everybody reaches one follower and nobody else, also the leader: the follower takes over."""
    lab, leader, others = led_by(seed)
    hub = others[0]
    only(lab, {(hub, n) for n in lab.cluster.nodes if n != hub})
    assert progress(lab, hub)
    now_leading = lab.leader()
    assert now_leading is not None
    assert now_leading.node == hub != leader
    settled = ballots(lab)
    lab.cluster.run(lab.cluster.now_us + ENOUGH_US)
    assert ballots(lab) == settled, "and stays"


@pytest.mark.parametrize("seed", range(5))
def test_constrained_election(seed: int) -> None:
    """The leader is cut off, and only a follower whose log is behind reaches the rest."""
    lab, leader, others = led_by(seed)
    hub = others[0]
    nodes = lab.cluster.nodes
    only(lab, {(a, b) for a in nodes for b in nodes if hub not in (a, b)})
    for number in range(5):
        lab.submit_at(lab.cluster.now_us + SECOND + number, leader, "key", number)
    lab.cluster.run(lab.cluster.now_us + 3 * SECOND)
    replica, head = lab.replica(hub), lab.replica(leader)
    assert replica is not None
    assert head is not None
    assert replica.commit_slot < head.commit_slot
    only(lab, {(hub, n) for n in others if n != hub})
    assert progress(lab, hub)
    now_leading = lab.leader()
    assert now_leading is not None
    assert now_leading.node == hub
    assert replica.commit_slot > 5, "it has learned what it lacked in phase 1"


@pytest.mark.parametrize("seed", range(5))
def test_chained(seed: int) -> None:
    """Three in a row, the leader at one end: the other end does not unseat it again and again."""
    lab, leader, others = led_by(seed, 3)
    middle, far = others
    only(lab, {(leader, middle), (middle, far)})
    before = ballots(lab)
    assert progress(lab, middle)
    assert ballots(lab) - before <= 1
    faults.heal(lab.cluster.bus, lab.cluster.nodes)
    assert progress(lab, far)
    check_settled(lab)


@pytest.mark.parametrize("seed", range(3))
def test_a_deaf_leader_gives_way(seed: int) -> None:
    """Its heartbeats arrive and no answer does: it stands down, and the others elect one."""
    lab, leader, others = led_by(seed)
    for node in others:
        faults.cut(lab.cluster.bus, node, leader, both=False)
    assert progress(lab, others[0])
    now_leading = lab.leader()
    assert now_leading is not None
    assert now_leading.node != leader


def test_a_deaf_leader_that_stays_is_a_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CheckQuorum the same cut stops the group for good: the test above can fail."""
    find("leader_without_a_quorum_stays").plant(monkeypatch)
    lab, leader, others = led_by(0)
    for node in others:
        faults.cut(lab.cluster.bus, node, leader, both=False)
    assert not progress(lab, others[0])


@pytest.mark.parametrize("seed", range(3))
def test_a_mute_leader_is_replaced(seed: int) -> None:
    """It hears everybody and nobody hears it: the others elect one, and it learns of that."""
    lab, leader, others = led_by(seed)
    for node in others:
        faults.cut(lab.cluster.bus, leader, node, both=False)
    assert progress(lab, others[0])
    replica = lab.replica(leader)
    assert replica is not None
    assert replica.role is not Role.LEADER


def unseated_by_return(seed: int) -> int:
    """How many ballots more there are after a follower was cut off for long and came back."""
    lab, _, others = led_by(seed)
    faults.partition(lab.cluster.bus, lab.cluster.nodes, [[others[0]]])
    before = ballots(lab)
    lab.cluster.run(lab.cluster.now_us + ENOUGH_US)
    faults.heal(lab.cluster.bus, lab.cluster.nodes)
    lab.cluster.run(lab.cluster.now_us + ENOUGH_US)
    check_settled(lab)
    return ballots(lab) - before


@pytest.mark.parametrize("seed", range(3))
def test_who_comes_back_disturbs_nobody(seed: int) -> None:
    """Pre-votes: a node that was cut off for long raises no ballot, alone or on its return."""
    assert unseated_by_return(seed) == 0


def test_without_prevotes_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """With votes for anybody the return costs an election: the test above can fail."""
    find("prevotes_granted_to_anybody").plant(monkeypatch)
    assert any(unseated_by_return(seed) for seed in range(10))


@pytest.mark.parametrize("seed", range(3))
def test_a_paused_leader_is_replaced_and_follows(seed: int) -> None:
    """When it goes on it decides nothing at its old ballot, and catches up."""
    lab, leader, others = led_by(seed)
    lab.cluster.pause(leader)
    assert progress(lab, others[0])
    lab.cluster.resume(leader)
    lab.cluster.run(lab.cluster.now_us + 5 * SECOND)
    check_settled(lab)
    replica = lab.replica(leader)
    assert replica is not None
    assert replica.role is Role.FOLLOWER


@pytest.mark.parametrize("seed", range(3))
def test_everybody_restarts_at_once(seed: int) -> None:
    """A power cut: all come back from their disks, elect anew, and lose nothing decided."""
    lab, _, _ = led_by(seed)
    decided = max(r.commit_slot for n in lab.cluster.nodes if (r := lab.replica(n)))
    for node in lab.cluster.nodes:
        lab.cluster.crash(node)
    lab.cluster.run(lab.cluster.now_us + SECOND)
    for node in lab.cluster.nodes:
        lab.cluster.start(node)
    assert progress(lab, 1)
    check_settled(lab)
    replica = lab.replica(1)
    assert replica is not None
    assert replica.commit_slot > decided
