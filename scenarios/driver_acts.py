"""What a driver can do by the verbs of a script, and why not now.

Inputs use the same checks, so that what is said beforehand is what is said afterwards.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fsm.v2g.evcc import Intent
from scenarios.car import CarProcess
from scenarios.connector import Car, Connector
from scenarios.errors import InputError

if TYPE_CHECKING:
    from scenarios.world import World


def plugged(world: "World", car: Car) -> Connector:
    """The connector that an EV is plugged in to.

    Raises:
        InputError: it is at none.
    """
    if car.connector is None:
        raise InputError(f"{car.ev.id} is not plugged in")
    return car.connector


def unplugged(world: "World", car: Car) -> None:
    """Nothing.

    Raises:
        InputError: the EV is plugged in somewhere.
    """
    if car.connector is not None:
        raise InputError(f"{car.ev.id} is plugged in at {world.ids[car.connector.node]} already")


def hears(world: "World", car: Car) -> None:
    """Nothing.

    Raises:
        InputError: the EV is not plugged in, or its computer hangs and hears no driver.
    """
    plugged(world, car)
    process = world.cluster.hosts[car.endpoint].process
    if isinstance(process, CarProcess) and process.mute:
        raise InputError(f"{car.ev.id} hangs, and does not hear its driver")


def holds(world: "World", car: Car) -> None:
    """Nothing.

    Raises:
        InputError: the driver holds no reservation.
    """
    world.drivers.held(car.ev.id)


def _charges(world: "World", car: Car) -> None:
    hears(world, car)
    if car.ev.intent is not Intent.CHARGE:
        raise InputError(f"{car.ev.id} does not charge, and does nothing then")


def _rests(world: "World", car: Car) -> None:
    hears(world, car)
    if car.ev.intent is not Intent.REST or car.ev.awaiting is not None:
        raise InputError(f"{car.ev.id} charges, or still ends it, and does nothing then")


def _card(world: "World", car: Car) -> None:
    if car.ev.contract is not None:
        raise InputError(f"{car.ev.id} pays by its contract, and has no card")


def _always(world: "World", car: Car) -> None:
    """Nothing stands in the way."""


ACTS: Final[dict[str, Callable[["World", Car], object]]] = {
    "reserve": _always,
    "change_reservation": holds,
    "cancel_reservation": holds,
    "plug_in": unplugged,
    "change_departure": _always,
    "pause_charging": _charges,
    "resume_charging": _rests,
    "stop_charging": _charges,
    "unplug": plugged,
    "report_stolen": _card,
}
"""The verbs of a driver, in the order in which he may need them.

An EV that is to do what it does already is no error of an input, and nothing comes of it: here it
is a reason against it all the same.
"""


def objection(world: "World", car: Car, verb: str) -> str:
    """Why a driver cannot do this now, in words; empty if he can."""
    try:
        ACTS[verb](world, car)
    except InputError as error:
        return str(error)
    return ""
