"""Kinds of field in a V2G message, and the check that each value must pass.

A message class names its fields' kinds in its annotations, e.g. ``session_id: SessionId``. The
checks run on what came off the wire; a value that fails is a :class:`MalformedMessageError`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from attrs import frozen

from fsm.v2g import codes


class MalformedMessageError(Exception):
    """Bytes that are not a V2G message: a peer's fault, to be dropped and reported."""


Check = Callable[[Any], Any]
"""Takes a decoded value, returns it as the message class wants it, or raises."""


@frozen
class Whole:
    """An integer from ``least`` to ``most``."""

    least: int
    most: int

    def __call__(self, value: Any) -> int:
        """Check one value."""
        if type(value) is not int or not self.least <= value <= self.most:
            raise MalformedMessageError(f"not an integer from {self.least} to {self.most}")
        return value


@frozen
class Text:
    """A text of at most ``longest`` characters."""

    longest: int

    def __call__(self, value: Any) -> str:
        """Check one value."""
        if type(value) is not str or len(value) > self.longest:
            raise MalformedMessageError(f"not a text of at most {self.longest} characters")
        return value


@frozen
class Octets:
    """From ``least`` to ``most`` bytes."""

    least: int
    most: int

    def __call__(self, value: Any) -> bytes:
        """Check one value."""
        if type(value) is not bytes or not self.least <= len(value) <= self.most:
            raise MalformedMessageError(f"not {self.least} to {self.most} bytes")
        return value


def check_bool(value: Any) -> bool:
    """A boolean."""
    if type(value) is not bool:
        raise MalformedMessageError("not a boolean")
    return value


@frozen
class Name:
    """A name of an enumeration."""

    names: type[StrEnum]

    def __call__(self, value: Any) -> StrEnum:
        """Check one value."""
        if type(value) is not str:
            raise MalformedMessageError(f"not a {self.names.__name__}")
        try:
            return self.names(value)
        except ValueError:
            raise MalformedMessageError(f"not a {self.names.__name__}") from None


@frozen
class Row:
    """A fixed row of values, one check each; a tuple."""

    checks: tuple[Check, ...]

    def __call__(self, value: Any) -> tuple[Any, ...]:
        """Check one row."""
        if type(value) is not list or len(value) != len(self.checks):
            raise MalformedMessageError(f"not a row of {len(self.checks)}")
        return tuple([check(entry) for check, entry in zip(self.checks, value, strict=True)])


@frozen
class Several:
    """From ``least`` to ``most`` values of one kind; a tuple."""

    check: Check
    least: int
    most: int

    def __call__(self, value: Any) -> tuple[Any, ...]:
        """Check a list of values."""
        if type(value) is not list or not self.least <= len(value) <= self.most:
            raise MalformedMessageError(f"not a list of {self.least} to {self.most}")
        return tuple([self.check(entry) for entry in value])


_U8, _U16, _U32 = Whole(0, 255), Whole(0, 65_535), Whole(0, 2**32 - 1)
_SECONDS = Whole(0, 7 * 86_400)
_POWER = Whole(0, 10_000_000)

SessionId = Annotated[bytes, Octets(8, 8)]
"""Eight bytes; all zero asks for a new session."""
U8 = Annotated[int, _U8]
U16 = Annotated[int, _U16]
Percent = Annotated[int, Whole(0, 100)]
Seconds = Annotated[int, _SECONDS]
TimeS = Annotated[int, Whole(0, 2**53)]
Watt = Annotated[int, _POWER]
WattHour = Annotated[int, Whole(0, 2**53)]
Volt = Annotated[int, Whole(0, 1_500)]
MilliAmpere = Annotated[int, Whole(0, 10_000_000)]
Flag = Annotated[bool, check_bool]
ShortText = Annotated[str, Text(64)]
Blob = Annotated[bytes, Octets(0, 4_096)]
Challenge = Annotated[bytes, Octets(0, 16)]
Ids = Annotated[tuple[int, ...], Several(_U16, 0, 16)]

Protocol = tuple[str, int, int, int, int]
"""namespace, major version, minor version, schema id, priority (1 is the highest)."""
Protocols = Annotated[
    tuple[Protocol, ...], Several(Row((Text(100), _U32, _U32, _U8, Whole(1, 20))), 1, 20)
]

PMaxEntry = tuple[int, int]
"""start in s from now, greatest power in W."""
SAScheduleTuple = tuple[int, int, tuple[PMaxEntry, ...]]
"""SAScheduleTupleID, duration in s, PMaxSchedule."""
_PMAX = Several(Row((_SECONDS, _POWER)), 1, 1_024)
SAScheduleList = Annotated[
    tuple[SAScheduleTuple, ...], Several(Row((Whole(1, 255), _SECONDS, _PMAX)), 0, 3)
]
ChargingProfile = Annotated[tuple[PMaxEntry, ...], Several(Row((_SECONDS, _POWER)), 0, 24)]
"""Entries as in PMaxSchedule; at most 24; none is no profile."""

Code = Annotated[codes.ResponseCode, Name(codes.ResponseCode)]
Payment = Annotated[codes.PaymentOption, Name(codes.PaymentOption)]
Mode = Annotated[codes.EnergyTransferMode, Name(codes.EnergyTransferMode)]
Processing = Annotated[codes.EVSEProcessing, Name(codes.EVSEProcessing)]
Notification = Annotated[codes.EVSENotification, Name(codes.EVSENotification)]
Progress = Annotated[codes.ChargeProgress, Name(codes.ChargeProgress)]
Stop = Annotated[codes.ChargingSession, Name(codes.ChargingSession)]
Isolation = Annotated[codes.IsolationLevel, Name(codes.IsolationLevel)]
Payments = Annotated[tuple[codes.PaymentOption, ...], Several(Name(codes.PaymentOption), 0, 2)]
Modes = Annotated[
    tuple[codes.EnergyTransferMode, ...], Several(Name(codes.EnergyTransferMode), 0, 6)
]
