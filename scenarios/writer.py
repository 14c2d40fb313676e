"""Scenario files written: from :class:`scenarios.schema.Scenario` to TOML text.

What :func:`scenarios.loader.loads` reads of it is the same scenario. Only what differs from the
defaults is written; a fleet stands as the EVs and the script that it is short for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import NOTHING, Factory, fields

from scenarios import format as spec
from scenarios.city import format as city_spec
from scenarios.city.spec import CitySite
from scenarios.format import Key, Table
from scenarios.schema import At, Scenario

_PARTS = {
    "site": "site",
    "planning": "plans",
    "network": "network",
    "paxos": "paxos",
    "tariff": "prices",
    "pv": "pv",
    "campaign": "campaign",
    "session": "saved",
}
"""Which attribute of a scenario each single table is."""
_ROWS = {
    "cabinet": "cabinets",
    "load": "loads",
    "cp": "cps",
    "ev": "evs",
    "price_band": "bands",
    "id_tag": "id_tags",
    "late": "late",
    "expect": "expectations",
}
"""Which attribute each array of tables is; the script stands between EVs and expectations."""


def to_toml(scenario: Scenario) -> str:
    """The text of a file that this scenario would be read from."""
    blocks = [list(_pairs(spec.TOP, scenario))]
    city = bool(scenario.sites)
    for name, attribute in _PARTS.items():
        part = getattr(scenario, attribute)
        if part is None or (city and name == "site"):
            continue
        rows = list(_pairs(spec.TABLES[name], part))
        if rows or name == "planning":
            blocks.append([f"[{name}]", *rows])
    blocks += _city(scenario)
    for name, attribute in _ROWS.items():
        if city and name == "cp":
            continue
        if name == "expect":
            blocks += _script(scenario)
        table = spec.ARRAYS[name]
        blocks += [[f"[[{name}]]", *_pairs(table, it)] for it in getattr(scenario, attribute)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _script(scenario: Scenario) -> Iterator[list[str]]:
    """The script and what was done by hand, in the order of time."""
    lines = sorted((*scenario.script, *scenario.inputs), key=lambda it: (it.t_us, it.after or 0))
    for line in lines:
        yield ["[[at]]", *_line(line)]


def _line(line: At) -> Iterator[str]:
    """A line of the script: when, what, and its arguments."""
    yield from (_pair(key, getattr(line, key.attribute)) for key in spec.HEAD
                if getattr(line, key.attribute) is not None)  # fmt: skip
    needed, optional = spec.arguments(line.verb)
    for key in (*needed, *optional):
        if line.args.get(key.attribute) is not None:
            yield _pair(key, line.args[key.attribute])


def _city(scenario: Scenario) -> Iterator[list[str]]:
    """The tables that only a city has."""
    if not scenario.sites:
        return
    directory = list(_pairs(city_spec.DIRECTORY, scenario.directory))
    if directory:
        yield [f"[{city_spec.DIRECTORY_NAME}]", *directory]
    for site in scenario.sites:
        rows = [
            _pair(key, value)
            for key in city_spec.CITY_SITE.keys
            if (value := _of_site(scenario, site, key.attribute)) is not None
        ]
        yield [f"[[{city_spec.SITE_NAME}]]", *rows]
    for it in scenario.arrivals:
        yield [f"[[{city_spec.ARRIVALS_NAME}]]", *_pairs(city_spec.ARRIVALS, it)]


def _of_site(scenario: Scenario, site: CitySite, attribute: str) -> object:
    """What a site's table says: of its charge points, how many there are of which kind."""
    cps = [cp for cp in scenario.cps if cp.id in site.cps]
    rated = {cp.current: cp.rated_w for cp in cps}
    derived: Mapping[str, object] = {
        "count": len(cps),
        "dc": sum(cp.current == "DC" for cp in cps),
        "rated_w": rated.get("AC"),
        "rated_dc_w": rated.get("DC"),
        "grant_us": site.grant_us or None,
        "fallback_w": site.fallback_w or None,
    }
    return derived[attribute] if attribute in derived else getattr(site, attribute)


def _pairs(table: Table, value: Any) -> Iterator[str]:
    """The keys of a table whose values are not the defaults."""
    defaults = {it.name: it.default for it in fields(type(value))}
    for key in table.keys:
        found = getattr(value, key.attribute)
        default = defaults[key.attribute]
        if isinstance(default, Factory):  # type: ignore[arg-type]
            default = NOTHING
        if found is not None and (key.required or found != default):
            yield _pair(key, found)


def _pair(key: Key, value: object) -> str:
    return f"{key.name} = {_toml(key.kind.write(value))}"


def _toml(value: object) -> str:
    """A value in TOML: text, whole or real number, true or false, array."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # TOML's basic strings know all escapes that JSON has, and DEL must be one.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(_toml(it) for it in value)}]"
    return repr(value)
