"""Why an EV draws what it draws: from its battery over cable and contactor to the log."""

from typing import TYPE_CHECKING

from fsm.network.records import Condition
from fsm.v2g.cp_table import CpState
from fsm.v2g.ev import ElectricVehicle
from fsm.v2g.evcc import Intent
from paxos.sim.host import Status
from scenarios.car import CarProcess
from scenarios.connector import Car, Connector
from scenarios.errors import InputError
from scenarios.node import Node
from scenarios.why.facts import Facts, at, capital, kw
from scenarios.why.limit import Limit
from scenarios.why.view import Sentence

if TYPE_CHECKING:
    from scenarios.world import World


def why_power(world: "World", ev: str) -> list[Sentence]:
    """Why an EV draws so much now.

    Raises:
        scenarios.errors.InputError: there is no such EV.
    """
    car = world.cars.get(ev)
    if car is None:
        there = ", ".join(world.cars) or "none in this scenario"
        raise InputError(f"no EV {ev!r}; there are {there}")
    if car.connector is None:
        return _away(world, car)
    return _Draw(world, car, car.connector).sentences()


def _away(world: "World", car: Car) -> list[Sentence]:
    text = f"{car.ev.id} draws nothing: it is not plugged in"
    if not car.visits:
        return [Sentence(f"{text}, and never was")]
    at_us, number = car.visits[-1]
    return [Sentence(text), Sentence(f"It was at {world.ids[number]} last, and came then", at_us)]


