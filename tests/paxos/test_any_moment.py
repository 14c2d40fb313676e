"""Liveness from any state: a campaign is healed at any moment, and settles within a bound."""

from collections.abc import Callable
from random import Random

import pytest

from paxos.check.liveness import attempt_us, electing_us, settling_us
from paxos.election import Timing
from paxos.replica import Replica
from paxos.sim import faults
from paxos.sim.faults import Fault
from tests.paxos import mutants
from tests.paxos.campaigns import (
    FAULTY_US,
    SECOND,
    Campaign,
    NotSettled,
    Shape,
    check_history,
    check_settled,
    compact_of,
    prepared,
    shape_of,
    storm_of,
)
from tests.paxos.whispers import whispers_of

BLOCK = 20
WEATHERS = [shape_of, storm_of, compact_of, whispers_of]
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
    return settling_us(
        lab.config, delay_us=delay_us, fsync_us=fsync_us, backlog_slots=backlog_slots
    )


def settle(lab: Campaign) -> int:
    """Heal everything and run until all is settled.

    One command more is handed in: also a group that has nothing left to do must be able to.

    Returns:
        How long it took from the last old frame's arrival on, in µs.

    Raises:
        NotSettled: that was longer than the bound.
    """
    drained_us = lab.heal_all()
    lab.submit_at(lab.cluster.now_us, lab.cluster.nodes[-1], "last", 0)
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
    [(mutants.nothing_is_sent_again, shape_of), (no_snapshot_is_sent, compact_of)],
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
    assert faults.cut_short(schedule, 6) == [
        *schedule[:5],
        Fault(6, "resume", {"cp": 2}),
        Fault(6, "restart", {"cp": 3}),
        Fault(6, "heal", {}),
    ]
    assert faults.cut_short(schedule, 1) == [Fault(1, "heal", {})]
