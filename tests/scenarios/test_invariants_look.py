"""Looking at invariants: each has its sentence, real counts and its smallest margin."""

from functools import cache

import pytest

from paxos.check.violation import SENTENCES as CONSENSUS
from scenarios.checked import UNITS, Checked
from scenarios.city.session import CitySession
from scenarios.loader import load
from scenarios.promises import check_tables
from scenarios.session import Session
from scenarios.tables_view import InvariantsView, InvariantView
from scenarios.till import newest
from scenarios.view import Window
from scenarios.world import World
from tests.scenarios.looking import digest

S = 1_000_000


def seen(session: Session) -> InvariantsView:
    """What the view shows of invariants."""
    found = session.view(Window(invariants=True)).invariants
    assert found is not None
    return found


def ran(scenario: str, seed: int | None = None) -> Session:
    """A whole run."""
    session = Session(load(scenario), seed)
    session.run(session.scenario.duration_us, 10**9)
    return session


@cache
def rows(scenario: str) -> dict[str, InvariantView]:
    """The invariants at the end of a run, by their names."""
    return {row.name: row for row in seen(ran(scenario)).rows}


def test_all_invariants_have_a_row_and_a_sentence() -> None:
    """Consensus first, then clients, power, bookings, trust, money and energy."""
    found = rows("ten-minutes")
    others = "C2 P1 P2 P3 P4 B1 B2 B3 B4 T1 T2 M1 M2 M3 E1"
    assert " ".join(found) == " ".join([*CONSENSUS, *others.split()])
    assert all(len(row.sentence) > 15 for row in found.values())
    assert all(UNITS.get(name, "") == row.unit for name, row in found.items())


def test_a_view_has_them_only_where_they_are_asked_for() -> None:
    """Like all parts that are long."""
    assert Session(load("ten-minutes")).view().invariants is None


def test_all_checks_are_the_sum_of_each() -> None:
    """The figure of the header is no other."""
    session = ran("flexibility-tokens")
    found = seen(session)
    assert found.checks == sum(row.checks for row in found.rows) == session.view().checks
    assert found.violation is None


CHECKED = {
    "lease-reads": "L2 C2",
    "charging-profiles": "P1 P2",
    "late-departure-change": "P1 P3 P4 E1",
    "reservation-cancelled-and-replaced": "B1 B2 B3",
    "redirect-when-full": "B3 B4",
    "empty-account": "T1 T2 M1 M2 M3",
}


@pytest.mark.parametrize(("scenario", "names"), CHECKED.items())
def test_what_a_scenario_is_about_is_checked_in_it(scenario: str, names: str) -> None:
    """And holds: nothing is left below 0; with a unit there is a margin."""
    found = rows(scenario)
    for name in names.split():
        row = found[name]
        assert row.checks > 0, name
        assert not row.violated
        assert (row.left is not None) == bool(row.unit), name
        assert row.left is None or row.left >= 0


def test_every_invariant_is_in_that_table() -> None:
    """So none is there whose count is never moved; those of consensus have a test of their own."""
    named = {name for names in CHECKED.values() for name in names.split()}
    assert named | set(CONSENSUS) == set(rows("ten-minutes"))


def test_the_margin_of_power_is_at_the_worst_instant_on_the_fullest_cable() -> None:
    """By the peaks that the cables themselves have noted."""
    session = ran("bakery-oven")
    row = next(row for row in seen(session).rows if row.name == "P1")
    lefts = {rail.id: rail.capacity_w - rail.flow_peak_w for rail in session.world.grid.rails}
    assert row.left == min(lefts.values())
    fullest = min(lefts, key=lambda rail: lefts[rail])
    assert row.of == (f"cabinet {fullest}" if fullest else "the site")
    assert row.at_us is not None
    assert 0 < row.at_us < session.time_us


def test_the_instant_is_one_at_which_so_much_flowed() -> None:
    """A run that is stopped there has that flow."""
    row = rows("pv-cloud")["P1"]
    assert row.at_us is not None
    session = Session(load("pv-cloud"))
    session.run(row.at_us, 10**9)
    site = session.world.grid.site
    assert site.capacity_w - site.flow_w == row.left


