"""Grants at the sites of a city: guards hold EVs to their limits, as at a site alone."""

import pytest
from attrs import evolve

from fsm.network.records import Grant
from scenarios.city.city import City, site_scenario
from scenarios.city.report import report
from scenarios.city.session import CitySession
from scenarios.city.spec import CitySite
from scenarios.errors import ScenarioError
from scenarios.guard import Guard
from scenarios.loader import load, loads
from scenarios.schema import Site
from scenarios.till import newest
from scenarios.writer import to_toml
from tests.scenarios.city.cities import S, run_to

TOWN = """
duration = "6m"
[[site]]
id = "North"
cps = 3
capacity = "15kW"
{north}
[[site]]
id = "South"
at = ["0m", "-800m"]
cps = 3
capacity = "15kW"
{south}
[[ev]]
id = "EV1"
soc = "20%"
[[ev]]
id = "EV2"
soc = "20%"
[[at]]
t = "10s"
do = "plug_in"
ev = "EV1"
cp = "North-1"
[[at]]
t = "12s"
do = "plug_in"
ev = "EV2"
cp = "North-2"
"""
IGNORED = """
[[at]]
t = "90s"
do = "ignore_limit"
ev = "EV1"
"""


def town(north: str = "", south: str = "", more: str = "") -> CitySession:
    """Two EVs share 15 kW at North, where each could take 11 kW."""
    return CitySession(loads(TOWN.format(north=north, south=south) + more, "town.toml"))


def violated(run: CitySession) -> str:
    """The name of the invariant that is violated, empty when all hold."""
    return run.city.violation.name if run.city.violation else ""


# --- the format ------------------------------------------------------------------------------


def test_each_site_has_a_grant_of_its_own() -> None:
    """The network of a site is told of it, and nobody else's is."""
    run = town(north='grant = "2m"\nfallback = "4.14kW"')
    north, south = run.city.worlds.values()
    assert north.scenario.site == Site(capacity_w=15_000, grant_us=120 * S, fallback_w=4_140)
    assert newest(north).state.grants["North-1"] == Grant("North-1", "", 120 * S, 4_140)
    assert not newest(south).state.grants
    assert all(connector.guard is not None for connector in north.connectors.values())
    assert all(connector.guard is None for connector in south.connectors.values())


