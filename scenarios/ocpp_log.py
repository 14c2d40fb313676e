"""Listens to a run and hands on its OCPP messages as rows of a message log.

Every CALL of a charge point goes over its own ``ocpp`` channel into the replicated log, and its
answer comes back the same way (:mod:`scenarios.node`): this is where they are heard, each once,
when it is delivered.
"""

from collections.abc import Callable
from typing import Any

import msgpack

from fsm.ocpp.messagelog.record import log_row
from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from paxos.wire import unseal
from scenarios.world import World


class OcppLog:
    """A listener of a session; ``write`` takes the rows in the order in which they happened."""

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self.write = write
        self._asked: dict[int, tuple[str, str]] = {}
        """The unique id and action of each charge point's last CALL: one is outstanding at most."""

    def __call__(self, world: World, event: Event) -> None:
        """Take note of one event."""
        time_us, _, kind, target, _, payload = event
        if kind != Kind.OCPP or world.node(target) is None:
            return  # a process that has crashed hears nothing
        body = msgpack.unpackb(unseal(payload))
        cp_id = world.ids[target]
        if type(body[0]) is str:
            frame = body[2]
            self._asked[target] = (frame[1], frame[2])
        else:
            frame = body
        unique_id, action = self._asked.get(target, ("", ""))
        known = action if frame[1] == unique_id else ""
        self.write(log_row(cp_id, frame, known, time_us))
