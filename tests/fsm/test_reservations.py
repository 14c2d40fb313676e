"""Reservations in the replicated state: who gets which connector, and what ends a promise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.network.state import NetworkState
from fsm.ocpp.reserving import TURNAROUND_US
from tests.fsm.test_network import Site

S = 1_000_000
MINUTE = 60 * S

PLACES = {"CP1": [0, 0], "CP2": [40, 0], "CP3": [-30, 0], "CP4": [500, 500]}


class Park(Site):
    """Four charge points that have booted, told where they stand, and are free."""

    def __init__(self, capacity_w=44_000, rated_w=11_000, places=PLACES):
        super().__init__(capacity_w, boot=())
        for cp_id, at in places.items():
            self.boot(cp_id, rated_w, at=at)
            self.status(cp_id, "Available")

    def status(self, cp_id, status, error="NoError", at_us=0):
        """StatusNotification."""
        self.call(cp_id, "StatusNotification", at_us, connectorId=1, status=status, errorCode=error)

    def ask(self, cp_id, tag, number, window=(10 * MINUTE, 40 * MINUTE), at_us=0, **more):
        """RequestConnector; the answer's data."""
        data = {
            "idTag": tag,
            "reservationId": number,
            "from": window[0],
            "until": window[1],
            **more,
        }
        answer = self.call(
            cp_id,
            "DataTransfer",
            at_us,
            vendorId="evtui",
            messageId="RequestConnector",
            data=data,
        )
        return answer["data"] if isinstance(answer, dict) else answer

    def reserve(self, cp_id, tag, number, expiry_us, at_us=0, **more):
        """ReserveNow; the status."""
        return self.call(
            cp_id,
            "ReserveNow",
            at_us,
            connectorId=1,
            expiryDate=expiry_us,
            idTag=tag,
            reservationId=number,
            **more,
        )["status"]

    def cancel(self, cp_id, number, **more):
        """CancelReservation; the status."""
        return self.call(cp_id, "CancelReservation", reservationId=number, **more)["status"]

    def fate(self, number):
        """What became of a reservation."""
        return self.state.reservations[number].status


def test_the_one_who_is_asked_reserves():
    """When it can."""
    park = Park()
    answer = park.ask("CP1", "EV1", 1, hold=5 * MINUTE)
    assert answer == {
        "status": "Reserved",
        "cp": "CP1",
        "connectorId": 1,
        "reservationId": 1,
        "from": 10 * MINUTE,
        "until": 40 * MINUTE,
        "heldUntil": 15 * MINUTE,
    }
    assert park.fate(1) == "Active"


def test_two_drivers_never_get_one_connector():
    """Asked at two charge points, one behind the other in the log."""
    park = Park()
    assert park.ask("CP1", "EV1", 1)["cp"] == "CP1"
    second = park.ask("CP1", "EV2", 2)
    assert (second["status"], second["cp"], second["reason"]) == ("Redirected", "CP3", "Reserved")
    assert park.ask("CP3", "EV3", 3)["cp"] == "CP1" or park.ask("CP3", "EV3", 4)["cp"] == "CP2"
    held = [r.cp_id for r in park.state.reservations.values() if r.is_active]
    assert len(held) == len(set(held)) == 3


def test_the_nearest_is_counted_from_the_driver():
    """CP3 is the nearest to CP1, and CP2 to somebody who stands in the east."""
    park = Park()
    park.status("CP1", "Faulted", "GroundFailure")
    assert park.ask("CP1", "EV1", 1)["cp"] == "CP3"
    answer = park.ask("CP1", "EV2", 2, x=60, y=0)
    assert (answer["cp"], answer["reason"]) == ("CP2", "Faulted")


