"""Names of keys: as they are written in a settings file, as Textual has them, as they are shown.

A single character is a key, and so is a name such as ``space``, ``f5`` or ``pageup``; ``ctrl+``,
``alt+`` and ``shift+`` may stand before it, where every terminal can send that. All that the
program shows of a key can be written, too, with large letters or small ones.
"""

import re
import string
import unicodedata
from functools import cache

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

_MOVING = ("delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left", "right",
           *(f"f{n}" for n in range(1, 25)))  # fmt: skip
"""They are sent with whatever is held besides."""
NAMED = ("space", "enter", "tab", "backspace", *_MOVING)
"""Keys that have a name of their own."""

MODIFIERS = ("alt", "ctrl", "shift")
"""In the order in which Textual names them."""
ALLOWED = 'a character such as "p" or ".", a name such as "space" or "f5", or "ctrl+" and one'

_SAME = {
    "ctrl+h": "Backspace",
    "ctrl+i": "Tab",
    "ctrl+m": "Enter",
    "ctrl+left_square_bracket": "Esc",
}
"""To a terminal it is the same byte."""
_CTRL = {*string.ascii_lowercase, "backslash", "right_square_bracket", "circumflex_accent",
         "underscore"} - {it.removeprefix("ctrl+") for it in _SAME}  # fmt: skip
_ALT = {*string.ascii_lowercase} - {"b", "f"}
"""What else can be held together with one of them: there are no bytes for the rest, or they are
read as those of a word to the left or the right (``alt+b``, ``alt+f``)."""


def of_character(char: str) -> str:
    """Textual's name of the key that types a character."""
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _CHARACTERS.get(name, name)


_OF_NAME = {of_character(chr(n)): chr(n) for n in range(33, 127) if not chr(n).isalnum()}
_WRITTEN = {
    **{name: name for name in (*NAMED, *_OF_NAME, "escape")},
    **{text.casefold(): key for key, text in _SHOWN.items()},
    " ": "space",
}


def known(text: str) -> str | None:
    """Textual's name of a key as a person writes it; None where no terminal sends such a key."""
    key = _named(text)
    return key if key is not None and _can_be_had(key) else None


def why_not(text: str) -> str:
    """Why a key cannot be had; nothing where it is not even a key."""
    key = _named(text)
    if key is None or _can_be_had(key):
        return ""
    if key == "escape":
        return ", which always leads back"
    *before, base = key.split("+")
    sent = base.upper() if before == ["shift"] and len(base) == 1 else _SAME.get(key)
    return f", which a terminal sends as {sent}" if sent else ", which a terminal does not send"


def _named(text: str) -> str | None:
    """Textual's name of what is written, whether a terminal sends it or not."""
    *before, base = text.split("+") if len(text) > 1 else [text]
    if text.endswith("++"):  # ctrl and the plus key
        before, base = text[:-2].split("+"), "+"
    held = [name.casefold() for name in before]
    if len(set(held)) != len(held) or not set(held) <= set(MODIFIERS):
        return None
    if base.casefold() in _WRITTEN:
        base = _WRITTEN[base.casefold()]
    elif len(base) == 1 and base.isprintable():
        base = of_character(base)
    else:
        return None
    if held and base in string.ascii_uppercase:
        # Whoever holds ctrl sends the same for K as for k; with alt there is a difference.
        held += ["shift"] if held == ["alt"] else []
        base = base.lower()
    return "+".join([*(name for name in MODIFIERS if name in held), base])


def _can_be_had(key: str) -> bool:
    """Whether a terminal sends a key, and nothing needs it."""
    *before, base = key.split("+")
    if not before:
        return base != "escape"
    return (
        base in _MOVING
        or key == "shift+tab"
        or (before == ["ctrl"] and base in _CTRL)
        or (before == ["alt"] and base in _ALT)
        or (before == ["alt", "shift"] and base in string.ascii_lowercase)
    )


def shown(key: str) -> str:
    """What a key looks like in a footer: ``full_stop`` is ``.``."""
    if key in _SHOWN:
        return _SHOWN[key]
    *before, base = key.split("+")
    if base in NAMED:
        text = _SHOWN.get(base, base.upper())
    else:
        text = _OF_NAME.get(base) or _character(base)
    return "+".join([*before, text])


def printed(key: str, encoding: str | None) -> str:
    """What a key looks like in an output that may have few letters: ``Up`` where it has no ``↑``.

    What it says then can be written in a file of settings, too.
    """
    text = shown(key)
    try:
        text.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        *before, base = key.split("+")
        text = "+".join([*before, base.capitalize() if base in NAMED else base])
    return text


def _character(name: str) -> str:
    """The character that a key types: ``euro_sign`` is ``€``."""
    if len(name) == 1:
        return name
    try:
        return unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return _hyphened().get(name, name)


@cache
def _hyphened() -> dict[str, str]:
    """Characters of the alphabets and of punctuation with a hyphen in their names."""
    chars = map(chr, range(0x80, 0x2C00))
    return {of_character(it): it for it in chars if "-" in unicodedata.name(it, "")}


def of_view(kind: type) -> str:
    """What a view is called, by its class: ``LinkEditor`` is ``link-editor``."""
    name = re.sub(r"(Panel|Screen)$", "", kind.__name__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
