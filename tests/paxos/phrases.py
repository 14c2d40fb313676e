"""The words of transcripts: nodes, links, times, and which letters are meant."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from paxos.messages import MESSAGES, Message
from tests.paxos.letters import Ends, Letter

KINDS = {kind.__name__.lower(): kind for kind in MESSAGES}
UNITS_US = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
UNITS_PPM = {"ppm": 1, "%": 10_000}


def numbers(text: str) -> tuple[int, ...]:
    """``1,2`` as nodes."""
    return tuple(int(part) for part in text.split(","))


def duration_us(text: str) -> int:
    """``2s``, ``500ms`` or ``-1h`` in microseconds."""
    return _measure(text, UNITS_US)


def drift_ppm(text: str) -> int:
    """``+1%`` or ``-500ppm`` in parts per million."""
    return _measure(text, UNITS_PPM)


def _measure(text: str, units: dict[str, int]) -> int:
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz%")
    return int(Decimal(number) * units[text.removeprefix(number)])


def are_links(words: Iterable[str]) -> bool:
    """Whether links are meant, and not sides of a partition."""
    return any(">" in word or "-" in word for word in words)


def links(words: Iterable[str], nodes: Iterable[int]) -> list[Ends]:
    """``1>2`` as one link, ``1-2`` as both; ``1,2>3`` and ``*>3`` as several."""
    everyone = tuple(nodes)
    found: list[Ends] = []
    for word in words:
        here, there = (
            everyone if end == "*" else numbers(end)
            for end in word.replace("-", ">").split(">")
        )  # fmt: skip
        ways = [(a, b) for a in here for b in there if a != b]
        found += ways + ([(b, a) for a, b in ways] if "-" in word else [])
    return list(dict.fromkeys(found))


def matcher(words: Iterable[str]) -> Callable[[Letter], bool]:
    """Which letters are meant: ``1>2``, ``*>2,3``, a kind, ``slot=3``, ``ballot=2.1``, ``*``."""
    wanted = tuple(words)
    return lambda letter: all(_meets(letter, word) for word in wanted)


def _meets(letter: Letter, word: str) -> bool:
    if word == "*":
        return True
    if ">" in word:
        source, target = word.split(">")
        return (source == "*" or letter.source in numbers(source)) and (
            target == "*" or letter.target in numbers(target)
        )
    if "=" in word:
        return _has(letter.message, *word.split("="))
    return type(letter.message) is KINDS[word]


def _has(message: Message, name: str, wanted: str) -> bool:
    """Whether a field of a message is written like that; ``slot`` is its first."""
    for field in (name, f"{name}_slot", f"first_{name}", f"from_{name}"):
        if hasattr(message, field):
            return str(getattr(message, field)) == wanted
    return False
