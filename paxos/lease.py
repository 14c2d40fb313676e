"""Leases: for how long nobody else can be elected, as the holder counts it and as a grantor does.

A voter that answers a heartbeat promises nothing to anybody else for ``lease_us`` on its own clock
from when the heartbeat *arrived*. The leader counts from when it *sent* that heartbeat, on its own
clock, and a little shorter. So while the leader believes in its lease, every voter of the quorum
that answered is still bound; every phase 1 quorum meets that quorum; so nobody has been elected.

How much shorter: let any clock run at a rate between ``1 - rho`` and ``1 + rho`` of true time. The
holder's ``D`` lasts at the most ``D / (1 - rho)`` of true time, as its clock may be slow; a
grantor's ``L`` lasts at least ``L / (1 + rho)``, as its clock may be fast. The first must not
exceed the second, so ``D <= L * (1 - rho) / (1 + rho)``.

*Paxos Made Live* §5.2 (master leases); Gray and Cheriton, *Leases* (SOSP 1989) §2, for the drift.
"""

from paxos.ballot import Ballot

MILLION = 1_000_000


def held_us(lease_us: int, drift_ppm: int) -> int:
    """How long a leader may count on a lease of ``lease_us``, in µs on its own clock.

    Whole microseconds are read off either clock, so each may take a time for one microsecond longer
    than it was: the grantor's is taken off before, the holder's after. Not above 0 means never.
    """
    return (lease_us - 1) * (MILLION - drift_ppm) // (MILLION + drift_ppm) - 1


class Lease:
    """The holder's side. Times are of the holder's own clock."""

    def __init__(self, lease_us: int, drift_ppm: int) -> None:
        self._held_us = held_us(lease_us, drift_ppm)
        self.until_us: int | None = None
        """When it ends; None while there is none."""

    def renew(self, sent_us: int, now_us: int) -> None:
        """A quorum has answered the heartbeat that was produced at ``sent_us``."""
        until_us = sent_us + self._held_us
        if until_us > max(now_us, self.until_us or 0):
            self.until_us = until_us

    def holds(self, now_us: int) -> bool:
        """Whether nobody else can have been elected up to now."""
        return self.until_us is not None and now_us < self.until_us

    def end(self) -> bool:
        """Give it up; whether there was one."""
        had, self.until_us = self.until_us is not None, None
        return had


class Grant:
    """The grantor's side: to whom this node is bound. Times are of the grantor's own clock.

    A node that restarts has forgotten whom it has bound itself to, so for as long as the last grant
    of its last life may last it refuses everybody.

    A grantor never stands for election within its own grant, though nothing here forbids it: its
    time-out starts with the same heartbeat, and is not shorter (:class:`paxos.election.Timing`). If
    told to, it asks first (:meth:`paxos.campaigning.Campaigning.why_not_stand`).
    """

    def __init__(self, lease_us: int, now_us: int, *, forgot: bool) -> None:
        self._lease_us = lease_us
        self._forgotten_until_us = now_us + lease_us if forgot else now_us
        self._until_us = now_us
        self._holder = 0

    def give(self, ballot: Ballot, now_us: int) -> None:
        """Bind this node to the leader of a ballot, which it has just heard.

        A leader of a higher ballot takes the place of an earlier one: that it was elected shows
        that the earlier one's lease is over. Of a grant that was forgotten nothing shows that.
        """
        self._holder = ballot.node
        self._until_us = now_us + self._lease_us

    def bound_to(self, ballot: Ballot, now_us: int) -> int | None:
        """Whose lease a promise of that ballot would break, if any.

        Returns:
            The holder; 0 if it was forgotten; None if this node may promise.
        """
        if now_us < self._forgotten_until_us:
            return 0
        if now_us < self._until_us and ballot.node != self._holder:
            return self._holder
        return None
