"""Reservations that a fault takes from their charge point: where they go, and what is written."""

import msgpack
import pytest

from fsm.network.state import NetworkState
from tests.fsm.test_reservations import MINUTE, PLACES, Park

FROM, UNTIL = 10 * MINUTE, 40 * MINUTE


def observe(park, *found, at_us=0):
    """The observer's word about charge points: ``(cp, hearing)``."""
    data = {"number": 1, "found": [list(pair) for pair in found]}
    for name, content in (("Observe", {}), ("Observed", data)):
        if name == "Observe" and park.state.state.observers:
            continue
        park.call("CP4", "DataTransfer", at_us, vendorId="evtui", messageId=name, data=content)


def stop(park, cp_id, answer="Accepted"):
    """The operator takes a charge point out of service, and it agrees."""
    data = {
        "cp": cp_id,
        "action": "ChangeAvailability",
        "payload": {"type": "Inoperative", "connectorId": 0},
    }
    given = park.call("CP4", "DataTransfer", 5, vendorId="evtui", messageId="Instruct", data=data)
    result = {"id": given["data"]["ids"][0], "payload": {"status": answer}}
    park.call(
        cp_id, "DataTransfer", 6, vendorId="evtui", messageId="InstructionResult", data=result
    )


FAULTS = {
    "Faulted": lambda park: park.status("CP1", "Faulted", "GroundFailure", 5),
    "Unavailable": lambda park: park.status("CP1", "Unavailable", at_us=5),
    "Stopped": lambda park: stop(park, "CP1"),
    "OutOfOrder": lambda park: observe(park, ("CP1", "silent"), at_us=5),
    "Disconnected": lambda park: observe(park, ("CP1", "unheard"), at_us=5),
}


@pytest.mark.parametrize("why", FAULTS)
def test_a_fault_moves_it_to_the_nearest(why):
    """Same id, driver and times; CP3 is nearest to CP1, and both that can tell the driver do."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    FAULTS[why](park)
    record, loss = park.state.reservations[1], park.state.losses[1]
    assert (record.cp_id, record.status) == ("CP3", "Active")
    assert (record.from_us, record.until_us, record.held_until_us) == (FROM, UNTIL, 25 * MINUTE)
    assert (loss.cp_id, loss.why, loss.moved_to, loss.times) == ("CP1", why, "CP3", 1)
    assert (loss.asked_cp, loss.teller) == ("CP1", "CP3")
    assert park.state.digest() == park.state.full_digest()


def test_a_stop_that_waits_for_a_transaction_ends_promises_at_once():
    """Scheduled: the connector is in use, and what was promised for later is void."""
    park = Park()
    park.start("CP1", "EV9")
    park.reserve("CP1", "EV1", 1, 50 * MINUTE, **{"from": FROM, "until": UNTIL})
    assert 1 not in park.state.reservations
    park = Park()
    park.ask("CP1", "EV1", 1)
    park.start("CP1", "EV9")
    stop(park, "CP1", "Scheduled")
    assert park.state.reservations[1].cp_id == "CP3"
    assert park.ask("CP1", "EV2", 2)["obstacles"][0] == {"cp": "CP1", "reason": "Stopped"}


def test_it_is_moved_as_often_as_need_be():
    """The record says how often; the last place counts."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    for cp_id in ("CP1", "CP3", "CP2"):
        park.status(cp_id, "Faulted", "GroundFailure", 5)
    loss = park.state.losses[1]
    assert (loss.times, loss.cp_id, loss.moved_to, loss.asked_cp) == (3, "CP2", "CP4", "CP1")


def test_who_begins_first_is_moved_first():
    """Two at one charge point, one place left that is free for the first alone."""
    park = Park(places={"CP1": [0, 0], "CP2": [40, 0]})
    park.ask("CP1", "EV2", 2, (30 * MINUTE, 60 * MINUTE))
    park.ask("CP1", "EV1", 1, (5 * MINUTE, 20 * MINUTE))
    park.ask("CP2", "EV3", 3, (50 * MINUTE, 60 * MINUTE))
    park.status("CP1", "Faulted", "GroundFailure", 5)
    assert [park.fate(number) for number in (1, 2, 3)] == ["Active", "Removed", "Active"]
    obstacles = msgpack.unpackb(park.state.losses[2].obstacles)
    assert obstacles == [{"cp": "CP2", "reason": "Reserved", "until": 60 * MINUTE}]


