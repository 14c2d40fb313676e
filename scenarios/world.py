"""The world: charge points on a bus, EVs at their cables, a script, and physics.

It puts the two halves together. :mod:`paxos.sim.cluster` hosts the nodes and carries the protocol's
effects out; the world carries out charging's, moves energy, and is the only door for inputs.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import frozen

from fsm import effects as fx
from fsm.energy.battery import Battery
from fsm.energy.meter import Meter
from fsm.network.state import NetworkState
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.ev import ElectricVehicle
from paxos.check.invariants import Invariants
from paxos.check.violation import InvariantViolation
from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Installed,
    LeaseLapsed,
    Regrouped,
    RoleChanged,
    Withheld,
)
from paxos.group import Group
from paxos.membership import PLACES, goal_of, label, place_of
from paxos.records import Recovered, recover
from paxos.replica import Replica
from paxos.sim.cluster import Cluster
from paxos.sim.host import Crashed, Kind, Status
from paxos.sim.kernel import Event
from paxos.transitions import Transitions
from paxos.wire import seal
from scenarios import inputs, resets, trust
from scenarios.audit import Audit
from scenarios.car import CarProcess
from scenarios.connector import Car, Connector, Hardware
from scenarios.desk import Told
from scenarios.drivers import DRIVER, Drivers
from scenarios.event_log import EventLog
from scenarios.grid import grid_of
from scenarios.guard import Guard
from scenarios.guards import WATCHDOG, Guards
from scenarios.journal import Input
from scenarios.money import opening_records, told_tariff
from scenarios.node import Node, SendOcpp
from scenarios.obeying import Obeying
from scenarios.powering import Powering
from scenarios.promises import Promises
from scenarios.readers import Readers
from scenarios.resets import RESET
from scenarios.schema import Scenario
from scenarios.settings import replica_config
from scenarios.supplied import power_records, site_w, terms_of
from scenarios.surroundings import Surroundings
from scenarios.trust import Trust
from scenarios.view import EventRow
from scenarios.watching import Boards, SendBeat

SCRIPT = 20
"""Event kind: the next line of the script."""
TICK = 21
"""Event kind: a second has passed."""

SECOND_US = 1_000_000
FIRST_CAR = 10_001
HISTORY_S = 120


@frozen
class Remains:
    """What is left of a crashed charge point, for people to look at: no part of the run."""

    disk: Recovered
    network: NetworkState
    """The network's state as its process knew it last."""


