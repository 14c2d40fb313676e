"""The command line: ``evtui`` opens the app, ``evtui run`` runs without a terminal.

Exit codes: 0 as expected, 1 an invariant or an expectation was violated, 2 usage or scenario
error, 130 interrupted. What a command found goes to standard output, all else to standard error.

Start-up is kept short: each command imports what it needs, and only the app imports Textual.
"""

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from evtui import __version__
from evtui.errors import UsageError

if TYPE_CHECKING:
    from cyclopts import Token

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

DEFAULT_SCENARIO = "ten-minutes"
MAX_SEED = 2**63 - 1
SPEED_RANGE = (0.1, 1_000.0)


app = App(
    name="evtui",
    version=f"evtui {__version__}",
    help="A flight simulator for an EV charging network that has no centre.",
    usage="Usage: evtui [SCENARIO] [--seed N] [--speed X]\n       evtui COMMAND [OPTIONS]",
    help_format="plaintext",
    help_epilogue=(
        "Exit codes: 0 as expected, 1 an invariant was violated or, in evtui run, an expectation "
        "did not hold, 2 usage or scenario error, 3 no answer in time, 130 interrupted."
    ),
    help_formatter="plain",
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)


# --- what stands behind an option ------------------------------------------------------------


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


def _until(_hint: Any, tokens: Sequence["Token"]) -> int:
    from scenarios.kinds import Quantity, RefusedError
    from scenarios.units import DURATION

    try:
        value = Quantity(DURATION, 0, 31 * 86_400_000_000).read(tokens[0].value)
    except RefusedError as error:
        raise UsageError(f"--until: {error}") from None
    assert isinstance(value, int)  # noqa: S101 - a quantity is an integer
    return value


