"""Which two runs are to be compared: two branches of one file, or one of each of two files."""

from attrs import evolve, frozen

from evtui.errors import UsageError
from evtui.session_replay import is_log, read_text
from evtui.source import source_name
from scenarios.checkpoints import START, Place
from scenarios.city.session import open_session
from scenarios.comparing.begin import compare, compare_strangers, differing
from scenarios.comparing.comparing import Comparing
from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.session_file import read_log
from scenarios.timeline import Branch, Timeline

ALLOWED = "allowed a saved session (s in the app), as a .log file with all branches, or a .toml"


@frozen
class Kept:
    """The branches of one file."""

    name: str
    scenario: Scenario
    """Without what was done by hand."""
    branches: dict[int, Branch]
    shown: int

    def branch(self, number: int | None) -> Branch:
        """The one of this number, by default the one that was shown. Raises UsageError."""
        found = self.branches.get(self.shown if number is None else number)
        if found is None:
            there = ", ".join(map(str, self.branches))
            raise UsageError(f"--branches: found {number}; allowed in {self.name}: {there}")
        return found

    def called(self, branch: Branch) -> str:
        """The file, with the branch where it has several."""
        return self.name if len(self.branches) == 1 else f"{self.name} branch {branch.number}"


def read(file: str) -> Kept:
    """A saved session.

    Raises:
        UsageError: the file cannot be read, or is no saved session.
        scenarios.errors.ScenarioError: a line of it is damaged.

    """
    name, text = source_name(file), read_text(file, "compare")
    if is_log(text):
        log = read_log(text, name)
        branches = {it.branch.number: it.branch for it in log.courses}
        return Kept(name, log.scenario, branches, log.shown)
    scenario = loads(text, name)
    if scenario.saved is None:
        raise UsageError(
            f"compare: found {name}, a scenario without a [session] table; {ALLOWED} with one"
        )
    alone = _of_scenario(scenario)
    return Kept(name, evolve(scenario, inputs=(), saved=None), {1: alone}, 1)


def _of_scenario(scenario: Scenario) -> Branch:
    """The one branch of a saved scenario."""
    assert scenario.saved is not None  # noqa: S101 - it was looked at
    saved, inputs = scenario.saved, [line.as_input() for line in scenario.inputs]
    return Branch(1, 0, START, inputs, Place(saved.events, len(inputs), saved.until_us))


def begin(file: str, other: str | None, branches: tuple[int, int] | None) -> Comparing:
    """The comparison that was asked for.

    Raises:
        UsageError: a file or a branch cannot be used.
        scenarios.errors.ScenarioError: a line of a file is damaged.

    """
    left = read(file)
    if other is None:
        return compare(_timeline(left.scenario, left.branches), *_two_of(left, branches))
    right = read(other)
    wanted = branches or (None, None)
    mine, others = left.branch(wanted[0]), right.branch(wanted[1])
    names = left.called(mine), right.called(others)
    if differing(left.scenario, right.scenario):
        sessions = open_session(left.scenario), open_session(right.scenario)
        return compare_strangers(sessions, (mine, others), names)
    one = evolve(mine, number=1, parent=0, forked=START)
    two = evolve(others, number=2, parent=1, forked=START)
    return compare(_timeline(left.scenario, {1: one, 2: two}), 1, 2, names)


def _two_of(kept: Kept, branches: tuple[int, int] | None) -> tuple[int, int]:
    """Two branches of one file. Raises UsageError."""
    there = ", ".join(map(str, kept.branches))
    if branches is None:
        if len(kept.branches) != 2:
            raise UsageError(
                f"compare: found one file with the branches {there}; allowed --branches with two "
                "of them, or a second file"
            )
        one, two = kept.branches
        return one, two
    one, two = (kept.branch(number).number for number in branches)
    if one == two:
        raise UsageError(f"--branches: found {one} twice; allowed two of {there}")
    return one, two


def _timeline(scenario: Scenario, branches: dict[int, Branch]) -> Timeline:
    """One that knows of branches that nobody has run here yet."""
    timeline = Timeline(open_session(scenario))
    timeline.branches = dict(branches)
    return timeline
