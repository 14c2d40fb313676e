"""Pacing: how far virtual time should have come at a moment of wall time."""

from evtui.render.units import MAX_SPEED

SPEEDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, MAX_SPEED)
"""The steps of the speed keys; the last one is as fast as it goes."""

FRAME_S = 1 / 15
"""The screen changes at most this often."""

CALM_FRAME_S = 1 / 2
"""For who wants nothing to move."""

SLICE_S = 0.008
"""Wall time for the simulation per call-back: short, so that a key waits for nothing."""

SLICE_EVENTS = 200
"""Events between two looks at the wall clock."""

_EAGER_S = SLICE_S / 0.6
_EAGER_SPEED = 50.0
_DEBT_S = 0.25
_LATELY_S = 1.0


def faster(speed: float) -> float:
    """The next speed up; the fastest stays."""
    if speed == MAX_SPEED:
        return speed
    return next((step for step in SPEEDS[:-1] if step > speed), MAX_SPEED)


def slower(speed: float) -> float:
    """The next speed down; the slowest stays."""
    if speed == MAX_SPEED:
        return SPEEDS[-2]
    return next((step for step in reversed(SPEEDS[:-1]) if step < speed), SPEEDS[0])


class Pace:
    """Ties virtual time to wall time at a speed.

    What could not be done in time is forgotten instead of owed, so a slow machine runs slower and
    never spirals.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._wall_s = 0.0
        self._time_us = 0
        self._forgot_s: float | None = None
        """When a debt was forgotten last, in wall time."""

    def is_behind(self, wall_s: float) -> bool:
        """Whether a debt was forgotten lately: it runs slower than it should."""
        return self._forgot_s is not None and wall_s - self._forgot_s < _LATELY_S

    @property
    def interval_s(self) -> float:
        """How often to call back: each frame, or (where there is much to do) as slices allow."""
        eager = self.speed == MAX_SPEED or self.speed >= _EAGER_SPEED
        return _EAGER_S if eager else FRAME_S

    def anchor(self, wall_s: float, time_us: int) -> None:
        """From now on, count from here."""
        self._wall_s = wall_s
        self._time_us = time_us

    def due_us(self, wall_s: float, end_us: int) -> int:
        """The virtual time to run to, never beyond ``end_us``."""
        if self.speed == MAX_SPEED:
            return end_us
        elapsed_us = (wall_s - self._wall_s) * self.speed * 1_000_000
        return min(self._time_us + int(elapsed_us), end_us)

    def settle(self, wall_s: float, time_us: int) -> None:
        """After a slice: forget a debt of more than a quarter of a second."""
        if self.speed == MAX_SPEED:
            return
        debt_us = self.due_us(wall_s, 1 << 62) - time_us
        if debt_us > _DEBT_S * self.speed * 1_000_000:
            self.anchor(wall_s, time_us)
            self._forgot_s = wall_s
