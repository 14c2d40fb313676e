"""Names of keys: as they are written in a settings file, as Textual has them, as they are shown.

A single character is a key, and so is a name such as ``space``, ``f5`` or ``pageup``; ``ctrl+``,
``alt+`` and ``shift+`` may stand before it.
"""

import re
import unicodedata

_CHARACTERS = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Where Textual does not take Unicode's name."""

_SHOWN = {
    "space": "space", "enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab",
    "backspace": "Backspace", "delete": "Del", "insert": "Ins", "home": "Home", "end": "End",
    "pageup": "PgUp", "pagedown": "PgDn", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip

NAMED = ("space", "enter", "tab", "backspace", "delete", "insert", "home", "end", "pageup",
         "pagedown", "up", "down", "left", "right", *(f"f{n}" for n in range(1, 25)))  # fmt: skip
"""Keys that have a name of their own."""

MODIFIERS = ("ctrl", "alt", "shift")
ALLOWED = 'a character such as "p" or ".", a name such as "space" or "f5", or "ctrl+" and one'


def of_character(char: str) -> str:
    """Textual's name of the key that types a character."""
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _CHARACTERS.get(name, name)


_OF_NAME = {of_character(chr(n)): chr(n) for n in range(33, 127) if not chr(n).isalnum()}


def known(text: str) -> str | None:
    """Textual's name of a key as a person writes it; None where there is no such key."""
    *before, base = text.split("+") if len(text) > 1 else [text]
    if text.endswith("++"):  # ctrl and the plus key
        before, base = text[:-2].split("+"), "+"
    if len(set(before)) != len(before) or not set(before) <= set(MODIFIERS):
        return None
    if len(base) == 1 and base.isprintable() and not base.isspace():
        base = of_character(base)
    elif base == " ":
        base = "space"
    elif base not in NAMED and base not in _OF_NAME:
        return None
    if before == ["shift"] and len(base) == 1:
        return None  # a terminal sends the capital letter
    return "+".join([*(name for name in MODIFIERS if name in before), base])


def shown(key: str) -> str:
    """What a key looks like in a footer: ``full_stop`` is ``.``."""
    if key in _SHOWN:
        return _SHOWN[key]
    *before, base = key.split("+")
    base = _OF_NAME.get(base, _SHOWN.get(base, base.upper() if base in NAMED else base))
    return "+".join([*before, base])


def of_view(kind: type) -> str:
    """What a view is called, by its class: ``LinkEditor`` is ``link-editor``."""
    name = re.sub(r"(Panel|Screen)$", "", kind.__name__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
