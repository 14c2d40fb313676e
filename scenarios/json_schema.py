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
from scenarios.lessons import format as lessons
from scenarios.lessons.facts import FACTS
from scenarios.lessons.words import NOW
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
        "lesson": _table(lessons.LESSON.keys),
        "step": _array(_step(), minItems=1, maxItems=lessons.STEPS_MAX),
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
        "dependentRequired": {"lesson": ["step"], "step": ["lesson"]},
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


def _step() -> Json:
    """A step of a lesson, with its conditions."""
    table = _table(lessons.STEP.keys)
    facts: Json = {
        "type": "object",
        "additionalProperties": {"enum": [*FACTS, *(NOW + it for it in FACTS)]},
    }
    conditions = {
        lessons.DONE: _conditions(1, ()),
        lessons.SPOILS: _conditions(0, ("say",)),
        lessons.KEEP: {**facts, "description": "Names for facts as the step begins."},
    }
    table["properties"] = {**_properties(lessons.STEP.keys), **conditions}
    needed = [key.name for key in lessons.STEP.keys if key.required]
    return {**table, "required": [*needed, lessons.DONE]}


def _conditions(least: int, also: tuple[str, ...]) -> Json:
    """An array of conditions, each with one subject; ``also`` is what each needs besides."""
    kinds = [_condition(subject, also) for subject in lessons.SUBJECTS]
    return _array({"anyOf": kinds}, minItems=least, maxItems=lessons.CONDITIONS_MAX)


def _condition(subject: str, also: tuple[str, ...]) -> Json:
    sayings = lessons.SUBJECTS[subject]
    names = (subject, *sayings, *also)
    table = _table(
        tuple(key for key in lessons.CONDITION.keys if key.name in names), (subject, *also)
    )
    some = {"anyOf": [{"required": [name]} for name in sayings]}
    return {"title": subject, **table, **(some if subject in lessons.NEEDS_SAYING else {})}


if __name__ == "__main__":
    sys.stdout.write(text())
