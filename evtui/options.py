"""The options of the commands: how each is read, and those of ``run`` and ``receipts`` together.

A converter refuses with a sentence that says what is allowed. Where several commands have an
option, it stands here once, with its words for ``--help``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from attrs import frozen
from cyclopts import Group, Parameter

from evtui.errors import UsageError

if TYPE_CHECKING:
    from cyclopts import Token

MAX_SEED = 2**63 - 1
SPEED_RANGE = (0.1, 1_000.0)
MAX_SEEDS = 10_000_000
"""So many seeds a campaign may have."""
_DAY_US = 86_400_000_000
END_US = 31 * _DAY_US + 1
"""For ``--at end``: no run lasts so long."""


def _seed(_hint: Any, tokens: Sequence["Token"]) -> int:
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal() and len(text) < 30 and int(text) <= MAX_SEED):
        raise UsageError(f'--seed: found "{text}"; allowed a whole number from 0 to {MAX_SEED}')
    return int(text)


def _speed(_hint: Any, tokens: Sequence["Token"]) -> float:
    text = tokens[0].value
    if text == "max":
        return 0.0  # see evtui.render.units.MAX_SPEED
    low, high = SPEED_RANGE
    try:
        speed = float(text.removesuffix("x").removesuffix("×"))
    except ValueError:
        speed = -1
    if not low <= speed <= high:
        raise UsageError(f'--speed: found "{text}"; allowed {low:g} to {high:g}, or max')
    return speed


def _duration(option: str, most_us: int) -> Any:
    """A time such as 3m30s."""

    def read(_hint: Any, tokens: Sequence["Token"]) -> int:
        from scenarios.kinds import Quantity, RefusedError
        from scenarios.units import DURATION

        try:
            value = Quantity(DURATION, 0, most_us).read(tokens[0].value)
        except RefusedError as error:
            raise UsageError(f"{option}: {error}") from None
        assert isinstance(value, int)  # noqa: S101 - a quantity is an integer
        return value

    return read


def _file(option: str, *, or_stdout: bool) -> Any:
    """The path of a file to write; ``-`` is standard output where that is allowed."""

    def read(_hint: Any, tokens: Sequence["Token"]) -> str:
        text = tokens[0].value
        if not text or (text.startswith("-") and not (or_stdout and text == "-")):
            or_it = ", or -" if or_stdout else ""
            raise UsageError(f'{option}: found "{text}"; allowed the path of a file{or_it}')
        return text

    return read


def _theme(_hint: Any, tokens: Sequence["Token"]) -> str:
    from evtui.settings.fields import FIELDS

    text, setting = tokens[0].value, next(it for it in FIELDS if it.name == "theme")
    if setting.read(text) is None:
        raise UsageError(f"--theme: {setting.refused(text)}")
    return text


def _version(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if text not in ("1.6", "2.0.1"):
        raise UsageError(f'--ocpp-version: found "{text}"; allowed 1.6 or 2.0.1')
    return text


def _text(_hint: Any, tokens: Sequence["Token"]) -> str:
    return tokens[0].value  # what it may be, the command knows


def _texts(_hint: Any, tokens: Sequence["Token"]) -> tuple[str, ...]:
    return tuple(token.value for token in tokens)


def _anchors(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if len(text) != 32 or any(char not in "0123456789abcdef" for char in text):
        raise UsageError(f'--anchors: found "{text}"; allowed 32 digits from 0 to f')
    return text


def _session(_hint: Any, tokens: Sequence["Token"]) -> int:
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise UsageError(f'--session: found "{text}"; allowed the number of a session, from 1')
    return int(text)


def _whole(option: str, low: int, high: int) -> Any:
    """A whole number within bounds."""

    def read(_hint: Any, tokens: Sequence["Token"]) -> int:
        text = tokens[0].value
        if not (
            text.isascii() and text.isdecimal() and len(text) < 12 and low <= int(text) <= high
        ):
            raise UsageError(
                f'{option}: found "{text}"; allowed a whole number from {low} to {high}'
            )
        return int(text)

    return read


def _seeds(_hint: Any, tokens: Sequence["Token"]) -> range:
    """``300`` are the seeds 0 to 299, ``100-199`` those."""
    text = tokens[0].value
    first, dash, last = text.partition("-")
    numbers = (first, last) if dash else (first,)
    if all(it.isascii() and it.isdecimal() and len(it) < 20 for it in numbers):
        seeds = range(int(first), int(last) + 1) if dash else range(int(first))
        if 0 < len(seeds) <= MAX_SEEDS and seeds[-1] <= MAX_SEED:
            return seeds
    raise UsageError(
        f'--seeds: found "{text}"; allowed how many, 1 to {MAX_SEEDS}, or the first and the last, '
        "such as 100-199"
    )


def _moment(_hint: Any, tokens: Sequence["Token"]) -> int:
    """A virtual time, or the end of the run."""
    if tokens[0].value == "end":
        return END_US
    try:
        duration: int = _duration("--at", END_US - 1)(_hint, tokens)
    except UsageError as error:
        (problem,) = error.problems
        raise UsageError(problem.replace("allowed ", "allowed end, or ", 1)) from None
    return duration


def _branches(_hint: Any, tokens: Sequence["Token"]) -> tuple[int, int]:
    texts = [token.value for token in tokens]
    if not all(text.isascii() and text.isdecimal() and len(text) < 7 for text in texts):
        found = " ".join(texts)
        raise UsageError(f'--branches: found "{found}"; allowed the numbers of two branches')
    return int(texts[0]), int(texts[1])


def _option(converter: Any, metavar: str, name: str | tuple[str, ...] | None = None) -> Parameter:
    # A leading hyphen is left to the converter, whose sentence is clearer.
    return Parameter(
        name=name,
        converter=converter,
        metavar=metavar,
        n_tokens=1,
        accepts_keys=False,
        allow_leading_hyphen=True,
        show_default=False,
    )


Seed = Annotated[int | None, _option(_seed, "N")]
Speed = Annotated[float | None, _option(_speed, "X")]
FileOrStdin = Annotated[str, Parameter(allow_leading_hyphen=True)]
Branches = Annotated[
    tuple[int, int] | None,
    Parameter(
        converter=_branches, n_tokens=2, accepts_keys=False, metavar="N N", negative=(),
        allow_leading_hyphen=True, show_default=False,
    ),
]  # fmt: skip
At = Annotated[int | None, _option(_moment, "TIME")]
Breaks = Annotated[
    tuple[str, ...],
    Parameter(
        name="--break", converter=_texts, n_tokens=1, accepts_keys=False, metavar="WORDS",
        negative=(), allow_leading_hyphen=True, show_default=False,
    ),
]  # fmt: skip
Month = Annotated[str | None, _option(_text, "YYYY-MM")]
CpId = Annotated[str | None, _option(_text, "ID")]
Algorithm = Annotated[str, _option(_text, "NAME")]
Moment = Annotated[str | None, _option(_text, "TIME")]
Anchors = Annotated[str | None, _option(_anchors, "DIGITS")]
Page = Annotated[str | None, _option(_file("--html", or_stdout=False), "FILE")]
ModelName = Annotated[str | None, _option(_text, "kv|register|network")]
TimeLimit = Annotated[int | None, _option(_duration("--time-limit", _DAY_US), "TIME")]
Switch = Annotated[bool, Parameter(negative=(), show_default=False)]
Either = Annotated[bool | None, Parameter(show_default=False)]
"""With ``--no-`` before its name the opposite, whatever the settings say."""
_DRAWN = Parameter(group=Group("How it is drawn", sort_key=1))


@Parameter(name="*")
@frozen(kw_only=True)
class Showing:
    """How everything is drawn; what is left out, the settings say."""

    theme: Annotated[str | None, _option(_theme, "NAME"), _DRAWN] = None
    """Colours, such as evtui-dark, evtui-light, evtui-safe-dark or evtui-ansi-dark."""
    ascii: Annotated[Either, _DRAWN] = None
    """Draw with ASCII alone."""
    reduced_motion: Annotated[Either, _DRAWN] = None
    """Nothing slides or blinks, and the screen changes twice a second."""

    def said(self) -> dict[str, str | float | bool]:
        """The settings that were given, by name."""
        given: dict[str, str | float | bool | None] = {
            "theme": self.theme,
            "ascii": self.ascii,
            "reduced_motion": self.reduced_motion,
        }
        return {name: value for name, value in given.items() if value is not None}


@Parameter(name="*")
@frozen(kw_only=True)
class Watching(Showing):
    """How a run is shown in the terminal; what is left out, the settings say."""

    seed: Seed = None
    """Seed of all randomness; the scenario's own if left out."""
    speed: Speed = None
    """Virtual seconds in a second, 0.1 to 1000, or max; 10 if left out, of a city 100."""
    at: At = None
    """Open it paused at this virtual time, such as 3m30s, or at its end."""
    breaks: Breaks = ()
    """Stop before the next event when this is so, such as "leader changes"; more than once."""

    def said(self) -> dict[str, str | float | bool]:
        """The settings that were given, by name."""
        speed = {} if self.speed is None else {"speed": self.speed}
        return super().said() | speed


