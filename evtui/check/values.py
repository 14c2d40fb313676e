"""Values of JSON as a machine compares them, and as people read them.

``true`` is not 1 here, and 1.0 is: a list, an object or a truth value becomes a tuple that begins
with its kind, everything else stays what it is.
"""

import json
from typing import Any, Final

from scenarios.kinds import printable

MAX_SHOWN: Final = 40


def frozen_value(value: Any) -> Any:
    """A hashable value; two are equal if and only if they are as JSON."""
    if isinstance(value, bool):
        return ("truth", value)
    if isinstance(value, list):
        return ("list", *(frozen_value(item) for item in value))
    if isinstance(value, dict):
        pairs = sorted((key, frozen_value(item)) for key, item in value.items())
        return ("object", *(part for pair in pairs for part in pair))
    return value


def thawed(value: Any) -> Any:
    """The JSON value again."""
    if not isinstance(value, tuple):
        return value
    kind, *items = value
    if kind == "truth":
        return items[0]
    if kind == "list":
        return [thawed(item) for item in items]
    return {key: thawed(item) for key, item in zip(items[::2], items[1::2], strict=True)}


def show(value: Any) -> str:
    """A value for people; long ones by their ends."""
    return short(json.dumps(thawed(value), ensure_ascii=False))


def short(text: str) -> str:
    """A text that no terminal takes for orders, and that fits into a line."""
    text = printable(text)
    half = MAX_SHOWN // 2 - 1
    return text if len(text) <= MAX_SHOWN else f"{text[:half]}…{text[-half:]}"
