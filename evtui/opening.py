"""Opening the app: on a scenario, on a saved session as it was left, on a city."""

from evtui.app import DEFAULT_SPEED, EvtuiApp
from evtui.city_app import CityApp
from scenarios.checkpoints import Place
from scenarios.city.session import open_session
from scenarios.schema import Scenario
from scenarios.session_file import Kept


def run_app(scenario: Scenario, seed: int | None, speed: float = DEFAULT_SPEED) -> int:
    """Open the app on a scenario; returns the exit code (1 when an invariant was violated)."""
    return app_of(scenario, seed, speed).run() or 0


def run_kept(kept: Kept) -> int:
    """Open the app on a session with all its branches; returns the exit code."""
    return app_of_kept(kept).run() or 0


def app_of(scenario: Scenario, seed: int | None, speed: float = DEFAULT_SPEED) -> EvtuiApp:
    """The app for a scenario; for a saved session paused, where it was left."""
    session = open_session(scenario, seed)
    saved = scenario.saved
    kind = CityApp if scenario.sites else EvtuiApp
    app = kind(session, speed=speed, paused=saved is not None)
    if saved is not None:
        app.timeline.run_to(Place(saved.events, len(scenario.inputs), saved.until_us))
        app.take_picture()
    return app


def app_of_kept(kept: Kept) -> EvtuiApp:
    """The app for a session with all its branches: paused, where it was left."""
    kind = CityApp if kept.scenario.sites else EvtuiApp
    app = kind(open_session(kept.scenario), paused=True)
    app.timeline.adopt((it.branch for it in kept.courses), kept.shown, kept.bookmarks)
    app.take_picture()
    return app
