"""What the lessons say is true: facts come from the run, all other numbers from the scenario."""

import re
from collections.abc import Callable

import pytest

from scenarios.lessons import words
from scenarios.lessons.library import find, lesson_of, lessons
from scenarios.schema import Scenario
from scenarios.units import POWER

NAMES = [scenario.name for scenario in lessons()]


def _texts(scenario: Scenario) -> list[str]:
    """All texts of a lesson."""
    steps = lesson_of(scenario).steps
    return [
        text
        for step in steps
        for text in (step.says, step.task, step.hint, step.after, *(it.says for it in step.spoils))
    ]


def _when(scenario: Scenario, verb: str, index: int = 0) -> str:
    """When the script does something, as a clock shows it."""
    seconds = [line.t_us for line in scenario.script if line.verb == verb][index] // 1_000_000
    return f"{seconds // 60}:{seconds % 60:02d}"


def _seconds(scenario: Scenario, verb: str, index: int = 0) -> int:
    return [line.t_us for line in scenario.script if line.verb == verb][index] // 1_000_000


NUMBERS = {5: "five", 8: "eight", 10: "ten", 20: "twenty", 2: "two"}


def _waits(scenario: Scenario) -> str:
    low, high = (us / 1_000_000 for us in scenario.paxos.election_timeout_us)
    return f"{low:g} to {high:g} s"


CLAIMS: dict[str, dict[str, Callable[[Scenario], str]]] = {
    "slots": {
        "300 ms": lambda it: f"{it.network.latency_us // 1000} ms",
        "after ten seconds": lambda it: f"after {NUMBERS[_seconds(it, 'plug_in')]} seconds",
        "every ten seconds": lambda it: f"every {NUMBERS[it.meter_interval_us // 10**6]} seconds",
    },
    "elections": {
        "1.5 to 3 s": _waits,
        "300 ms": lambda it: f"{it.network.latency_us // 1000} ms",
        "every ten seconds": lambda it: f"every {NUMBERS[it.meter_interval_us // 10**6]} seconds",
        "after eight seconds": lambda it: f"after {NUMBERS[_seconds(it, 'plug_in', 1)]} seconds",
    },
    "quorums": {
        "after five seconds": lambda it: f"after {NUMBERS[_seconds(it, 'plug_in')]} seconds",
        "every ten seconds": lambda it: f"every {NUMBERS[it.meter_interval_us // 10**6]} seconds",
    },
    "cut-off": {
        "after twenty seconds": lambda it: f"after {NUMBERS[_seconds(it, 'plug_in')]} seconds",
    },
    "duel": {
        "400 ms": lambda it: f"{it.network.latency_us // 1000} ms",
        # Of a network that says nothing else.
        "1.5 to 3 s": lambda it: _waits(find("elections")),
    },
    "snapshots": {
        "every 40 slots": lambda it: f"every {it.paxos.snapshot_slots} slots",
        "every two seconds": lambda it: f"every {NUMBERS[it.meter_interval_us // 10**6]} seconds",
    },
    "membership": {"only seven": lambda it: f"only {'seven' if it.paxos.voters == 7 else '?'}"},
    "leases": {
        "1 %": lambda it: f"{it.paxos.drift_ppm // 10_000} %",
        "0:30": lambda it: _when(it, "clock_drift"),
    },
    "power": {
        "11 kW": lambda it: f"{it.cps[0].rated_w // 1000} kW",
        "4.14 kW": lambda it: POWER.format(it.site.fallback_w).replace("kW", " kW"),
        "0:40": lambda it: _when(it, "plug_in", 2),
    },
}
"""The numbers that a lesson says by itself: each must be what its scenario has."""

NO_CLAIMS = re.compile(
    r"\{[^}]*\}|\b(?:CP|EV)\d(?:#2)?|\*[Pp]hase \d\*|[Pp]hase \d|\*\d\*|Shape 2|\*P1\*"
)
"""Facts, ids, names of the theory, keys to be pressed: not numbers of the run."""


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_one_of_the_run(name: str) -> None:
    """Filled in from it, or what the scenario says; nothing else has a digit in it."""
    scenario = find(name)
    text = "\n".join(_texts(scenario))
    for claim, found in CLAIMS.get(name, {}).items():
        assert claim in text
        assert found(scenario) == claim
        text = text.replace(claim, "")
    left = NO_CLAIMS.sub("", text)
    assert not re.search(r"\d", left), re.findall(r".{0,20}\d.{0,20}", left)


def test_the_course_is_whole() -> None:
    """Twelve lessons, numbered in the order of their files, each with a title and a goal."""
    found = lessons()
    assert [lesson_of(it).number for it in found] == list(range(1, 13))
    assert len(set(NAMES)) == 12
    for it in found:
        lesson = lesson_of(it)
        assert it.title.lower() == f"lesson {lesson.number}: {it.title.partition(': ')[2].lower()}"
        assert lesson.goal.endswith(".")
        assert 3 <= len(lesson.steps) <= 8
        assert it.path.endswith(f"{lesson.number:02d}-{it.name}.toml")


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_written_for_people(name: str) -> None:
    """Whole sentences; every step says what is to be done and what came of it."""
    for step in lesson_of(find(name)).steps:
        for text in (step.says, step.task, step.after):
            assert text.strip().rstrip("*").endswith((".", "?")), text
        assert words.keys(step.task) or "Crash" in step.task, step.task


def test_words_fill_in_facts_and_leave_keys() -> None:
    """What is unknown stands out instead of vanishing."""
    assert words.filled("{a} {key:pause} {b}", {"a": "CP1"}) == "CP1 {key:pause} ?b?"
    assert words.holes("{a} {key:pause} {now.b}") == ["a", "now.b"]
    assert words.keys("{a} {key:pause}") == ["pause"]
