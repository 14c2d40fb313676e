"""Reading fields out of a CALL's payload, with the standard's error for each thing wrong.

Unknown keys are let through: a newer charge point may say more than this network understands. A
missing key is an OccurenceConstraintViolation, a wrong type a TypeConstraintViolation, a value
out of range a PropertyConstraintViolation (OCPP-J 1.6, table 7).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from fsm.ocpp.frames import INT_MAX, CallError, ErrorCode, is_integer

E = TypeVar("E", bound=StrEnum)

Payload = Mapping[str, Any]

_MISSING = object()


def required(payload: Payload, key: str) -> Any:
    """The value of ``key``. Raises :class:`CallError` when it is missing."""
    value = payload.get(key, _MISSING)
    if value is _MISSING:
        raise CallError(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, f"{key} is missing")
    return value


def text(payload: Payload, key: str, longest: int) -> str:
    """A text of 1 to ``longest`` characters. Raises :class:`CallError`."""
    value = required(payload, key)
    if type(value) is not str:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{key} is not a text")
    if not 0 < len(value) <= longest:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{key} has not 1 to {longest} characters"
        )
    return value


def integer(payload: Payload, key: str, least: int = 0, most: int = INT_MAX) -> int:
    """An integer from ``least`` to ``most``. Raises :class:`CallError`."""
    value = required(payload, key)
    if not is_integer(value):
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{key} is not an integer")
    if not least <= value <= most:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{key} is not from {least} to {most}"
        )
    return int(value)


def one_of(payload: Payload, key: str, names: type[E], default: E | None = None) -> E:
    """One of an enumeration's names. Raises :class:`CallError`."""
    if default is not None and key not in payload:
        return default
    value = required(payload, key)
    if type(value) is not str:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{key} is not a text")
    try:
        return names(value)
    except ValueError:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{key} is not one of its values"
        ) from None


def readings_wh(payload: Payload) -> list[tuple[int, int]]:
    """The energy register's readings of a MeterValues payload as (time µs, Wh).

    Other measurands and units are let through unread: the network uses the register only. Raises
    :class:`CallError` for a payload that is not of OCPP 1.6's shape.
    """
    found = []
    for meter_value in _list(payload, "meterValue"):
        timestamp = integer(meter_value, "timestamp")
        for sample in _list(meter_value, "sampledValue"):
            measurand = sample.get("measurand", "Energy.Active.Import.Register")
            if measurand == "Energy.Active.Import.Register" and sample.get("unit", "Wh") == "Wh":
                found.append((timestamp, _register(sample)))
    return found


def _list(payload: Payload, key: str) -> list[Payload]:
    value = required(payload, key)
    if type(value) is not list or not all(type(entry) is dict for entry in value):
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{key} is not a list of objects")
    if not value:
        raise CallError(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, f"{key} is empty")
    return value


def _register(sample: Payload) -> int:
    """The value of a register: a text in OCPP 1.6; only whole Wh get into the replicated state."""
    value = text(sample, "value", 16)
    if not (value.isascii() and value.isdigit()) or int(value) > INT_MAX:
        raise CallError(
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "value is not a register in whole Wh"
        )
    return int(value)
