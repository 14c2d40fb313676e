"""Inputs of a city: each verb goes to the site that it is about; some are of the city itself.

A charge point's id is unique in a city, so whatever names one needs no site. What names none needs
``site``, or is meant for every site.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fsm.ocpp.reserving import HOLD_US
from scenarios.city.arrivals import Trip
from scenarios.city.spec import site_seed
from scenarios.errors import InputError
from scenarios.schema import At
from scenarios.verbs import EVERYONE, LEADER, VERBS
from scenarios.world import World

if TYPE_CHECKING:
    from scenarios.city.city import City

Args = dict[str, object]

_OF_EVERY_SITE = ("heal", "loss", "duplicate", "reorder", "corrupt", "delay", "block_tag",
                  "unblock_tag", "report_stolen", "revoke", "hold", "release",
                  "reseed")  # fmt: skip
"""Verbs that are done at every site when they name none."""


def perform(city: "City", verb: str, args: Args) -> str:
    """Carry a verb out.

    Raises:
        InputError: no such verb, an argument missing or too many, or not possible now.
    """
    takes = VERBS.get(verb)
    if takes is None:
        raise InputError(f"no verb {verb!r}; there are {', '.join(VERBS)}")
    if takes.of_city:
        return _of_the_city(city, verb, args)
    rest = {name: value for name, value in args.items() if name != "site"}
    if verb == "reserve":
        return _reserve(city, args)
    if verb == "plug_in":
        _board(city, rest)
    elif "ev" in rest and "site" not in args:
        world = city.where(str(rest["ev"]))
        if world is None:
            raise InputError(f"{rest['ev']} is at no site")
        return _act(city, world, verb, rest)
    number = _site(city, verb, args)
    if number:
        return _act(city, city.worlds[number], verb, rest)
    if verb == "heal":
        for each in city.sites:
            city.gossip.cut(each, None, joined=True)
    texts = [
        _act(city, world, verb, _own(city, number, verb, rest))
        for number, world in city.worlds.items()
    ]
    if verb == "reseed":
        city.gossip.reseed(int(str(rest["seed"])))
    return texts[0]


def _own(city: "City", number: int, verb: str, args: Args) -> Args:
    """What one of all sites is told: each draws from a seed of its own, as at the beginning."""
    seed = args.get("seed")
    if verb != "reseed" or type(seed) is not int:
        return args
    return {**args, "seed": site_seed(seed, city.sites[number])}


def follow_script(city: "City", line: At) -> None:
    """Do a line of the script; what is not possible by then is noted, and the run goes on."""
    try:
        city.act(line.verb, dict(line.args))
    except InputError as error:
        city.note("info", "script", f"{line.verb} was not done: {error}")


def _act(city: "City", world: World, verb: str, args: Args) -> str:
    world.advance(city.now_us)
    return world.act(verb, args)


def _number(city: "City", value: object) -> int:
    number = city.numbers.get(str(value))
    if number is None:
        raise InputError(f"no site {value!r}; there are {', '.join(city.numbers)}")
    return number


def _site(city: "City", verb: str, args: Args) -> int:
    """The number of the site that an input is about; 0 for every site."""
    if "site" in args:
        if args["site"] == EVERYONE:
            return 0
        return _number(city, args["site"])
    found = list(dict.fromkeys(_sites_named(city, args)))
    if len(found) > 1:
        names = " and ".join(city.sites[number].id for number in found)
        raise InputError(f"{verb} is about one site; found {names}")
    if found:
        return found[0]
    if args.get("cp") == EVERYONE or verb in _OF_EVERY_SITE:
        return 0
    raise InputError(f"{verb} needs a site; there are {', '.join(city.numbers)}")


def _sites_named(city: "City", args: Args) -> Iterator[int]:
    names = [args[key] for key in ("cp", "a", "b", "source", "target") if key in args]
    groups = args.get("groups", ())
    if isinstance(groups, (list, tuple)):
        names += [name for group in groups if isinstance(group, (list, tuple)) for name in group]
    for name in names:
        if name in (LEADER, EVERYONE) or city.vehicle(str(name)) is not None:
            continue
        number = city.site_of_cp.get(str(name))
        if number is None:
            raise InputError(f"no charge point {name!r} in this city")
        yield number


# Of the city.


def _of_the_city(city: "City", verb: str, args: Args) -> str:
    extra = [name for name in args if name not in ("site", "other")]
    if "site" not in args or extra:
        raise InputError(f"{verb} takes site, and may take other; found {', '.join(args)}")
    number = _number(city, args["site"])
    other = _number(city, args["other"]) if "other" in args else None
    if other == number:
        raise InputError(f"{city.sites[number].id} has no link to itself")
    joined = verb == "join_site"
    city.gossip.cut(number, other, joined=joined)
    whom = "all other sites" if other is None else city.sites[other].id
    text = f"links to {whom} {'joined' if joined else 'cut'}"
    city.note("repair" if joined else "fault", city.sites[number].id, text)
    return text


def _board(city: "City", args: Args) -> None:
    """An EV that is to be plugged in has to be at that site, and nowhere else."""
    vehicle = city.vehicle(str(args.get("ev")))
    number = city.site_of_cp.get(str(args.get("cp")))
    if vehicle is None or number is None:
        return  # the site's own input says what is wrong
    there = city.where(vehicle.id)
    if there is not None and there.cars[vehicle.id].connector is not None:
        raise InputError(f"{vehicle.id} is plugged in at {there.scenario.name} already")
    city.at(number).add_vehicle(vehicle)


def _reserve(city: "City", args: Args) -> str:
    """A driver asks: the site nearest to him, or the one that is named."""
    needed = ("ev", "from_us", "until_us", "energy_wh")
    missing = [name for name in needed if name not in args]
    extra = [name for name in args if name not in (*needed, "site", "hold_us")]
    if missing or extra:
        wrong = [*(f"{name} is missing" for name in missing), *(f"{n} is unknown" for n in extra)]
        raise InputError(f"reserve takes {', '.join(needed)}; {'; '.join(wrong)}")
    vehicle = city.vehicle(str(args["ev"]))
    if vehicle is None:
        raise InputError(f"no EV {args['ev']!r} in this city")
    from_us, until_us, energy_wh = (_integer(args, name) for name in needed[1:])
    hold_us = _integer(args, "hold_us") if "hold_us" in args else HOLD_US
    if until_us <= from_us:
        raise InputError("from is before until")
    site = _number(city, args["site"]) if "site" in args else None
    trip = Trip(vehicle, city.now_us, from_us, until_us, energy_wh)
    traveller = city.travellers.begin(trip, hold_us, site)
    return f"asks {city.sites[traveller.first].id}" if traveller.first else traveller.reason


def _integer(args: Args, name: str) -> int:
    value = args[name]
    if type(value) is not int or value < 0:
        raise InputError(f"{name} is an integer from 0 on, found {value!r}")
    return value
