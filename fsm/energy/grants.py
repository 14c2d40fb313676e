"""Grants: limits that end by themselves, counted on monotonic clocks of which only the rate counts.

A charge point that is cut off cannot hear that its share was given away. So it may follow its limit
only for a while, the *grant*, and then it falls back; when it certainly has, its share is free.
This is the argument of leases (Gray and Cheriton, 1989), with three rules:

* **The charge point** counts from the moment at which it *made* the newest of its calls that the
  log has answered: the answer may have been on its way for any time.
* **Whoever leads** counts from the moment at which it *noticed* that the log had applied the newest
  call of that charge point, which is later than the call was made.
* The leader's clock may run fast by ρ and the charge point's slow by ρ, so it waits for
  (1 + ρ) / (1 − ρ) grants. No clock has to show the same as another.

Then the leader writes down that the grant has ended, and how many calls of that charge point it
counted. The log refuses it if it has applied another one since: a grant that was renewed goes on.
"""

from collections.abc import Iterable
from typing import Final

from attrs import define, field, frozen

MILLION: Final = 1_000_000

LOOK_US: Final = 1_000_000
"""How often whoever leads looks whose grant has ended, at the most."""

LOOKS: Final = 60
"""How often it looks in the time of one grant: what is looked at late ends late, by a 60th."""

MARGIN_US: Final = 12_000_000
"""So long before the end a charge point lowers its EV by itself, so that nothing has to trip."""

FOLLOW_US: Final = 10_000_000
"""How long an EV has to follow a lower limit; then the contactor is opened.

A status loop turns once a second, a renegotiation takes two or three.
"""

LEAST_GRANT_US: Final = 30_000_000
"""A shorter grant would leave no time between its renewal and its end."""

_TICK_US: Final = 3
"""Clocks show whole µs: three readings may be wrong by less than one each."""


@frozen
class GrantTerms:
    """What all charge points agree on. Times in µs, power in W."""

    grant_us: int
    """How long a limit may be followed after a call was made that the log has answered."""
    fallback_w: int = 0
    """What may be drawn after that, at the most."""
    drift_ppm: int = 10_000
    """How wrong the rate of a clock may be."""
    follow_us: int = FOLLOW_US
    """How long an EV has to follow a lower limit; longer where its status loop turns slowly."""

    @property
    def renew_us(self) -> int:
        """After so long without a call of its own a charge point makes one."""
        return self.grant_us // 3

    @property
    def look_us(self) -> int:
        """How long whoever leads waits between two looks."""
        return max(LOOK_US, self.grant_us // LOOKS)

    @property
    def curb_us(self) -> int:
        """After so long without an answer it lowers its EV."""
        return self.grant_us - MARGIN_US - (self.follow_us - FOLLOW_US)

    @property
    def wait_us(self) -> int:
        """How long the leader waits on its clock: a grant times (1 + ρ) / (1 − ρ), rounded up."""
        slow, fast = MILLION - self.drift_ppm, MILLION + self.drift_ppm
        return -(-self.grant_us * fast // slow) + _TICK_US


@define
class GrantKeeper:
    """Who leads keeps count of the others' grants, from the moment at which it began to lead."""

    terms: GrantTerms
    _noticed: dict[str, tuple[int, int]] = field(factory=dict)
    """The calls of each charge point that were counted, and when that was noticed first."""

    def forget(self) -> None:
        """It leads no more: the next time it counts anew."""
        self._noticed.clear()

    def look(self, heard: Iterable[tuple[str, int]], now_us: int) -> list[tuple[str, int]]:
        """Whose grant has ended, as (charge point, calls), in the order given.

        ``heard`` are the charge points of interest, with how many of their calls the log has
        applied. Times are of this node's monotonic clock. What is looked at late ends late.
        """
        ended = []
        before, self._noticed = self._noticed, {}
        for cp_id, calls in heard:
            counted, since_us = before.get(cp_id, (-1, now_us))
            if counted != calls:
                since_us = now_us
            self._noticed[cp_id] = (calls, since_us)
            if now_us - since_us >= self.terms.wait_us:
                ended.append((cp_id, calls))
        return ended
