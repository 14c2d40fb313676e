"""Pictures of the app on a real run, at fixed sizes, looked at by a person before they are kept.

Time is driven by explicit steps while the app is paused, so nothing depends on a wall clock.
"""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from textual.pilot import Pilot

from evtui.app import EvtuiApp
from evtui.themes import DARK, LIGHT
from scenarios.session import Session
from scenarios.view import View, Window
from tests.evtui.conftest import MINUTE_US, session_at

Compare = Callable[..., bool]


def troubled() -> Session:
    """Five minutes in: a crash, a pause and a one-way cut, and three seconds to feel them."""
    session = session_at(5 * MINUTE_US)
    leader = session.view().leader
    others = [cp.id for cp in session.view().cps if cp.id != leader]
    session.act("crash", cp=leader)
    session.act("cut_oneway", a=others[0], b=others[1])
    while not session.run(session.time_us + 3_000_000, 100_000):
        pass
    session.act("pause", cp=others[3])
    for _ in range(5):
        session.step()
    return session


def app_on(session: Session, theme: str = DARK.name) -> EvtuiApp:
    """A paused app."""
    app = EvtuiApp(session, paused=True)
    app.theme = theme
    return app


async def settle(pilot: Pilot[Any]) -> None:
    """Let resizes and the windows they ask for come through."""
    for _ in range(3):
        await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_network(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    """The network after a crash, with links cut and a CP paused."""
    app = app_on(troubled(), theme)
    assert snap_compare(app, terminal_size=size, run_before=settle)


def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every state can still be told."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_on(troubled()), terminal_size=(80, 24), run_before=settle)


def test_ansi(snap_compare: Compare) -> None:
    """With the terminal's own colours."""
    app = app_on(troubled(), "ansi-dark")
    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize("key", ["question_mark", "p", "x"], ids=["help", "partition", "link"])
def test_panels(snap_compare: Compare, key: str) -> None:
    """Help, partition picker and link chooser at 80×24."""
    app = app_on(troubled())
    assert snap_compare(app, press=[key], terminal_size=(80, 24), run_before=settle)


class Violated(Session):
    """A run whose view says that an invariant is violated; the protocol itself never does."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with a sentence."""
        sentence = (
            "A1 agreement: slot 89 was chosen as CP4 MeterValues at ballot 1.CP3 by CP1, CP2, CP3 "
            "and as no-op at ballot 2.CP1 by CP1, CP4, CP5"
        )
        return attrs.evolve(super().view(window), violation=sentence, finished=True)


def test_violation(snap_compare: Compare) -> None:
    """The violated invariant's sentence stands out, whole."""
    session = session_at(MINUTE_US)
    session.__class__ = Violated
    assert snap_compare(app_on(session), terminal_size=(80, 24), run_before=settle)
