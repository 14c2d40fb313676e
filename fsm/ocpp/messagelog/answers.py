"""Four questions to a message log: who is active, last meter value, last seen, what was completed.

Every function takes the messages in order (:func:`fsm.ocpp.messagelog.calls.in_order`) with their
payloads normalised, and answers in a fixed order: by charge point (CP2 before CP10), or by time.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from fsm.ocpp.frames import CALL
from fsm.ocpp.messagelog.calls import answers_to, sent_by_charge_points
from fsm.ocpp.messagelog.message import Message, Notes
from fsm.ocpp.messagelog.payloads import whole
from fsm.ocpp.messagelog.readings import TransactionId, readings, transaction_of

DEFAULT_INTERVAL_S: Final = 300
"""Heartbeat interval of a charge point whose BootNotification is not in the log."""

INTERVALS: Final = 2
"""A charge point is active while it was silent for no more than so many heartbeat intervals.

Two, not one: a heartbeat that is a little late, or lost once, is no outage.
"""


class Activity(NamedTuple):
    """Whether a charge point is active."""

    cp_id: str
    active: bool
    last_us: int | None
    """When it last sent anything, in µs since 1970; None when it has not."""
    silent_us: int | None
    interval_s: int
    """Its heartbeat interval."""

    @property
    def allowed_us(self) -> int:
        """How long it may be silent."""
        return INTERVALS * self.interval_s * 1_000_000


class Seen(NamedTuple):
    """The newest message of a charge point."""

    cp_id: str
    at_us: int
    action: str
    kind: int


class LastMeter(NamedTuple):
    """The last reading of the energy register in a transaction, in Wh; None: of no transaction."""

    cp_id: str
    transaction_id: TransactionId | None
    at_us: int
    energy_wh: Decimal


def natural(name: object) -> tuple[tuple[int, str], ...]:
    """A key that puts CP2 before CP10."""
    parts = re.split(r"(\d+)", str(name), flags=re.ASCII)
    digits = [part.lstrip("0") for part in parts]
    # Texts stand at even places, numbers at odd ones: more digits, a greater number.
    return tuple(
        (len(digits[at]), digits[at]) if at % 2 else (0, part) for at, part in enumerate(parts)
    )


def charge_points(messages: Sequence[Message]) -> list[str]:
    """Every charge point of the log."""
    return sorted(dict.fromkeys(message.cp_id for message in messages), key=natural)


def activity(messages: Sequence[Message], at_us: int | None = None) -> list[Activity]:
    """Every charge point of the log, and whether it is active at a time.

    Active: it sent anything within twice its heartbeat interval before ``at_us``, that moment
    included. The interval is the one that its last accepted BootNotification was answered with,
    else :data:`DEFAULT_INTERVAL_S`. Without ``at_us`` it is when the newest message of the log was
    written; later messages are not looked at.
    """
    everyone = charge_points(messages)
    if at_us is None:
        at_us = messages[-1].at_us if messages else 0
    messages = [message for message in messages if message.at_us <= at_us]
    intervals: dict[str, int] = {}
    for _, result in answers_to(messages, "BootNotification"):
        body = result.body or {}
        interval_s = whole(body.get("interval"))
        if body.get("status") == "Accepted":
            known = interval_s is not None and interval_s > 0
            intervals[result.cp_id] = interval_s if known and interval_s else DEFAULT_INTERVAL_S
    last = {message.cp_id: message.at_us for message in sent_by_charge_points(messages)}
    found: list[Activity] = []
    for cp_id in everyone:
        interval_s = intervals.get(cp_id, DEFAULT_INTERVAL_S)
        last_us = last.get(cp_id)
        silent_us = None if last_us is None else at_us - last_us
        active = silent_us is not None and silent_us <= INTERVALS * interval_s * 1_000_000
        found.append(Activity(cp_id, active, last_us, silent_us, interval_s))
    return found


def last_seen(messages: Sequence[Message]) -> list[Seen]:
    """The newest message of each charge point, of whatever action and type."""
    newest = {message.cp_id: message for message in messages}
    actions: dict[tuple[str, str], str] = {}
    if not all(message.action for message in newest.values()):
        actions = {(m.cp_id, m.message_id): m.action for m in messages if m.kind == CALL}
    return [
        Seen(
            cp_id,
            newest[cp_id].at_us,
            newest[cp_id].action or actions.get((cp_id, newest[cp_id].message_id), ""),
            newest[cp_id].kind,
        )
        for cp_id in sorted(newest, key=natural)
    ]


def last_meter(messages: Sequence[Message], notes: Notes) -> list[LastMeter]:
    """The last reading of each charge point and transaction: by the time stamp of the reading.

    Of equal ones that which was written later; in one message that which stands last.
    """
    newest: dict[tuple[str, TransactionId | None], LastMeter] = {}
    for message in messages:
        if message.kind != CALL or not message.body:
            continue
        if message.action not in ("MeterValues", "TransactionEvent", "StopTransaction"):
            continue
        transaction_id = transaction_of(message)
        key = (message.cp_id, transaction_id)
        for reading in readings(message, notes):
            if key not in newest or reading.at_us >= newest[key].at_us:
                newest[key] = LastMeter(*key, *reading)
    return sorted(
        newest.values(),
        key=lambda each: (natural(each.cp_id), natural(each.transaction_id or "")),
    )
