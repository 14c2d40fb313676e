"""One payload at a time: what either version makes of it, and what comes back."""

import json

import pytest

from fsm.ocpp import profiles_outside, v16, v201, v201_reading
from fsm.ocpp.dialogue import dialogue
from fsm.ocpp.frames import CallError, ErrorCode
from fsm.ocpp.profiles.model import Version
from scenarios.loader import load
from tests.edge.recording import recorded
from tests.edge.schemas import CODES, problems

START_US = 1_767_254_400_000_000
"""2026-01-01T08:00:00Z."""

BOOT = {"chargePointVendor": "evtui", "chargePointModel": "Simulated AC", "ratedPower": 22_000,
        "current": "AC", "at": [10, 20]}  # fmt: skip
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": 1_500_000}
START = {"connectorId": 1, "idTag": "EV1", "meterStart": 100, "timestamp": 2_000_000}
STOP = {"transactionId": 7, "meterStop": 900, "timestamp": 60_000_000, "reason": "Local"}
METER = {
    "connectorId": 1, "transactionId": 7, "meterValue": [{
        "timestamp": 30_000_000,
        "sampledValue": [{"value": "500", "measurand": "Energy.Active.Import.Register",
                          "unit": "Wh"}],
    }],
}  # fmt: skip
RESERVE = {
    "connectorId": 1, "expiryDate": 9_000_000, "idTag": "EV1", "reservationId": 5,
    "from": 1_000_000, "until": 9_000_000, "energy": 3_000, "chargePoint": "CP2",
}  # fmt: skip
PROFILE = {
    "profile": [
        "1.6", 3, 1, 2, "TxDefaultProfile", "Recurring", "Daily", 0, 90_000, None,
        [["A", 60, 600, None, 65, [[0, 165, 3, None], [300, 80, 1, None]]]],
    ],
}  # fmt: skip


def frame_row(outside):
    """A frame as the schemas' check takes it."""
    frame = outside.frame
    body = frame[3] if frame[0] == 2 else frame[2]
    return {"message_type": frame[0], "action": outside.action, "body": body}


def spoken(version, *steps):
    """What a dialogue makes of calls and answers; each frame passes the schemas."""
    talk = dialogue(version, START_US)
    out = []
    for step in steps:
        found = talk.answer(step) if type(step) is list else talk.call(*step)
        for each in found:
            assert problems(frame_row(each), version.value) == []
        out += found
    return [(each.frame[0], each.action, frame_row(each)["body"]) for each in out]


def test_what_1_6_does_not_know_stands_beside_it():
    """In a DataTransfer that follows the answer; the payload itself is the standard's."""
    answer = [3, "CP1-1", {"status": "Accepted", "currentTime": 0, "interval": 60}]
    call, result, beside, taken = spoken(
        Version.V16, ("CP1-1", "BootNotification", BOOT), answer
    )  # fmt: skip
    assert call[2] == {"chargePointVendor": "evtui", "chargePointModel": "Simulated AC"}
    assert result[2]["currentTime"] == "2026-01-01T08:00:00.000Z"
    assert beside[1] == "DataTransfer"
    assert beside[2]["messageId"] == "BootNotification"
    assert json.loads(beside[2]["data"]) == {"ratedPower": 22_000, "current": "AC", "at": [10, 20]}
    assert taken[2] == {"status": "Accepted"}


def test_what_2_0_1_does_not_know_is_custom_data():
    """With the vendor's id, as the standard wants it."""
    ((_, _, body),) = spoken(Version.V201, ("CP1-1", "BootNotification", BOOT))
    assert body["reason"] == "PowerUp"
    assert body["customData"] == {"vendorId": "evtui", "ratedPower": 22_000, "current": "AC",
                                  "at": [10, 20]}  # fmt: skip


def test_a_transaction_of_2_0_1():
    """Its id is the charge point's own; events are numbered; states are told by events."""
    accepted = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
    events = spoken(
        Version.V201,
        ("a-1", "StatusNotification", {**STATUS, "status": "Preparing"}), [3, "a-1", {}],
        ("a-2", "StartTransaction", START), [3, "a-2", accepted],
        ("a-3", "StatusNotification", STATUS), [3, "a-3", {}],
        ("a-4", "StatusNotification", STATUS), [3, "a-4", {}],
        ("a-5", "MeterValues", METER), [3, "a-5", {}],
        ("a-6", "StopTransaction", STOP), [3, "a-6", {"idTagInfo": {"status": "Accepted"}}],
    )  # fmt: skip
    calls = [body for kind, action, body in events if kind == 2 and action == "TransactionEvent"]
    assert [(c["eventType"], c["seqNo"], c["triggerReason"]) for c in calls] == [
        ("Started", 0, "Authorized"),
        ("Updated", 1, "ChargingStateChanged"),
        ("Updated", 2, "MeterValuePeriodic"),
        ("Ended", 3, "StopAuthorized"),
    ]
    assert {c["transactionInfo"]["transactionId"] for c in calls} == {"a-2"}
    assert [c["transactionInfo"].get("chargingState") for c in calls] == [
        "EVConnected", "Charging", "Charging", None,
    ]  # fmt: skip
    assert calls[3]["transactionInfo"]["stoppedReason"] == "Local"
    assert calls[3]["meterValue"][0]["sampledValue"][0]["value"] == 900
    assert events[0][2]["connectorStatus"] == "Occupied"
    assert sum(action == "StatusNotification" for _, action, _ in events) == 2, (
        "one, and its answer"
    )


