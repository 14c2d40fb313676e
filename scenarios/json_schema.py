"""The scenario format as a JSON schema, for editors and other programs.

It says what can be said of one value or one table; that names exist and times lie within the
duration is for :mod:`scenarios.loader`. Written to ``library/scenario.schema.json`` by
``python -m scenarios.json_schema``.
"""

import json
import sys

from scenarios import format as spec
from scenarios.city import format as city
from scenarios.format import Key
from scenarios.kinds import Choice, Json
from scenarios.verbs import VERBS


def schema() -> Json:
    """The whole schema."""
    top = _table(spec.TOP.keys)
    properties = {
        **_properties(spec.TOP.keys),
        **{name: _table(table.keys) for name, table in (spec.TABLES | city.TABLES).items()},
        city.SITE_NAME: _site(),
        **{name: _array(_table(table.keys)) for name, table in city.ARRAYS.items()},
        "cabinet": _array(_table(spec.CABINET.keys)),
        "load": _array(_table(spec.LOAD.keys)),
        "cp": _array(_table(spec.CP.keys), minItems=1, maxItems=spec.MAX_CPS),
        spec.CPS.name: _property(spec.CPS),
        spec.FLEET_NAME: _table(spec.FLEET.keys),
        "ev": _array(_table(spec.EV.keys)),
        "price_band": _array(_table(spec.PRICE_BAND.keys)),
        "id_tag": _array(_table(spec.ID_TAG.keys)),
        "late": _array(_table(spec.LATE.keys)),
        "at": _array({"oneOf": [_script_line(verb) for verb in VERBS]}),
        "expect": _array({"oneOf": [_expectation(subject) for subject in spec.SUBJECTS]}),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "evtui scenario",
        "description": "A charging network, a script for it, and what must be seen.",
        **top,
        "properties": properties,
        "oneOf": [
            {"required": ["cp"]},
            {"required": [spec.CPS.name]},
            {
                "required": [city.SITE_NAME],
                "properties": {city.SITE_NAME: {"type": "array"}},
            },
        ],
        # What only a city has, and what it has not.
        "if": {
            "required": [city.SITE_NAME],
            "properties": {city.SITE_NAME: {"type": "array"}},
        },
        "then": {"properties": {spec.FLEET_NAME: False}},
        "else": {"properties": dict.fromkeys((*city.ARRAYS, *city.TABLES), False)},
    }


def text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _property(key: Key) -> Json:
    return {**key.kind.json_schema(), "description": key.doc}


def _properties(keys: tuple[Key, ...]) -> Json:
    return {key.name: _property(key) for key in keys}


def _table(keys: tuple[Key, ...], required: tuple[str, ...] = ()) -> Json:
    needed = [key.name for key in keys if key.required or key.name in required]
    table: Json = {"type": "object", "properties": _properties(keys)}
    return {**table, **({"required": needed} if needed else {}), "additionalProperties": False}


def _array(items: Json, **bounds: int) -> Json:
    return {"type": "array", "items": items, **bounds}


def _site() -> Json:
    """One site, or the sites of a city."""
    several = _array(_table(city.CITY_SITE.keys), minItems=1, maxItems=city.MAX_SITES)
    return {"oneOf": [_table(spec.TABLES[city.SITE_NAME].keys), several]}


def _script_line(verb: str) -> Json:
    needed, optional = spec.arguments(verb)
    head = tuple(key for key in spec.AT.keys if key.name in ("t", "do"))
    table = _table((*head, *needed, *optional), tuple(key.name for key in needed))
    properties = {**_properties((*head, *needed, *optional)), "do": {"const": verb}}
    both = {"dependentRequired": {"b": ["a"], "oneway": ["a"]}} if optional else {}
    return {"title": verb, **table, "properties": properties, **both}


def _expectation(subject: str) -> Json:
    sayings = spec.SUBJECTS[subject]
    names = ("t", subject, *sayings)
    keys = tuple(key for key in spec.EXPECT.keys if key.name in names)
    table = _table(keys, (subject,))
    states = {"ev": spec.EV_STATES, "cp": spec.CP_STATES}.get(subject)
    if states:
        state = Key("state", "state", Choice(states), "Its state.")
        table["properties"] = {**_properties(keys), "state": _property(state)}
    needed = [name for name in sayings if name not in spec.QUALIFIERS]
    some = {"anyOf": [{"required": [name]} for name in needed]}
    return {"title": subject, **table, **(some if needed else {})}


if __name__ == "__main__":
    sys.stdout.write(text())
