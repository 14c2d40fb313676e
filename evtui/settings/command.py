"""``evtui settings``: what is in force, and from where; an example to begin with."""

import json
import sys
from typing import Any

from evtui.errors import UsageError
from evtui.keys.catalogue import catalogue
from evtui.keys.names import printed, shown
from evtui.settings.fields import FIELDS, KEYS, written
from evtui.settings.force import DEFAULT, InForce, can_draw, in_force
from evtui.settings.place import VARIABLE, settings_file
from evtui.settings.schema import schema

EXIT_WRONG = 2

HEAD = """\
# Settings of evtui. What is commented out is as it is without this file.
# All of it: docs/settings.md; the ids of all keys: evtui --print-keys
"""
KEYS_HEAD = """
# Keys by the id of what they do: one, or a list. A rebound key is so in every view.
[keys]
"""
SAMPLES = ("pause", "faster", "quit")


def run_settings(*, write: bool, as_json: bool, as_schema: bool = False) -> int:
    """Print the settings or their schema, or write the example; 2 where something is wrong.

    Raises:
        UsageError: there is a file already, or none can be written, or two things are asked.

    """
    if as_schema:
        if write:
            raise UsageError("settings: found --write with --schema; allowed one of them")
        sys.stdout.write(json.dumps(schema(), indent=1, ensure_ascii=not can_draw()) + "\n")
        return 0
    if write:
        return _write(as_json=as_json)
    found = in_force()
    _print(to_json(found)) if as_json else sys.stdout.write(to_text(found))
    for problem in found.settings.problems:
        sys.stderr.write(f"evtui: {problem}\n")
    return EXIT_WRONG if found.settings.problems else 0


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def _write(*, as_json: bool) -> int:
    path = settings_file()
    if path.exists():
        raise UsageError(f"settings: found {path}; allowed where there is no file yet")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(example())
    except OSError as error:
        raise UsageError(f"settings: cannot write {path} ({error.strerror or error})") from None
    _print({"file": str(path)}) if as_json else sys.stdout.write(f"Written {path}\n")
    return 0


def example() -> str:
    """A file that changes nothing, and says all that can be changed."""
    parts = [HEAD]
    for setting in FIELDS:
        parts.append(f"\n# {setting.help}\n# Allowed: {setting.allowed}.\n")
        parts.append(f"# {setting.name} = {written(setting.default)}\n")
    parts.append(KEYS_HEAD)
    for row in catalogue().network.rows:
        if row.id in SAMPLES:
            keys = [shown(key) for key in row.keys]
            value = written(keys[0] if len(keys) == 1 else keys)
            parts.append(f"# {row.id} = {value}\n")
    return "".join(parts)


def to_json(found: InForce) -> dict[str, Any]:
    """The settings as data."""
    read = found.read
    settings = {
        it.name: {"value": _value(it.name, found), "from": found.sources[it.name]} for it in FIELDS
    }
    keys = {
        name: {"keys": list(keys), "from": found.sources[f"{KEYS}.{name}"]}
        for name, keys in read.keys.items()
    }
    return {
        "file": str(settings_file()),
        "exists": read.is_there,
        "settings": settings,
        KEYS: keys,
        "problems": list(found.settings.problems),
    }


def _value(name: str, found: InForce) -> object:
    value = found.values[name]
    return "max" if name == "speed" and value == 0 else value


def to_text(found: InForce) -> str:
    """The settings for people: name, value, where it comes from."""
    where = "" if found.read.is_there else "   (not there; evtui settings --write writes one)"
    lines = [f"{settings_file()}{where}", ""]
    lines += [
        _line(it.name, written(_value(it.name, found)), found.sources[it.name]) for it in FIELDS
    ]
    for name, keys in found.read.keys.items():
        text = " ".join(printed(key, sys.stdout.encoding) for key in keys)
        lines.append(_line(f"{KEYS}.{name}", text, found.sources[f"{KEYS}.{name}"]))
    if not found.read.keys:
        lines.append(_line(KEYS, "as in docs/keys.md", DEFAULT))
    lines += ["", f"{VARIABLE} names another folder for the file."]
    return "\n".join(lines) + "\n"


def _line(name: str, value: str, source: str) -> str:
    return f"{name:<20} {value:<20} {source}"
