"""The view of the log in the app: its keys, its filter, the mouse."""

import random

import pytest
from textual.widgets import Input, Static

from evtui.app import EvtuiApp
from evtui.render import slots
from evtui.screens.panels import Body
from evtui.screens.why import WhyPanel
from scenarios.loader import loads
from scenarios.log import search
from scenarios.session import Session
from tests.evtui.log_sample import S, app_at, body, keys_line, panel, table, typed
from tests.evtui.test_snapshots import settle
from tests.soaking import early


async def test_the_cursor_walks_and_the_end_is_followed() -> None:
    """Up and down, by pages, to the edges; new slots come only while it follows."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        last = table(app).last
        assert panel(app).slot == last
        for key, slot in (
            ("up", last - 1), ("up", last - 2), ("down", last - 1), ("home", 1), ("up", 1),
            ("down", 2), ("end", last), ("down", last),
        ):  # fmt: skip
            await pilot.press(key)
            await settle(pilot)
            assert panel(app).slot == slot, key
            assert slot in [it.slot for it in table(app).rows]
        await pilot.press("pageup", "pageup")
        await settle(pilot)
        here = panel(app).slot
        assert here is not None
        assert here < last - 8
        app.travel(420 * S)
        await settle(pilot)
        assert panel(app).slot == here
        assert table(app).last > last
        await pilot.press("end")
        await settle(pilot)
        assert panel(app).slot == table(app).last


async def test_walking_up_and_down_goes_through_every_slot() -> None:
    """Beyond what is seen, too; with a filter through its matches only."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        seen = [panel(app).slot]
        while seen[-1] != 1:
            await pilot.press("up")
            await settle(pilot)
            seen.append(panel(app).slot)
        assert seen == list(range(table(app).last, 0, -1))
        await pilot.press("slash")
        await typed(pilot, "meter")
        await pilot.press("enter")
        await settle(pilot)
        matches = [panel(app).slot]
        while True:
            await pilot.press("N")
            await settle(pilot)
            if panel(app).slot == matches[-1]:
                break
            matches.append(panel(app).slot)
        assert len(matches) == table(app).matches
        assert all("Meter" in it.command for it in table(app).rows)


async def test_a_filter_is_typed_whatever_its_letters_mean_elsewhere() -> None:
    """No letter is eaten: all keys of the app and of the panel are typed."""
    app = app_at()
    every = "abcdefghijklmnopqrstuvwxyzLNYGBZ019.,:/-"
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.controls.view().events
        await pilot.press("slash")
        await settle(pilot)
        await typed(pilot, every)
        line = app.screen.query_one(Input)
        assert line.value == every
        assert panel(app).place.text == every
        assert app.controls.view().events == before
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        await settle(pilot)
        assert not line.display
        assert table(app).text == ""
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_it_filters_while_it_is_typed_and_enter_keeps_it() -> None:
    """Matches are counted above."""
    app = app_at(scenario="leader-crash")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await settle(pilot)
        await typed(pilot, "cp:CP4 -heart")
        assert all(it.command.startswith("CP4") for it in table(app).rows)
        count = table(app).matches
        assert f"/ cp:CP4 -heart  {count} of {table(app).last} slots" in body(app)
        await pilot.press("enter")
        await settle(pilot)
        assert not app.screen.query_one(Input).display
        assert table(app).matches == count
        assert "n N match" in keys_line(app)


async def test_a_wrong_filter_is_told_and_stays_typed() -> None:
    """In one sentence; Enter does not close the line, Esc goes back to the filter before."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "meter")
        await pilot.press("enter", "slash")
        await typed(pilot, " cp:CP9")
        await pilot.press("enter")
        await settle(pilot)
        line = app.screen.query_one(Input)
        assert line.display
        assert line.value == "meter cp:CP9"
        assert keys_line(app).startswith('cp: found "CP9"; allowed a charge point: CP1')
        assert table(app).text == "meter cp"  # the last that said something
        await pilot.press("escape")
        await settle(pilot)
        assert (panel(app).place.text, table(app).refused) == ("meter", "")
        assert "n N match" in keys_line(app)


async def test_marking_shows_all_slots_and_n_goes_from_match_to_match() -> None:
    """M turns it on and off; the cursor stays where it was."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "kind:starttransaction")
        await pilot.press("enter", "N", "m")
        await settle(pilot)
        here = panel(app).slot
        assert here is not None
        assert len({it.slot for it in table(app).rows}) > table(app).matches
        await pilot.press("N")
        await settle(pilot)
        before = panel(app).slot
        assert before is not None
        assert before < here
        assert before in [it.slot for it in table(app).rows]
        await pilot.press("n")
        await settle(pilot)
        assert panel(app).slot == here
        await pilot.press("m")
        await settle(pilot)
        assert panel(app).slot == here
        assert len(table(app).rows) == table(app).matches


