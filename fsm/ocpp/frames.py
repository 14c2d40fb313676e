"""OCPP-J frames, and how the log carries one.

A command of the replicated log is ``[cp_id, at_us, [2, unique_id, action, payload]]`` in
msgpack: who calls, when it was called (µs), and the CALL as OCPP-J has it. What applying it
returns is the CALLRESULT ``[3, unique_id, payload]`` or the CALLERROR
``[4, unique_id, code, description, {}]``.
"""

from enum import StrEnum
from typing import Any, Final

import msgpack
from attrs import frozen

CALL: Final = 2
CALL_RESULT: Final = 3
CALL_ERROR: Final = 4

UNIQUE_ID_MAX: Final = 36
"""Longest unique id of a frame (OCPP-J 1.6, 4.1.4)."""

CP_ID_MAX: Final = 48
"""Longest identity of a charge point (OCPP 2.0.1, identityString)."""

INT_MAX: Final = 2**53
"""Greatest integer that a frame may carry: exact in JSON, too; some 285 years in µs."""


class ErrorCode(StrEnum):
    """Error codes of a CALLERROR (OCPP-J 1.6, table 7)."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURRENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"  # spelt so in the standard
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


class CallError(Exception):
    """A CALL that cannot be carried out; it becomes a CALLERROR, never a crash."""

    def __init__(self, code: ErrorCode, description: str, unique_id: str = "") -> None:
        super().__init__(code, description, unique_id)
        self.code = code
        self.description = description
        self.unique_id = unique_id


@frozen
class Operation:
    """A decoded command of the log."""

    cp_id: str
    at_us: int
    unique_id: str
    action: str
    payload: dict[str, Any]


def pack_operation(
    cp_id: str, at_us: int, unique_id: str, action: str, payload: dict[str, object]
) -> bytes:
    """A CALL of ``cp_id`` at ``at_us`` as the log carries it."""
    packed: bytes = msgpack.packb([cp_id, at_us, [CALL, unique_id, action, payload]])
    return packed


def unpack(data: bytes) -> Any:
    """One msgpack value. Raises :class:`CallError` (FormationViolation) when it is not one."""
    try:
        return msgpack.unpackb(data)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise CallError(
            ErrorCode.FORMATION_VIOLATION, f"not msgpack: {type(error).__name__}"
        ) from error


def is_integer(value: object) -> bool:
    """Whether ``value`` is an integer that a frame may carry; True and False are none."""
    return type(value) is int and -INT_MAX <= value <= INT_MAX


def parse_operation(data: bytes) -> Operation:
    """Decode a command. Raises :class:`CallError` with the unique id as far as it is readable."""
    value = unpack(data)
    if type(value) is not list or len(value) != 3:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "a command is [cp_id, at_us, frame]")
    cp_id, at_us, frame = value
    if type(frame) is not list or len(frame) != 4 or frame[0] != CALL:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "a CALL is [2, unique_id, action, payload]")
    _, unique_id, action, payload = frame
    if type(unique_id) is not str or not 0 < len(unique_id) <= UNIQUE_ID_MAX:
        raise CallError(
            ErrorCode.FORMATION_VIOLATION, f"a unique id is a text of 1 to {UNIQUE_ID_MAX}"
        )
    if type(cp_id) is not str or not 0 < len(cp_id) <= CP_ID_MAX:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "cp_id is not an identity", unique_id)
    if not is_integer(at_us) or at_us < 0:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "at_us is not a time in µs", unique_id)
    if type(action) is not str or type(payload) is not dict:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "action or payload is missing", unique_id)
    return Operation(cp_id, at_us, unique_id, action, payload)


def pack_result(unique_id: str, payload: dict[str, object]) -> bytes:
    """A CALLRESULT."""
    packed: bytes = msgpack.packb([CALL_RESULT, unique_id, payload])
    return packed


def pack_error(error: CallError) -> bytes:
    """A CALLERROR; its details are empty."""
    packed: bytes = msgpack.packb(
        [CALL_ERROR, error.unique_id, error.code.value, error.description[:255], {}]
    )
    return packed