def test_equally_near_ones_in_the_order_of_their_boots():
    """The one that booted first."""
    park = Park(places={"CP9": [0, 0], "CP5": [10, 0], "CP1": [-10, 0]})
    park.ask("CP9", "EV1", 1)
    assert park.ask("CP9", "EV2", 2)["cp"] == "CP5"


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("Faulted", lambda park: park.status("CP1", "Faulted", "GroundFailure")),
        ("Unavailable", lambda park: park.status("CP1", "Unavailable")),
        ("Occupied", lambda park: park.start("CP1", "EV9")),
        ("Reserved", lambda park: park.ask("CP1", "EV9", 9)),
    ],
)
def test_a_refusal_says_why(why, change):
    """With one charge point there is nowhere to be sent to."""
    park = Park(places={"CP1": [0, 0]})
    change(park)
    answer = park.ask("CP1", "EV1", 11)
    assert (answer["status"], answer["cp"], answer["reason"]) == ("Refused", "CP1", why)
    assert [each["reason"] for each in answer["obstacles"]] == [why]
    assert answer["more"] == 0
    assert 11 not in park.state.reservations


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("WrongCurrent", {"current": "DC"}),
        ("TooLittlePower", {"energy": 5_501}),
        ("TooLate", {"at_us": 10 * MINUTE + 15 * MINUTE}),
        ("Silent", {"at_us": 4 * MINUTE}),
    ],
)
def test_a_wish_may_be_more_than_there_is(why, more):
    """11 kW for 30 minutes are 5,500 Wh."""
    park = Park(places={"CP1": [0, 0]})
    assert park.ask("CP1", "EV1", 1, **more)["reason"] == why
    assert park.ask("CP1", "EV1", 2, energy=5_500)["status"] == "Reserved"


def test_the_capacity_of_the_site_is_promised_once():
    """11 kW for two are 5.5 kW each: what one was promised is not given to the next."""
    park = Park(capacity_w=11_000)
    assert park.ask("CP1", "EV1", 1, energy=4_000)["status"] == "Reserved"
    assert park.ask("CP2", "EV2", 2, energy=100)["reason"] == "NoCapacity"
    assert park.ask("CP2", "EV2", 3, (41 * MINUTE, 70 * MINUTE), energy=4_000)["cp"] == "CP2"


def test_a_connector_that_is_used_is_promised_only_after_a_fixed_end():
    """One who came without a reservation may stay: nobody can be promised anything after him."""
    park = Park(places={"CP1": [0, 0]})
    park.start("CP1", "EV9")
    assert park.ask("CP1", "EV1", 1, (100 * MINUTE, 200 * MINUTE))["reason"] == "Occupied"
    park.stop("CP1", 1, 0)
    park.status("CP1", "Available")
    assert park.ask("CP1", "EV1", 2, (10 * MINUTE, 20 * MINUTE))["status"] == "Reserved"
    assert park.start("CP1", "EV1", at_us=10 * MINUTE)
    close = (20 * MINUTE + TURNAROUND_US - 1, 30 * MINUTE)
    assert park.ask("CP1", "EV2", 3, close)["reason"] == "Occupied"
    later = (20 * MINUTE + TURNAROUND_US, 30 * MINUTE)
    assert park.ask("CP1", "EV2", 4, later)["status"] == "Reserved"


def test_windows_keep_a_turnaround_between_them():
    """Not a microsecond less."""
    park = Park(places={"CP1": [0, 0]})
    park.ask("CP1", "EV1", 1, (10 * MINUTE, 20 * MINUTE))
    for number, (begin, end) in enumerate(
        [(21 * MINUTE - 1, 30 * MINUTE), (5 * MINUTE, 9 * MINUTE + 1)], 2
    ):
        assert park.ask("CP1", "EV2", number, (begin, end))["reason"] == "Reserved"
    assert park.ask("CP1", "EV2", 4, (21 * MINUTE, 30 * MINUTE))["status"] == "Reserved"
    assert park.ask("CP1", "EV3", 5, (5 * MINUTE, 9 * MINUTE))["status"] == "Reserved"