@Parameter(name="*")
@frozen(kw_only=True)
class Opening(Watching):
    """The options of ``evtui`` alone: how a run is shown, or its keys printed."""

    print_keys: Switch = False
    """Print all keys, as they are bound now, and open nothing."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print them as one JSON object."""


@Parameter(name="*")
@frozen(kw_only=True)
class RunOptions:
    """Which run of a scenario: for each command that makes one."""

    seed: Seed = None
    """Seed of all randomness; the scenario's own if left out."""
    until_us: Annotated[
        int | None, _option(_duration("--until", 31 * _DAY_US), "TIME", "--until")
    ] = None
    """Stop at this virtual time, such as 3m30s."""


@Parameter(name="*")
@frozen(kw_only=True)
class Reporting(RunOptions):
    """The options of ``evtui run``: what it reports and writes."""

    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print the report as one JSON object."""
    trace: Annotated[str | None, _option(_file("--trace", or_stdout=True), "FILE")] = None
    """Write each event to this file as a line of JSON (-: standard output)."""
    ocpp_log: Annotated[str | None, _option(_file("--ocpp-log", or_stdout=False), "FILE")] = None
    """Write the OCPP messages to this file, which ends in .jsonl, .csv or .parquet."""
    record: Annotated[str | None, _option(_file("--record", or_stdout=True), "FILE")] = None
    """Write the log to this file, sealed, for evtui verify (-: standard output)."""
    history: Annotated[str | None, _option(_file("--history", or_stdout=False), "FILE")] = None
    """Write what the charge points asked and were told to this file, for evtui check."""
    log_json: Annotated[str | None, _option(_file("--log-json", or_stdout=True), "FILE")] = None
    """Write each slot of the log to this file as a line of JSON (-: standard output)."""
    ocpp_version: Annotated[str | None, _option(_version, "1.6|2.0.1")] = None
    """Their version of OCPP, 1.6 (if left out) or 2.0.1; evtui ask reads both."""
    diagram: Annotated[str | None, _option(_file("--diagram", or_stdout=False), "FILE")] = None
    """Write the space-time diagram of the messages to this file, which ends in .svg or .html."""
    from_us: Annotated[int | None, _option(_duration("--from", 31 * _DAY_US), "TIME", "--from")] = (
        None
    )
    """Where the diagram begins, such as 3m20s; it ends where the run does."""
    show: Annotated[str | None, _option(_text, "WORDS")] = None
    """What the diagram shows, such as "accept cp2", "v2g", "all" or "trouble"."""
    breaks: Breaks = ()
    """Stop before the next event when this is so, such as "leader changes"; more than once."""


@Parameter(name="*")
@frozen(kw_only=True)
class Billing(RunOptions):
    """The options of ``evtui receipts``: which of them, and how."""

    session: Annotated[int | None, _option(_session, "N")] = None
    """Only the receipt of this session, by the number of its transaction."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print them as a JSON array."""