def _file(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if not text or (text.startswith("-") and text != "-"):
        raise UsageError(f'--trace: found "{text}"; allowed the path of a file, or -')
    return text


def _ocpp_file(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if not text or text.startswith("-"):
        raise UsageError(f'--ocpp-log: found "{text}"; allowed the path of a file')
    return text


def _version(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if text not in ("1.6", "2.0.1"):
        raise UsageError(f'--ocpp-version: found "{text}"; allowed 1.6 or 2.0.1')
    return text


def _text(_hint: Any, tokens: Sequence["Token"]) -> str:
    return tokens[0].value  # what it may be, the command knows


def _record(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if not text or (text.startswith("-") and text != "-"):
        raise UsageError(f'--record: found "{text}"; allowed the path of a file, or -')
    return text


def _history(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if not text or text.startswith("-"):
        raise UsageError(f'--history: found "{text}"; allowed the path of a file')
    return text


def _page(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if not text or text.startswith("-"):
        raise UsageError(f'--html: found "{text}"; allowed the path of a file')
    return text


def _time_limit(_hint: Any, tokens: Sequence["Token"]) -> int:
    from scenarios.kinds import Quantity, RefusedError
    from scenarios.units import DURATION

    try:
        value = Quantity(DURATION, 0, 86_400_000_000).read(tokens[0].value)
    except RefusedError as error:
        raise UsageError(f"--time-limit: {error}") from None
    assert isinstance(value, int)  # noqa: S101 - a quantity is an integer
    return value


def _anchors(_hint: Any, tokens: Sequence["Token"]) -> str:
    text = tokens[0].value
    if len(text) != 32 or any(char not in "0123456789abcdef" for char in text):
        raise UsageError(f'--anchors: found "{text}"; allowed 32 digits from 0 to f')
    return text


def _option(converter: Any, metavar: str) -> Parameter:
    # A leading hyphen is left to the converter, whose sentence is clearer.
    return Parameter(
        converter=converter,
        metavar=metavar,
        n_tokens=1,
        accepts_keys=False,
        allow_leading_hyphen=True,
        show_default=False,
    )


def _session(_hint: Any, tokens: Sequence["Token"]) -> int:
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise UsageError(f'--session: found "{text}"; allowed the number of a session, from 1')
    return int(text)


Seed = Annotated[int | None, _option(_seed, "N")]
Speed = Annotated[float, _option(_speed, "X")]
Until = Annotated[int | None, _option(_until, "TIME")]
Number = Annotated[int | None, _option(_session, "N")]
File = Annotated[str | None, _option(_file, "FILE")]
FileOrStdin = Annotated[str, Parameter(allow_leading_hyphen=True)]
OcppLog = Annotated[str | None, _option(_ocpp_file, "FILE")]
OcppVersion = Annotated[str | None, _option(_version, "1.6|2.0.1")]
Month = Annotated[str | None, _option(_text, "YYYY-MM")]
CpId = Annotated[str | None, _option(_text, "ID")]
Moment = Annotated[str | None, _option(_text, "TIME")]
Record = Annotated[str | None, _option(_record, "FILE")]
Anchors = Annotated[str | None, _option(_anchors, "DIGITS")]
HistoryFile = Annotated[str | None, _option(_history, "FILE")]
Page = Annotated[str | None, _option(_page, "FILE")]
ModelName = Annotated[str | None, _option(_text, "kv|register|network")]
TimeLimit = Annotated[int | None, _option(_time_limit, "TIME")]
Switch = Annotated[bool, Parameter(negative=(), show_default=False)]


# --- commands --------------------------------------------------------------------------------


@app.default
def watch(scenario: str = DEFAULT_SCENARIO, /, *, seed: Seed = None, speed: Speed = 10.0) -> int:
    """Open a scenario in the terminal.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    seed
        Seed of all randomness; the scenario's own if left out.
    speed
        Virtual seconds in a second, 0.1 to 1000, or max. [default: 10]

    """
    from scenarios.loader import load

    loaded = load(scenario)
    _need_terminal(scenario)
    from evtui.app import run_app

    return run_app(loaded, seed, speed)


@app.command
def run(
    scenario: str,
    /,
    *,
    seed: Seed = None,
    until: Until = None,
    json: Switch = False,
    trace: File = None,
    ocpp_log: OcppLog = None,
    record: Record = None,
    ocpp_version: OcppVersion = None,
    history: HistoryFile = None,
) -> int:
    """Run a scenario without a terminal and report.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    seed
        Seed of all randomness; the scenario's own if left out.
    until
        Stop at this virtual time, such as 3m30s.
    json
        Print the report as one JSON object.
    trace
        Write each event to this file as a line of JSON (-: standard output).
    ocpp_log
        Write the OCPP messages to this file, which ends in .jsonl, .csv or .parquet.
    record
        Write the log to this file, sealed, for evtui verify (-: standard output).
    ocpp_version
        The version of OCPP that they are written in, 1.6 (if left out) or 2.0.1; evtui ask reads
        both.
    history
        Write what the charge points asked and were told to this file, for evtui check.

    """
    from evtui.headless import Order, run_headless

    return run_headless(
        Order(scenario, seed, until, json, trace, ocpp_log, ocpp_version, record, history)
    )


@app.command
def ask(
    question: str,
    file: str,
    /,
    *,
    month: Month = None,
    cp: CpId = None,
    at: Moment = None,
    json: Switch = False,
    plot: Switch = False,
) -> int:
    """Ask a log of OCPP messages: active, last-meter, last-seen or completed.

    Parameters
    ----------
    question
        active, last-meter, last-seen or completed.
    file
        The log, in JSON lines, CSV or Parquet.
    month
        With completed: only what ended in this month, such as 2022-10, in UTC.
    cp
        Only this charge point.
    at
        With active: at this time, such as 2022-10-09T12:05:22Z. [default: of the newest message]
    json
        Print a JSON array.
    plot
        Print a plot instead of a table.

    """
    from evtui.ask.command import Order, ask

    return ask(Order(question, file, month, cp, at, json, plot))


@app.command
def verify(file: str, /, *, json: Switch = False, anchors: Anchors = None) -> int:
    """Check a run's record: chain, results, signatures. Exit code 1 when it was altered.

    Parameters
    ----------
    file
        What evtui run --record has written.
    json
        Print what was found as one JSON object.
    anchors
        Fingerprint of the keys that the record must have, as verify prints it.

    """
    from evtui.verify import run_verify

    return run_verify(file, as_json=json, anchors=anchors)


@app.command
def check(
    file: FileOrStdin,
    /,
    *,
    model: ModelName = None,
    json: Switch = False,
    time_limit: TimeLimit = None,
    html: Page = None,
) -> int:
    """Check a history of clients for linearizability. Exit codes 0 yes, 1 no, 3 out of time.

    Parameters
    ----------
    file
        Operations as lines of JSON (see: docs/checking-histories.md), or a Jepsen log; - for
        standard input.
    model
        What the operations are done on; found out if left out.
    json
        Print what was found as one JSON object.
    time_limit
        Answer unknown after this time, such as 60s. [default: 60s]
    html
        Write a page to this file that shows the history and its partial linearizations.

    """
    from evtui.check.command import TIME_LIMIT_US, Order, run_check

    limit_us = TIME_LIMIT_US if time_limit is None else time_limit
    return run_check(Order(file, model, json, limit_us, html))


@app.command
def receipts(
    scenario: str,
    /,
    *,
    seed: Seed = None,
    until: Until = None,
    session: Number = None,
    json: Switch = False,
) -> int:
    """Run a scenario and print a receipt for each session that has ended.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    seed
        Seed of all randomness; the scenario's own if left out.
    until
        Stop at this virtual time, such as 3m30s.
    session
        Only the receipt of this session, by the number of its transaction.
    json
        Print them as a JSON array.

    """
    from evtui.receipts import print_receipts

    return print_receipts(scenario, seed, until, session, as_json=json)


@app.command
def scenarios(*, json: Switch = False) -> int:
    """List the scenarios that come with the program.

    Parameters
    ----------
    json
        Print them as a JSON array.

    """
    from evtui.headless import list_scenarios

    list_scenarios(as_json=json)
    return 0


@app.command
def profiles(file: FileOrStdin, /, *, json: Switch = False, table: Switch = False) -> int:
    """Print the composite schedule of OCPP charging profiles.

    Parameters
    ----------
    file
        The path of a JSON file (see: docs/charging-profiles.md), or - for standard input.
    json
        Print it as JSON, which is done without this option, too.
    table
        Print it as a table for people.

    """
    from evtui.profiles import print_composite

    print_composite(file, as_table=table and not json)
    return 0


def _need_terminal(scenario: str) -> None:
    """Refuse to paint escapes into a pipe.

    Raises:
        UsageError: there is no terminal, or one that cannot draw.

    """
    import shlex

    term = os.environ.get("TERM", "")
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        why = "standard input or output is no terminal"
    elif term in ("", "dumb"):
        why = f"TERM={term} cannot draw" if term else "TERM is not set"
    else:
        return
    command = f"evtui run {shlex.quote(scenario)}"
    raise UsageError(f"the app needs a terminal, and {why}; without one: {command}")


# --- entry -----------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from scenarios.errors import ScenarioError

    tokens = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None:
        return _complain("standard output is closed; allowed an open one, as results go there")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an odd locale spoils a letter, not the run
    try:
        result = app(tokens, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        return _complain(_plain(error, tokens))
    except UsageError as error:
        return _complain(*error.problems)
    except ScenarioError as error:
        hint = "" if len(error.problems) > 1 else _command_hint(tokens)
        return _complain(*(problem + hint for problem in error.problems))
    except KeyboardInterrupt:
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone; nothing is left to say, and nobody to say it to.
        _abandon_stdout()
        return EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        _abandon_stdout()
        return _complain(f"standard output: cannot write ({error.strerror})")
    return result if isinstance(result, int) else 0


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere, or the interpreter complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(*sentences: str) -> int:
    for sentence in sentences:
        sys.stderr.write(f"evtui: {sentence}\n")
    return EXIT_USAGE


def _plain(error: CycloptsError, tokens: list[str]) -> str:
    """A parse error as one line, with a suggestion."""
    error.verbose = False
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        extra = " ".join(error.unused_tokens)
        hint = _command_hint(tokens)
        return f'found "{extra}" after the last argument{hint or "; see: evtui --help"}'
    text = " ".join(str(error).split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}; see: evtui --help"


def _command_hint(tokens: list[str]) -> str:
    """For a first word that is nearly a command."""
    from scenarios.kinds import did_you_mean

    commands = [name for name in app if not name.startswith("-")]
    first = tokens[0] if tokens else ""
    return did_you_mean(first, commands) if first not in commands else ""


if __name__ == "__main__":
    sys.exit(main())