def test_a_start_uses_the_reservation_and_ends_with_it():
    """By the id tag, or by the id."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    transaction = park.start("CP1", "EV1", at_us=11 * MINUTE)
    record = park.state.reservations[1]
    assert (record.status, record.transaction_id) == ("Used", transaction)
    stay = park.state.stays[transaction]
    assert (stay.until_us, stay.reservation_id) == (40 * MINUTE, 1)


def test_nobody_else_starts_where_a_driver_is_expected():
    """From the turnaround before the window on; before that he must leave in time."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    assert park.start("CP1", "EV2", at_us=9 * MINUTE) == 0
    assert park.start("CP1", "EV2", at_us=9 * MINUTE - 1) == 1
    assert park.state.stays[1].until_us == 9 * MINUTE
    assert park.fate(1) == "Active"


def test_somebody_elses_reservation_opens_nothing():
    """A reservation id goes with its own id tag."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    payload = {"connectorId": 1, "idTag": "EV2", "meterStart": 0, "timestamp": 0}
    answer = park.call("CP2", "StartTransaction", reservationId=1, **payload)
    assert answer == {"transactionId": 0, "idTagInfo": {"status": "Blocked"}}


def test_a_driver_holds_one_reservation():
    """What he asks for later replaces it, unless it is refused; what he asked earlier is late."""
    park = Park()
    park.ask("CP1", "EV1", 5)
    assert park.ask("CP4", "EV1", 4)["reason"] == "Superseded"
    assert park.ask("CP4", "EV1", 6, energy=1_000_000)["status"] == "Refused"
    assert park.fate(5) == "Active"
    assert park.ask("CP4", "EV1", 7)["status"] == "Reserved"
    assert park.fate(5) == "Replaced"
    assert park.ask("CP1", "EV2", 8)["cp"] == "CP1"


def test_the_same_id_replaces():
    """OCPP 1.6, 5.13: other times; what cannot be leaves the old ones."""
    park = Park()
    assert park.reserve("CP2", "EV1", 1, 15 * MINUTE, chargePoint="CP1") == "Accepted"
    assert park.reserve("CP2", "EV1", 1, 90 * MINUTE, chargePoint="CP1", at_us=1) == "Accepted"
    record = park.state.reservations[1]
    assert (record.cp_id, record.held_until_us, record.replaced) == ("CP1", 90 * MINUTE, 1)
    assert park.reserve("CP1", "EV2", 1, 15 * MINUTE) == "Rejected"
    park.status("CP3", "Faulted", "GroundFailure")
    assert park.reserve("CP1", "EV1", 1, 15 * MINUTE, chargePoint="CP3") == "Faulted"
    assert park.state.reservations[1] == record


@pytest.mark.parametrize(
    ("status", "change"),
    [
        ("Accepted", lambda park: None),
        ("Occupied", lambda park: park.start("CP1", "EV9")),
        ("Occupied", lambda park: park.ask("CP1", "EV9", 9)),
        ("Occupied", lambda park: park.status("CP1", "Preparing")),
        ("Unavailable", lambda park: park.status("CP1", "Unavailable")),
        ("Faulted", lambda park: park.status("CP1", "Faulted", "GroundFailure")),
    ],
)
def test_every_status_of_reserve_now(status, change):
    """And Rejected: a charge point that does not exist, an id tag that is blocked."""
    park = Park()
    change(park)
    assert park.reserve("CP1", "EV1", 1, 15 * MINUTE) == status
    assert park.reserve("CP1", "EV1", 2, 15 * MINUTE, chargePoint="CP7") == "Rejected"
    data = {"idTag": "EV4", "status": "Blocked"}
    park.call("CP1", "DataTransfer", vendorId="evtui", messageId="SetIdTag", data=data)
    assert park.reserve("CP2", "EV4", 3, 15 * MINUTE) == "Rejected"


def test_what_is_cancelled_is_free():
    """Through any charge point; only the driver's own, and only once."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    assert park.cancel("CP3", 1, idTag="EV2") == "Rejected"
    assert park.cancel("CP3", 1, idTag="EV1") == "Accepted"
    assert park.cancel("CP3", 1) == "Rejected"
    assert park.ask("CP1", "EV2", 2)["cp"] == "CP1"


