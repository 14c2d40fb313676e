"""Planting: a mutant patches the protocol while a run lasts, and says what must catch it.

``expected`` are the invariants (or kinds of failure) of which one must be what stops the run: a
mistake caught for the wrong reason is not understood.

The protocol itself knows nothing of this: no flag, no hook. As long as nothing is planted, its
classes are what their files say.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from attrs import field, frozen

from paxos.check.campaign.history import Inconsistent
from paxos.check.campaign.run import Campaign, run
from paxos.check.campaign.settled import NotSettled
from paxos.check.campaign.shape import Shape
from paxos.check.campaign.weather import shape_of
from paxos.check.explore.group import Faults
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants.patch import Patch
from paxos.messages import Message

LIVENESS = NotSettled.__name__
HISTORY = Inconsistent.__name__
TWO_PROCESSES = "two processes"
"""The same seed in two processes is not the same run."""


class Play(Protocol):
    """A run of a seed from beginning to end; raises what is wrong with it."""

    def __call__(self, seed: int, shape: Shape, *, check: bool = True) -> Campaign:
        """Without ``check`` nobody looks inside the replicas: clients alone judge."""
        ...


@frozen
class Exploration:
    """A small group, what may happen to it, and which messages are never of the past.

    The explorer forgets messages that no right node would heed; a mistake may heed them.
    """

    bounds: Bounds
    faults: Faults = field(factory=Faults)
    keeps: tuple[type[Message], ...] = ()


@frozen
class Mutant:
    """A mistake: its name, what must catch it, and within how many seeds from which on.

    Rare kills start shortly before the seed that is known to kill, so that tests stay quick; the
    matrix counts from seed 0.
    """

    name: str
    number: int | None
    """Which of the thirty of the reference it stands for; None for a further one."""
    part: str
    """Of the protocol: the module that plants it."""
    sentence: str
    """What is wrong."""
    plant: Callable[[Patch], None]
    expected: tuple[str, ...]
    seeds: int
    first: int
    weather: Callable[[int], Shape]
    play: Play
    clients: bool
    """Whether what clients saw gives it away, with nobody looking inside the replicas."""
    scripted: str
    """Why no weather finds it, where only a script does; empty otherwise."""
    explored: Exploration | None
    """The small group in which the explorer finds it, if it does."""

    @property
    def two_processes(self) -> bool:
        """Whether one run shows nothing, and two of the same seed do."""
        return TWO_PROCESSES in self.expected

    @property
    def weather_name(self) -> str:
        """Its weather in one word."""
        return self.weather.__name__.removesuffix("_of")


_registered: list[Mutant] = []

_planted: list[Mutant] = []


def mutant(
    *expected: str,
    number: int | None = None,
    seeds: int = 40,
    first: int = 0,
    weather: Callable[[int], Shape] = shape_of,
    play: Play = run,
    clients: bool = False,
    scripted: str = "",
    explored: Exploration | None = None,
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a mistake under the name of the function that plants it."""

    def register(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        name, part = plant.__name__, plant.__module__.rpartition(".")[2]
        sentence = (plant.__doc__ or "").partition("\n")[0]
        _registered.append(
            Mutant(
                name,
                number,
                part,
                sentence,
                plant,
                expected,
                0 if scripted else seeds,
                first,
                weather,
                play,
                clients,
                scripted,
                explored,
            )
        )
        return plant

    return register


def registered() -> tuple[Mutant, ...]:
    """All that modules have registered, in the order in which they were imported."""
    return tuple(_registered)


@contextmanager
def planted(mutant: Mutant | None) -> Iterator[None]:
    """Plant a mistake as long as a block lasts; with None the protocol is what it is.

    The same one may be planted again inside: it stays planted once.

    Raises:
        RuntimeError: another one is planted; two at once would tell nothing of either.
    """
    if mutant is None or mutant in _planted:
        yield
        return
    if _planted:
        raise RuntimeError(f"{_planted[0].name} is planted; {mutant.name} cannot be as well")
    with Patch.context() as patch:
        _planted.append(mutant)
        try:
            mutant.plant(patch)
            yield
        finally:
            _planted.clear()


def planted_now() -> Mutant | None:
    """What is planted in this process, if anything."""
    return _planted[0] if _planted else None
