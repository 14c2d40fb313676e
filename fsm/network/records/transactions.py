"""Charging transactions, and the id tags that they are of."""

from typing import NamedTuple

from fsm.network.records.record import NO_MARKS, Marks


class Transaction(NamedTuple):
    """One charging transaction; energy in Wh, times in µs."""

    id: int
    cp_id: str
    connector_id: int
    id_tag: str
    start_us: int
    meter_start_wh: int
    meter_wh: int
    """Newest reading; when the transaction is closed, the last one."""
    meter_us: int
    stop_us: int | None = None
    reason: str = ""
    """Why it was stopped (OCPP reason); empty while it is open."""

    @property
    def marks(self) -> Marks:
        """While it is open it is its charge point's and its id tag's."""
        if self.stop_us is not None:
            return NO_MARKS
        return (("open_by_cp", self.cp_id), ("open_by_tag", self.id_tag))

    @property
    def is_open(self) -> bool:
        """Whether it has not been stopped."""
        return self.stop_us is None

    @property
    def energy_wh(self) -> int:
        """Energy so far by the readings in the log: the last one less the first."""
        return self.meter_wh - self.meter_start_wh

    @property
    def duration_us(self) -> int:
        """Its length; while it is open, up to its newest reading."""
        end_us = self.meter_us if self.stop_us is None else self.stop_us
        return end_us - self.start_us


class IdTag(NamedTuple):
    """What the network thinks of an id tag. One that nobody has blocked is accepted."""

    id_tag: str
    status: str = "Accepted"
    first_seen_us: int = 0
    expiry_us: int = 0
    """From when on it is expired, in µs from the run's beginning; 0 for never."""
    reason: str = ""
    """Why it is not accepted, where somebody said it: ``stolen``, ``revoked``."""
    order: int = 0
    """Number of the newest order about it; an older one that comes late does nothing."""
