"""The charging network, healed at any moment of a campaign, comes to rest and charges on."""

from random import Random

import pytest

from paxos.check.liveness import settling_us
from scenarios.campaign import QUIET_US, run_seed, with_faults
from scenarios.loader import load
from scenarios.world import World
from tests.soaking import early

BLOCK = 10
SLOWEST_FSYNC_US = 200_000


def moment_us(seed: int) -> int:
    """Some moment of the ten minutes, after the first fault."""
    return Random(f"moment/{seed}").randint(10_000_000, 600_000_000)


@pytest.mark.parametrize("first", early(2, range(0, 40, BLOCK)))
def test_any_moment_of_a_campaign_settles(first: int) -> None:
    """Replicas equal, no call waiting, transactions closed, and every EV served once more."""
    scenario = load("ten-minutes")
    findings = [run_seed(scenario, seed, moment_us(seed)) for seed in range(first, first + BLOCK)]
    assert [f for f in findings if f.problems] == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1000, 2000, 50))
def test_any_moment_of_many_campaigns_settles(first: int) -> None:
    """The same for a thousand moments."""
    scenario = load("ten-minutes")
    findings = [run_seed(scenario, seed, moment_us(seed)) for seed in range(first, first + 50)]
    assert [f for f in findings if f.problems] == []


def test_the_quiet_time_is_longer_than_the_bound() -> None:
    """What a campaign waits for after the last fault is what consensus may need, and more."""
    world = World(load("ten-minutes"), 1)
    delay_us = max(world.cluster.bus.link(1, 2).latencies_us)
    fsync_us = SLOWEST_FSYNC_US
    bound_us = settling_us(world.config, delay_us=delay_us, fsync_us=fsync_us, backlog_slots=30)
    assert bound_us < QUIET_US


def test_what_was_meant_for_later_is_left_out() -> None:
    """From the moment on there is only the second visit, and nothing ails any more."""
    scenario = load("ten-minutes")
    short = with_faults(scenario, 3, 300_000_000)
    later = {line.verb for line in short.script if line.t_us > 300_000_000}
    assert later == {"unplug", "plug_in", "stop_charging"}
    assert short.duration_us == 300_000_000 + QUIET_US
