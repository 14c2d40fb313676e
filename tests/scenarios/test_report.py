"""The report: its keys, its text, its verdict."""

import json

import pytest

from fsm.network.ledger import opening
from fsm.network.records import Account
from fsm.network.state import NetworkState
from fsm.network.tables import Draft
from scenarios.expect import Outcome
from scenarios.expectation import Expect
from scenarios.postmortem import Violation
from scenarios.report import Report, from_view
from scenarios.view import Refusal
from tests.scenarios.views import cp, ev, session, view

HELD = Outcome(Expect(t_us=0, sessions=1), "at 0s, it is so", held=True, found="so")
FAILED = Outcome(Expect(t_us=0, sessions=2), "at 0s, it is thus", held=False, found="so")

RUN = view(
    cps=(
        cp("CP1", role="leader", commit_slot=9, applied_slot=9, energy_wh=1_038.2560004),
        cp("CP2", status="crashed", state="-", role="-", state_digest="", applied_slot=0),
    ),
    evs=(ev("EV10", state="charging_with_profile", cp="CP1", soc=32.64567, energy_wh=1_038.256),),
    unplugged=(ev("EV2"),),
    sessions=(
        session(
            "EV2",
            10_000_000,
            20_500_000,
            authorized_by="ISO14443",
            receipt="Good",
            cents=45,
            tokens=12,
            bill="paid",
        ),
        session("EV10", 60_000_001, None, cents=44, bill="running"),
    ),
    refusals=(Refusal(2_500_000, "CP1", "EV2", "0badcafe", "Blocked"),),
)

NETWORK = NetworkState(1, opening({"EV2": 5_000}))


def report(
    *outcomes: Outcome, violations: tuple[str, ...] = (), network: NetworkState | None = None
) -> Report:
    """The report of the run above."""
    broken = [
        Violation(
            invariant="R1",
            text=text,
            time_s=1.5,
            event=7,
            slot=4,
            ballots=("2.CP1",),
            cps=("CP1", "CP2"),
            events=("1.500000 s  CP1 → CP2  Commit commit_slot=4",),
        )
        for text in violations
    ]
    return from_view(
        RUN, "d1ce", broken, outcomes, {"elections": 1, "noops": 0}, network or NETWORK
    )


def test_the_json_has_these_keys_in_this_order() -> None:
    """Programs rely on them."""
    data = json.loads(report(HELD, violations=("R1: two decisions",)).to_json())
    assert data == {
        "scenario": "test",
        "seed": 7,
        "mutant": None,
        "virtual_s": 90.5,
        "events": 1_234,
        "messages": 567,
        "committed": 9,
        "leader": "CP1",
        "digest": "d1ce",
        "violations": [
            {
                "invariant": "R1",
                "text": "R1: two decisions",
                "time_s": 1.5,
                "event": 7,
                "slot": 4,
                "ballots": ["2.CP1"],
                "cps": ["CP1", "CP2"],
                "events": ["1.500000 s  CP1 → CP2  Commit commit_slot=4"],
            }
        ],
        "violation_expected": False,
        "expectations": [{"text": "at 0s, it is so", "held": True, "found": "so"}],
        "cps": {
            "CP1": {
                "state": "waiting_ev",
                "status": "alive",
                "role": "leader",
                "ocpp_status": "Available",
                "energy_wh": 1_038.256,
                "promised": "1.CP1",
                "commit_slot": 9,
                "applied_slot": 9,
                "state_digest": "abcdef0123456789",
            },
            "CP2": {
                "state": "-",
                "status": "crashed",
                "role": "-",
                "ocpp_status": "Available",
                "energy_wh": 0.0,
                "promised": "1.CP1",
                "commit_slot": 5,
                "applied_slot": 0,
                "state_digest": "",
            },
        },
        "evs": {
            "EV2": {"state": "not_connected", "soc": 30.0, "energy_wh": 0.0},
            "EV10": {"state": "charging_with_profile", "soc": 32.6457, "energy_wh": 1_038.256},
        },
        "sessions": [
            {
                "ev": "EV2",
                "cp": "CP1",
                "start_s": 10.0,
                "stop_s": 20.5,
                "energy_wh": 1_000,
                "cents": 45,
                "tokens": 12,
                "bill": "paid",
                "id_tag": "",
                "authorized_by": "ISO14443",
                "receipt": "Good",
                "billable_wh": 0,
            },
            {
                "ev": "EV10",
                "cp": "CP1",
                "start_s": 60.000001,
                "stop_s": None,
                "energy_wh": 1_000,
                "cents": 44,
                "tokens": 0,
                "bill": "running",
                "id_tag": "",
                "authorized_by": "",
                "receipt": "",
                "billable_wh": 0,
            },
        ],
        "refusals": [
            {"time_s": 2.5, "cp": "CP1", "ev": "EV2", "who": "0badcafe", "code": "Blocked"}
        ],
        "reservations": [],
        "coverage": {"elections": 1, "noops": 0},
        "money": {
            "earned_cents": 0,
            "owed_cents": 0,
            "tokens": 0,
            "problems": [],
            "accounts": {
                "bank": {"cents": -5_000, "tokens": 0, "owed_cents": 0},
                "tag:EV2": {"cents": 5_000, "tokens": 0, "owed_cents": 0},
            },
        },
        "promises": [],
            "power": {
            "site": {
                "capacity_w": 22_000,
                "peak_w": 0,
                "ev_peak_w": 0,
                "loads_peak_w": 0,
                "pv_peak_w": 0,
            },
            "cabinets": {},
            "trips": 0,
            "grants_ended": 0,
            "guarded": False,
        },
    }  # fmt: skip
    assert list(data) == [
        "scenario", "seed", "mutant", "virtual_s", "events", "messages", "committed", "leader",
        "digest",
        "violations", "violation_expected", "expectations", "cps", "evs", "sessions",
        "refusals", "reservations", "coverage", "money", "promises", "power",
    ]  # fmt: skip
    assert list(data["evs"]) == ["EV2", "EV10"]


