"""Connectors that are promised for a window (:mod:`fsm.network.reservations`)."""

from typing import NamedTuple

from fsm.network.records.record import NO_MARKS, Marks


class Reservation(NamedTuple):
    """A connector promised to a driver for a window; who asked chose the id. Times in µs."""

    id: int
    cp_id: str
    """Empty for an id that was called off before it was ever asked for."""
    connector_id: int
    id_tag: str
    from_us: int
    until_us: int
    held_until_us: int
    """Until when the connector waits for the driver."""
    energy_wh: int
    """What the driver wants to get in the window; 0 for as much as there is."""
    asked_cp: str
    """Where the driver asked: another charge point than ``cp_id`` when redirected."""
    made_us: int
    status: str = "Active"
    """See :class:`fsm.ocpp.reserving.ReservationStatus`."""
    ended_us: int = 0
    transaction_id: int = 0
    """The transaction that used it; 0 for none."""
    replaced: int = 0
    """How often the same id was given other times."""

    @property
    def marks(self) -> Marks:
        """While it is in force it is its driver's: nobody holds two."""
        return (("reserved_by_tag", self.id_tag),) if self.status == "Active" else NO_MARKS

    @property
    def is_active(self) -> bool:
        """Whether the connector is kept for its driver."""
        return self.status == "Active"


class Loss(NamedTuple):
    """A reservation that its charge point could not keep, and what became of it. Times in µs."""

    reservation_id: int
    times: int
    """How often it was lost; the record is of the last time."""
    cp_id: str
    """Where it was."""
    why: str
    """See :class:`fsm.ocpp.reserving.Why`."""
    at_us: int
    moved_to: str
    """The charge point that keeps a connector instead; empty when none does."""
    refused: str
    """Why none does, where that is not one of the obstacles: a ``Why``, or empty."""
    asked_cp: str
    """Where the driver asked. It tells him, and so does the next one."""
    teller: str
    """A charge point that was in order then; empty when there was none."""
    obstacles: bytes
    """Why the nearest others could not: a list in msgpack, as the network answers drivers."""
    more: int
    """How many others could not, and are not named."""


class Stay(NamedTuple):
    """A transaction that must be over by a certain time: fixed when it begins, never put off."""

    transaction_id: int
    cp_id: str
    until_us: int
    reservation_id: int
    """The reservation that it used; 0 when it has to make way for another driver's."""


class Place(NamedTuple):
    """Where a charge point stands, in metres east and north of some point that all agree on."""

    cp_id: str
    x_m: int
    y_m: int
