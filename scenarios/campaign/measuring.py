"""What a run costs those whom the network is there for: time without decisions, energy not given.

A run is looked at each second of virtual time, and each tenth of one until it has recovered.
Looking changes nothing.
"""

from attrs import define, frozen

from paxos.sim.host import Status
from scenarios.campaign.drawing import Drawn
from scenarios.connector import Connector
from scenarios.node import Node
from scenarios.world import World

SECOND_US = 1_000_000
FINE_US = 100_000
"""How often a run is looked at until it has recovered."""
UJ_PER_WH = 3_600_000_000
WAITS_US = SECOND_US
"""Who waits longer for an answer has not recovered."""


@frozen
class Measures:
    """What one run has cost; whole numbers, the same in every process."""

    violated: bool
    """Whether an invariant was."""
    stalls: int
    """How often charge points waited for a decision longer than the longest election time-out."""
    stalled_us: int
    """How long, all together."""
    undelivered_wh: int
    """Energy that EVs wanted, and could have taken while they were plugged in, and did not get."""
    recovered_us: int | None
    """How long until somebody led and nobody waited for a decision; None: never in this run."""


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


class Gauge:
    """Looks at one run. Stalls and recovery count from where seeds begin to differ.

    A run whose seeds differ from its beginning has faults all the time: it recovers from when
    everything heals. Energy counts to that moment; EVs that leave later, as their drivers have
    said, may still get theirs.
    """

    def __init__(self, world: World, drawn: Drawn) -> None:
        from_us = drawn.scenario.campaign.from_us
        self._world = world
        self._healed_us = drawn.healed_us
        self._counts_us = 0 if from_us is None else from_us
        self._recovers_us = drawn.healed_us if from_us is None else from_us
        self._longest_us = world.scenario.paxos.election_timeout_us[1]
        self._recovered_us: int | None = None
        self._stalled_since_us: int | None = None
        self._stalls = self._stalled_us = 0
        self._visits: dict[str, _Visit] = {}
        self._missing_uj = 0

    def next_us(self) -> int:
        """When to look next."""
        now_us = self._world.now_us
        if now_us < self._recovers_us or self._recovered_us is not None:
            due_us = now_us // SECOND_US * SECOND_US + SECOND_US
        else:
            due_us = now_us // FINE_US * FINE_US + FINE_US
        marks = (self._healed_us, self._recovers_us)
        return min(due_us, *(it for it in marks if it > now_us), due_us)

    def look(self) -> None:
        """Note what is so now."""
        now_us = self._world.now_us
        waits_us = self._waits_us()
        if now_us >= self._counts_us:
            self._note_stall(now_us, waits_us)
        is_due = now_us >= self._recovers_us and self._recovered_us is None
        if is_due and waits_us <= WAITS_US and self._world.leader() is not None:
            self._recovered_us = now_us - self._recovers_us
        if now_us <= self._healed_us:
            self._note_visits(now_us)

    def _waits_us(self) -> int:
        """How long whoever waits longest for a decision has waited, of those that run."""
        cluster = self._world.cluster
        longest_us = 0
        for number in self._world.ids:
            host = cluster.hosts[number]
            if host.status is Status.ALIVE and isinstance(host.process, Node):
                call = host.process.calls.outstanding
                if call is not None:
                    longest_us = max(longest_us, cluster.local_us(number) - call.since_us)
        return longest_us

    def _note_stall(self, now_us: int, waits_us: int) -> None:
        if waits_us > self._longest_us:
            if self._stalled_since_us is None:
                self._stalls += 1
                self._stalled_since_us = max(self._counts_us, now_us - waits_us)
        elif self._stalled_since_us is not None:
            self._stalled_us += now_us - self._stalled_since_us
            self._stalled_since_us = None

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
        now_us, stalled_us = self._world.now_us, self._stalled_us
        if self._stalled_since_us is not None:
            stalled_us += now_us - self._stalled_since_us
        missing_uj = self._missing_uj
        for name, visit in self._visits.items():
            if self._world.cars[name].ev.departure_us <= self._healed_us:
                missing_uj += visit.missing_uj
        return Measures(
            violated=self._world.violation is not None,
            stalls=self._stalls,
            stalled_us=stalled_us,
            undelivered_wh=missing_uj // UJ_PER_WH,
            recovered_us=self._recovered_us,
        )
