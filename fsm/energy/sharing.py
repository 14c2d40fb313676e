"""Max-min fair sharing of a power limit, in whole watts.

Max-min fair: nobody can be given more without taking it from somebody who has no more than he
has. It is found by filling all demands at one level, as water fills basins: whoever wants less
than an equal part gets all he wants, the rest is divided again (Bertsekas and Gallager, *Data
Networks*, 6.5.2).
"""

from collections.abc import Sequence


def max_min_fair(capacity_w: int, demands: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Share ``capacity_w`` among ``demands`` (id, most it can use in W), exactly.

    The shares sum up to the smaller of the capacity and all demands. Watts that do not divide go
    one each to the first in the order given. A negative capacity or demand counts as 0. Raises
    ValueError when an id comes twice.
    """
    shares = dict.fromkeys((name for name, _ in demands), 0)
    if len(shares) != len(demands):
        raise ValueError("an id has two demands")
    remaining = max(0, capacity_w)
    by_demand = sorted(range(len(demands)), key=lambda i: demands[i][1])
    for done, index in enumerate(by_demand):
        name, demand = demands[index]
        level = remaining // (len(demands) - done)
        if demand > level:
            _divide(remaining, [demands[i] for i in sorted(by_demand[done:])], shares)
            break
        shares[name] = max(0, demand)
        remaining -= shares[name]
    return shares


def _divide(remaining: int, greedy: Sequence[tuple[str, int]], shares: dict[str, int]) -> None:
    """Divide ``remaining`` among those who all want more than an equal part."""
    level, extra = divmod(remaining, len(greedy))
    for position, (name, _) in enumerate(greedy):
        shares[name] = level + (position < extra)


def share_in_turn(capacity_w: int, demands: Sequence[tuple[str, int, int]]) -> dict[str, int]:
    """Max-min fair shares that are 0 or at least each one's minimum.

    ``demands`` are (id, most, least) in W, in the order of arrival. A cable carries no charging
    current below its minimum, so not everybody can always be served: the longest run of first
    comers that all get their minimum share the capacity, and the last ones wait with 0. Nobody
    overtakes, so everybody's turn comes. A minimum above the maximum counts as the maximum.
    """
    # Each one more can only lower the shares, so the longest run is found by bisection.
    served, too_many = 0, len(demands) + 1
    shares: dict[str, int] = {}
    count = len(demands)
    while too_many - served > 1:
        attempt = max_min_fair(capacity_w, [(name, most) for name, most, _ in demands[:count]])
        if all(attempt[name] >= min(least, most) for name, most, least in demands[:count]):
            served, shares = count, attempt
        else:
            too_many = count
        count = (served + too_many) // 2
    return {name: shares.get(name, 0) for name, _, _ in demands}
