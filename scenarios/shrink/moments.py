"""Leaving a line out where another one at another moment, or a plainer fault, makes up for it.

Nothing changes in a world between two events. So the moments right after each of them are all that
there are for a line of the script, and a short run has few enough to try.
"""

from collections.abc import Iterator

from attrs import evolve

from paxos.check.shrink import Search
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.shrink.times import SECOND_US

FEW_LINES = 4
SHORT_US = 20 * SECOND_US
MOST_TRIED = 2_400
"""About so many candidates at the most, however long the run."""

PLAINER = {
    "crash_after_write": "crash",
    "crash_in_write": "crash",
    "pause": "crash",
    "fill_disk": "crash",
    "cut_oneway": "cut",
    "partition_oneway": "partition",
}
"""A plainer fault of the same arguments."""


def delete_at_other_moments(search: Search[Scenario]) -> None:
    """Leave a line out, and let another one happen at any other moment."""
    while _is_small(search.best) and search.first(_made_up_for(search.best)) is not None:
        pass


def _is_small(best: Scenario) -> bool:
    return 1 < len(best.script) <= FEW_LINES and best.duration_us <= SHORT_US


def _made_up_for(best: Scenario) -> Iterator[Scenario]:
    count = len(best.script)
    most = MOST_TRIED // (count * (count - 1))
    for gone in range(count):
        rest = best.script[:gone] + best.script[gone + 1 :]
        for place in range(len(rest)):
            others = rest[:place] + rest[place + 1 :]
            moments_us = _moments_us(evolve(best, script=others), rest[place].t_us)
            for t_us in moments_us[: most // len(_ways(rest[place]))]:
                for line in _ways(rest[place]):
                    script = sorted((*others, evolve(line, t_us=t_us)), key=lambda it: it.t_us)
                    yield evolve(best, script=tuple(script))


def _ways(line: At) -> tuple[At, ...]:
    """A line, and what is plainer."""
    plainer = PLAINER.get(line.verb)
    return (line,) if plainer is None else (evolve(line, verb=plainer), line)


def _moments_us(scenario: Scenario, near_us: int) -> list[int]:
    """The moments right after the events of a run, the nearest first."""
    times_us: dict[int, None] = {}
    session = Session(scenario, listener=lambda _, event: times_us.setdefault(event[0] + 1))
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    known_us = (it for it in times_us if it <= scenario.duration_us)
    return sorted(known_us, key=lambda it: (abs(it - near_us), it))
