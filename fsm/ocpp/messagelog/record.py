"""A run's own OCPP messages as rows of a message log.

Inside a run times are integers, in µs from its beginning; a log has ISO 8601, so the run gets a
date (:data:`fsm.clock.START_US`). ``data`` of a DataTransfer is an object inside and a text in a
log, as OCPP 1.6 has it (6.15).
"""

from json import dumps
from typing import Any, Final

from fsm.clock import START_US
from fsm.ocpp.frames import CALL, CALL_RESULT
from fsm.ocpp.messagelog.timestamps import format_time

_TIMES: Final = frozenset(("timestamp", "currentTime", "expiryDate"))
"""Keys whose integers are times."""


def log_row(cp_id: str, frame: list[Any], action: str, at_us: int) -> dict[str, Any]:
    """One frame as a row; its body is an object.

    ``action`` is that of the CALL, which answers do not carry; ``at_us`` is virtual time.
    """
    if frame[0] == CALL:
        body = _outside(frame[3])
    elif frame[0] == CALL_RESULT:
        body = _outside(frame[2])
    else:
        code, description, details = frame[2:5]
        body = {"errorCode": code, "errorDescription": description, "errorDetails": details}
    return {
        "message_id": frame[1],
        "message_type": frame[0],
        "charge_point_id": cp_id,
        "action": action,
        "write_timestamp": format_time(START_US + at_us),
        "body": body,
    }


def _outside(value: Any, key: str = "") -> Any:
    if type(value) is int and key in _TIMES:
        return format_time(START_US + value)
    if key == "data" and type(value) is not str:
        return dumps(value, separators=(",", ":"))
    if type(value) is dict:
        return {name: _outside(item, name) for name, item in value.items()}
    if type(value) is list:
        return [_outside(item) for item in value]
    return value
