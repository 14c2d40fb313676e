"""The schedule that a charge point offers: what the network has planned, or its limit for a day.

A plan is known in seconds of the run; a schedule begins with 0 when it is offered. Equal
neighbours are joined, for an EV takes 24 entries at the most and a plan may have 96 steps.
"""

from collections.abc import Sequence
from typing import Final

from fsm.v2g.evse import Evse
from fsm.v2g.kinds import PMaxEntry

DAY_S: Final = 86_400
"""How long a schedule is valid [V2G2-303, V2G2-304]."""

PMAX_ENTRIES: Final = 1_024
"""Most entries of a PMaxSchedule."""

PROFILE_ENTRIES: Final = 24
"""Most entries of an EV's ChargingProfile."""

_US_PER_S: Final = 1_000_000


def schedule(evse: Evse, now_us: int) -> tuple[PMaxEntry, ...]:
    """What can be offered from ``now_us`` of the monotonic clock on, as (s from then, W)."""
    if not evse.planned:
        return ((0, evse.limit_w),)
    now_s = evse.time.wall_us(now_us) // _US_PER_S
    return from_second(evse.planned, now_s)[:PMAX_ENTRIES]


def from_second(planned: Sequence[PMaxEntry], now_s: int) -> tuple[PMaxEntry, ...]:
    """A plan from a second on: (s from then, W), equal neighbours joined, the first at 0."""
    power_w = 0
    found: list[PMaxEntry] = []
    for start_s, next_w in planned:
        if start_s <= now_s:
            power_w = next_w
            continue
        if not found:
            found.append((0, power_w))
        if next_w != found[-1][1]:
            found.append((start_s - now_s, next_w))
    return tuple(found) or ((0, power_w),)


def power_at(entries: Sequence[PMaxEntry], second: int) -> int:
    """What a schedule allows at a second from its beginning, in W; 0 before its first entry."""
    power_w = 0
    for start_s, entry_w in entries:
        if start_s > second:
            break
        power_w = entry_w
    return power_w


def is_within(profile: Sequence[PMaxEntry], offered: Sequence[PMaxEntry]) -> bool:
    """Whether a profile is nowhere above the schedule that was offered [V2G2-225]."""
    times = sorted({start_s for start_s, _ in (*profile, *offered)})
    return all(power_at(profile, second) <= power_at(offered, second) for second in times)


def is_outdated(evse: Evse, now_us: int) -> bool:
    """Whether the EV should negotiate again: there is another schedule than its own by now.

    A plan that only goes on as it was offered is the same. Of a profile that is full the last
    entry stands for all that did not fit, so when it is reached there may be more to be had.
    """
    session = evse.session
    if not evse.planned:
        return evse.limit_w != session.offered_w or len(session.offered) > 1
    now_s = evse.time.wall_us(now_us) // _US_PER_S
    elapsed_s = now_s - session.offered_us // _US_PER_S
    rest = from_second([(start_s, power_w) for start_s, power_w in session.offered], elapsed_s)
    if rest != from_second(evse.planned, now_s):
        return True
    profile = session.profile
    return (
        len(profile) == PROFILE_ENTRIES
        and elapsed_s >= profile[-1][0]
        and session.offered[-1][0] > profile[-1][0]
    )
