"""Plans that can be executed: also with minimum powers, which no flow knows of.

A flow keeps limits on average. Where a step of it cannot be laid out second by second
(:mod:`fsm.energy.instants`), an EV of that step is either left out there, or gets at least its
minimum over the whole step; then the flow is computed anew, until every step can be laid out. With
no minimum power above 0 the first flow is the answer. With some, finding a plan whenever there is
one is as hard as packing bins: what is found here can be executed, and what is not found may exist.
"""

from attrs import evolve

from fsm.energy.flow import Bounds, Network, Pair
from fsm.energy.instants import on_time
from fsm.energy.problem import Plan, Problem, plan_of
from fsm.energy.verify import laid_out, verify

NAME = "flow"


def executable(problem: Problem, *, cheapest: bool) -> Plan | None:
    """A plan that meets every request and keeps every limit at every instant.

    None if there is none or, with minimum powers, if none was found. ``cheapest``: the cheapest of
    all, of equal prices the earliest; with minimum powers the cheapest of those looked at.
    """
    for tight in (problem, _guarded(problem)):
        network = Network(tight)
        if not network.feasible():
            return None
        plan = _dive(problem, network, cheapest=cheapest)
        if plan is not None or not any(it.min_w for it in problem.requests):
            return plan
    return None


def _dive(problem: Problem, network: Network, *, cheapest: bool) -> Plan | None:
    """Decide about pairs of request and step until all steps of a flow can be laid out."""
    totals = network.cheapest() if cheapest else None
    minimum = any(it.min_w for it in problem.requests)
    known: dict[tuple[Pair, ...], bool] = {}
    # Each round decides at least one pair, and no pair is decided twice.
    for _ in range(1 + sum(it.depart - it.arrive for it in problem.requests)):
        plan = plan_of(problem, NAME, network.energy_j(totals))
        troubles = _troubles(problem, plan, known) if minimum else []
        if not troubles:
            return plan if verify(problem, plan) is None else None
        decided = _decide(network, plan, troubles, totals)
        if decided is None:
            return None
        network = decided
        if totals is not None and not network.feasible(totals):
            totals = network.cheapest()
    return None


def _troubles(
    problem: Problem, plan: Plan, known: dict[tuple[Pair, ...], bool]
) -> list[list[Pair]]:
    """Of each step that cannot be laid out, who is below his minimum: first who is in doubt most.

    That is who has no on-time at all, then who is the farthest below. ``known`` remembers which
    steps could be laid out, by what they give to whom.
    """
    given: list[list[Pair]] = [[] for _ in range(problem.steps)]
    for number, row in enumerate(plan.rows):
        for step, energy_j in enumerate(row.energy_j, row.start):
            if energy_j:
                given[step].append((number, energy_j))
    found: list[list[Pair]] = []
    for step, shares in enumerate(given):
        below: list[tuple[bool, int, int]] = []
        for number, energy_j in shares:
            it = problem.requests[number]
            least_j = it.min_w * problem.step_s
            if energy_j < least_j:
                timed = on_time(energy_j, problem.step_s, it.min_w, it.max_w)
                below.append((timed is not None, energy_j * 1_000_000 // least_j, number))
        if not below:
            continue
        key = ((-1, step), *shares)
        if key not in known:
            known[key] = laid_out(problem, plan, step) is not None
        if not known[key]:
            found.append([(number, step) for _, _, number in sorted(below)])
    return found


def _decide(
    network: Network, plan: Plan, troubles: list[list[Pair]], totals: list[int] | None
) -> Network | None:
    """The network with as many of ``troubles`` settled as can be; None if not one can be.

    Best without moving energy between steps (``totals``), so that the price stays the same.
    """
    together = network.bounds
    for pairs in troubles:
        together = _options(network, together, plan, pairs[0])[0]
    settled = Network(network.problem, together)
    if settled.feasible(totals):
        return settled
    best = network
    for pairs in troubles:
        tried: list[Network] = []
        found: Network | None = None
        for pair in pairs:
            for bounds in _options(network, best.bounds, plan, pair):
                tried.append(Network(network.problem, bounds))
                if found is None and tried[-1].feasible(totals):
                    found = tried[-1]
            if found is not None:
                break
        if found is None and totals is not None:
            found = next((it for it in tried if it.feasible()), None)
        best = found or best
    return None if best is network else best


def _options(network: Network, bounds: Bounds, plan: Plan, pair: Pair) -> tuple[Bounds, Bounds]:
    """Left out, or at its minimum all the time: first what is nearer."""
    number, step = pair
    least_j = network.problem.requests[number].min_w * network.problem.step_s
    out, on = bounds.forbid(pair), bounds.at_least(pair, least_j)
    return (out, on) if plan.rows[number].at(step) * 2 < least_j else (on, out)


def _guarded(problem: Problem) -> Problem:
    """The problem with room for one EV more that is on at its minimum, in every cabinet.

    On-times that are laid where the load is least leave no two instants farther apart than the
    greatest of them, so what keeps these limits on average keeps the true ones at every instant.
    """
    guard_w = {it.name: 0 for it in problem.cabinets}
    for it in problem.requests:
        guard_w[it.cabinet] = max(guard_w[it.cabinet], it.min_w)
    site_w = problem.site_capacity_w
    total_w = sum(guard_w.values())
    return evolve(
        problem,
        cabinets=tuple(
            evolve(it, capacity_w=tuple(max(0, w - guard_w[it.name]) for w in it.capacity_w))
            for it in problem.cabinets
        ),
        site_capacity_w=None if site_w is None else tuple(max(0, w - total_w) for w in site_w),
    )
