"""Plans that can be executed: also with minimum powers, which no flow knows of.

A flow keeps limits on average; energy is then moved between its steps until each can be laid out
second by second (:mod:`fsm.energy.exchanges`). Steps for which that fails get less room by as much
as one EV's minimum, so that a pulse has somewhere to go, and the flow is computed anew.

With no minimum power above 0 the first flow is the answer, and exact. With some, finding a plan
whenever there is one is as hard as packing bins: what is found here can be executed, and what is
not found may exist (docs/decisions/0016-energy-plans.md).
"""

from collections.abc import Sequence

from attrs import evolve

from fsm.energy.exchanges import Table, table
from fsm.energy.flow import Network
from fsm.energy.problem import Cabinet, Plan, Problem
from fsm.energy.verify import verify

NAME = "flow"
FLOWS = 5
"""How often the flow is computed with less room."""


def executable(problem: Problem, *, cheapest: bool) -> Plan | None:
    """A plan that meets every request and keeps every limit at every instant.

    None if there is none or, with minimum powers, if none was found. ``cheapest``: the cheapest of
    all, of equal prices the earliest; with minimum powers one near it.
    """
    narrowed = problem
    for _ in range(FLOWS):
        network = Network(narrowed)
        if not network.feasible():
            return None
        found = table(problem, network.energy_j(network.cheapest() if cheapest else None))
        failed = found.settle()
        if not failed:
            plan = Plan(NAME, found.rows())
            return plan if verify(problem, plan) is None else None
        narrowed = _narrowed(narrowed, found, failed)
    return None


def _narrowed(problem: Problem, found: Table, steps: Sequence[int]) -> Problem:
    """Less room in ``steps``: by the greatest minimum of who is low there, in cabinet and site.

    On-times that are laid where the load is least leave no two instants farther apart than the
    greatest of them, so with that much left what fits on average fits at every instant.
    """
    guard_w: dict[tuple[str, int], int] = {}
    for step in steps:
        for number in found.low(step):
            it = problem.requests[number]
            key = (it.cabinet, step)
            guard_w[key] = max(guard_w.get(key, 0), it.min_w)
    most_w = [max((guard_w.get((it.name, step), 0) for it in problem.cabinets), default=0)
              for step in range(problem.steps)]  # fmt: skip

    def cabinet(it: Cabinet) -> Cabinet:
        rooms_w = (w - guard_w.get((it.name, step), 0) for step, w in enumerate(it.capacity_w))
        return evolve(it, capacity_w=tuple(max(0, w) for w in rooms_w))

    site_w = problem.site_capacity_w
    return evolve(
        problem,
        cabinets=tuple(cabinet(it) for it in problem.cabinets),
        site_capacity_w=None
        if site_w is None
        else tuple(max(0, w - guard) for w, guard in zip(site_w, most_w, strict=True)),
    )
