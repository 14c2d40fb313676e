"""Guards, cables and surroundings of a running network, and the invariants that look at them."""

import pytest
from attrs import evolve

from fsm.effects import Guard as Program
from fsm.network.records import Asset
from fsm.network.tables import Draft
from paxos.check.violation import InvariantViolation
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.runner import report
from scenarios.session import Session

S = 1_000_000
FOR_EVER = 10**9


def session(name: str, until_us: int, **changes: object) -> Session:
    """A run of a library scenario up to a time."""
    run = Session(evolve(load(name), expectations=(), **changes), 1)
    run.run(until_us, FOR_EVER)
    return run


def told(run: Session) -> list[str]:
    """All lines of the event log."""
    return [row.text for row in run.world.log.window(0, 10**6)[1]]


# --- the guard -------------------------------------------------------------------------------


@pytest.mark.parametrize("drift_ppm", [500_000, -10_000])
def test_a_watchdog_follows_its_clock_also_when_that_changes(drift_ppm: int) -> None:
    """It fires in the very microsecond in which its clock shows the time, late or early."""
    run = session("cut-off-under-load", 59 * S)
    world = run.world
    run.act("mute_ev", ev="EV1")
    run.act("pause", cp="CP1")
    guard = world.connectors[1].guard
    assert guard is not None
    until_us = guard.until_us
    run.run(80 * S, FOR_EVER)
    run.act("clock_drift", cp="CP1", drift_ppm=drift_ppm)
    while not world.guards.trips:
        assert run.step()
    assert guard.until_us == until_us, "nobody has programmed it any more"
    assert guard.clock.local_us(world.now_us) >= until_us > guard.clock.local_us(world.now_us - 1)
    assert world.connectors[1].power_w == 0
    assert not world.connectors[1].contactor_closed


def test_an_ev_that_does_not_follow_is_cut_off_before_anything_trips() -> None:
    """EV1 hangs with its load on when it is to make room for EV3: CP1 opens after 10 s."""
    run = session("cut-off-under-load", 50 * S)
    run.act("mute_ev", ev="EV1")
    run.run(52 * S, FOR_EVER)
    run.act("plug_in", ev="EV3", cp="CP3")
    run.run(59 * S, FOR_EVER)
    held_w = run.world.node(3).network.assets["CP1"].held_w  # type: ignore[union-attr]
    assert held_w == 11_000, "nobody may have what EV1 draws"
    while not any("does not follow its limit" in text for text in told(run)):
        assert run.step()
    assert 62 * S <= run.world.now_us <= 63 * S
    assert run.world.connectors[1].power_w == 0
    assert run.world.guards.trips == 0


def test_heartbeats_renew_a_grant_where_nothing_else_does() -> None:
    """Meter values every ten minutes: the charge points speak in between, and lose nothing."""
    run = session("pv-cloud", 260 * S, meter_interval_us=600 * S)
    counts = run.world.covered()
    assert (counts["grants_curbed"], counts["grants_ended"]) == (0, 0)
    calls = [grant.calls for grant in run.world.node(1).network.state.grants.values()]  # type: ignore[union-attr]
    assert all(count >= 15 for count in calls), "one every 20 s"
    silent = session("pv-cloud", 260 * S)
    beats = [text for text in told(silent) if "grant" in text]
    assert not beats, "and all is well with meter values alone"


def test_a_guard_that_trips_is_told_and_the_connector_recovers() -> None:
    """OverCurrentFailure in the log; the EV obeys again, and charges again."""
    run = session("ev-ignores-its-limit", 91 * S)
    asset = run.world.node(2).network.assets["CP1"]  # type: ignore[union-attr]
    assert (asset.status, asset.error_code) == ("Faulted", "OverCurrentFailure")
    assert run.world.guards.trips == run.world.covered()["guard_trips"] == 1
    run.run(210 * S, FOR_EVER)
    asset = run.world.node(2).network.assets["CP1"]  # type: ignore[union-attr]
    assert (asset.status, asset.error_code) == ("Charging", "NoError")