@pytest.mark.parametrize(
    ("north", "expected"),
    [
        ('fallback = "2kW"',
         '7: site[0].fallback: found "2kW" without a grant that ends; allowed it beside grant'),
        ('grant = "10s"',
         ('7: site[0].grant: found "10s"; allowed a duration such as "1m30s" or "500ms", '
          "from 30s to 1d")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_grant_is_said(north: str, expected: str) -> None:
    """As at a site alone, with the line of the site that it is of."""
    with pytest.raises(ScenarioError) as refused:
        town(north=north)
    assert list(refused.value.problems) == [f"town.toml:{expected}"]


@pytest.mark.parametrize("north", ["", 'grant = "2m"', 'grant = "2m"\nfallback = "4.14kW"'])
def test_a_city_that_is_written_is_read_the_same(north: str) -> None:
    """With the grant and the fallback share where a site has them, and without where not."""
    sites = town(north=north).scenario.sites
    again = loads(to_toml(town(north=north).scenario), "town.toml")
    assert again.sites == sites


@pytest.mark.parametrize("name", ["city", "two-sites", "site-cut-off"])
def test_the_cities_of_the_library_are_guarded(name: str) -> None:
    """Every site; and their files can be written."""
    scenario = load(name)
    assert all(site.grant_us >= 60 * S for site in scenario.sites)
    assert loads(to_toml(scenario), name).sites == scenario.sites


def test_a_site_shows_what_the_city_is_to_show() -> None:
    """What else is expected of it the city's session judges."""
    text = '[[expect]]\nviolation = "P1"\n[[expect]]\nsite = "North"\nsessions = 1\n'
    scenario = loads(TOWN.format(north="", south="") + text, "town.toml")
    alone = site_scenario(scenario, scenario.sites[0], ())
    assert [expect.violation for expect in alone.expectations] == ["P1"]


# --- an EV that ignores its limit ------------------------------------------------------------


def test_an_ev_that_ignores_its_limit_trips_its_guard() -> None:
    """No cable is overloaded, at once and later, and the other EV has the site for itself."""
    run = run_to(town(north='grant = "60s"', more=IGNORED), 89)
    assert [cp.power_w for cp in run.view().cps] == [7_500, 7_500, 0]
    run_to(run, 91)
    assert run.view().trips == 1
    assert run.view().cps[0].ocpp_status == "Faulted"
    run_to(run, 95)
    assert [cp.power_w for cp in run.view().cps] == [0, 11_000, 0]
    run_to(run, 360)
    assert violated(run) == ""
    assert run.finished
    found = report(run)
    assert found.coverage["guard_trips"] >= 2
    assert found.sites["North"].peak_w <= 15_000
    assert "0 grants ended · guards tripped" in found.to_text()


def test_without_a_grant_p1_sees_it() -> None:
    """There is no guard, so the cable carries more than it can: the run ends there."""
    run = run_to(town(south='grant = "60s"', more=IGNORED), 360)
    assert violated(run) == "P1"
    assert run.city.now_us < 92 * S
    assert run.city.violated is run.city.worlds[1]
    assert "North-1 11,000 W" in str(run.city.violation)
    assert report(run).exit_code == 1


def test_an_ev_in_the_library_cannot_overload_its_site() -> None:
    """A reader's try: all drivers of ``site-cut-off`` ignore their limits while they charge."""
    run = run_to(CitySession(load("site-cut-off")), 165)
    assert [cp.power_w > 0 for cp in run.view().cps].count(True) == 2
    assert sum(cp.power_w for cp in run.view().cps) > 10_500
    for ev in ("EV1", "EV2"):
        run.act("ignore_limit", ev=ev)
    run_to(run, 720)
    assert violated(run) == ""
    assert run.city.covered()["guard_trips"] >= 2


# --- a charge point that is cut off ----------------------------------------------------------


def cut_off(grant: str, until_s: int) -> CitySession:
    """North-1 is cut off under load at 90 s."""
    run = run_to(town(north=grant), 90)
    run.act("partition", groups=[["North-1"], ["North-2", "North-3"]])
    return run_to(run, until_s)


def test_the_power_of_one_that_is_cut_off_is_free_when_its_grant_has_ended() -> None:
    """Then the other has it, and nothing has tripped; without a grant it is bound for ever."""
    run = cut_off('grant = "60s"', 160)
    assert run.view().grants_ended == 1
    assert [cp.power_w for cp in run.view().cps] == [0, 11_000, 0]
    assert violated(run) == ""
    assert run.city.covered()["guard_trips"] == 0
    assert "1 grant ended" in report(run).to_text()
    bound = cut_off("", 350)
    assert bound.view().cps[1].power_w == 7_500


def test_one_that_is_cut_off_keeps_its_fallback_share() -> None:
    """The rest of it is free."""
    run = cut_off('grant = "60s"\nfallback = "4.14kW"', 160)
    assert [cp.power_w for cp in run.view().cps] == [4_140, 10_860, 0]
    assert violated(run) == ""


def test_a_city_that_is_there_for_p1_goes_on_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard without a watchdog is seen by P4 first, unless the file expects the overload."""
    monkeypatch.setattr(Guard, "allowed_w", lambda guard, now_us: guard.ceiling_w)
    shown = []
    for more in ("", '[[expect]]\nviolation = "P1"\n'):
        run = run_to(town(north='grant = "60s"', more=more), 90)
        run.act("mute_ev", ev="EV1")
        run.act("pause", cp="North-1")
        run_to(run, 360)
        shown.append((violated(run), report(run).exit_code))
    assert shown == [("P4", 1), ("P1", 0)]


# --- status loops that turn slowly -----------------------------------------------------------


def test_an_ev_that_asks_seldom_has_time_to_follow() -> None:
    """With DC it hears of a lower limit when it asks, and follows when it asks again.

    With ten seconds for both, two EVs would end each other's sessions for ever.
    """
    text = TOWN.replace('duration = "6m"', 'duration = "6m"\ntick = "10s"')
    text = text.replace('t = "12s"', 't = "1m31s"').replace("soc =", 'current = "DC"\nsoc =')
    text = text.replace("cps = 3", 'cps = 3\ndc = 3\nrated_dc = "11kW"')
    run = run_to(CitySession(loads(text.format(north='grant = "5m"', south=""), "slow.toml")), 360)
    assert violated(run) == ""
    assert [session.ev for session in run.view().sessions] == ["EV1", "EV2"]
    assert [cp.power_w for cp in run.view().cps] == [7_500, 7_500, 0]


def test_a_grant_is_long_enough_for_the_tick() -> None:
    """An EV hears of the grant's end by its status loop, and needs time to follow."""
    text = 'duration = "6m"\ntick = "20s"\n[[site]]\nid = "A"\ncps = 1\ngrant = "1m"\n'
    with pytest.raises(ScenarioError) as refused:
        loads(text, "slow.toml")
    (problem,) = refused.value.problems
    assert problem.startswith('slow.toml:6: site[0].grant: found "1m" beside a tick of 20s; ')
    assert problem.endswith("allowed at least 2m, six ticks")
    loads(text.replace("20s", "10s"), "slow.toml")


# --- what it costs ---------------------------------------------------------------------------


def test_idle_charge_points_do_not_look() -> None:
    """Only who leads does, ten times in ten minutes by a grant of an hour."""
    text = 'duration = "10m"\n[[site]]\nid = "Only"\ncps = 9\n{}'
    events = []
    for grant in ("", 'grant = "1h"\n'):
        scenario = loads(text.format(grant), "idle.toml")
        run = run_to(CitySession(evolve(scenario, seed=3)), 600)
        events.append(run.city.events)
    assert 5 <= events[1] - events[0] <= 12


def test_looking_changes_nothing() -> None:
    """The view of guards and grants leaves the run as it is."""
    one, other = (town(north='grant = "60s"', more=IGNORED) for _ in range(2))
    for second in range(5, 120, 5):
        run_to(one, second)
        one.view()
        one.city_view()
    run_to(other, 115)
    assert one.city.digest() == other.city.digest()


def test_sites_of_a_city_are_values() -> None:
    """The defaults are those of a site alone."""
    assert (CitySite(id="A").grant_us, CitySite(id="A").fallback_w) == (0, 0)
    assert isinstance(town().city, City)
