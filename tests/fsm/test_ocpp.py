"""The charge point's side of OCPP: queue, statuses, and answers that come late."""

from itertools import pairwise

import msgpack
import pytest

from fsm import effects as fx
from fsm.clock import TrueClock
from fsm.energy.meter import Meter
from fsm.ocpp.actions import ChargePointError, Reason
from fsm.ocpp.client import CallClient
from fsm.ocpp.frames import CallError, parse_operation
from fsm.ocpp.station import Station
from fsm.ocpp.status import (
    TRANSITIONS,
    WAYS,
    ConnectorStatus,
    charging_state_201,
    status_201,
)

ACCEPTED = [3, "", {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}]
CONCURRENT = [3, "", {"idTagInfo": {"status": "ConcurrentTx"}, "transactionId": 0}]
ERROR = [4, "", "InternalError", "", {}]


def calls(effects):
    """The actions that are called."""
    return [effect.action for effect in effects if type(effect) is fx.Call]


def station():
    """A station that has booted."""
    made = Station(11_000, "AC", Meter(), TrueClock())
    made.boot()
    made.begin()
    return made


def test_one_call_is_outstanding_at_a_time():
    """First in, first out; the next one only after the answer."""
    client = CallClient("CP1")
    assert client.take() is None
    client.submit("Heartbeat", {}, 5)
    client.submit("Authorize", {"idTag": "x"}, 6)
    first = parse_operation(client.take())
    assert (first.cp_id, first.unique_id, first.action, first.at_us) == (
        "CP1",
        "CP1-1",
        "Heartbeat",
        5,
    )
    assert client.take() is None
    assert msgpack.unpackb(client.outstanding_operation())[2][1] == "CP1-1"
    assert client.answer([3, "CP1-9", {}]) is None
    assert client.answer([3]) is None
    assert client.answer([3, "CP1-1", {}]).action == "Heartbeat"
    assert client.answer([3, "CP1-1", {}]) is None
    assert parse_operation(client.take()).unique_id == "CP1-2"
    assert client.pending == 1


def test_unique_ids_go_on_after_a_restart():
    """A number is never used twice."""
    client = CallClient("CP1", 1_000_001)
    assert client.submit("Heartbeat", {}, 0) == "CP1-1000001"
    assert client.next_number == 1_000_002


def test_a_malformed_operation_keeps_its_id():
    """So that the caller can match the error."""
    with pytest.raises(CallError) as caught:
        parse_operation(msgpack.packb(["", 0, [2, "CP1-4", "Heartbeat", {}]]))
    assert caught.value.unique_id == "CP1-4"


def test_the_standards_status_table():
    """OCPP 1.6, 4.9: rows A to I."""
    assert len(TRANSITIONS) == 53
    status = ConnectorStatus
    assert TRANSITIONS[(status.AVAILABLE, status.PREPARING)] == "A2"
    assert TRANSITIONS[(status.PREPARING, status.FINISHING)] == "B6"
    assert TRANSITIONS[(status.FAULTED, status.UNAVAILABLE)] == "I8"
    assert (status.FINISHING, status.CHARGING) not in TRANSITIONS
    assert all(before is not after for before, after in TRANSITIONS)


@pytest.mark.parametrize("before", list(ConnectorStatus))
@pytest.mark.parametrize("after", list(ConnectorStatus))
def test_reports_follow_the_table(before, after):
    """A change that the table does not know goes by others: each step is in the table."""
    made = station()
    made.report(before, ChargePointError.NO_ERROR, 0)
    effects = made.report(after, ChargePointError.NO_ERROR, 1)
    shown = [effect.payload["status"] for effect in effects]
    if before is after:
        assert shown == []
    elif (before, after) in TRANSITIONS:
        assert shown == [after]
    else:
        assert shown[-1] == after
        assert len(shown) == 2
        way = [before, *map(ConnectorStatus, shown)]
        assert all(pair in TRANSITIONS for pair in pairwise(way))


def test_the_way_round_is_the_natural_one():
    """By Finishing where a session ends, by Preparing where an EV is there already."""
    status = ConnectorStatus
    assert WAYS[status.PREPARING, status.UNAVAILABLE] == (status.FINISHING, status.UNAVAILABLE)
    assert WAYS[status.FINISHING, status.CHARGING] == (status.PREPARING, status.CHARGING)
    assert WAYS[status.UNAVAILABLE, status.FINISHING] == (status.PREPARING, status.FINISHING)
    assert WAYS[status.AVAILABLE, status.FAULTED] == (status.FAULTED,)


