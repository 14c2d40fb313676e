"""What a world remembers of its charging: power over time, meter readings, when EVs asked anew.

Power on the cables is physics, a sample a tick. What each EV drew is what the log knows: readings
are taken out of its commands as they are applied. Both change nothing that happens, and both are
bounded (:mod:`scenarios.charging.series`).
"""

from typing import TYPE_CHECKING, Any, Final

import msgpack

from fsm.network.checks import readings_wh
from fsm.network.state import NetworkState
from fsm.ocpp.actions import Action
from fsm.ocpp.frames import CALL_RESULT
from scenarios.charging.series import Readings, Series
from scenarios.chosen import Chosen
from scenarios.grid import Rail

if TYPE_CHECKING:
    from scenarios.world import World

ASKED_MOST: Final = 32
"""So many times of one transaction are kept at which its EV asked: the first, and the newest."""

Payload = dict[str, Any]


class RailPast:
    """What one cable carried: EVs, and where there are any, other loads and PV; in W."""

    def __init__(self, tick_us: int, *, surrounded: bool) -> None:
        self.ev = Series(tick_us)
        self.loads = Series(tick_us) if surrounded else None
        self.pv = Series(tick_us) if surrounded else None

    def add(self, rail: Rail) -> None:
        """A tick has passed."""
        self.ev.add(rail.power_w)
        if self.loads is not None and self.pv is not None:
            self.loads.add(rail.loads_w)
            self.pv.add(rail.pv_w)


class ChargingPast:
    """The past of one world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        tick_us, surrounded = world.scenario.tick_us, world.surroundings.exist
        self.rails = {
            rail.id: RailPast(tick_us, surrounded=surrounded) for rail in world.grid.rails
        }
        """By cabinet; the site's own under the empty name."""
        self.readings: dict[int, Readings] = {}
        """By transaction."""
        self.asked_us: dict[int, list[int]] = {}
        """When the EV of a transaction said what it needs by when; from the second time on it has
        negotiated anew."""
        self._open: dict[str, int] = {}
        """The open transaction of each charge point, as the commands say."""
        world.trust.choir.hearers.append(self.hear)

    def tick(self) -> None:
        """A tick has passed."""
        for rail in self.world.grid.rails:
            self.rails[rail.id].add(rail)

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """Take what a command says of a meter, or of what an EV needs."""
        if not any(word in chosen.command for word in _WORDS):
            return
        cp_id, _, (_, _, action, payload) = msgpack.unpackb(chosen.command)
        note, frame = _NOTES.get(action), msgpack.unpackb(chosen.result)
        if note is not None and frame[0] == CALL_RESULT:
            note(self, cp_id, payload, frame[2], network)

    def started(
        self, cp_id: str, _payload: Payload, result: Payload, network: NetworkState
    ) -> None:
        """A transaction has begun."""
        number = result.get("transactionId")
        transaction = network.transactions.get(number) if number else None
        if transaction is None or transaction.id in self.readings:
            return
        at_us, register_wh = self._by_now(transaction.start_us), transaction.meter_start_wh
        self.readings[transaction.id] = Readings.begun(cp_id, at_us, register_wh)
        self._open[cp_id] = transaction.id

    def read(self, _cp_id: str, payload: Payload, _result: Payload, _network: NetworkState) -> None:
        """A meter was read."""
        readings = self.readings.get(payload.get("transactionId", 0))
        if readings is not None:
            for at_us, register_wh in readings_wh(payload):
                readings.add(self._by_now(at_us), register_wh)

    def stopped(
        self, cp_id: str, payload: Payload, _result: Payload, network: NetworkState
    ) -> None:
        """A transaction is over."""
        number = payload["transactionId"]
        readings, transaction = self.readings.get(number), network.transactions.get(number)
        if readings is None or readings.closed or transaction is None:
            return
        readings.add(self._by_now(transaction.meter_us), transaction.meter_wh)
        readings.close()
        if self._open.get(cp_id) == number:
            del self._open[cp_id]

    def asked(self, cp_id: str, payload: Payload, _result: Payload, _network: NetworkState) -> None:
        """An EV has said what it needs by when."""
        number = self._open.get(cp_id)
        if number is not None and "maxPower" in payload:
            asked = self.asked_us.setdefault(number, [])
            asked.append(self.world.now_us)
            del asked[1 : 1 - ASKED_MOST]

    def _by_now(self, at_us: int) -> int:
        """A time by a charge point's own clock: nothing was read in the future."""
        return min(at_us, self.world.now_us)


_NOTES: Final = {
    Action.METER_VALUES.value: ChargingPast.read,
    Action.STOP_TRANSACTION.value: ChargingPast.stopped,
    Action.START_TRANSACTION.value: ChargingPast.started,
    Action.NOTIFY_EV_CHARGING_NEEDS.value: ChargingPast.asked,
}
"""What is taken from which action."""

_WORDS: Final = tuple(action.encode() for action in _NOTES)
"""Without one of them in its bytes a command need not be unpacked."""