def test_what_is_called_off_first_never_comes():
    """The request was still on its way when its driver gave up."""
    park = Park()
    assert park.cancel("CP3", 1, idTag="EV1") == "Rejected"
    assert park.ask("CP1", "EV1", 1)["reason"] == "IdInUse"
    assert park.fate(1) == "Cancelled"


def test_only_its_own_charge_point_lets_it_expire():
    """ReservationStatusUpdate of OCPP 2.0.1."""
    park = Park()
    park.ask("CP1", "EV1", 1)
    update = {"reservationId": 1, "reservationUpdateStatus": "Expired"}
    wrong = park.call("CP2", "ReservationStatusUpdate", **update)
    assert wrong == "PropertyConstraintViolation"
    odd = park.call("CP1", "ReservationStatusUpdate", **{**update, "reservationUpdateStatus": "X"})
    assert odd == "PropertyConstraintViolation"
    assert park.fate(1) == "Active"
    assert park.call("CP1", "ReservationStatusUpdate", 99, **update) == {}
    assert (park.fate(1), park.state.reservations[1].ended_us) == ("Expired", 99)


def test_a_fault_ends_it():
    """OCPP 1.6, 5.13: the connector cannot be kept for anybody, and there is no other."""
    park = Park(places={"CP1": [0, 0]})
    park.ask("CP1", "EV1", 1)
    park.status("CP1", "Faulted", "GroundFailure", 5)
    assert park.fate(1) == "Removed"


TAGS = ("EV1", "EV2", "EV3")
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "reserve", "cancel", "start", "stop", "expire", "status"]),
        st.sampled_from(tuple(PLACES)),
        st.sampled_from(TAGS),
        st.integers(1, 9),
        st.integers(0, 12),
        st.integers(1, 6),
    ),
    max_size=40,
)


def do(park, word, cp_id, tag, number, begin, length):
    """One command of a random run; ``begin`` and ``length`` in minutes."""
    window = (begin * MINUTE, (begin + length) * MINUTE)
    if word == "ask":
        park.ask(cp_id, tag, number, window)
    elif word == "reserve":
        park.reserve(cp_id, tag, number, window[1], chargePoint="CP1")
    elif word == "cancel":
        park.cancel(cp_id, number)
    elif word == "start":
        park.start(cp_id, tag, at_us=window[0])
    elif word == "stop":
        for transaction in list(park.state.transactions.values()):
            if transaction.is_open and transaction.cp_id == cp_id:
                park.stop(cp_id, transaction.id, 0, at_us=window[0])
    elif word == "expire":
        update = {"reservationId": number, "reservationUpdateStatus": "Expired"}
        park.call(cp_id, "ReservationStatusUpdate", **update)
    else:
        park.status(cp_id, "Available" if length > 2 else "Faulted")


@given(COMMANDS)
@settings(max_examples=150, deadline=None)
def test_no_order_of_commands_promises_anything_twice(commands):
    """No two windows overlap, nobody charges in another's; digests and snapshots agree."""
    park = Park()
    for command in commands:
        do(park, *command)
        held = [r for r in park.state.reservations.values() if r.is_active]
        assert len({r.id_tag for r in held}) == len(held)
        for record in held:
            for other in held:
                if other.id != record.id and other.cp_id == record.cp_id:
                    apart = other.until_us <= record.from_us or record.until_us <= other.from_us
                    assert apart
            transaction = park.state.open_transaction(record.cp_id)
            if transaction is not None and transaction.id_tag != record.id_tag:
                assert park.state.stays[transaction.id].until_us <= record.from_us
    assert park.state.digest() == park.state.full_digest()
    again = NetworkState(1)
    again.restore(park.state.snapshot())
    assert again.snapshot() == park.state.snapshot()
    assert again.digest() == park.state.digest()
