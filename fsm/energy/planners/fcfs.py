"""First come, first served: who came first gets all he can take."""

from fsm.energy.planners.turns import step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Serve by arrival; who came in one step, in the order of the requests."""
    return step_by_step(
        problem,
        "fcfs",
        lambda present, _: [
            (it, it.useful_w) for it in sorted(present, key=lambda it: it.request.arrive)
        ],
    )
