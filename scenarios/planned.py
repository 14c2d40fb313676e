"""Tells a charge point's controller what its replica knows of the plan for its transaction."""

from fsm.effects import Effect
from fsm.network.demand import ONLY
from fsm.network.state import NetworkState
from fsm.network.targets import schedule
from fsm.v2g.charge_point import ChargePoint


class Planned:
    """What one incarnation of a charge point knows of the plan."""

    def __init__(self, controller: ChargePoint) -> None:
        self.controller = controller
        self._seen: tuple[object, int] = (None, 0)

    def applied(self, network: NetworkState, now_us: int) -> list[Effect]:
        """Commands were applied: tell of another plan, or of another transaction under it."""
        tables, cp_id = network.state, self.controller.id
        plan, number = tables.energy_plans.get(ONLY), tables.open_by_cp.get(cp_id) or 0
        seen = (plan, number)
        if plan is self._seen[0] and (plan is None or seen == self._seen):
            return []
        self._seen = seen
        planned = schedule(tables, cp_id)
        if planned == self.controller.planned:
            return []
        return self.controller.on_plan(planned, now_us)
