"""What a scenario's tables say of power, and a table alone cannot check."""

from typing import Any

from scenarios.kinds import did_you_mean, one_of, printable
from scenarios.reader import Reader
from scenarios.schema import Site
from scenarios.script import Values
from scenarios.toml_lines import Path
from scenarios.units import POWER

Tables = list[dict[str, Any]]


def check_power(
    reader: Reader,
    document: dict[str, Any],
    site: Values,
    pv: Values,
    cabinets: Tables,
    loads: Tables,
) -> None:
    """Ids stand once, cabinets that are named are there, and loads leave something."""
    names = _ids(reader, document, "cabinet")
    _ids(reader, document, "load")
    for key in ("cp", "load"):
        for index, raw in reader.elements(document, key):
            name = raw.get("cabinet")
            if isinstance(name, str) and name not in names:
                allowed = one_of(names) if names else "none, as there is no [[cabinet]]"
                hint = did_you_mean(name, names)
                reader.refuse((key, index, "cabinet"), f'"{printable(name)}"', allowed + hint)
    check_fallback(reader, site, ("site",))
    for key, tables in (("load", loads), ("pv", [pv])):
        for index, values in enumerate(tables):
            until_us = values.get("until_us")
            if until_us is not None and until_us <= values.get("from_us", 0):
                path = (key, index, "until") if key == "load" else (key, "until")
                reader.refuse(path, "an end that is not after its beginning", "a later one")
    _check_room(reader, site.get("capacity_w", Site().capacity_w) + pv.get("firm_w", 0), loads, "")
    for cabinet in cabinets:
        own = [load for load in loads if load.get("cabinet") == cabinet.get("id")]
        _check_room(reader, cabinet.get("capacity_w", 0), own, str(cabinet.get("id", "")))


def _ids(reader: Reader, document: dict[str, Any], key: str) -> tuple[str, ...]:
    """The ids of an array's tables; one that stands twice is reported."""
    seen: dict[str, int] = {}
    for index, raw in reader.elements(document, key):
        name, place = raw.get("id"), (key, index, "id")
        if not isinstance(name, str):
            continue
        if name in seen:
            found = f'"{printable(name)}" a second time (first on line {seen[name]})'
            reader.refuse(place, found, "each id once")
        seen.setdefault(name, reader.line(place))
    return tuple(seen)


def check_fallback(reader: Reader, site: Values, path: Path) -> None:
    """A fallback share comes after a grant; ``path`` is the site's table, of a city or alone."""
    if site.get("fallback_w") and not site.get("grant_us"):
        found = f'"{POWER.format(site["fallback_w"])}" without a grant that ends'
        reader.refuse((*path, "fallback"), found, "it beside grant")


def _check_room(reader: Reader, capacity_w: int, loads: Tables, cabinet: str) -> None:
    """Loads that draw more than there is would overload it whatever the EVs do."""
    drawn_w = sum(load.get("power_w", 0) for load in loads)
    if drawn_w > capacity_w:
        where = f"cabinet {printable(cabinet)} carries" if cabinet else "the site has"
        found = f"loads of {POWER.format(drawn_w)}"
        reader.refuse(("load",), found, f"{POWER.format(capacity_w)} in all, what {where}")
