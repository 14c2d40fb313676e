"""A frame of OCPP-J as a row of a message log."""

from typing import Any

from fsm.ocpp.frames import CALL, CALL_RESULT
from fsm.ocpp.messagelog.timestamps import format_time_fixed


def log_row(cp_id: str, frame: list[Any], action: str, at_us: int) -> dict[str, Any]:
    """One frame as a row; its body is an object.

    ``action`` is that of the CALL, which answers do not carry; ``at_us`` is since 1970.
    """
    if frame[0] == CALL:
        body = frame[3]
    elif frame[0] == CALL_RESULT:
        body = frame[2]
    else:
        code, description, details = frame[2:5]
        body = {"errorCode": code, "errorDescription": description, "errorDetails": details}
    return {
        "message_id": frame[1],
        "message_type": frame[0],
        "charge_point_id": cp_id,
        "action": action,
        "write_timestamp": format_time_fixed(at_us),
        "body": body,
    }
