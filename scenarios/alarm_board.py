"""The operator's alarms: what the log says is wrong with a charge point, since when, until when.

Nothing here looks at what really happened: an operator knows what the network knows. A charge point
that is cut off raises an alarm when the network writes down that it is not heard. For whether such
a word had a cause see :mod:`scenarios.alarms`.
"""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgpack
from attrs import define

from fsm.network.records import Condition
from fsm.network.state import NetworkState
from fsm.network.tables import Tables
from fsm.ocpp.actions import GRANT_ENDED, Action
from fsm.ocpp.monitor import Hearing
from fsm.ocpp.status import ConnectorStatus
from scenarios.chosen import Chosen

if TYPE_CHECKING:
    from scenarios.world import World

KEPT_ALARMS = 500
"""A run of any length keeps so many that are over, the newest."""

_STATUS: Final = Action.STATUS_NOTIFICATION.value.encode()
_ENDED: Final = GRANT_ENDED.encode()


@define
class Alarm:
    """One thing that was wrong; times in µs, of virtual time."""

    cp_id: str
    text: str
    since_us: int
    until_us: int | None = None


def wrong(tables: Tables, cp_id: str) -> Iterator[str]:
    """All that the log says is wrong with a charge point, in words."""
    asset = tables.assets.get(cp_id)
    condition: Condition = tables.conditions.get(cp_id) or Condition(cp_id)
    if condition.hearing == Hearing.UNHEARD:
        yield "disconnected: nobody hears it"
    if condition.hearing == Hearing.SILENT:
        yield "out of order: its engine is silent"
    if asset is not None and asset.status == ConnectorStatus.FAULTED:
        yield f"out of order: {asset.error_code}"
    grant = tables.grants.get(cp_id)
    if grant is not None and grant.is_ended:
        yield "its grant has ended: its power was given up"


class AlarmBoard:
    """Hears the commands of the log, and notes when something becomes wrong, and right again."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.open: dict[tuple[str, str], Alarm] = {}
        """By charge point and words, in the order in which they began."""
        self.over: deque[Alarm] = deque(maxlen=KEPT_ALARMS)
        self.total = 0
        """How many there ever were."""
        self._conditions: object = world.beginning.conditions
        world.trust.choir.hearers.append(self.hear)

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """A command was applied: look at those of whom it may say something."""
        state = network.state
        if self.open:
            for key in [key for key in self.open if key[1] not in wrong(state, key[0])]:
                alarm = self.open.pop(key)
                alarm.until_us = self.world.now_us
                self.over.append(alarm)
        if state.conditions is not self._conditions or _ENDED in chosen.command:
            self._conditions = state.conditions
            for cp_id in state.assets:
                self._look(state, cp_id)
        elif _STATUS in chosen.command:
            self._look(state, msgpack.unpackb(chosen.command)[0])

    def _look(self, state: Tables, cp_id: str) -> None:
        for text in wrong(state, cp_id):
            if (cp_id, text) not in self.open:
                self.total += 1
                self.open[cp_id, text] = Alarm(cp_id, text, self.world.now_us)