def test_the_json_is_one_line_of_ascii() -> None:
    """Whatever the locale, and one report a line in a file of many."""
    text = report(violations=("CP1 ↮ CP2\nline",)).to_json()
    assert text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize(
    ("outcomes", "violations", "code"),
    [
        ((), (), 0),
        ((HELD,), (), 0),
        ((HELD, FAILED), (), 1),
        ((HELD,), ("A1",), 1),
    ],
)
def test_the_exit_code(
    outcomes: tuple[Outcome, ...], violations: tuple[str, ...], code: int
) -> None:
    """1 as soon as one thing is not as it must be."""
    assert report(*outcomes, violations=violations).exit_code == code


def test_the_text_is_for_people() -> None:
    """Tables with units, what failed with what was found, violations last."""
    assert (
        report(HELD, FAILED, violations=("R1: slot 4 was decided twice",)).to_text()
        == """\
test · seed 7 · 1m30.5s of virtual time
1,234 events · 567 messages · 9 slots committed · leader CP1
digest d1ce

CP   state       status   role          energy  applied  state digest
CP1  waiting_ev  alive    leader  1.038256 kWh        9  abcdef012345
CP2  -           crashed  -               0 Wh        0  -

EV    state                  charge        energy
EV2   not_connected          30.0 %          0 Wh
EV10  charging_with_profile  32.6 %  1.038256 kWh

session  at      start      stop  energy  by        receipt      bill           tokens
EV2      CP1  10.000 s  20.500 s   1 kWh  ISO14443  Good     0.45 EUR  paid         12
EV10     CP1  60.000 s   running   1 kWh  -         -        0.44 EUR  running       0
0.00 EUR earned · 0.00 EUR open · 0 tokens given

refused  at      when  why
EV2      CP1  2.500 s  Blocked

1 of 2 expectations held
  held    at 0s, it is so
  FAILED  at 0s, it is thus: found so
VIOLATED  R1: slot 4 was decided twice
  at 1.500000 s, after event 7; what led to it:
  1.500000 s  CP1 → CP2  Commit commit_slot=4
"""
    )


def test_an_empty_run_has_a_report_too() -> None:
    """No EV, no session, no expectation."""
    text = from_view(view(cps=(cp("CP1"),), leader=None), "00", (), (), {}, NETWORK).to_text()
    assert "leader none" in text
    assert "no charging session" in text
    assert text.endswith("no expectation was due\nall invariants held\n")


def test_money_that_does_not_add_up_is_told_and_fails_the_run() -> None:
    """Even if no invariant was looked at on the way."""
    draft = Draft(NETWORK.state)
    draft.put(Account("tag:EV2", 5_001))
    network = NetworkState(1)
    network.state = draft.keep()
    broken = report(HELD, network=network)
    assert broken.exit_code == 1
    assert "NOT CONSERVED: M1: the account tag:EV2" in broken.to_text()
    assert "NOT CONSERVED: M1: all accounts together have 1 cents, not 0" in broken.to_text()
