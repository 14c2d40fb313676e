"""All views above the network together: any keys in any order, and the same run by its inputs."""

import random

import pytest

from evtui.actions import ACTIONS
from evtui.app import EvtuiApp
from evtui.screens.small import LEAST, SmallScreen
from evtui.screens.tables import TablePanel
from evtui.screens.views import TABLES
from scenarios.loader import load
from scenarios.session import Session
from scenarios.session_file import with_inputs
from scenarios.timeline import Timeline
from tests.evtui.test_snapshots import settle

S = 1_000_000
KEYS = {action.id: action.keys for action in ACTIONS if action.method.startswith("table(")}
IN_THEM = (
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "enter"),
    *("escape", "full_stop", "full_stop", "o", "a", "0", "1", "3", "5", "7", "backspace", "tab"),
)


def test_each_view_has_its_key_and_each_key_its_view() -> None:
    """The names are those of the actions."""
    assert set(KEYS) == set(TABLES)
    assert len(set(KEYS.values())) == len(KEYS)


@pytest.mark.parametrize("name", TABLES)
async def test_its_own_key_q_and_escape_close_a_view(name: str) -> None:
    """As in every panel."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        for closing in (KEYS[name], "q", "escape"):
            await pilot.press(KEYS[name])
            assert isinstance(app.screen, TablePanel)
            await pilot.press(closing)
            assert len(app.screen_stack) == 1


@pytest.mark.parametrize("name", TABLES)
async def test_a_view_follows_the_size_of_the_terminal(name: str) -> None:
    """From the smallest to the largest, and it asks for the rows that it has room for."""
    app = EvtuiApp(Session(load("hundred-cps")), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(KEYS[name])
        for size in ((40, 10), (200, 60), (80, 24), (20, 6)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            if size < LEAST:
                assert isinstance(app.screen, SmallScreen)
                continue
            body = app.screen.query_one("Body")
            assert body.size.width <= size[0]
            assert body.size.height < size[1]


@pytest.mark.parametrize("seed", [3])
async def test_any_keys_raise_nothing_and_what_was_done_can_be_done_again(seed: int) -> None:
    """By the inputs alone, at their times, to the same digest: looking has no part in it."""
    draw = random.Random(seed)
    line = Timeline(Session(load("monitor"), seed))
    line.run(100 * S, 10**6)
    app = EvtuiApp(line, paused=True)
    async with app.run_test(size=draw.choice([(80, 24), (200, 60)])) as pilot:
        for _ in range(40):
            await pilot.press(draw.choice(list(KEYS.values())))
            for _ in range(draw.randrange(1, 12)):
                if len(app.screen_stack) > 1:
                    await pilot.press(draw.choice(IN_THEM))
            while len(app.screen_stack) > 1:
                await pilot.press("escape")
            line.run(line.time_us + S // 2, 10**6)
    assert len(line.branch.inputs) > 2
    again = Session(with_inputs(load("monitor"), line.branch.inputs, None), seed)
    again.come_to(*line.place)
    assert again.whole.digest() == line.session.whole.digest()
