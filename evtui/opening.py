"""Opening the app: on a scenario, on a saved session as it was left, on a city."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress

from evtui.app import DEFAULT_SPEED, EvtuiApp
from evtui.city_app import CITY_SPEED, CityApp
from evtui.options import Watching
from evtui.safety.files import Rescue
from evtui.settings.force import Settings, told_settings
from scenarios.breakpoints.words import Breakpoint
from scenarios.checkpoints import Place
from scenarios.city.session import open_session
from scenarios.schema import Saved, Scenario
from scenarios.session import Session
from scenarios.session_file import Kept
from scenarios.units import DURATION


def run_app(
    scenario: Scenario,
    options: Watching,
    called: str = "",
    breakpoints: Sequence[Breakpoint] = (),
) -> int:
    """Open the app on a scenario; returns the exit code (1 when an invariant was violated).

    ``called`` is the name or path under which somebody has called it.
    """
    settings = told_settings(options.said())
    app = app_of(scenario, options.seed, settings, options.at, breakpoints)
    app.called = called
    return _run(app)


def run_kept(kept: Kept, options: Watching, breakpoints: Sequence[Breakpoint] = ()) -> int:
    """Open the app on a session with all its branches; returns the exit code."""
    return _run(app_of_kept(kept, told_settings(options.said()), options.at, breakpoints))


def _run(app: EvtuiApp) -> int:
    """Until it is left. What ends by an error is no success, and the session is saved before."""
    try:
        code = app.run() or app.return_code or 0
    except Exception as error:
        app.save_before_the_end(error)
        if app.rescue is None or app.rescue.log is None:
            raise
        code = 1
    if app.rescue is not None:
        with suppress(OSError):  # the terminal may have gone
            _tell(app.rescue)
    return code


def _tell(rescue: Rescue) -> None:
    """What was saved, and how it is opened again."""
    sys.stderr.write(f"evtui: {rescue.sentence}\n")
    if rescue.log is not None:
        sys.stderr.write(f"evtui: it reopens with: evtui {shlex.quote(str(rescue.log))}\n")
    sys.stderr.flush()


def app_of(
    scenario: Scenario,
    seed: int | None,
    settings: Settings | None = None,
    at_us: int | None = None,
    breakpoints: Sequence[Breakpoint] = (),
) -> EvtuiApp:
    """The app for a scenario; for a saved session paused, where it was left.

    With ``at_us`` it is paused at that time: all that happens until then has happened. A run that
    ends before, by a violated invariant, is shown where it ended. The breakpoints are set there.
    """
    session = open_session(scenario, seed)
    saved = scenario.saved
    paused = saved is not None or at_us is not None
    app = _made(session, settings, is_city=bool(scenario.sites), paused=paused)
    if saved is not None:
        _announce(saved.until_us)
        app.timeline.run_to(Place(saved.events, len(scenario.inputs), saved.until_us))
        _compare(app, saved)
    _go(app, at_us)
    _arm(app, breakpoints)
    return app


def app_of_kept(
    kept: Kept,
    settings: Settings | None = None,
    at_us: int | None = None,
    breakpoints: Sequence[Breakpoint] = (),
) -> EvtuiApp:
    """The app for a session with all its branches: paused, where it was left, or at a time.

    Its own breakpoints are set, and those that are given besides.
    """
    is_city = bool(kept.scenario.sites)
    app = _made(open_session(kept.scenario), settings, is_city=is_city, paused=True)
    saved = next(it.saved for it in kept.courses if it.branch.number == kept.shown)
    _announce(saved.until_us)
    app.timeline.adopt((it.branch for it in kept.courses), kept.shown, kept.bookmarks)
    _compare(app, saved)
    _go(app, at_us)
    for each in kept.breakpoints:
        app.timeline.breakpoints.add(each.it, on=each.on)
    _arm(app, breakpoints)
    return app


def _arm(app: EvtuiApp, breakpoints: Sequence[Breakpoint]) -> None:
    """Set breakpoints at the place that is shown; one that is there already is switched on."""
    there = app.timeline.breakpoints
    for it in breakpoints:
        index = next((n for n, each in enumerate(there) if each.it == it), None)
        if index is None:
            there.add(it)
        elif not there[index].on:
            there.switch(index)
    app.take_picture()


def _go(app: EvtuiApp, at_us: int | None) -> None:
    """Show a time of the run, or its end where that comes before."""
    if at_us is not None:
        until_us = min(at_us, app.timeline.session.scenario.duration_us)
        _announce(until_us)
        app.travel(until_us)


def _made(session: Session, settings: Settings | None, *, is_city: bool, paused: bool) -> EvtuiApp:
    """The app, as fast and as its user wants it."""
    kind, usual = (CityApp, CITY_SPEED) if is_city else (EvtuiApp, DEFAULT_SPEED)
    wished = None if settings is None else settings.speed
    stands = paused or (settings is not None and settings.start_paused)
    speed = usual if wished is None else wished
    return kind(session, speed=speed, paused=stands, settings=settings)


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
