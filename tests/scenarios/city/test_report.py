"""What a city's report says, and that it agrees with the sites' own books."""

import io
import json

import pytest

from scenarios.city.report import CityReport, report
from scenarios.city.runner import run
from scenarios.city.session import CitySession
from scenarios.loader import load
from scenarios.till import newest


@pytest.fixture(scope="module")
def session() -> CitySession:
    """``site-cut-off``, to its end."""
    made = CitySession(load("site-cut-off"))
    while not made.finished:
        made.run(made.scenario.duration_us, 100_000)
    return made


def test_it_goes_through_json_and_back(session: CitySession) -> None:
    """Its attributes are the keys."""
    found = report(session)
    assert CityReport.from_json(found.to_json()) == found
    assert [*json.loads(found.to_json())][:4] == ["scenario", "seed", "mutant", "virtual_s"]


def test_its_sums_are_those_of_the_logs(session: CitySession) -> None:
    """Sessions, energy and money by way of each site's transactions and bills."""
    found = report(session)
    for number, site in session.city.sites.items():
        network = newest(session.city.worlds[number])
        closed = [each for each in network.transactions.values() if not each.is_open]
        paid = [bill.cents for bill in network.bills.values() if bill.status == "paid"]
        row = found.sites[site.id]
        assert row.sessions == len(closed)
        assert row.energy_wh == sum(each.energy_wh for each in network.transactions.values())
        assert row.earned_cents == sum(paid)
        assert row.peak_w <= row.capacity_w
    assert found.sessions == sum(row.sessions for row in found.sites.values())
    assert found.energy_wh == sum(row.energy_wh for row in found.sites.values())


def test_every_driver_is_counted_once(session: CitySession) -> None:
    """Asked are served, under way, asking, refused or without energy; redirects fit the sites."""
    found = report(session)
    drivers = found.drivers
    rest = drivers.on_the_way + drivers.asking + drivers.gave_up + drivers.unserved
    assert drivers.asked == drivers.served + rest
    rows = found.sites.values()
    assert sum(row.asked for row in rows) == drivers.asked
    assert sum(each.drivers for each in found.redirects) == drivers.redirected
    assert sum(row.redirected_in for row in rows) == drivers.redirected
    assert sum(row.redirected_out for row in rows) == drivers.redirected
    ways = {(each.asked, each.served_by): each.drivers for each in found.redirects}
    assert ways == {("Middle", "East"): 1, ("West", "East"): 2}


def test_each_question_of_a_redirected_driver_is_there(session: CitySession) -> None:
    """Where, why there, and the answer."""
    travels = {each.ev: each for each in report(session).travels}
    assert sorted(travels) == ["EV3", "EV5", "EV6"]
    six = travels["EV6"].questions
    assert [(each.site, each.why, each.answer) for each in six] == [
        ("West", "nearest", "Refused"),
        ("Middle", "map", "Refused"),
        ("East", "told", "Redirected"),
    ]
    assert six[0].reason == "CutOff"
    assert travels["EV6"].energy_wh > 0


def test_the_text_has_a_row_for_each_site(session: CitySession) -> None:
    """And the verdict."""
    text = report(session).to_text()
    assert "all invariants held" in text
    assert "West    East             2" in text
    for name in ("West", "Middle", "East"):
        assert any(line.startswith(name) for line in text.splitlines())


def test_who_gives_up_is_told_of_all_charge_points() -> None:
    """Not only of the one that he asked."""
    text = run(load("two-sites"), until_us=120_000_000).to_text()
    row = next(line for line in text.splitlines() if line.startswith("EV6"))
    assert row.endswith("have the wrong current")
    assert all(name in row for name in ("North-1", "North-2", "North-3"))


def test_a_trace_says_at_which_site() -> None:
    """One line for each event of a site, in the order in which they happened."""
    trace = io.StringIO()
    run(load("two-sites"), until_us=20_000_000, trace=trace)
    rows = [json.loads(line) for line in trace.getvalue().splitlines()]
    assert {row["site"] for row in rows} == {"North", "South"}
    assert [row["t_us"] for row in rows] == sorted(row["t_us"] for row in rows)


def test_an_expectation_that_fails_ends_with_1() -> None:
    """And says what was found."""
    from attrs import evolve

    scenario = load("two-sites")
    wrong = [evolve(e, at_least=6, at_most=None) if e.drivers == "served" else e
             for e in scenario.expectations]  # fmt: skip
    found = run(evolve(scenario, expectations=tuple(wrong)))
    assert found.exit_code == 1
    assert [(each.text, each.found) for each in found.failed] == [
        ("at 12m, the count of drivers served is 6 or more", "5")
    ]
