"""Everything that is drawn, in ASCII: for terminals that have nothing else, and for who reads so.

Each character becomes as many cells as it had, so that columns stay where they were. The letters
themselves are in :mod:`evtui.render.glyphs`.
"""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from evtui.render.glyphs import ASCII, ASCII_PAIRS

BRAILLE = range(0x2800, 0x2900)
_DOTS = " .:-=+*%#"
"""By how many of its eight dots are set."""
_RANGES = ((0x2190, 0x2200, ">"), (0x2500, 0x2580, "+"), (0x2580, 0x25A0, "#"))
"""Arrows, frames and blocks that have no letter of their own."""


@lru_cache(8192)
def ascii_of(text: str) -> str:
    """The text with nothing beyond ASCII, as wide as before."""
    if text.isascii():
        return text
    for pair, letters in ASCII_PAIRS.items():
        text = text.replace(pair, letters.ljust(cell_len(pair)))
    return "".join(map(_letter, text))


@lru_cache(4096)
def _letter(char: str) -> str:
    if char.isascii():
        return char
    if char in ASCII:
        return ASCII[char]
    code = ord(char)
    if code in BRAILLE:
        return _DOTS[(code - BRAILLE.start).bit_count()]
    plain = unicodedata.normalize("NFKD", char)[:1]
    other = next((letter for low, high, letter in _RANGES if low <= code < high), "?")
    width = cell_len(char)
    return (plain if plain.isascii() and plain.isprintable() else other).ljust(width)[:width]


class AsciiFilter(LineFilter):
    """Lets only ASCII through to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with ASCII alone."""
        return [
            segment if segment.text.isascii() else segment._replace(text=ascii_of(segment.text))
            for segment in segments
        ]
