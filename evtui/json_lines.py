"""On which line of a JSON text a value stands, for messages. Looked for only when needed."""

import re
from json import JSONDecoder

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder()


def line_of(text: str, at: tuple[str | int, ...]) -> int:
    """The line, from 1, of the value at ``at`` in valid JSON; of what encloses it if missing."""
    index = _skip(text, 0)
    for part in at:
        inside = _member(text, index, part) if isinstance(part, str) else _item(text, index, part)
        if inside is None:
            break
        index = inside
    return text.count("\n", 0, index) + 1


def _member(text: str, index: int, name: str) -> int | None:
    """Where the value of a key starts in the object at ``index``."""
    if text[index] != "{":
        return None
    index = _skip(text, index + 1)
    while text[index] != "}":
        key, index = _DECODER.raw_decode(text, index)
        index = _skip(text, _skip(text, index) + 1)
        if key == name:
            return index
        index = _after(text, index)
    return None


def _item(text: str, index: int, number: int) -> int | None:
    """Where an item starts in the array at ``index``."""
    if text[index] != "[":
        return None
    index = _skip(text, index + 1)
    while text[index] != "]" and number:
        index, number = _after(text, index), number - 1
    return None if text[index] == "]" else index


def _after(text: str, index: int) -> int:
    """Where the next member or item starts, or the bracket that closes."""
    index = _skip(text, _DECODER.raw_decode(text, index)[1])
    return _skip(text, index + 1) if text[index] == "," else index


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return index if match is None else match.end()
