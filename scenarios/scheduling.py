"""Who leads plans: in the last fifteenth of each step the next plan, and every turn of it in time.

Everything is in the log: who leads next goes on where the log stands. A plan that comes late, or
not at all, is no harm: the one in force reaches to the last departure that was promised.
"""

from typing import Any, Final

from fsm.clock import WallClock
from fsm.effects import SetTimer
from fsm.network.demand import ONLY
from fsm.network.records import EnergyPlan, PlanTurn
from fsm.network.state import NetworkState
from fsm.network.targets import break_before
from fsm.ocpp.actions import PLAN, TURN
from fsm.ocpp.station import transfer
from paxos.election import Role
from paxos.membership import place_of
from paxos.replica import Replica
from scenarios.network_clock import NetworkClock

TIMER: Final = "schedule"

SECOND_US: Final = 1_000_000

CLOSES: Final = 15
"""Requests that come in the last of so many parts of a step wait for the next one."""


class Scheduling:
    """What one incarnation of a charge point does for the plan while it leads."""

    def __init__(self, replica: Replica, clock: WallClock, step_us: int) -> None:
        self.replica = replica
        self.clock = NetworkClock(place_of(replica.node), clock)
        self.step_us = step_us
        self._asked: dict[str, bool] = {}
        """Which of the two commands are on their way into the log."""

    def start(self, now_us: int) -> list[Any]:
        """Begin to look at the clock, once a second."""
        return [self._next(now_us)]

    def _next(self, now_us: int) -> SetTimer:
        return SetTimer(TIMER, SECOND_US - self.clock.wall_us(now_us) % SECOND_US)

    def on_timer(self, network: NetworkState, now_us: int) -> list[Any]:
        """A second has passed: a turn may be due, or the next plan."""
        effects: list[Any] = [self._next(now_us)]
        if self.replica.role is not Role.LEADER:
            self._asked.clear()
            leader = self.replica.leader
            return effects + self.clock.ask(0 if leader is None else place_of(leader), now_us)
        if not self.clock.lead(len(self.replica.group.everyone), now_us):
            return effects
        wall_us = self.clock.wall_us(now_us)
        step, within_us = divmod(wall_us, self.step_us)
        effects += self._take_turn(network, step, within_us // SECOND_US)
        if within_us * CLOSES >= self.step_us * (CLOSES - 1):
            effects += self._plan(network, step + 1)
        return effects

    def _take_turn(self, network: NetworkState, step: int, second: int) -> list[Any]:
        tables = network.state
        if TURN in self._asked:
            return []
        due = PlanTurn(step, break_before(tables.energy_plans.get(ONLY), step, second))
        now = tables.plan_turns.get(ONLY)
        if now is not None and due <= now:
            return []
        self._asked[TURN] = True
        return [transfer(TURN, {"step": due.step, "second": due.second})]

    def _plan(self, network: NetworkState, step: int) -> list[Any]:
        # Here, and not above: it brings a library with it that no other part needs.
        from fsm.network.planner import make_plan

        plan: EnergyPlan | None = network.state.energy_plans.get(ONLY)
        if PLAN in self._asked or (plan is not None and plan.step >= step):
            return []
        data = make_plan(network.state, step)
        if data is None:
            return []
        self._asked[PLAN] = True
        return [transfer(PLAN, data)]

    def on_frame(self, frame: list[Any], now_us: int) -> list[Any]:
        """A frame about clocks has come."""
        return self.clock.on_frame(frame, now_us, leads=self.replica.role is Role.LEADER)

    def on_result(self, payload: dict[str, Any]) -> None:
        """One of the two was answered; what was refused is looked at again a second later."""
        self._asked.pop(str(payload.get("messageId")), None)
