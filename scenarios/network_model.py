"""The charging network as a machine that does one thing after the other: the model ``network``.

It is the replicated state machine itself, without replication: what a client is told must be what
one copy of it would have said. Commands are applied, questions are asked; values and results are
the bytes of :mod:`fsm.ocpp.frames` and :mod:`fsm.network.queries`.
"""

from collections.abc import Hashable, Sequence
from typing import Any, Final

from fsm.network import queries
from fsm.network.describe import describe
from fsm.network.records import Record
from fsm.network.state import NetworkState
from fsm.network.tables import Tables
from fsm.ocpp.frames import CALL_RESULT, CallError, unpack
from paxos.check.linearizability.operations import REFUSED, Operation

APPLY: Final = "apply"
QUERY: Final = "query"


class Known:
    """A state as the search compares it.

    Two orders of the same commands mostly lead to the same records; the hash chain alone tells them
    apart, and nobody is told of it. So states are compared by the sum of their records' hashes (64
    bits), the count of commands, and the order in which charge points have booted, by which ties
    between them are broken.
    """

    __slots__ = ("_key", "tables")

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._key = (tables.applied, tables.sum, tuple(tables.assets))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


class Network:
    """The machine; ``genesis`` are the records that are there before the first command."""

    name = "network"

    def __init__(self, capacity_w: int, genesis: Sequence[Record] = ()) -> None:
        self._machine = NetworkState(capacity_w, genesis)
        self._first = Known(self._machine.state)

    def initial(self, key: Hashable) -> Known:
        """The state before the first command; there are no keys."""
        return self._first

    def step(self, state: Known, operation: Operation, *, told: bool) -> Any:
        """Apply a command, or ask a question."""
        machine = self._machine
        machine.state = state.tables
        if operation.name == QUERY:
            fits = not told or machine.query(operation.value) == operation.result
            return state if fits else REFUSED
        result = machine.apply(operation.value)
        return Known(machine.state) if not told or result == operation.result else REFUSED

    def outcome(self, state: Known, operation: Operation) -> tuple[Known, bytes]:
        """The state after a command or a question, and what it answers."""
        machine = self._machine
        machine.state = state.tables
        if operation.name == QUERY:
            return state, machine.query(operation.value)
        result = machine.apply(operation.value)
        return Known(machine.state), result

    def resumed(self, state: Known) -> "Network":
        """The same machine, beginning with another state."""
        other = Network(self._machine.capacity_w)
        other._first = state
        return other

    def passive(self, operation: Operation, *, told: bool) -> bool:
        """Whether it is a question."""
        return operation.name == QUERY

    def outlook(self, binding: Sequence[Operation], free: Sequence[Operation]) -> None:
        """Nothing: a result says little of the state."""

    def words(self, operation: Operation) -> str:
        """Such as ``CP2 StartTransaction EV1`` or ``read summary``."""
        if operation.name == QUERY:
            return f"read {queries.name(operation.value)}"
        return describe(operation.value)

    def answer(self, operation: Operation) -> str:
        """A status, an error code, or what was read."""
        if operation.returned is None:
            return ""
        try:
            if operation.name == QUERY:
                return queries.in_words(operation.result)
            return _status(unpack(operation.result))
        except (CallError, ValueError, AttributeError, TypeError):
            return f"{len(operation.result)} bytes"


def _status(frame: Any) -> str:
    """What an answer comes to in a word; empty where it only says that it was heard."""
    if type(frame) is not list or len(frame) < 3:
        return "?"
    if frame[0] != CALL_RESULT:
        return str(frame[2])
    payload = frame[2] if type(frame[2]) is dict else {}
    for part in (payload, payload.get("idTagInfo"), payload.get("data")):
        if type(part) is dict and "status" in part:
            return str(part["status"])
    return ""


def hint_of(name: str, slot: int | None) -> int | None:
    """Where an operation stood in the log; a question behind the slot that it was answered from."""
    return None if slot is None else 2 * slot + (name == QUERY)
