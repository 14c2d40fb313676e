"""Commands that open the app, or say how it is to be."""

from typing import TYPE_CHECKING

from evtui.commands.program import app
from evtui.errors import UsageError
from evtui.options import Learning, Opening, Serving, Switch, Watching

if TYPE_CHECKING:
    from scenarios.schema import Scenario

DEFAULT_SCENARIO = "ten-minutes"


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
