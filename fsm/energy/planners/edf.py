"""Earliest deadline first (Liu and Layland, *Scheduling Algorithms for Multiprogramming*, 1973).

Optimal on one machine. An EV cannot take all the power there is, so here it is not: see LLF.
"""

from fsm.energy.planners.turns import step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Serve by departure, each with all it can take."""
    return step_by_step(
        problem,
        "edf",
        lambda present, _: [
            (it, it.useful_w) for it in sorted(present, key=lambda it: it.steps_left)
        ],
    )
