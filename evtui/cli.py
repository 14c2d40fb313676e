"""The command line: ``evtui`` opens the app, ``evtui run`` runs without a terminal.

Exit codes: 0 as expected, 1 an invariant or an expectation was violated, 2 usage or scenario
error, 130 interrupted. What a command found goes to standard output, all else to standard error.

Start-up is kept short: each command imports what it needs, and only the app imports Textual.
"""

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App
from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from evtui import __version__
from evtui.errors import UsageError
from evtui.options import (
    Algorithm,
    Anchors,
    Billing,
    Branches,
    Campaigning,
    CpId,
    Exploring,
    FileOrStdin,
    Killing,
    Learning,
    ModelName,
    Moment,
    Month,
    Opening,
    Page,
    Reporting,
    Serving,
    Shrinking,
    Switch,
    TimeLimit,
    Watching,
)

if TYPE_CHECKING:
    from scenarios.schema import Scenario

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

DEFAULT_SCENARIO = "ten-minutes"

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


# --- commands --------------------------------------------------------------------------------


@app.default
def watch(scenario: str = DEFAULT_SCENARIO, /, *, options: Opening = Opening()) -> int:  # noqa: B008 - frozen
    """Open a scenario in the terminal.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file; of a saved session its .toml
        file, or its .log file with all branches.
    options
        They are one each: :mod:`evtui.options`.

    """
    if options.print_keys:
        from evtui.keys.command import print_keys

        return print_keys(as_json=options.as_json)
    if options.as_json:
        raise UsageError("--json: the app prints nothing; allowed with --print-keys")
    if scenario.endswith(".log"):
        return _reopen(scenario, options)
    from evtui.moments import check_at
    from scenarios.loader import load

    loaded = load(scenario)
    if loaded.saved is not None:
        _no_other_seed(options.seed)
    check_at(options.at, loaded)
    return _open(scenario, loaded, options)


def _open(called: str, scenario: "Scenario", options: Watching) -> int:
    """Open a scenario, once all that was asked for is found to make sense."""
    from evtui.breaks import breakpoints_of

    breakpoints = breakpoints_of(options.breaks, scenario, options.seed)
    _need_terminal(called)
    from evtui.opening import run_app

    return run_app(scenario, options, called, breakpoints)


def _reopen(file: str, options: Watching) -> int:
    """Open all branches of a saved session."""
    from evtui.moments import check_at
    from evtui.session_replay import read_kept

    kept = read_kept(file)
    _no_other_seed(options.seed)
    check_at(options.at, kept.scenario)
    from evtui.breaks import breakpoints_of

    breakpoints = breakpoints_of(options.breaks, kept.scenario, None)
    _need_terminal(file)
    from evtui.opening import run_kept

    return run_kept(kept, options, breakpoints)


def _no_other_seed(seed: int | None) -> None:
    if seed is not None:
        raise UsageError(f"--seed: found {seed}; a saved session has a seed of its own")


@app.command
def city(scenario: str = "city", /, *, options: Watching = Watching()) -> int:  # noqa: B008 - frozen
    """Open a city in the terminal: its sites, and any of them with all that there is to see.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file, of a city.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.moments import check_at
    from scenarios.loader import load

    loaded = load(scenario)
    if not loaded.sites:
        raise UsageError(
            f"city: found {loaded.name}, a scenario of one site; allowed one with [[site]] tables"
        )
    check_at(options.at, loaded)
    return _open(scenario, loaded, options)


@app.command
def settings(*, write: Switch = False, json: Switch = False, schema: Switch = False) -> int:
    """Print the settings in force, from where each comes, and where their file is.

    Parameters
    ----------
    write
        Write an example to that file, with a line of explanation for each; none is overwritten.
    json
        Print them as one JSON object.
    schema
        Print the JSON schema of that file, for editors.

    """
    from evtui.settings.command import run_settings

    return run_settings(write=write, as_json=json, as_schema=schema)


@app.command
def run(scenario: str, /, *, options: Reporting = Reporting()) -> int:  # noqa: B008 - frozen
    """Run a scenario without a terminal and report.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.headless import run_headless

    return run_headless(scenario, options)


