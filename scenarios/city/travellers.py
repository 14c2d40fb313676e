"""Drivers who go from site to site: they ask one, and where it cannot serve them the next.

A driver's app asks the site that is nearest to him. What that answers is decided by its log alone:
reserved, redirected within the site, refused, or nothing. With a refusal comes what that site knows
of the others; the app asks the nearest that probably can, by news that are fresh, and last of all
those of which it knows nothing fresh, by the map. Each answers from its own log. After some tries
he gives up. Then, as within one site (:mod:`scenarios.drivers`), he drives there, plugs in, charges
and leaves.

What got no answer is called off at its own site, again and again, while he asks elsewhere already.
"""

from collections.abc import Iterable
from math import isqrt
from typing import TYPE_CHECKING

from attrs import define, field

from fsm.energy.supply import least_power_w
from fsm.ocpp.reserving import HOLD_US
from scenarios.asks import Ask, Tidings
from scenarios.city.arrivals import Trip
from scenarios.city.directory import Entry
from scenarios.drivers import SPEED_M_PER_S
from scenarios.places import square_m

if TYPE_CHECKING:
    from scenarios.city.city import City

SECOND_US = 1_000_000
LATE_US = 1_800 * SECOND_US
"""How long after his departure a driver is looked after."""


@define(eq=False)
class Try:
    """One question of a driver: which site, under which number there."""

    site: int
    ask: Ask
    why: str
    """Why this site: ``nearest`` to him, ``told`` of it by the one before, or on the ``map``."""
    age_us: int = 0
    """How old the news of it were, if he was told of it."""
    watched: bool = False
    """Its driver does not want what may come of it: D2 looks at it."""
    settled: bool = False
    """Nothing that he does not want can come of it any more."""


@define(eq=False)
class Traveller:
    """One driver, all that he asked, and what came of it."""

    trip: Trip
    hold_us: int = HOLD_US
    tries: list[Try] = field(factory=list)
    earlier: list[Try] = field(factory=list)
    """What the same driver asked on earlier trips."""
    known: dict[int, tuple[Entry, int]] = field(factory=dict)
    """What he was told of each site: the entry, and when it was born by virtual time."""
    status: str = "asks"
    """asks, comes, charges, left, or gave up."""
    reason: str = ""
    """Why he gave up, in words."""

    @property
    def first(self) -> int:
        """The site that he asked first; 0 while there is none."""
        return self.tries[0].site if self.tries else 0

    @property
    def granted(self) -> Try | None:
        """The question that was granted last."""
        return next((each for each in reversed(self.tries) if each.ask.granted), None)

    @property
    def is_redirected(self) -> bool:
        """Whether another site than the first has promised him a connector."""
        granted = self.granted
        return granted is not None and granted.site != self.first


