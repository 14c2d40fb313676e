"""The command palette: where ``ctrl+p`` opens it, what stands in it, and in which order."""

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.learn.app import LessonApp
from evtui.screens.city import CityScreen
from evtui.screens.help import HelpPanel
from evtui.screens.panels import Panel
from evtui.screens.quitting import QuitPanel
from evtui.screens.small import SmallScreen
from scenarios.city.session import CitySession
from scenarios.loader import load
from tests.evtui.conftest import session_at
from tests.evtui.learn.playing import app_of as lesson_of
from tests.evtui.walk import KEYS, press, troubled
from tests.soaking import one_in

ELSEWHERE = ("quit", "palette")
"""A question that wants an answer, and the palette itself."""
TYPED = (*ELSEWHERE, "log_filter", "refused words")
"""Where the characters are typed."""


def app_at(time_us: int = 60_000_000) -> EvtuiApp:
    """A paused app on a real run."""
    return EvtuiApp(session_at(time_us), paused=True)


async def offered(app: EvtuiApp, pilot: Pilot[int]) -> list[str]:
    """The entries of the palette, once they are all there."""
    assert CommandPalette.is_open(app)
    before = -1
    options = app.screen.query_one(OptionList)
    while options.option_count != before or not before:
        before = options.option_count
        await pilot.pause(0.15)
    return [str(it.prompt).splitlines()[0] for it in options.options]


@pytest.mark.parametrize("view", one_in(3, (name for name in KEYS if name not in ELSEWHERE)))
async def test_palette_and_help_open_in_every_view(view: str) -> None:
    """The network, each view and each panel above it; Esc leads back to where they were opened.

    The help is closed by its key, too. Where words are typed, only the chord is a key.
    """
    app = EvtuiApp(troubled(time_us=60_000_000), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "k", "z", *KEYS[view])
        below = app.screen
        assert isinstance(below, Panel) is (view not in ("network", "stopped"))
        await press(pilot, "ctrl+p")
        assert CommandPalette.is_open(app)
        await press(pilot, "ctrl+p", "escape")
        assert app.screen is below
        if view in TYPED:
            return
        if not isinstance(below, HelpPanel):
            await press(pilot, "question_mark")
            assert isinstance(app.screen, HelpPanel)
            await press(pilot, "question_mark")
            assert app.screen is below
        await press(pilot, "colon")
        assert CommandPalette.is_open(app)
        await press(pilot, "escape")
        assert app.screen is below


async def test_ctrl_p_opens_it_while_something_is_typed() -> None:
    """A colon is typed there; the chord is a key all the same."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "slash", "colon")
        assert not CommandPalette.is_open(app)
        await press(pilot, "ctrl+p")
        assert CommandPalette.is_open(app)


async def test_ctrl_p_opens_it_in_a_city_and_at_a_site() -> None:
    """In the overview, on the screen of a site, and in a view of it."""
    app = CityApp(CitySession(load("two-sites")), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        assert isinstance(app.screen, CityScreen)
        for keys in ((), ("enter",), ("l",)):
            await press(pilot, *keys, "ctrl+p")
            assert CommandPalette.is_open(app)
            await press(pilot, "escape")


async def test_ctrl_p_opens_it_in_a_lesson(own_data_folder: Path) -> None:
    """On its screen, and in a view."""
    app = lesson_of("elections", own_data_folder)
    async with app.run_test(size=(120, 36)) as pilot:
        for keys in ((), ("w",)):
            await press(pilot, *keys, "ctrl+p")
            assert CommandPalette.is_open(app)
            await press(pilot, "escape")


async def test_nothing_is_opened_over_a_question_or_unseen() -> None:
    """Quitting asks for an answer; where nothing has room, nothing shall be done."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "k", "q", "ctrl+p")
        assert isinstance(app.screen, QuitPanel)
        await press(pilot, "escape")
        await pilot.resize_terminal(20, 5)
        await press(pilot, "ctrl+p")
        assert isinstance(app.screen, SmallScreen)


SYSTEM = ["Change theme", "Maximize"]


async def test_the_order_is_that_of_the_help_and_nothing_stands_twice(
    own_data_folder: Path,
) -> None:
    """What only this app has first, then the registry, then what Textual brings."""
    city = CityApp(CitySession(load("two-sites")), paused=True)
    plain = app_at()
    lesson: LessonApp = lesson_of("elections", own_data_folder)
    for app, own in (
        (plain, []),
        (city, ["The whole city · c", "Next site · n", "Open the site · Enter"]),
        (lesson, ["Next step · n", "Hint · I"]),
    ):
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, "ctrl+p")
            found = await offered(app, pilot)
            assert found[: len(own)] == own
            assert len(set(found)) == len(found)
            at = found.index("Pause or run · space")
            assert found[at : at + 3] == [
                "Pause or run · space",
                "Step one event · .",
                "Faster · +",
            ]
            assert found[-1] == "Change theme" or found[-2:] == SYSTEM
            words = [it.split(" · ")[0] for it in found]
            assert words.count("Quit") == 1
            assert not {"Screenshot", "Keys", "Theme"} & set(words)


async def test_a_site_is_not_changed_beneath_a_view() -> None:
    """The palette over a view offers no other site: the view is of this one."""
    app = CityApp(CitySession(load("two-sites")), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "enter", "ctrl+p")
        assert "Next site · n" in await offered(app, pilot)
        await press(pilot, "escape", "l", "ctrl+p")
        found = await offered(app, pilot)
        assert "Next site · n" not in found
        assert "Links · l" in found
