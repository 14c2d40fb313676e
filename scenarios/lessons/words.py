"""The text of a lesson, in which facts are filled in.

``{leader}`` is a fact (:mod:`scenarios.lessons.facts`). ``{key:pause}`` is the key that an action
of that id is bound to, and ``*word*`` is bold: these are left to whoever shows the text.
"""

import re
from collections.abc import Mapping

_HOLE = re.compile(r"\{([^{}]*)\}")
NOW = "now."
"""Before a fact of the instant in which the step was done."""


def is_late(fact: str) -> bool:
    """Whether a fact is meant as it is when the step is done."""
    return fact.startswith(NOW)


def holes(text: str) -> list[str]:
    """What stands between braces, keys left out."""
    return [name for name in _HOLE.findall(text) if not name.startswith("key:")]


def keys(text: str) -> list[str]:
    """The ids of the actions whose keys are named."""
    return [name.removeprefix("key:") for name in _HOLE.findall(text) if name.startswith("key:")]


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its facts; keys stay as they are."""

    def fill(hole: "re.Match[str]") -> str:
        name = hole[1]
        return hole[0] if name.startswith("key:") else facts.get(name, f"?{name}?")

    return _HOLE.sub(fill, text)
