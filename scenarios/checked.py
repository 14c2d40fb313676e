"""How often each invariant of charging was checked, and how near it has come to breaking.

For those of consensus see :mod:`paxos.check.tally`. A check is one comparison that could have
raised; what is left of the margin is counted in the invariant's own unit (:data:`UNITS`).
"""

from typing import Final

from attrs import Factory, define

UNITS: Final[dict[str, str]] = {
    "P1": "W",
    "P2": "W",
    "P3": "W",
    "P4": "W",
    "B1": "µs",
    "B2": "µs",
    "B3": "µs",
    "T1": "Wh",
    "E1": "Wh",
    "D2": "µs",
    "R5": "slots",
    "L2": "slots",
}
"""Of the margins; an invariant that is not here has none: it holds or it does not."""


@define
class Least:
    """The smallest margin there was: how much was left, when (µs), and where."""

    left: int
    at_us: int
    of: str


@define
class Checked:
    """The checks of one world, or of a city, by the invariants' names."""

    counts: dict[str, int] = Factory(dict)
    least: dict[str, Least] = Factory(dict)

    def count(self, name: str, times: int = 1) -> None:
        """An invariant was checked."""
        self.counts[name] = self.counts.get(name, 0) + times

    def note(self, name: str, left: int, at_us: int, of: str) -> None:
        """It was checked, and so much was left; what is below 0 breaks it."""
        self.count(name)
        least = self.least.get(name)
        if least is None or left < least.left:
            self.least[name] = Least(left, at_us, of)

    @property
    def total(self) -> int:
        """How many checks there were."""
        return sum(self.counts.values())
