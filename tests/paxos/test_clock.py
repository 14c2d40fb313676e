"""A node's clocks: monotonic whatever happens, exact in integers, and seen by nobody else."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.sim import ailments
from paxos.sim.ailments import AILMENTS, INFLICT, random_ailments
from paxos.sim.clock import FASTEST_PPM, MAX_DRIFT_PPM, SLOWEST_PPM, Clock
from paxos.sim.faults import Fault
from paxos.sim.host import Kind
from tests.paxos.steps import SECOND
from tests.paxos.test_cluster import Probes, timer

DRIFTS = st.integers(SLOWEST_PPM, FASTEST_PPM)
STEPS = st.lists(st.tuples(st.integers(0, 10**13), DRIFTS), max_size=6)


def drifting(steps: list[tuple[int, int]]) -> tuple[Clock, int]:
    """A clock after changes of its drift, and the virtual time of the last."""
    clock, time_us = Clock(), 0
    for wait_us, drift_ppm in steps:
        time_us += wait_us
        clock.set_drift(drift_ppm, time_us)
    return clock, time_us


@given(STEPS, st.integers(0, 10**13), st.integers(0, 10**9))
def test_a_clock_never_goes_back(steps: list[tuple[int, int]], wait_us: int, more_us: int) -> None:
    """It shows the later time later, and never less than the slowest clock would."""
    clock, since_us = drifting(steps)
    then_us = clock.local_us(since_us + wait_us)
    elapsed_us = clock.local_us(since_us + wait_us + more_us) - then_us
    assert more_us // 2 <= elapsed_us <= 2 * more_us + 1


@given(STEPS, DRIFTS)
def test_a_change_of_drift_is_no_step(steps: list[tuple[int, int]], drift_ppm: int) -> None:
    """What the clock shows at that moment stays."""
    clock, now_us = drifting(steps)
    before_us = clock.local_us(now_us)
    clock.set_drift(drift_ppm, now_us)
    assert clock.local_us(now_us) == before_us


@given(STEPS, st.integers(0, 10**13))
def test_a_deadline_is_the_first_moment_that_shows_it(
    steps: list[tuple[int, int]], delay_us: int
) -> None:
    """At ``when_us`` the clock shows the deadline or more, one µs earlier it does not."""
    clock, now_us = drifting(steps)
    deadline_us = clock.local_us(now_us) + delay_us
    when_us = clock.when_us(deadline_us)
    assert when_us >= now_us
    assert clock.local_us(when_us) >= deadline_us
    assert when_us == now_us or clock.local_us(when_us - 1) < deadline_us


def test_one_percent_is_one_percent() -> None:
    """After 100 s a clock that runs 10,000 ppm fast is 1 s ahead, and stays so at drift 0."""
    clock = Clock()
    clock.set_drift(10_000, 0)
    assert clock.local_us(100 * SECOND) == 101 * SECOND
    clock.set_drift(0, 100 * SECOND)
    assert clock.local_us(300 * SECOND) == 301 * SECOND
    assert clock.when_us(301 * SECOND) == 300 * SECOND


def test_only_the_wall_clock_is_set() -> None:
    """An offset moves time stamps, never below the epoch, and leaves the monotonic clock alone."""
    clock = Clock(offset_us=-5 * SECOND)
    assert clock.local_us(8 * SECOND) == 8 * SECOND
    assert clock.wall_us(8 * SECOND) == 3 * SECOND
    assert clock.wall_us(2 * SECOND) == 0


@pytest.mark.parametrize("drift_ppm", [SLOWEST_PPM - 1, FASTEST_PPM + 1])
def test_a_clock_that_no_clock_is_like_is_refused(drift_ppm: int) -> None:
    """Half to double speed; one that stands still or runs backwards is no monotonic clock."""
    with pytest.raises(ValueError, match="a drift of"):
        Clock().set_drift(drift_ppm, 0)


# In the cluster.


@pytest.mark.parametrize(("drift_ppm", "fires"), [(1_000_000, 50), (-500_000, 200), (250_000, 80)])
def test_a_timer_counts_on_the_nodes_own_clock(drift_ppm: int, fires: int) -> None:
    """A fast clock fires earlier in virtual time; the process sees its own time."""
    lab = Probes()
    lab.cluster.set_drift(1, drift_ppm)
    lab.do(1, timer(100))
    lab.do(2, timer(100))
    lab.cluster.run(fires - 1)
    assert lab.fired(1) == []
    lab.cluster.run(fires)
    assert lab.fired(1) == [100]
    lab.cluster.run(1_000)
    assert lab.fired(2) == [100]


@pytest.mark.parametrize(
    ("steps", "fires"),
    [
        ([(50, 1_000_000)], 75),
        ([(50, -500_000)], 150),
        ([(50, 1_000_000), (60, 0)], 90),
        ([(50, 1_000_000), (60, -500_000)], 120),
        ([(0, -500_000), (100, 1_000_000)], 125),
    ],
)
def test_a_timer_that_is_set_follows_the_drift(steps: list[tuple[int, int]], fires: int) -> None:
    """The clock changes its speed while the timer runs."""
    lab = Probes()
    lab.do(1, timer(100))
    for time_us, drift_ppm in steps:
        lab.cluster.run(time_us)
        lab.cluster.set_drift(1, drift_ppm)
    lab.cluster.run(fires - 1)
    assert lab.fired() == []
    lab.cluster.run(10_000)
    assert lab.fired() == [100]
    assert lab.host(1).timers == lab.host(1).queued == {}


def test_a_timer_due_in_a_pause_fires_once_whatever_the_clock_does() -> None:
    """Held at its time, fired at the resume; a change of drift in between makes no second one."""
    lab = Probes()
    lab.do(1, timer(100))
    lab.cluster.pause(1)
    lab.cluster.run(200)
    lab.cluster.set_drift(1, 1_000_000)
    lab.cluster.run(300)
    lab.cluster.resume(1)
    lab.cluster.run(1_000)
    assert lab.fired() == [400]


def test_a_random_sequence_of_drifts_fires_by_the_clock() -> None:
    """Whatever the drift does, a timer fires at the first moment its clock shows the deadline."""
    random = Random(7)
    for _ in range(200):
        lab = Probes()
        clock = lab.host(1).clock
        lab.cluster.set_drift(1, random.randint(SLOWEST_PPM, FASTEST_PPM))
        lab.do(1, timer(1_000))
        while not lab.fired():
            lab.cluster.set_drift(1, random.randint(SLOWEST_PPM, FASTEST_PPM))
            assert clock.local_us(lab.cluster.now_us) <= 1_000
            lab.cluster.run(lab.cluster.now_us + random.randint(1, 200))
        assert 1_000 <= lab.fired()[0] <= 1_001


def test_frames_bring_local_time() -> None:
    """What arrives is stamped by the clock of the node at which it arrives."""
    lab = Probes()
    lab.cluster.set_drift(1, 1_000_000)
    lab.cluster.run(1_000)
    for node in (1, 2):
        lab.cluster.kernel.push(1_500, Kind.SIGNAL, node, 9, "x")
    lab.cluster.run(2_000)
    seen: list[Any] = [lab.probe(node).seen for node in (1, 2)]
    assert seen == [[(3_000, "x")], [(1_500, "x")]]


def test_the_clock_outlives_the_process() -> None:
    """A restart finds the clock as it runs."""
    lab = Probes()
    lab.cluster.set_drift(1, 1_000_000)
    lab.cluster.run(500)
    lab.cluster.crash(1)
    lab.cluster.start(1)
    assert lab.cluster.local_us(1) == 1_000
    assert lab.cluster.covered()["clock_drifts"] == 1


# Random ailments.


@pytest.mark.parametrize("seed", range(20))
def test_random_ailments_are_bounded_and_undone(seed: int) -> None:
    """Drift stays within what a network must bear, and nothing ails after the end."""
    schedule = random_ailments(seed, (1, 2, 3), SECOND, 60 * SECOND, 4 * SECOND)
    assert schedule == sorted(schedule, key=lambda fault: fault.time_us)
    assert all(SECOND < fault.time_us <= 60 * SECOND for fault in schedule)
    lab = Probes()
    for fault in schedule:
        assert abs(fault.args.get("drift_ppm", 0)) <= MAX_DRIFT_PPM
        if fault.verb == "restart":
            continue  # nobody writes here, so nobody has died of it
        INFLICT[fault.verb](lab.cluster, **fault.args)
    for host in lab.cluster.hosts.values():
        assert (host.clock.drift_ppm, host.clock.offset_us) == (0, 0)
        assert (host.disk.extra_us, host.disk.full_at) == (0, None)
        assert (host.slow_us, host.busy, host.doomed) == (0, False, False)
    assert {fault.verb for fault in schedule} >= {ailment.verb for ailment in AILMENTS}


def test_a_kind_of_ailment_leaves_the_others_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each draws from a stream of its own."""

    def drawn() -> list[Fault]:
        schedule = random_ailments(3, (1, 2, 3), SECOND, 60 * SECOND, 4 * SECOND)
        return [fault for fault in schedule if fault.verb != "slow"]

    before = drawn()
    fewer = tuple(ailment for ailment in AILMENTS if ailment.verb != "slow")
    monkeypatch.setattr(ailments, "AILMENTS", fewer)
    assert drawn() == before
