"""What is watched of one run while it is compared: a strand for each respect.

A strand looks after each event or input, where it has to, and gives at the end of a window of time
what was seen in it. Looking changes nothing. Where two strands differ first, the runs do.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Protocol

from attrs import field, frozen

from paxos.membership import place_of
from paxos.sim.host import Kind
from paxos.sim.kernel import Event
from scenarios.city.session import CitySession
from scenarios.session import Session
from scenarios.world import World

Words = tuple[str, str, tuple[tuple[str, str], ...]]
"""Where, what, and more of it by name."""


@frozen
class Seen:
    """Something that was so from a time on. Equal ones are one and the same in both runs."""

    time_us: int
    value: Any
    about: Any = field(default=None, eq=False)
    """What is needed to tell of it in words."""


Pair = tuple[Seen | None, Seen | None]


class Strand(Protocol):
    """One respect of one run."""

    looks: bool
    """Whether it has to look after each event."""

    def look(self, world: World, event: Event | None) -> None:
        """After an event of a world, or with None after an input that may have changed it."""
        ...

    def take(self) -> list[Seen]:
        """What was seen since this was asked last, in the order of time."""
        ...

    def tell(self, mine: Seen | None, other: Seen | None) -> Words:
        """What is so here where the runs differ first; ``other`` is the other run's."""
        ...


def difference(left: Sequence[Seen], right: Sequence[Seen]) -> Pair | None:
    """The first that differs; one of the two is None where only the other run has it then."""
    for one, other in zip_longest(left, right):
        if one != other:
            if one is None or other is None or one.time_us == other.time_us:
                return one, other
            return (one, None) if one.time_us < other.time_us else (None, other)
    return None


def sites(session: Session) -> Iterator[tuple[str, World]]:
    """Every world with the name of its site; of a scenario with one site that is empty."""
    of_city = isinstance(session, CitySession)
    for world in session.worlds():
        yield world.scenario.name if of_city else "", world


def stepped(session: Session) -> tuple[World, ...]:
    """The worlds that the last event may have changed."""
    if isinstance(session, CitySession) and session.city.stepped is not None:
        return (session.city.stepped,)
    return session.worlds()


def place_in(world: World, event: Event | None) -> int | None:
    """The charge point at which an event happened and which alone it can have changed.

    0 where it was at an EV; None where anything may have changed: with an input, a line of the
    script, a second that has passed.
    """
    if event is None or event[2] >= Kind.OUTSIDE:
        return None
    number = place_of(event[3])
    return number if number in world.ids else 0


def at(site: str, name: str) -> str:
    """A charge point's name, with its site where there are several."""
    return f"{site} {name}".strip()
