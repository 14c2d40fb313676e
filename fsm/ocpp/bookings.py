"""What a charge point does about the reservations of its connector.

It knows them from its own replica. Before one begins it shows the connector as Reserved and lets
nobody else charge; when the driver has not come by the deadline, it tells the network that the
reservation has expired. Deadlines are of the wall clock when they are learned, and counted by the
monotonic one from then on: a clock that is set takes nothing away from a driver.
"""

from attrs import frozen

from fsm.clock import WallClock
from fsm.effects import Call, CancelTimer, Effect, Notice, SetTimer
from fsm.ocpp.actions import Action
from fsm.ocpp.reserving import TURNAROUND_US, Booking, ReservationStatus

TIMER = "bookings"

LATER_US = 10_000_000
"""When to look again at a reservation whose driver is plugged in, but does not charge yet."""


@frozen
class _Deadlines:
    """Of the monotonic clock."""

    booking: Booking
    begins_us: int
    """From when on the connector is kept free."""
    expires_us: int


class Bookings:
    """The reservations of one connector. ``now_us`` is the monotonic clock's time."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self.holder: Booking | None = None
        """For whom the connector is kept now."""
        self._known: dict[int, _Deadlines] = {}
        self._told: dict[int, None] = {}

    def id_of(self, id_tag: str) -> int:
        """The reservation that a driver has here, 0 for none."""
        known = (entry.booking for entry in self._known.values())
        return next((booking.id for booking in known if booking.id_tag == id_tag), 0)

    def take(self, bookings: tuple[Booking, ...], now_us: int, plugged: str) -> list[Effect]:
        """Those in force by the replicated state, all of them."""
        wall_us = self.clock.wall_us(now_us)
        known: dict[int, _Deadlines] = {}
        for booking in bookings:
            entry = self._known.get(booking.id)
            if entry is None or entry.booking != booking:
                self._told.pop(booking.id, None)
                begins_us = now_us + booking.from_us - TURNAROUND_US - wall_us
                expires_us = now_us + booking.held_until_us - wall_us
                entry = _Deadlines(booking, begins_us, expires_us)
            known[booking.id] = entry
        self._known = known
        return self.due(now_us, plugged)

    def due(self, now_us: int, plugged: str) -> list[Effect]:
        """Do what is due; ``plugged`` is the id tag of the session, empty without one."""
        out: list[Effect] = []
        next_us: list[int] = []
        holder: Booking | None = None
        for entry in sorted(self._known.values(), key=lambda entry: entry.begins_us):
            if entry.begins_us > now_us:
                next_us.append(entry.begins_us)
                continue
            holder = holder or entry.booking
            if entry.expires_us > now_us:
                next_us.append(entry.expires_us)
            elif plugged and plugged == entry.booking.id_tag:
                next_us.append(now_us + LATER_US)
            elif entry.booking.id not in self._told:
                out += self._expire(entry.booking)
        self.holder = holder
        out.append(SetTimer(TIMER, min(next_us) - now_us) if next_us else CancelTimer(TIMER))
        return out

    def _expire(self, booking: Booking) -> list[Effect]:
        self._told[booking.id] = None
        payload: dict[str, object] = {
            "reservationId": booking.id,
            "reservationUpdateStatus": ReservationStatus.EXPIRED.value,
        }
        who = booking.id_tag
        return [
            Notice("charging", f"reservation #{booking.id} of {who} has expired: nobody came"),
            Call(Action.RESERVATION_STATUS_UPDATE.value, payload),
        ]
