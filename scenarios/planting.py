"""The mistake that a scenario plants in the protocol, for as long as its run is stepped.

Whoever steps a world does it inside :func:`planting`; sessions do so by themselves. In between
nothing is planted, so runs of several scenarios go on beside each other in one process, each with
its own mistake or with none. What is planted is code alone: a world carries nothing of it, and is
copied and packed like any other.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from scenarios.schema import Scenario

P = ParamSpec("P")
R = TypeVar("R")


class OfScenario(Protocol):
    """What has a scenario."""

    scenario: Scenario


S = TypeVar("S", bound=OfScenario)


def planting(scenario: Scenario) -> AbstractContextManager[None]:
    """A block in which the scenario's mistake is planted; the protocol as it is where it has none.

    Raises:
        paxos.check.mutants.UnknownMutantError: there is no mistake of that name.
        RuntimeError: another one is planted.
    """
    if not scenario.mutant:
        return nullcontext()
    # Late: hardly any run needs them.
    from paxos.check.mutants import find, planted

    return planted(find(scenario.mutant))


def with_its_mistake(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let a method that makes something happen run inside :func:`planting`."""

    @wraps(method)
    def inside(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self.scenario.mutant:
            return method(self, *args, **kwargs)
        with planting(self.scenario):
            return method(self, *args, **kwargs)

    return inside
