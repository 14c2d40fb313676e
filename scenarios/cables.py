"""The cable between a charge point and an EV: plug, contactor, pilot, and what goes through it."""

from typing import TYPE_CHECKING

from fsm import effects as fx
from paxos.sim.host import Kind
from scenarios.building import FIRST_CAR
from scenarios.connector import Car

if TYPE_CHECKING:
    from scenarios.world import World


def plug(world: "World", car: Car, number: int) -> None:
    """Put an EV's plug into a charge point."""
    connector = world.connectors[number]
    connector.ev, connector.endpoint = car.ev, car.endpoint
    car.connector = connector
    car.visits.append((world.now_us, number))
    v2g_us = world.scenario.network.v2g_latency_us
    for source, target in ((number, car.endpoint), (car.endpoint, number)):
        if (source, target) not in world.cluster.bus.links:
            world.cluster.bus.connect(source, target, v2g_us, 0.2)
        world.cluster.bus.link(source, target).cut = False
    world.cluster.execute(world.cluster.hosts[car.endpoint], car.ev.plug_in(world.now_us))
    connector.settle(world.now_us)


def unplug(world: "World", car: Car) -> None:
    """Pull an EV's plug, also under load."""
    connector = car.connector
    assert connector is not None  # noqa: S101 - inputs checked it
    connector.settle(world.now_us)
    world.cluster.execute(world.cluster.hosts[car.endpoint], car.ev.unplug(world.now_us))
    number = connector.node
    for source, target in ((number, car.endpoint), (car.endpoint, number)):
        world.cluster.bus.link(source, target).cut = True
    connector.ev, connector.endpoint = None, 0
    car.connector = None
    car.left_us.append(world.now_us)
    connector.settle(world.now_us)


def lose_power(world: "World", number: int) -> None:
    """What a charge point's crash does to its cable: contactor open, pilot dead."""
    contactor(world, number, fx.Contactor(closed=False))
    pilot_duty(world, number, fx.PilotDuty(state_ok=False, duty_permille=0))


def peer(world: "World", number: int) -> int:
    """The endpoint at the other end of the cable, 0 for none."""
    if number < FIRST_CAR:
        return world.connectors[number].endpoint
    connector = world.by_endpoint[number].connector
    return connector.node if connector is not None else 0


def contactor(world: "World", number: int, effect: fx.Contactor) -> None:
    """Open or close a charge point's contactor."""
    connector = world.connectors[number]
    connector.settle(world.now_us)
    connector.contactor_closed = effect.closed
    connector.settle(world.now_us)


def pilot_duty(world: "World", number: int, effect: fx.PilotDuty) -> None:
    """What a charge point says on the pilot, to the EV at its cable."""
    endpoint = world.connectors[number].endpoint
    if endpoint:
        signal = (effect.state_ok, effect.duty_permille)
        world.cluster.kernel.push(world.now_us, Kind.SIGNAL, endpoint, number, signal)


def pilot_state(world: "World", number: int, effect: fx.PilotState) -> None:
    """What an EV says on the pilot, to its charge point."""
    other = peer(world, number)
    if other:
        world.cluster.kernel.push(world.now_us, Kind.SIGNAL, other, number, effect.state)
