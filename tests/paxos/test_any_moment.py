"""Liveness from any state: a campaign is healed at any moment, and settles within a bound."""

from collections.abc import Callable
from random import Random

import pytest

from paxos.check.campaign.run import Campaign, check_history, prepared
from paxos.check.campaign.settled import NotSettled, check_settled
from paxos.check.campaign.shape import FAULTY_US, SECOND, Shape
from paxos.check.campaign.weather import ailing_of, compact_of, moving_of, shape_of, storm_of
from paxos.check.campaign.whispers import whispers_of
from paxos.check.liveness import attempt_us, electing_us, moving_us, settling_us
from paxos.check.mutants import find
from paxos.clients import Purpose, decode
from paxos.election import Timing
from paxos.membership import Change, Membership, Step, place_of
from paxos.messages import NOOP
from paxos.replica import Config, Replica
from paxos.sim.faults import Fault
from paxos.sim.healing import cut_short

BLOCK = 20
WEATHERS = [shape_of, storm_of, compact_of, whispers_of, ailing_of, moving_of]
EVENTFUL = ("elections", "step_downs", "crashes", "snapshots_installed")
"""What a moment is worth being stopped after."""

Weather = Callable[[int], Shape]


def stopped(weather: Weather, seed: int) -> Campaign:
    """A campaign at some moment: for half of the seeds at any, else as something has happened."""
    random = Random(f"moment/{weather.__name__}/{seed}")
    lab = prepared(seed, weather(seed))
    lab.cluster.run(random.randint(2 * SECOND, FAULTY_US - 1))
    if seed % 2:
        before = eventful(lab)
        while eventful(lab) == before and lab.cluster.step(FAULTY_US - 1) is not None:
            pass
    return lab


def eventful(lab: Campaign) -> int:
    """How much has happened."""
    return sum(lab.cluster.coverage.counts[feature] for feature in EVENTFUL)


def bound_us(lab: Campaign) -> int:
    """What :func:`settling_us` says of a group that has just been healed."""
    replicas = [replica for node in lab.cluster.nodes if (replica := lab.replica(node))]
    last = max(max(r.acceptor.last_slot, r.commit_slot) for r in replicas)
    lacking = last - min(r.commit_slot for r in replicas)
    waiting = sum(len(r.pending) for r in replicas)
    delay_us = max(max(link.latencies_us) for link in lab.cluster.bus.links.values())
    fsync_us = max(lab.shape.fsync_us)
    backlog_slots = lacking + waiting
    changes, departures = moves(replicas)
    return settling_us(
        lab.config,
        delay_us=delay_us,
        fsync_us=fsync_us,
        backlog_slots=backlog_slots,
        changes=changes,
        departures=departures,
    )


def moves(replicas: list[Replica]) -> tuple[int, int]:
    """The changes that are still to come, and how many of them take a vote away.

    They wait at those who asked, lie with acceptors, or are applied and have not taken effect; each
    node that wants to vote asks for two.
    """
    group = max(replicas, key=lambda r: r.commit_slot).group
    coming = sum(2 for r in replicas if r._goal is not None)
    begun = len(group.eras) - 1
    behind = min(r.commit_slot for r in replicas)
    open_ = [value for r in replicas for value in r.pending.values()]
    for replica in replicas:
        open_ += [v for slot, (_, v) in replica.acceptor.accepted.items() if slot > behind]
    commands = dict.fromkeys(value for value in open_ if value != NOOP)
    known = [decode(value) for value in commands]
    asked = [Change.unpack(c.op) for c in known if c.purpose is Purpose.CHANGE]
    leaving = sum(change.step in (Step.REMOVE, Step.DEMOTE) for change in asked)
    # A new disk's node drives its predecessor out when it joins.
    return coming + begun + len(asked), leaving + begun


def somebody(lab: Campaign) -> int:
    """Where a voter stands that has not been told to go."""
    replicas = [replica for node in lab.cluster.nodes if (replica := lab.replica(node))]
    voters = max(replicas, key=lambda r: r.commit_slot).group.latest.membership.voters
    return place_of(next(r.node for r in reversed(replicas) if r.node in voters))


def settle(lab: Campaign) -> int:
    """Heal everything and run until all is settled.

    One command more is handed in: also a group that has nothing left to do must be able to.

    Returns:
        How long it took from the last old frame's arrival on, in µs.

    Raises:
        NotSettled: that was longer than the bound.
    """
    drained_us = lab.heal_all()
    lab.submit_at(lab.cluster.now_us, somebody(lab), "last", 0)
    end_us = drained_us + bound_us(lab)
    while True:
        lab.cluster.run(min(end_us, lab.cluster.now_us + 50_000))
        try:
            check_settled(lab)
        except NotSettled:
            if lab.cluster.now_us >= end_us:
                raise
        else:
            return max(0, lab.cluster.now_us - drained_us)


@pytest.mark.parametrize("weather", WEATHERS, ids=lambda weather: weather.__name__)
@pytest.mark.parametrize("first", range(0, 40, BLOCK))
def test_any_moment_settles(first: int, weather: Weather) -> None:
    """Within the bound all replicas are equal, and every living client has its answers."""
    for seed in range(first, first + BLOCK):
        lab = stopped(weather, seed)
        settle(lab)
        check_history(lab)


@pytest.mark.soak
@pytest.mark.parametrize("weather", WEATHERS, ids=lambda weather: weather.__name__)
@pytest.mark.parametrize("first", range(1000, 3000, 100))
def test_any_moment_of_many_settles(first: int, weather: Weather) -> None:
    """The same for thousands of moments; one attempt of the three has always been enough."""
    for seed in range(first, first + 100):
        lab = stopped(weather, seed)
        assert settle(lab) < attempt_us(lab.config.timing)
        check_history(lab)


