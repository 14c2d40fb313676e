"""Maximum flow: the cheapest plan that keeps all promises; of equal prices the earliest."""

from fsm.energy.executable import NAME, executable
from fsm.energy.planners import llf
from fsm.energy.problem import Plan, Problem
from fsm.energy.verify import verify

__all__ = ["NAME", "plan"]


def plan(problem: Problem, known: Plan | None = None) -> Plan:
    """Plan for requests that have been accepted.

    With minimum powers, the cheapest of what is found and can be executed; else any plan that keeps
    all promises; else ``known``, one from the admission or from the step before. If not even that
    keeps them (something has gone wrong, and an EV is behind), the plan is LLF's, which is the
    first to serve who can wait least; its name says so.
    """
    found = executable(problem, cheapest=True) or executable(problem, cheapest=False)
    if found is None and known is not None and verify(problem, known) is None:
        found = known
    return found or llf.plan(problem)
