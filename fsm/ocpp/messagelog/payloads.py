"""Payloads as the standard has them, from what real logs contain.

Logs break OCPP's schemas in ways that do not change what is meant: ``meterValue`` is an object
where an array of one belongs, ``value`` a number where 1.6 wants a text, ``phase`` an empty text
where it is to be left out. These are put right, and counted. Keys in snake_case, as some libraries
write them, become camelCase; that is no fault.
"""

import re
from decimal import Decimal
from typing import Any, Final

from fsm.ocpp.frames import CALL
from fsm.ocpp.messagelog.message import Message, Notes

_METERED: Final = {
    "MeterValues": "meterValue",
    "TransactionEvent": "meterValue",
    "StopTransaction": "transactionData",
}
"""Which key of a CALL holds its meter values."""

_OPTIONAL: Final = ("phase", "context", "location", "format", "unit")
"""What a sampled value leaves out when there is nothing to say.

``measurand`` is not among them: left out, it means the energy register.
"""

_NUMBER: Final = re.compile(r"\s*[+-]?(\d{1,18}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\s*", re.ASCII)

LARGEST: Final = Decimal(10) ** 18
"""Beyond any meter."""


def camel(body: dict[str, Any]) -> dict[str, Any]:
    """An object with its own keys in camelCase; a key that is there in camelCase stays."""
    for key in body:
        if "_" in key:
            break
    else:
        return body
    renamed = {re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), key): body[key] for key in body}
    return {**renamed, **{key: body[key] for key in body if "_" not in key}}


def normalise(message: Message, notes: Notes) -> Message:
    """The message with its payload as the standard has it; what was put right is noted."""
    if message.body is None:
        return message
    body = camel(message.body)
    key = _METERED.get(message.action) if message.kind == CALL else None
    if key is not None and key in body:
        numeric = message.action == "TransactionEvent" or "evseId" in body  # OCPP 2.0.1
        values = _array(body[key], key, message.row, notes)
        fixed = [_meter_value(value, message.row, notes, numeric=numeric) for value in values]
        body = {**body, key: fixed}
    return message if body is message.body else message._replace(body=body)


def _array(value: object, key: str, row: int, notes: Notes) -> list[dict[str, Any]]:
    """The objects of an array; one alone is an array of one."""
    if type(value) is dict:
        notes.add(f"{key} is an object; read as an array of one", row)
        return [value]
    if type(value) is not list:
        notes.add(f"{key} is no array; it was not used", row)
        return []
    objects = [item for item in value if type(item) is dict]
    for _ in range(len(value) - len(objects)):
        notes.add(f"{key} holds something that is no object; it was not used", row)
    return objects


def _meter_value(value: dict[str, Any], row: int, notes: Notes, *, numeric: bool) -> dict[str, Any]:
    value = camel(value)
    if "sampledValue" not in value:
        return value
    samples = _array(value["sampledValue"], "sampledValue", row, notes)
    fixed = [_sample(sample, row, notes, numeric=numeric) for sample in samples]
    return {**value, "sampledValue": fixed}


def _sample(sample: dict[str, Any], row: int, notes: Notes, *, numeric: bool) -> dict[str, Any]:
    # This runs for millions of samples, nearly all of which need little or nothing.
    value = sample.get("value")
    if not numeric and type(value) in (int, float):
        notes.add("value is a number; read as a text", row)
        sample = {**sample, "value": str(value)}
    if "" in sample.values():
        for key in _OPTIONAL:
            if sample.get(key) == "":
                notes.add(f'{key} is ""; left out', row)
                sample = {name: sample[name] for name in sample if name != key}
    return camel(sample) if numeric else sample


def number(value: object) -> Decimal | None:
    """A number exactly as it is written, also where it is a text; None when it is none."""
    if type(value) in (int, float):
        value = str(value)
    if type(value) is not str or not _NUMBER.fullmatch(value):
        return None
    found = Decimal(value.strip())
    return found if abs(found) <= LARGEST else None


def whole(value: object) -> int | None:
    """An integer, also where it is written ``100.0`` or as a text; None when it is none."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None
