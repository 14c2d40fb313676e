"""The guard of a connector: a breaker with a watchdog, beside the charge point's computer.

It is hardware: it works while the computer hangs, and after it has died. It counts on the charge
point's monotonic clock, which may run fast or slow. Above what it lets through it opens the
contactor at once; that a real breaker takes some milliseconds is left out.
"""

from typing import Final

from attrs import define

from paxos.sim.clock import Clock

TRIPPED: Final = "tripped"
"""The signal to the charge point's computer that its guard has opened the contactor."""


@define
class Guard:
    """One breaker. Power in W, times in µs."""

    clock: Clock
    ceiling_w: int = 0
    """What it lets through, as it was programmed last."""
    until_us: int = 0
    """Until when, on the monotonic clock."""
    fallback_w: int = 0
    """What it lets through after that, at the most."""
    queued_us: int | None = None
    """When the event of its watchdog comes, in virtual time; None while there is none."""
    trips: int = 0
    reported: int = 0
    """How many of its trips the charge point was told of."""

    def program(self, ceiling_w: int, until_us: int, fallback_w: int) -> None:
        """Let so much through, until the clock shows that."""
        self.ceiling_w, self.until_us, self.fallback_w = ceiling_w, until_us, fallback_w

    def allowed_w(self, now_us: int) -> int:
        """What it lets through at a virtual time."""
        if self.clock.local_us(now_us) < self.until_us:
            return self.ceiling_w
        return min(self.ceiling_w, self.fallback_w)

    def left_us(self, now_us: int) -> int:
        """How long its watchdog still waits, on its own clock; 0 when its time is up."""
        return max(0, self.until_us - self.clock.local_us(now_us))

    def ends_us(self) -> int:
        """The virtual time at which its watchdog cuts it down, as its clock runs now."""
        return self.clock.when_us(self.until_us)
