"""Planting: a mutant patches the protocol while a run lasts, and says what must catch it.

``expected`` are the invariants (or kinds of failure) of which one must be what stops the run: a
mistake caught for the wrong reason is not understood.

The protocol itself knows nothing of this: no flag, no hook. As long as nothing is planted, its
classes are what their files say.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import frozen

from paxos.check.campaign.history import Inconsistent
from paxos.check.campaign.run import run
from paxos.check.campaign.settled import NotSettled
from paxos.check.campaign.shape import Shape
from paxos.check.campaign.weather import shape_of
from paxos.check.mutants.patch import Patch

LIVENESS = NotSettled.__name__
HISTORY = Inconsistent.__name__
TWO_PROCESSES = "two processes"
"""The same seed in two processes is not the same run."""


@frozen
class Mutant:
    """A mistake: its name, what must catch it, and within how many seeds from which on.

    Rare kills start shortly before the seed that is known to kill, so that tests stay quick.
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
    play: Callable[[int, Shape], object] = run


_registered: list[Mutant] = []

_planted: list[Mutant] = []


def mutant(
    *expected: str,
    number: int | None = None,
    seeds: int = 40,
    first: int = 0,
    weather: Callable[[int], Shape] = shape_of,
    play: Callable[[int, Shape], object] = run,
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a mistake under the name of the function that plants it."""

    def register(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        name, part = plant.__name__, plant.__module__.rpartition(".")[2]
        sentence = (plant.__doc__ or "").partition("\n")[0]
        _registered.append(
            Mutant(name, number, part, sentence, plant, expected, seeds, first, weather, play)
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
