"""The invariants of a city fire when they are broken, and only then."""

import pytest

from scenarios.city.promises import BOUND_US
from scenarios.city.session import CitySession
from scenarios.city.travellers import Travellers
from scenarios.drivers import Drivers
from tests.scenarios.city.cities import TWO, S, ask, drivers, run_to, session


def test_two_promises_to_one_driver_break_d1(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that forgets what it holds elsewhere."""
    run = run_to(session(TWO + drivers(1)), 30)
    monkeypatch.setattr(Travellers, "_call_off", lambda *_args, **_more: None)
    ask(run, "EV1")
    run_to(run, 32)
    assert run.city.violation is None
    run.act("reserve", ev="EV1", from_us=200 * S, until_us=500 * S, energy_wh=300, site="South")
    run_to(run, 36)
    assert str(run.city.violation).startswith("D1 ")
    assert "North and South" in str(run.city.violation)


def test_one_plug_at_two_sites_breaks_d1() -> None:
    """Physics forbids it; the check does not rely on that."""
    run = run_to(session(TWO + drivers(1)), 30)
    ask(run, "EV1")
    run_to(run, 60)
    for world in run.city.worlds.values():
        world.advance(run.time_us)
        world.add_vehicle(run.city.vehicles["EV1"])
        if world.cars["EV1"].connector is None:
            world.plug(world.cars["EV1"], 3)
    ask(run, "EV1")
    run_to(run, 64)
    assert str(run.city.violation).startswith("D1 ")
    assert "plugged in at" in str(run.city.violation)


def lost(run: CitySession) -> None:
    """EV1's question gets no answer at North, and is granted there all the same."""
    ask(run, "EV1")
    while not run.run(30 * S + 51_000, 100_000):
        pass
    # It has been taken, and is on its way into the log.
    for cp in ("North-1", "North-2", "North-3"):
        run.act("pause", cp=cp)
    run_to(run, 37)
    for cp in ("North-1", "North-2", "North-3"):
        run.act("resume", cp=cp)


def test_what_is_kept_in_vain_for_long_breaks_d2(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that does not call off, a desk that does not either."""
    from scenarios.desk import Desk

    run = run_to(session(TWO + drivers(1)), 30)
    monkeypatch.setattr(Drivers, "_call_off", lambda *_: None)
    monkeypatch.setattr(Desk, "on_timer", lambda *_: [])
    monkeypatch.setattr("scenarios.drivers.PATIENCE_US", 2 * S)
    lost(run)
    run_to(run, 37 + BOUND_US // S // 2)
    assert run.city.violation is None
    run_to(run, 37 + BOUND_US // S + 30)
    assert str(run.city.violation).startswith("D2 ")
    assert "North keeps #1 for EV1" in str(run.city.violation)


def test_it_is_kept_by_who_calls_off() -> None:
    """The same without a mistake; and nothing is left to watch."""
    run = run_to(session(TWO + drivers(1)), 30)
    lost(run)
    run_to(run, 300)
    assert run.city.violation is None
    assert run.city.promises is not None
    checked = run.city.promises.checked
    assert checked.counts["D1"] > 0
    assert checked.counts["D2"] > 0
    assert run.city.promises.checks == sum(checked.counts.values())
    assert run.city.promises._open == []


def test_a_site_in_trouble_has_time() -> None:
    """While it is not in good order nobody can use what it keeps."""
    run = run_to(session(TWO + drivers(1)), 30)
    ask(run, "EV1", until_s=550)
    run_to(run, 32)
    run.act("crash", cp="North-1")
    run.act("crash", cp="North-2")
    run.act("reserve", ev="EV1", from_us=200 * S, until_us=500 * S, energy_wh=300, site="South")
    run_to(run, 400)
    assert run.city.violation is None
    run.act("restart", cp="North-1")
    run.act("restart", cp="North-2")
    run_to(run, 600)
    assert run.city.violation is None
    kept = run.city.worlds[1].node(3).network.reservations  # type: ignore[union-attr]
    assert all(not record.is_active for record in kept.values())
