"""The part of the loader that reads a city: its sites, its arrivals, its directory."""

from typing import Any

from attrs import evolve, frozen

from scenarios.city import format as spec
from scenarios.city.spec import Arrivals, CitySite, Directory
from scenarios.expectation import DRIVERS
from scenarios.kinds import one_of, printable, shown
from scenarios.power_loading import check_fallback
from scenarios.reader import Reader
from scenarios.script import Names
from scenarios.verbs import LEADER, VERBS

Raw = dict[str, Any]

EXTRA = (spec.ARRIVALS_NAME, spec.DIRECTORY_NAME)
"""Keys at the top of a file that only a city has, beside ``[[site]]``."""

_OF_A_SITE = ("planning", "cabinet", "load", "pv", "campaign")
"""Tables that say of which site they are by being alone with it."""

_OF_ONE_SITE = ("sessions", "power", "flow", "bills", "reads")
"""Subjects that need ``site`` in a city."""
_OF_ALL = ("redirected", "unserved")
"""Counts of drivers that no site has of its own."""


@frozen
class City:
    """What a file says of a city, in parts of :class:`scenarios.schema.Scenario`."""

    sites: tuple[CitySite, ...]
    arrivals: tuple[Arrivals, ...]
    directory: Directory
    cps: tuple[dict[str, Any], ...]
    """The arguments of :class:`scenarios.schema.ChargePoint`, of all sites."""

    def site_of(self, cp: object) -> CitySite | None:
        """The site of a charge point."""
        return next((site for site in self.sites if cp in site.cps), None)


def is_city(document: Raw) -> bool:
    """Whether a file describes a city: ``[[site]]`` tables, and no charge points beside them.

    With charge points of its own it is one site, of which somebody wrote two brackets too many.
    """
    several = isinstance(document.get(spec.SITE_NAME), list)
    return several and "cp" not in document and "cps" not in document


def read_city(reader: Reader, document: Raw) -> City | None:
    """The city of a file; None where it is none. Every problem is noted in ``reader``."""
    if not is_city(document):
        for name in EXTRA:
            if name in document:
                reader.refuse((name,), "it in a file without [[site]]", "it in a city")
        return None
    if "fleet" in document:
        reader.refuse(("fleet",), "it beside [[site]]", "[[arrivals]] or [[ev]] tables")
    for name in _OF_A_SITE:
        if name in document:
            reader.refuse((name,), "it beside [[site]]", "it in a scenario of one site")
    reader.check_array(document, spec.SITE_NAME)
    reader.check_array(document, spec.ARRIVALS_NAME)
    rows = reader.array(document, spec.SITE_NAME, spec.CITY_SITE)
    if len(rows) > spec.MAX_SITES:
        reader.refuse((spec.SITE_NAME,), f"{len(rows):,} sites", f"1 to {spec.MAX_SITES}")
    sites, cps = [], []
    for index, values in enumerate(rows):
        _check_once(reader, index, values, rows)
        check_fallback(reader, values, (spec.SITE_NAME, index))
        if "id" in values and "count" in values:
            made = _charge_points(reader, index, values)
            cps += made
            own = {key: value for key, value in values.items()
                   if key not in (*spec.SITE_DEFAULTS, "count")}  # fmt: skip
            sites.append(CitySite(**own, cps=tuple(str(cp["id"]) for cp in made)))
    arrivals = reader.array(document, spec.ARRIVALS_NAME, spec.ARRIVALS)
    kinds = [site.kind for site in sites]
    for index, values in enumerate(arrivals):
        kind = values.get("kind")
        if kind is not None and sites and kind not in kinds:
            place = (spec.ARRIVALS_NAME, index, "kind")
            reader.refuse(place, f"{shown(kind)}, which is the kind of no site", one_of(kinds))
    directory = reader.single(document, spec.DIRECTORY_NAME, spec.DIRECTORY)
    complete = [values for values in arrivals if "kind" in values and "per_hour_milli" in values]
    return City(
        tuple(sites),
        tuple(Arrivals(**values) for values in complete),
        Directory(**directory),
        tuple(cps),
    )


