"""Sessions kept: as a scenario file, and as a log of all branches that reads well in a diff.

The scenario file holds one branch. What was done by hand stands in it as lines of the script that
say after how many events they came, and ``[session]`` says how far it was run and with which
digest, so it is the very same run wherever it is run again.

The log is a header, the scenario without what was done by hand, and each branch::

    evtui-session 1
    | title = "The ten minutes"
    | ...
    branch 1
    200.000000 after 12345 crash {"cp": "CP1"}
    end 240.000000 after 14021 digest 0f3a...
    branch 2 from 1 at 150.000000 after 9120 acted 0
    end 150.000000 after 9120 digest 77b1...
    bookmark 1 at 200.000000 after 12345 acted 0 "before the crash"
    breakpoint on "leader changes after 3m"
    shown 2

A bookmark names its branch, and a place in it; breakpoints are of all branches. A log may be
without either.
"""

import json
import re
from collections.abc import Iterator

from attrs import evolve, frozen

from scenarios.bookmarks import Bookmark, is_name
from scenarios.breakpoints import kept as kept_breakpoints
from scenarios.breakpoints.listed import Breakpoints, Listed
from scenarios.breakpoints.words import names_of
from scenarios.checkpoints import START, Place
from scenarios.city.session import open_session
from scenarios.clients import ClientsReport
from scenarios.course import NAME_MAX
from scenarios.errors import InputError, ScenarioError
from scenarios.journal import Input
from scenarios.kinds import printable
from scenarios.loader import loads
from scenarios.schema import At, Saved, Scenario
from scenarios.timeline import Branch, Timeline
from scenarios.verbs import VERBS
from scenarios.writer import to_toml

MAGIC = "evtui-session 1"
_TIME = r"(?P<time>\d{1,12}\.\d{6})"
_AFTER = r"after (?P<after>\d{1,15})"
_BRANCH = re.compile(
    rf"branch (?P<number>\d{{1,6}})(?: from (?P<parent>\d{{1,6}}) at {_TIME} {_AFTER} "
    r"acted (?P<acted>\d{1,9}))?"
)
_INPUT = re.compile(rf"{_TIME} {_AFTER} (?P<verb>[a-z_]+) (?P<args>\{{.*\}})")
_END = re.compile(rf"end {_TIME} {_AFTER} digest (?P<digest>[0-9a-f]{{32}})")
_BOOKMARK = re.compile(
    rf"bookmark (?P<number>\d{{1,6}}) at {_TIME} {_AFTER} acted (?P<acted>\d{{1,9}}) "
    r'(?P<name>".*")'
)
_SHOWN = re.compile(r"shown (?P<number>\d{1,6})")


@frozen
class KeptBranch:
    """One branch of a log: what was done in it, and where it ends."""

    branch: Branch
    saved: Saved


@frozen
class Kept:
    """All that a log holds."""

    scenario: Scenario
    courses: tuple[KeptBranch, ...]
    shown: int
    bookmarks: tuple[Bookmark, ...] = ()
    breakpoints: tuple[Listed, ...] = ()

    def only(self, number: int) -> Scenario:
        """One branch as a scenario of its own."""
        course = next(it for it in self.courses if it.branch.number == number)
        return with_inputs(self.scenario, course.branch.inputs, course.saved)


@frozen
class Replay:
    """What came of doing a branch again."""

    number: int
    inputs: int
    saved: Saved
    until_us: int
    """How far it came; no farther than the run goes."""
    events: int
    digest: str
    histories: dict[str, ClientsReport]
    """What the clients saw, by the site; of one site under the scenario's name."""

    @property
    def same(self) -> bool:
        """Whether it is the very same run."""
        as_saved = (self.saved.until_us, self.saved.events, self.saved.digest)
        return (self.until_us, self.events, self.digest) == as_saved


def with_inputs(scenario: Scenario, inputs: list[Input], saved: Saved | None) -> Scenario:
    """The scenario with what was done by hand in it."""
    lines = [
        At(t_us=it.time_us, verb=it.verb, args=dict(it.args), after=it.after_event) for it in inputs
    ]
    return evolve(scenario, inputs=tuple(lines), saved=saved)


def bare(timeline: Timeline) -> Scenario:
    """The scenario of a session, with the seed that it has, and nothing done by hand."""
    return evolve(timeline.session.scenario, seed=timeline.session.seed, inputs=(), saved=None)