def test_a_start_that_is_refused_ends_at_once():
    """2.0.1 has begun a transaction by then; 1.6 has not."""
    refused = {"transactionId": 0, "idTagInfo": {"status": "ConcurrentTx"}}
    steps = ("a-2", "StartTransaction", START), [3, "a-2", refused]
    bodies = [body for _, _, body in spoken(Version.V201, *steps)]
    assert bodies[1] == {"idTokenInfo": {"status": "ConcurrentTx"}}
    assert bodies[2]["eventType"] == "Ended"
    assert bodies[2]["transactionInfo"] == {
        "transactionId": "a-2", "stoppedReason": "DeAuthorized",
    }  # fmt: skip
    assert [body for _, _, body in spoken(Version.V16, *steps)][1] == refused


def test_a_start_whose_answer_was_lost_in_a_crash_is_known_by_its_end():
    """The network's number is learned from the StopTransaction after the restart."""
    found = spoken(Version.V201, ("a-2", "StartTransaction", START),
                   ("b-1", "BootNotification", BOOT), ("b-2", "StopTransaction", STOP))  # fmt: skip
    assert found[2][2]["transactionInfo"]["transactionId"] == "a-2"
    assert found[2][2]["seqNo"] == 1


def test_readings_of_no_transaction_are_meter_values():
    """In 2.0.1; in 1.6 all are."""
    for version in Version:
        ((_, action, body),) = spoken(version, ("a-1", "MeterValues", METER))
        assert action == "MeterValues"
    assert body["meterValue"][0]["sampledValue"][0]["unitOfMeasure"] == {"unit": "Wh"}


def test_a_boot_after_a_reset_says_so():
    """2.0.1 asks for the reason."""
    boots = ("b-1", "BootNotification", BOOT), ("b-2", "BootNotification", BOOT)
    accepted = [3, "csms-1", {"status": "Accepted"}]
    found = spoken(Version.V201, ("csms-1", "Reset", {"type": "Hard"}), accepted, *boots)
    assert [body["reason"] for _, action, body in found if action == "BootNotification"] == [
        "RemoteReset", "PowerUp",
    ]  # fmt: skip


def test_a_remote_start_is_known_by_its_transaction():
    """Its remoteStartId comes back with the Started event."""
    remote = {"connectorId": 1, "idTag": "EV1"}
    accepted, start = [3, "csms-4", {"status": "Accepted"}], ("a-1", "StartTransaction", START)
    found = spoken(
        Version.V201, ("csms-4", "RemoteStartTransaction", remote), accepted, start
    )  # fmt: skip
    assert found[0][2]["remoteStartId"] == 4
    assert found[2][2]["triggerReason"] == "RemoteStart"
    assert found[2][2]["transactionInfo"]["remoteStartId"] == 4


