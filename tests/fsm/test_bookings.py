"""What a charge point does about its reservations, by its clocks."""

from fsm.effects import Call, CancelTimer, SetTimer
from fsm.ocpp.bookings import LOOK_US, Bookings
from fsm.ocpp.reserving import TURNAROUND_US, Booking

MINUTE = 60_000_000
FIRST = Booking(1, "EV1", 10 * MINUTE, 40 * MINUTE, 15 * MINUTE)


class Wall:
    """A wall clock that can be set."""

    def __init__(self):
        self.offset_us = 0

    def wall_us(self, local_us):
        """The time that it shows."""
        return local_us + self.offset_us


def calls(effects):
    """The payloads of the CALLs."""
    return [effect.payload for effect in effects if isinstance(effect, Call)]


def delays(effects):
    """The delays of the timers."""
    return [effect.delay_us for effect in effects if isinstance(effect, SetTimer)]


def test_a_connector_is_kept_from_the_turnaround_on():
    """And the charge point looks again when that begins."""
    bookings = Bookings(Wall())
    begin = FIRST.from_us - TURNAROUND_US
    assert delays(bookings.take((FIRST,), begin - 5, "")) == [5]
    assert bookings.holder is None
    bookings.due(begin, "")
    assert bookings.holder == FIRST
    assert bookings.id_of("EV1") == 1
    assert bookings.id_of("EV2") == 0


def test_it_expires_once():
    """At the deadline, not before; what is asked is not asked again."""
    bookings = Bookings(Wall())
    assert calls(bookings.take((FIRST,), FIRST.held_until_us - 1, "")) == []
    expired = {"reservationId": 1, "reservationUpdateStatus": "Expired"}
    assert calls(bookings.due(FIRST.held_until_us, "EV2")) == [expired]
    assert calls(bookings.due(FIRST.held_until_us + LOOK_US, "")) == []
    assert calls(bookings.take((FIRST,), FIRST.held_until_us + LOOK_US, "")) == []
    later = Booking(1, "EV1", 10 * MINUTE, 40 * MINUTE, 16 * MINUTE)
    assert calls(bookings.take((later,), 17 * MINUTE, "")) == [expired]
    effects = bookings.take((), 18 * MINUTE, "")
    assert effects == [CancelTimer("bookings")]
    assert bookings.holder is None


def test_a_driver_who_is_plugged_in_keeps_it():
    """His transaction may be on its way into the log."""
    bookings = Bookings(Wall())
    assert calls(bookings.take((FIRST,), FIRST.held_until_us + 1, "EV1")) == []
    assert calls(bookings.due(FIRST.held_until_us + LOOK_US, "EV1")) == []
    assert len(calls(bookings.due(FIRST.held_until_us + 2 * LOOK_US, ""))) == 1


def test_a_clock_that_is_set_right_is_believed_soon():
    """One that was an hour late had learned of the reservation."""
    wall = Wall()
    wall.offset_us = -60 * MINUTE
    bookings = Bookings(wall)
    now_us = 61 * MINUTE
    assert delays(bookings.take((FIRST,), now_us, "")) == [LOOK_US]
    wall.offset_us = 0
    assert len(calls(bookings.due(now_us + LOOK_US, ""))) == 1
