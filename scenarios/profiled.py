"""Tells a charge point's controller of the charging profiles that its replica has of it."""

from fsm.effects import Effect
from fsm.network.charging import stored
from fsm.network.state import NetworkState
from fsm.ocpp.limiting import running
from fsm.ocpp.profiles.store import EMPTY
from fsm.v2g.charge_point import ChargePoint


class Profiled:
    """What one incarnation of a charge point knows of its profiles."""

    def __init__(self, controller: ChargePoint) -> None:
        self.controller = controller
        self._record: object = None
        self._store = EMPTY
        self._transaction = 0

    def applied(self, network: NetworkState, now_us: int) -> list[Effect]:
        """Commands were applied: tell of other profiles, or of another transaction under them."""
        tables, cp_id = network.state, self.controller.id
        record = tables.charging_profiles.get(cp_id)
        number = tables.open_by_cp.get(cp_id) or 0
        if record is self._record and (not self._store or number == self._transaction):
            return []
        if record is not self._record:
            self._record, self._store = record, stored(tables, cp_id)
        self._transaction = number
        runs = running(number, tables.transactions[number].start_us) if number else None
        return self.controller.on_profiles(self._store, runs, now_us)
