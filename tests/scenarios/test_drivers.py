"""Drivers in a whole run: they ask, are told, drive, and nothing is kept for who does not know."""

import json
import os
import subprocess
import sys

import pytest

from fsm.v2g.codes import EVSENotification
from scenarios.campaign import run_seed
from scenarios.errors import InputError
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.view import EventRow, ReservationView, Window

S = 1_000_000

BOOK = """
duration = "10m"
cps = 5
[[ev]]
id = "EV1"
[[ev]]
id = "EV2"
"""

LIBRARY = (
    "double-booking",
    "minority-refuses",
    "redirect-when-full",
    "reservation-cancelled-and-replaced",
    "reservation-expires",
)


def at(seconds: int, session: Session) -> Session:
    """The session at a time."""
    while not session.run(seconds * S, 10**6):
        pass
    return session


def ask(session: Session, ev: str = "EV1", cp: str = "CP1", **more: object) -> None:
    """Ask for a connector from 2m to 8m."""
    wish = {"from_us": 120 * S, "until_us": 480 * S, "energy_wh": 300}
    session.act("reserve", ev=ev, cp=cp, **wish, **more)


def rows(session: Session) -> tuple[ReservationView, ...]:
    """What drivers asked for."""
    return session.view().reservations


def lines(session: Session, word: str) -> list[EventRow]:
    """Event lines with a word."""
    return [row for row in session.view(Window(event_rows=500)).event_rows if word in row.text]


def records(session: Session, number: int) -> list[str]:
    """The fate of a reservation as each charge point knows it."""
    nodes = [session.world.node(n) for n in session.world.ids]
    found = [node.network.reservations.get(number) for node in nodes if node is not None]
    return ["" if record is None else record.status for record in found]


@pytest.mark.parametrize("both", [False, True])
def test_asked_at_one_moment_one_gets_it(both: bool) -> None:
    """At one charge point, or at two: one is reserved, the other goes elsewhere."""
    session = at(20, Session(loads(BOOK, "b")))
    ask(session, "EV1", "CP1", hold_us=60 * S)
    ask(session, "EV2", "CP2" if both else "CP1")
    at(30, session)
    assert len({row.cp for row in rows(session)}) == 2
    assert {row.answer for row in rows(session)} <= {"reserved", "redirected"}


def test_a_charge_point_that_hears_nobody_refuses_at_once() -> None:
    """Within the time that the question takes to get there; nothing is queued for later."""
    session = at(20, Session(loads(BOOK, "b")))
    session.act("partition", groups=[["CP1"], ["CP2", "CP3", "CP4", "CP5"]])
    at(30, session)
    node = session.world.node(1)
    assert node is not None
    before = node.calls.next_number
    ask(session)
    session.run(30 * S + 100_000, 10**6)
    assert [(row.answer, row.reason) for row in rows(session)] == [
        ("refused", "CP1 is cut off from the network")
    ]
    assert node.calls.next_number == before


def test_who_is_refused_while_his_question_is_under_way_leaves_nothing_behind() -> None:
    """It may be decided later, and is: the log ends without it."""
    session = at(20, Session(loads(BOOK, "b")))
    session.act("partition", groups=[["CP1"], ["CP2", "CP3", "CP4", "CP5"]])
    ask(session)
    at(26, session)
    assert rows(session)[0].answer == "refused"
    at(60, session)
    session.act("heal")
    at(90, session)
    assert set(records(session, 1)) == {"Cancelled"}
    assert rows(session)[0].fate == ""


@pytest.mark.parametrize("fault", ["crash", "pause"])
def test_a_charge_point_that_dies_with_a_question(fault: str) -> None:
    """The driver hears nothing, and calls it off somewhere else."""
    session = at(20, Session(loads(BOOK, "b")))
    ask(session)
    session.run(20 * S + 52_000, 10**6)
    session.act(fault, cp="CP1")
    at(40, session)
    assert rows(session)[0].answer == "unanswered"
    assert {fate for fate in records(session, 1) if fate} == {"Cancelled"}
    session.act({"crash": "restart", "pause": "resume"}[fault], cp="CP1")
    at(80, session)
    assert set(records(session, 1)) == {"Cancelled"}


