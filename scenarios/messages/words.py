"""What a frame says: in a few words for a row of the diagram, and field by field."""

import json
from collections.abc import Callable
from typing import Any, Final

from paxos.sim.fates import Fate
from paxos.sim.flights import Flight
from scenarios.messages.codes import CHANNELS, NAMES
from scenarios.tracing import describe_frame
from scenarios.world import World

FATES: Final[dict[Fate, str]] = {
    Fate.UNDER_WAY: "",
    Fate.DELIVERED: "delivered",
    Fate.WAITS: "waits: its target stands still or is busy",
    Fate.CUT: "lost: the link was cut",
    Fate.LOST: "lost: the link loses frames",
    Fate.CUT_ON_ITS_WAY: "lost: the link was cut while it was under way",
    Fate.TARGET_DOWN: "dropped: nobody ran there",
    Fate.TARGET_GONE: "dropped: another node stands there now",
    Fate.INBOX_FULL: "dropped: too many waited there",
    Fate.DIED_WAITING: "dropped: its target crashed before it was taken",
    Fate.DAMAGED: "dropped: damaged on its way",
    Fate.DROPPED: "dropped by hand",
}
"""What became of a frame, in words."""

Fields = dict[str, Any]


def short(world: World, flight: Flight, frame: bytes | None) -> str:
    """The message in a few words, such as ``Accept 1.CP5 slot 7: CP1 StartTransaction EV1``."""
    name = NAMES[flight.code]
    if frame is None:
        return name
    said = describe_frame(world, flight.channel, frame)
    if "damaged" in said:
        return name
    if "call" in said:
        return f"Call {said['call'][2]}"
    if "beat" in said:
        return f"Beat {said['beat']['cp']} {said['beat']['hearing']}"
    if "result" in said:
        return name
    say = _SHORT.get(name)
    more = say(said["fields"]) if say is not None else _code(said["fields"])
    return f"{name} {more}".rstrip()


def _slots(first: int, count: int) -> str:
    return f"slot {first}" if count == 1 else f"slots {first}–{first + count - 1}"


def _values(values: list[str]) -> str:
    return "" if not values else f": {values[0]}" + (f" +{len(values) - 1}" if values[1:] else "")


def _code(fields: Fields) -> str:
    """What a response says beside that all is well, and whether more is to come."""
    code = str(fields.get("response_code", ""))
    processing = str(fields.get("evse_processing", ""))
    return " ".join(word for word in (code if code != "OK" else "", processing) if word)


def _accept(f: Fields) -> str:
    return f"{f['ballot']} {_slots(f['first_slot'], len(f['values']))}{_values(f['values'])}"


_SHORT: Final[dict[str, Callable[[Fields], str]]] = {
    "Prepare": lambda f: f"{f['ballot']} from slot {f['from_slot']}",
    "Promise": lambda f: f"{f['ballot']} {len(f['accepted'])} accepted",
    "Accept": _accept,
    "Accepted": lambda f: f"{f['ballot']} {_slots(f['first_slot'], f['count'])}",
    "Nack": lambda f: f"{f['ballot']}: promised {f['promised']}",
    "Heartbeat": lambda f: f"{f['ballot']} round {f['round']} commit {f['commit_slot']}",
    "HeartbeatAck": lambda f: f"{f['ballot']} round {f['round']} has {f['commit_slot']}",
    "Commit": lambda f: f"{f['ballot']} up to slot {f['commit_slot']}",
    "Decisions": _accept,
    "Forward": lambda f: _values(f["values"])[2:],
    "PreVote": lambda f: f"{f['ballot']}",
    "PreVoteReply": lambda f: f"{f['ballot']} {'granted' if f['granted'] else 'refused'}",
    "SnapshotChunk": lambda f: f"slot {f['slot']} from byte {f['offset']}",
    "SnapshotPull": lambda f: f"slot {f['slot']} from byte {f['offset']}",
    "ReadIndex": lambda f: f"read {f['number']}",
    "ReadSlot": lambda f: f"read {f['number']}: slot {f['slot']}",
}


def fields_of(world: World, flight: Flight, frame: bytes) -> tuple[tuple[str, str], ...]:
    """Every field of a frame by its name; what was damaged was sent whole."""
    said = describe_frame(world, flight.channel, frame)
    if "damaged" in said:
        return (("damaged", str(said["damaged"])),)
    if "call" in said:
        _, unique_id, action, payload = [*said["call"], {}][:4]
        return (("unique_id", _text(unique_id)), ("action", _text(action)),
                ("at_us", _text(said["at_us"])), *_pairs(payload))  # fmt: skip
    if "beat" in said:
        return _pairs(said["beat"])
    if "result" in said:
        return tuple((f"[{at}]", _text(value)) for at, value in enumerate(said["result"]))
    return _pairs(said["fields"])


def channel_of(flight: Flight) -> str:
    """The name of its channel."""
    return CHANNELS[flight.channel]


def _pairs(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(value)) for name, value in values.items())


def _text(value: object) -> str:
    return (
        str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    )
