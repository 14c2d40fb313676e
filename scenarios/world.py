"""The world: charge points on a bus, EVs at their cables, a script, and physics.

It puts the two halves together. :mod:`paxos.sim.cluster` hosts the nodes and carries the protocol's
effects out; the world carries out charging's, moves energy, and is the only door for inputs.
"""

from typing import Any

from fsm.network.state import NetworkState
from paxos.check.chronicle import Chronicle
from paxos.check.invariants import Invariants
from paxos.check.violation import InvariantViolation
from paxos.group import Group
from paxos.membership import PLACES, label
from paxos.records import Recovered
from paxos.sim.cluster import Cluster
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from paxos.transitions import Transitions
from scenarios import inputs, leaving, resets, trust
from scenarios.alarm_board import AlarmBoard
from scenarios.alarms import Alarms
from scenarios.audit import Audit
from scenarios.building import FIRST_CAR, build_car, build_connector, build_node
from scenarios.cables import plug, unplug
from scenarios.car import CarProcess
from scenarios.charging.past import ChargingPast
from scenarios.checked import Checked
from scenarios.clients import Clients
from scenarios.connector import Car
from scenarios.drivers import Drivers
from scenarios.effects import carry_out
from scenarios.event_log import EventLog
from scenarios.grid import grid_of
from scenarios.guards import Guards
from scenarios.happenings import Happening
from scenarios.journal import Input
from scenarios.kept import Kept
from scenarios.money import opening_records
from scenarios.node import Node
from scenarios.obeying import Obeying
from scenarios.powering import Powering
from scenarios.promises import Promises
from scenarios.readers import Readers
from scenarios.remains import Remains
from scenarios.schema import Scenario, Vehicle
from scenarios.settings import planning_records, replica_config
from scenarios.sharing import Sharing
from scenarios.supplied import power_records, site_w
from scenarios.surroundings import Surroundings
from scenarios.trust import Trust
from scenarios.view import EventRow
from scenarios.watching import Boards
from scenarios.why.orders import Orders

HISTORY_S = 120


