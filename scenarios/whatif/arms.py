"""The two scenarios of a what-if: the run as it is at an instant, and without its last fault."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from scenarios.errors import InputError
from scenarios.journal import Input
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.session_file import with_inputs
from scenarios.units import DURATION
from scenarios.verbs import is_fault

NAME_MAX: Final = 60
TITLE_MAX: Final = 120


@frozen
class Arms:
    """What is compared. Each is a scenario whose futures are campaigned over."""

    at_us: int
    """Where futures part: right after this microsecond."""
    as_it_is: Scenario
    without: Scenario | None
    """None where nothing is broken yet."""
    faults: tuple[Input, ...]
    """The last fault, which the second one is without; of a script all lines of that instant."""

    @property
    def both(self) -> tuple[Scenario, ...]:
        """Those that there are."""
        return (self.as_it_is,) if self.without is None else (self.as_it_is, self.without)

    @property
    def fault_words(self) -> str:
        """The fault with its time, for people; empty where there is none."""
        if not self.faults:
            return ""
        return f"{_words(self.faults)} at {DURATION.format(self.faults[-1].time_us)}"


def arms_of(session: Session, inputs: Sequence[Input]) -> Arms:
    """The arms of a run where it stands now; ``inputs`` are what was done by hand up to now.

    Raises:
        InputError: it has no future, or has several groups.
    """
    scenario = session.scenario
    if scenario.sites:
        raise InputError("a what-if is of one group; a city has several")
    if session.finished:
        raise InputError("the run has ended; go back to a time that has a future")
    at_us = session.time_us
    bare = evolve(
        scenario,
        seed=session.seed,
        inputs=(),
        saved=None,
        expectations=(),
        lesson=None,
        campaign=evolve(scenario.campaign, from_us=at_us),
        path="",
    )
    as_it_is = _named(with_inputs(bare, list(inputs), None), "as-it-is", "as it is")
    faults = _last_fault(session, inputs)
    if not faults:
        return Arms(at_us, as_it_is, None, ())
    by_hand, script = list(inputs), bare.script
    for fault in faults:
        by_hand, script = _less(by_hand, script, fault)
    without = with_inputs(evolve(bare, script=script), by_hand, None)
    return Arms(at_us, as_it_is, _named(without, "without", f"without {_words(faults)}"), faults)


def _words(faults: Sequence[Input]) -> str:
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    return f"{faults[-1].words()}{more}"


def _last_fault(session: Session, by_hand: Sequence[Input]) -> tuple[Input, ...]:
    """What was broken last: one thing by hand, or all that the script breaks at that instant."""
    done = [it for it in session.world.journal if is_fault(it.verb, it.args)]
    last = done[-1:]
    if not last or last[0] in by_hand:
        return tuple(last)
    return tuple(it for it in done if it.time_us == last[0].time_us and it not in by_hand)


def _less(
    inputs: Sequence[Input], script: Sequence[At], fault: Input
) -> tuple[list[Input], tuple[At, ...]]:
    """What was done by hand, and the script, without a fault that stands in one of them."""
    by_hand = list(inputs)
    for at in reversed(range(len(by_hand))):
        if by_hand[at] == fault:
            del by_hand[at]
            return by_hand, tuple(script)
    same = [
        at for at, line in enumerate(script)
        if (line.t_us, line.verb, line.args) == (fault.time_us, fault.verb, fault.args)
    ]  # fmt: skip
    return by_hand, tuple(line for at, line in enumerate(script) if at not in same[-1:])


def _named(scenario: Scenario, name: str, words: str) -> Scenario:
    at = DURATION.format(scenario.campaign.from_us or 0)
    head = scenario.name[: NAME_MAX - len(name) - 1]
    title = f"{scenario.name} {words}, many futures from {at}"
    return evolve(scenario, name=f"{head}-{name}", title=title[:TITLE_MAX])