class _Draw:
    """An EV at a charge point. Power in W."""

    def __init__(self, world: "World", car: Car, connector: Connector) -> None:
        self.world, self.facts = world, Facts(world)
        self.ev: ElectricVehicle = car.ev
        self.car, self.connector = car, connector
        self.number = connector.node
        self.cp_id = world.ids[self.number]
        self.node: Node | None = world.node(self.number)

    def sentences(self) -> list[Sentence]:
        """From what flows to what allows it."""
        ev, power_w = self.ev, self.connector.power_w
        if power_w:
            first = Sentence(f"{ev.id} draws {kw(power_w)} at {self.cp_id}")
            return [first, *self._bound(power_w)]
        first = Sentence(f"{ev.id} is at {self.cp_id} and draws nothing")
        return [first, *(self._stopped() or self._unready())]

    # Power flows.

    def _bound(self, power_w: int) -> list[Sentence]:
        """The battery, the EV's own profile, or what it was told."""
        ev = self.ev
        takes_w = ev.battery.max_power_w(ev.max_w, ev.current)
        if ev.ignores_limit:
            at_us = self.facts.fault_of(ev.id)
            return [Sentence("It ignores its limit, and draws all that its battery takes", at_us)]
        if takes_w <= ev.limit_w and power_w == takes_w:
            return [self._own(takes_w), *self._allowed()]
        profile_w = ev.profile_w() if ev.profile else None
        told = f"{self.cp_id} told it {kw(ev.limit_w)} at the most"
        if profile_w is not None and profile_w < ev.limit_w:
            text = f"Its own charging profile binds: it chose {kw(profile_w)} for now"
            return [Sentence(f"{text} out of the schedule it was offered; {told}"), *self._limit()]
        return [
            Sentence(f"Its limit binds: {told}, and it could take {kw(takes_w)}"),
            *self._limit(),
        ]

    def _own(self, takes_w: int) -> Sentence:
        ev = self.ev
        if takes_w >= ev.max_w:
            return Sentence(f"Its own power binds: it takes {kw(ev.max_w)} at the most")
        soc = ev.battery.soc_ppm / 10_000
        text = f"Its battery binds: at {soc:.1f} % it takes {kw(takes_w)} of its {kw(ev.max_w)}"
        return Sentence(f"{text} only")

    def _allowed(self) -> list[Sentence]:
        """It may have more than it takes; said in short."""
        limit = self.ev.limit_w
        order = self.world.orders.limit(self.cp_id)
        allowed = at(f"{self.cp_id} allows it {kw(limit)}, which does not bind", order)
        return [allowed, *Limit(self.world, self.number).refused()]

    # What the charge point allows.

    def _limit(self) -> list[Sentence]:
        """Which of the charge point's limits is the lowest: network, profiles, grant, rating."""
        node = self.node
        if node is None:
            return []
        controller, found = node.controller, [*map(capital, self.facts.ails(self.number))]
        if self.ev.limit_w > controller.limit_w and self.connector.power_w > controller.limit_w:
            text = f"{self.cp_id} allows {kw(controller.limit_w)} by now; the EV follows with its "
            found.append(Sentence(f"{text}next status"))
        terms, network_w = controller.terms, controller.network_w
        profile_w = controller.profile_w
        lowest = network_w if profile_w is None else min(network_w, profile_w)
        if terms.grant_us and controller.curbed and terms.fallback_w < lowest:
            return [*found, *self._curbed(network_w)]
        if profile_w is not None and profile_w < network_w:
            order = self.world.orders.of("charging_profiles", self.cp_id)
            text = f"The operator's charging profile binds: it allows {kw(profile_w)} now"
            text += f", where the network would allow {kw(network_w)}"
            return [*found, at(text, order)]
        return [*found, *Limit(self.world, self.number).sentences()]

    def _curbed(self, network_w: int) -> list[Sentence]:
        """Its grant has ended on its own clock."""
        node, terms = self.node, (self.node.controller.terms if self.node else None)
        if node is None or terms is None:
            return []
        renewed_us = node.controller.renewed_us
        fallback = kw(terms.fallback_w)
        if renewed_us is None:
            text = f"{self.cp_id} has no grant yet: none of its calls was answered since it started"
            return [Sentence(f"{text}, so it keeps to its fallback share of {fallback}")]
        silent_s = (self.world.cluster.local_us(self.number) - renewed_us) / 1e6
        text = (
            f"Its grant has ended: no call of {self.cp_id} made in the last {silent_s:.0f} s was "
            f"answered, so it keeps to its fallback share of {fallback}; the last limit that it "
            f"knows is {kw(network_w)}"
        )
        leader = self.world.leader()
        partner = None if leader is None else leader.number
        holds = self.facts.holds(self.number, partner)
        row = self.facts.latest(self.cp_id, "grant")
        at_us = None if row is None else row.time_us
        return [Sentence(text, at_us), *map(capital, holds), *self._cut_off()]

    def _cut_off(self) -> list[Sentence]:
        node = self.node
        if node is None or not node.replica.is_cut_off(self.world.cluster.local_us(self.number)):
            return []
        return [Sentence(f"{self.cp_id} hears nobody who leads, and decides nothing alone")]

    # Nothing flows.

    def _stopped(self) -> list[Sentence]:
        """Somebody or something ended it: the EV is full, its driver, the operator, a fault."""
        ev, facts = self.ev, self.facts
        process = self.world.cluster.hosts[self.car.endpoint].process
        status = self.world.cluster.hosts[self.number].status
        if status is Status.CRASHED:
            text = "without its computer the contactor is open"
            return [*map(capital, facts.ails(self.number)), Sentence(f"So nothing flows: {text}")]
        if isinstance(process, CarProcess) and process.mute:
            return [
                Sentence(f"The computer of {ev.id} hangs, and says nothing", self._fault_of_ev())
            ]
        if ev.target_reached:
            soc, target = ev.battery.soc_ppm / 10_000, ev.target_ppm / 10_000
            return [Sentence(f"It is as full as its driver wants: {soc:.1f} % of {target:g} %")]
        refused = next((r for r in reversed(self.world.trust.refusals) if r.ev == ev.id), None)
        if (
            refused is not None
            and self.node is not None
            and not self.node.controller.transaction_id
        ):
            text = f"{refused.cp} refused {refused.who}: {refused.code}"
            return [Sentence(text, refused.time_us)]
        stop = self._operator()
        if stop:
            return stop
        if ev.intent is not Intent.CHARGE:
            row = facts.latest(ev.id, "the driver")
            words = "the driver has ended the charging" if row is None else row.text
            return [capital(Sentence(words, None if row is None else row.time_us))]
        return []

    def _fault_of_ev(self) -> int | None:
        return self.facts.fault_of(self.ev.id)

    def _operator(self) -> list[Sentence]:
        """The operator has taken the charge point out of service."""
        limit = Limit(self.world, self.number)
        condition = limit.tables.conditions.get(self.cp_id) or Condition(self.cp_id)
        if condition.availability == "Operative":
            return []
        order = self.world.orders.of("conditions", self.cp_id)
        return [at(f"The operator has stopped {self.cp_id}", order)]

    def _unready(self) -> list[Sentence]:
        """No power yet, or none for now."""
        node, facts = self.node, self.facts
        ails = [capital(each) for each in facts.ails(self.number)]
        if node is None:
            return ails
        controller, state = node.controller, node.controller.state
        if controller.contactor_stuck or controller.defective:
            return [Sentence(f"The contactor of {self.cp_id} does not close", self._fault_of_cp())]
        if state is CpState.FAILURE:
            text = f"The session has failed at {self.cp_id}"
            why = f": {self.ev.why}" if self.ev.why else ""
            return [Sentence(f"{text}{why}; it offers another soon", self._fault_of_cp()), *ails]
        waits = state in (CpState.ENERGY_NEGOTIATION, CpState.CHARGING)
        if waits and controller.transaction_id is not None and not controller.limit_w:
            return [Sentence("It waits for power: its limit is 0"), *ails, *self._limit()]
        if self.connector.contactor_closed and self.ev.power_on:
            return [*self._too_little(), *ails, *self._limit()]
        ours, theirs = (str(it.value).replace("_", " ") for it in (state, self.ev.state))
        text = f"The session is not there yet: {self.cp_id} is at {ours}, {self.ev.id} at {theirs}"
        return [*ails, Sentence(text), *self._log_waits(node)]

    def _too_little(self) -> list[Sentence]:
        """The contactor is closed, and what the EV may take is too little to charge with."""
        ev = self.ev
        profile_w = ev.profile_w() if ev.profile else ev.limit_w
        if profile_w < ev.limit_w:
            text = "Its own charging profile binds: out of the schedule that it was offered it "
            return [Sentence(f"{text}chose {kw(profile_w)} for now")]
        return [Sentence(f"Its limit of {kw(ev.limit_w)} is too little to charge with")]

    def _fault_of_cp(self) -> int | None:
        return self.facts.fault_of(self.cp_id)

    def _log_waits(self, node: Node) -> list[Sentence]:
        """A session waits for answers out of the log."""
        if not node.calls.pending:
            return []
        count = node.calls.pending
        calls = "call waits" if count == 1 else "calls wait"
        found = [Sentence(f"{count} OCPP {calls} for the log: without it nobody may charge")]
        return [*found, *self._cut_off(), *map(capital, self.facts.no_quorum())]
