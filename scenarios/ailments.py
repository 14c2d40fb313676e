"""Inputs that let a charge point ail: its clock, its disk, its speed.

Each takes the charge point's number and the verb's arguments, and returns severity and sentence.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from paxos.sim.clock import FASTEST_PPM, SLOWEST_PPM
from scenarios.errors import InputError
from scenarios.units import DRIFT, OFFSET

if TYPE_CHECKING:
    from scenarios.world import World

Told: TypeAlias = tuple[str, str]
"""Severity and sentence for the event log."""

DAY_US = 86_400_000_000
MOST_OFFSET_US = 31 * DAY_US


def integer(args: dict[str, object], name: str, least: int, most: int) -> int:
    """An argument that is an integer.

    Raises:
        InputError: it is none, or out of bounds.
    """
    value = args[name]
    if type(value) is not int or not least <= value <= most:
        raise InputError(f"{name} is an integer from {least} to {most}, found {value!r}")
    return value


def _clock_drift(world: "World", number: int, args: dict[str, object]) -> Told:
    drift_ppm = integer(args, "drift_ppm", SLOWEST_PPM, FASTEST_PPM)
    world.cluster.set_drift(number, drift_ppm)
    if not drift_ppm:
        return "repair", "its clock runs true again"
    speed = "fast" if drift_ppm > 0 else "slow"
    return "fault", f"its clock runs {DRIFT.format(abs(drift_ppm), ' ')} too {speed}"


def _clock_offset(world: "World", number: int, args: dict[str, object]) -> Told:
    offset_us = integer(args, "offset_us", -MOST_OFFSET_US, MOST_OFFSET_US)
    world.cluster.set_offset(number, offset_us)
    if not offset_us:
        return "repair", "its wall clock is set right"
    where = "ahead" if offset_us > 0 else "back"
    return "fault", f"its wall clock is set {OFFSET.format(abs(offset_us), ' ')} {where}"


AILMENTS: dict[str, Callable[["World", int, dict[str, object]], Told]] = {
    "clock_drift": _clock_drift,
    "clock_offset": _clock_offset,
}
"""By verb."""
