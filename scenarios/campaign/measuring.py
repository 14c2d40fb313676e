"""What a run costs those whom the network is there for: time without decisions, energy not given.

A run is looked at four times in a second of virtual time; what is over between two looks is not
seen. Looking changes nothing.
"""

from attrs import define, frozen

from paxos.sim.host import Status
from scenarios.campaign.drawing import Drawn
from scenarios.connector import Connector
from scenarios.node import Node
from scenarios.world import World

LOOK_US = 250_000
"""How often a run is looked at."""
UJ_PER_WH = 3_600_000_000
WAITS_US = 1_000_000
"""Who waits longer for an answer is without service."""


@frozen
class Measures:
    """What one run has cost; whole numbers, the same in every process."""

    violated: bool
    """Whether an invariant was."""
    stalls: int
    """How often a charge point waited for a decision longer than the longest election time-out."""
    stalled_us: int
    """How long, all together; two that wait for a second each are two seconds."""
    undelivered_wh: int
    """Energy that EVs wanted, and could have taken while they were plugged in, and did not get."""
    recovered_us: int | None
    """The longest time without service, from its beginning until all was well again.

    Without service: nobody leads, or one that runs waits for a decision longer than a second. 0
    where there was no such time; None where the last one has not ended in this run, or where there
    never was service.
    """


@define
class _Visit:
    """One EV at one charge point. Energy in µJ."""

    connector: Connector
    since_us: int
    wanted_uj: int
    before_uj: int
    limit_w: int
    until_us: int
    got_uj: int = 0

    @property
    def missing_uj(self) -> int:
        """What it did not get of what it wanted, and could have taken in this time."""
        could_uj = self.limit_w * (self.until_us - self.since_us)
        return max(0, min(self.wanted_uj, could_uj) - self.got_uj)


@define
class _Spell:
    """Something that is so for a while, again and again."""

    since_us: int | None = None
    """Since when it is so; None while it is not."""
    times: int = 0
    total_us: int = 0
    longest_us: int = 0

    def look(self, now_us: int, since_us: int | None) -> None:
        """It is so since then; None: it is not."""
        if self.since_us is None and since_us is not None:
            self.since_us = since_us
            self.times += 1
        elif self.since_us is not None and since_us is None:
            took_us = now_us - self.since_us
            self.total_us += took_us
            self.longest_us = max(self.longest_us, took_us)
            self.since_us = None

    def so_far_us(self, now_us: int) -> int:
        """For how long in all, the one that lasts included."""
        return self.total_us + (0 if self.since_us is None else now_us - self.since_us)


class Gauge:
    """Looks at one run: from where seeds begin to differ, else from when all was well at first.

    Energy counts from the beginning to when everything heals, by whole visits.
    """

    def __init__(self, world: World, drawn: Drawn) -> None:
        self._world = world
        self._healed_us = drawn.healed_us
        self._counts_us = drawn.scenario.campaign.from_us or 0
        self._waits_for_service = drawn.scenario.campaign.from_us is None
        """A group that begins has nothing to recover from."""
        self._longest_us = world.scenario.paxos.election_timeout_us[1]
        self._stalls = {number: _Spell() for number in world.ids}
        self._outage = _Spell()
        self._visits: dict[str, _Visit] = {}
        self._missing_uj = 0

    def next_us(self) -> int:
        """When to look next."""
        now_us = self._world.now_us
        due_us = now_us // LOOK_US * LOOK_US + LOOK_US
        marks = (it for it in (self._counts_us, self._healed_us) if it > now_us)
        return min((due_us, *marks))

    def look(self) -> None:
        """Note what is so now."""
        now_us = self._world.now_us
        if now_us >= self._counts_us:
            self._note_service(now_us)
        if now_us <= self._healed_us:
            self._note_visits(now_us)

    def _note_service(self, now_us: int) -> None:
        """Who waits, for how long, and whether anybody leads."""
        waits = {number: self._waits_us(number) for number in self._stalls}
        longest_us = max(waits.values())
        leads = self._world.leader() is not None
        is_well = leads and longest_us <= WAITS_US
        if self._waits_for_service:
            if not is_well:
                return
            self._waits_for_service, self._counts_us = False, now_us
        for number, waits_us in waits.items():
            since_us = max(self._counts_us, now_us - waits_us)
            self._stalls[number].look(now_us, since_us if waits_us > self._longest_us else None)
        waiting_us = longest_us if longest_us > WAITS_US else 0
        since_us = max(self._counts_us, now_us - waiting_us)
        self._outage.look(now_us, None if is_well else since_us)

    def _waits_us(self, number: int) -> int:
        """How long a charge point has waited for a decision; 0 for one that does not run."""
        cluster = self._world.cluster
        host = cluster.hosts[number]
        if host.status is not Status.ALIVE or not isinstance(host.process, Node):
            return 0
        call = host.process.calls.outstanding
        return 0 if call is None else cluster.local_us(number) - call.since_us

    def _note_visits(self, now_us: int) -> None:
        for name, car in self._world.cars.items():
            visit = self._visits.get(name)
            if visit is not None and visit.connector is not car.connector:
                self._missing_uj += self._visits.pop(name).missing_uj
                visit = None
            if car.connector is None:
                continue
            energy_uj = car.ev.battery.energy_uj
            if visit is None:
                rated_w = self._world.scenario.cps[car.connector.node - 1].rated_w
                visit = self._visits[name] = _Visit(
                    car.connector,
                    now_us,
                    car.ev.battery.room_uj(car.ev.target_ppm),
                    energy_uj,
                    min(car.ev.max_w, rated_w),
                    now_us,
                )
            visit.until_us, visit.got_uj = now_us, energy_uj - visit.before_uj

    def measures(self) -> Measures:
        """All that was seen. EVs that leave after everything has healed have time left."""
        now_us = self._world.now_us
        missing_uj = self._missing_uj
        for name, visit in self._visits.items():
            if self._world.cars[name].ev.departure_us <= self._healed_us:
                missing_uj += visit.missing_uj
        violated = self._world.violation is not None
        is_out = self._waits_for_service or self._outage.since_us is not None
        return Measures(
            violated=violated,
            stalls=sum(spell.times for spell in self._stalls.values()),
            stalled_us=sum(spell.so_far_us(now_us) for spell in self._stalls.values()),
            undelivered_wh=missing_uj // UJ_PER_WH,
            recovered_us=None if is_out else self._outage.longest_us,
        )
