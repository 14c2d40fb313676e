"""Reading a city: what each key means, and what is refused in which words."""

import pytest

from scenarios.city.rates import Rates
from scenarios.errors import ScenarioError
from scenarios.kinds import RefusedError
from scenarios.loader import load, loads

CITY = """
duration = "10m"
[[site]]
id = "North"
cps = 3
[[site]]
id = "South"
kind = "office"
at = ["1km", "-2km"]
capacity = "44kW"
cps = 4
dc = 1
rated = "22kW"
rated_dc = "60kW"
price = "0.39EUR/kWh"
[[ev]]
id = "EV1"
"""


def problems(text: str) -> list[str]:
    """What is wrong with a file, without the lines."""
    with pytest.raises(ScenarioError) as refused:
        loads(text, "f.toml")
    return [problem.split(": ", 1)[1] for problem in refused.value.problems]


def test_a_site_becomes_charge_points() -> None:
    """AC ones first; each stands where its site does, and is called after it."""
    scenario = loads(CITY, "f.toml")
    south = scenario.sites[1]
    assert south.cps == ("South-1", "South-2", "South-3", "South-4")
    assert (south.kind, south.at, south.capacity_w) == ("office", (1_000, -2_000), 44_000)
    assert south.energy_ueur == 390_000
    cps = [cp for cp in scenario.cps if cp.id in south.cps]
    assert [(cp.current, cp.rated_w) for cp in cps] == [("AC", 22_000)] * 3 + [("DC", 60_000)]
    assert {cp.at for cp in cps} == {(1_000, -2_000)}


def test_the_city_of_the_library() -> None:
    """Twelve sites, 120 charge points, a day, three kinds of arrivals."""
    scenario = load("city")
    assert len(scenario.sites) == 12
    assert len(scenario.cps) == 120
    assert scenario.duration_us == 86_400_000_000
    assert {each.kind for each in scenario.arrivals} == {"residential", "office", "shopping"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('[[site]]\nid = "North"\ncps = 2\n',
         ['site[2].id: found "North" a second time; allowed each id once']),
        ('[[site]]\nid = "a-b"\ncps = 2\n',
         [('site[2].id: found "a-b"; allowed a letter and up to 14 letters, digits and _, '
          "but not all or any or none")]),
        ('[[site]]\nid = "X"\ncps = 2\ndc = 3\n',
         ["site[2].dc: found 3; allowed 0 to 2, all its CPs"]),
        ('[[arrivals]]\nkind = "residential"\nper_hour = [1]\n',
         [('arrivals[0].kind: found "residential", which is the kind of no site; allowed '
          "shopping, office"),
          ("arrivals[0].per_hour: found 1 values; allowed 24 numbers, one for each hour of the "
          "day, each from 0 to 30 with at most three decimals")]),
        ('[[at]]\nt = "1m"\ndo = "crash"\ncp = "leader"\n',
         ["at[0]: found the leader of no site; allowed site beside it: each has a leader"]),
        ('[[at]]\nt = "1m"\ndo = "cut"\na = "North-1"\nb = "South-1"\n',
         ["at[0]: found charge points of North and South; allowed those of one site"]),
        ('[[at]]\nt = "1m"\ndo = "cut_site"\nsite = "West"\n',
         ['at[0].site: found "West", which is no site of this file; allowed North, South']),
        ('[[at]]\nt = "1m"\ndo = "partition"\ngroups = [["North-1"], ["South-1"]]\n',
         [('at[0].groups[1][0]: found "South-1", which is no charge point of this file; '
          "allowed North-1, North-2, North-3")]),
        ("[[expect]]\nsessions = 2\n",
         ["expect[0]: found sessions of no site; allowed site beside it"]),
        ('[[expect]]\ndrivers = "unserved"\nsite = "North"\nat_most = 0\n',
         [('expect[0].drivers: found "unserved" of one site; allowed asked, served, '
          "redirected_in, redirected_out, gave_up")]),
        ('[[ev]]\nid = "EV2"\npayment = "contract"\n',
         [('ev[1].payment: found "contract"; allowed "external": in a city drivers have id '
          "tags")]),
        ('[fleet]\nevs = 2\narrive = ["1s", "2s"]\n',
         [('ev[0].id: found "EV1" a second time (first on line 18); allowed each id once, for CPs '
          "and EVs together"),
          "fleet: found it beside [[site]]; allowed [[arrivals]] or [[ev]] tables"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_city_is_said(more: str, expected: list[str]) -> None:
    """All of it at once."""
    assert problems(CITY + more) == expected


def test_a_problem_says_where_it_stands() -> None:
    """File, line, field."""
    with pytest.raises(ScenarioError) as refused:
        loads(CITY.replace("cps = 4", "cps = 400"), "f.toml")
    assert refused.value.problems == (
        "f.toml:11: site[1].cps: found 400; allowed a whole number from 1 to 100",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[at]]\nt = "1m"\ndo = "cut_site"\nsite = "A"\n',
         'at[0].do: found "cut_site"; allowed it in a city, a file with [[site]]'),
        ('[[at]]\nt = "1m"\ndo = "heal"\nsite = "A"\n',
         "at[0].site: found an argument that heal does not take; allowed t, do, after"),
        ('[[expect]]\ndrivers = "served"\nat_least = 1\n',
         "expect[0].drivers: found a city's subject; allowed it in a city, a file with [[site]]"),
        ('[directory]\nevery = "5s"\n',
         "directory: found it in a file without [[site]]; allowed it in a city"),
        ('tick = "5s"\nmonitor = true\n',
         'tick: found "5s" beside monitor = true; allowed at most 1s: monitors beat so often'),
    ],
)  # fmt: skip
def test_what_only_a_city_has_is_refused_elsewhere(text: str, expected: str) -> None:
    """In a file of one site."""
    top = text if text.startswith("tick") else ""
    rest = "" if top else text
    found = problems(f'duration = "2m"\ncps = 3\n{top}{rest}')
    assert expected in found


def test_rates_are_exact() -> None:
    """Thousandths inside; what is no thousandth is refused; written as they were read."""
    rates = [0.125, 3, *[0] * 22]
    read = Rates().read(rates)
    assert read == (125, 3_000, *[0] * 22)
    assert Rates().write(read) == rates
    with pytest.raises(RefusedError, match="three decimals"):
        Rates().read([0.0001, *[0] * 23])
    with pytest.raises(RefusedError, match="from 0 to 30"):
        Rates().read([31, *[0] * 23])
