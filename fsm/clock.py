"""The wall clock of a charge point, for time stamps; what waits counts on the monotonic one."""

from typing import Protocol


class WallClock(Protocol):
    """Hardware that shows the time of day; it may be set forth and back."""

    def wall_us(self, local_us: int) -> int:
        """What it shows when the monotonic clock shows ``local_us``; never below 0."""
        ...


class TrueClock:
    """A wall clock that shows what the monotonic clock shows."""

    def wall_us(self, local_us: int) -> int:
        """The monotonic clock's time."""
        return local_us
