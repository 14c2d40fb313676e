"""The scenarios of the library, run: each shows what it says, with any seed."""

import io

import pytest

from paxos.sim.coverage import FEATURES
from scenarios.city.runner import run as run_city
from scenarios.loader import library, library_names, load
from scenarios.runner import run
from tests.soaking import early, without

AWAITED: frozenset[str] = frozenset()
"""Features that are counted and that no scenario of the library shows yet."""


LONG = ("city",)
"""Scenarios that take minutes: run by ``make soak``."""


SLOW = ("commuter-morning", "hundred-cps")
"""Every run of the tests takes them with their own seed alone."""


@pytest.mark.parametrize("name", [name for name in library_names() if name not in LONG])
def test_a_library_scenario_holds(name: str) -> None:
    """No violation but an expected one, and every expectation was looked at and held."""
    holds(name, None)


@pytest.mark.parametrize("name", without((*LONG, *SLOW), library_names()))
@pytest.mark.parametrize("seed", early(1, [7, 2026]))
def test_a_library_scenario_holds_with_any_seed(name: str, seed: int) -> None:
    """The same."""
    holds(name, seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", LONG)
def test_a_long_library_scenario_holds(name: str) -> None:
    """The same, with the file's seed."""
    holds(name, None)


def holds(name: str, seed: int | None) -> None:
    """Run a scenario, and judge it."""
    scenario = load(name)
    report = run_city(scenario, seed=seed) if scenario.sites else run(scenario, seed=seed)
    assert bool(report.violations) is report.violation_expected
    assert [f"{e.text}: found {e.found}" for e in report.failed] == []
    assert len(report.expectations) == len(scenario.expectations)
    assert report.exit_code == 0


def test_each_feature_is_expected_by_a_scenario() -> None:
    """Somebody who wants to see a feature finds a scenario that says that it happens."""
    shown = {
        expect.count
        for scenario in library()
        for expect in scenario.expectations
        if expect.count is not None and expect.at_least
    }
    assert {feature for feature in FEATURES if feature not in shown} == AWAITED


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("torn-write", ("torn_writes_found", "slow_disks", "rows_lost")),
        ("crash-after-write", ("crashes_after_write",)),
        ("full-disk", ("full_disks", "stuck_sends", "step_downs")),
        ("slow-node", ("slow_nodes", "step_downs")),
        ("clock-drift", ("clock_drifts", "clock_steps")),
    ],
)
@pytest.mark.parametrize("seed", [None, 7, 2026])
def test_a_scenario_shows_its_fault(name: str, features: tuple[str, ...], seed: int | None) -> None:
    """What it is named after has happened."""
    coverage = run(load(name), seed=seed).coverage
    assert [feature for feature in features if not coverage[feature]] == []


@pytest.mark.parametrize("name", ["wiped-disk", "snapshot-catch-up", "lease-reads"])
def test_every_event_can_be_told(name: str) -> None:
    """The trace has a line for each event, also with snapshots in pieces and nodes on new disks."""
    trace = io.StringIO()
    report = run(load(name), trace=trace)
    assert len(trace.getvalue().splitlines()) == report.events
