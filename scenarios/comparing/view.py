"""What a comparison of two runs has found: frozen, for the eye and for programs. Times in µs."""

from typing import Final

from attrs import frozen

FACETS: Final = ("input", "message", "log", "state", "energy", "election")
"""What is compared."""


@frozen
class SideView:
    """One of the two runs."""

    number: int
    """Of its branch."""
    name: str
    """What people call it: ``branch 2``, or a file's."""
    tip_us: int
    """How far it has been run."""
    inputs: int
    """How many it has in all."""


@frozen
class First:
    """Where two runs differ first in one respect.

    ``words`` says for each side what is so there at that time; empty where nothing is.
    """

    facet: str
    time_us: int | None = None
    """None: in this respect they are the same, as far as both were compared."""
    where: str = ""
    """A link, a slot, a charge point."""
    words: tuple[str, str] = ("", "")
    details: tuple[tuple[str, str, str], ...] = ()
    """More of it: a name, and a text for each side."""


@frozen
class Total:
    """One figure of both runs at the same virtual time."""

    name: str
    unit: str
    """Wh, W, cents, or empty for a count."""
    values: tuple[int, int]

    @property
    def more(self) -> int:
        """What the second one has more than the first."""
        return self.values[1] - self.values[0]


@frozen
class Comparison:
    """All that was found so far."""

    sides: tuple[SideView, SideView]
    common_us: int
    """Up to here they are one run: then the first input comes that only one of them has."""
    common_events: int
    common_inputs: int
    until_us: int
    """The earlier of the two ends: up to here they are compared."""
    at_us: int
    """How far that has come."""
    done: bool
    same: bool
    """Whether both have the same digest there; False while that is not known."""
    firsts: tuple[First, ...]
    """In the order of time; what is the same stands last."""
    totals: tuple[Total, ...]
    """At the end; empty before."""

    @property
    def progress(self) -> float:
        """How much of it is done, 0 to 1."""
        span_us = self.until_us - self.common_us
        if self.done or span_us <= 0:
            return float(self.done)
        return max(self.at_us - self.common_us, 0) / span_us
