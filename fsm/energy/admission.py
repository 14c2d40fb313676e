"""Admission: a request is accepted if and only if it and all accepted before it can be met.

An accepted request is a promise, so with each acceptance comes a plan that keeps it. Without
minimum powers the decision is exact. With them a promise is given only on a plan that keeps every
limit at every instant; the refusal says so when the limits would hold on average.
"""

from collections.abc import Sequence

from attrs import frozen

from fsm.energy.executable import executable
from fsm.energy.flow import Cut, Network
from fsm.energy.problem import Plan, Problem, Request, plan_of
from fsm.energy.verify import wh


@frozen
class Refusal:
    """A request that is not accepted, and the limit that binds."""

    id: str
    limit: str
    """``evse``, ``power``, ``capacity`` (cabinets or site) or ``minimum``."""
    reason: str
    """As a sentence."""


@frozen
class Admission:
    """What was decided about a list of requests."""

    accepted: tuple[str, ...]
    refused: tuple[Refusal, ...]
    problem: Problem
    """With the accepted requests alone."""
    plan: Plan
    """One that meets them all: any one, not the cheapest."""


def admit(problem: Problem, request: Request) -> Plan | Refusal:
    """Decide about one request more. ``problem`` holds what has been promised, and can be met.

    The plan is for all of them; ``problem.only((*problem.requests, request))`` is its problem.
    """
    refusal = _alone(problem.step_s, request) or _no_evse(problem, problem.requests, request)
    if refusal is not None:
        return refusal
    together = problem.only((*problem.requests, request))
    return executable(together, cheapest=False) or _why_not(together)


def admit_all(problem: Problem) -> Admission:
    """Decide about the requests of ``problem`` one after the other, in their order.

    Many are tried at once, and halved until the first one is found that must be refused: whoever
    leaves makes nothing worse, so all before it can be met as well.
    """
    accepted: list[Request] = []
    refused: list[Refusal] = []
    plan = plan_of(problem.only(()), "flow", {})
    waiting = list(problem.requests)
    while waiting:
        # As if all that can come by themselves were accepted.
        likely: list[Request] = []
        turned_away: list[tuple[int, Refusal]] = []
        for it in waiting:
            refusal = _alone(problem.step_s, it) or _no_evse(problem, [*accepted, *likely], it)
            if refusal is not None:
                turned_away.append((len(likely), refusal))
            else:
                likely.append(it)
        most, found = _longest(problem, accepted, likely, plan)
        accepted += likely[:most]
        plan = found
        refused += [refusal for place, refusal in turned_away if place <= most]
        if most == len(likely):
            break
        refused.append(_why_not(problem.only((*accepted, likely[most]))))
        waiting = waiting[waiting.index(likely[most]) + 1 :]
    return Admission(tuple(it.id for it in accepted), tuple(refused), problem.only(accepted), plan)


def _longest(
    problem: Problem, accepted: Sequence[Request], likely: Sequence[Request], plan: Plan
) -> tuple[int, Plan]:
    """How many of ``likely``, from the first, can be met with ``accepted``; and a plan of them."""
    low, high, count = 0, len(likely) + 1, len(likely)
    while high - low > 1:
        found = executable(problem.only((*accepted, *likely[:count])), cheapest=False)
        if found is None:
            high = count
        else:
            low, plan = count, found
        count = (low + high) // 2
    return low, plan


# --- why not ---------------------------------------------------------------------------------


def _alone(step_s: int, it: Request) -> Refusal | None:
    """Refuse what an EV cannot take even where nothing else limits it."""
    most_j = it.max_w * step_s * (it.depart - it.arrive)
    if it.energy_j <= most_j:
        return None
    reason = (
        f"its own power of {it.max_w:,} W gives {wh(most_j)} in "
        f"{steps_text(it.arrive, it.depart)}; it asks for {wh(it.energy_j)}"
    )
    return Refusal(it.id, "power", reason)


def _no_evse(problem: Problem, accepted: Sequence[Request], it: Request) -> Refusal | None:
    """Refuse an EV whose cabinet has promised all its EVSEs to others in one of its steps."""
    count = problem.cabinets[problem.cabinet_index[it.cabinet]].evse_count
    if count is None:
        return None
    others = [other for other in accepted if other.cabinet == it.cabinet]
    full = [
        step
        for step in range(it.arrive, it.depart)
        if sum(other.arrive <= step < other.depart for other in others) >= count
    ]
    if not full:
        return None
    reason = f"all EVSEs of cabinet {it.cabinet} ({count}) are promised in {steps_list(full)}"
    return Refusal(it.id, "evse", reason)


def _why_not(problem: Problem) -> Refusal:
    """Why the last request cannot be met with all others."""
    it = problem.requests[-1]
    network = Network(problem)
    missing_j = (network.demand - network.value()) * network.unit_j
    if missing_j:
        most = f"at most {wh(it.energy_j - missing_j)} of {wh(it.energy_j)}"
        return Refusal(it.id, "capacity", f"{most}: {cut_text(problem, network)}")
    reason = (
        "its energy would fit on average, but no plan was found that keeps every limit at every "
        f"instant with the minimum powers ({it.min_w:,} W for {it.id})"
    )
    return Refusal(it.id, "minimum", reason)


def cut_text(problem: Problem, network: Network) -> str:
    """The limits that bind the last request of a problem, as a sentence."""
    number = len(problem.requests) - 1
    cut: Cut = network.cut(number)
    mine = problem.requests[number].cabinet
    limits = [
        f"cabinet {name} in {steps_list(steps)}"
        for name, steps in cut.cabinet_steps.items()
        if name == mine
    ]
    if cut.site_steps:
        limits.append(f"the site in {steps_list(cut.site_steps)}")
    # Cabinets of others bind where an EV of theirs could give way at the site, and has nowhere to.
    others = len(cut.cabinet_steps.keys() - {mine})
    if others:
        limits.append("another cabinet" if others == 1 else f"{others} other cabinets")
    text = " and ".join([", ".join(limits[:-1]), *limits[-1:]] if limits[1:] else limits)
    text += " has no more" if len(limits) == 1 and others < 2 else " have no more"
    if cut.own_steps:
        own = f"its own power of {problem.requests[number].max_w:,} W"
        text += f", and {own} is the limit in {steps_list(cut.own_steps)}"
    rivals = [problem.requests[rival].id for rival in cut.rivals]
    if rivals:
        named = ", ".join(rivals[:5]) + (f" and {len(rivals) - 5} more" if rivals[5:] else "")
        text += f", as {named} {'needs' if len(rivals) == 1 else 'need'} it, too"
    return text


def steps_text(low: int, high: int) -> str:
    """The steps from ``low`` up to, not including, ``high``."""
    return f"step {low}" if high - low == 1 else f"steps {low} to {high - 1}"


def steps_list(steps: Sequence[int]) -> str:
    """Steps in ascending order, runs of them joined."""
    runs: list[list[int]] = []
    for step in steps:
        if runs and runs[-1][1] == step:
            runs[-1][1] = step + 1
        else:
            runs.append([step, step + 1])
    words = [str(low) if high - low == 1 else f"{low} to {high - 1}" for low, high in runs]
    return ("step " if len(steps) == 1 else "steps ") + ", ".join(words)