def gets_stuck(weather: Weather, seeds: range) -> bool:
    """Whether some moment does not settle."""
    for seed in seeds:
        try:
            settle(stopped(weather, seed))
        except NotSettled:
            return True
    return False


def no_snapshot_is_sent(patch: pytest.MonkeyPatch) -> None:
    """Whoever needs one waits for ever."""
    patch.setattr(Replica, "_send_chunk", lambda self, to, offset: None)


@pytest.mark.parametrize(
    ("plant", "weather"),
    [(find("nothing_is_sent_again").plant, shape_of), (no_snapshot_is_sent, compact_of)],
)
def test_a_moment_that_does_not_settle_is_seen(
    plant: Callable[[pytest.MonkeyPatch], None],
    weather: Weather,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Messages that are lost for good, a lag that nobody makes up for: the test can fail."""
    plant(monkeypatch)
    assert gets_stuck(weather, range(20))


def test_the_bound_is_made_of_time_outs() -> None:
    """With the usual time-outs an attempt takes 18.3 s at the longest, an election three."""
    timing = Timing()
    assert attempt_us(timing) == 1_500_000 + 8 * 1_500_000 + 16 * 300_000
    assert electing_us(timing) == 54_900_000


def test_a_schedule_is_cut_short() -> None:
    """What was down comes back at that moment, what was back stays, and all links heal."""
    schedule = [
        Fault(1, "crash", {"cp": 1}),
        Fault(2, "pause", {"cp": 2}),
        Fault(3, "crash", {"cp": 3}),
        Fault(4, "loss", {"rate_ppm": 5}),
        Fault(5, "restart", {"cp": 1}),
        Fault(9, "resume", {"cp": 2}),
        Fault(9, "restart", {"cp": 3}),
        Fault(9, "heal", {}),
    ]
    assert cut_short(schedule, 6) == [
        *schedule[:5],
        Fault(6, "resume", {"cp": 2}),
        Fault(6, "restart", {"cp": 3}),
        Fault(6, "heal", {}),
    ]
    assert cut_short(schedule, 1) == [Fault(1, "heal", {})]


def test_ailments_are_cut_short_too() -> None:
    """What ails then gets well; what is well already, or only changed the group, is left alone.

    A node that is to die at its next write may have died, or not yet. One that was started for
    another reason before is still to die.
    """
    sick = [
        Fault(1, "clock_drift", {"cp": 1, "drift_ppm": 500}),
        Fault(1, "clock_drift", {"cp": 2, "drift_ppm": -500}),
        Fault(1, "slow_disk", {"cp": 1, "fsync_us": 7}),
        Fault(1, "fill_disk", {"cp": 2}),
        Fault(1, "slow", {"cp": 3, "delay_us": 9}),
        Fault(1, "crash_after_write", {"cp": 3}),
        Fault(2, "restart", {"cp": 3}),
        Fault(2, "remove", {"cp": 4}),
        Fault(2, "wipe", {"cp": 5}),
        Fault(3, "clock_drift", {"cp": 2, "drift_ppm": 0}),
    ]
    assert cut_short(sick, 6) == [
        *sick,
        Fault(6, "clock_drift", {"cp": 1, "drift_ppm": 0}),
        Fault(6, "slow_disk", {"cp": 1, "fsync_us": 0}),
        Fault(6, "free_disk", {"cp": 2}),
        Fault(6, "slow", {"cp": 3, "delay_us": 0}),
        Fault(6, "disarm", {"cp": 3}),
        Fault(6, "restart", {"cp": 3}),
        Fault(6, "restart", {"cp": 5}),
        Fault(6, "heal", {}),
    ]


def test_healed_nodes_are_well() -> None:
    """Right clocks, quick disks with room, quick nodes that run and are not to die."""
    ills = dict.fromkeys(("drift", "slow disk", "full disk", "slow", "doomed", "down"), 0)
    for seed in range(20):
        lab = stopped(ailing_of, seed)
        ailing(lab, ills)
        lab.heal_all()
        well = dict.fromkeys(ills, 0)
        ailing(lab, well)
        assert not any(well.values()), seed
    assert min(ills.values()), ills


def ailing(lab: Campaign, ills: dict[str, int]) -> None:
    """Count what ails the nodes."""
    for host in lab.cluster.hosts.values():
        ills["drift"] += host.clock.drift_ppm != 0
        ills["slow disk"] += host.disk.extra_us != 0
        ills["full disk"] += host.disk.full_at is not None
        ills["slow"] += host.slow_us != 0
        ills["doomed"] += host.doomed
        ills["down"] += host.replica is None


def test_a_change_is_given_its_time() -> None:
    """Retries, heartbeats, rounds and the window's no-ops; a departure may cost an election."""
    config = Config(membership=Membership((1, 2, 3)), window=5)
    base_us = settling_us(config, delay_us=100, fsync_us=25, backlog_slots=0)
    moved_us = settling_us(config, delay_us=100, fsync_us=25, backlog_slots=0, changes=2)
    assert moving_us(config, 300) == 2 * 400_000 + 4 * 500_000 + 7 * 300
    assert moved_us - base_us == 2 * moving_us(config, 300)
    left_us = settling_us(config, delay_us=100, fsync_us=25, backlog_slots=0, departures=1)
    assert left_us == 2 * base_us