class Travellers:
    """All drivers of a city."""

    def __init__(self, city: "City") -> None:
        self.city = city
        self.all: list[Traveller] = []
        """In the order in which they asked; who comes a second time stands here a second time."""
        self._now: dict[str, Traveller] = {}
        """By their EVs' ids."""
        self._live: list[Traveller] = []

    def begin(self, trip: Trip, hold_us: int = HOLD_US, site: int | None = None) -> Traveller:
        """A driver asks: the site nearest to him, or the one that he named."""
        traveller = Traveller(trip, hold_us)
        before = self._now.get(trip.vehicle.id)
        self.all.append(traveller)
        self._live.append(traveller)
        self._now[trip.vehicle.id] = traveller
        if before is not None:
            traveller.earlier = [*before.earlier, *before.tries]
        self._ask(traveller, self._nearest(trip) if site is None else site, "nearest")
        return traveller

    def current(self) -> list[Traveller]:
        """The drivers of whom something may still be in a log, in the order in which they asked."""
        now_us = self.city.now_us
        self._live = [each for each in self._live if now_us < each.trip.until_us + LATE_US]
        return self._live

    def of(self, ev: str) -> Traveller | None:
        """What the driver of an EV is about now; None if he never asked."""
        return self._now.get(ev)

    def names(self) -> Iterable[str]:
        """The EVs whose drivers have asked, in the order in which they asked first."""
        return self._now.keys()

    def _nearest(self, trip: Trip) -> int:
        return min(self.city.sites, key=lambda number: (self._square_m(trip, number), number))

    def _square_m(self, trip: Trip, site: int) -> int:
        return square_m(trip.vehicle.at or (0, 0), self.city.sites[site].at)

    def _ask(self, traveller: Traveller, site: int, why: str, age_us: int = 0) -> None:
        city, trip = self.city, traveller.trip
        metres = isqrt(self._square_m(trip, site))
        soonest_us = city.now_us + metres * SECOND_US // SPEED_M_PER_S
        from_us = max(trip.from_us, soonest_us)
        name = trip.vehicle.id
        if from_us >= trip.until_us:
            self._give_up(traveller, f"{city.sites[site].id} is too far to be there in time")
            return
        world = city.at(site)
        world.add_vehicle(trip.vehicle)
        window_us = (from_us, trip.until_us)
        text = world.drivers.ask(name, window_us, trip.energy_wh, None, traveller.hold_us)
        ask = world.drivers.asks[max(world.drivers.asks)]
        traveller.tries.append(Try(site, ask, why, age_us))
        traveller.status = "asks"
        world.note("charging", name, text)
        if len(traveller.tries) > 1:
            told = f"told {age_us // SECOND_US} s ago" if why == "told" else "by the map"
            city.note("charging", name, f"asks {city.sites[site].id} next, {told}")

    # What the sites say.

    def hear(self, site: int, news: Tidings, ask: Ask) -> None:
        """Something has become of a question at a site."""
        traveller = self._now.get(ask.ev)
        if traveller is None or not any(each.ask is ask for each in traveller.tries):
            return
        if news is Tidings.ANSWERED:
            if ask.granted:
                self._granted(traveller, site)
            else:
                self._refused(traveller, site, ask)
        elif news is Tidings.PLUGGED:
            traveller.status = "charges"
        elif news is Tidings.LEFT:
            traveller.status = "left"
        elif news is Tidings.GAVE_UP:
            self._call_off(traveller, keep=0)
            self._next(traveller, site, f"{ask.cp} was taken when he came")

    def _granted(self, traveller: Traveller, site: int) -> None:
        traveller.status = "comes"
        self._call_off(traveller, keep=site)
        if site != traveller.first:
            names = self.city.sites
            text = f"redirected from {names[traveller.first].id} to {names[site].id}"
            self.city.note("charging", traveller.trip.vehicle.id, text)

    def _call_off(self, traveller: Traveller, keep: int) -> None:
        """What he holds at any other site than this one he does not want any more."""
        name = traveller.trip.vehicle.id
        for each in (*traveller.earlier, *traveller.tries):
            ask = each.ask
            if each.site != keep and ask.granted and not ask.gone and not ask.plugged:
                world = self.city.at(each.site)
                if world.drivers.holds(name):
                    world.note("charging", name, world.drivers.cancel(name))

    def _refused(self, traveller: Traveller, site: int, ask: Ask) -> None:
        self._next(traveller, site, ask.brief or "no answer", ask)

    def _next(self, traveller: Traveller, site: int, why: str, ask: Ask | None = None) -> None:
        """He could not have it here: ask the next site, or give up."""
        city = self.city
        if ask is not None:
            for number, (entry, age_us) in city.gossip.known(site, ask.asked_cp).items():
                self._learn(traveller, number, entry, city.now_us - age_us)
        reason = f"{city.sites[site].id}: {why}"
        traveller.reason = f"{traveller.reason}; {reason}" if traveller.reason else reason
        if len(traveller.tries) >= city.scenario.directory.tries:
            self._give_up(traveller, "")
            return
        found = self._best(traveller)
        if found is None:
            self._give_up(traveller, "")
        else:
            self._ask(traveller, *found)

    def _learn(self, traveller: Traveller, site: int, entry: Entry, born_us: int) -> None:
        old = traveller.known.get(site)
        if old is None or entry.summary.version > old[0].summary.version:
            traveller.known[site] = entry, born_us

    def _best(self, traveller: Traveller) -> tuple[int, str, int] | None:
        """The site to ask next, why, and how old the news of it are; None for none."""
        asked = [each.site for each in traveller.tries]
        ranks: list[tuple[int, int, int, int]] = []
        for number in self.city.sites:
            if number in asked:
                continue
            known = traveller.known.get(number)
            age_us = 0 if known is None else self.city.now_us - known[1]
            fresh = known is not None and age_us <= self.city.scenario.directory.stale_us
            if fresh and known is not None and not self._probably(traveller, known[0]):
                continue
            ranks.append((not fresh, self._square_m(traveller.trip, number), number, age_us))
        if not ranks:
            return None
        stale, _, number, age_us = min(ranks)
        return number, "map" if stale else "told", age_us

    def _probably(self, traveller: Traveller, entry: Entry) -> bool:
        """Whether a site can serve him by the news of it. No promise: its own log decides."""
        vehicle = traveller.trip.vehicle
        summary = entry.summary
        least_w = least_power_w(vehicle.max_w, vehicle.current)
        return summary.free(vehicle.current) > 0 and summary.spare_w >= least_w

    def _give_up(self, traveller: Traveller, why: str) -> None:
        traveller.status = "gave up"
        if why:
            traveller.reason = f"{traveller.reason}; {why}" if traveller.reason else why
        self.city.note("info", traveller.trip.vehicle.id, f"gives up: {traveller.reason}")
