"""Every payload that a run makes passes the official schemas, in both versions of OCPP."""

from collections import defaultdict

import pytest

from fsm.ocpp.profiles.model import Version
from scenarios.campaign import with_faults
from scenarios.loader import library, load
from tests.edge.recording import recorded
from tests.edge.schemas import problems
from tests.soaking import without

LIBRARY = [scenario.name for scenario in library() if not scenario.sites]
LONG = ("commuter-morning", "hundred-cps")

ACTIONS = {
    Version.V16: {
        "Authorize", "BootNotification", "CancelReservation", "ChangeAvailability",
        "ClearChargingProfile", "DataTransfer", "GetCompositeSchedule", "SetChargingProfile",
        "Heartbeat", "MeterValues", "RemoteStartTransaction", "RemoteStopTransaction",
        "ReserveNow", "Reset", "StartTransaction", "StatusNotification", "StopTransaction",
    },
    Version.V201: {
        "Authorize", "BootNotification", "CancelReservation", "ChangeAvailability",
        "ClearChargingProfile", "DataTransfer", "GetCompositeSchedule", "SetChargingProfile",
        "Heartbeat", "RequestStartTransaction", "RequestStopTransaction",
        "ReservationStatusUpdate", "ReserveNow", "Reset", "StatusNotification",
        "NotifyEVChargingNeeds", "NotifyEVChargingSchedule",
        "TransactionEvent Started", "TransactionEvent Updated", "TransactionEvent Ended",
    },
}  # fmt: skip
"""What the simulator says it speaks. MeterValues of 2.0.1 are readings outside a transaction, of
which it makes none: tests/edge/test_v201.py has them."""

SHOWING = (
    "ten-minutes", "remote-control", "operator-stops-all", "reservation-expires",
    "reservation-cancelled-and-replaced", "charging-profiles",
)  # fmt: skip
"""Scenarios that together show all of it."""


def check(rows):
    """Both versions' rows against the schemas, and each conversation against its rules."""
    for version in Version:
        wrong = {text for row in rows[version] for text in problems(row, version.value)}
        assert not wrong, sorted(wrong)[:5]
        check_conversation(rows[version])
    check_transactions(rows[Version.V201])


def check_conversation(rows):
    """An id stands for one CALL of a charge point, which is answered once at the most.

    A boot that a crash cut short before it left a trace is called again under the same id.
    """
    asked, answered = {}, set()
    for row in rows:
        key = (row["charge_point_id"], row["message_id"])
        assert len(row["message_id"]) <= 36
        if row["message_type"] == 2:
            again = row["action"] == "BootNotification" and key not in answered
            assert key not in asked or again
            asked[key] = row["action"]
        else:
            assert asked[key] == row["action"]
            assert key not in answered
            answered.add(key)


def check_transactions(rows):
    """Events are numbered from 0 without a gap; Started is the first and Ended the last."""
    events = defaultdict(list)
    for row in rows:
        if row["action"] == "TransactionEvent" and row["message_type"] == 2:
            body = row["body"]
            events[row["charge_point_id"], body["transactionInfo"]["transactionId"]].append(body)
    for own in events.values():
        assert [body["seqNo"] for body in own] == list(range(len(own)))
        assert own[0]["eventType"] == "Started"
        assert all(body["eventType"] == "Updated" for body in own[1:-1])
        if len(own) > 1:
            assert own[-1]["eventType"] in ("Updated", "Ended")


@pytest.mark.parametrize("name", without(LONG, LIBRARY))
def test_every_payload_of_the_library_passes(name):
    """CALL, CALLRESULT and CALLERROR of each scenario as it stands."""
    rows, _ = recorded(load(name))
    assert rows[Version.V16]
    check(rows)


def test_all_that_is_claimed_is_spoken():
    """No action stands in the documentation that no run has made."""
    seen = {version: set() for version in Version}
    for name in SHOWING:
        rows, _ = recorded(load(name))
        for version in Version:
            for row in rows[version]:
                event = row["body"].get("eventType")
                seen[version].add(f"{row['action']} {event}" if event else row["action"])
    for version in Version:
        missing = ACTIONS[version] - seen[version]
        assert not missing, f"{version}: no run has made {sorted(missing)}"
        # TransactionEvent alone is its answer.
        more = seen[version] - ACTIONS[version] - {"TransactionEvent"}
        assert not more, f"{version}: not claimed {sorted(more)}"


CAMPAIGNS = (
    "ten-minutes", "remote-control", "operator-stops-all", "pause-and-resume", "double-booking",
    "redirect-when-full", "reservation-cancelled-and-replaced", "stuck-contactor", "silent-ev",
    "charging-profiles",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(101, 103))
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_payload_under_random_faults_passes(name, seed):
    """Crashes, cuts, lost disks and clocks that jump make payloads of their own."""
    rows, _ = recorded(with_faults(load(name), seed), seed=seed)
    check(rows)