async def test_g_goes_to_a_slot_by_its_number() -> None:
    """A number that is none stays there, with a sentence."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "g")
        await typed(pilot, "9999")
        await pilot.press("enter")
        await settle(pilot)
        assert keys_line(app) == f'found "9999"; allowed a slot from 1 to {table(app).last}'
        for _ in range(3):
            await pilot.press("backspace")
        await pilot.press("enter")
        await settle(pilot)
        assert panel(app).slot == 9


@pytest.mark.parametrize("key", ["enter", "w"])
async def test_enter_asks_why_of_the_slot_under_the_cursor(key: str) -> None:
    """And Esc leads back to it."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "up", "up")
        await settle(pilot)
        slot = panel(app).slot
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, WhyPanel)
        title = str(app.screen.query_one("#panel-title", Static).content)
        assert title.startswith(f"Why slot {slot} holds what it holds")
        assert "was chosen in ballot" in body(app)
        await pilot.press("escape")
        await settle(pilot)
        assert panel(app).slot == slot


async def test_tab_shows_all_of_a_slot_and_it_scrolls() -> None:
    """To the last field; Tab and Esc lead back to the list."""
    app = app_at()
    async with app.run_test(size=(80, 16)) as pilot:
        await pilot.press("L", "home")
        await settle(pilot)
        assert "lines more: Tab shows all of it" in body(app)
        await pilot.press("tab")
        assert "Slot 1 " in body(app)
        assert "answer" not in body(app)
        await pilot.press("end")
        assert "status Accepted" in body(app)
        await pilot.press("home", "pagedown", "up")
        for back in ("tab", "escape"):
            await pilot.press(back)
            await settle(pilot)
            assert "command" in body(app).splitlines()[1]
            await pilot.press("tab")


async def test_a_click_goes_to_a_slot_and_a_second_one_asks_why() -> None:
    """The mouse does what arrows and Enter do."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        slot = table(app).rows[3].slot
        await pilot.click(Body, offset=(20, slots.HEAD + 3))
        await settle(pilot)
        assert panel(app).slot == slot
        at = [it.slot for it in table(app).rows].index(slot)
        await pilot.click(Body, offset=(20, slots.HEAD + at))
        await settle(pilot)
        assert isinstance(app.screen, WhyPanel)


async def test_with_forty_cps_the_columns_scroll() -> None:
    """To the last one and back."""
    session = Session(loads('duration = "60s"\ncps = 40\n', "forty.toml"), 7)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        for _ in range(45):
            await pilot.press("right")
        await settle(pilot)
        assert "CP40" in body(app).splitlines()[1]
        assert "CP1 " not in body(app).splitlines()[1]
        for _ in range(45):
            await pilot.press("left")
        await settle(pilot)
        assert "CP1 " in body(app).splitlines()[1]


async def test_a_long_search_goes_on_by_itself_while_time_stands() -> None:
    """A part of it with each frame, until all slots were looked at."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        whole = table(app).last
        steps: list[int] = []
        original = search.BUDGET
        search.Search.advance.__defaults__ = (0,)
        try:
            await pilot.press("slash")
            await typed(pilot, "meter")
            steps.append(table(app).searched_to)
            search.Search.advance.__defaults__ = (2,)
            for _ in range(400):
                steps.append(table(app).searched_to)
                if table(app).is_done:
                    break
                await pilot.pause(0.03)
        finally:
            search.Search.advance.__defaults__ = (original,)
        assert steps[0] > 1
        assert steps[-1] == 1
        assert len(set(steps)) > 1
        assert whole > 50


@pytest.mark.parametrize("count", early(1, (80, 400)))
async def test_any_keys_in_it_raise_nothing_and_change_nothing(count: int) -> None:
    """But the time that is stepped on; at the smallest sizes, too."""
    draw = random.Random(5)
    app = app_at(120 * S, "leader-crash")
    keys = (
        "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "n", "N", "m",
        "g", "slash", "1", "7", "c", "p", "colon", "C", "P", "2", "space", "backspace", "enter",
        "escape", "w", "y",
    )  # fmt: skip
    sizes = ((20, 6), (40, 10), (200, 60), (80, 24))
    async with app.run_test(size=(80, 24)) as pilot:
        for at in range(count):
            if len(app.screen_stack) == 1:
                await pilot.press("L")
            if at % 20 == 10:
                await pilot.resize_terminal(*sizes[at // 20 % len(sizes)])
            await pilot.press(draw.choice(keys))
        assert app.timeline.branch.inputs == []
