"""Names and times of reservations, which charge points and the network share."""

from enum import StrEnum
from typing import Final

from attrs import frozen

REQUEST_CONNECTOR: Final = "RequestConnector"
"""DataTransfer by which a driver asks for a connector; OCPP has no message for it.

``{idTag, reservationId, from, until, energy, hold, x, y, current}``, the last four optional. The
answer's ``data`` is ``{status: Reserved | Redirected, cp, connectorId, reservationId, from, until,
heldUntil}`` or ``{status: Refused, cp, reason}``. Unless it is Reserved, ``obstacles`` says what
stands against the charge point that was asked and, when it is refused, against the nearest others
(at the most :data:`NAMED_MAX`): each is ``{cp, reason}`` with ``until`` where it will be free then,
or ``has`` and ``needs`` (W) where it is too weak. ``more`` counts those that are not named.
"""

NAMED_MAX: Final = 4
"""Of how many other charge points an answer says why they cannot serve a driver."""

RESERVATION_ID_MAX: Final = 2**31 - 1

TURNAROUND_US: Final = 60_000_000
"""Time between two drivers on one connector: for the one to end his charging, and to leave.

So long before a reservation begins nobody else may begin to charge, and who charges must end.
"""

FORCE_US: Final = TURNAROUND_US // 2
"""How long an EV that was asked to stop has before the contactor is opened all the same."""

HOLD_US: Final = 15 * 60_000_000
"""How long a connector waits for its driver, unless he asked for another time."""


class ReservationStatus(StrEnum):
    """What became of a reservation."""

    ACTIVE = "Active"
    USED = "Used"
    """Its driver charges, or has charged."""
    EXPIRED = "Expired"
    """Its driver did not come in time."""
    CANCELLED = "Cancelled"
    REPLACED = "Replaced"
    """Its driver asked for something else."""
    REMOVED = "Removed"
    """The connector is out of order, and no other was to be had (OCPP 1.6, 5.13)."""


class ReserveStatus(StrEnum):
    """The answer to a ReserveNow (OCPP 1.6, 7.39)."""

    ACCEPTED = "Accepted"
    FAULTED = "Faulted"
    OCCUPIED = "Occupied"
    REJECTED = "Rejected"
    UNAVAILABLE = "Unavailable"


class Why(StrEnum):
    """Why a charge point cannot promise its connector."""

    FAULTED = "Faulted"
    UNAVAILABLE = "Unavailable"
    SILENT = "Silent"
    """The network has not heard from it for a while."""
    STOPPED = "Stopped"
    """By the operator."""
    OUT_OF_ORDER = "OutOfOrder"
    """Its monitor says that its engine is silent."""
    DISCONNECTED = "Disconnected"
    """Not even its monitor is heard."""
    OCCUPIED = "Occupied"
    RESERVED = "Reserved"
    WRONG_CURRENT = "WrongCurrent"
    TOO_LITTLE_POWER = "TooLittlePower"
    """It cannot deliver so much energy in so short a time, even alone."""
    NO_CAPACITY = "NoCapacity"
    """The site has not the power for one more then."""
    TOO_LATE = "TooLate"
    SUPERSEDED = "Superseded"
    """The driver holds what he asked for later."""
    ID_IN_USE = "IdInUse"
    NOT_AUTHORISED = "NotAuthorised"
    CUT_OFF = "CutOff"
    """The charge point that was asked hears nothing of the network."""
    NO_DECISION = "NoDecision"
    """The network has decided nothing since the question was asked."""
    DOWN = "Down"
    """The charge point that was asked does not run."""


RESERVE_STATUS: Final[dict[Why, ReserveStatus]] = {
    Why.FAULTED: ReserveStatus.FAULTED,
    Why.UNAVAILABLE: ReserveStatus.UNAVAILABLE,
    Why.SILENT: ReserveStatus.UNAVAILABLE,
    Why.STOPPED: ReserveStatus.UNAVAILABLE,
    Why.OUT_OF_ORDER: ReserveStatus.UNAVAILABLE,
    Why.DISCONNECTED: ReserveStatus.UNAVAILABLE,
    Why.OCCUPIED: ReserveStatus.OCCUPIED,
    Why.RESERVED: ReserveStatus.OCCUPIED,
}
"""What a ReserveNow is answered; Rejected for everything else."""


@frozen
class Booking:
    """A reservation as its charge point needs it; times in µs of the wall clock."""

    id: int
    id_tag: str
    from_us: int
    until_us: int
    held_until_us: int


@frozen
class Stay:
    """A transaction that must end: ``until_us`` by the wall clock, ``ends_us`` by the other."""

    transaction_id: int | None
    until_us: int
    ends_us: int