@Parameter(name="*")
@frozen(kw_only=True)
class Exploring:
    """The options of ``evtui explore``: how large the group is, and what may happen to it."""

    nodes: Annotated[int | None, _option(_whole("--nodes", 1, 5), "N")] = None
    """How many nodes vote, 1 to 5; 3 if left out."""
    proposers: Annotated[int | None, _option(_whole("--proposers", 1, 5), "N")] = None
    """How many of them seek to lead, each with a command of its own; 2 if left out."""
    ballots: Annotated[int | None, _option(_whole("--ballots", 1, 4), "N")] = None
    """How many ballots each of these may begin, at any time; 2 if left out."""
    slots: Annotated[int | None, _option(_whole("--slots", 1, 3), "N")] = None
    """For how many slots is proposed, 1 to 3; 1 if left out."""
    crashes: Annotated[int | None, _option(_whole("--crashes", 0, 3), "N")] = None
    """How many crashes with a restart there may be, of any node at any time; 0 if left out."""
    losses: Annotated[int | None, _option(_whole("--losses", 0, 9), "N")] = None
    """How many messages may be lost while somebody waits for them; 0 if left out."""
    duplicates: Annotated[int | None, _option(_whole("--duplicates", 0, 9), "N")] = None
    """How many messages may come twice; 0 if left out."""
    own_later: Switch = False
    """What a node says to itself is under way like any other message: many more states."""
    mutant: Annotated[str | None, _option(_text, "NAME|N")] = None
    """Plant this known mistake; what is left out is then what shows it."""
    max_states: Annotated[int | None, _option(_whole("--max-states", 1, 10**9), "N")] = None
    """Give up after so many distinct states, with exit code 3."""
    save: Annotated[str | None, _option(_file("--save", or_stdout=False), "FILE")] = None
    """Write the shortest path to a violation as a scenario: a file that ends in .toml."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print what was seen as one JSON object."""


