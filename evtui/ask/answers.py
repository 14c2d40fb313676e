"""Each question's answer in three forms: rows for programs, a table and a plot for people."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from evtui.ask.plots import (
    Line,
    plot_active,
    plot_completed,
    plot_last_meter,
    plot_last_seen,
)
from evtui.ask.reader import Log
from evtui.ask.words import clock, energy, plain, seconds, span
from evtui.counting import counted
from fsm.ocpp.frames import CALL, CALL_ERROR, CALL_RESULT
from fsm.ocpp.messagelog.answers import activity, last_meter, last_seen
from fsm.ocpp.messagelog.timestamps import format_time
from fsm.ocpp.messagelog.transactions import completed_transactions

FRAME = {CALL: "CALL", CALL_RESULT: "CALLRESULT", CALL_ERROR: "CALLERROR"}
_NONE = Decimal(0)


@frozen
class Query:
    """What is asked beside the question itself; times in µs since 1970."""

    cp: str | None = None
    at_us: int | None = None
    month: str | None = None
    month_us: tuple[int, int] | None = None

    def concerns(self, cp_id: str) -> bool:
        """Whether a charge point is asked about."""
        return self.cp is None or self.cp == cp_id


@frozen
class Answer:
    """An answer in its forms. ``plot`` gets the width; ``right`` are columns flush right."""

    rows: list[dict[str, Any]]
    head: tuple[str, ...]
    cells: Sequence[tuple[str, ...]]
    right: tuple[int, ...]
    summary: str
    plot: Callable[[int], list[Line]] | None


def _active(log: Log, query: Query) -> Answer:
    everyone = [each for each in activity(log.messages, query.at_us) if query.concerns(each.cp_id)]
    found = [each for each in everyone if each.active]
    at_us = log.messages[-1].at_us if query.at_us is None else query.at_us
    silent = [each.cp_id for each in everyone if not each.active]
    rows = [
        {
            "charge_point_id": each.cp_id,
            "active": True,
            "last_message": format_time(each.last_us or 0),
            "silent_s": seconds(each.silent_us or 0),
            "heartbeat_s": each.interval_s,
            "allowed_s": seconds(each.allowed_us),
        }
        for each in found
    ]
    cells = [
        (each.cp_id, clock(each.last_us or 0), span(each.silent_us or 0), span(each.allowed_us))
        for each in found
    ]
    return Answer(
        rows,
        ("CP", "last message, UTC", "silent for", "allowed"),
        cells,
        (2, 3),
        f"{len(found):,} of {counted(len(everyone), 'charge point')} active at {clock(at_us)} UTC"
        + (f"; silent: {_some(silent)}" if silent else ""),
        (lambda width: plot_active(everyone, width)) if everyone else None,
    )


def _last_meter(log: Log, query: Query) -> Answer:
    found = [each for each in last_meter(log.messages, log.notes) if query.concerns(each.cp_id)]
    rows = [
        {
            "charge_point_id": each.cp_id,
            "transaction_id": each.transaction_id,
            "timestamp": format_time(each.at_us),
            "value": plain(each.energy_wh),
            "unit": "Wh",
        }
        for each in found
    ]
    cells = [
        (each.cp_id, _transaction(each.transaction_id), clock(each.at_us), energy(each.energy_wh))
        for each in found
    ]
    return Answer(
        rows,
        ("CP", "transaction", "read at, UTC", "register"),
        cells,
        (1, 3),
        counted(len(found), "last reading"),
        (lambda width: plot_last_meter(found, width)) if found else None,
    )


def _last_seen(log: Log, query: Query) -> Answer:
    found = [each for each in last_seen(log.messages) if query.concerns(each.cp_id)]
    rows = [
        {
            "charge_point_id": each.cp_id,
            "last_seen": format_time(each.at_us),
            "action": each.action,
            "message_type": each.kind,
        }
        for each in found
    ]
    cells = [
        (each.cp_id, clock(each.at_us), f"{each.action} {FRAME[each.kind]}".strip())
        for each in found
    ]
    return Answer(
        rows,
        ("CP", "last seen, UTC", "message"),
        cells,
        (),
        counted(len(found), "charge point"),
        (lambda width: plot_last_seen(found, width)) if found else None,
    )


def _completed(log: Log, query: Query) -> Answer:
    begin_us, end_us = query.month_us or (None, None)
    found = [
        each
        for each in completed_transactions(log.messages, log.notes)
        if query.concerns(each.cp_id)
        and (begin_us is None or end_us is None or begin_us <= each.stop_us < end_us)
    ]
    rows = [
        {
            "charge_point_id": each.cp_id,
            "transaction_id": each.transaction_id,
            "start": format_time(each.start_us),
            "stop": format_time(each.stop_us),
            "duration_s": seconds(each.stop_us - each.start_us),
            "energy_wh": None if each.energy_wh is None else plain(each.energy_wh),
        }
        for each in found
    ]
    cells = [
        (each.cp_id, _transaction(each.transaction_id), clock(each.start_us), clock(each.stop_us),
         span(each.stop_us - each.start_us), energy(each.energy_wh))
        for each in found
    ]  # fmt: skip
    total = sum((each.energy_wh or _NONE for each in found), _NONE)
    when = "" if query.month is None else f" in {query.month}"
    return Answer(
        rows,
        ("CP", "transaction", "start, UTC", "stop, UTC", "time", "energy"),
        cells,
        (1, 4, 5),
        f"{counted(len(found), 'transaction')} completed{when}, {energy(total)}",
        (lambda width: plot_completed(found, width, query.month_us)) if found else None,
    )


QUESTIONS: dict[str, Callable[[Log, Query], Answer]] = {
    "active": _active,
    "last-meter": _last_meter,
    "last-seen": _last_seen,
    "completed": _completed,
}


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8:,} more"


def _transaction(transaction_id: int | str | None) -> str:
    return "-" if transaction_id is None else str(transaction_id)
