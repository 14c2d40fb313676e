"""``evtui check``: reads a history, checks it, and says what it found.

Never imports Textual. The first word of the answer is the verdict, alone on its line.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from evtui.check.history import History
from evtui.check.reading import read_history
from evtui.check.values import show, thawed
from evtui.check.words import describe, ending, span, summary
from evtui.counting import counted
from evtui.errors import UsageError, reason
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, Verdict, check
from scenarios.kinds import printable

EXIT: Final = {Answer.LINEARIZABLE: 0, Answer.NOT_LINEARIZABLE: 1, Answer.UNKNOWN: 3}

TIME_LIMIT_US: Final = 60_000_000

SHOWN: Final = 12
"""So many operations of a conflict are printed, the last ones."""


@frozen
class Order:
    """What ``evtui check`` was asked to do."""

    file: str
    model: str | None = None
    as_json: bool = False
    time_limit_us: int = TIME_LIMIT_US
    html: str | None = None


def run_check(order: Order) -> int:
    """Check, print what was found, and return the exit code.

    Raises:
        UsageError: there is no history, or the page cannot be written.

    """
    end_s = time.monotonic() + order.time_limit_us / 1_000_000
    history = read_history(order.file, order.model)
    for warning in history.warnings:
        sys.stderr.write(f"evtui: {history.file}: {warning}\n")
    verdict = check(history.operations, history.model, exhausted=lambda: time.monotonic() >= end_s)
    if order.html is not None:
        _write_page(order.html, history, verdict)
    if order.as_json:
        sys.stdout.write(json.dumps(_row(history, verdict), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(history, verdict, order)) + "\n")
    return EXIT[verdict.answer]


def _write_page(target: str, history: History, verdict: Verdict) -> None:
    from evtui.check.page import page

    if _is_same(target, history.file):
        raise UsageError("--html: found the file of the history; allowed another one")
    text = page(history, verdict)
    try:
        Path(target).write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f'--html: cannot write "{printable(target)}" ({why})') from None


def _is_same(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False  # it is not there yet, or is no path: opening it says so


# --- for people ------------------------------------------------------------------------------


def _text(history: History, verdict: Verdict, order: Order) -> Iterator[str]:
    yield verdict.answer.value
    yield summary(history)
    if verdict.answer is Answer.UNKNOWN:
        seconds = order.time_limit_us / 1_000_000
        yield (
            f"the time limit of {seconds:g} s was up after {verdict.configurations:,} "
            "configurations; see --time-limit"
        )
    violation = verdict.violation
    if violation is None:
        return
    yield ending(history, violation)
    blamed = violation.conflict
    yield "these cannot be ordered" + (
        ", whatever the others did:" if violation.is_minimal else "; there may be fewer:"
    )
    if len(blamed) > SHOWN:
        yield f"  … {len(blamed) - SHOWN:,} more before these"
    yield from _table(history, blamed[-SHOWN:])
    if violation.orders:
        placed = violation.orders[0]
        on_key = "" if violation.key is None else " on this key"
        yield (
            f"the longest order that holds has {len(placed):,} of the prefix's "
            f"{counted(len(violation.partition), 'operation')}{on_key}"
        )


def _table(history: History, operations: tuple[Operation, ...]) -> Iterator[str]:
    rows = [
        (f"line {op.number}", f"client {show(op.client)}", describe(history, op), span(op))
        for op in operations
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()


# --- as JSON ---------------------------------------------------------------------------------


def _row(history: History, verdict: Verdict) -> dict[str, object]:
    operations = history.operations
    row: dict[str, object] = {
        "file": history.file,
        "format": history.format,
        "model": history.model.name,
        "verdict": verdict.answer.value,
        "operations": len(operations),
        "open": sum(op.returned is None for op in operations),
        "clients": len({op.client for op in operations}),
        "keys": len({op.key for op in operations}),
        "configurations": verdict.configurations,
        "warnings": history.warnings,
        "prefix": None,
        "cannot_be_ordered": [],
        "partial_linearizations": [],
    }
    violation = verdict.violation
    if violation is not None:
        row["prefix"] = {
            "events": violation.events,
            "operations": violation.operations,
            "time": violation.time,
            "line": violation.last.number,
            "key": violation.last.key,
            "lines_on_key": [op.number for op in violation.partition],
            "shortest": violation.is_shortest,
        }
        row["minimal"] = violation.is_minimal
        row["cannot_be_ordered"] = [_operation(history, op) for op in violation.conflict]
        row["partial_linearizations"] = [
            [op.number for op in order] for order in violation.orders
        ]  # fmt: skip
    return row


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else thawed(value)


def _operation(history: History, operation: Operation) -> dict[str, object]:
    is_cas = operation.name == "cas"
    value = [thawed(part) for part in operation.value] if is_cas else _plain(operation.value)
    result = _plain(operation.result)
    return {
        "line": operation.number,
        "client": operation.client,
        "op": operation.name,
        "key": operation.key,
        "value": value,
        "result": result if operation.returned is not None else None,
        "call": operation.call,
        "return": operation.returned,
        "says": describe(history, operation),
    }
