"""What hinders a promise of energy in this second: what holds now, whatever has been said before.

A promise of the network is kept by four: who leads, the charge point, the link between the two, and
the power that nobody else holds. An operator and the EV itself can hinder it, too. Everything is
read from the world as it is; nothing is concluded from a verb of the script, so a fault that ails
somebody else, or has gone, explains nothing.
"""

from typing import TYPE_CHECKING, Final

from fsm.energy.nested import SITE
from fsm.network.limits import rails_of
from fsm.network.tables import Draft, Tables
from fsm.network.targets import targets_w
from fsm.ocpp.actions import AuthorizationStatus, AvailabilityType, Reason
from fsm.trust.certificates import serial_of
from paxos.sim.host import Status
from scenarios.car import CarProcess

if TYPE_CHECKING:
    from scenarios.promised import Promise
    from scenarios.world import World

OPERATOR: Final = frozenset(
    (Reason.REMOTE, Reason.DE_AUTHORIZED, Reason.SOFT_RESET, Reason.UNLOCK_COMMAND)
)
"""Why a transaction ends that neither its driver nor a fault has ended."""


class Hindrances:
    """One second of a world: what is the same for all promises is found once."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.leader = world.leader()
        self._ails: dict[int, tuple[str, ...]] = {}
        self._holders: tuple[tuple[int, str], ...] | None = None

    def of(self, promise: "Promise") -> list[str]:
        """What hinders a promise now, each in a few words; empty when nothing does."""
        found = [] if self.leader is not None else ["nobody leads"]
        found += self._everywhere()
        for number in self._keepers(promise.number):
            found += [it for it in (*self._out(number), *self._clock(number)) if it not in found]
        if self.leader is not None:
            tables = self.leader.network.state
            found += self._bound(promise, tables)
            found += self._operator(promise, tables)
        return found + self._own(promise)

    def _keepers(self, number: int) -> tuple[int, ...]:
        if self.leader is None or self.leader.number == number:
            return (number,)
        return number, self.leader.number

    def _everywhere(self) -> list[str]:
        """What is wrong with all links: a fault, or a network that is never without loss."""
        weather = self.world.cluster.bus.weather
        if weather.held:
            return ["every link is held"]
        return ["links are lossy or late"] if weather.is_faulty() or any(weather.usual) else []

    # Charge points and links.

    def _out(self, number: int) -> tuple[str, ...]:
        """Why a charge point cannot do, or not in time, what the log says; empty if it can."""
        found = self._ails.get(number)
        if found is None:
            found = self._ails[number] = tuple(self._ailments(number))
        return found

    def _ailments(self, number: int) -> list[str]:
        world, name = self.world, self.world.ids[number]
        host, node = world.cluster.hosts[number], world.node(number)
        if host.status is not Status.ALIVE or node is None:
            return [f"{name} is {host.status.name.lower()}"]
        found = []
        if node.replica.is_cut_off(world.cluster.local_us(number)):
            found.append(f"{name} is cut off")
        if host.slow_us:
            found.append(f"{name} is slow")
        if host.disk.full_at is not None:
            found.append(f"the disk of {name} is full")
        elif host.disk.extra_us:
            found.append(f"the disk of {name} is slow")
        return found + self._link(number)

    def _link(self, number: int) -> list[str]:
        """What is wrong between a charge point and who leads, in either direction."""
        if self.leader is None or self.leader.number == number:
            return []
        bus, there = self.world.cluster.bus, self.leader.number
        ways = ((number, there), (there, number))
        link = f"{self.world.ids[number]} ↔ {self.world.ids[there]}"
        if any(bus.is_cut(*way) for way in ways):
            return [f"{link} is cut"]
        if any(bus.is_held(*way) for way in ways):
            return [f"{link} is held"]
        if any(bus.is_faulty(*way) for way in ways) and not bus.weather.is_faulty():
            return [f"{link} is lossy or late"]
        return []

    def _clock(self, number: int) -> list[str]:
        clock = self.world.cluster.hosts[number].clock
        wrong = clock.drift_ppm or clock.offset_us
        return [f"the clock of {self.world.ids[number]} is wrong"] if wrong else []

    # Power that others hold.

    def _bound(self, promise: "Promise", tables: Tables) -> list[str]:
        """Whose power it would need, and who holds it beyond the plan, and cannot be told.

        Only where there is not enough besides, at a cable that carries both.
        """
        holders = self._beyond_the_plan(tables)
        own = tables.assets.get(self.world.ids[promise.number])
        if own is None or not holders:
            return []
        rails = rails_of(tables)
        free_w = rails.free_w(tuple(tables.assets.values()))
        wants_w = promise.max_w - own.held_w
        scarce = [rail for rail in rails.around(own.cp_id) if free_w[rail] < wants_w]
        return [
            f"{why}, and holds power"
            for number, why in holders
            if number != promise.number
            and any(rail in (SITE, rails.cabinet(self.world.ids[number])) for rail in scarce)
        ]

    def _beyond_the_plan(self, tables: Tables) -> tuple[tuple[int, str], ...]:
        if self._holders is None:
            targets = targets_w(Draft(tables))
            self._holders = tuple(
                (number, why[0])
                for number, name in self.world.ids.items()
                if (asset := tables.assets.get(name)) is not None
                and asset.held_w > targets.get(name, 0)
                and (why := self._out(number))
            )
        return self._holders

    # The operator, and the EV.

    def _operator(self, promise: "Promise", tables: Tables) -> list[str]:
        name, found = self.world.ids[promise.number], []
        condition = tables.conditions.get(name)
        if condition is not None and condition.availability != AvailabilityType.OPERATIVE:
            found.append(f"{name} is stopped")
        if not tables.open_by_tag.get(promise.id_tag):
            mine = promise.transactions(tables)
            if mine and mine[-1].reason in OPERATOR:
                found.append(f"its session was ended ({mine[-1].reason})")
        tag = tables.id_tags.get(promise.id_tag)
        if tag is not None and tag.status != AuthorizationStatus.ACCEPTED:
            found.append(f"the id tag of {promise.ev} is {tag.status.lower()}")
        if tables.revocations and f"{serial_of(promise.ev):x}" in tables.revocations:
            found.append(f"the contract of {promise.ev} is revoked")
        vehicle = self.world.vehicles.get(promise.ev)
        if vehicle is not None and vehicle.payment == "contract" and vehicle.contract != "valid":
            found.append(f"the contract of {promise.ev} is {vehicle.contract}")
        return found

    def _own(self, promise: "Promise") -> list[str]:
        """What is with the cable, the EV, and the limit that an operator has set."""
        world, found = self.world, []
        connector, node = world.connectors[promise.number], world.node(promise.number)
        name = world.ids[promise.number]
        if node is not None:
            profile_w = node.controller.profile_w
            if profile_w is not None and profile_w < promise.max_w:
                found.append(f"a charging profile limits {name}")
        if connector.contactor_stuck:
            found.append(f"the contactor of {name} sticks")
        if connector.ev is not None:
            process = world.cluster.hosts[connector.endpoint].process
            if isinstance(process, CarProcess) and process.mute:
                found.append(f"{promise.ev} does not answer")
            if connector.ev.ignores_limit:
                found.append(f"{promise.ev} ignores its limit")
        return found
