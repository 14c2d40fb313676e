"""Receipts: slips for people, JSON for programs, the same on every charge point."""

import json

import pytest

from evtui.cli import main
from scenarios.loader import load
from scenarios.receipts import WIDTH, receipts
from scenarios.session import Session
from scenarios.till import newest

SLIP = """\
----------------------------------------
               RECEIPT 1
               CP1 Berlin
----------------------------------------
driver                               EV1
begin            2026-03-02 17:58:30 UTC
end              2026-03-02 18:03:00 UTC
stopped by                         Local
meter at begin                 0.000 kWh
meter at end                   0.823 kWh
energy                         0.823 kWh
meter's receipt                     Good
----------------------------------------
energy                          0.11 EUR
  0.274 kWh × 0.40 EUR
energy                          0.33 EUR
  0.549 kWh × 0.60 EUR
time                            0.09 EUR
  4:29 min × 0.02 EUR
start fee                       0.35 EUR
  1 × 0.35 EUR
----------------------------------------
TOTAL                           0.88 EUR
tokens for flexibility                 0
----------------------------------------
PAID             2026-03-02 18:03:00 UTC
"""


def ended(name: str) -> Session:
    """A run of a scenario, to its end."""
    session = Session(load(name))
    session.run(session.scenario.duration_us, 10**9)
    return session


def test_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a session over two prices, with fees, by the calendar."""
    assert main(["receipts", "tariffs", "--session", "1"]) == 0
    text = capsys.readouterr().out
    assert text.rpartition("record")[0] == SLIP
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_a_slip_says_that_nothing_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    """And why it is of 0 EUR, where the meter shows energy."""
    assert main(["receipts", "tampered-meter-receipt", "--session", "1"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "energy 0.611 kWh meter's receipt Bad proven and billed 0.000 kWh" in text
    assert "TOTAL 0.00 EUR" in text


def test_lines_add_up_and_the_record_is_the_same_everywhere() -> None:
    """On each charge point: the hash of the bill in its own state."""
    session = ended("tariffs")
    found = receipts(session.scenario, newest(session.world))
    assert [receipt.transaction for receipt in found] == [1, 2, 3, 4]
    for receipt in found:
        assert sum(line.cents for line in receipt.lines) == receipt.total_cents
        assert receipt.meter_stop_wh - receipt.meter_start_wh == receipt.energy_wh
    for number in session.world.ids:
        node = session.world.node(number)
        assert node is not None
        assert receipts(session.scenario, node.network) == found


def test_json_and_an_open_bill(capsys: pytest.CaptureFixture[str]) -> None:
    """The driver who could not pay."""
    assert main(["receipts", "empty-account", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["driver"], row["status"], bool(row["paid"])) for row in rows] == [
        ("EV1", "open", False), ("EV3", "paid", True), ("EV3", "paid", True),
    ]  # fmt: skip
    assert rows[0]["start"] == "2026-01-01T08:00:30Z"
    assert rows[0]["lines"][0]["cents"] == rows[0]["total_cents"]
    assert len({row["record"] for row in rows}) == 3
    assert main(["receipts", "empty-account", "--session", "1"]) == 0
    assert "\nOPEN\n" in capsys.readouterr().out


def test_before_any_session_has_ended(capsys: pytest.CaptureFixture[str]) -> None:
    """It says so; as JSON there is nothing."""
    assert main(["receipts", "tariffs", "--until", "1m"]) == 0
    assert capsys.readouterr().out == "no session has ended\n"
    assert main(["receipts", "tariffs", "--until", "1m", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["tariffs", "--session", "9"], '--session: found "9"; allowed 1, 2, 3, 4'),
        (["tariffs", "--session", "x"], '--session: found "x"; allowed the number of a session'),
        (["tariffs", "--until", "1m", "--session", "1"], "none: no session has ended"),
        (["tariffs", "--until", "9m"], '--until: found "9m"; allowed 0s to 8m'),
        (["tarifs"], 'did you mean "tariffs"?'),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2."""
    assert main(["receipts", *arguments]) == 2
    assert problem in capsys.readouterr().err


def test_a_violation_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipts up to then are printed all the same."""
    assert main(["receipts", "broken-clock-bound"]) == 1
    assert "the run ended early: L2" in capsys.readouterr().err
