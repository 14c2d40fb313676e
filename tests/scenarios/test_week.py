"""A long run: equal replicas in the end, no violation, and nothing that grows without end."""

import pytest
from attrs import evolve

from paxos.check import invariants, memory
from scenarios import event_log
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.week import HOUR_US, MINUTE_US, week
from tools.week import Day, days

GROWN_MIB_MAX = 24
"""What a process may gain from the end of the first day to the end of the week."""


def bounds(scenario: Scenario) -> dict[str, int]:
    """How much a run may hold of each thing, however long it lasts."""
    paxos = scenario.paxos
    log_slots = paxos.snapshot_slots + paxos.retain_slots + paxos.window
    cps, evs = len(scenario.cps), len(scenario.evs)
    return {
        "accepted slots": log_slots,
        "decided slots": log_slots,
        "disk rows": 3 * log_slots,
        "session table, bytes": 2_000,
        "events in the heap": 500,
        "sends that wait": 100,
        "checked slots": memory.REMEMBERED_SLOTS + 4 * log_slots,
        "checked ballots": memory.REMEMBERED_BALLOTS,
        "event rows": event_log.KEPT_ROWS,
        "links": cps * (cps - 1) + 2 * evs,
    }


def lived(scenario: Scenario, every_us: int) -> list[Day]:
    """The rows of a run that ended well and stayed within the bounds."""
    session = Session(scenario)
    rows = list(days(session, every_us))
    assert session.world.violation is None
    assert [f"{o.text}: {o.found}" for o in session.outcomes if not o.held] == []
    assert len(session.outcomes) == len(scenario.expectations) == 2
    allowed = bounds(scenario)
    for row in rows:
        over = {n: (row.held[n], most) for n, most in allowed.items() if row.held[n] > most}
        assert not over, f"after {row.time_us / HOUR_US:g} h"
    return rows


def busy(seed: int) -> Scenario:
    """A day of visits and faults in two hours, with a short log."""
    scenario = week(seed, 2 * HOUR_US, pace=12)
    paxos = evolve(scenario.paxos, snapshot_slots=60, retain_slots=10)
    return evolve(scenario, paxos=paxos)


def test_two_busy_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it happens, and what the run holds on to stays within bounds set far lower."""
    monkeypatch.setattr(memory, "REMEMBERED_SLOTS", 50)
    monkeypatch.setattr(memory, "REMEMBERED_BALLOTS", 8)
    monkeypatch.setattr(event_log, "KEPT_ROWS", 100)
    rows = lived(busy(1), 15 * MINUTE_US)
    assert len(rows) == 8
    assert rows[-1].slots > 500
    assert rows[-1].held["transactions"] >= 10
    assert rows[-1].held["event rows"] == 100


def test_a_checker_that_forgets_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds can fail: here the checker never hears of a compaction."""
    monkeypatch.setattr(memory, "REMEMBERED_SLOTS", 50)
    monkeypatch.setattr(invariants.Invariants, "compacted", lambda self, node, floor_slot: None)
    with pytest.raises(AssertionError, match="checked slots"):
        lived(busy(1), 15 * MINUTE_US)


def test_the_same_week_every_time() -> None:
    """A function of its seed."""
    assert week(3, 5 * HOUR_US) == week(3, 5 * HOUR_US)
    assert week(3, 5 * HOUR_US) != week(4, 5 * HOUR_US)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_two_busy_hours_of_many(seed: int) -> None:
    """The same for many seeds, with the checker at its full length."""
    lived(busy(seed), 15 * MINUTE_US)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_week(seed: int) -> None:
    """Seven days: memory is flat from the end of the first day on."""
    rows = lived(week(seed), 24 * HOUR_US)
    assert len(rows) == 7
    grown_mib = rows[-1].rss_mib - rows[0].rss_mib
    assert grown_mib < GROWN_MIB_MAX, [round(row.rss_mib) for row in rows]
