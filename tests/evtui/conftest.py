"""Every test of the app starts from the same terminal: no colour or theme from outside."""

from collections.abc import Callable
from functools import cache

import pytest

from evtui.app import EvtuiApp
from evtui.safety.app import SafeApp
from paxos.check.mutants import planted_now
from scenarios.checkpoints import Checkpoint, checkpoint_of
from scenarios.loader import load
from scenarios.session import Session

MINUTE_US = 60_000_000


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove what would change colours; the terminal has all of them."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def no_error_is_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app would survive is an error all the same; tests of its survival undo this."""
    monkeypatch.setattr(SafeApp, "view_failed", failing)
    monkeypatch.setattr(SafeApp, "save_before_the_end", lambda _app, _error: None)


def failing(_app: SafeApp, _view: object, error: Exception, *, in_place: bool = False) -> None:
    """Let an error of a view through."""
    raise error


def session_at(time_us: int, *, scenario: str = "ten-minutes", seed: int = 7) -> Session:
    """A real run that has come to ``time_us``; the way there is made once in each process."""
    return _kept_at(time_us, scenario, seed).open()


@cache
def _kept_at(time_us: int, scenario: str, seed: int) -> Checkpoint:
    """Nothing may be planted in the protocol meanwhile: it would be there for the tests to come."""
    assert planted_now() is None
    session = Session(load(scenario), seed)
    while not session.run(time_us, 10_000):
        pass
    return checkpoint_of(session)


@pytest.fixture
def make_app() -> Callable[..., EvtuiApp]:
    """Build a paused app on a real run at a time (five minutes by default)."""

    def make(time_us: int = 5 * MINUTE_US, *, paused: bool = True, speed: float = 10) -> EvtuiApp:
        return EvtuiApp(session_at(time_us), speed=speed, paused=paused)

    return make