@Parameter(name="*")
@frozen(kw_only=True)
class Serving(Showing):
    """The options of ``evtui web``: what is served, where, and to how many."""

    seed: Seed = None
    """Seed of all randomness; the scenario's own if left out."""
    speed: Speed = None
    """Virtual seconds in a second, 0.1 to 1000, or max; 10 if left out, of a city 100."""
    port: Annotated[int, _option(_whole("--port", 0, 65_535), "N")] = 8_000
    """Where to listen; 0 is any free port; 8000 if left out."""
    host: Annotated[str, _option(_text, "ADDRESS")] = "127.0.0.1"
    """The address to listen at; this machine alone (127.0.0.1) if left out."""
    sessions: Annotated[int, _option(_whole("--sessions", 1, 1_000), "N")] = 8
    """How many may be open at once, each a process of its own; 8 if left out."""


@Parameter(name="*")
@frozen(kw_only=True)
class Shrinking:
    """The options of ``evtui shrink``: which run, for how long, and where to."""

    seed: Seed = None
    """Seed of all randomness, of the faults as well; the scenario's own if left out."""
    faults: Annotated[str | None, _option(_text, "PROFILE")] = None
    """Put a campaign's random faults of this profile on top, such as everything."""
    mutant: Annotated[str | None, _option(_text, "NAME")] = None
    """Plant this known mistake in the protocol, by its name or number."""
    output: Annotated[
        str | None, _option(_file("--output", or_stdout=False), "FILE", ("--output", "-o"))
    ] = None
    """Write the shrunk scenario to this file; NAME.shrunk.toml if left out."""
    jobs: Annotated[int, _option(_whole("--jobs", 1, 256), "N")] = 1
    """How many runs at a time; the result is the same. 1 if left out."""
    time_limit: TimeLimit = None
    """Be content with what is found in this time, such as 5m, with exit code 3."""
    max_runs: Annotated[int | None, _option(_whole("--max-runs", 1, 10**9), "N")] = None
    """Be content with what is found in so many runs, with exit code 3."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print what came of it as one JSON object."""


@Parameter(name="*")
@frozen(kw_only=True)
class Campaigning:
    """The options of ``evtui campaign``: which runs, where they are made, where they are kept."""

    seeds: Annotated[range, _option(_seeds, "N")] = range(100)
    """How many seeds, from 0 on, or which, such as 100-199; 100 if left out."""
    faults: Annotated[str, _option(_text, "PROFILE")] = "everything"
    """calm, network, crashes, disks, clocks, or everything; the last one if left out."""
    mutant: Annotated[str | None, _option(_text, "NAME")] = None
    """Plant a known mistake in the protocol, by its name or number (see: evtui mutants)."""
    jobs: Annotated[int | None, _option(_whole("--jobs", 1, 256), "N")] = None
    """How many processes; as many as there are processors if left out."""
    dask: Annotated[str | None, _option(_text, "ADDRESS")] = None
    """Make the runs on the Dask cluster of this scheduler, such as tcp://10.0.0.7:8786."""
    log: Annotated[str | None, _option(_file("--log", or_stdout=False), "FILE")] = None
    """Keep finished seeds in this file, and go on from what is there."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print what was found as one JSON object."""


@Parameter(name="*")
@frozen(kw_only=True)
class Killing:
    """The options of ``evtui mutants``: which mistakes, and how long each is looked for."""

    seeds: Annotated[int, _option(_whole("--seeds", 1, 2_000), "N")] = 200
    """In how many runs each is looked for at the most, 1 to 2000; 200 if left out."""
    only: Annotated[
        tuple[str, ...], Parameter(negative=(), metavar="NAME|N", consume_multiple=True)
    ] = ()
    """Only these, by name or by number; a number means all that stand for it."""
    jobs: Annotated[int | None, _option(_whole("--jobs", 1, 256), "N")] = None
    """In how many processes; as many as there are processors if left out."""
    list_only: Annotated[Switch, Parameter(name="--list")] = False
    """Print every mistake with its sentence, and run nothing."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print it as JSON."""


@Parameter(name="*")
@frozen(kw_only=True)
class Learning(Showing):
    """The options of ``evtui learn``."""

    as_list: Annotated[Switch, Parameter(name="--list")] = False
    """Print the lessons, or the one that is named, with a tick at those that are done."""
    as_json: Annotated[Switch, Parameter(name="--json")] = False
    """Print them, or the one that is named, as JSON."""
    reset: Switch = False
    """Forget what was done: of the lesson that is named, or of all."""
    speed: Annotated[float | None, _option(_speed, "X")] = None
    """Virtual seconds in a second, 0.1 to 1000, or max; the lesson's own if left out."""
