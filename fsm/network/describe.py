"""A short text of a command, for people who look at the log."""

from collections.abc import Callable
from typing import Any

from fsm.network.checks import readings_wh
from fsm.ocpp.actions import GRANT_ENDED, INSTRUCT, INSTRUCTION_RESULT
from fsm.ocpp.frames import CallError, Operation, parse_operation
from fsm.ocpp.reserving import REQUEST_CONNECTOR


def _word(payload: dict[str, Any], key: str) -> str:
    value = payload.get(key)
    return value[:24] if type(value) is str else str(value) if type(value) is int else "?"


def _status(payload: dict[str, Any]) -> str:
    error = _word(payload, "errorCode")
    return _word(payload, "status") + ("" if error in ("NoError", "?") else f" ({error})")


def _readings(payload: dict[str, Any]) -> str:
    try:
        readings = readings_wh(payload)
    except CallError:
        return "?"
    return f"{readings[-1][1]:,} Wh" if readings else ""


def _stop(payload: dict[str, Any]) -> str:
    reason = payload.get("reason", "Local")
    return f"#{_word(payload, 'transactionId')} ({reason if type(reason) is str else '?'})"


def _reservation(payload: dict[str, Any]) -> str:
    return f"#{_word(payload, 'reservationId')}"


def _reserve(payload: dict[str, Any]) -> str:
    return f"{_reservation(payload)} {_word(payload, 'idTag')}"


def _transfer(payload: dict[str, Any]) -> str:
    """A message of the network's own; of an instruction, what is wanted of whom."""
    name, data = _word(payload, "messageId"), payload.get("data")
    if name == INSTRUCT and type(data) is dict:
        return f"{name} {_word(data, 'cp')} {_word(data, 'action')}"
    if name == INSTRUCTION_RESULT and type(data) is dict and type(data.get("payload")) is dict:
        return f"{name} #{_word(data, 'id')} {_word(data['payload'], 'status')}"
    if name == GRANT_ENDED and type(data) is dict:
        return f"{name} {_word(data, 'cp')} after {_word(data, 'calls')} calls"
    if name == REQUEST_CONNECTOR and type(data) is dict:
        return f"{name} {_reserve(data)}"
    return name


def _update(payload: dict[str, Any]) -> str:
    return f"{_reservation(payload)} {_word(payload, 'reservationUpdateStatus')}"


_DETAILS: dict[str, Callable[[dict[str, Any]], str]] = {
    "Authorize": lambda payload: _word(payload, "idTag"),
    "StartTransaction": lambda payload: _word(payload, "idTag"),
    "StatusNotification": _status,
    "MeterValues": _readings,
    "StopTransaction": _stop,
    "DataTransfer": _transfer,
    "ReserveNow": _reserve,
    "CancelReservation": _reservation,
    "ReservationStatusUpdate": _update,
}


def describe(op: bytes) -> str:
    """A command in a few words, e.g. ``CP2 StartTransaction EV1``. Never raises."""
    try:
        operation = parse_operation(op)
    except CallError:
        return malformed(op)
    return in_words(operation)


def malformed(op: bytes) -> str:
    """What is said of bytes that are no command."""
    return f"malformed command ({len(op)} bytes)"


def in_words(operation: Operation) -> str:
    """A decoded command in a few words."""
    detail = _DETAILS.get(operation.action)
    words = f"{operation.cp_id} {operation.action[:30]}"
    return f"{words} {detail(operation.payload)}".rstrip() if detail else words
