"""Single messages that are late: what a file says of them, and what a run makes of it."""

import pytest
from jsonschema import Draft202012Validator

from paxos.sim.links import Link, new_link
from paxos.sim.streams import stream
from scenarios.errors import ScenarioError
from scenarios.json_schema import schema
from scenarios.loader import loads
from scenarios.schema import Late
from scenarios.session import Session
from scenarios.writer import to_toml

HEAD = 'duration = "10s"\ncps = 3\n'


def late(source: str = "CP1", target: str = "CP2", number: str = "3", takes: str = "40ms") -> str:
    """A table that says so."""
    return f'[[late]]\nfrom = "{source}"\nto = "{target}"\nnumber = {number}\ntakes = "{takes}"\n'


def test_a_late_message_is_read_and_written() -> None:
    """And the schema takes it."""
    scenario = loads(HEAD + late() + late(number="5", takes="1ms"), "f.toml")
    assert scenario.late[0] == Late(source="CP1", target="CP2", number=3, takes_us=40_000)
    assert loads(to_toml(scenario), "f.toml").late == scenario.late
    table = {"from": "CP1", "to": "CP2", "number": 3, "takes": "40ms"}
    validator = Draft202012Validator(schema())
    assert validator.is_valid({"duration": "1m", "cps": 3, "late": [table]})
    assert not validator.is_valid({"duration": "1m", "cps": 3, "late": [{**table, "number": 0}]})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            late(source="CP4"),
            (
                'f.toml:4: late[0].from: found "CP4", which is no charge point of this file; '
                "allowed CP1, CP2, CP3"
            ),
        ),
        (
            late(target="CP1"),
            (
                "f.toml:5: late[0].to: found the charge point that sends it; allowed another "
                "charge point"
            ),
        ),
        (
            late() + late(),
            "f.toml:11: late[1].number: found 3 a second time; allowed each once",
        ),
        (
            late(number="0"),
            "f.toml:6: late[0].number: found 0; allowed a whole number from 1 to 1,000,000,000",
        ),
        (
            '[[late]]\nfrom = "CP1"\nto = "CP2"\nnumber = 1\n',
            (
                "f.toml:3: late[0].takes: found nothing (the key is required); allowed a duration "
                'such as "1m30s" or "500ms", from 0s to 1m'
            ),
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    """With its line."""
    with pytest.raises(ScenarioError) as caught:
        loads(HEAD + text, "f.toml")
    assert list(caught.value.problems) == [problem]


def test_a_city_has_none() -> None:
    """Its charge points are numbered site by site."""
    city = 'duration = "1m"\n[[site]]\nid = "A"\ncps = 3\n[[site]]\nid = "B"\ncps = 3\n'
    with pytest.raises(ScenarioError) as caught:
        loads(city + late("A-1", "A-2"), "f.toml")
    assert "found it in a city; allowed it in a scenario of one site" in str(caught.value)


def link(**late_us: int) -> Link:
    """A link without a tail."""
    made = new_link(stream(1, "link"), 2_000, 0)
    made.late_us = {int(name[1:]): value for name, value in late_us.items()}
    return made


def test_one_message_is_late_and_those_behind_it_wait() -> None:
    """As on a TCP connection; those before it are not touched."""
    slow = link(n2=50_000)
    arrivals = [slow.carry(sent_us, b"frame")[0][0] for sent_us in (0, 1_000, 2_000, 60_000)]
    assert arrivals == [2_000, 51_000, 51_000, 62_000]


def test_a_message_may_come_early() -> None:
    """But never before one that was sent earlier on its link."""
    quick = link(n2=0)
    assert [quick.carry(sent_us, b"frame")[0][0] for sent_us in (0, 1_000)] == [2_000, 2_000]


def test_a_late_message_is_overtaken_on_other_links() -> None:
    """The run is another one, and all goes well."""
    digests = []
    pairs = [(f"CP{a}", f"CP{b}") for a in (1, 2, 3) for b in (1, 2, 3) if a != b]
    for takes in (None, "300ms", "2ms"):
        text = "".join(late(*ends, number="2", takes=takes) for ends in pairs if takes)
        session = Session(loads(f"{HEAD}[network]\ntail = 0.0\n{text}", "f.toml"))
        while not session.finished:
            session.run(10_000_000, 1_000_000)
        assert session.whole.violation is None
        digests.append(session.whole.digest())
    assert digests[0] == digests[2] != digests[1]
