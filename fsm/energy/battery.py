"""A traction battery: what is in it, and how much power it takes now."""

from attrs import define, field

from fsm.energy.meter import UJ_PER_WH
from fsm.energy.supply import Current

PPM = 1_000_000

AC_CURVE: tuple[tuple[int, int], ...] = ((0, PPM), (800_000, PPM), (PPM, 100_000))
"""(state of charge in ppm, share of the greatest power in ppm).

The on-board charger is the bottleneck until 80 %; then the cells are, down to a tenth at the top.
"""

DC_CURVE: tuple[tuple[int, int], ...] = (
    (0, 500_000),
    (100_000, PPM),
    (500_000, PPM),
    (700_000, 600_000),
    (800_000, 400_000),
    (900_000, 200_000),
    (PPM, 50_000),
)
"""The shape of a fast charge: a slow start when empty, a plateau, and a long taper from 50 % on."""

_CURVES: dict[Current, tuple[tuple[int, int], ...]] = {"AC": AC_CURVE, "DC": DC_CURVE}


def interpolate(curve: tuple[tuple[int, int], ...], x: int) -> int:
    """The piecewise-linear ``curve`` at ``x``, in integers, rounded down; flat outside of it."""
    x0, y0 = curve[0]
    if x <= x0:
        return y0
    for x1, y1 in curve[1:]:
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) // (x1 - x0)
        x0, y0 = x1, y1
    return y0


@define
class Battery:
    """A battery of ``capacity_wh`` that holds ``energy_uj`` (µJ)."""

    capacity_wh: int = field()
    energy_uj: int = 0

    @capacity_wh.validator
    def _positive(self, _attribute: object, value: int) -> None:
        if value <= 0:
            raise ValueError(f"a battery holds more than {value} Wh")

    @classmethod
    def at_soc(cls, capacity_wh: int, soc_ppm: int) -> "Battery":
        """A battery of ``capacity_wh`` at a state of charge in ppm (0 to 1,000,000)."""
        if not 0 <= soc_ppm <= PPM:
            raise ValueError(f"a state of charge is 0 to {PPM} ppm, not {soc_ppm}")
        return cls(capacity_wh, capacity_wh * UJ_PER_WH * soc_ppm // PPM)

    @property
    def capacity_uj(self) -> int:
        """What it holds when full, in µJ."""
        return self.capacity_wh * UJ_PER_WH

    @property
    def soc_ppm(self) -> int:
        """State of charge in ppm, rounded down: 1,000,000 only when full."""
        return self.energy_uj * PPM // self.capacity_uj

    def room_uj(self, soc_ppm: int = PPM) -> int:
        """Energy in µJ that is missing until ``soc_ppm``; 0 when it is there."""
        return max(0, -(-self.capacity_uj * soc_ppm // PPM) - self.energy_uj)

    def max_power_w(self, max_w: int, current: Current) -> int:
        """The power in W it takes now, for an EV that takes ``max_w`` at best; 0 when full."""
        if self.energy_uj >= self.capacity_uj:
            return 0
        return max_w * interpolate(_CURVES[current], self.soc_ppm) // PPM

    def sustained_w(self, max_w: int, current: Current, until_ppm: int) -> int:
        """The power in W that it takes all the way until ``until_ppm``: the least on the way."""
        curve = _CURVES[current]
        now_ppm = min(self.soc_ppm, until_ppm)
        corners = [x for x, _ in curve if now_ppm < x < until_ppm]
        return min(max_w * interpolate(curve, x) // PPM for x in (now_ppm, *corners, until_ppm))

    def charge(self, energy_uj: int) -> int:
        """Store ``energy_uj`` (µJ), at most what there is room for; returns what was stored.

        Raises ValueError for negative energy: this battery is not discharged.
        """
        if energy_uj < 0:
            raise ValueError(f"cannot charge by {energy_uj} µJ")
        stored = min(energy_uj, self.capacity_uj - self.energy_uj)
        self.energy_uj += stored
        return stored