def keep(timeline: Timeline) -> Kept:
    """All branches of a session. Every one is run to its end to see its digest."""
    ends = timeline.ends()
    courses = tuple(
        KeptBranch(
            branch, Saved(until_us=branch.tip.time_us, events=branch.tip.events, digest=ends[n])
        )
        for n, branch in timeline.branches.items()
    )
    breakpoints = tuple(Listed(each.it, each.on) for each in timeline.breakpoints)
    bookmarks = tuple(timeline.bookmarks)
    return Kept(bare(timeline), courses, timeline.number, bookmarks, breakpoints)


def to_log(kept: Kept) -> str:
    """The log's text."""
    return "\n".join(_log_lines(kept)) + "\n"


def _log_lines(kept: Kept) -> Iterator[str]:
    yield MAGIC
    for line in to_toml(kept.scenario).splitlines():
        yield f"| {line}".rstrip()
    for course in kept.courses:
        branch, saved = course.branch, course.saved
        origin = ""
        if branch.parent:
            at = branch.forked
            origin = (
                f" from {branch.parent} at {_seconds(at.time_us)} after {at.events} "
                f"acted {at.acted}"
            )
        yield f"branch {branch.number}{origin}"
        for it in branch.inputs[branch.forked.acted if branch.parent else 0 :]:
            args = json.dumps(it.args, sort_keys=True)
            yield f"{_seconds(it.time_us)} after {it.after_event} {it.verb} {args}"
        yield f"end {_seconds(saved.until_us)} after {saved.events} digest {saved.digest}"
    for mark in kept.bookmarks:
        at = mark.place
        name = json.dumps(mark.name, ensure_ascii=False)
        yield (
            f"bookmark {mark.branch} at {_seconds(at.time_us)} after {at.events} "
            f"acted {at.acted} {name}"
        )
    yield from kept_breakpoints.lines(kept.breakpoints)
    yield f"shown {kept.shown}"


