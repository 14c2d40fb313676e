"""Calls into the log and their answers, told from all else on the ``ocpp`` channel.

A command is a CALL over a charge point's own channel into the replicated log
(:mod:`scenarios.node`); what applying it returns comes back the same way.
"""

import msgpack
from attrs import frozen

from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from paxos.wire import WireError, unseal

_ANSWERS = (3, 4)
"""What a CALLRESULT and a CALLERROR begin with."""


@frozen
class Part:
    """A call that is handed in, or the answer to one. ``unique_id`` is of the call."""

    unique_id: str
    body: bytes
    is_call: bool


def part_of(event: Event) -> Part | None:
    """What an event brings, if that is a call or an answer, and not damaged."""
    frame = event[5]
    if event[2] != Kind.OCPP or len(frame) < 3 or frame[0] & 0xF0 != 0x90:
        return None
    first = frame[1]
    # The beginning of an array of msgpack tells: a beat, a second for each charge point, is none.
    is_call = first & 0xE0 == 0xA0 or first in (0xD9, 0xDA, 0xDB)
    if not is_call and first not in _ANSWERS:
        return None
    try:
        body = unseal(frame)
    except WireError:
        return None
    parts = msgpack.unpackb(body)
    if is_call:
        return Part(parts[2][1], body, is_call=True)
    if len(parts) < 2 or type(parts[1]) is not str:
        return None
    return Part(parts[1], body, is_call=False)
