"""Planting: a mutant patches the protocol while a run lasts, and says what must catch it.

``expected`` are the invariants (or kinds of failure) of which one must be what stops the run: a
mistake caught for the wrong reason is not understood.
"""

from collections.abc import Callable

import pytest
from attrs import frozen

from tests.paxos.campaigns import Inconsistent, NotSettled, Shape, run, shape_of

Patch = pytest.MonkeyPatch
LIVENESS = NotSettled.__name__
HISTORY = Inconsistent.__name__


@frozen
class Mutant:
    """A mistake: its name, what must catch it, and within how many seeds from which on.

    Rare kills start shortly before the seed that is known to kill, so that tests stay quick.
    """

    name: str
    plant: Callable[[Patch], None]
    expected: tuple[str, ...]
    seeds: int
    first: int
    weather: Callable[[int], Shape]
    play: Callable[[int, Shape], object] = run


MUTANTS: list[Mutant] = []


def mutant(
    *expected: str,
    seeds: int = 40,
    first: int = 0,
    weather: Callable[[int], Shape] = shape_of,
    play: Callable[[int, Shape], object] = run,
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a mistake under the name of the function that plants it."""

    def register(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MUTANTS.append(Mutant(plant.__name__, plant, expected, seeds, first, weather, play))
        return plant

    return register
