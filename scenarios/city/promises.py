"""The invariants of a city: what its sites owe each other, beside what each owes itself.

D1 is of the street and of what drivers were told: one driver, one plug, one promise. D2 is of the
logs: no site can know what another has promised, so for a while two logs may keep a connector for
one driver (his first question got no answer, and was granted all the same). That ends, at the
latest, :data:`BOUND_US` after the site that keeps it in vain is in good order: its driver's app
calls it off again and again, and its own charge point lets it expire.
"""

from typing import TYPE_CHECKING

from paxos.check.violation import InvariantViolation
from paxos.sim.host import Status
from scenarios.checked import Checked
from scenarios.city.sentences import SENTENCES
from scenarios.till import newest
from scenarios.world import World

if TYPE_CHECKING:
    from scenarios.city.city import City
    from scenarios.city.travellers import Try

BOUND_US = 120_000_000
"""How long a site may keep what its driver does not want, while it is in good order."""

CHECK_US = 10_000_000
"""How often D2 is looked at."""


class CityPromises:
    """The checks of one city."""

    def __init__(self, city: "City") -> None:
        self.city = city
        self.checked = Checked()
        self.well_since_us: dict[int, int | None] = dict.fromkeys(city.sites)
        """Since when each site is in good order; None while it is not."""
        self._open: list[Try] = []
        """Questions whose driver does not want what may come of them."""
        self._since_us: list[int] = []

    @property
    def checks(self) -> int:
        """How many checks were made so far."""
        return self.checked.total

    def check(self) -> None:
        """D2, and D1 of every driver who is promised something.

        Raises:
            InvariantViolation: one of them does not hold.
        """
        now_us = self.city.now_us
        for number, world in self.city.worlds.items():
            if not is_well(world):
                self.well_since_us[number] = None
            elif self.well_since_us[number] is None:
                self.well_since_us[number] = now_us
        self._gather()
        kept: list[tuple[Try, int]] = []
        for each, since_us in zip(self._open, self._since_us, strict=True):
            if self._is_open(each, since_us):
                kept.append((each, since_us))
        self._open = [each for each, _ in kept]
        self._since_us = [since_us for _, since_us in kept]

    def _gather(self) -> None:
        """Find the questions that are not wanted any more; each is looked at from then on."""
        for traveller in self.city.travellers.current():
            for each in (*traveller.earlier, *traveller.tries):
                ask = each.ask
                unwanted = ask.answer != "" and (not ask.granted or ask.gone)
                if unwanted and not each.watched:
                    each.watched = True
                    self._open.append(each)
                    self._since_us.append(self.city.now_us)

    def _is_open(self, each: "Try", since_us: int) -> bool:
        """Whether a question that is not wanted may still lead to a reservation, or has."""
        city, ask = self.city, each.ask
        record = newest(city.worlds[each.site]).reservations.get(ask.number)
        well_us = self.well_since_us[each.site]
        age_us = 0 if well_us is None else city.now_us - max(well_us, since_us)
        long = age_us > BOUND_US
        if record is None or not record.is_active:
            self.checked.count("D2")
        if record is not None and not record.is_active:
            each.settled = True
            return False
        if record is None:
            # It was refused without a record, or never reached the log; its time passes.
            each.settled = long
            return not long
        site = city.sites[each.site].id
        self.checked.note("D2", BOUND_US - age_us, city.now_us, site)
        if long:
            raise _violation(
                "D2", f"{site} keeps #{ask.number} for {ask.ev}, who does not want it any more"
            )
        return True

    def check_driver(self, ev: str) -> None:
        """D1 of one driver.

        Raises:
            InvariantViolation: it does not hold.
        """
        self.checked.count("D1")
        city = self.city
        plugged = [
            city.sites[number].id
            for number, world in city.worlds.items()
            if ev in world.cars and world.cars[ev].connector is not None
        ]
        if len(plugged) > 1:
            raise _violation("D1", f"{ev} is plugged in at {' and '.join(plugged)}")
        traveller = city.travellers.of(ev)
        if traveller is None:
            return
        promised = [
            city.sites[each.site].id
            for each in (*traveller.earlier, *traveller.tries)
            if each.ask.granted and not each.ask.gone and self._is_active(each)
        ]
        if len(promised) > 1:
            raise _violation("D1", f"{ev} is promised a connector at {' and '.join(promised)}")

    def _is_active(self, each: "Try") -> bool:
        record = newest(self.city.worlds[each.site]).reservations.get(each.ask.number)
        return record is not None and record.is_active


def is_well(world: World) -> bool:
    """Whether a site is in good order: everybody runs, hears everybody, and somebody leads."""
    hosts, bus = world.cluster.hosts, world.cluster.bus
    return (
        world.leader() is not None
        and all(
            host.status is Status.ALIVE
            and host.clock.is_true
            and host.slow_us == 0
            and host.disk.full_at is None
            and host.disk.extra_us == 0
            for number, host in hosts.items()
            if number in world.ids
        )
        and not bus.weather.is_faulty()
        and not bus.weather.is_parted()
        and not any(link.cut or link.is_faulty() for _, _, link in bus.made())
    )


def _violation(name: str, found: str) -> InvariantViolation:
    return InvariantViolation(name, found, sentence=SENTENCES[name])
