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
    fault: Input | None
    """The last fault, which the second one is without."""

    @property
    def both(self) -> tuple[Scenario, ...]:
        """Those that there are."""
        return (self.as_it_is,) if self.without is None else (self.as_it_is, self.without)

    @property
    def fault_words(self) -> str:
        """The fault with its time, for people; empty where there is none."""
        if self.fault is None:
            return ""
        return f"{self.fault.words()} at {DURATION.format(self.fault.time_us)}"


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
    fault = _last_fault(session)
    if fault is None:
        return Arms(at_us, as_it_is, None, None)
    by_hand, script = _less(inputs, bare.script, fault)
    without = with_inputs(evolve(bare, script=script), by_hand, None)
    return Arms(at_us, as_it_is, _named(without, "without", f"without {fault.words()}"), fault)


def _last_fault(session: Session) -> Input | None:
    """The last fault that was done, by the script or by hand."""
    journal = session.world.journal
    return next((it for it in reversed(journal) if is_fault(it.verb, it.args)), None)


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