def read_log(text: str, path: str) -> Kept:
    """What a log holds.

    Raises:
        ScenarioError: it is no log, or a line of it is damaged; with file and line.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != MAGIC:
        found = printable(lines[0][:60])
        raise ScenarioError(f'{printable(path)}:1: file: found "{found}"; allowed "{MAGIC}"')
    return _LogReader(path, lines).read()


class _LogReader:
    """One way through a log."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.at = 1

    def read(self) -> Kept:
        """All of it."""
        toml: list[str] = []
        while self.at < len(self.lines) and self.lines[self.at].startswith("|"):
            toml.append(self.lines[self.at][2:])
            self.at += 1
        scenario = loads("\n".join(toml), f"{self.path} (its scenario, from line 2)")
        courses: dict[int, KeptBranch] = {}
        while (found := self._next(_BRANCH)) is not None:
            course = self._branch(found, courses, scenario)
            courses[course.branch.number] = course
        bookmarks: list[Bookmark] = []
        while (found := self._next(_BOOKMARK)) is not None:
            bookmarks.append(self._bookmark(found, courses))
        breakpoints = self._breakpoints(scenario)
        shown = self._next(_SHOWN)
        if shown is None:
            raise self._refused('a branch, a bookmark, a breakpoint, or "shown N"')
        if int(shown["number"]) not in courses:
            self.at -= 1
            raise self._refused(f"one of the branches {', '.join(map(str, courses))}")
        if self.lines[self.at :] != [""]:
            raise self._refused("the end of the file")
        number = int(shown["number"])
        return Kept(scenario, tuple(courses.values()), number, tuple(bookmarks), breakpoints)

    def _breakpoints(self, scenario: Scenario) -> tuple[Listed, ...]:
        found = Breakpoints()
        names = None
        while (line := self._next(kept_breakpoints.LINE)) is not None:
            names = names_of(scenario, scenario.seed) if names is None else names
            try:
                kept_breakpoints.add_line(line, names, found)
            except InputError as error:
                raise self._refused_input(str(error)) from None
            except ValueError:
                self.at -= 1
                raise self._refused(kept_breakpoints.ALLOWED) from None
        return tuple(found)

    def _bookmark(self, found: re.Match[str], known: dict[int, KeptBranch]) -> Bookmark:
        course = known.get(int(found["number"]))
        place = Place(int(found["after"]), int(found["acted"]), _micros(found["time"]))
        try:
            name = json.loads(found["name"])
        except ValueError:
            name = ""
        ran = course is not None and all(
            value <= most for value, most in zip(place, course.branch.tip, strict=True)
        )
        if course is None or not ran:
            self.at -= 1
            raise self._refused(
                "a bookmark of a branch that stands before it, no later than its end"
            )
        if type(name) is not str or not is_name(name):
            self.at -= 1
            raise self._refused(f"a bookmark with a name in quotes, of 1 to {NAME_MAX} characters")
        return Bookmark(course.branch.number, place, name)

    def _branch(
        self, found: re.Match[str], known: dict[int, KeptBranch], scenario: Scenario
    ) -> KeptBranch:
        number, parent = int(found["number"]), int(found["parent"] or 0)
        inputs: list[Input] = []
        forked = START
        if number != len(known) + 1 or (parent == 0) != (number == 1) or parent > len(known):
            self.at -= 1
            raise self._refused(f"branch {len(known) + 1}, from one that stands before it")
        if parent:
            acted = int(found["acted"])
            forked = Place(int(found["after"]), acted, _micros(found["time"]))
            inputs = known[parent].branch.inputs[:acted]
            if len(inputs) < acted:
                self.at -= 1
                raise self._refused(f"acted 0 to {len(inputs)}, what was done in branch {parent}")
        while (line := self._next(_INPUT)) is not None:
            inputs.append(self._input(line, scenario))
        end = self._next(_END)
        if end is None:
            raise self._refused(
                'an input "SECONDS after EVENTS VERB {…}", or "end SECONDS after EVENTS digest HEX"'
            )
        until_us, events = _micros(end["time"]), int(end["after"])
        tip = Place(events, len(inputs), until_us)
        why = _why(inputs[forked.acted :], known[parent].branch, forked) if parent else ""
        branch = Branch(number, parent, forked, inputs, tip, why)
        return KeptBranch(branch, Saved(until_us=until_us, events=events, digest=end["digest"]))

    def _input(self, found: re.Match[str], scenario: Scenario) -> Input:
        """A line of what was done; held against the scenario like a line of its script."""
        try:
            args = json.loads(found["args"])
        except ValueError:
            args = None
        if not isinstance(args, dict) or found["verb"] not in VERBS:
            self.at -= 1
            raise self._refused("a verb of the script, and its arguments in JSON")
        values = {name: _tuples(value) for name, value in args.items()}
        done = Input(_micros(found["time"]), int(found["after"]), found["verb"], values)
        alone = with_inputs(evolve(scenario, script=(), expectations=()), [done], None)
        try:
            (again,) = loads(to_toml(alone), self.path).inputs
        except ScenarioError as error:
            # Its place is in a text that nobody has seen: what stands behind it is what counts.
            _, _, problem = error.problems[0].partition("at[0].")
            raise self._refused_input(problem or error.problems[0]) from None
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
            raise self._refused_input("arguments of the right kinds") from None
        return evolve(done, args=dict(again.args))

    def _refused_input(self, problem: str) -> ScenarioError:
        if "; allowed" in problem:
            return ScenarioError(f"{printable(self.path)}:{self.at}: session: {problem}")
        self.at -= 1
        return self._refused(problem)

    def _next(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next line, if it is of this form."""
        if self.at >= len(self.lines):
            return None
        found = pattern.fullmatch(self.lines[self.at])
        self.at += found is not None
        return found

    def _refused(self, allowed: str) -> ScenarioError:
        found = "the end of the file"
        if self.at < len(self.lines) and (self.at < len(self.lines) - 1 or self.lines[self.at]):
            found = f'"{printable(self.lines[self.at][:80])}"'
        return ScenarioError(
            f"{printable(self.path)}:{self.at + 1}: session: found {found}; allowed {allowed}"
        )


def _tuples(value: object) -> object:
    """What JSON has as arrays, as the script has it: nothing can be changed."""
    return tuple(_tuples(it) for it in value) if isinstance(value, list) else value


def _why(own: list[Input], parent: Branch, forked: Place) -> str:
    """What a branch was made by: the first that was done in it, or what it is without."""
    if own:
        return own[0].words()
    later = parent.inputs[forked.acted :]
    return f"without {later[0].words()}" if later else ""


def replay(scenario: Scenario, number: int = 1) -> Replay:
    """Do a saved branch again, from the beginning to where it was left."""
    saved = scenario.saved
    if saved is None:
        raise ValueError("the scenario has no [session] table")
    session = open_session(scenario)
    session.come_to(saved.events, len(scenario.inputs), saved.until_us)
    whole = session.whole
    histories = {
        world.scenario.name: world.clients.report()
        for world in session.worlds()
        if world.clients is not None
    }
    return Replay(
        number, len(scenario.inputs), saved, session.time_us, whole.events, whole.digest(),
        histories,
    )  # fmt: skip


def _seconds(time_us: int) -> str:
    seconds, micros = divmod(time_us, 1_000_000)
    return f"{seconds}.{micros:06d}"


def _micros(text: str) -> int:
    seconds, micros = text.split(".")
    return int(seconds) * 1_000_000 + int(micros)
