"""What both versions of OCPP share where payloads leave the network: times, and what has no place.

Inside, times are µs from the run's beginning; outside they are ISO 8601 in UTC. ``start_us`` is
when the run began, in µs since 1970. A key that the standard does not know never gets into one of
its payloads: 1.6 carries it in a DataTransfer of its own beside it, 2.0.1 in ``customData``.
"""

from collections.abc import Collection
from typing import Any, Final

from attrs import frozen

from fsm.ocpp.frames import CALL_ERROR, UNIQUE_ID_MAX, CallError, ErrorCode
from fsm.ocpp.messagelog.timestamps import format_time_ms, parse_time

Payload = dict[str, Any]

US_PER_S: Final = 1_000_000

Frame = list[Any]


@frozen
class Outside:
    """A frame as it stands on the wire; ``action`` is that of its CALL."""

    frame: Frame
    action: str


def refused(frame: Frame, action: str, name: str) -> Outside:
    """A CALLERROR of the log with the version's ``name`` for its code."""
    return Outside([CALL_ERROR, frame[1], name, frame[3], frame[4]], action)


def beside(unique_id: str) -> str:
    """The unique id of a frame that goes with another one."""
    return f"{unique_id}+"[-UNIQUE_ID_MAX:]


def time_out(time_us: int, start_us: int) -> str:
    """A time of the run as text: with milliseconds, always."""
    return format_time_ms(start_us + time_us)


def time_in(text: object, start_us: int) -> int:
    """A text as a time of the run; what was before the run is its beginning.

    Raises:
        CallError: it is no time (FormationViolation).

    """
    try:
        return max(0, parse_time(text if type(text) is str else "") - start_us)
    except ValueError:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "a time is not ISO 8601") from None


def split(payload: Payload, known: Collection[str]) -> tuple[Payload, Payload]:
    """What the standard knows of a payload, and the rest."""
    inside = {key: value for key, value in payload.items() if key in known}
    return inside, {key: value for key, value in payload.items() if key not in known}


def decimal(deci: int) -> float | int:
    """A limit in tenths as a number of JSON."""
    whole, tenths = divmod(deci, 10)
    return float(f"{whole}.{tenths}") if tenths else whole
