"""Whether a city has come to rest: each of its sites, its drivers, and who came late.

The liveness phase of a city's campaign is judged here, and the expectation ``settled`` of its file.
"""

from collections.abc import Iterator

from fsm.energy.supply import Current
from fsm.ocpp.reserving import Why
from scenarios.city.city import City
from scenarios.city.look import drivers_served, energy_of
from scenarios.city.travellers import Traveller, Try
from scenarios.drivers import PATIENCE_US
from scenarios.settled import come_to_rest, copied, is_at_rest, unsettled_site
from scenarios.till import newest

SECOND_US = 1_000_000
ALLOWED_US = 30 * SECOND_US
"""How long after a question its answer may be decided."""


def come_to_rest_everywhere(city: City) -> None:
    """Go on at each site until all its replicas have applied the same, for a while at most."""
    for world in city.worlds.values():
        come_to_rest(world)


def judge(city: City, healed_us: int | None) -> Iterator[str]:
    """What is wrong at the end: the violation that ended the run, or what has not come to rest."""
    if city.violation is not None:
        yield str(city.violation)
        return
    yield from unsettled(city, healed_us)


def judge_now(city: City, healed_us: int | None) -> tuple[str, ...]:
    """The same of a run that goes on: what has to come to rest first does so in a copy."""
    if not all(is_at_rest(world) for world in city.worlds.values()):
        city = copied(city)
        come_to_rest_everywhere(city)
    return tuple(judge(city, healed_us))


def unsettled(city: City, healed_us: int | None) -> Iterator[str]:
    """What has not come to rest, though nothing has been wrong for a while.

    Drivers of the file who asked after ``healed_us`` must have been served; None asks that of none.
    """
    drivers = {vehicle.id for vehicle in city.scenario.evs}
    for number, world in city.worlds.items():
        for problem in unsettled_site(world):
            yield f"{city.sites[number].id}: {problem}"
    served = drivers_served(city)
    for traveller in city.travellers.all:
        name = traveller.trip.vehicle.id
        if _is_forgotten(city, traveller):
            yield f"{name} waits for an answer"
        late = healed_us is not None and traveller.trip.asks_us > healed_us
        if name not in drivers or not late or energy_of(traveller, served):
            continue
        # In the evening hours of a city the sites may be full: ordinary drivers come all day.
        current = traveller.trip.vehicle.current
        if not traveller.tries or not all(is_full(city, it, current) for it in traveller.tries):
            yield f"{name} came when all had healed: {traveller.status}, {traveller.reason}"


def _is_forgotten(city: City, traveller: Traveller) -> bool:
    """Whether his question has got no answer for longer than any driver waits for one.

    Who asked only just now waits rightly: drivers come to a city until its run ends.
    """
    if traveller.status != "asks":
        return False
    return city.now_us - traveller.tries[-1].ask.asked_us > PATIENCE_US


def is_full(city: City, question: Try, current: Current) -> bool:
    """Whether all charge points of a current were in use when a driver was refused at a site.

    Told from who charged and who had a connector kept, by the log as it is in the end; that nothing
    is kept for anybody who does not want it, D2 sees to (:mod:`scenarios.city.promises`).
    """
    ask, network = question.ask, newest(city.at(question.site))
    if ask.answer != "Refused":
        return False
    if ask.reason == Why.NO_CAPACITY:
        return True
    at_us = ask.asked_us
    used = {
        it.cp_id
        for it in network.transactions.values()
        if it.start_us <= at_us + ALLOWED_US and (it.stop_us is None or it.stop_us > at_us)
    }
    used |= {
        it.cp_id
        for it in network.state.reservations.values()
        if it.made_us <= at_us + ALLOWED_US
        and (it.is_active or it.ended_us > at_us)
        and it.from_us < ask.until_us
        and it.until_us > ask.from_us
    }
    return all(cp in used for cp, asset in network.assets.items() if asset.current == current)
