"""Where the keys stand in a line of keys: ``↑↓ slot  Enter why  Esc closes``."""

import re
from collections.abc import Mapping

from attrs import frozen

ARROWS = frozenset("↑↓←→")
_WORD = re.compile(r"\S+")


@frozen
class Spot:
    """A part of the line, from ``start`` up to ``end``, and the key that it speaks of."""

    start: int
    end: int
    key: str


def spots(text: str, keys: Mapping[str, str]) -> list[Spot]:
    """Each key of a line, and the words behind it: ``keys`` are Textual's names by their looks.

    Of several keys in a row the words speak of the first. What two blanks or more part from all
    keys speaks of none.
    """
    found: list[Spot] = []
    first = ""
    words_only, last = False, 0
    for word in _WORD.finditer(text):
        if word.start() - last > 1:
            first = ""
        own = _keys(word[0], keys)
        if own:
            first, words_only = (own[0].key if words_only or not first else first), False
            found += [Spot(word.start() + it.start, word.start() + it.end, it.key) for it in own]
        elif first:
            words_only = words_only or word[0] != "or"
            found.append(Spot(last, word.end(), first))
        last = word.end()
    return found


def _keys(word: str, keys: Mapping[str, str]) -> list[Spot]:
    """The keys that a word names: one, or arrows side by side."""
    bare = word.rstrip(":;,") if len(word) > 1 else word
    if bare in keys:
        return [Spot(0, len(word), keys[bare])]
    if set(bare) <= ARROWS and set(bare) <= set(keys):
        return [Spot(n, n + 1, keys[char]) for n, char in enumerate(bare)]
    return []