@app.command
def ask(
    question: str,
    file: FileOrStdin,
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
        The log, in JSON lines, CSV or Parquet, or - for standard input.
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
def verify(file: FileOrStdin, /, *, json: Switch = False, anchors: Anchors = None) -> int:
    """Check a run's record: chain, results, signatures. Exit code 1 when it was altered.

    Parameters
    ----------
    file
        What evtui run --record has written, or - for standard input.
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
def explore(*, options: Exploring = Exploring()) -> int:  # noqa: B008 - frozen
    """Explore all that can happen to a small group: every order of messages, ballots and faults.

    Parameters
    ----------
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.explore.command import run_explore
    from evtui.explore.order import order_of

    return run_explore(order_of(options))


@app.command
def mutants(*, options: Killing = Killing()) -> int:  # noqa: B008 - frozen
    """Plant each known mistake in the protocol, and print what kills it, within how many seeds.

    Parameters
    ----------
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.mutants.command import run_mutants

    return run_mutants(options)


@app.command
def campaign(scenario: str, /, *, options: Campaigning = Campaigning()) -> int:  # noqa: B008 - frozen
    """Run a scenario under random faults, seed after seed. Exit code 1 if anything fails.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.campaign.command import run_campaign
    from evtui.campaign.options import order_of

    return run_campaign(order_of(scenario, options))


@app.command
def shrink(run: str, /, *, options: Shrinking = Shrinking()) -> int:  # noqa: B008 - frozen
    """Shrink a run that fails to the smallest one that fails in the same way, as a scenario file.

    Parameters
    ----------
    run
        A name (see: evtui scenarios), or the path of a .toml file.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.shrink.command import run_shrink

    return run_shrink(run, options)


@app.command
def replay(file: FileOrStdin, /, *, json: Switch = False) -> int:
    """Run a saved session again, to where it was left. Exit code 1 if it becomes another run.

    Parameters
    ----------
    file
        What s in the app has written: a scenario with a [session] table, or a log of all branches;
        - for standard input.
    json
        Print what was found as one JSON object.

    """
    from evtui.session_replay import run_replay

    return run_replay(file, as_json=json)


@app.command
def compare(
    file: FileOrStdin,
    other: str | None = None,
    /,
    *,
    branches: Branches = None,
    json: Switch = False,
) -> int:
    """Compare two runs of saved sessions: what differs first. Exit code 1 if anything does.

    Parameters
    ----------
    file
        What s in the app has written: a log of all branches, or a scenario with a [session] table.
    other
        A second one; without it, two branches of the first are compared.
    branches
        Two of them by number: of the one file, or one of each. [default: both, or the shown ones]
    json
        Print what was found as one JSON object.

    """
    from evtui.compare.command import run_compare

    return run_compare(file, other, branches, as_json=json)


@app.command
def learn(lesson: str | None = None, /, *, options: Learning = Learning()) -> int:  # noqa: B008
    """Learn Multi-Paxos in twelve lessons: read, do what they ask, and see whether it was done.

    Parameters
    ----------
    lesson
        Its number or name, or the path of a .toml file; without one, a list to choose from.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.learn.command import run_learn

    return run_learn(lesson, options)


@app.command
def receipts(scenario: str, /, *, options: Billing = Billing()) -> int:  # noqa: B008 - frozen
    """Run a scenario and print a receipt for each session that has ended.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.receipts import print_receipts

    return print_receipts(scenario, options)


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


@app.command
def plan(
    file: FileOrStdin,
    /,
    *,
    algorithm: Algorithm = "flow",
    json: Switch = False,
    compare: Switch = False,
) -> int:
    """Plan energy: who is promised his energy by departure, and when each charges.

    Parameters
    ----------
    file
        The path of a JSON file (see: docs/smart-charging.md), or - for standard input.
    algorithm
        flow, edf, llf, sllf, fcfs, equal or seed. [default: flow]
    json
        Print admission and plan as one JSON object.
    compare
        Plan with every algorithm: what each delivers, misses, draws and costs.

    """
    from evtui.plan.command import Order, print_plan

    print_plan(Order(file, algorithm, json, compare))
    return 0


@app.command
def web(
    scenario: str = DEFAULT_SCENARIO,
    /,
    *,
    options: Serving = Serving(),  # noqa: B008 - frozen
) -> int:
    """Serve the app to browsers, a session of its own for each, until Ctrl+C.

    Parameters
    ----------
    scenario
        A name (see: evtui scenarios), or the path of a .toml file.
    options
        They are one each: :mod:`evtui.options`.

    """
    from evtui.web.command import Order, serve

    it = options
    return serve(Order(scenario, it.seed, it.speed, it.host, it.port, it.sessions, it.said()))


def _need_terminal(scenario: str) -> None:
    """Refuse to paint escapes into a pipe.

    Raises:
        UsageError: there is no terminal, or one that cannot draw.

    """
    import shlex

    from evtui.terminal import no_terminal

    why = no_terminal()
    if not why:
        return
    verb = "replay" if scenario.endswith(".log") else "run"
    command = f"evtui {verb} {shlex.quote(scenario)}"
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
