"""Drivers of a whole city: whichever site they are at, or were told of, and all that they asked."""

from attrs import evolve

from scenarios.booked import reservation
from scenarios.city.city import City
from scenarios.city.travellers import Traveller
from scenarios.driver_look import driver, first_row, place, row
from scenarios.driver_view import DriversView, DriverView, TripView, TryView
from scenarios.tables_view import DriverWindow
from scenarios.till import Till, newest


def drivers(city: City, window: DriverWindow) -> DriversView:
    """All that have asked or were plugged in so far, in the order in which that was."""
    sites = sites_of(city)
    names = list(sites)
    at = place(names, window)
    first = first_row(at, len(names), window.rows)
    rows = []
    for name in names[first : first + window.rows]:
        world = city.worlds[sites[name]]
        rows.append(row(world, world.cars[name], city.sites[sites[name]].id))
    chosen = _driver(city, sites[names[at]], names[at], window.words) if names else None
    return DriversView(first, tuple(rows), len(names), at, chosen, tuple(city.numbers))


def sites_of(city: City) -> dict[str, int]:
    """Where each driver is: plugged in, else expected, else where he asked last."""
    found: dict[str, int] = {}
    for name in city.travellers.names():
        traveller = city.travellers.of(name)
        if traveller is not None and traveller.tries:
            granted = traveller.granted
            found[name] = (granted or traveller.tries[-1]).site
    for number, world in city.worlds.items():
        for name, car in world.cars.items():
            if car.connector is not None or name not in found:
                found[name] = number
    return found


def _driver(city: City, site: int, name: str, count: int) -> DriverView:
    world = city.at(site)
    seen = driver(world, Till(world), world.cars[name], count)
    words = [
        it
        for number in city.sites
        if number != site
        for it in city.worlds[number].drivers.inbox.of(name)
    ]
    if words:
        both = sorted([*words, *seen.words], key=lambda it: it.time_us)
        seen = evolve(seen, words=tuple(both[max(len(both) - count, 0) :]))
    traveller = city.travellers.of(name)
    trip = None if traveller is None else _trip(city, traveller)
    return evolve(seen, site=city.sites[site].id, trip=trip)


def _trip(city: City, traveller: Traveller) -> TripView:
    tries = []
    for it in traveller.tries:
        asked = reservation(it.ask, newest(city.worlds[it.site]))
        reason = it.ask.brief or asked.reason
        site = city.sites[it.site].id
        tries.append(TryView(site, it.why, asked.answer, asked.cp, reason))
    return TripView(traveller.status, traveller.reason, tuple(tries))
