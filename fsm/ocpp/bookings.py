"""What a charge point does about the reservations of its connector.

It knows them from its own replica. Before one begins it shows the connector as Reserved and lets
nobody else charge; when the driver has not come by the deadline, it tells the network that the
reservation has expired. Deadlines are of the wall clock, which is looked at every few seconds: one
that was wrong and is set right is believed at once. While it is wrong, connectors may be kept too
long or too short, but never promised twice: that does not rest on clocks.
"""

from fsm.clock import WallClock
from fsm.effects import Call, CancelTimer, Effect, Notice, SetTimer
from fsm.ocpp.actions import Action
from fsm.ocpp.reserving import TURNAROUND_US, Booking, ReservationStatus

TIMER = "bookings"

LOOK_US = 10_000_000
"""How often, at the least, the wall clock is looked at while a reservation is in force."""


class Bookings:
    """The reservations of one connector. ``now_us`` is the monotonic clock's time."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self.holder: Booking | None = None
        """For whom the connector is kept now."""
        self._known: dict[int, Booking] = {}
        self._told: dict[int, None] = {}

    def id_of(self, id_tag: str) -> int:
        """The reservation that a driver has here, 0 for none."""
        known = self._known.values()
        return next((booking.id for booking in known if booking.id_tag == id_tag), 0)

    def take(self, bookings: tuple[Booking, ...], now_us: int, plugged: str) -> list[Effect]:
        """Those in force by the replicated state, all of them."""
        known = {booking.id: booking for booking in bookings}
        self._told = {n: None for n in self._told if known.get(n) == self._known.get(n)}
        self._known = known
        return self.due(now_us, plugged)

    def due(self, now_us: int, plugged: str) -> list[Effect]:
        """Do what is due; ``plugged`` is the id tag of the session, empty without one."""
        wall_us = self.clock.wall_us(now_us)
        out: list[Effect] = []
        self.holder = None
        for booking in sorted(self._known.values(), key=lambda each: (each.from_us, each.id)):
            if wall_us < booking.from_us - TURNAROUND_US:
                continue
            self.holder = self.holder or booking
            present = plugged != "" and plugged == booking.id_tag
            over = wall_us >= booking.held_until_us and not present
            if over and booking.id not in self._told:
                out += self._expire(booking)
        out.append(self._timer(wall_us))
        return out

    def _timer(self, wall_us: int) -> Effect:
        """When to look again: at the next deadline, and soon in any case."""
        if not self._known:
            return CancelTimer(TIMER)
        moments = [
            moment
            for booking in self._known.values()
            for moment in (booking.from_us - TURNAROUND_US, booking.held_until_us)
        ]
        waits = [moment - wall_us for moment in moments if moment > wall_us]
        return SetTimer(TIMER, min([*waits, LOOK_US]))

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
