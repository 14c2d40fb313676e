"""Kinds of messages as small numbers, so that a recorder can search a million of them.

The channels are those of :class:`paxos.sim.host.Kind`. A name is the protocol's own.
"""

from typing import Final

import msgpack

from fsm.ocpp.frames import CALL_ERROR, CALL_RESULT
from fsm.v2g.messages import REQUESTS, RESPONSES, TransportClose
from paxos.messages import MESSAGES
from paxos.sim.host import Kind
from scenarios.network_clock import CLOCK, TIME
from scenarios.watching import BEAT

CHANNELS: Final = {int(Kind.PAXOS): "paxos", int(Kind.OCPP): "ocpp", int(Kind.V2G): "v2g"}

_OCPP: Final = ("Call", "CallResult", "CallError", "Beat", "Clock", "Time")
_OCPP_HEADS: Final = {
    CALL_RESULT: "CallResult", CALL_ERROR: "CallError", BEAT: "Beat", CLOCK: "Clock", TIME: "Time",
}  # fmt: skip
_V2G: Final = tuple(kind.__name__ for kind in (*REQUESTS, *RESPONSES, TransportClose))

NAMES: Final[tuple[str, ...]] = (
    "unknown", *(kind.__name__ for kind in MESSAGES), *_OCPP, *_V2G,
)  # fmt: skip
"""By code: a Paxos message's is its tag on the wire."""

CODES: Final = {name: code for code, name in enumerate(NAMES)}
CHANNEL_OF: Final = {
    **dict.fromkeys((kind.__name__ for kind in MESSAGES), "paxos"),
    **dict.fromkeys(_OCPP, "ocpp"),
    **dict.fromkeys(_V2G, "v2g"),
}

ROUTINE: Final = (
    "Heartbeat", "HeartbeatAck", "Beat", "Clock", "Time", "ChargingStatusReq", "ChargingStatusRes",
    "CurrentDemandReq", "CurrentDemandRes",
)  # fmt: skip
"""What is said again and again while nothing happens; hidden unless it is asked for."""

_BY_HEAD: Final = {head: CODES[name] for head, name in _OCPP_HEADS.items()}
_STRINGS: Final = frozenset((*range(0xA0, 0xC0), 0xD9))
"""How a string begins in msgpack."""
_V2G_CODES: Final = {msgpack.packb(name): CODES[name] for name in _V2G}


def classify(channel: int, frame: bytes) -> int:
    """The code of a frame, from its first bytes; 0 where they are no message's."""
    if channel == Kind.PAXOS:
        tag = frame[1]
        return tag if tag <= len(MESSAGES) else 0
    if channel == Kind.OCPP:
        head = frame[1]
        return CODES["Call"] if head in _STRINGS else _BY_HEAD.get(head, 0)
    head = frame[1]
    end = 2 + (head & 0x1F) if head != 0xD9 else 3 + frame[2]
    return _V2G_CODES.get(frame[1:end], 0)
