"""Commands of the laboratory: many runs, and what they show."""

from evtui.commands.program import app
from evtui.options import (
    Campaigning,
    Exploring,
    FileOrStdin,
    Killing,
    ModelName,
    Page,
    Shrinking,
    Switch,
    TimeLimit,
)


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
