"""The registry of settings: reader, schema, example and documents are all made from it."""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from evtui.keys.catalogue import catalogue
from evtui.options import SPEED_RANGE
from scenarios.kinds import did_you_mean

Value = str | float | bool
AUTO = "auto"
DEFAULT_THEME = "evtui-dark"


@frozen
class Field:
    """One setting: what it may be, and what it is if nobody says."""

    name: str
    default: Value
    help: str
    allowed: str
    read: Callable[[object], Value | None]
    """The value as it is used; None where it is not allowed."""
    schema: dict[str, Any]
    words: tuple[str, ...] = ()
    """All that it may be, where these are names."""

    def refused(self, found: object) -> str:
        """What was found, and what is allowed."""
        near = did_you_mean(found, self.words)
        return f"found {written(found)}; allowed {self.allowed}{near}"


def written(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text[:60]}"'
    if isinstance(value, float) and value.is_integer():
        return f"{value:g}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value))[:60] + "]"
    return "a table" if isinstance(value, dict) else str(value)[:60]


def _flag(value: object) -> Value | None:
    return value if isinstance(value, bool) else None


def _speed(value: object) -> Value | None:
    low, high = SPEED_RANGE
    if value == "max":
        return 0.0  # see evtui.render.units.MAX_SPEED
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and low <= value <= high else None  # type: ignore[arg-type,operator]


def _theme(value: object) -> Value | None:
    return value if isinstance(value, str) and value in catalogue().themes else None


def _ascii(value: object) -> Value | None:
    return value if isinstance(value, bool) or value == AUTO else None


def _switch(name: str, text: str, *, default: bool = False) -> Field:
    return Field(name, default, text, "true or false", _flag, {"type": "boolean"})


def _fields() -> tuple[Field, ...]:
    low, high = SPEED_RANGE
    themes = catalogue().themes
    own = ", ".join(name for name in themes if name.startswith("evtui-"))
    number = {"type": "number", "minimum": low, "maximum": high}
    return (
        Field(
            "theme", DEFAULT_THEME, "Colours, by the name of a theme.",
            f"the name of a theme, such as {own}", _theme, {"enum": list(themes)}, themes,
        ),
        Field(
            "speed", 10.0, 'Virtual seconds in a second, or "max"; a city begins ten times faster.',
            f'{low:g} to {high:g}, or "max"', _speed, {"anyOf": [number, {"const": "max"}]},
        ),
        Field(
            "ascii", AUTO, 'Draw with ASCII alone; "auto": where the terminal has nothing else.',
            'true, false or "auto"', _ascii, {"enum": [True, False, AUTO]},
        ),
        _switch("reduced_motion", "Nothing slides or blinks; the screen changes twice a second."),
        _switch("start_paused", "Open every scenario paused."),
        _switch("confirm_quit", "Ask before leaving a session that is not kept.", default=True),
    )  # fmt: skip


FIELDS = _fields()
KEYS = "keys"
"""The table of keys."""
