"""A node's own clocks: a monotonic one that may run fast or slow, and a wall clock that may step.

A process never sees virtual time. Time-outs and leases count on the *monotonic* clock: it never
steps and never goes back, it only drifts. The *wall* clock is the same one with an offset; people
and NTP set it, so nothing but time stamps may look at it.
"""

from attrs import define

MILLION = 1_000_000

MAX_DRIFT_PPM = 10_000
"""The greatest drift that a network is meant to bear: 1 %, far above what quartz does."""

SLOWEST_PPM = -500_000
FASTEST_PPM = 1_000_000
"""What a clock can be set to: half to double speed, far beyond what is meant to be borne."""


@define
class Clock:
    """Local time in µs as a function of virtual time: linear in pieces, in integers."""

    is_true: bool = True
    """Whether local time has always been virtual time: lets the usual case skip the arithmetic."""
    drift_ppm: int = 0
    offset_us: int = 0
    """What the wall clock shows beyond the monotonic one."""
    _since_us: int = 0
    """When the drift was last changed, in virtual time."""
    _local_us: int = 0
    """What the clock showed then."""

    def local_us(self, time_us: int) -> int:
        """What the monotonic clock shows at a virtual time not before the drift's last change."""
        if self.is_true:
            return time_us
        elapsed_us = time_us - self._since_us
        return self._local_us + elapsed_us * (MILLION + self.drift_ppm) // MILLION

    def when_us(self, local_us: int) -> int:
        """The first virtual time at which the monotonic clock shows ``local_us`` or more."""
        if self.is_true:
            return local_us
        missing_us = local_us - self._local_us
        return self._since_us - (-missing_us * MILLION // (MILLION + self.drift_ppm))

    def wall_us(self, local_us: int) -> int:
        """What the wall clock shows when the monotonic one shows ``local_us``.

        It cannot be set to before its epoch, which is the beginning of the run.
        """
        return max(0, local_us + self.offset_us)

    def set_drift(self, drift_ppm: int, time_us: int) -> None:
        """Run faster or slower from a virtual time on; what the clock shows then stays.

        Raises:
            ValueError: the drift is not from ``SLOWEST_PPM`` to ``FASTEST_PPM``.
        """
        if not SLOWEST_PPM <= drift_ppm <= FASTEST_PPM:
            raise ValueError(f"a drift of {drift_ppm} ppm")
        self._local_us = self.local_us(time_us)
        self._since_us = time_us
        self.drift_ppm = drift_ppm
        self.is_true = drift_ppm == 0 and self._local_us == time_us
