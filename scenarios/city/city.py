"""A city: a world for each site, one clock over all, and what goes on between the sites.

Every site has a Paxos group, a log and random streams of its own, from a seed that is derived from
the city's and the site's name: what happens at one changes no draw of another. The city steps them
in the order of (time, site); its own events (drivers who begin to ask, news between sites, the
script) come first at any instant. So a run is a function of scenario, seed and inputs, as ever.
"""

from hashlib import blake2b

from attrs import evolve

from paxos.check.violation import InvariantViolation
from paxos.sim.kernel import Event, Kernel
from paxos.sim.trace import Trace
from scenarios.asks import Tidings
from scenarios.city import inputs
from scenarios.city.arrivals import day
from scenarios.city.gossip import NEWS, ROUND, Gossip
from scenarios.city.promises import CHECK_US, CityPromises
from scenarios.city.spec import CitySite, site_seed
from scenarios.city.travellers import Travellers
from scenarios.event_log import EventLog
from scenarios.journal import Input
from scenarios.schema import Scenario, Site, Tag, Vehicle
from scenarios.sharing import Sharing
from scenarios.view import EventRow
from scenarios.world import World

BEGINS = 2
"""Event kind: a driver asks for the first time. The source is his number among the day's trips."""
CHECK = 3
"""Event kind: the promises of the city are looked at."""
SCRIPT = 20
"""Event kind: the next line of the script, as in a world."""

NEVER = 1 << 62


