"""What a run remembers of its own OCPP messages, for whoever asks questions while it goes on.

It listens like :class:`scenarios.ocpp_log.OcppLog`, and keeps the gist alone. It is a part of the
session, so it goes through time with it; like all that listens it changes nothing.
"""

from typing import Any

from attrs import frozen

from fsm.ocpp.messagelog.gist import Gist
from fsm.ocpp.messagelog.message import COLUMNS, Message, read_row
from fsm.ocpp.messagelog.payloads import normalise
from paxos.sim.kernel import Event
from scenarios.ocpp_log import OcppLog
from scenarios.world import World


@frozen
class HistoryView:
    """The gist of a world's OCPP messages up to now. Times in µs."""

    since_us: int
    """When somebody began to listen: what was said before is not known."""
    now_us: int
    start_us: int
    """When the run began, since 1970: messages are stamped so."""
    total: int
    """How many messages there were."""
    messages: tuple[Message, ...]
    """Those on which answers rest, in their order."""
    cps: tuple[str, ...]
    """All charge points of the world."""


class OcppHistory:
    """A listener of one world."""

    def __init__(self, since_us: int) -> None:
        self.since_us = since_us
        self.gist = Gist()
        self._log = OcppLog(self._write)

    def hear(self, world: World, event: Event) -> None:
        """Take note of one event."""
        self._log(world, event)

    def _write(self, row: dict[str, Any]) -> None:
        gist = self.gist
        values = [row[column] for column in COLUMNS]
        gist.add(normalise(read_row(gist.total + 1, values, gist.notes), gist.notes))

    def view(self, world: World, now_us: int) -> HistoryView:
        """The messages of a world up to now."""
        return HistoryView(
            since_us=self.since_us,
            now_us=now_us,
            start_us=world.scenario.start_us,
            total=self.gist.total,
            messages=tuple(self.gist.messages()),
            cps=tuple(world.ids.values()),
        )
