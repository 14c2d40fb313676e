"""What a world is built of: the process of a charge point, and an EV."""

from typing import TYPE_CHECKING

from fsm.energy.battery import Battery
from fsm.energy.meter import Meter
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.ev import ElectricVehicle
from paxos.membership import goal_of, place_of
from paxos.records import Recovered
from paxos.replica import Replica
from scenarios import trust
from scenarios.car import CarProcess
from scenarios.connector import Car, Connector, Hardware
from scenarios.guard import Guard
from scenarios.money import told_tariff
from scenarios.node import Node
from scenarios.schema import Vehicle
from scenarios.supplied import terms_of

if TYPE_CHECKING:
    from scenarios.world import World

FIRST_CAR = 10_001
"""The endpoint of the first EV; charge points have the numbers below."""


def build_node(world: "World", node: int, recovered: Recovered, now_us: int) -> Node:
    """The process of a charge point, from what its disk says."""
    number = place_of(node)
    asset = world.scenario.cps[number - 1]
    connector = world.connectors[number]
    wiring = Hardware(connector, world.cluster.kernel, world.cluster.hosts[number].clock)
    controller = ChargePoint(
        id=asset.id,
        rated_w=asset.rated_w,
        current=asset.current,
        meter=connector.meter,
        meter_interval_us=world.scenario.meter_interval_us,
        clock=wiring.clock,
        tariff=told_tariff(world.scenario, number),
        trust=trust.secc_trust(world.scenario, world.seed, asset.id, world.root),
    )
    controller.terms = terms_of(world.scenario, number)
    controller.contactor_stuck = connector.contactor_stuck
    controller.station.place = asset.at
    machine = world.machine()
    membership = world.config.membership
    shares = world.sharing.includes(node, membership.voters)
    transitions = world.transitions if shares else None
    replica = Replica(node, world.config, machine, recovered, now_us, transitions)
    goal = goal_of(node, membership, world.cluster.identities)
    monitored = world.scenario.monitor
    return Node(asset.id, replica, controller, wiring, goal, monitored=monitored)


def build_connector(world: "World", number: int) -> Connector:
    """A charge point's hardware; with a guard where grants end."""
    cp = world.scenario.cps[number - 1]
    meter = Meter(key=trust.meter_key(world.seed, cp.id))
    connector = Connector(number, world.grid.rail(cp.cabinet), meter)
    if world.scenario.grant_us:
        connector.guard = Guard(world.cluster.hosts[number].clock)
    return connector


def build_car(world: "World", vehicle: Vehicle) -> Car:
    """One more EV and its computer, which joins the cluster."""
    ev = ElectricVehicle(
        id=vehicle.id,
        id_tag=vehicle.id_tag or vehicle.id,
        battery=Battery.at_soc(vehicle.battery_wh, vehicle.soc_ppm),
        target_ppm=vehicle.target_ppm,
        max_w=vehicle.max_w,
        current=vehicle.current,
        smart=vehicle.smart,
        contract=trust.contract(world.scenario, world.seed, vehicle),
    )
    ev.status_period_us = world.scenario.tick_us
    car = Car(FIRST_CAR + len(world.cars), ev, initial_uj=ev.battery.energy_uj)
    world.cluster.join(car.endpoint, CarProcess(ev))
    return car
