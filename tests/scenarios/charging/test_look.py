"""Looking at charging over time: rows, cables and energy against the records."""

from typing import Any

import pytest

from fsm.network.targets import means_w, short
from scenarios.charging.view import NOTHING, ChargingView, ChargingWindow
from scenarios.city.session import CitySession, open_session
from scenarios.loader import load
from scenarios.session import Session
from scenarios.till import newest
from scenarios.view import Window

S = 1_000_000
US_PER_H = 3_600 * S


def ran(scenario: str, seconds: int, seed: int = 1) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session, **wanted: Any) -> ChargingView:
    """What is seen of it."""
    window = ChargingWindow(**{"cells": 60, "rows": 20, **wanted})
    found = session.view(Window(charging=window)).charging
    assert found is not None
    return found


@pytest.fixture(scope="module")
def morning() -> Session:
    """Six commuters in the middle of their morning."""
    return ran("commuter-morning", 1_350)


def test_a_view_has_it_only_where_it_is_asked_for() -> None:
    """It costs more than the rest."""
    assert Session(load("ten-minutes")).view().charging is None


def test_what_a_row_says_was_drawn_is_what_the_meter_counted(morning: Session) -> None:
    """The means of all cells up to now add up to the energy of its transactions."""
    found = seen(morning, from_us=0, until_us=2_700 * S)
    now = found.cell(morning.time_us)
    length_us = 2_700 * S // 60
    sessions = {it.ev: it.energy_wh for it in morning.view().sessions}
    assert [row.ev for row in found.rows] == ["EV1", "EV2", "EV3", "EV4", "EV5", "EV6"]
    for row in found.rows:
        came = found.cell(row.came_us[0])
        # The first cell counts from when it came; the last reading may be some seconds old.
        drawn = sum(power_w * length_us for power_w in row.power_w[came + 1 : now])
        first = row.power_w[came] * (length_us - (row.came_us[0] - came * length_us))
        assert (drawn + first) / US_PER_H == pytest.approx(sessions[row.ev], abs=130)
        assert set(row.power_w[:came]) <= {NOTHING}
        assert max(row.power_w[:now]) <= row.top_w * 1.05


