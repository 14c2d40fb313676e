"""Drivers who said when they leave: they come then, pull the plug, and are gone."""

from typing import TYPE_CHECKING

from paxos.sim.kernel import Event
from scenarios.connector import Car
from scenarios.happenings import Happening

if TYPE_CHECKING:
    from scenarios.world import World


def expect(world: "World", car: Car, departure_us: int) -> None:
    """The driver wants to leave then; what was said before counts no more."""
    car.ev.departure_us = departure_us
    world.cluster.kernel.push(max(departure_us, world.now_us), Happening.LEAVE, 0, 0, car.ev.id)


def happen(world: "World", event: Event) -> None:
    """Somebody leaves, if it is still then that he wants to."""
    car = world.cars[event[5]]
    if car.connector is None or car.ev.departure_us != event[0]:
        return
    cp_id = world.ids[car.connector.node]
    world.unplug(car)
    world.note("charging", car.ev.id, f"leaves {cp_id}")
