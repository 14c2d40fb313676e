"""Every test of the app starts from the same terminal: no colour or theme from outside."""

from collections.abc import Callable

import pytest

from evtui.app import EvtuiApp
from scenarios.loader import load
from scenarios.session import Session

MINUTE_US = 60_000_000


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove what would change colours."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)


def session_at(time_us: int, *, scenario: str = "ten-minutes", seed: int = 7) -> Session:
    """A real run that has come to ``time_us``."""
    session = Session(load(scenario), seed)
    while not session.run(time_us, 10_000):
        pass
    return session


@pytest.fixture
def make_app() -> Callable[..., EvtuiApp]:
    """Build a paused app on a real run at a time (five minutes by default)."""

    def make(time_us: int = 5 * MINUTE_US, *, paused: bool = True, speed: float = 10) -> EvtuiApp:
        return EvtuiApp(session_at(time_us), speed=speed, paused=paused)

    return make
