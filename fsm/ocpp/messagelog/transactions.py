"""Transactions of a log that were begun and ended: how long they took, and what was charged.

OCPP 1.6: the answer to StartTransaction gives the transaction its number, StopTransaction ends it;
energy is ``meterStop - meterStart``. OCPP 2.0.1: TransactionEvents of one ``transactionId``, from
Started to Ended; energy is the last reading of the register less the first. There a start that was
refused has its events, too: it is left out, for it charged nobody.

A number belongs to one charge point's log, and may come back: a StopTransaction ends what the
last start before it began, once. What is logged twice, or sent again, counts once.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fsm.ocpp.frames import CALL
from fsm.ocpp.messagelog.calls import answers_to
from fsm.ocpp.messagelog.message import Message, Notes
from fsm.ocpp.messagelog.payloads import camel, number, whole
from fsm.ocpp.messagelog.readings import Reading, TransactionId, readings, stamp, transaction_of


class Completed(NamedTuple):
    """A transaction from beginning to end. Times in µs since 1970, by its own time stamps."""

    cp_id: str
    transaction_id: TransactionId
    start_us: int
    stop_us: int
    energy_wh: Decimal | None
    """None where a meter value is missing."""


class _Start(NamedTuple):
    at_us: int
    meter_wh: Decimal | None


Key = tuple[str, TransactionId]


def completed_transactions(messages: Sequence[Message], notes: Notes) -> list[Completed]:
    """All of them, in the order in which they ended; ``messages`` are in order."""
    found = _of_16(messages, notes) + _of_201(messages, notes)
    for transaction, row in found:
        if transaction.stop_us < transaction.start_us:
            notes.add("a transaction ends before it begins, by its own time stamps", row)
        if transaction.energy_wh is None:
            notes.add("a transaction lacks a meter value; its energy is unknown", row)
        elif transaction.energy_wh < 0:
            notes.add("a transaction ends with a lower meter value than it began with", row)
    return sorted(
        (transaction for transaction, _ in found),
        key=lambda each: (each.stop_us, each.cp_id, str(each.transaction_id)),
    )


def _of_16(messages: Sequence[Message], notes: Notes) -> list[tuple[Completed, int]]:
    # A start of the same instant as a stop comes first, so the starts stand first and the sort,
    # which is stable, leaves them there.
    events: list[tuple[int, Key, Message, bool]] = []
    for call, result in answers_to(messages, "StartTransaction"):
        transaction_id = whole((result.body or {}).get("transactionId"))
        if transaction_id is not None and call.body is not None:
            events.append((call.at_us, (call.cp_id, transaction_id), call, True))
    for message in messages:
        if message.kind == CALL and message.action == "StopTransaction" and message.body:
            transaction_id = whole(message.body.get("transactionId"))
            if transaction_id is None:
                notes.add(
                    "transactionId is no integer; the StopTransaction was not used", message.row
                )
            else:
                events.append((message.at_us, (message.cp_id, transaction_id), message, False))
    events.sort(key=lambda event: event[0])
    found: list[tuple[Completed, int]] = []
    open_: dict[Key, _Start] = {}
    last: dict[Key, _Start] = {}
    for _, key, message, begins in events:
        body = message.body or {}
        at_us = stamp(body.get("timestamp"), message, notes)
        if begins:
            start = _Start(at_us, number(body.get("meterStart")))
            if last.get(key) != start:
                open_[key] = last[key] = start
        elif key in open_:
            start = open_.pop(key)
            stop_wh = number(body.get("meterStop"))
            known = stop_wh is not None and start.meter_wh is not None
            energy_wh = stop_wh - start.meter_wh if known else None  # type: ignore[operator]
            found.append((Completed(*key, start.at_us, at_us, energy_wh), message.row))
        elif key not in last:
            notes.add("a StopTransaction has no StartTransaction in the log", message.row)
    return found


def _of_201(messages: Sequence[Message], notes: Notes) -> list[tuple[Completed, int]]:
    events: dict[Key, list[Message]] = {}
    for message in messages:
        if message.kind == CALL and message.action == "TransactionEvent" and message.body:
            transaction_id = transaction_of(message)
            if transaction_id is None:
                notes.add("a TransactionEvent has no transactionId; it was not used", message.row)
            else:
                events.setdefault((message.cp_id, transaction_id), []).append(message)
    refused = _refused(messages)
    found: list[tuple[Completed, int]] = []
    for key, own in events.items():
        if key in refused:
            continue
        starts = [each for each in own if (each.body or {}).get("eventType") == "Started"]
        ends = [each for each in own if (each.body or {}).get("eventType") == "Ended"]
        if not ends:
            continue
        if not starts:
            notes.add("a TransactionEvent Ended has no Started in the log", ends[0].row)
            continue
        start_us, stop_us = (
            stamp((each.body or {}).get("timestamp"), each, notes) for each in (starts[0], ends[0])
        )
        registers = [reading for each in own for reading in readings(each, notes)]
        energy_wh = _difference(registers)
        found.append((Completed(*key, start_us, stop_us, energy_wh), ends[0].row))
    return found


def _refused(messages: Sequence[Message]) -> set[Key]:
    """Transactions whose Started was answered with a token that is not accepted.

    One that is accepted later, before the end, makes it a transaction: another card was shown.
    """
    refused: set[Key] = set()
    accepted: set[Key] = set()
    for call, result in answers_to(messages, "TransactionEvent"):
        transaction_id = transaction_of(call)
        token = camel(result.body or {}).get("idTokenInfo")
        status = token.get("status") if type(token) is dict else None
        kind = (call.body or {}).get("eventType")
        if transaction_id is None or type(status) is not str or kind == "Ended":
            continue
        if status == "Accepted":
            accepted.add((call.cp_id, transaction_id))
        elif kind == "Started":
            refused.add((call.cp_id, transaction_id))
    return refused - accepted


def _difference(registers: Sequence[Reading]) -> Decimal | None:
    """The last reading less the first, by their time stamps; None for fewer than two."""
    if len(registers) < 2:
        return None
    ordered = sorted(registers, key=lambda reading: reading.at_us)
    return ordered[-1].energy_wh - ordered[0].energy_wh