def test_without_grants_there_are_no_guards() -> None:
    """As it was: who ignores its limit overloads the site, and P1 says so."""
    scenario = load("ev-ignores-its-limit")
    plain = evolve(scenario, site=evolve(scenario.site, grant_us=0), expectations=())
    run = Session(plain, 1)
    run.run(plain.duration_us, FOR_EVER)
    assert run.world.violation is not None
    assert run.world.violation.name == "P1"
    assert run.world.connectors[1].guard is None


def test_an_ev_ignores_once_and_obeys_once() -> None:
    """What is so already is said, and changes nothing."""
    run = session("ev-ignores-its-limit", 20 * S)
    with pytest.raises(InputError, match="EV1 obeys its limit already"):
        run.act("obey_limit", ev="EV1")
    run.act("ignore_limit", ev="EV1")
    with pytest.raises(InputError, match="EV1 ignores its limit already"):
        run.act("ignore_limit", ev="EV1")


# --- the invariants --------------------------------------------------------------------------


def test_an_overload_of_a_cabinet_names_who_draws_what() -> None:
    """P1 looks at each cable, though the site has power enough."""
    run = session("bakery-oven", 130 * S)
    run.world.grid.cabinets["A"].capacity_w = 20_000
    run.run(140 * S, FOR_EVER)
    text = str(run.world.violation)
    assert text.startswith("P1 (the power drawn never exceeds the capacity")
    assert "CP1 4,334 W, CP2 4,333 W, CP3 4,333 W, other loads" in text
    assert "CP4" not in text, "it hangs on the other cabinet"
    assert text.endswith("cabinet A's capacity is 20,000 W")


def test_an_overload_of_the_site_counts_loads_and_pv() -> None:
    """What is drawn less what the PV gives."""
    run = session("pv-cloud", 58 * S)
    assert run.world.grid.site.flow_w == 22_000
    run.world.grid.site.capacity_w = 5_000
    run.run(70 * S, FOR_EVER)
    assert "PV gives" in str(run.world.violation)


def test_more_held_than_there_is_breaks_p3() -> None:
    """The log promises a cabinet's power twice."""
    world = session("bakery-oven", 60 * S).world
    state = world.node(1).network.state  # type: ignore[union-attr]
    draft = Draft(state)
    draft.put(draft.get(Asset, "CP1")._replace(held_w=4_335))
    draft.put(draft.get(Asset, "CP4")._replace(held_w=7_499))
    with pytest.raises(InvariantViolation, match=r"P3 .*cabinet A lacks 1 W"):
        world.powering.applied(draft.keep())


def test_a_guard_above_what_is_held_breaks_p4() -> None:
    """It is looked at when it is programmed, and when the log moves on."""
    world = session("bakery-oven", 60 * S).world
    until_us = 10**12
    world.guards.program(1, Program(4_334, until_us, 0))
    with pytest.raises(InvariantViolation, match=r"P4 .*CP1 lets 4,335 W .*holds 4,334 W"):
        world.guards.program(1, Program(4_335, until_us, 0))
    world.guards.program(1, Program(4_334, until_us, 0))
    state = world.node(1).network.state  # type: ignore[union-attr]
    draft = Draft(state)
    draft.put(draft.get(Asset, "CP1")._replace(held_w=4_333))
    with pytest.raises(InvariantViolation, match="P4"):
        world.powering.applied(draft.keep())


# --- loads and the PV ------------------------------------------------------------------------


