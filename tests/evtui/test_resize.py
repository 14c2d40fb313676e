"""The terminal is made small and large again, in every view."""

import asyncio

import pytest
from textual.pilot import Pilot

from evtui.actions import ACTIONS
from evtui.app import EvtuiApp
from evtui.screens.network import NetworkScreen
from evtui.screens.panels import Panel
from evtui.screens.quitting import QuitPanel
from evtui.screens.small import LEAST, SmallScreen
from tests.evtui.walk import KEYS, app_of, text_of, troubled
from tests.soaking import one_in

SIZES = [(60, 15), (40, 10), (20, 5), (250, 80), (39, 10), (40, 9), (40, 10), (1, 1), (120, 36)]


async def resize(pilot: Pilot[int], size: tuple[int, int]) -> None:
    """Another size, and all that follows from it."""
    await pilot.resize_terminal(*size)
    for _ in range(3):
        await pilot.pause()


def title(app: EvtuiApp) -> str:
    """The first word of what the uppermost view says of itself."""
    if isinstance(app.screen, Panel) and app.screen.TITLED:
        return app.screen.title_text().split()[0]
    return ""


@pytest.mark.parametrize("view", one_in(2, (name for name in KEYS if name != "palette")))
async def test_every_view_survives_every_size(view: str) -> None:
    """Its title is seen at each, no line is too long, and nothing fails; or it says: too small."""
    app = app_of(troubled())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        for key in KEYS[view]:
            await pilot.press(key)
            await pilot.pause()
        screen, before = app.screen, len(app.screen_stack)
        for width, height in SIZES:
            await resize(pilot, (width, height))
            text = text_of(app)
            rows = text.splitlines()
            assert len(rows) == height
            assert "not shown" not in text
            if width < LEAST.width or height < LEAST.height:
                assert isinstance(app.screen, SmallScreen)
                assert width < 20 or f"{width}×{height} is too small" in text
            else:
                assert app.screen is screen
                assert len(app.screen_stack) == before
                assert title(app) in text
                assert len(text.split()) > 12


async def test_the_network_shows_more_where_there_is_more() -> None:
    """From the smallest to the largest, and at the same size the same."""
    app = app_of(troubled())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, words = text_of(app), []
        for size in ((40, 10), (60, 15), (80, 24), (120, 36), (250, 80)):
            await resize(pilot, size)
            text = text_of(app)
            words.append(len(text.split()))
            assert "no leader" in text
            assert "? help" in text
            assert "q quit" in text
        assert words == sorted(words)
        await resize(pilot, (80, 24))
        assert text_of(app) == first


async def test_nothing_is_broken_while_nothing_is_seen() -> None:
    """Keys do nothing where the terminal is too small, but q."""
    app = app_of(troubled())
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, SmallScreen)
        before = app.timeline.place
        for action in ACTIONS:
            if action.id not in ("quit", "palette"):
                await pilot.press(*action.keys.split(","))
        await pilot.pause()
        assert app.timeline.place == before
        assert isinstance(app.screen, SmallScreen)
        await resize(pilot, (80, 24))
        assert isinstance(app.screen, NetworkScreen)


async def test_who_quits_a_tiny_terminal_is_asked_and_may_stay() -> None:
    """The question lies above; after it the terminal is as small as before, or is large."""
    app = app_of(troubled())
    async with app.run_test(size=(20, 5)) as pilot:
        app.timeline.act("heal")
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuitPanel)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, SmallScreen)
        await pilot.press("q")
        await pilot.pause()
        await resize(pilot, (80, 24))
        await pilot.press("escape")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, NetworkScreen)


async def test_a_running_clock_goes_on_while_the_terminal_is_too_small() -> None:
    """It is the view that is missing, not the run."""
    app = EvtuiApp(troubled(), speed=50)
    async with app.run_test(size=(20, 5)):
        before = app.timeline.time_us
        for _ in range(200):
            await asyncio.sleep(0.02)
            if app.timeline.time_us > before + 1_000_000:
                break
        assert app.timeline.time_us > before + 1_000_000
