"""The energy register (``Energy.Active.Import.Register``) in the payloads of a log, in Wh.

A measurand, and a unit, that is left out has the standard's default: this register, in Wh (OCPP
1.6, 7.43). A reading of the whole connector has no phase; where only single phases are given, they
add up to it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from fsm.ocpp.frames import CALL
from fsm.ocpp.messagelog.message import Message, Notes
from fsm.ocpp.messagelog.payloads import camel, number, whole
from fsm.ocpp.messagelog.timestamps import parse_time

REGISTER: Final = "Energy.Active.Import.Register"

SIGNED: Final = "SignedData"
"""``format`` of a value that is a meter's signed receipt and no number (OCPP 1.6, 7.48)."""

_WH: Final = {"wh": Decimal(1), "kwh": Decimal(1000)}

TransactionId = int | str
"""A number in OCPP 1.6, a text in 2.0.1."""


class Reading(NamedTuple):
    """What a meter showed."""

    at_us: int
    """When it was read, by its own time stamp."""
    energy_wh: Decimal


def stamp(value: object, message: Message, notes: Notes) -> int:
    """A time stamp of a payload; without one that can be read, when the message was written."""
    try:
        return parse_time(value) if type(value) is str else _written(message, notes)
    except (ValueError, OverflowError):
        return _written(message, notes)


def _written(message: Message, notes: Notes) -> int:
    notes.add("timestamp is no ISO 8601 time; write_timestamp was used", message.row)
    return message.at_us


def readings(message: Message, notes: Notes) -> list[Reading]:
    """The readings of a CALL, in its order."""
    body = message.body or {}
    values = body.get("transactionData" if message.action == "StopTransaction" else "meterValue")
    found: list[Reading] = []
    for value in values or ():
        energies = _registers(value.get("sampledValue", ()), message, notes)
        if energies:
            at_us = stamp(value.get("timestamp"), message, notes)
            found += [Reading(at_us, energy_wh) for energy_wh in energies]
    return found


def _registers(samples: Sequence[dict[str, Any]], message: Message, notes: Notes) -> list[Decimal]:
    total: list[Decimal] = []
    phases: dict[str, Decimal] = {}
    for sample in samples:
        if sample.get("measurand", REGISTER) != REGISTER or sample.get("format") == SIGNED:
            continue
        energy_wh = _energy_wh(sample, message, notes)
        if energy_wh is None:
            continue
        phase = sample.get("phase")
        if phase is None:
            total.append(energy_wh)
        else:
            phases[str(phase)] = energy_wh
    return total or ([sum(phases.values(), Decimal(0))] if phases else [])


def _energy_wh(sample: dict[str, Any], message: Message, notes: Notes) -> Decimal | None:
    value = number(sample.get("value"))
    if value is None:
        notes.add(f"value of {REGISTER} is no number; it was not used", message.row)
        return None
    measure = sample.get("unitOfMeasure")  # OCPP 2.0.1
    if type(measure) is not dict:
        measure = sample
    unit = _WH.get(str(measure.get("unit", "Wh")).lower())
    exponent = whole(measure.get("multiplier", 0))
    if unit is None or exponent is None or not -9 <= exponent <= 9:
        notes.add(f"unit of {REGISTER} is neither Wh nor kWh; it was not used", message.row)
        return None
    return value * unit * Decimal(10) ** exponent


def transaction_of(message: Message) -> TransactionId | None:
    """The transaction that a CALL is about, None when it is about none."""
    body = message.body or {}
    if message.kind != CALL:
        return None
    if message.action == "TransactionEvent":
        info = body.get("transactionInfo")
        value = camel(info).get("transactionId") if type(info) is dict else None
        return value if type(value) is str and value else None
    return whole(body.get("transactionId"))
