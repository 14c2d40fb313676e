"""The trace as text: one JSON object a line for each event, with frames decoded.

Keys: ``n`` (number of the event), ``t_us``, ``kind`` (paxos, ocpp, v2g, timer, disk, signal,
script, tick), ``to`` and ``from`` (ids of charge points and EVs), and what happened: ``message``
with its ``fields``, ``timer``, ``call``, ``result``, ``signal`` or ``input``. Built only when
somebody listens.
"""

import json
from collections.abc import Callable
from typing import Any, TextIO

import msgpack
from attrs import asdict, fields

from fsm.v2g import codec
from fsm.v2g.kinds import MalformedMessageError
from paxos.ballot import Ballot
from paxos.effects import Timer
from paxos.membership import label
from paxos.messages import SnapshotChunk
from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from paxos.wire import WireError, unpack, unseal
from scenarios.commands import command_text
from scenarios.happenings import Happening
from scenarios.watching import BEAT
from scenarios.world import World

_NAMES: dict[int, str] = {
    Kind.PAXOS: "paxos",
    Kind.OCPP: "ocpp",
    Kind.V2G: "v2g",
    Kind.TIMER: "timer",
    Kind.DISK: "disk",
    Kind.SIGNAL: "signal",
    Kind.WORK: "work",
    Happening.SCRIPT: "script",
    Happening.RESET: "reset",
}


class TraceWriter:
    """A listener of a session that writes JSON lines."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.number = 0

    def __call__(self, world: World, event: Event) -> None:
        """Write one event."""
        self.number += 1
        site = {"site": world.scenario.name} if world.drivers.news is not None else {}
        row = {"n": self.number, **site, **describe_event(world, event)}
        self.out.write(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n")


def describe_event(world: World, event: Event) -> dict[str, Any]:
    """One event as plain data, frames decoded; a damaged frame says so."""
    time_us, _, kind, target, source, payload = event
    row: dict[str, Any] = {"t_us": time_us, "kind": _NAMES.get(kind, "tick")}
    if kind == Happening.SCRIPT:
        line = world.scenario.script[payload]
        return {**row, "input": {"verb": line.verb, **line.args}}
    if target:
        row["to"] = world.name(target)
    if kind in (Kind.PAXOS, Kind.V2G, Kind.OCPP, Kind.SIGNAL):
        row["from"] = world.name(source)
    if kind == Kind.TIMER:
        row["timer"] = payload if type(payload) is str else Timer(payload).name.lower()
    elif kind == Kind.SIGNAL:
        row["signal"] = payload
    elif kind in _DECODERS:
        row |= describe_frame(world, kind, payload)
    return row


def describe_frame(world: World, kind: int, frame: bytes) -> dict[str, Any]:
    """A frame of one of the three channels as plain data; a damaged one says so."""
    try:
        return _DECODERS[kind](world, frame)
    except (WireError, MalformedMessageError) as error:
        return {"damaged": str(error)}


def _paxos(world: World, frame: bytes) -> dict[str, Any]:
    message = unpack(frame)
    kind: Any = type(message)
    values = {
        field.name: _plain(world, getattr(message, field.name))
        for field in fields(kind)
        if field.name != "data"
    }
    if type(message) is SnapshotChunk:
        values["bytes"] = len(message.data)
    return {"message": type(message).__name__, "fields": values}


def _plain(world: World, value: Any) -> Any:
    if isinstance(value, Ballot):
        return f"{value.round}.{label(value.node, world.ids)}"
    if isinstance(value, bytes):
        return command_text(value, world.ids)
    if isinstance(value, (list, tuple)):
        return [_plain(world, item) for item in value]
    return value


def _v2g(world: World, frame: bytes) -> dict[str, Any]:
    message = codec.decode(unseal(frame))
    return {"message": type(message).__name__, "fields": _jsonable(asdict(message))}


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return value


def _ocpp(world: World, frame: bytes) -> dict[str, Any]:
    body = msgpack.unpackb(unseal(frame))
    if type(body[0]) is str:
        return {"call": _jsonable(body[2]), "at_us": body[1]}
    if body[0] == BEAT:
        return {"beat": {"cp": body[1], "hearing": body[2]}}
    return {"result": _jsonable(body)}


_DECODERS: dict[int, Callable[[World, bytes], dict[str, Any]]] = {
    Kind.PAXOS: _paxos,
    Kind.V2G: _v2g,
    Kind.OCPP: _ocpp,
}