def test_the_margin_of_bookings_is_the_shortest_gap() -> None:
    """Between two that follow each other at a connector; by another look at the last state."""
    session = ran("reservation-cancelled-and-replaced")
    world, checked = session.world, Checked()
    check_tables(newest(world).state, checked, 7)
    noted = world.checked.least["B1"]
    assert all(noted.left <= least.left for name, least in checked.least.items() if name == "B1")
    assert noted.left == 90 * S


def test_a_promise_that_is_settled_is_a_check() -> None:
    """And what is still open stands in words beside it."""
    session = ran("late-departure-change")
    row = next(row for row in seen(session).rows if row.name == "E1")
    settled = [it for it in session.world.kept.promises if it.status != "open"]
    assert row.checks == len(settled) == 2
    assert row.note == "0 open, 1 kept, 1 released, 0 broken"


def test_the_lease_is_told_with_what_rests_on_it() -> None:
    """How long it holds; and that there is none."""
    session = Session(load("lease-reads"))
    assert next(row for row in seen(session).rows if row.name == "L2").note == (
        "nobody leads, so there is no lease"
    )
    session.run(20 * S, 10**9)
    leader = session.world.leader()
    assert leader is not None
    note = next(row for row in seen(session).rows if row.name == "L2").note
    assert note.startswith(f"{leader.cp_id}'s lease has ")
    assert note.endswith(" ms left")


def test_a_violation_is_shown_with_what_led_to_it() -> None:
    """Which, when, and the last events; the others hold."""
    session = ran("clock-drift-beyond")
    found = seen(session)
    assert [row.name for row in found.rows if row.violated] == ["P1"]
    broken = next(row for row in found.rows if row.violated)
    assert broken.left is not None
    assert broken.left < 0
    violation = found.violation
    assert violation is not None
    assert (violation.name, violation.time_us) == ("P1", session.time_us)
    assert f"{-broken.left + 22_000:,} W are drawn" in violation.text
    assert len(violation.events) > 3
    assert violation.cps == ("CP1", "CP2", "CP3")


def test_a_city_has_its_own_below_those_of_the_site() -> None:
    """D1 and D2, of all sites together."""
    session = CitySession(load("two-sites"))
    session.run(session.scenario.duration_us, 10**9)
    found = seen(session)
    own = {row.name: row for row in found.rows[-2:]}
    assert list(own) == ["D1", "D2"]
    assert own["D1"].checks > 0
    assert "one site at a time" in own["D1"].sentence
    assert session.city.promises is not None
    assert own["D1"].checks + own["D2"].checks == session.city.promises.checks
    assert found.of_city == session.city.promises.checks
    assert found.checks + found.of_city == sum(row.checks for row in found.rows)


def test_a_city_says_what_it_has_violated() -> None:
    """Also where no site has."""
    session = CitySession(load("two-sites"))
    session.run(60 * S, 10**9)
    promises = session.city.promises
    assert promises is not None
    promises.checked.note("D2", 5, 1, "North")
    row = seen(session).rows[-1]
    assert (row.name, row.left, row.of, row.violated) == ("D2", 5, "North", False)


def test_without_checks_there_are_none() -> None:
    """A world that nobody checks says so."""
    from scenarios.invariants_look import invariants

    found = invariants(World(load("ten-minutes"), 1, check=False))
    assert (found.rows, found.checks, found.violation) == ((), 0, None)


def test_the_least_margin_is_kept_with_its_place() -> None:
    """The first of equals; and every note is a check."""
    checked = Checked()
    for left, at_us, of in ((5, 1, "a"), (3, 2, "b"), (3, 3, "c"), (9, 4, "d")):
        checked.note("P1", left, at_us, of)
    checked.count("M1", 4)
    assert (checked.least["P1"].left, checked.least["P1"].of) == (3, "b")
    assert (checked.counts, checked.total) == ({"P1": 4, "M1": 4}, 8)


def test_looking_changes_nothing() -> None:
    """A run that is looked at after every event has the digest of one that is not."""
    assert digest(seen, 30 * S, 2_000) == digest(None, 30 * S, 2_000)
