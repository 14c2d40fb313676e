"""Making a scenario shorter: it ends just after the failure, and what happens happens earlier.

Times become rounder, never less round, and lines move earlier together, never later; so this ends.
"""

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from paxos.check.shrink import Edit, Search, simplify
from scenarios.schema import Scenario
from scenarios.shrink.failing import EXPECTATION, first_failure
from scenarios.shrink.parts import fitted

SECOND_US = 1_000_000
GRIDS_US = (10_000_000, 1_000_000, 100_000, 10_000, 1_000)
"""From the roundest times on."""


def cut(search: Search[Scenario]) -> None:
    """End the run just after the failure."""
    found = first_failure(search.best)
    if found is None:
        return
    best = search.best
    grids_us = (1,) if found.kind == EXPECTATION else (SECOND_US, 100_000, 1)
    ends_us = [-(-found.time_us // grid_us) * grid_us for grid_us in grids_us]
    if ends_us[0] < best.duration_us:
        search.first(ending_at(best, end_us) for end_us in ends_us)


def ending_at(scenario: Scenario, end_us: int) -> Scenario:
    """The scenario with another end; what is expected at its end is expected then."""
    expectations = tuple(
        evolve(
            it,
            t_us=min(it.t_us, end_us),
            since_us=None if it.since_us is None else min(it.since_us, end_us),
        )
        for it in scenario.expectations
    )
    return fitted(evolve(scenario, duration_us=end_us, expectations=expectations))


def look_earlier(search: Search[Scenario]) -> None:
    """Look at what is expected earlier."""
    while search.best.expectations and search.first(_earlier_looks(search.best)) is not None:
        pass


def _earlier_looks(best: Scenario) -> Iterator[Scenario]:
    end_us = best.duration_us
    for share in (8, 4, 2):
        if earlier_us := end_us // share // SECOND_US * SECOND_US:
            yield ending_at(best, earlier_us)
    for less_us in (60 * SECOND_US, 10 * SECOND_US, SECOND_US):
        if end_us > less_us:
            yield ending_at(best, (end_us - less_us) // SECOND_US * SECOND_US or SECOND_US)


def move_earlier(search: Search[Scenario]) -> None:
    """Let the lines of the script come sooner: one and all after it, by whole seconds."""
    begin = 0
    while begin < len(search.best.script):
        owners: list[int] = []
        found = search.first(_moved(search.best, begin, owners))
        if found is None:
            return
        begin = owners[found]
        cut(search)


def _moved(best: Scenario, begin: int, owners: list[int]) -> Iterator[Scenario]:
    times_us = [0, *(line.t_us for line in best.script)]
    for place, (before_us, at_us) in enumerate(pairwise(times_us)):
        if place < begin:
            continue
        gap_us = at_us - before_us
        for less_us in _steps(gap_us):
            owners.append(place)
            yield shifted(best, place, less_us)


def _steps(gap_us: int) -> list[int]:
    """By how much a gap may shrink: whole seconds, the most first."""
    seconds = gap_us // SECOND_US
    steps = [seconds, seconds * 7 // 8, seconds * 3 // 4, seconds // 2, seconds // 4, 5, 2, 1]
    return [n * SECOND_US for n in dict.fromkeys(steps) if 0 < n <= seconds]


def shifted(scenario: Scenario, place: int, less_us: int) -> Scenario:
    """The scenario with a line of the script and all after it so much earlier."""
    script = tuple(
        evolve(line, t_us=line.t_us - less_us) if number >= place else line
        for number, line in enumerate(scenario.script)
    )
    return evolve(scenario, script=script)


def round_times(search: Search[Scenario]) -> None:
    """Give each line of the script a rounder time."""
    count = len(search.best.script)
    simplify(search, [_rounder(place) for place in range(count)])


def _rounder(place: int) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        at_us = scenario.script[place].t_us
        for grid_us in GRIDS_US:
            if at_us % grid_us == 0:
                return
            for t_us in (at_us // grid_us * grid_us, -(-at_us // grid_us) * grid_us):
                if _keeps_its_place(scenario, place, t_us):
                    yield retimed(scenario, place, t_us)

    return propose


def _keeps_its_place(scenario: Scenario, place: int, t_us: int) -> bool:
    """Whether the lines stay in their order."""
    script = scenario.script
    low_us = script[place - 1].t_us if place else 0
    high_us = script[place + 1].t_us if place + 1 < len(script) else scenario.duration_us
    return low_us <= t_us <= high_us


def retimed(scenario: Scenario, place: int, t_us: int) -> Scenario:
    """The scenario with one line of the script at another time."""
    script = list(scenario.script)
    script[place] = evolve(script[place], t_us=t_us)
    return evolve(scenario, script=tuple(script))
