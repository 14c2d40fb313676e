"""Least laxity first (Dertouzos and Mok, *Multiprocessor On-Line Scheduling*, 1989).

Laxity is how long an EV could wait and then still have its energy in time at its full power.
"""

from fsm.energy.planners.turns import step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Serve by laxity at the step's begin, each with all it can take."""
    return step_by_step(
        problem,
        "llf",
        lambda present, _: [(it, it.useful_w) for it in sorted(present, key=lambda it: it.laxity)],
    )
