"""A charge point's grant and its guard: it obeys its limit only for a while after it was heard.

The rule is that of :mod:`fsm.energy.grants`. Three things hold it, each before the next has to:

* the controller lowers its EV ``MARGIN_US`` before the grant ends, and opens the contactor of one
  that does not follow within ``FOLLOW_US``;
* the *guard* (:class:`fsm.effects.Guard`), a breaker with a watchdog in the connector, lets no more
  through than the controller has programmed, and no more than the fallback share once the grant
  has ended, also when the controller hangs;
* the network gives the power to others when both have certainly happened.

The guard's ceiling rises before the EV is told of more, and falls when the EV follows less; a lower
limit is confirmed to the network after that. So what the network thinks that a charge point may
draw is never below what its guard lets through.
"""

from typing import Final

from fsm.effects import Curbed, Guard
from fsm.energy.grants import GrantTerms
from fsm.v2g.limited import Limited

NO_TERMS: Final = GrantTerms(0)
"""A grant without an end, and no guard."""


class Granted(Limited):
    """What a grant does to a charge point. Times in µs of the monotonic clock, power in W."""

    terms: GrantTerms = NO_TERMS
    renewed_us: int | None = None
    """When the newest of its calls was made that was answered; None before the first."""
    curbed: bool = True
    """Whether it keeps to its fallback share."""
    ceiling_w: int = 0
    """What its guard lets through."""
    guarded_us: int = 0
    """Until when."""
    _awaited: bool = False
    """Whether the EV's time to follow is running."""

    def least_w(self, network_w: int) -> int:
        """The lower of what the network, the profiles and the grant allow."""
        allowed_w = super().least_w(network_w)
        if self.terms.grant_us and self.curbed:
            return min(allowed_w, self.terms.fallback_w)
        return allowed_w

    # -- the guard -----------------------------------------------------------------------------

    def reset_guard(self) -> None:
        """A controller that starts: nothing flows, and nothing may."""
        if self.terms.grant_us:
            self.out.append(Guard(0, 0, 0))

    def _program(self, ceiling_w: int, until_us: int) -> None:
        if self.terms.grant_us and (ceiling_w, until_us) != (self.ceiling_w, self.guarded_us):
            self.ceiling_w, self.guarded_us = ceiling_w, until_us
            self.out.append(Guard(ceiling_w, until_us, self.terms.fallback_w))

    def _limit_moved(self) -> None:
        """More is let through at once; less is asked of the EV, and not for ever."""
        if self.limit_w >= self.ceiling_w:
            self._program(self.limit_w, self.guarded_us)
            self.cancel_follow()
        elif self.terms.grant_us and self.may_draw and not self._awaited:
            self._awaited = True
            self.set_timer("follow", self.terms.follow_us)

    def cancel_follow(self) -> None:
        """Nothing is to be followed any more."""
        if self._awaited:
            self._awaited = False
            self.cancel("follow")

    def take_limit(self, limit_w: int, version: int) -> None:
        """See :meth:`fsm.v2g.evse.Evse.take_limit`."""
        super().take_limit(limit_w, version)
        self._limit_moved()

    def _take(self, allowed_w: int | None) -> None:
        super()._take(allowed_w)
        self._limit_moved()

    def confirm_limit(self) -> None:
        """The EV follows the limit in force: nothing above it is let through any more."""
        if self.ceiling_w > self.limit_w:
            self._program(self.limit_w, self.guarded_us)
        self.cancel_follow()
        super().confirm_limit()

    # -- the grant -----------------------------------------------------------------------------

    def take_answer(self, made_us: int, now_us: int) -> None:
        """The log has applied a call that was made at ``made_us``: the grant goes on from then."""
        if not self.terms.grant_us:
            return
        if self.renewed_us is None or made_us > self.renewed_us:
            self.renewed_us = made_us
        self.review_grant(now_us)

    def review_grant(self, now_us: int) -> None:
        """Obey the network's limit or the fallback share, as the grant says; renew it in time."""
        terms = self.terms
        if not terms.grant_us or self.renewed_us is None:
            return
        age_us = now_us - self.renewed_us
        self._curb(curbed=age_us >= terms.curb_us)
        if not self.curbed:
            # Once the watchdog has cut it down, what was allowed before counts no more.
            lapsed = now_us >= self.guarded_us
            before_w = min(self.ceiling_w, terms.fallback_w) if lapsed else self.ceiling_w
            self._program(max(before_w, self.limit_w), self.renewed_us + terms.grant_us)
        self._limit_moved()
        if not self.station.busy:
            self.cancel("grant")
        elif age_us < terms.renew_us:
            self.set_timer("grant", terms.renew_us - age_us)
        else:
            self.out += self.station.renew()
            if not self.curbed:
                self.set_timer("grant", terms.curb_us - age_us)

    def _curb(self, *, curbed: bool) -> None:
        before_w, self.curbed = self.limit_w, curbed
        self.limit_w = self.least_w(self.network_w)
        if self.limit_w == before_w:
            return
        self.told = False
        if curbed:
            self.out.append(Curbed())
        if self.session.delivered and not self.session.closed:
            why = "its grant ends" if curbed else "its grant goes on"
            self.notice("fault" if curbed else "repair", f"{why}: at most {self.limit_w:,} W")