class World:
    """Everything in a run. A function of the scenario, the seed and the inputs.

    With ``share`` replicas whose states are equal share them, which changes nothing that happens;
    without, each computes its own, and comparing them says that they are equal indeed.
    """

    def __init__(
        self, scenario: Scenario, seed: int, *, check: bool = True, share: bool = True
    ) -> None:
        self.scenario = scenario
        self.transitions = Transitions() if share else None
        self.seed = seed
        self.root = trust.trust_anchor(scenario, seed)
        self.genesis = (
            *trust.genesis(scenario),
            *opening_records(scenario),
            *power_records(scenario),
        )
        self.beginning = NetworkState(site_w(scenario), self.genesis).state
        self.audit = Audit(self.beginning) if check else None
        self.ids = {number: cp.id for number, cp in enumerate(scenario.cps, 1)}
        self.nodes = {cp_id: number for number, cp_id in self.ids.items()}
        self.config = replica_config(scenario, tuple(self.ids))
        self.invariants = Invariants(self.config, dict(self.ids)) if check else None
        self.cluster = Cluster(
            outside=self,
            nodes=tuple(self.ids),
            seed=seed,
            latency_us=scenario.network.latency_us,
            tail=scenario.network.tail,
            fsync_us=scenario.paxos.fsync_us,
            observer=self.invariants,
        )
        self.grid = grid_of(scenario)
        self.connectors = {number: self._add_connector(number) for number in self.ids}
        self.cars = {ev.id: self._add_car(i) for i, ev in enumerate(scenario.evs)}
        self._by_endpoint = {car.endpoint: car for car in self.cars.values()}
        self.remains: dict[int, Remains] = {}
        """Crashed charge points, and what they left."""
        self.readers = Readers(self)
        self.boards = Boards(self)
        self.drivers = Drivers(self)
        self.promises = Promises(self)
        self.trust = Trust(self, check=check)
        self.obeying = Obeying(self)
        self.powering = Powering(self, check=check)
        self.surroundings = Surroundings(self)
        self.guards = Guards(self)
        self.journal: list[Input] = []
        self.log = EventLog()
        self.violation: InvariantViolation | None = None
        self._version = 1
        self.power_history_w: list[int] = []
        self._set_rates()
        for at_index, line in enumerate(scenario.script):
            self.cluster.kernel.push(line.t_us, SCRIPT, 0, 0, at_index)
        self.cluster.kernel.push(SECOND_US, TICK, 0)
        for number in self.ids:
            if number in self.config.membership.everyone:
                self.cluster.start(number)
            else:
                self.remains[number] = self._blank()

    def _add_connector(self, number: int) -> Connector:
        cp = self.scenario.cps[number - 1]
        meter = Meter(key=trust.meter_key(self.seed, cp.id))
        connector = Connector(number, self.grid.rail(cp.cabinet), meter)
        if self.scenario.site.grant_us:
            connector.guard = Guard(self.cluster.hosts[number].clock)
        return connector

    def _add_car(self, index: int) -> Car:
        vehicle = self.scenario.evs[index]
        ev = ElectricVehicle(
            id=vehicle.id,
            id_tag=vehicle.id_tag or vehicle.id,
            battery=Battery.at_soc(vehicle.battery_wh, vehicle.soc_ppm),
            target_ppm=vehicle.target_ppm,
            max_w=vehicle.max_w,
            current=vehicle.current,
            smart=vehicle.smart,
            contract=trust.contract(self.scenario, self.seed, vehicle),
        )
        car = Car(FIRST_CAR + index, ev, initial_uj=ev.battery.energy_uj)
        self.cluster.join(car.endpoint, CarProcess(ev))
        return car

    def _set_rates(self) -> None:
        network = self.scenario.network
        usual = (network.loss_ppm, network.duplicate_ppm, network.reorder_ppm, network.corrupt_ppm)
        self.cluster.bus.settle(usual)

    # Time.

    @property
    def now_us(self) -> int:
        """Virtual time."""
        return self.cluster.now_us

    def step(self, until_us: int | None = None) -> Event | None:
        """Let one event happen, no later than ``until_us``; None when there is none.

        After a violated invariant nothing happens any more: ``violation`` says why.
        """
        if self.violation is not None:
            return None
        try:
            event = self.cluster.step(until_us)
            if event is not None and self.invariants is not None:
                self.promises.check(event[3])
                self.obeying.check(event[3])
        except InvariantViolation as violation:
            self._stop(violation)
            return None
        if event is not None and FIRST_CAR <= event[3] < PLACES:
            connector = self._by_endpoint[event[3]].connector
            if connector is not None:
                connector.settle(event[0])
        self._check_power()
        if self.trust.violation is not None and self.violation is None:
            self._stop(self.trust.violation)
        return event

    def _check_power(self) -> None:
        """P1, after every event; and tell of the guards that have tripped in it."""
        self.guards.tell()
        if self.invariants is not None:
            self.invariants.checks += 1
        try:
            self.powering.flows()
        except InvariantViolation as violation:
            self._stop(violation)

    def _stop(self, violation: InvariantViolation) -> None:
        self.violation = violation
        self.note("violation", "invariants", str(violation))

    def advance(self, time_us: int) -> None:
        """Move the clock to a time before the next event."""
        self.cluster.kernel.advance(time_us)

    # Inputs.

    def act(self, verb: str, args: dict[str, object]) -> str:
        """Do something to the world now, and write it into the journal.

        Returns:
            A sentence that says what was done.

        Raises:
            scenarios.errors.InputError: it is not possible now; nothing was changed.
        """
        try:
            severity, subject, text = inputs.perform(self, verb, args)
        except InvariantViolation as violation:
            self._stop(violation)
            return str(violation)
        events = self.cluster.trace.events
        self.promises.disturb(verb, args)
        self.journal.append(Input(self.now_us, events, verb, dict(args)))
        self.cluster.trace.mark(self.journal[-1].line())
        self.note(severity, subject, text)
        return text

    def note(self, severity: str, subject: str, text: str) -> None:
        """Write a line into the event log."""
        self.log.add(EventRow(self.now_us, severity, subject, text))

    def crash(self, number: int) -> int:
        """Kill a charge point's process; returns how many rows its disk lost."""
        return self.cluster.crash(number)

    def restart(self, number: int) -> bool:
        """Start a crashed charge point from its disk; whether that held a torn row."""
        del self.remains[number]
        return self.cluster.start(number)

    def wipe(self, number: int) -> None:
        """Take a crashed charge point's disk away."""
        self.cluster.wipe(number)
        self.remains[number] = self._blank()

    def _blank(self) -> Remains:
        return Remains(Recovered(), self.machine())

    # What people ask.

    def node(self, number: int) -> Node | None:
        """The process of a charge point, if it has not crashed."""
        process = self.cluster.hosts[number].process
        return process if isinstance(process, Node) else None

    def leader(self) -> Node | None:
        """The leader that runs and has the highest ballot."""
        return self._leads(Status.ALIVE)

    def paused_leader(self) -> Node | None:
        """The paused leader with the highest ballot: it has not heard yet who leads now."""
        return self._leads(Status.PAUSED)

    def _leads(self, status: Status) -> Node | None:
        found: Node | None = None
        for number in self.ids:
            node = self.node(number)
            if node is None or self.cluster.hosts[number].status is not status:
                continue
            if node.replica.role.name == "LEADER" and (
                found is None or node.replica.proposer.ballot > found.replica.proposer.ballot
            ):
                found = node
        return found

    def group(self) -> Group:
        """Who votes and who learns, as whoever has applied most knows it."""
        nodes = [node for number in self.ids if (node := self.node(number)) is not None]
        newest = max(nodes, key=lambda node: node.replica.commit_slot, default=None)
        if newest is None:
            return Group(self.config.membership, self.config.window, self.config.max_voters)
        return newest.replica.group

    def name(self, endpoint: int) -> str:
        """What people call an endpoint: a charge point's or an EV's id."""
        car = self._by_endpoint.get(endpoint)
        return label(endpoint, self.ids) if car is None else car.ev.id

    @property
    def power_w(self) -> int:
        """What all connectors draw together."""
        return self.grid.site.power_w

    @property
    def peak_w(self) -> int:
        """The most that all connectors drew together at an instant."""
        return self.grid.site.peak_w

    def covered(self) -> dict[str, int]:
        """How often each feature happened: of consensus, of the laboratory, and of grants."""
        return {**self.cluster.covered(), **self.powering.counts}

    # The cluster's outside.

    def machine(self) -> NetworkState:
        """The network's state before the first command."""
        network = NetworkState(self.beginning.capacity_w)
        network.state = self.beginning
        return network

    def build(self, node: int, recovered: Recovered, now_us: int) -> Node:
        """The process of a charge point, from what its disk says."""
        number = place_of(node)
        asset = self.scenario.cps[number - 1]
        connector = self.connectors[number]
        wiring = Hardware(connector, self.cluster.kernel, self.cluster.hosts[number].clock)
        controller = ChargePoint(
            id=asset.id,
            rated_w=asset.rated_w,
            current=asset.current,
            meter=connector.meter,
            meter_interval_us=self.scenario.meter_interval_us,
            clock=wiring.clock,
            tariff=told_tariff(self.scenario, number),
            trust=trust.secc_trust(self.scenario, self.seed, asset.id, self.root),
        )
        controller.terms = terms_of(self.scenario, number)
        controller.contactor_stuck = connector.contactor_stuck
        controller.station.place = asset.at
        machine = self.machine()
        replica = Replica(node, self.config, machine, recovered, now_us, self.transitions)
        goal = goal_of(node, self.config.membership, self.cluster.identities)
        monitored = self.scenario.monitor
        return Node(asset.id, replica, controller, wiring, goal, monitored=monitored)

    def happen(self, event: Event) -> None:
        """A line of the script, or a second that passed."""
        if event[2] == TICK:
            self._tick(event[0])
        elif event[2] == WATCHDOG:
            self.guards.happen(event[3])
        elif event[2] == RESET:
            resets.happen(self, event)
        elif event[2] == DRIVER:
            self.drivers.happen(event)
        else:
            line = self.scenario.script[event[5]]
            inputs.follow_script(self, line)

    def _tick(self, now_us: int) -> None:
        for connector in self.connectors.values():
            if connector.power_w and connector.ev is not None:
                connector.settle(now_us)
                host = self.cluster.hosts[connector.endpoint]
                assert isinstance(host.process, CarProcess)  # noqa: S101 - cars have no other
                self.cluster.execute(host, host.process.on_tick(now_us))
                connector.settle(now_us)
        self.boards.tick(now_us)
        if self.surroundings.exist:
            self.surroundings.change()
        self.trust.order_book.tick()
        self.power_history_w.append(self.power_w)
        del self.power_history_w[:-HISTORY_S]
        self.cluster.kernel.push(now_us + SECOND_US, TICK, 0)

    def perform(self, number: int, effect: Any) -> None:
        """Carry out what a charge point or an EV asks for."""
        self._PERFORM[type(effect)](self, number, effect)

    def _send_ocpp(self, number: int, effect: SendOcpp | SendBeat) -> None:
        self.cluster.bus.send(Kind.OCPP, number, effect.to, effect.frame)

    def _told(self, number: int, effect: Told) -> None:
        self.drivers.told(number, effect)

    def _send_v2g(self, number: int, effect: fx.SendV2g) -> None:
        peer = self._peer(number)
        if peer:
            self.cluster.bus.send(Kind.V2G, number, peer, seal(effect.body))

    def _peer(self, number: int) -> int:
        """The endpoint at the other end of the cable, 0 for none."""
        if number < FIRST_CAR:
            return self.connectors[number].endpoint
        connector = self._by_endpoint[number].connector
        return connector.node if connector is not None else 0

    def _set_timer(self, number: int, effect: fx.SetTimer) -> None:
        self.cluster.set_timer(self.cluster.hosts[number], effect.name, effect.delay_us)

    def _cancel_timer(self, number: int, effect: fx.CancelTimer) -> None:
        self.cluster.hosts[number].timers.pop(effect.name, None)

    def _contactor(self, number: int, effect: fx.Contactor) -> None:
        connector = self.connectors[number]
        connector.settle(self.now_us)
        connector.contactor_closed = effect.closed
        connector.settle(self.now_us)

    def _pilot_duty(self, number: int, effect: fx.PilotDuty) -> None:
        endpoint = self.connectors[number].endpoint
        if endpoint:
            signal = (effect.state_ok, effect.duty_permille)
            self.cluster.kernel.push(self.now_us, Kind.SIGNAL, endpoint, number, signal)

    def _pilot_state(self, number: int, effect: fx.PilotState) -> None:
        peer = self._peer(number)
        if peer:
            self.cluster.kernel.push(self.now_us, Kind.SIGNAL, peer, number, effect.state)

    def _notice(self, number: int, effect: fx.Notice) -> None:
        self.note(effect.severity, self.name(number), effect.text)

    def _refused(self, number: int, effect: fx.Refused) -> None:
        self.trust.refused(number, effect)

    def _crashed(self, number: int, effect: Crashed) -> None:
        node = effect.process
        assert isinstance(node, Node)  # noqa: S101 - an EV's computer does not crash
        self.lose_power(number)
        disk = recover(self.cluster.hosts[number].disk.rows())
        self.remains[number] = Remains(disk, node.network)
        if effect.after_write:
            text = "crashed when its disk had written, before anything was sent"
            self.note("fault", self.ids[number], text)

    def _applied(self, number: int, effect: Applied | AppliedRun) -> None:
        """The node itself has passed the result on; here the log's hearers are told."""
        node = self.cluster.hosts[number].process
        assert isinstance(node, Node)  # noqa: S101 - no EV applies anything
        self.trust.choir.hear(effect, node.network)
        if self.audit is not None:
            self.audit.check(node.network.state)
        self.powering.applied(node.network.state)

    def _installed(self, number: int, effect: Installed) -> None:
        self.note("consensus", self.ids[number], f"installed a snapshot of slot {effect.slot}")

    def _regrouped(self, number: int, effect: Regrouped) -> None:
        """Who decides from now on; said once, when the first charge point gets there."""
        if effect.version <= self._version:
            return
        self._version = effect.version
        was, now = effect.before, effect.membership
        self._say(now.learners, was.everyone, "learns from slot", effect.from_slot)
        self._say(now.voters, was.voters, "votes from slot", effect.from_slot)
        stay = [n for n in now.learners if n in was.voters]
        self._say(stay, (), "votes no more from slot", effect.from_slot)
        gone = [n for n in was.everyone if n not in now.everyone]
        self._say(gone, (), "has left the group from slot", effect.from_slot)

    def _say(self, nodes: Sequence[int], old: Sequence[int], words: str, slot: int) -> None:
        for node in nodes:
            if node not in old:
                self.note("consensus", label(node, self.ids), f"{words} {slot} on")

    def _role_changed(self, number: int, effect: RoleChanged) -> None:
        ballot = f"{effect.ballot.round}.{label(effect.ballot.node, self.ids)}"
        why = effect.why.format(ballot=ballot, node=label(effect.node, self.ids))
        self.note("consensus", self.ids[number], f"{effect.role}: {why}")

    def _asked(self, number: int, effect: Asked) -> None:
        self.readers.asked(number, effect)

    def _answered(self, number: int, effect: Answered) -> None:
        self.readers.answered(number, effect)

    def _withheld(self, number: int, effect: Withheld) -> None:
        self.readers.withheld(number, effect)

    def _beat(self, number: int, effect: fx.Beat) -> None:
        self.boards.beat(self, number, effect)

    def _guard(self, number: int, effect: fx.Guard) -> None:
        self.guards.program(number, effect)

    def _curbed(self, number: int, effect: fx.Curbed) -> None:
        self.powering.counts["grants_curbed"] += 1

    def _lease_lapsed(self, number: int, effect: LeaseLapsed) -> None:
        self.readers.lapsed(number, effect)

    _PERFORM: ClassVar[dict[type, Callable[["World", int, Any], None]]] = {
        SendOcpp: _send_ocpp,
        SendBeat: _send_ocpp,
        fx.Beat: _beat,
        Told: _told,
        Crashed: _crashed,
        Applied: _applied,
        AppliedRun: _applied,
        Installed: _installed,
        Regrouped: _regrouped,
        RoleChanged: _role_changed,
        Asked: _asked,
        Answered: _answered,
        Withheld: _withheld,
        LeaseLapsed: _lease_lapsed,
        fx.SendV2g: _send_v2g,
        fx.SetTimer: _set_timer,
        fx.CancelTimer: _cancel_timer,
        fx.Contactor: _contactor,
        fx.PilotDuty: _pilot_duty,
        fx.PilotState: _pilot_state,
        fx.Notice: _notice,
        fx.Restart: resets.ask,
        fx.Refused: _refused,
        fx.Guard: _guard,
        fx.Curbed: _curbed,
    }

    # For inputs.

    def plug(self, car: Car, number: int) -> None:
        """Put an EV's plug into a charge point."""
        connector = self.connectors[number]
        connector.ev, connector.endpoint = car.ev, car.endpoint
        car.connector = connector
        car.visits.append((self.now_us, number))
        v2g_us = self.scenario.network.v2g_latency_us
        for source, target in ((number, car.endpoint), (car.endpoint, number)):
            if (source, target) not in self.cluster.bus.links:
                self.cluster.bus.connect(source, target, v2g_us, 0.2)
            self.cluster.bus.link(source, target).cut = False
        self.cluster.execute(self.cluster.hosts[car.endpoint], car.ev.plug_in(self.now_us))
        connector.settle(self.now_us)

    def unplug(self, car: Car) -> None:
        """Pull an EV's plug, also under load."""
        connector = car.connector
        assert connector is not None  # noqa: S101 - inputs checked it
        connector.settle(self.now_us)
        self.cluster.execute(self.cluster.hosts[car.endpoint], car.ev.unplug(self.now_us))
        number = connector.node
        for source, target in ((number, car.endpoint), (car.endpoint, number)):
            self.cluster.bus.link(source, target).cut = True
        connector.ev, connector.endpoint = None, 0
        car.connector = None
        connector.settle(self.now_us)

    def lose_power(self, number: int) -> None:
        """What a charge point's crash does to its cable: contactor open, pilot dead."""
        self._contactor(number, fx.Contactor(closed=False))
        self._pilot_duty(number, fx.PilotDuty(state_ok=False, duty_permille=0))
