"""Connector status of OCPP 1.6: nine states and which may follow which.

The table is the standard's (OCPP 1.6, 4.9): rows A to I are the status before, columns 1 to 9 the
status after, in the order of :class:`ConnectorStatus`. B6 is "Preparing to Finishing". The first
status that a charge point reports after its boot is not a transition, so the table does not bind
it.
"""

from enum import StrEnum
from typing import Final


class ConnectorStatus(StrEnum):
    """Status of a connector (OCPP 1.6, 7.7), in the order of the standard's table."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


_ALLOWED: Final = (
    "A2 A3 A4 A5 A7 A8 A9 "
    "B1 B3 B4 B5 B6 B9 "
    "C1 C4 C5 C6 C8 C9 "
    "D1 D3 D5 D6 D8 D9 "
    "E1 E3 E4 E6 E8 E9 "
    "F1 F2 F8 F9 "
    "G1 G2 G8 G9 "
    "H1 H2 H3 H4 H5 H9 "
    "I1 I2 I3 I4 I5 I6 I7 I8"
)

_ORDER: Final = tuple(ConnectorStatus)

TRANSITIONS: Final[dict[tuple[ConnectorStatus, ConnectorStatus], str]] = {
    (_ORDER[ord(cell[0]) - ord("A")], _ORDER[int(cell[1]) - 1]): cell for cell in _ALLOWED.split()
}
"""(before, after) → the standard's name of the transition; pairs that are not in it are illegal."""


def _way(before: ConnectorStatus, after: ConnectorStatus) -> tuple[ConnectorStatus, ...]:
    """The shortest legal way; of two as short, by Finishing, by Preparing, then in order."""
    by = tuple(dict.fromkeys((_ORDER[5], _ORDER[1], *_ORDER)))
    ways: list[tuple[ConnectorStatus, ...]] = [(before,)]
    while True:
        for way in ways:
            if (way[-1], after) in TRANSITIONS:
                return (*way[1:], after)
        ways = [(*way, s) for way in ways for s in by if (way[-1], s) in TRANSITIONS]


WAYS: Final = {
    (before, after): _way(before, after)
    for before in ConnectorStatus
    for after in ConnectorStatus
    if before is not after
}
"""(before, after) → what to report, one after the other, so that each step is in the table."""

IN_USE: Final = (
    ConnectorStatus.PREPARING,
    ConnectorStatus.CHARGING,
    ConnectorStatus.SUSPENDED_EV,
    ConnectorStatus.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING,
)


def status_201(status: ConnectorStatus) -> str:
    """The same in OCPP 2.0.1 (ConnectorStatusEnumType): five words, for 1.6's nine."""
    return "Occupied" if status in IN_USE else status.value


def charging_state_201(status: ConnectorStatus) -> str:
    """What OCPP 2.0.1 says beside it in a TransactionEvent (ChargingStateEnumType)."""
    if status in (ConnectorStatus.PREPARING, ConnectorStatus.FINISHING):
        return "EVConnected"
    return status.value if status in IN_USE else "Idle"
