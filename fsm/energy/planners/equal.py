"""Equal share: everybody who is there gets the same, as far as he can use it (max-min fair)."""

from collections.abc import Sequence

from fsm.energy.planners.turns import Present, Room, Wishes, step_by_step
from fsm.energy.problem import Plan, Problem


def plan(problem: Problem) -> Plan:
    """Share in each step; last comers wait while shares would fall below a minimum power."""
    return step_by_step(problem, "equal", _share)


def _share(present: Sequence[Present], room: Room) -> Wishes:
    served = sorted(present, key=lambda it: it.request.arrive)
    while True:
        shares = max_min_fair(served, room)
        starved = [it for it in served if shares[it.number] < min(it.request.min_w, it.useful_w)]
        if not starved:
            return [(it, shares[it.number]) for it in served]
        served.remove(starved[-1])


def max_min_fair(group: Sequence[Present], room: Room) -> dict[int, int]:
    """Max-min fair shares in W within nested limits, by the number of the request.

    All shares rise together; who has all he can use, or whose cabinet is full, rises no further
    (Bertsekas and Gallager, *Data Networks*, 6.5.2). Watts that do not divide go to the first.
    """
    shares = {it.number: 0 for it in group}
    left = room.copy()
    rising = [it for it in group if it.useful_w > 0]
    while rising:
        by_cabinet: dict[str, int] = {}
        for it in rising:
            name = it.request.cabinet
            by_cabinet[name] = by_cabinet.get(name, 0) + 1
        rise_w = min(
            *(it.useful_w - shares[it.number] for it in rising),
            *(left.cabinets_w[name] // count for name, count in by_cabinet.items()),
            *(w // len(rising) for w in left.site_w),
        )
        if rise_w == 0:
            # Somebody cannot rise by a watt with all others: each by himself, while there is room.
            rising = [it for it in rising if shares[it.number] < it.useful_w]
            for it in rising:
                extra_w = 1 if left.for_one(it.request.cabinet) > 0 else 0
                shares[it.number] += extra_w
                left.less(it.request.cabinet, extra_w)
            rising = [it for it in rising if left.for_one(it.request.cabinet) > 0]
            continue
        for it in rising:
            shares[it.number] += rise_w
            left.less(it.request.cabinet, rise_w)
        rising = [it for it in rising if shares[it.number] < it.useful_w]
    return shares
