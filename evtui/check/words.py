"""Sentences about a history, for the terminal and for the page."""

from typing import Any

from evtui.check.history import History
from evtui.check.values import show
from evtui.counting import counted
from paxos.check.linearizability.models import Cells
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Violation


def summary(history: History) -> str:
    """What was looked at."""
    operations = history.operations
    clients = len({op.client for op in operations})
    keys = len({op.key for op in operations})
    opened = sum(op.returned is None for op in operations)
    parts = [counted(len(operations), "operation"), f"of {counted(clients, 'client')}"]
    if None not in (op.key for op in operations):
        parts.append(f"on {counted(keys, 'key')}")
    left = f", {opened:,} of them without a return" if opened else ""
    about = " ".join(parts) + left if operations else "no operations, so nothing is wrong"
    return f"{history.file}: {about} ({history.format}, model {history.model.name})"


def describe(history: History, operation: Operation) -> str:
    """An operation with its answer, such as ``get x → "a"``."""
    answer = history.model.answer(operation)
    return history.model.words(operation) + (f" → {answer}" if answer else "")


def holds(history: History, state: Any) -> str:
    """What a key holds, where that can be said in a word."""
    return history.model.show(state) if isinstance(history.model, Cells) else ""


def span(operation: Operation) -> str:
    """Call and return."""
    if operation.returned is None:
        return f"{operation.call}, no return"
    return f"{operation.call} to {operation.returned}"


def ending(history: History, violation: Violation) -> str:
    """Where the shortest prefix that is wrong ends."""
    last = violation.last
    which = "shortest prefix" if violation.is_shortest else "shortest prefix that was found"
    on_key = "" if last.key is None else f", on key {show(last.key)}"
    return (
        f"the {which} that is not has {counted(violation.events, 'event')} "
        f"of {counted(violation.operations, 'operation')}; it ends at {violation.time} with the "
        f"return of the operation on line {last.number}{on_key}"
    )
