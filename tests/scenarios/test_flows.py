"""What cables carry: as an expectation of a file, in ``pv-cloud``, and in the report."""

from typing import Any

import pytest

from scenarios.errors import ScenarioError
from scenarios.expect import evaluate, sentence
from scenarios.expectation import Expect
from scenarios.grid import Rail
from scenarios.loader import load, loads
from scenarios.report import Report
from scenarios.runner import run
from scenarios.view import RailView
from scenarios.writer import to_toml
from tests.scenarios.views import view

S = 1_000_000

RAILS = (
    RailView("", 22_000, 14_800, 3_000, 20_000, -2_200, 20_000, 15_000, 4_000),
    RailView("A", 9_000, 5_000, 3_000, 0, 8_000, 8_000, 5_000, 0),
)


@pytest.mark.parametrize(
    ("expect", "held", "found", "text"),
    [
        ({"flow_w": (-2_200, 0)}, True, "-2.2 kW",
         "the cable of the site carries between -2.2 kW and 0 W"),
        ({"flow_w": (-2_199, 0)}, False, "-2.2 kW",
         "the cable of the site carries between -2.199 kW and 0 W"),
        ({"flow_w": (8_000, 8_000), "cabinet": "A"}, True, "8 kW",
         "the cable of cabinet A carries 8 kW"),
        ({"flow_w": (0, 7_999), "cabinet": "A"}, False, "8 kW",
         "the cable of cabinet A carries between 0 W and 7.999 kW"),
        ({"flow_w": (0, 1), "cabinet": "B"}, False, "no such cable",
         "the cable of cabinet B carries between 0 W and 1 W"),
    ],
)  # fmt: skip
def test_the_flow_of_a_cable(expect: dict[str, Any], held: bool, found: str, text: str) -> None:
    """Both ends of a range are included; below 0 a site feeds the grid."""
    expected = Expect(t_us=60 * S, **expect)
    outcome = evaluate(expected, view(rails=RAILS))
    assert (outcome.held, outcome.found) == (held, found)
    assert sentence(expected) == f"at 1m, {text}"


HEAD = 'duration = "2m"\n[[cabinet]]\nid = "A"\ncapacity = "9kW"\n[[cp]]\nid = "CP1"\n[[expect]]\n'
FLOWS = """\
flow = ["-5kW", "22kW"]
[[expect]]
flow = ["0W", "9kW"]
cabinet = "A"
"""


def test_a_flow_is_read_and_written() -> None:
    """Of the site's cable, and of a cabinet's."""
    scenario = loads(HEAD + FLOWS, "f.toml")
    told = [(expect.flow_w, expect.cabinet) for expect in scenario.expectations]
    assert told == [((-5_000, 22_000), None), ((0, 9_000), "A")]
    again = loads(to_toml(scenario), "f.toml").expectations
    assert [(expect.flow_w, expect.cabinet) for expect in again] == told


CITY = 'duration = "2m"\n[[site]]\nid = "North"\ncps = 1\n[[expect]]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + 'flow = ["0W", "9kW"]\ncabinet = "B"',
         'expect[0].cabinet: found "B", which is no cabinet of this file; allowed A'),
        (HEAD + 'power = ["0W", "9kW"]\ncabinet = "A"',
         "expect[0].cabinet: found it beside power; allowed it beside flow"),
        (HEAD + 'flow = ["9kW", "0W"]',
         ('expect[0].flow: found the array ["9kW", "0W"]; allowed two values, the lower first, '
          'each a power such as "22kW" or "-5kW", from -1000MW to 1000MW')),
        (CITY + 'flow = ["0W", "9kW"]',
         "expect[0]: found flow of no site; allowed site beside it"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_flow_is_said(text: str, expected: str) -> None:
    """One message for each mistake."""
    with pytest.raises(ScenarioError) as refused:
        loads(text, "f.toml")
    assert [problem.split(": ", 1)[1] for problem in refused.value.problems] == [expected]


# --- pv-cloud --------------------------------------------------------------------------------


def failures(report: Report) -> list[str]:
    """What was found instead of what was expected."""
    return [f"{each.text}: {each.found}" for each in report.failed]


def test_pv_cloud_fails_where_the_surplus_is_counted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The EVs may draw 15 kW more than is sure: P1 sees the first cloud, or the night."""
    monkeypatch.setattr("scenarios.world.site_w", lambda scenario: 22_000 + 3_000 + 15_000)
    report = run(load("pv-cloud"))
    assert report.exit_code == 1
    assert [each.invariant for each in report.violations] == ["P1"]


def test_pv_cloud_fails_where_the_pv_is_never_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The 3 kW that the network counts on come from the grid: more than its cable can carry."""
    monkeypatch.setattr(Rail, "shine", lambda rail, pv_w: None)
    report = run(load("pv-cloud"))
    assert report.exit_code == 1
    assert [each.invariant for each in report.violations] == ["P1"]


def test_pv_cloud_fails_where_the_sun_never_shines(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the firm level alone no cable is overloaded; but nothing is saved."""
    original = Rail.shine
    monkeypatch.setattr(Rail, "shine", lambda rail, pv_w: original(rail, min(pv_w, 3_000)))
    report = run(load("pv-cloud"))
    assert not report.violations
    assert failures(report) == [
        "at 2m30s, the cable of the site carries between 7 kW and 21.99 kW: 22 kW"
    ]


# --- the report ------------------------------------------------------------------------------


def cables(name: str, until_us: int | None = None) -> list[list[str]]:
    """The rows of the table of cables, in cells, and the line below it; empty where there is none.

    Cells are two spaces apart.
    """
    text = run(load(name), until_us=until_us).to_text().splitlines()
    heads = [n for n, each in enumerate(text) if each.startswith("cable ")]
    if not heads:
        return []
    rest = text[heads[0] + 1 :]
    return [[cell.strip() for cell in row.split("  ") if cell] for row in rest[: rest.index("")]]


def test_the_table_of_cables_tells_the_sun() -> None:
    """What the cable carried at the most, and what each part of it did."""
    site, words = cables("pv-cloud")
    assert site == ["the site", "22 kW", "22 kW", "25 kW", "0 W", "16.77 kW"]
    assert words == ["no grant ended · no guard tripped"]


def test_the_table_of_cables_stands_where_there_is_more_than_one_connection() -> None:
    """Planning has grants; a scenario that has nothing of all that has no table."""
    assert cables("commuter-morning", 60 * S)[-1] == ["no grant ended · no guard tripped"]
    assert len(cables("bakery-oven", 150 * S)) == 4
    assert cables("cut-off-under-load", 30 * S)
    assert cables("ten-minutes", 60 * S) == []


def test_a_site_without_grants_says_so() -> None:
    """Loads are enough for the table."""
    text = 'duration = "1m"\ncps = 1\n[[load]]\nid = "lamps"\npower = "2kW"\n'
    report = run(loads(text, "lamps.toml"))
    assert "no grants that end, and no guards" in report.to_text()
    assert 1_400 <= report.power.site.loads_peak_w <= 2_000
    assert report.power.site.peak_w == report.power.site.loads_peak_w
    assert not report.power.guarded