def test_what_is_planned_adds_up_to_what_was_promised(morning: Session) -> None:
    """For each EV that was promised something; and it is over when it leaves."""
    for ev in ("EV1", "EV2", "EV3", "EV4"):
        found = seen(morning, ev=ev)
        it = found.energy
        assert it is not None
        assert (it.ev, it.promised, it.short, it.word) == (ev, True, False, "open")
        assert it.planned_wh == pytest.approx(it.wanted_wh, abs=it.wanted_wh // 100)
        assert it.possible_wh is not None
        assert it.planned_wh is not None
        assert it.got_wh <= it.planned_wh <= it.possible_wh + 5
        leaves, now = found.cell(it.departure_us), found.cell(morning.time_us)
        assert it.planned[leaves + 1] == NOTHING != it.planned[leaves]
        ahead = it.planned[now : leaves + 1]
        assert list(ahead) == sorted(ahead)
        assert NOTHING not in ahead
        assert list(it.got[now + 1 :]) == [NOTHING] * (59 - now)


def test_all_plans_together_are_what_the_cable_shows(morning: Session) -> None:
    """And no more than it carries."""
    found = seen(morning)
    now = found.cell(morning.time_us)
    ((name, power_w),) = found.stack.groups
    assert name == ""
    for index in range(now + 1, 60):
        together = sum(max(row.power_w[index], 0) for row in found.rows)
        # Where somebody comes or leaves, a row counts only the time in which it is there.
        edge = any(found.cell(row.departure_us) == index for row in found.rows)
        assert power_w[index] == pytest.approx(together, abs=11_000 if edge else 10)
        assert power_w[index] <= found.stack.capacity_w


def test_a_plan_has_the_mean_of_each_step(morning: Session) -> None:
    """Of 60 s, of which 58 are planned with."""
    tables = newest(morning.world).state
    steps = means_w(tables, 1)
    first = steps[0][0]
    assert first <= 22
    assert [step for step, _ in steps] == list(range(first, first + len(steps)))
    assert max(power_w for _, power_w in steps) == 11_000 * 58 // 60
    assert means_w(tables, 99) == ()
    assert short(tables) == ()


def test_an_ev_that_was_refused_has_a_row_and_no_plan(morning: Session) -> None:
    """Its driver sees that nothing was promised."""
    found = seen(morning, ev="EV6")
    it = found.energy
    assert it is not None
    assert (it.word, it.promised, it.planned_wh) == ("refused", False, None)
    assert it.possible_wh is not None
    assert it.possible_wh < it.wanted_wh
    assert found.rows[5].wanted_wh == 46_200


def test_who_asked_anew_is_marked_and_leaves_at_the_new_time() -> None:
    """EV1 was to leave at 18 min, and leaves at 10; what EV2 wants is not possible."""
    rows = {row.ev: row for row in seen(ran("late-departure-change", 400)).rows}
    assert [at_us // S for at_us in rows["EV1"].asked_us] == [240]
    assert round(rows["EV1"].departure_us / S) == 600
    assert [at_us // S for at_us in rows["EV2"].asked_us] == [360]
    assert round(rows["EV2"].departure_us / S) == 1_140


def test_who_has_left_comes_last_and_has_no_departure() -> None:
    """EV2 goes at 7 min, EV1 at 10: the last one that has left comes first."""
    session = ran("late-departure-change", 450)
    found = seen(session)
    assert found.evs == ("EV1", "EV2")
    row = found.rows[1]
    assert (row.word, row.departure_us, row.left_us) == ("released", 0, (420 * S,))
    assert row.power_w[found.cell(430 * S)] == NOTHING
    while not session.run(700 * S, 100_000):
        pass
    found = seen(session, ev="EV1")
    assert found.evs == ("EV1", "EV2")
    it = found.energy
    assert it is not None
    assert (it.word, it.got_wh, it.planned_wh, it.possible_wh) == ("kept", 800, None, None)


def test_the_ev_that_is_looked_at() -> None:
    """By its name; else the one at a charge point, or the first one."""
    session = ran("commuter-morning", 1_350)
    assert seen(session, ev="EV4").chosen == "EV4"
    assert seen(session, ev="EV4", at="CP3").chosen == "EV4"
    assert seen(session, at="CP3").chosen == "EV3"
    assert seen(session, ev="nobody").chosen == "EV1"
    few = seen(session, ev="EV4", rows=2)
    assert (few.first, [row.ev for row in few.rows]) == (2, ["EV3", "EV4"])
    few = seen(session, ev="EV2", rows=2, first=3)
    assert [row.ev for row in few.rows] == ["EV2", "EV3"]
    few = seen(session, ev="EV6", rows=4, first=5)
    assert [row.ev for row in few.rows] == ["EV3", "EV4", "EV5", "EV6"]


def test_without_a_plan_sessions_are_seen_as_they_were() -> None:
    """Nothing is said of the time to come."""
    session = ran("ten-minutes", 300)
    found = seen(session, from_us=0, until_us=600 * S)
    now = found.cell(session.time_us)
    assert not found.planned
    assert [set(power_w[now + 1 :]) for _, power_w in found.stack.groups] == [{NOTHING}]
    assert any(power_w > 0 for row in found.rows for power_w in row.power_w[:now])
    it = found.energy
    assert it is not None
    assert (it.promised, it.planned_wh, it.possible_wh, it.departure_us) == (False, None, None, 0)


def test_what_the_driver_wants_ends_at_the_target() -> None:
    """Also between two meter readings, when the log has not counted all that the EV got."""
    session, unread = ran("ten-minutes", 60), 0
    for seconds in range(61, 100):
        session.run(seconds * S, 100_000)
        it = seen(session).energy
        assert it is not None
        at_target = it.soc_at_0 + it.wanted_wh * 100 / it.battery_wh
        assert at_target == pytest.approx(it.target, abs=0.006)
        unread += it.soc_at_0 + it.got_wh * 100 / it.battery_wh < it.soc - 0.02
    assert unread


def test_before_anybody_came_there_is_nothing_to_look_at() -> None:
    """But the cable."""
    found = seen(ran("ten-minutes", 1))
    assert (found.evs, found.rows, found.chosen, found.energy) == ((), (), "", None)
    assert found.until_us > found.from_us


def test_cabinets_add_up_to_the_site() -> None:
    """EVs behind A and B, those at the site's own rail, and the oven."""
    session = ran("bakery-oven", 200)
    found = seen(session, from_us=0, until_us=300 * S)
    stack = found.stack
    assert [name for name, _ in stack.groups] == ["A", "B"]
    assert sum(stack.now_w) == session.world.power_w
    assert stack.has_loads
    rails = session.world.past.rails
    for index in range(found.cell(session.time_us)):
        edge_us = (index * 5 * S, (index + 1) * 5 * S)
        whole = rails[""].ev.mean(*edge_us) or 0
        assert sum(power_w[index] for _, power_w in stack.groups) == pytest.approx(whole, abs=2)
    behind = seen(session, ev="EV4", cabinet=True).stack
    assert behind.id == session.scenario.cps[3].cabinet
    assert [name for name, _ in behind.groups] == [""]
    assert behind.capacity_w == session.world.grid.cabinets[behind.id].capacity_w


def test_in_a_city_it_is_of_the_site_that_is_shown() -> None:
    """Its EVs, its cable, its plan."""
    session = open_session(load("two-sites"))
    assert isinstance(session, CitySession)
    while not session.run(session.scenario.duration_us, 1_000_000):
        pass
    came = []
    for site in session.city.sites.values():
        session.show(site.id)
        found = seen(session)
        cps = set(site.cps)
        assert {row.cp for row in found.rows} <= cps
        assert found.stack.capacity_w == site.capacity_w
        came += found.evs
    assert came


def test_what_is_possible_ends_where_the_battery_takes_less() -> None:
    """From 80 % on an EV takes less and less: the last hour brings less than the first."""
    session = ran("commuter-morning", 1_350)
    car = session.world.cars["EV6"].ev
    car.battery.energy_uj = car.battery.capacity_uj * 78 // 100
    car.target_ppm = 1_000_000
    it = seen(session, ev="EV6", from_us=1_350 * S, until_us=2_100 * S).energy
    assert it is not None
    assert it.possible_wh is not None
    gains = [b - a for a, b in zip(it.possible[:-2], it.possible[1:-1], strict=True)]
    assert gains[0] == pytest.approx(11_000 * 750 / 60 / 3_600, abs=2)
    assert it.possible_wh < 11_000 * 750 // 3_600
    car.target_ppm = 780_500
    it = seen(session, ev="EV6").energy
    assert it is not None
    assert it.possible_wh == pytest.approx(77_000 * 5 // 10_000, abs=2)
