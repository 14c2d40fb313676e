"""The lines of a history of the charging network, as ``evtui run --history`` writes them."""

import json
from collections.abc import Callable
from typing import Any

from evtui.check.history import BadLineError
from fsm.network.records import KINDS, Record
from fsm.network.snapshot import SnapshotError
from fsm.network.state import NetworkState
from paxos.check.linearizability.operations import Operation, Time
from scenarios.network_model import APPLY, QUERY, Network, hint_of

Row = dict[str, Any]
Times = Callable[[int, Row], tuple[Time, Time | None]]
ClientOf = Callable[[int, Row], str | int]

MAX_SLOT = 1 << 53


def network_of(line: int, header: Row) -> Network:
    """The network before its first command.

    Raises:
        BadLineError: the header does not describe one.

    """
    kinds = {kind.name: kind.record for kind in KINDS}
    capacity_w = header.get("capacity_w")
    if type(capacity_w) is not int or not 0 <= capacity_w <= MAX_SLOT:
        raise BadLineError(line, "capacity_w", json.dumps(capacity_w), "a number of watts")
    try:
        genesis: list[Record] = [kinds[name](*values) for name, *values in header["genesis"]]
        # What a snapshot checks of each record: only so nothing in it can break a command.
        probe = NetworkState(capacity_w, genesis)
        probe.restore(probe.snapshot())
        return Network(capacity_w, genesis)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, SnapshotError):
        found = json.dumps(header.get("genesis"))
        raise BadLineError(line, "genesis", found, "what evtui run --history writes") from None


def network_operation(line: int, row: Row, times: Times, client: ClientOf) -> Operation:
    """A command or a question.

    Raises:
        BadLineError: it is none.

    """
    name = row.get("op")
    if name not in (APPLY, QUERY):
        raise BadLineError(line, "op", json.dumps(name), f"one of {APPLY}, {QUERY}")
    call, returned = times(line, row)
    result = b"" if returned is None else _bytes(line, row, "result")
    slot = row.get("slot")
    if slot is not None and (type(slot) is not int or not 0 <= slot <= MAX_SLOT):
        raise BadLineError(line, "slot", json.dumps(slot), "the number of a slot, or none")
    value = _bytes(line, row, "value")
    hint = hint_of(name, slot)
    return Operation(line, client(line, row), None, name, value, result, call, returned, hint)


def _bytes(line: int, row: Row, name: str) -> bytes:
    text = row.get(name)
    try:
        if type(text) is str and text == text.lower() and text.isascii() and " " not in text:
            return bytes.fromhex(text)
    except ValueError:
        pass
    raise BadLineError(line, name, json.dumps(text), "bytes as hexadecimal digits in pairs")
