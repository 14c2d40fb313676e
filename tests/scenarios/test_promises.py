"""Each promise of charging fires when it is broken, and only then."""

from typing import Any

import pytest

from fsm.network import booking, holding
from fsm.network.records import IdTag, Reservation, Stay, Transaction
from fsm.network.tables import make_tables
from fsm.v2g.charge_point import ChargePoint
from paxos.check.violation import InvariantViolation
from scenarios.loader import loads
from scenarios.promises import SENTENCES, check_tables
from scenarios.session import Session

S = 1_000_000
BOOK = """
duration = "10m"
cps = 1
[[ev]]
id = "EV1"
[[ev]]
id = "EV2"
drives = true
"""


def held(number: int, tag: str, begin: int, end: int) -> Reservation:
    """An active reservation of CP1."""
    return Reservation(number, "CP1", 1, tag, begin, end, end, 0, "CP1", 0)


def tables(*reservations: Reservation, stays: tuple[Stay, ...] = ()) -> Any:
    """A state with a transaction of EV9 at CP1 and these reservations."""
    running = Transaction(1, "CP1", 1, "EV9", 0, 0, 0, 0)
    return make_tables(
        1,
        records={
            "transactions": [running] if stays else [],
            "id_tags": [IdTag("EV9")],
            "reservations": reservations,
            "stays": stays,
        },
    )


def test_windows_that_overlap_break_b1() -> None:
    """Windows that touch do not."""
    check_tables(tables(held(1, "EV1", 0, 10), held(2, "EV2", 10, 20)))
    with pytest.raises(InvariantViolation, match=r"^B1 "):
        check_tables(tables(held(1, "EV1", 0, 10), held(2, "EV2", 9, 20)))


def test_a_transaction_in_somebody_elses_window_breaks_b2() -> None:
    """Its own driver's does not, nor one that ends before."""
    check_tables(tables(held(1, "EV1", 10, 20), stays=(Stay(1, "CP1", 10, 0),)))
    check_tables(tables(held(1, "EV9", 10, 20), stays=(Stay(1, "CP1", 99, 0),)))
    with pytest.raises(InvariantViolation, match=r"^B2 "):
        check_tables(tables(held(1, "EV1", 10, 20), stays=(Stay(1, "CP1", 11, 0),)))


def promised(plug_s: int) -> Session:
    """EV2 has CP1 from 2m on, and EV1 is plugged in there before."""
    session = Session(loads(BOOK, "b"))
    session.run(20 * S, 10**6)
    wish = {"from_us": 120 * S, "until_us": 480 * S, "energy_wh": 300}
    session.act("reserve", ev="EV2", cp="CP1", **wish)
    session.run(plug_s * S, 10**6)
    session.act("plug_in", ev="EV1", cp="CP1")
    session.run(600 * S, 10**7)
    return session


def name_of(session: Session) -> str:
    """Which invariant was broken."""
    return session.world.violation.name if session.world.violation else ""


def test_nothing_is_broken_as_it_is() -> None:
    """EV1 charges, makes way, and stands there still when EV2 comes: that is no charging."""
    session = promised(30)
    assert name_of(session) == ""
    assert any("finds CP1 taken by EV1" in r.text for r in session.view().event_rows)


def test_a_network_that_lets_strangers_start_breaks_b2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log has them side by side."""
    monkeypatch.setattr(holding, "begin_stay", lambda draft, transaction: None)
    monkeypatch.setattr("fsm.network.transactions.begin_stay", holding.begin_stay)
    assert name_of(promised(30)) == "B2"


def test_a_network_that_does_not_compare_windows_breaks_b1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two drivers are promised one connector."""
    monkeypatch.setattr(booking, "_collide", lambda other, wish: False)
    session = Session(loads(BOOK, "b"))
    session.run(20 * S, 10**6)
    for ev in ("EV1", "EV2"):
        session.act("reserve", ev=ev, cp="CP1", from_us=120 * S, until_us=480 * S, energy_wh=0)
    session.run(30 * S, 10**6)
    assert name_of(session) == "B1"


def test_a_charge_point_that_does_not_end_a_stay_breaks_b3(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Power is still on when the turnaround is over."""
    monkeypatch.setattr(ChargePoint, "_end_stay", lambda self, now_us: None)
    monkeypatch.setattr("scenarios.promises.Promises.arrived", lambda *args: None)
    assert name_of(promised(30)) == "B3"


def test_a_driver_who_finds_another_charging_breaks_b4(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, seen by who comes."""
    monkeypatch.setattr(ChargePoint, "_end_stay", lambda self, now_us: None)
    monkeypatch.setattr("scenarios.promises.Promises._check_stay", lambda *args: None)
    assert name_of(promised(30)) == "B4"


def test_every_promise_has_a_sentence() -> None:
    """Which scenario files may name."""
    assert list(SENTENCES) == ["B1", "B2", "B3", "B4"]
