"""Max-min fair shares under nested limits: what a cabinet can carry, and what the site can.

All shares rise together, as water rises; whoever has what it can use stops, and so does everybody
behind a cable that carries no more, while the others rise on (progressive filling: Bertsekas and
Gallager, *Data Networks*, 6.5.2). In whole watts.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

SITE: Final = ""
"""The rail of the site itself, among the names of cabinets."""


class Demand(NamedTuple):
    """What one charge point can use. Power in W."""

    name: str
    most_w: int
    least_w: int = 0
    """Less than this is nothing to it."""
    cabinet: str = ""
    """Behind which cabinet it stands; empty: at the site's own rail."""


def nested_fair(
    site_w: int, cabinets_w: Mapping[str, int], demands: Sequence[Demand]
) -> dict[str, int]:
    """Max-min fair shares, by name; Σ ≤ each cabinet's power and Σ of all ≤ the site's, exactly.

    Watts that do not divide go one each to the first in the order given. Negative power counts as
    0. Raises ValueError when a name comes twice, KeyError for a cabinet that is not there.
    """
    shares = dict.fromkeys((d.name for d in demands), 0)
    if len(shares) != len(demands):
        raise ValueError("an id has two demands")
    left = {SITE: max(0, site_w)} | {name: max(0, power) for name, power in cabinets_w.items()}
    rising = list(demands)
    while rising:
        count = dict.fromkeys(left, 0)
        for demand in rising:
            for rail in _rails(demand):
                count[rail] += 1
        level = min(left[rail] // n for rail, n in count.items() if n)
        stopped = {d.name: max(0, d.most_w) for d in rising if d.most_w <= level}
        if not stopped:
            stopped = _divide(level, left, count, rising)
        for demand in rising:
            if demand.name in stopped:
                shares[demand.name] = stopped[demand.name]
                for rail in _rails(demand):
                    left[rail] -= stopped[demand.name]
        rising = [d for d in rising if d.name not in stopped]
    return shares


def _rails(demand: Demand) -> tuple[str, ...]:
    """Whose power it takes."""
    return (SITE, demand.cabinet) if demand.cabinet else (SITE,)


def _divide(
    level: int, left: Mapping[str, int], count: Mapping[str, int], rising: Sequence[Demand]
) -> dict[str, int]:
    """The shares of those behind a rail that is full at this level; a watt more to the first.

    Cabinets that are full come before a site that is: what they leave is for the others.
    """
    slack = {rail: left[rail] - level * n for rail, n in count.items()}
    full = {rail: None for rail, n in count.items() if n and left[rail] // n == level}
    if len(full) > 1:
        full.pop(SITE, None)
    shares = {}
    for demand in rising:
        rails = _rails(demand)
        if not any(rail in full for rail in rails):
            continue
        more = 1 if all(slack[rail] > 0 for rail in rails) else 0
        shares[demand.name] = level + more
        for rail in rails:
            slack[rail] -= more
    return shares


def nested_in_turn(
    site_w: int, cabinets_w: Mapping[str, int], demands: Sequence[Demand]
) -> dict[str, int]:
    """Max-min fair shares that are 0 or at least each one's minimum, in the order of arrival.

    Who cannot be given the least waits with 0, and so do those behind the same cabinet who came
    later, or everybody who came later where it is the site that is full: nobody overtakes. A
    minimum above the maximum counts as the maximum.
    """
    served: list[Demand] = []
    shares: dict[str, int] = {}
    full: dict[str, None] = {}
    for demand in demands:
        if demand.cabinet in full:
            continue
        attempt = [*served, demand]
        found = nested_fair(site_w, cabinets_w, attempt)
        if _suffices(found, attempt):
            served, shares = attempt, found
            continue
        wider = {**cabinets_w, demand.cabinet: site_w}
        if not demand.cabinet or not _suffices(nested_fair(site_w, wider, attempt), attempt):
            break
        full[demand.cabinet] = None
    return {d.name: shares.get(d.name, 0) for d in demands}


def _suffices(shares: Mapping[str, int], demands: Sequence[Demand]) -> bool:
    return all(shares[d.name] >= min(d.least_w, d.most_w) for d in demands)
