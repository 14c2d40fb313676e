"""Smoothed least laxity first (Nakahira, Chen, Chen and Low, 2017; *Smoothed LLF for EV Charging*).

LLF switches between EVs of nearly the same laxity. Smoothed, all present EVs are brought to one
laxity at the step's end, as far as their powers allow: EV i gets r_i·(L − l_i + 1), cut to what it
can take, for the greatest level L that the limits allow.
"""

from collections.abc import Callable, Sequence

from fsm.energy.planners.turns import LAXITY_PER_STEP, Present, Room, Wishes, step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Raise the least laxity as far as the limits allow, in whole W."""
    return step_by_step(problem, "sllf", _share)


def _share(present: Sequence[Present], room: Room) -> Wishes:
    """One level for each cabinet, and one for the site, which is none's to exceed."""
    levels: dict[str, int] = {}
    for name, capacity_w in room.cabinets_w.items():
        group = [it for it in present if it.request.cabinet == name]
        if group:
            levels[name] = _highest(group, lambda it, level: _power_w(it, level), capacity_w)

    def power_w(it: Present, level: int) -> int:
        return _power_w(it, min(level, levels[it.request.cabinet]))

    site = _highest(present, power_w, *room.site_w) if room.site_w else max(levels.values())
    order = sorted(present, key=lambda it: it.laxity)
    return [(it, power_w(it, site)) for it in order]


def _power_w(it: Present, level: int) -> int:
    power_w = it.request.max_w * (level - it.laxity + LAXITY_PER_STEP) // LAXITY_PER_STEP
    return max(0, min(it.useful_w, power_w))


def _highest(
    group: Sequence[Present], power_w: Callable[[Present, int], int], capacity_w: int
) -> int:
    """The highest level at which a group's power is within the capacity, by bisection."""
    low = min(it.laxity for it in group) - LAXITY_PER_STEP  # nobody gets anything
    high = max(it.laxity for it in group) + 1  # everybody gets all he can take
    while high - low > 1:
        level = (low + high) // 2
        if sum(power_w(it, level) for it in group) <= capacity_w:
            low = level
        else:
            high = level
    return low
