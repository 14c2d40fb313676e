"""The project's first rule: the mean power that each still needs, and the rest to who leaves first.

The description that this project began with names the inputs (energy left, time left, the power of
the charge point, the capacity of the station), the step of 15 minutes, and that flexibility is the
rated power less what was given; not the rule. This is a reconstruction:

1. Everybody is promised the mean power that he needs from now on: energy left over time left. Who
   is least flexible, with the least of his rated power to give away, comes first.
2. What is left over goes to those with the least time left, up to their rated power.

The original knew no capacity that changes with PV, and went above it; here every limit is kept.
"""

from collections.abc import Sequence

from fsm.energy.planners.turns import Present, Room, Wishes, step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Serve by the two rules above, in each step."""
    return step_by_step(problem, "seed", _share)


def _share(present: Sequence[Present], room: Room) -> Wishes:
    left = room.copy()
    wishes_w = {it.number: 0 for it in present}

    def give(it: Present, most_w: int) -> None:
        power_w = max(0, min(most_w - wishes_w[it.number], left.for_one(it.request.cabinet)))
        wishes_w[it.number] += power_w
        left.less(it.request.cabinet, power_w)

    def flexibility_w(it: Present) -> int:
        return it.request.max_w - needed_w(it)

    order = sorted(present, key=flexibility_w)
    for it in order:
        # Below the minimum no current flows: it is on for a part of the step, and needs that room.
        give(it, max(needed_w(it), it.request.min_w))
    for it in sorted(present, key=lambda it: it.steps_left):
        give(it, it.useful_w)
    return [(it, wishes_w[it.number]) for it in order]


def needed_w(it: Present) -> int:
    """The mean power that an EV needs from now to its departure, W rounded up, at most its own."""
    needed_w = -(-it.missing_j // (it.steps_left * it.step_s))
    return min(it.request.max_w, needed_w)
