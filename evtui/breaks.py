"""Breakpoints on the command line: those of ``--break``, and the command that stops at one."""

import shlex
from collections.abc import Sequence

from attrs import evolve

from evtui.errors import UsageError
from scenarios.breakpoints.sentry import Stop
from scenarios.breakpoints.words import Breakpoint, names_of, read
from scenarios.errors import InputError, ScenarioError
from scenarios.loader import load
from scenarios.schema import Scenario


def breakpoints_of(
    texts: Sequence[str], scenario: Scenario, seed: int | None
) -> tuple[Breakpoint, ...]:
    """Where a run is to stop. Raises :class:`UsageError`."""
    if not texts:
        return ()
    names = names_of(scenario, scenario.seed if seed is None else seed)
    try:
        return tuple(read(text, names) for text in texts)
    except InputError as error:
        raise UsageError(f"--break: {error}") from None


def name_of(scenario: Scenario, called: str) -> str:
    """Under which name or path a command finds this scenario; empty where it does not.

    ``called`` is how somebody called it; without that it may be of the library.
    """
    name = called or scenario.name
    try:
        found = load(name)
    except ScenarioError:
        return ""
    return name if evolve(found, seed=scenario.seed) == scenario else ""


def command(stop: Stop, scenario: Scenario, seed: int, name: str) -> str:
    """The command that stops at the same event without a terminal; empty where there is none.

    There is none after something was done by hand that the scenario has not, nor where the same
    was met before in the very same microsecond.
    """
    done = tuple(line.as_input() for line in scenario.inputs)
    if not name or not stop.is_first or stop.inputs != done[: len(stop.inputs)]:
        return ""
    words = stop.it.after(stop.place.time_us).text
    return f"evtui run {shlex.quote(name)} --seed {seed} --break {quoted(words)}"


def quoted(words: str) -> str:
    """Words for a shell, in the quotes that people read most easily."""
    return shlex.quote(words) if set(words) & set('"$`\\!') else f'"{words}"'