@pytest.mark.parametrize("code", list(ErrorCode))
def test_error_codes_have_each_versions_name(code):
    """2.0.1 has corrected the spelling."""
    assert v16.error(code.value) in CODES["1.6"]
    assert v201.error(code.value) in CODES["2.0.1"]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Heartbeat", {}),
        ("Authorize", {"idTag": "EV1"}),
        ("StatusNotification", STATUS),
        ("StartTransaction", START),
        ("StopTransaction", STOP),
        ("MeterValues", METER),
        ("CancelReservation", {"reservationId": 5}),
        ("RemoteStopTransaction", {"transactionId": 7}),
        ("Reset", {"type": "Soft"}),
        ("SetChargingProfile", PROFILE),
        ("ClearChargingProfile", {"id": 4, "purpose": "ChargingStationMaxProfile"}),
        ("GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "A"}),
        ("DataTransfer", {"vendorId": "evtui", "messageId": "LimitApplied",
                          "data": {"version": 3}}),
    ],
)  # fmt: skip
def test_1_6_and_back(action, payload):
    """What goes out comes back the same."""
    name, body, beside = v16.call(action, payload, START_US)
    assert (name, beside) == (action, None)
    assert problems({"message_type": 2, "action": name, "body": body}, "1.6") == []
    assert v16.command(name, body, START_US) == payload


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Heartbeat", {}),
        ("BootNotification", BOOT),
        ("Authorize", {"idTag": "EV1"}),
        ("StatusNotification", {**STATUS, "status": "Faulted", "errorCode": "GroundFailure"}),
        ("ReserveNow", {k: v for k, v in RESERVE.items() if k != "chargePoint"}),
        ("CancelReservation", {"reservationId": 5, "idTag": "EV1"}),
        ("ReservationStatusUpdate", {"reservationId": 5, "reservationUpdateStatus": "Expired"}),
        ("RemoteStartTransaction", {"connectorId": 1, "idTag": "EV1"}),
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
        ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
        ("Reset", {"type": "Soft"}),
        ("ClearChargingProfile", {"connectorId": 1, "purpose": "TxProfile", "stackLevel": 2}),
        ("GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "A"}),
        ("DataTransfer", {"vendorId": "evtui", "messageId": "LimitApplied",
                          "data": {"version": 3}}),
    ],
)  # fmt: skip
def test_2_0_1_and_back(action, payload):
    """The same, where one payload says it all."""
    ((_, name, body),) = spoken(Version.V201, ("csms-1", action, payload))
    assert v201_reading.command(name, body, START_US) == (action, payload)


def test_a_profile_of_2_0_1_from_outside():
    """Its times become times of the run; a schedule keeps its id."""
    payload = profiles_outside.set_profile(Version.V201, PROFILE, START_US)
    assert problems({"message_type": 2, "action": "SetChargingProfile", "body": payload},
                    "2.0.1") == []  # fmt: skip
    schedule = payload["chargingProfile"]["chargingSchedule"][0]
    assert schedule["startSchedule"] == "2026-01-01T08:01:00.000Z"
    assert [p["limit"] for p in schedule["chargingSchedulePeriod"]] == [16.5, 8]
    action, back = v201_reading.command("SetChargingProfile", payload, START_US)
    assert action == "SetChargingProfile"
    assert back["profile"][0] == "2.0.1"
    assert back["profile"][7:9] == PROFILE["profile"][7:9]


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("NoSuchAction", {}),
        ("StatusNotification", {**STATUS, "timestamp": "yesterday"}),
        ("StatusNotification", {**STATUS, "timestamp": 5}),
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": {}}),
        ("SetChargingProfile", {"connectorId": 1}),
        ("ClearChargingProfile", {"id": "x"}),
        ("GetCompositeSchedule", {}),
        ("DataTransfer", {"vendorId": "evtui", "data": "{"}),
    ],
)
def test_what_cannot_be_read_is_a_call_error(action, body):
    """From outside anything may come."""
    with pytest.raises(CallError):
        v16.command(action, body, START_US)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("NoSuchAction", {}),
        ("Authorize", {}),
        ("Authorize", {"idToken": 5}),
        ("BootNotification", {"reason": "PowerUp"}),
        ("ReserveNow", {"id": 1, "expiryDateTime": "soon", "idToken": {"idToken": "A"}}),
        ("SetChargingProfile", {"evseId": 1}),
    ],
)
def test_what_cannot_be_read_of_2_0_1_is_a_call_error(action, body):
    """The same."""
    with pytest.raises(CallError):
        v201_reading.command(action, body, START_US)


def test_a_contract_is_told_as_2_0_1_has_it():
    """The eMAID with its certificate's hashes, and the meter's receipt (OCPP 2.0.1, C07, J)."""
    rows = recorded(load("plug-and-charge"))[0][Version.V201]
    asked = [row["body"] for row in rows if row["action"] == "Authorize"]
    contracts = [body for body in asked if body.get("idToken", {}).get("type") == "eMAID"]
    assert contracts
    assert all(body["iso15118CertificateHashData"] for body in contracts)
    assert {"Accepted"} == {b["certificateStatus"] for b in asked if "certificateStatus" in b}
    told = [row["body"] for row in rows if row["action"] == "TransactionEvent"]
    events = [body for body in told if "eventType" in body]
    assert "eMAID" in {e["idToken"]["type"] for e in events if e["eventType"] == "Started"}
    (signed,) = {
        tuple(sample["signedMeterValue"]["signingMethod"] for sample in value["sampledValue"])
        for event in events
        if event["eventType"] == "Ended"
        for value in event["meterValue"]
    }
    assert signed == ("Ed25519",)
