"""A filter of messages as people type it: words, of which each narrows what is shown.

``accept prepare`` are kinds (or how several begin), ``v2g`` is a channel, ``cp2`` an end; ``-nack``
leaves something out. ``all`` shows heartbeats, too, ``trouble`` only what was lost, dropped,
damaged or late, ``-notes`` no faults and elections.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from scenarios.errors import InputError
from scenarios.kinds import did_you_mean, printable
from scenarios.messages.codes import CHANNELS, NAMES
from scenarios.messages.view import Filter

WORDS: Final = ("all", "trouble", "-notes")
"""What is neither a kind nor a channel nor a name."""


def read(text: str, ends: Sequence[str]) -> Filter:
    """The filter that a text says; ``ends`` are the charge points and EVs there are.

    Raises:
        InputError: a word that says nothing.
    """
    channels: list[str] = []
    kinds: list[str] = []
    hidden: list[str] = []
    named: list[str] = []
    words = text.lower().split()
    for word in words:
        if word in WORDS:
            continue
        bare = word.removeprefix("-")
        found = _meant(bare, ends)
        if not found:
            raise InputError(_unknown(word, ends))
        if word.startswith("-"):
            hidden += found
        elif found[0] in ends:
            named += found
        elif found[0] in CHANNELS.values():
            channels += found
        else:
            kinds += found
    return Filter(
        channels=tuple(channels), kinds=tuple(kinds), hidden=tuple(hidden), ends=tuple(named),
        trouble="trouble" in words, routine="all" in words, notes="-notes" not in words,
    )  # fmt: skip


def _meant(word: str, ends: Iterable[str]) -> list[str]:
    """What a word names: an end, a channel, a kind, or all kinds that begin so."""
    for names in (ends, CHANNELS.values(), NAMES[1:]):
        for name in names:
            if name.lower() == word:
                return [name]
    return [name for name in NAMES[1:] if word and name.lower().startswith(word)]


def _unknown(word: str, ends: Sequence[str]) -> str:
    known = [*CHANNELS.values(), *NAMES[1:], *ends, *WORDS]
    few = ", ".join(ends[:2])
    return (
        f'found "{printable(word)}"; allowed paxos, ocpp, v2g, kinds such as Prepare or Accept, '
        f"{few}, all, trouble, -notes, and - before what is to be hidden"
        + did_you_mean(word.removeprefix("-"), [name.lower() for name in known])
    )
