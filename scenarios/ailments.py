"""Inputs that let a charge point ail: its clock, its disk, its speed.

Each takes the charge point's number and the verb's arguments, and returns severity and sentence.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from paxos.sim.clock import FASTEST_PPM, SLOWEST_PPM
from paxos.sim.host import Host, Status
from scenarios.errors import InputError
from scenarios.units import DRIFT, DURATION, OFFSET

if TYPE_CHECKING:
    from scenarios.world import World

Told: TypeAlias = tuple[str, str]
"""Severity and sentence for the event log."""

DAY_US = 86_400_000_000
MOST_OFFSET_US = 31 * DAY_US
MOST_DELAY_US = 60_000_000


def integer(args: dict[str, object], name: str, least: int, most: int) -> int:
    """An argument that is an integer.

    Raises:
        InputError: it is none, or out of bounds.
    """
    value = args[name]
    if type(value) is not int or not least <= value <= most:
        raise InputError(f"{name} is an integer from {least} to {most}, found {value!r}")
    return value


def _crash_after_write(world: "World", number: int, args: dict[str, object]) -> Told:
    _not_doomed(world, number)
    world.cluster.crash_after_write(number)
    return "fault", "is to crash when its disk has written, before anything is sent"


def _crash_in_write(world: "World", number: int, args: dict[str, object]) -> Told:
    _not_doomed(world, number)
    world.cluster.crash_in_write(number)
    return "fault", "is to crash in the middle of its next write"


def _not_doomed(world: "World", number: int) -> None:
    host, cp_id = _running(world, number), world.ids[number]
    if host.doomed or host.tears:
        where = "after" if host.doomed else "in"
        raise InputError(f"{cp_id} is to crash {where} its next write already")


def _disarm(world: "World", number: int, args: dict[str, object]) -> Told:
    host = _running(world, number)
    if not (host.doomed or host.tears):
        raise InputError(f"{world.ids[number]} is not to crash after a write")
    where = "after" if host.doomed else "in"
    world.cluster.crash_after_write(number, doomed=False)
    world.cluster.crash_in_write(number, tears=False)
    return "repair", f"is not to crash {where} a write any more"


def _running(world: "World", number: int) -> Host:
    host = world.cluster.hosts[number]
    if host.status is Status.CRASHED:
        raise InputError(f"{world.ids[number]} is down")
    return host


def _slow(world: "World", number: int, args: dict[str, object]) -> Told:
    delay_us = integer(args, "delay_us", 0, MOST_DELAY_US)
    world.cluster.slow(number, delay_us)
    if not delay_us:
        return "repair", "is as quick as ever"
    return "fault", f"takes {DURATION.format(delay_us, ' ')} for every event"


def _slow_disk(world: "World", number: int, args: dict[str, object]) -> Told:
    extra_us = integer(args, "fsync_us", 0, MOST_DELAY_US)
    world.cluster.slow_disk(number, extra_us)
    if not extra_us:
        return "repair", "its disk is as quick as ever"
    return "fault", f"its disk takes {DURATION.format(extra_us, ' ')} longer to sync"


def _fill_disk(world: "World", number: int, args: dict[str, object]) -> Told:
    if world.cluster.hosts[number].disk.full_at is not None:
        raise InputError(f"the disk of {world.ids[number]} is full already")
    world.cluster.fill_disk(number)
    return "fault", "its disk is full: nothing more becomes durable"


def _free_disk(world: "World", number: int, args: dict[str, object]) -> Told:
    if world.cluster.hosts[number].disk.full_at is None:
        raise InputError(f"the disk of {world.ids[number]} has room")
    world.cluster.free_disk(number)
    return "repair", "its disk has room again"


def _clock_drift(world: "World", number: int, args: dict[str, object]) -> Told:
    drift_ppm = integer(args, "drift_ppm", SLOWEST_PPM, FASTEST_PPM)
    world.cluster.set_drift(number, drift_ppm)
    world.guards.clock_changed(number)
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
    "crash_after_write": _crash_after_write,
    "crash_in_write": _crash_in_write,
    "disarm": _disarm,
    "slow": _slow,
    "slow_disk": _slow_disk,
    "fill_disk": _fill_disk,
    "free_disk": _free_disk,
    "clock_drift": _clock_drift,
    "clock_offset": _clock_offset,
}
"""By verb."""