def test_what_cannot_be_moved_says_why():
    """Each of the others with what stands against it, as figures where there are any."""
    park = Park()
    park.boot("CP2", 3_700, at=PLACES["CP2"])
    park.ask("CP1", "EV1", 1, energy=5_000)
    park.status("CP3", "Faulted", "GroundFailure")
    park.ask("CP4", "EV2", 2, energy=100)
    park.status("CP1", "Unavailable", at_us=5)
    loss = park.state.losses[1]
    assert (park.fate(1), loss.moved_to, loss.teller, loss.more) == ("Removed", "", "CP3", 0)
    assert msgpack.unpackb(loss.obstacles) == [
        {"cp": "CP3", "reason": "Faulted"},
        {"cp": "CP2", "reason": "TooLittlePower", "has": 3_700, "needs": 10_000},
        {"cp": "CP4", "reason": "Reserved", "until": UNTIL},
    ]


def test_a_window_that_has_begun_begins_anew_elsewhere():
    """It waits as long as it would have, and no longer than its end."""
    park = Park()
    park.ask("CP1", "EV1", 1, hold=10 * MINUTE)
    for cp_id in PLACES:
        park.call(cp_id, "Heartbeat", 18 * MINUTE)
    park.status("CP1", "Faulted", "GroundFailure", 18 * MINUTE)
    record = park.state.reservations[1]
    assert (record.cp_id, record.from_us) == ("CP3", 18 * MINUTE)
    assert record.held_until_us == 28 * MINUTE


@pytest.mark.parametrize(
    ("refused", "spoil", "at_us"),
    [
        ("TooLate", lambda park: None, 26 * MINUTE),
        (
            "NotAuthorised",
            lambda park: park.call(
                "CP4", "DataTransfer", 3, vendorId="evtui", messageId="SetIdTag",
                data={"idTag": "EV1", "status": "Blocked", "order": 1},
            ),
            30,
        ),
    ],
)  # fmt: skip
def test_some_are_not_moved_at_all(refused, spoil, at_us):
    """Past its deadline, or of a driver who may not charge any more."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    spoil(park)
    for cp_id in PLACES:
        park.call(cp_id, "Heartbeat", at_us)
    park.status("CP1", "Faulted", "GroundFailure", at_us)
    loss = park.state.losses[1]
    assert (park.fate(1), loss.refused, loss.moved_to) == ("Removed", refused, "")


def test_those_that_fail_together_take_nothing_from_each_other():
    """One word of the observer about two: nothing is moved to the other that is not heard."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    observe(park, ("CP1", "unheard"), ("CP3", "unheard"), at_us=5)
    assert park.state.reservations[1].cp_id == "CP2"
    assert park.state.losses[1].times == 1


def test_who_is_heard_again_is_promised_again():
    """And what was moved away from it stays where it is."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    observe(park, ("CP1", "silent"), at_us=5)
    assert park.ask("CP1", "EV2", 2)["reason"] == "OutOfOrder"
    observe(park, ("CP1", "heard"), at_us=6)
    assert park.ask("CP1", "EV3", 3)["status"] == "Reserved"
    assert park.state.reservations[1].cp_id == "CP3"


def test_what_its_old_place_still_says_changes_nothing():
    """It was cut off, and lets expire what is not its own any more; others are refused."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    park.ask("CP2", "EV2", 2)
    observe(park, ("CP1", "unheard"), at_us=5)
    update = {"reservationId": 1, "reservationUpdateStatus": "Expired"}
    assert park.call("CP1", "ReservationStatusUpdate", 9, **update) == {}
    assert park.fate(1) == "Active"
    update["reservationId"] = 2
    assert park.call("CP1", "ReservationStatusUpdate", 9, **update) == "PropertyConstraintViolation"


def test_a_snapshot_carries_losses():
    """And a loss of no reservation is no snapshot."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    park.status("CP1", "Faulted", "GroundFailure", 5)
    other = NetworkState(1)
    other.restore(park.state.snapshot())
    assert other.losses == park.state.losses
    assert other.digest() == park.state.digest()


def test_a_refusal_names_a_few_of_many():
    """The nearest four after the one that was asked; of the rest the number."""
    park = Park(places={f"CP{n}": [10 * n, 0] for n in range(1, 101)}, capacity_w=2_000_000)
    for number in range(1, 101):
        park.status(f"CP{number}", "Faulted" if number > 2 else "Available", "OtherError")
    park.ask("CP1", "EV1", 1)
    park.ask("CP2", "EV2", 2)
    answer = park.ask("CP1", "EV3", 3)
    assert (answer["status"], answer["more"]) == ("Refused", 95)
    assert [each["cp"] for each in answer["obstacles"]] == ["CP1", "CP2", "CP3", "CP4", "CP5"]
    assert len(msgpack.packb(answer)) < 400