def test_a_charge_point_that_is_down_is_not_asked_for_ever() -> None:
    """Named, it does not run; unnamed, the driver asks the nearest that runs."""
    session = at(20, Session(loads(BOOK, "b")))
    session.act("crash", cp="CP1")
    ask(session)
    session.act("reserve", ev="EV2", from_us=120 * S, until_us=480 * S, energy_wh=0)
    at(30, session)
    first, second = rows(session)
    assert (first.answer, first.reason) == ("refused", "CP1 does not run")
    assert (second.asked_cp, second.answer) == ("CP2", "reserved")


def test_a_stranger_is_turned_away_and_the_driver_is_served() -> None:
    """The status is Reserved before; the stranger's EV draws nothing."""
    session = at(20, Session(loads(BOOK, "b")))
    ask(session)
    at(70, session)
    cp = session.view().cps[0]
    assert (cp.ocpp_status, cp.reserved_for, cp.reserved_until_us) == ("Reserved", "EV1", 480 * S)
    session.act("plug_in", ev="EV2", cp="CP1")
    at(90, session)
    session.act("unplug", ev="EV2")
    at(125, session)
    session.act("plug_in", ev="EV1", cp="CP1")
    at(200, session)
    assert {car.ev.id: car.taken_uj > 0 for car in session.world.cars.values()} == {
        "EV1": True,
        "EV2": False,
    }
    assert rows(session)[0].fate == "used"


def test_who_charges_makes_way_for_the_next() -> None:
    """He is asked to stop the turnaround before, and the connector is free in time."""
    session = at(20, Session(loads(BOOK, "b")))
    ask(session)
    at(30, session)
    session.act("plug_in", ev="EV2", cp="CP1")
    at(50, session)
    assert session.view().cps[0].power_w > 0
    at(65, session)
    assert session.view().cps[0].power_w == 0
    assert lines(session, "asked to stop")
    assert session.view().sessions[0].stop_us is not None


def test_an_ev_that_does_not_stop_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contactor opens half a turnaround later, whatever the EV does."""
    session = at(20, Session(loads(BOOK, "b")))
    ask(session)
    at(30, session)
    session.act("plug_in", ev="EV2", cp="CP1")
    node = at(50, session).world.node(1)
    assert node is not None
    monkeypatch.setattr("fsm.v2g.responders._wish", lambda evse, now_us: EVSENotification.NONE)
    assert at(80, session).world.connectors[1].contactor_closed is True
    at(95, session)
    assert session.world.connectors[1].contactor_closed is False
    assert session.world.violation is None


@pytest.mark.parametrize("verb", ["change_reservation", "cancel_reservation"])
def test_who_holds_nothing_has_nothing_to_change(verb: str) -> None:
    """It is said, and nothing is done."""
    session = at(20, Session(loads(BOOK, "b")))
    window = {"from_us": 0, "until_us": S} if verb == "change_reservation" else {}
    with pytest.raises(InputError, match="EV1 holds no reservation"):
        session.act(verb, ev="EV1", **window)
    with pytest.raises(InputError, match="from is before until"):
        session.act("reserve", ev="EV1", from_us=S, until_us=S, energy_wh=0)


@pytest.mark.parametrize("name", LIBRARY)
def test_same_bytes_in_two_processes(name: str) -> None:
    """Whatever the hash seed."""
    outputs = []
    for hash_seed in ("0", "4242"):
        done = subprocess.run(
            [sys.executable, "-m", "evtui.cli", "run", name, "--json"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        )
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0])["reservations"]


@pytest.mark.parametrize("name", LIBRARY)
def test_random_faults_break_no_promise(name: str) -> None:
    """Six seeds; the long campaign has two hundred."""
    scenario = load(name)
    assert [f for seed in range(6) if (f := run_seed(scenario, seed)).problems] == []


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 200, 20))
@pytest.mark.parametrize("name", LIBRARY)
def test_two_hundred_seeds(name: str, first: int) -> None:
    """The long campaign."""
    scenario = load(name)
    seeds = range(first, first + 20)
    assert [f for seed in seeds if (f := run_seed(scenario, seed)).problems] == []
