"""Commands that run without a terminal, and those that read what runs have left."""

from evtui.commands.program import app
from evtui.errors import UsageError
from evtui.options import (
    Algorithm,
    Anchors,
    Billing,
    Branches,
    CpId,
    FileOrStdin,
    Moment,
    Month,
    Reporting,
    Switch,
)


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

    if json and table:
        raise UsageError("--table: found it beside --json; allowed one of them")
    print_composite(file, as_table=table)
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
