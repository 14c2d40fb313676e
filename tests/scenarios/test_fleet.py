"""``[fleet]``: what it stands for, and what is wrong with one."""

import tomllib

import pytest
from jsonschema import Draft202012Validator

from scenarios.errors import ScenarioError
from scenarios.json_schema import schema
from scenarios.loader import loads
from scenarios.schema import At, Vehicle

HEAD = 'duration = "1m"\ncps = 3\n'


def test_it_is_short_for_evs_and_a_script() -> None:
    """The same scenario, written out."""
    short = loads(
        HEAD
        + """
        [fleet]
        evs = 3
        arrive = ["1s", "2s"]
        leave = ["30s", "45s"]
        soc = "10%"
        smart = false
        """,
        "x.toml",
    )
    visits = (("EV1", 1_000, 30_000), ("EV2", 1_500, 37_500), ("EV3", 2_000, 45_000))
    expected = [(ms, "plug_in", {"ev": ev, "cp": f"CP{ev[2:]}"}) for ev, ms, _ in visits]
    expected += [(ms, "stop_charging", {"ev": ev}) for ev, _, ms in visits]
    expected += [(ms + 15_000, "unplug", {"ev": ev}) for ev, _, ms in visits]
    expected.sort(key=lambda line: line[0])
    assert short.script == tuple(
        At(t_us=ms * 1_000, verb=verb, args=args, line=4) for ms, verb, args in expected
    )
    assert short.evs == tuple(Vehicle(id=ev, soc_ppm=100_000, smart=False) for ev, _, _ in visits)


def test_one_ev_comes_first() -> None:
    """Of a fleet of one, the first is also the last."""
    scenario = loads(HEAD + '[fleet]\nevs = 1\narrive = ["5s", "9s"]\n', "x.toml")
    assert [(line.t_us, line.args) for line in scenario.script] == [
        (5_000_000, {"ev": "EV1", "cp": "CP1"})
    ]


def test_it_stands_beside_other_evs_and_lines() -> None:
    """Its EVs can be named in the script; others come with ids of their own."""
    scenario = loads(
        HEAD
        + """
        [fleet]
        evs = 2
        arrive = ["1s", "2s"]
        [[ev]]
        id = "guest"
        [[at]]
        t = "1500ms"
        do = "unplug"
        ev = "EV1"
        """,
        "x.toml",
    )
    assert [ev.id for ev in scenario.evs] == ["guest", "EV1", "EV2"]
    assert [line.verb for line in scenario.script] == ["plug_in", "unplug", "plug_in"]


def test_the_schema_knows_it() -> None:
    """What the loader takes the JSON schema takes; an unknown key neither."""
    validator = Draft202012Validator(schema())
    good = HEAD + '[fleet]\nevs = 2\narrive = ["1s", "2s"]\nleave = ["3s", "4s"]\nsoc = "5%"\n'
    assert validator.is_valid(tomllib.loads(good))
    assert not validator.is_valid(tomllib.loads(good + 'id = "x"\n'))
    assert not validator.is_valid(tomllib.loads(HEAD + "[fleet]\nevs = 2\n"))


CONNECTED = 'arrive = ["1s", "2s"]'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"[fleet]\nevs = 4\n{CONNECTED}", "4: fleet.evs: found 4 EVs; allowed 1 to 3, one for"),
        (f"[fleet]\nevs = 0\n{CONNECTED}", "4: fleet.evs: found 0; allowed a whole number"),
        (f"[fleet]\n{CONNECTED}", "3: fleet.evs: found nothing (the key is required)"),
        ("[fleet]\nevs = 2", "3: fleet.arrive: found nothing (the key is required)"),
        ('[fleet]\nevs = 2\narrive = "5s"', '5: fleet.arrive: found "5s"; allowed two values'),
        (
            '[fleet]\nevs = 2\narrive = ["50s", "70s"]',
            '5: fleet.arrive: found "1m10s"; allowed 0s to 1m, the run\'s duration',
        ),
        (
            f'[fleet]\nevs = 2\n{CONNECTED}\nleave = ["40s", "50s"]',
            '6: fleet.leave: found "50s"; allowed 0s to 1m, the run\'s duration, and 15s for the',
        ),
        (
            '[fleet]\nevs = 2\narrive = ["5s", "6s"]\nleave = ["1s", "9s"]',
            "6: fleet.leave: found some who leave before they come; allowed from 5s on",
        ),
        (
            f'[fleet]\nevs = 2\n{CONNECTED}\nid = "EV"',
            "6: fleet.id: found an unknown key; allowed evs, arrive, leave, departs, battery",
        ),
        (
            f'[fleet]\nevs = 2\n{CONNECTED}\n[[ev]]\nid = "EV2"',
            '7: ev[0].id: found "EV2" a second time (first on line 3)',
        ),
        ("fleet = 2", "3: fleet: found 2; allowed one table: write [fleet]"),
    ],
)
def test_what_is_wrong_with_it_is_said(text: str, problem: str) -> None:
    """File, line, field, what was found, what is allowed."""
    with pytest.raises(ScenarioError) as caught:
        loads(f"{HEAD}{text}\n", "x.toml")
    assert str(caught.value).startswith(f"x.toml:{problem}")
    assert "\n" not in str(caught.value)