def _check_once(reader: Reader, index: int, values: Raw, rows: list[Raw]) -> None:
    name = values.get("id")
    if name is not None and any(row.get("id") == name for row in rows[:index]):
        place = (spec.SITE_NAME, index, "id")
        reader.refuse(place, f'"{printable(str(name))}" a second time', "each id once")


def _charge_points(reader: Reader, index: int, values: Raw) -> list[Raw]:
    """The charge points of a site: AC ones first, then DC ones."""
    count = values["count"]
    given = {key: values.get(key, default) for key, default in spec.SITE_DEFAULTS.items()}
    if given["dc"] > count:
        reader.refuse((spec.SITE_NAME, index, "dc"), str(given["dc"]), f"0 to {count}, all its CPs")
    cps: list[Raw] = []
    for number in range(1, count + 1):
        dc = number > count - given["dc"]
        cps.append(
            {
                "id": f"{values['id']}-{number}",
                "current": "DC" if dc else "AC",
                "rated_w": given["rated_dc_w"] if dc else given["rated_w"],
                "at": values.get("at", (0, 0)),
                "location": values["id"],
            }
        )
    return cps


def parts(city: City | None) -> dict[str, Any]:
    """The arguments of :class:`scenarios.schema.Scenario` that a city adds."""
    if city is None:
        return {}
    return {"sites": city.sites, "arrivals": city.arrivals, "directory": city.directory}


def groups(cps: list[Raw], city: City | None) -> list[int]:
    """How many charge points each Paxos group has at first."""
    if city is None:
        return [sum(cp.get("member", True) for cp in cps)]
    return list(dict.fromkeys(len(site.cps) for site in city.sites))


def near(raw: Raw, names: Names, city: City | None) -> Names:
    """The names that a line of the script may use: the sides of a partition are of one site."""
    sides = raw.get("groups")
    if city is None or not isinstance(sides, list):
        return names
    named = [name for side in sides if isinstance(side, list) for name in side]
    site = next((site for site in map(city.site_of, named) if site is not None), None)
    return names if site is None else evolve(names, cps=site.cps)


def check_line(reader: Reader, index: int, line: Raw, city: City | None) -> None:
    """A line of the script must be about one site, or can be meant for all of them."""
    path = ("at", index)
    args = line["args"]
    named = [args[key] for key in ("cp", "a", "b") if key in args]
    if city is None:
        if VERBS[line["verb"]].of_city:
            reader.refuse((*path, "do"), shown(line["verb"]), "it in a city, a file with [[site]]")
        return
    sites = [site.id for site in map(city.site_of, named) if site is not None]
    if "site" in args:
        sites.append(args["site"])
    found = list(dict.fromkeys(sites))
    if len(found) > 1:
        reader.refuse(path, f"charge points of {' and '.join(found)}", "those of one site")
    if args.get("cp") == LEADER and not found:
        reader.refuse(path, "the leader of no site", "site beside it: each has a leader")


def check_expect(reader: Reader, index: int, raw: Raw, city: City | None) -> None:
    """What an expectation is about must be one site's where it cannot be of all."""
    if city is None:
        if "drivers" in raw:
            found, allowed = "a city's subject", "it in a city, a file with [[site]]"
            reader.refuse(("expect", index, "drivers"), found, allowed)
        return
    for subject in _OF_ONE_SITE:
        if subject in raw and "site" not in raw:
            reader.refuse(("expect", index), f"{subject} of no site", "site beside it")
    what = raw.get("drivers")
    if what in _OF_ALL and "site" in raw:
        allowed = one_of([word for word in DRIVERS if word not in _OF_ALL])
        reader.refuse(("expect", index, "drivers"), f"{shown(what)} of one site", allowed)


def check_evs(reader: Reader, evs: list[Raw], city: City | None) -> None:
    """Contracts are of one network; in a city drivers have id tags."""
    if city is None:
        return
    for index, values in enumerate(evs):
        if values.get("payment") == "contract":
            place = ("ev", index, "payment")
            reader.refuse(place, '"contract"', '"external": in a city drivers have id tags')
