"""Opening the app: on a scenario, on a saved session as it was left, on a city."""

import sys

from evtui.app import DEFAULT_SPEED, EvtuiApp
from evtui.city_app import CityApp
from scenarios.checkpoints import Place
from scenarios.city.session import open_session
from scenarios.schema import Saved, Scenario
from scenarios.session_file import Kept
from scenarios.units import DURATION


def run_app(
    scenario: Scenario, seed: int | None, speed: float = DEFAULT_SPEED, at_us: int | None = None
) -> int:
    """Open the app on a scenario; returns the exit code (1 when an invariant was violated)."""
    return _run(app_of(scenario, seed, speed, at_us))


def run_kept(kept: Kept, speed: float = DEFAULT_SPEED, at_us: int | None = None) -> int:
    """Open the app on a session with all its branches; returns the exit code."""
    return _run(app_of_kept(kept, speed, at_us))


def _run(app: EvtuiApp) -> int:
    """Until it is left. What ends by an error is no success."""
    return app.run() or app.return_code or 0


def app_of(
    scenario: Scenario, seed: int | None, speed: float = DEFAULT_SPEED, at_us: int | None = None
) -> EvtuiApp:
    """The app for a scenario; for a saved session paused, where it was left.

    With ``at_us`` it is paused at that time: all that happens until then has happened. A run that
    ends before, by a violated invariant, is shown where it ended.
    """
    session = open_session(scenario, seed)
    saved = scenario.saved
    kind = CityApp if scenario.sites else EvtuiApp
    app = kind(session, speed=speed, paused=saved is not None or at_us is not None)
    if saved is not None:
        _announce(saved.until_us)
        app.timeline.run_to(Place(saved.events, len(scenario.inputs), saved.until_us))
        _compare(app, saved)
    _go(app, at_us)
    return app


def app_of_kept(kept: Kept, speed: float = DEFAULT_SPEED, at_us: int | None = None) -> EvtuiApp:
    """The app for a session with all its branches: paused, where it was left, or at a time."""
    kind = CityApp if kept.scenario.sites else EvtuiApp
    app = kind(open_session(kept.scenario), speed=speed, paused=True)
    saved = next(it.saved for it in kept.courses if it.branch.number == kept.shown)
    _announce(saved.until_us)
    app.timeline.adopt((it.branch for it in kept.courses), kept.shown, kept.bookmarks)
    _compare(app, saved)
    _go(app, at_us)
    return app


def _go(app: EvtuiApp, at_us: int | None) -> None:
    """Show a time of the run, or its end where that comes before."""
    if at_us is not None:
        until_us = min(at_us, app.timeline.session.scenario.duration_us)
        _announce(until_us)
        app.travel(until_us)


def _announce(until_us: int) -> None:
    """An hour of a run takes seconds to be done again: say so meanwhile."""
    if sys.stderr.isatty():
        sys.stderr.write(f"evtui: runs the session to {DURATION.format(until_us)} …\n")


def _compare(app: EvtuiApp, saved: Saved) -> None:
    """Show where it was left; where that is another run than was kept, the app says so."""
    whole = app.timeline.session.whole
    if (whole.events, whole.digest()) != (saved.events, saved.digest):
        app.warning = (
            "This is another run than the one that was kept: its digest differs. Another version "
            "of the program, or the file was changed; evtui replay says more"
        )
    app.take_picture()
