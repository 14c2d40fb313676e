"""Messages to bytes and back."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, cast, get_args, get_type_hints

import msgpack
from attrs import fields

from fsm.v2g.codes import ResponseCode
from fsm.v2g.kinds import Check, MalformedMessageError
from fsm.v2g.messages import (
    REQUESTS,
    RESPONSE_OF,
    RESPONSES,
    Message,
    Request,
    Response,
    SupportedAppProtocolRes,
    TransportClose,
)


def _checks(cls: type[Message]) -> tuple[Check, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(cast("Check", get_args(hints[f.name])[1]) for f in fields(cls))


def _getter(cls: type[Message]) -> Callable[[Any], Any]:
    names = [f.name for f in fields(cls)]
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda message: (get(message),)


_CLASSES: Final[tuple[type[Message], ...]] = (*REQUESTS, *RESPONSES, TransportClose)
_ENCODE: Final = {cls: (cls.__name__, _getter(cls)) for cls in _CLASSES}
_DECODE: Final = {cls.__name__: (cls, _checks(cls)) for cls in _CLASSES}


def encode(message: Message) -> bytes:
    """A message as bytes."""
    tag, values = _ENCODE[type(message)]
    packed: bytes = msgpack.packb((tag, *values(message)))
    return packed


def decode(body: bytes) -> Message:
    """The message that ``body`` is.

    Raises :class:`fsm.v2g.kinds.MalformedMessageError` when it is none: not msgpack, an unknown
    tag, a field too few or too many, a value of a wrong type or out of the schema's range.
    """
    try:
        row = msgpack.unpackb(body)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise MalformedMessageError(f"not msgpack: {type(error).__name__}") from error
    if type(row) is not list or not row or type(row[0]) is not str:
        raise MalformedMessageError("not a list that begins with a name")
    entry = _DECODE.get(row[0])
    if entry is None:
        raise MalformedMessageError(f"no message has the name {row[0][:40]!r}")
    cls, checks = entry
    if len(row) != len(checks) + 1:
        raise MalformedMessageError(f"{row[0]} has {len(checks)} fields, not {len(row) - 1}")
    try:
        return cls(*[check(value) for check, value in zip(checks, row[1:], strict=True)])
    except MalformedMessageError as error:
        raise MalformedMessageError(f"{row[0]}: {error}") from None


def negative(request: type[Request], code: ResponseCode, session_id: bytes) -> Response:
    """The response of ``request`` that says no; its other fields have no meaning."""
    cls = RESPONSE_OF[request]
    if cls is SupportedAppProtocolRes:
        return SupportedAppProtocolRes(ResponseCode.FAILED_NO_NEGOTIATION)
    return cls(session_id, code)  # type: ignore[arg-type]
