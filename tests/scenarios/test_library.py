"""The scenarios of the library, run: each shows what it says, with any seed."""

import pytest

from scenarios.loader import library_names, load
from scenarios.runner import run


@pytest.mark.parametrize("name", library_names())
@pytest.mark.parametrize("seed", [None, 7, 2026])
def test_a_library_scenario_holds(name: str, seed: int | None) -> None:
    """No violation but an expected one, and every expectation was looked at and held."""
    scenario = load(name)
    report = run(scenario, seed=seed)
    assert bool(report.violations) is report.violation_expected
    assert [f"{e.text}: found {e.found}" for e in report.failed] == []
    assert len(report.expectations) == len(scenario.expectations)
    assert report.exit_code == 0


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


def test_a_charge_point_that_was_down_for_long_installs_a_snapshot() -> None:
    """In its scenario no log holds what it lacks; with the default intervals, decisions do."""
    assert run(load("snapshot-catch-up")).coverage["snapshots_installed"] == 1
    coverage = run(load("restart-catch-up")).coverage
    assert coverage["catch_ups"] > 0
    assert coverage["snapshots_installed"] == 0
