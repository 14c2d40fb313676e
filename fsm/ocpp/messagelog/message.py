"""One row of a message log: six columns, strictly read; only the body may be broken.

Columns: ``message_id``, ``message_type`` (2 CALL, 3 CALLRESULT, 4 CALLERROR), ``charge_point_id``,
``action`` (an answer may leave it empty), ``write_timestamp`` and ``body``, the payload as JSON.
They may be written in snake_case or camelCase; further columns do not matter.
"""

import re
from collections.abc import Iterable, Sequence
from json import JSONDecoder
from typing import Any, Final, NamedTuple

from attrs import define, field

from fsm.ocpp.frames import CALL, CALL_ERROR, CALL_RESULT
from fsm.ocpp.messagelog.timestamps import ALLOWED_TIME, parse_time

COLUMNS: Final = (
    "message_id",
    "message_type",
    "charge_point_id",
    "action",
    "write_timestamp",
    "body",
)

_TYPES: Final[dict[object, int]] = {
    **{kind: kind for kind in (CALL, CALL_RESULT, CALL_ERROR)},
    **{str(kind): kind for kind in (CALL, CALL_RESULT, CALL_ERROR)},
}


class FieldError(ValueError):
    """A row that cannot be read: its field, what was found there, and what is allowed."""

    def __init__(self, column: str, found: object, allowed: str) -> None:
        super().__init__(column, found, allowed)
        self.column = column
        self.found = found
        self.allowed = allowed


class MissingColumnsError(ValueError):
    """Columns that are not there, or there twice, under names that mean the same."""

    def __init__(self, missing: Sequence[str], twice: Sequence[str]) -> None:
        super().__init__(missing, twice)
        self.missing = missing
        self.twice = twice


class Message(NamedTuple):
    """One message between a charge point and its CSMS."""

    row: int
    """The line or row of the file, from 1."""
    message_id: str
    kind: int
    """CALL, CALL_RESULT or CALL_ERROR."""
    cp_id: str
    action: str
    """Empty where an answer does not say."""
    at_us: int
    """When it was written, in µs since 1970."""
    body: dict[str, Any] | None
    """The payload; None when it was no JSON object."""


@define
class Note:
    """Something in a log that was put right or left out: how often, and where first."""

    times: int
    first_row: int


@define
class Notes:
    """What was put right or left out, by the sentence that says so, in the order of the rows."""

    found: dict[str, Note] = field(factory=dict)

    def add(self, sentence: str, row: int) -> None:
        """Count one more."""
        note = self.found.get(sentence)
        if note is None:
            self.found[sentence] = Note(1, row)
        else:
            note.times += 1


BROKEN_BODY: Final = "body is no JSON object; it was not used"
EMPTY_BODY: Final = "body is empty; read as {}"


def snake(name: str) -> str:
    """``chargePointId`` and ``charge_point_id`` as the latter."""
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: "_" + match[0], name.strip()).lower()


def find_columns(found: Iterable[str], optional: Sequence[str] = ()) -> tuple[str, ...]:
    """The names under which a file has :data:`COLUMNS`, in their order.

    One that is ``optional`` has its own name where it is missing.

    Raises:
        MissingColumnsError: one is missing, or is there twice.
    """
    names: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for name in found:
        if (column := snake(name)) in names:
            names[column].append(name)
    for column in optional:
        names[column] = names[column] or [column]
    missing = [column for column in COLUMNS if not names[column]]
    twice = [name for column in COLUMNS if len(names[column]) > 1 for name in names[column]]
    if missing or twice:
        raise MissingColumnsError(missing, twice)
    return tuple(names[column][0] for column in COLUMNS)


def read_row(row: int, values: Sequence[object], notes: Notes) -> Message:
    """A message from the values of :data:`COLUMNS`; a broken body is noted.

    Raises:
        FieldError: another value is not allowed.
    """
    message_id, message_type, cp_id, action, write_timestamp, body = values
    kind = _TYPES.get(message_type) if type(message_type) in (int, str) else None
    if kind is None:
        raise FieldError("message_type", message_type, "2, 3 or 4")
    if type(message_id) is int:
        message_id = str(message_id)
    if type(message_id) is not str or not message_id:
        raise FieldError("message_id", message_id, "a text of at least one character")
    if type(cp_id) is not str or not cp_id:
        raise FieldError("charge_point_id", cp_id, "a text of at least one character")
    if action is None and kind != CALL:
        action = ""
    if type(action) is not str or not (action or kind != CALL):
        allowed = "the name of an action" + ("" if kind == CALL else ", or nothing")
        raise FieldError("action", action, allowed)
    try:
        at_us = parse_time(write_timestamp) if type(write_timestamp) is str else -1
    except (ValueError, OverflowError):
        at_us = -1
    if at_us < 0:
        raise FieldError("write_timestamp", write_timestamp, ALLOWED_TIME)
    return Message(row, message_id, kind, cp_id, action, at_us, _body(body, row, notes))


def _refuse(constant: str) -> None:
    """NaN and the infinities are no JSON."""
    raise ValueError(constant)


DECODER: Final = JSONDecoder(parse_constant=_refuse)
"""JSON as its standard has it."""


def _body(body: object, row: int, notes: Notes) -> dict[str, Any] | None:
    if body is None or body == "":
        notes.add(EMPTY_BODY, row)
        return {}
    if type(body) is str:
        try:
            body = DECODER.decode(body)
        except (ValueError, RecursionError):
            body = None
    if type(body) is not dict:
        notes.add(BROKEN_BODY, row)
        return None
    return body
