"""Whether a plan keeps all limits: cheap, exact, and without any library.

The leader plans and puts the plan into the log; every replica verifies it and refuses one that
breaks a limit. Two versions of a library may find different plans, and both are right; whether a
plan is right does not depend on how it was found.
"""

from attrs import frozen

from fsm.energy.instants import Interval, Need, lay_out, on_time
from fsm.energy.problem import J_PER_WH, Plan, Problem, Request, Row


@frozen
class Breach:
    """The first limit that a plan breaks."""

    limit: str
    """``shape``, ``power``, ``minimum``, ``cabinet``, ``site``, ``instant`` or ``promise``."""
    text: str
    """The sentence: who or where, what was found, what is allowed."""


def verify(problem: Problem, plan: Plan, *, promises: bool = True) -> Breach | None:
    """The first limit of ``problem`` that ``plan`` breaks, or None.

    In this order: the rows are those of the requests; each EV by its power and minimum; cabinets
    and site, step by step, on average and at every instant; and, if ``promises`` are to be kept,
    that each EV gets the energy it asked for, not less and not more.
    """
    if [row.id for row in plan.rows] != [it.id for it in problem.requests]:
        return Breach("shape", "the rows of the plan are not those of the requests")
    for request, row in zip(problem.requests, plan.rows, strict=True):
        breach = _row(problem.step_s, request, row)
        if breach is not None:
            return breach
    breach = _shared(problem, plan)
    if breach is not None or not promises:
        return breach
    for request, row in zip(problem.requests, plan.rows, strict=True):
        energy_j = sum(row.energy_j)
        if energy_j != request.energy_j:
            found, wanted = wh(energy_j), wh(request.energy_j)
            return Breach("promise", f"{request.id}: found {found}; allowed {wanted}, as promised")
    return None


def wh(energy_j: int) -> str:
    """An energy for a sentence, in Wh with what is left in J."""
    whole, rest = divmod(energy_j, J_PER_WH)
    return f"{whole:,} Wh" + (f" and {rest:,} J" if rest else "")


def _row(step_s: int, it: Request, row: Row) -> Breach | None:
    """What an EV cannot take. No row gives more than was asked for."""
    if row.start != it.arrive or len(row.energy_j) != it.depart - it.arrive:
        found = f"steps {row.start} to {row.start + len(row.energy_j)}"
        return Breach("shape", f"{it.id}: found {found}; allowed {it.arrive} to {it.depart}")
    for step, energy_j in enumerate(row.energy_j, row.start):
        if not 0 <= energy_j <= it.max_w * step_s:
            text = f"found {energy_j:,} J in step {step}; allowed 0 to {it.max_w * step_s:,}"
            return Breach("power", f"{it.id}: {text}")
        if on_time(energy_j, step_s, it.min_w, it.max_w) is None:
            text = (
                f"found {energy_j:,} J in step {step}; allowed what whole seconds of "
                f"{it.min_w:,} to {it.max_w:,} W give"
            )
            return Breach("minimum", f"{it.id}: {text}")
    if sum(row.energy_j) > it.energy_j:
        found = wh(sum(row.energy_j))
        return Breach("promise", f"{it.id}: found {found}; allowed {wh(it.energy_j)}")
    return None


def _shared(problem: Problem, plan: Plan) -> Breach | None:
    """What cabinets and site do not carry."""
    steps, site_w = problem.steps, problem.site_w
    sums = {it.name: [0] * steps for it in problem.cabinets}
    timed = [False] * steps
    for request, row in zip(problem.requests, plan.rows, strict=True):
        column = sums[request.cabinet]
        least_j = request.min_w * problem.step_s
        for step, energy_j in enumerate(row.energy_j, row.start):
            column[step] += energy_j
            if 0 < energy_j < least_j or energy_j % problem.step_s:
                timed[step] = True
    for step in range(steps):
        total_j = 0
        for it in problem.cabinets:
            energy_j = sums[it.name][step]
            total_j += energy_j
            if energy_j > it.capacity_w[step] * problem.step_s:
                return _over(problem, "cabinet", f"cabinet {it.name}", step, energy_j,
                             it.capacity_w[step])  # fmt: skip
        if site_w is not None and total_j > site_w[step] * problem.step_s:
            return _over(problem, "site", "the site", step, total_j, site_w[step])
        # Constant powers keep at every instant what they keep on average.
        if timed[step] and laid_out(problem, plan, step) is None:
            text = "found no order of on-times that keeps the limits at every instant"
            return Breach("instant", f"step {step}: {text}")
    return None


def _over(
    problem: Problem, limit: str, name: str, step: int, energy_j: int, capacity_w: int
) -> Breach:
    allowed = f"{capacity_w * problem.step_s:,} ({capacity_w:,} W)"
    return Breach(limit, f"{name}: found {energy_j:,} J in step {step}; allowed {allowed}")


def laid_out(problem: Problem, plan: Plan, step: int) -> tuple[Interval, ...] | None:
    """Who draws how much in which second of a step; None if no way is known to keep the limits.

    A pure function of problem and plan: all replicas find the same.
    """
    needs = [
        Need(it.id, it.cabinet, energy_j, it.max_w, it.min_w)
        for it, row in zip(problem.requests, plan.rows, strict=True)
        if (energy_j := row.at(step))
    ]
    limits_w = {it.name: it.capacity_w[step] for it in problem.cabinets}
    site_w = problem.site_w
    return lay_out(problem.step_s, needs, limits_w, None if site_w is None else site_w[step])