def test_the_statuses_of_2_0_1():
    """Five words for nine, and the state of charging beside them."""
    words = [(status_201(each), charging_state_201(each)) for each in ConnectorStatus]
    assert words == [
        ("Available", "Idle"),
        ("Occupied", "EVConnected"),
        ("Occupied", "Charging"),
        ("Occupied", "SuspendedEV"),
        ("Occupied", "SuspendedEVSE"),
        ("Occupied", "EVConnected"),
        ("Reserved", "Idle"),
        ("Unavailable", "Idle"),
        ("Faulted", "Idle"),
    ]


def test_a_question_is_asked_once():
    """Polling does not fill the queue; the answer is for that id tag only."""
    made = station()
    assert calls(made.authorize("EV1")[1]) == ["Authorize"]
    assert made.authorize("EV1") == ("", [])
    made.begin()
    assert made.authorize("EV1") == ("", [])
    made.on_result("Authorize", {"idTag": "EV1"}, ACCEPTED, 0)
    assert made.authorize("EV1") == ("Accepted", [])
    assert calls(made.authorize("EV2")[1]) == ["Authorize"]
    made.begin()
    assert made.authorize("EV1")[0] == ""


def test_an_error_is_not_an_acceptance():
    """A CALLERROR to Authorize refuses, and is told."""
    made = station()
    made.authorize("EV1")
    (notice,) = made.on_result("Authorize", {"idTag": "EV1"}, ERROR, 0)
    assert notice == fx.Notice("fault", "Authorize was refused: InternalError")
    assert made.authorize("EV1")[0] == "Invalid"


def test_a_start_that_comes_too_late_is_stopped():
    """The session has ended meanwhile: the transaction is closed at once, with its reason."""
    made = station()
    assert calls(made.start("EV1", 0)) == ["StartTransaction"]
    assert made.stop(Reason.EV_DISCONNECTED, 1) == []
    (stop,) = made.on_result("StartTransaction", {"idTag": "EV1"}, ACCEPTED, 2)
    assert stop.payload["transactionId"] == 7
    assert stop.payload["reason"] == "EVDisconnected"
    assert made.transaction_id is None


def test_a_new_session_of_the_same_driver_adopts_the_start():
    """It is not asked for twice; another driver's waits for it to end."""
    made = station()
    made.start("EV1", 0)
    made.stop(Reason.OTHER, 1)
    made.begin()
    assert made.start("EV1", 2) == []
    made.on_result("StartTransaction", {"idTag": "EV1"}, ACCEPTED, 3)
    assert made.transaction_id == 7
    other = station()
    other.start("EV1", 0)
    other.stop(Reason.OTHER, 1)
    assert other.start("EV2", 2) == []
    assert calls(other.on_result("StartTransaction", {"idTag": "EV1"}, ACCEPTED, 3)) == [
        "StopTransaction"
    ]
    assert calls(other.start("EV2", 4)) == ["StartTransaction"]


def test_concurrent_is_tried_three_times():
    """With a pause between; then the session is told why."""
    made, now = station(), 0
    for attempt in range(3):
        assert calls(made.start("EV1", now)) == ["StartTransaction"], attempt
        assert made.start_refused == ""
        made.on_result("StartTransaction", {"idTag": "EV1"}, CONCURRENT, now)
        assert made.start("EV1", now + 1) == []
        now += 5_000_000
    assert made.start_refused == "ConcurrentTx"
    made.begin()
    assert calls(made.start("EV1", now)) == ["StartTransaction"]


def test_boot_is_tried_again():
    """After an error, and after anything but Accepted."""
    made = station()
    for result in (ERROR, [3, "", {"status": "Rejected", "interval": 9}], [3, "", {}]):
        timers = [e for e in made.on_result("BootNotification", {}, result, 0) if "boot" in str(e)]
        assert timers[0] == fx.SetTimer("boot", 10_000_000)
    accepted = [3, "", {"status": "Accepted", "interval": 60}]
    assert made.on_result("BootNotification", {}, accepted, 0) == [
        fx.SetTimer("heartbeat", 60_000_000)
    ]


def test_heartbeats_and_readings_do_not_pile_up():
    """One of each waits at most; the timer goes on."""
    made = station()
    made.transaction_id = 7
    assert calls(made.heartbeat()) == ["Heartbeat"]
    assert calls(made.heartbeat()) == []
    assert calls(made.meter_values(1)) == ["MeterValues"]
    assert calls(made.meter_values(2)) == []
    made.on_result("MeterValues", {}, [3, "", {}], 3)
    assert calls(made.meter_values(4)) == ["MeterValues"]


def test_an_orphan_is_ended_once():
    """Not the running one, and no other twice."""
    made = station()
    made.transaction_id = 7
    assert made.orphan(7, 0) == []
    (call, _) = made.orphan(6, 0)
    assert (call.action, call.payload["reason"]) == ("StopTransaction", "PowerLoss")
    assert made.orphan(6, 1) == []