class City:
    """Everything in a run of a city; the same for the same scenario, seed and inputs.

    ``check`` and ``sharing`` as in :class:`scenarios.world.World`.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        check: bool = True,
        sharing: Sharing = Sharing.ALL,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.kernel = Kernel()
        self.trace = Trace()
        self.log = EventLog()
        self.journal: list[Input] = []
        self.own_violation: InvariantViolation | None = None
        self.sites = dict(enumerate(scenario.sites, 1))
        """By number, in the order of the file."""
        self.numbers = {site.id: number for number, site in self.sites.items()}
        self.trips = day(scenario, seed)
        self.vehicles = {ev.id: ev for ev in (*scenario.evs, *(t.vehicle for t in self.trips))}
        tags = self._tags()
        self.worlds = {
            number: World(
                site_scenario(scenario, site, tags),
                site_seed(seed, site),
                check=check,
                sharing=sharing,
            )
            for number, site in self.sites.items()
        }
        for world in self.worlds.values():
            world.drivers.news = []
        self.site_of_cp = {
            cp: number for number, world in self.worlds.items() for cp in world.nodes
        }
        self.gossip = Gossip(self)
        self.travellers = Travellers(self)
        self.promises = CityPromises(self) if check else None
        self.stepped: World | None = None
        """Where the last event happened; None where it was the city's own."""
        for number, trip in enumerate(self.trips):
            self.kernel.push(trip.asks_us, BEGINS, 0, number)
        for index, line in enumerate(scenario.script):
            self.kernel.push(line.t_us, SCRIPT, 0, 0, index)
        self.kernel.push(CHECK_US, CHECK, 0)
        self._due: list[int] = []
        self._look()

    def _tags(self) -> tuple[Tag, ...]:
        """What every site knows of every driver from the beginning: his id tag, and his balance."""
        known = {tag.id: tag for tag in self.scenario.id_tags}
        for vehicle in self.vehicles.values():
            name = vehicle.id_tag or vehicle.id
            known.setdefault(name, Tag(id=name, balance_cents=vehicle.balance_cents))
        return tuple(known.values())

    # Time.

    @property
    def now_us(self) -> int:
        """Virtual time."""
        return self.kernel.now_us

    @property
    def events(self) -> int:
        """How many events have happened, at all sites and between them."""
        own = self.trace.events
        return own + sum(world.cluster.trace.events for world in self.worlds.values())

    @property
    def violation(self) -> InvariantViolation | None:
        """The invariant that was violated first: of the city, or of a site."""
        broken = (world.violation for world in self.worlds.values())
        return self.own_violation or next((each for each in broken if each is not None), None)

    @property
    def violated(self) -> World | None:
        """The site whose invariant was violated; None for the city's own."""
        return next((w for w in self.worlds.values() if w.violation is not None), None)

    def next_us(self) -> int | None:
        """When the next event may happen, if there is one."""
        self._look()
        due_us = min(self._due)
        return None if due_us == NEVER else due_us

    def step(self, until_us: int | None = None) -> Event | None:
        """Let one event happen, no later than ``until_us``; None when there is none.

        After a violated invariant nothing happens any more: ``violation`` says why.
        """
        limit_us = NEVER - 1 if until_us is None else until_us
        due = self._due
        while True:
            due_us = min(due)
            if due_us > limit_us or self.own_violation is not None:
                return None
            # The first that is due then: the city itself, else the site with the lowest number.
            place = due.index(due_us)
            if place == 0:
                return self._own()
            world = self.worlds[place]
            event = world.step(due_us)
            next_us = world.cluster.kernel.next_us()
            due[place] = NEVER if next_us is None or world.violation is not None else next_us
            if world.violation is not None:
                self.stepped = world
                self.kernel.advance(due_us)
                due[:] = [NEVER] * len(due)
                return event
            if event is None:
                continue  # a timer that was set anew
            self.stepped = world
            self.kernel.advance(due_us)
            if world.drivers.news:
                self._hear(place, world)
            return event

    def _own(self) -> Event | None:
        event = self.kernel.pop()
        assert event is not None  # noqa: S101 - it was due
        self.stepped = None
        time_us, _, kind, target, source, payload = event
        self.trace.add(time_us, kind, target, source, payload)
        try:
            if kind == NEWS:
                self.gossip.hear(source, target, payload)
            elif kind == ROUND:
                self.gossip.tell(target)
            elif kind == BEGINS:
                self.travellers.begin(self.trips[source])
            elif kind == CHECK:
                if self.promises is not None:
                    self.promises.check()
                self.kernel.push(time_us + CHECK_US, CHECK, 0)
            else:
                inputs.follow_script(self, self.scenario.script[payload])
        except InvariantViolation as violation:
            self._stop(violation)
            return event
        self._hear_all()
        self._look()
        return event

    def _hear_all(self) -> None:
        for number, world in self.worlds.items():
            if world.drivers.news:
                self._hear(number, world)

    def _hear(self, site: int, world: World) -> None:
        """Something has become of what drivers asked at a site; more may follow from it."""
        news = world.drivers.news
        assert news is not None  # noqa: S101 - the city asked for them
        try:
            while news:
                what, ask = news.pop(0)
                self.travellers.hear(site, what, ask)
                if self.promises is not None and what is not Tidings.LEFT:
                    self.promises.check_driver(ask.ev)
        except InvariantViolation as violation:
            self._stop(violation)
        self._look()

    def _look(self) -> None:
        """Find anew when something is due next: the city itself, then each site."""
        if self.violation is not None:
            self._due[:] = [NEVER] * (len(self.sites) + 1)
            return
        kernels = (self.kernel, *(world.cluster.kernel for world in self.worlds.values()))
        times = (kernel.next_us() for kernel in kernels)
        self._due[:] = [NEVER if time_us is None else time_us for time_us in times]

    def _stop(self, violation: InvariantViolation) -> None:
        self.own_violation = violation
        self._due[:] = [NEVER] * len(self._due)
        self.note("violation", "invariants", str(violation))

    def pass_over(self, until_us: int) -> None:
        """Let what does not happen up to a time not stand first any more, at any site."""
        for world in self.worlds.values():
            world.pass_over(until_us)

    def advance(self, time_us: int) -> None:
        """Move all clocks to a time before the next event."""
        self.kernel.advance(time_us)
        for world in self.worlds.values():
            world.advance(time_us)

    def at(self, site: int) -> World:
        """The world of a site, at the city's time: whatever is done to it is done now."""
        world = self.worlds[site]
        world.advance(self.now_us)
        return world

    # Inputs.

    def act(self, verb: str, args: dict[str, object]) -> str:
        """Do something to the city now, and write it into the journal.

        Returns:
            A sentence that says what was done.

        Raises:
            scenarios.errors.InputError: it is not possible now; nothing was changed.
        """
        events = self.events
        try:
            text = inputs.perform(self, verb, args)
        except InvariantViolation as violation:
            self._stop(violation)
            return str(violation)
        self.journal.append(Input(self.now_us, events, verb, dict(args)))
        self.trace.mark(self.journal[-1].line())
        self._hear_all()
        self._look()
        return text

    def note(self, severity: str, subject: str, text: str) -> None:
        """Write a line into the city's event log."""
        self.log.add(EventRow(self.now_us, severity, subject, text))

    # What people ask.

    def vehicle(self, ev: str) -> Vehicle | None:
        """An EV of the file or of the day's arrivals."""
        return self.vehicles.get(ev)

    def where(self, ev: str) -> World | None:
        """The site at which an EV is plugged in, else where its driver is expected; or None."""
        for world in self.worlds.values():
            if ev in world.cars and world.cars[ev].connector is not None:
                return world
        traveller = self.travellers.of(ev)
        if traveller is not None and (granted := traveller.granted) is not None:
            return self.worlds[granted.site]
        return None

    def covered(self) -> dict[str, int]:
        """How often each feature happened, at all sites together."""
        total: dict[str, int] = {}
        for world in self.worlds.values():
            for feature, count in world.covered().items():
                total[feature] = total.get(feature, 0) + count
        return total

    def digest(self) -> str:
        """128 bits in hexadecimal over all events, at every site and between them."""
        digests = [self.trace.digest()]
        digests += [world.cluster.trace.digest() for world in self.worlds.values()]
        return blake2b(" ".join(digests).encode(), digest_size=16).hexdigest()


def site_scenario(scenario: Scenario, site: CitySite, tags: tuple[Tag, ...]) -> Scenario:
    """A site as a scenario of its own: its charge points, nobody's EV, no script."""
    prices = scenario.prices
    bands = scenario.bands
    if site.energy_ueur is not None:
        prices, bands = evolve(prices, energy_ueur=site.energy_ueur), ()
    return evolve(
        scenario,
        name=site.id,
        title=f"{site.id}, {site.kind}",
        site=Site(capacity_w=site.capacity_w, grant_us=site.grant_us, fallback_w=site.fallback_w),
        prices=prices,
        bands=bands,
        cps=tuple(cp for cp in scenario.cps if cp.id in site.cps),
        evs=(),
        id_tags=tags,
        script=(),
        # It shows what the city is there to show; what else is expected the city's session judges.
        expectations=tuple(it for it in scenario.expectations if it.violation is not None),
        sites=(),
        arrivals=(),
    )