def test_loads_and_the_pv_stay_within_their_bounds() -> None:
    """The oven from 2m to 4m; the sun from 1m to 4m, above the firm level; seeded."""
    run = session("bakery-oven", 0)
    seen: dict[bool, list[int]] = {False: [], True: []}
    for second in range(1, 300):
        run.run(second * S, FOR_EVER)
        seen[120 <= second < 240].append(run.world.grid.cabinets["A"].loads_w)
    assert seen[False] == [0] * len(seen[False])
    assert all(8_400 <= watts <= 12_000 for watts in seen[True])
    assert len(set(seen[True])) > 50
    sky = session("pv-cloud", 0)
    sun: dict[bool, list[int]] = {False: [], True: []}
    for second in range(1, 290):
        sky.run(second * S, FOR_EVER)
        sun[60 <= second < 240].append(sky.world.grid.site.pv_w)
    assert sun[False] == [3_000] * len(sun[False])
    assert all(3_000 <= watts <= 18_000 for watts in sun[True])
    assert max(sun[True]) - min(sun[True]) > 5_000
    falls = [a - b for a, b in zip(sun[True], sun[True][1:], strict=False)]
    assert max(falls) > 3_000, "a cloud comes from one second to the next"


def test_the_bonus_of_the_sun_raises_no_limit() -> None:
    """The EVs draw 25 kW in the sun and before it; what flows from the grid is less."""
    run = session("pv-cloud", 59 * S)
    assert (run.world.power_w, run.world.grid.site.flow_w) == (25_000, 22_000)
    flows = []
    for second in range(61, 240):
        run.run(second * S, FOR_EVER)
        assert run.world.power_w == 25_000
        flows.append(run.world.grid.site.flow_w)
    assert min(flows) < 15_000
    assert max(flows) <= 22_000


# --- looking at it ---------------------------------------------------------------------------


def test_the_view_shows_cables_and_grants() -> None:
    """What the interface draws: held, what the guard lets through, and the time that is left."""
    run = session("cut-off-under-load", 80 * S)
    cut_off, other = run.view().cps[0], run.view().cps[1]
    assert (cut_off.held_w, cut_off.guard_w, cut_off.grant_ended) == (11_000, 11_000, False)
    assert cut_off.grant_left_us is not None
    assert other.grant_left_us is not None
    assert 25 * S < cut_off.grant_left_us < 40 * S < 49 * S < other.grant_left_us <= 60 * S
    run.run(130 * S, FOR_EVER)
    view = run.view()
    lost = view.cps[0]
    assert (lost.held_w, lost.guard_w, lost.grant_left_us) == (4_140, 4_140, 0)
    assert lost.grant_ended
    (site,) = view.rails
    assert (site.capacity_w, site.ev_w, site.held_w, site.free_w) == (22_000, 22_000, 22_000, 0)
    assert (view.grants_ended, view.trips) == (1, 0)
    sun = session("pv-cloud", 59 * S).view()
    assert (sun.power_w, sun.capacity_w, sun.rails[0].capacity_w) == (25_000, 25_000, 22_000)
    oven = session("bakery-oven", 150 * S).view()
    assert (oven.capacity_w, oven.rails[0].capacity_w) == (28_000, 40_000)
    site, cabinet, _ = oven.rails
    assert (cabinet.id, cabinet.capacity_w, cabinet.ev_w, cabinet.held_w) == (
        "A", 25_000, 13_000, 13_000,
    )  # fmt: skip
    assert cabinet.loads_w == site.loads_w == dict(oven.loads)["oven"] > 8_000
    assert cabinet.flow_w == cabinet.ev_w + cabinet.loads_w <= cabinet.flow_peak_w <= 25_000
    assert [cp.cabinet for cp in oven.cps] == ["A", "A", "A", "B", "B"]


def test_the_report_has_the_peaks() -> None:
    """As JSON and as text."""
    found = report(session("bakery-oven", 420 * S))
    assert found.power.site.capacity_w == 40_000
    assert 24_000 < found.power.cabinets["A"].peak_w <= found.power.cabinets["A"].capacity_w
    assert found.power.cabinets["B"].peak_w <= 16_000
    assert found.power.trips == found.power.grants_ended == 0
    lines = [line.split() for line in found.to_text().splitlines()]
    assert ["B", "15", "kW", "24", "kW", "15", "kW", "0", "W", "0", "W"] in lines
