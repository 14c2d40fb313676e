"""How a run fails, and whether another one fails in the same way.

A violated invariant is the same if its name is. An expectation is the same if what was found
instead says the same, names and amounts aside: a run in which nobody has charged does not stand for
one in which too little was charged. And where it would have held without the faults, or with the
protocol as it should be, it must go on to: an expectation of what has not yet had the time to come
fails, too, and shows nothing.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import evolve, frozen

from scenarios.audit import findings
from scenarios.expectation import Expect
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.till import newest
from scenarios.verbs import HARMLESS

VIOLATION, EXPECTATION, MONEY = "violation", "expectation", "money"

_SLICE_EVENTS = 4_096
"""How many events happen between two looks at expectations that have failed."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


Halt: TypeAlias = Callable[[], None]
"""Is called now and then; raises what is to end a search."""


def never() -> None:
    """Nothing ends the search."""


@frozen
class Failure:
    """What made the exit code of a run 1."""

    kind: str
    """violation, expectation or money."""
    name: str
    """The invariant; else what was found, names and amounts aside."""
    text: str
    """A sentence for people."""
    time_us: int
    """When it was seen."""
    expect: Expect | None = None
    """The expectation that did not hold."""
    also: tuple[str, ...] = ()
    """What else was found, in the same words as ``name``."""
    caused: bool = False
    """Whether it would have held in the run's :func:`control`."""

    def is_like(self, other: "Failure") -> bool:
        """Whether this way to fail is among those in which the other one does."""
        return self.kind == other.kind and self.name in (other.name, *other.also)


def failure_of(scenario: Scenario) -> Failure | None:
    """How a run of a scenario with its own seed fails; None if it does not.

    A violated invariant counts more than an expectation that failed before it, and among
    expectations the first one counts. A violation that the scenario expects is no failure of it,
    but where nothing else is wrong it is what the run shows.
    """
    session = _run(scenario, stop=False)
    found = _unexpected(session) or _expectation(session) or _money(session) or _violation(session)
    if found is None or found.expect is None:
        return found
    sound = control(watched_for(scenario, found))
    return evolve(found, caused=first_failure(sound) is None)


def fails_like(scenario: Scenario, failure: Failure, halt: Halt = never) -> bool:
    """Whether a run fails in this way before it fails in any other; it stops where it fails.

    ``halt`` is called now and then; it raises what is to end the run before.
    """
    found = first_failure(scenario, halt)
    if found is None or not failure.is_like(found):
        return False
    return not failure.caused or first_failure(control(scenario), halt) is None


def first_failure(scenario: Scenario, halt: Halt = never) -> Failure | None:
    """The first way in which a run fails, at which it stops; None if it does not."""
    session = _run(scenario, stop=True, halt=halt)
    return _expectation(session) or _violation(session) or _money(session)


def control(scenario: Scenario) -> Scenario:
    """The same, but for what should be to blame: the planted mistake, or else all faults."""
    if scenario.mutant:
        return evolve(scenario, mutant="")
    script = tuple(line for line in scenario.script if line.verb in HARMLESS)
    inputs = tuple(line for line in scenario.inputs if line.verb in HARMLESS)
    return evolve(scenario, script=script, inputs=inputs)


def watched_for(scenario: Scenario, failure: Failure) -> Scenario:
    """The scenario with no other expectation than the one that fails."""
    expectations = () if failure.expect is None else (failure.expect,)
    return evolve(scenario, expectations=expectations)


def _run(scenario: Scenario, *, stop: bool, halt: Halt = never) -> Session:
    session = Session(scenario)
    while not session.finished:
        halt()
        session.run(scenario.duration_us, _SLICE_EVENTS)
        if stop and any(not outcome.held for outcome in session.outcomes):
            break
    return session


def _violation(session: Session) -> Failure | None:
    violation = session.world.violation
    if violation is None:
        return None
    return Failure(VIOLATION, violation.name, str(violation), session.time_us)


def _unexpected(session: Session) -> Failure | None:
    held = [outcome.expect.violation for outcome in session.outcomes if outcome.held]
    return None if any(held) else _violation(session)


def _expectation(session: Session) -> Failure | None:
    for outcome in session.outcomes:
        if not outcome.held:
            name, *also = _kinds(outcome.found, session.scenario)
            text = f"{outcome.text}; found {outcome.found}"
            time_us, expect = outcome.expect.t_us, outcome.expect
            return Failure(EXPECTATION, name, text, time_us, expect, tuple(also))
    return None


def _kinds(found: str, scenario: Scenario) -> Iterator[str]:
    """What was found, problem by problem, each kind once."""
    kinds = (without_names(problem, scenario) for problem in found.split("; "))
    yield from dict.fromkeys(kinds)


def _money(session: Session) -> Failure | None:
    if session.world.violation is not None or not session.finished:
        return None
    problems = findings(newest(session.world).state)
    first = next(iter(problems), None)
    if first is None:
        return None
    return Failure(MONEY, without_names(first, session.scenario), first, session.time_us)


def without_names(text: str, scenario: Scenario) -> str:
    """A sentence with ``CP``, ``EV`` and ``#`` for names and amounts; none at all stays 0."""
    names = {cp.id: "CP" for cp in scenario.cps} | {ev.id: "EV" for ev in scenario.evs}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    if longest_first:
        pattern = "|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in longest_first)
        text = re.sub(pattern, lambda found: names[found[0]], text)
    return _NUMBER.sub(lambda found: "#" if found[0].strip("0.,") else "0", text)
