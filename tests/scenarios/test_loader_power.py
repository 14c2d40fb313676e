"""What a scenario file says of power: what it becomes, and one message for each mistake."""

import pytest
from jsonschema import Draft202012Validator

from fsm.network.records import Cabinet as CabinetRecord
from fsm.network.records import Grant
from scenarios.errors import ScenarioError
from scenarios.json_schema import schema
from scenarios.loader import loads
from scenarios.schema import Cabinet, Load, Pv
from scenarios.supplied import power_records, site_w

S = 1_000_000

FULL = """\
duration = "10m"
[site]
capacity = "40kW"
grant = "1m"
fallback = "2kW"
[[cabinet]]
id = "A"
capacity = "20kW"
[[cabinet]]
id = "B"
capacity = "9kW"
[[load]]
id = "oven"
power = "12kW"
cabinet = "A"
from = "2m"
until = "4m"
[[load]]
id = "lamps"
power = "500W"
[pv]
firm = "3kW"
surplus = "10kW"
from = "1m"
[[cp]]
id = "CP1"
cabinet = "A"
[[cp]]
id = "CP2"
cabinet = "B"
rated = "3.7kW"
[[cp]]
id = "CP3"
"""


def test_cabinets_loads_and_the_pv_are_read() -> None:
    """And the network is told of them what holds at any time."""
    scenario = loads(FULL, "f.toml")
    assert scenario.cabinets == (
        Cabinet(id="A", capacity_w=20_000),
        Cabinet(id="B", capacity_w=9_000),
    )
    assert scenario.loads == (
        Load(id="oven", power_w=12_000, cabinet="A", from_us=120 * S, until_us=240 * S),
        Load(id="lamps", power_w=500),
    )
    assert scenario.pv == Pv(firm_w=3_000, surplus_w=10_000, from_us=60 * S)
    assert [cp.cabinet for cp in scenario.cps] == ["A", "B", ""]
    assert site_w(scenario) == 40_000 - 12_000 - 500 + 3_000
    assert power_records(scenario) == (
        CabinetRecord("A", 8_000),
        CabinetRecord("B", 9_000),
        Grant("CP1", "A", 60 * S, 0),  # 2 kW are less than 6 A on three phases
        Grant("CP2", "B", 60 * S, 2_000),
        Grant("CP3", "", 60 * S, 0),
    )


def test_a_plain_scenario_tells_the_network_nothing_of_it() -> None:
    """So its state, and its digest, are as they were."""
    assert power_records(loads('duration = "1m"\ncps = 2', "f.toml")) == ()


HEAD = 'duration = "10m"\ncps = 2\n'
POWER = 'a power such as "11kW" or "22000W"'

MISTAKES = [
    ('[site]\ngrant = "29s"', ('4: site.grant: found "29s"; allowed a duration such as "1m30s" or '
     '"500ms", from 30s to 1d')),
    ('[site]\nfallback = "5kW"', ('4: site.fallback: found "5kW" without a grant that ends; '
     "allowed it beside grant")),
    ('[[cabinet]]\nid = "A"', ("3: cabinet[0].capacity: found nothing (the key is required); "
     f"allowed {POWER}, from 0W to 1000MW")),
    ('[[cabinet]]\nid = "A"\ncapacity = "1kW"\n[[cabinet]]\nid = "A"\ncapacity = "1kW"',
     '7: cabinet[1].id: found "A" a second time (first on line 4); allowed each id once'),
    ('[[cabinet]]\nid = "A"\ncapacity = "-1kW"',
     f'5: cabinet[0].capacity: found "-1kW"; allowed {POWER}, from 0W to 1000MW'),
    ('[[load]]\nid = "oven"\npower = "1kW"\ncabinet = "A"',
     '6: load[0].cabinet: found "A"; allowed none, as there is no [[cabinet]]'),
    (('[[load]]\nid = "oven"\npower = "1kW"\ncabinet = "Ab"\n'
     '[[cabinet]]\nid = "Aa"\ncapacity = "2kW"'),
     '6: load[0].cabinet: found "Ab"; allowed Aa'),
    ('[[load]]\nid = "oven"\npower = "1kW"\nfrom = "2m"\nuntil = "2m"',
     "7: load[0].until: found an end that is not after its beginning; allowed a later one"),
    ('[[load]]\nid = "oven"\npower = "23kW"',
     "3: load: found loads of 23kW; allowed 22kW in all, what the site has"),
    ('[[cabinet]]\nid = "A"\ncapacity = "2kW"\n[[load]]\nid = "o"\npower = "3kW"\ncabinet = "A"',
     "6: load: found loads of 3kW; allowed 2kW in all, what cabinet A carries"),
    ('[pv]\nfirm = "1kW"\nfrom = "2m"\nuntil = "1m"',
     "6: pv.until: found an end that is not after its beginning; allowed a later one"),
    ('[[expect]]\ncp = "CP1"\nheld = "11kW"',
     ('5: expect[0].held: found "11kW"; allowed two values, the lower first, each a power such as '
     '"11kW" or "22000W", from 0W to 1000MW')),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_one_message_for_each_mistake(text: str, expected: str) -> None:
    """With its line, what was found, and what is allowed."""
    with pytest.raises(ScenarioError) as caught:
        loads(HEAD + text, "f.toml")
    assert list(caught.value.problems) == [f"f.toml:{expected}"]


def test_the_schema_knows_the_tables() -> None:
    """What an editor shows while one writes."""
    properties = schema()["properties"]
    assert {"cabinet", "load", "pv"} <= set(properties)  # type: ignore[arg-type]
    validator = Draft202012Validator(schema())
    assert list(validator.iter_errors({"duration": "1m", "cps": 1, "pv": {"firm": 3}}))
