"""Cities under random faults: every invariant holds, and peace comes after."""

import pytest

from scenarios.city.campaign import pace, quiet_us, run_seed, with_faults
from scenarios.loader import load

SMALL = ("two-sites", "site-cut-off")


@pytest.mark.parametrize("name", SMALL)
def test_a_city_bears_random_faults(name: str) -> None:
    """Three seeds in every check."""
    found = [run_seed(load(name), seed) for seed in range(3)]
    assert [each.problems for each in found] == [()] * 3
    assert all(each.faults > 100 for each in found)
    assert sum(each.coverage["crashes"] for each in found) > 10


@pytest.mark.soak
@pytest.mark.parametrize("name", SMALL)
def test_a_city_bears_many_random_faults(name: str) -> None:
    """Two hundred."""
    found = [run_seed(load(name), seed) for seed in range(200)]
    assert [each.problems for each in found if each.problems] == []
    assert sum(each.coverage["redirected"] for each in found) > 50


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_day_of_the_city_bears_random_faults(seed: int) -> None:
    """A fault every twenty minutes at each of twelve sites."""
    assert run_seed(load("city"), seed, 120_000_000).problems == ()


def test_faults_are_of_the_seed_and_of_every_site() -> None:
    """Also between sites; a second run is the same."""
    scenario = load("two-sites")
    assert with_faults(scenario, 4) == with_faults(scenario, 4)
    verbs = {line.verb for line in with_faults(scenario, 4).script}
    assert verbs >= {"cut_site", "join_site", "crash", "restart", "clock_drift"}
    cps = {str(line.args.get("cp")) for line in with_faults(scenario, 4).script}
    assert {"North-1", "South-1"} <= cps
    assert run_seed(scenario, 4).digest == run_seed(scenario, 4).digest


def test_slow_groups_have_longer_to_settle() -> None:
    """In proportion to their time-outs."""
    assert pace(load("two-sites")) == 1
    assert pace(load("city")) == 10
    assert quiet_us(load("city")) == 10 * quiet_us(load("two-sites"))
