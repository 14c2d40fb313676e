"""Inputs that change what a site's cables carry: breakers, other loads, the PV.

All three are physics. The network is told nothing: it goes on counting on the bounds of the file,
so what is promised holds within them, and P1 says when somebody has left them too far.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from scenarios.errors import InputError
from scenarios.grid import Rail
from scenarios.units import POWER

if TYPE_CHECKING:
    from scenarios.world import World

Args = dict[str, object]
Done = tuple[str, str, str]
"""Severity, subject and sentence for the event log."""

MOST_W = 1_000_000_000


def _power(args: Args, name: str, most_w: int = MOST_W) -> int:
    value = args[name]
    if type(value) is not int or not 0 <= value <= most_w:
        raise InputError(f"{name} is an integer from 0 to {most_w}, found {value!r}")
    return value


def _rail(world: "World", args: Args) -> tuple[Rail, str]:
    """A cable, and what people call it."""
    cabinet = args.get("cabinet", "")
    if not cabinet:
        return world.grid.site, "the site"
    if cabinet not in world.grid.cabinets:
        there = ", ".join(world.grid.cabinets) or "no cabinets in this scenario"
        raise InputError(f"no cabinet {cabinet!r}; there are {there}")
    return world.grid.cabinets[str(cabinet)], f"cabinet {cabinet}"


def _set_breaker(world: "World", args: Args) -> Done:
    rail, name = _rail(world, args)
    limit_w = _power(args, "capacity_w", rail.rated_w)
    if limit_w == rail.rated_w:
        return _reset_breaker(world, args)
    rail.set_capacity(limit_w)
    return "fault", name, f"its breaker trips above {POWER.format(limit_w, ' ')} from now on"


def _reset_breaker(world: "World", args: Args) -> Done:
    rail, name = _rail(world, args)
    if rail.capacity_w == rail.rated_w:
        raise InputError(f"the breaker of {name} is as it should be")
    rail.set_capacity(rail.rated_w)
    return "repair", name, f"its breaker carries {POWER.format(rail.rated_w, ' ')} again"


def _set_load(world: "World", args: Args) -> Done:
    name, power_w = _load(world, args), _power(args, "power_w")
    world.surroundings.set_load(name, power_w)
    return "fault", name, f"draws {POWER.format(power_w, ' ')} from now on"


def _free_load(world: "World", args: Args) -> Done:
    name = _load(world, args)
    if name not in world.surroundings.set_loads_w:
        raise InputError(f"{name} draws what it usually does")
    world.surroundings.set_load(name, None)
    return "repair", name, "draws what it usually does"


def _load(world: "World", args: Args) -> str:
    names = [load.id for load in world.scenario.loads]
    if args["load"] not in names:
        there = ", ".join(names) or "no loads in this scenario"
        raise InputError(f"no load {args['load']!r}; there are {there}")
    return str(args["load"])


def _set_pv(world: "World", args: Args) -> Done:
    _has_pv(world)
    power_w = _power(args, "power_w")
    world.surroundings.set_pv(power_w)
    return "fault", "PV", f"delivers {POWER.format(power_w, ' ')} from now on"


def _free_pv(world: "World", args: Args) -> Done:
    _has_pv(world)
    if world.surroundings.set_pv_w is None:
        raise InputError("the PV delivers what the sun brings")
    world.surroundings.set_pv(None)
    return "repair", "PV", "delivers what the sun brings"


def _has_pv(world: "World") -> None:
    if not world.surroundings.has_pv:
        raise InputError("the site has no PV")


SITE_FAULTS: dict[str, Callable[["World", Args], Done]] = {
    "set_breaker": _set_breaker,
    "reset_breaker": _reset_breaker,
    "set_load": _set_load,
    "free_load": _free_load,
    "set_pv": _set_pv,
    "free_pv": _free_pv,
}
"""By verb."""