class World:
    """Everything in a run. A function of the scenario, the seed and the inputs.

    ``sharing`` says which replicas share a state where theirs are equal. It changes nothing that
    happens; those that share none compute their own, and comparing them says that they are equal
    indeed.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        check: bool = True,
        sharing: Sharing = Sharing.ALL,
    ) -> None:
        if scenario.sites:
            raise ValueError(f"{scenario.name} is a city; each of its sites is a world")
        self.scenario = scenario
        self.sharing = sharing
        self.transitions = Transitions()
        self.seed = seed
        self.chance = seed
        """The seed that all is drawn from; another one than :attr:`seed` after ``reseed``."""
        self.root = trust.trust_anchor(scenario, seed)
        self.genesis = (
            *trust.genesis(scenario),
            *opening_records(scenario),
            *planning_records(scenario),
            *power_records(scenario),
        )
        self.beginning = NetworkState(site_w(scenario), self.genesis).state
        self.checked = Checked()
        self.audit = Audit(self.beginning, self.checked) if check else None
        self.ids = {number: cp.id for number, cp in enumerate(scenario.cps, 1)}
        self.nodes = {cp_id: number for number, cp_id in self.ids.items()}
        self.config = replica_config(scenario, tuple(self.ids))
        self.invariants = Invariants(self.config, dict(self.ids)) if check else None
        self.chronicle = Chronicle()
        self.cluster = Cluster(
            outside=self,
            nodes=tuple(self.ids),
            seed=seed,
            latency_us=scenario.network.latency_us,
            tail=scenario.network.tail,
            fsync_us=scenario.paxos.fsync_us,
            observer=self.invariants,
            witness=self.chronicle,
        )
        self.grid = grid_of(scenario)
        self.connectors = {number: build_connector(self, number) for number in self.ids}
        self.vehicles: dict[str, Vehicle] = {}
        """The EVs of this world as their file describes them."""
        self.cars: dict[str, Car] = {}
        self.by_endpoint: dict[int, Car] = {}
        for ev in scenario.evs:
            self.add_vehicle(ev)
        self.remains: dict[int, Remains] = {}
        """Crashed charge points, and what they left."""
        self.readers = Readers(self)
        self.boards = Boards(self)
        self.alarms = Alarms(self)
        self.drivers = Drivers(self)
        self.promises = Promises(self)
        self.trust = Trust(self, check=check)
        self.orders = Orders(self)
        self.trust.choir.hearers.append(self.orders.hear)
        self.clients = Clients(self) if check else None
        self.alarm_board = AlarmBoard(self)
        self.obeying = Obeying(self)
        self.kept = Kept(self)
        self.powering = Powering(self, check=check)
        self.surroundings = Surroundings(self)
        self.guards = Guards(self)
        self.past = ChargingPast(self)
        self.journal: list[Input] = []
        self.log = EventLog()
        self.violation: InvariantViolation | None = None
        self.group_version = 1
        """Of the newest group that somebody has told of."""
        self.power_history_w: list[int] = []
        self._set_rates()
        self._begin()

    def _begin(self) -> None:
        """What is to happen stands in the queue, and whoever is a member starts."""
        for at_index, line in enumerate(self.scenario.script):
            self.cluster.kernel.push(line.t_us, Happening.SCRIPT, 0, 0, at_index)
        self.cluster.kernel.push(self.scenario.tick_us, Happening.TICK, 0)
        for vehicle in self.scenario.evs:
            if vehicle.departs_us:
                leaving.expect(self, self.cars[vehicle.id], vehicle.departs_us)
        for number in self.ids:
            if number in self.config.membership.everyone:
                self.cluster.start(number)
            else:
                self.remains[number] = self._blank()

    def add_vehicle(self, vehicle: Vehicle) -> None:
        """Let an EV be of this world, if it is not yet: from the beginning, or when it comes."""
        if vehicle.id not in self.cars:
            car = build_car(self, vehicle)
            self.vehicles[vehicle.id] = vehicle
            self.cars[vehicle.id] = self.by_endpoint[car.endpoint] = car

    def _set_rates(self) -> None:
        network = self.scenario.network
        usual = (network.loss_ppm, network.duplicate_ppm, network.reorder_ppm, network.corrupt_ppm)
        self.cluster.bus.settle(usual)
        for late in self.scenario.late:
            link = self.nodes[late.source], self.nodes[late.target]
            self.cluster.bus.late_us.setdefault(link, {})[late.number] = late.takes_us

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
            if event is not None and self.clients is not None:
                self.clients.hear(event)
        except InvariantViolation as violation:
            self._stop(violation)
            return None
        if event is None:
            return None  # nothing has changed, however often somebody asks
        if FIRST_CAR <= event[3] < PLACES:
            connector = self.by_endpoint[event[3]].connector
            if connector is not None:
                connector.settle(event[0])
        self._check_power()
        found = self.trust.violation or self.kept.violation
        if found is not None and self.violation is None:
            self._stop(found)
        return event

    def _check_power(self) -> None:
        """P1, after every event and every input; and tell of guards that have tripped in it."""
        self.guards.tell()
        if self.invariants is None or self.violation is not None:
            return
        try:
            self.powering.flows()
        except InvariantViolation as violation:
            self._stop(violation)

    def _stop(self, violation: InvariantViolation) -> None:
        self.violation = violation
        if self.clients is not None:
            self.clients.close()
        self.note("violation", "invariants", str(violation))

    @property
    def events(self) -> int:
        """How many events have happened."""
        return self.cluster.trace.events

    def digest(self) -> str:
        """128 bits in hexadecimal over all that has happened, inputs included."""
        return self.cluster.trace.digest()

    def next_us(self) -> int | None:
        """When the next event may happen, if there is one."""
        return self.cluster.kernel.next_us()

    def pass_over(self, until_us: int) -> None:
        """Let what does not happen up to a time, as a cancelled timer, not stand first any more."""
        self.cluster.pass_over(until_us)

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
            if self.clients is not None:
                self.clients.settle()
        except InvariantViolation as violation:
            self._stop(violation)
            return str(violation)
        events = self.cluster.trace.events
        self.promises.disturb(verb, args)
        self.kept.disturb(verb, args)
        self.alarms.sample()
        self.journal.append(Input(self.now_us, events, verb, dict(args)))
        self.cluster.trace.mark(self.journal[-1].line())
        self.note(severity, subject, text)
        self._check_power()
        return text

    def note(self, severity: str, subject: str, text: str) -> None:
        """Write a line into the event log."""
        row = EventRow(self.now_us, severity, subject, text)
        self.log.add(row)
        recorder = self.cluster.bus.recorder
        if recorder is not None:
            recorder.note(row.time_us, row)

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

    def reseed(self, seed: int) -> None:
        """Draw all from another seed from now on. Keys and contracts stay what they are."""
        self.chance = seed
        self.cluster.reseed(seed)
        self.surroundings.reseed()

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
        car = self.by_endpoint.get(endpoint)
        return label(endpoint, self.ids) if car is None else car.ev.id

    @property
    def checks(self) -> int:
        """How many checks of invariants were made so far; none where nothing is checked."""
        return 0 if self.invariants is None else self.invariants.checks + self.checked.total

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

    def happen(self, event: Event) -> None:
        """A line of the script, or a second that passed."""
        if event[2] == Happening.TICK:
            self._tick(event[0])
        elif event[2] == Happening.WATCHDOG:
            self.guards.happen(event[3])
        elif event[2] == Happening.RESET:
            resets.happen(self, event)
        elif event[2] == Happening.DRIVER:
            self.drivers.happen(event)
        elif event[2] == Happening.LEAVE:
            leaving.happen(self, event)
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
        self.kept.tick()
        self.alarms.sample()
        if self.surroundings.exist:
            self.surroundings.change()
        self.trust.order_book.tick()
        self.power_history_w.append(self.power_w)
        del self.power_history_w[:-HISTORY_S]
        self.past.tick()
        self.cluster.kernel.push(now_us + self.scenario.tick_us, Happening.TICK, 0)

    def build(self, node: int, recovered: Recovered, now_us: int) -> Node:
        """The process of a charge point, from what its disk says."""
        return build_node(self, node, recovered, now_us)

    def perform(self, number: int, effect: Any) -> None:
        """Carry out what a charge point or an EV asks for."""
        carry_out(self, number, effect)

    # For inputs and drivers.

    def plug(self, car: Car, number: int) -> None:
        """Put an EV's plug into a charge point."""
        plug(self, car, number)

    def unplug(self, car: Car) -> None:
        """Pull an EV's plug, also under load."""
        unplug(self, car)
