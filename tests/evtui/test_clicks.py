"""The mouse in the views above the network: each word of the line of keys, and what lies beside."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from evtui.app import EvtuiApp
from evtui.keys.gather import gather
from evtui.keys.names import shown
from evtui.render.key_line import spots
from evtui.screens.log import LogPanel
from evtui.screens.panels import LinkPanel, Panel
from evtui.screens.why import WhyPanel
from evtui.widgets.keys import KeyLine
from scenarios.view import Window
from tests.evtui.conftest import session_at
from tests.evtui.test_rebinding import lines_of_keys, settings
from tests.evtui.walk import KEYS, press, troubled

NO_LINE = ("network", "palette", "stopped")


def app_at(time_us: int = 300_000_000, keys: str = "") -> EvtuiApp:
    """A paused app on a real run."""
    return EvtuiApp(session_at(time_us), paused=True, settings=settings(keys))


async def click(pilot: Pilot[int], word: str, part: int = 0) -> None:
    """Click on a word of the line of keys, wherever it stands."""
    line = pilot.app.screen.query_one(KeyLine)
    for y in range(line.size.height):
        row = line.render_line(y).text
        if word in row:
            await pilot.click(KeyLine, offset=(row.index(word) + part, y))
            await pilot.pause()
            return
    pytest.fail(f"{word} is not there")


LINE = "↑↓ slot  Enter or c: why   n N match  arrows: none  Tab, Esc closes"


def test_each_word_belongs_to_the_key_before_it() -> None:
    """Of several keys to the first; what stands apart from all keys to none."""
    keys = {key: key for key in ("↑", "↓", "Enter", "c", "n", "N", "Tab", "Esc")}
    said = [""] * len(LINE)
    for it in spots(LINE, keys):
        said[it.start : it.end] = [it.key] * (it.end - it.start)
    for word, key in (
        ("↑", "↑"), ("↓", "↓"), ("slot", "↑"), ("or", "Enter"), ("c:", "c"), ("why", "Enter"),
        ("n N", "n"), ("N match", "N"), ("match", "n"), ("arrows", ""), ("none", ""),
        ("Tab", "Tab"), ("Esc", "Esc"), ("closes", "Tab"),
    ):  # fmt: skip
        assert said[LINE.index(word)] == key, word


def test_every_line_of_keys_names_keys_of_its_view() -> None:
    """In each of them a word closes the view, and none speaks of a key that is not bound there."""
    gather()
    for view, text in lines_of_keys():
        keys = {shown(key): key for row in view.rows for key in row.keys}
        found = {it.key for it in spots(text, keys)}
        assert "escape" in found, (view.name, text)
        assert len(found) > 1 or text == "Esc closes", (view.name, text)


@pytest.mark.parametrize("view", [name for name in KEYS if name not in NO_LINE])
async def test_every_view_is_closed_with_the_mouse(view: str) -> None:
    """By the word that says so; where it leads back within the view first, by some clicks more."""
    app = EvtuiApp(troubled(time_us=60_000_000), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "k", "z", *KEYS[view])
        panel = app.screen
        assert isinstance(panel, Panel)
        for _ in range(3):
            if app.screen is panel:
                await click(pilot, "Esc")
        assert app.screen is not panel


BESIDE = ("help", "link", "partition", "membership", "branches", "bookmarks", "quit", "energy",
          "link editor", "instruct", "act", "why", "answer")  # fmt: skip


@pytest.mark.parametrize("view", BESIDE)
async def test_a_click_beside_a_panel_closes_it(view: str) -> None:
    """As Esc does: nothing is chosen, and who is asked whether to quit stays."""
    app = EvtuiApp(troubled(time_us=60_000_000), paused=True)
    async with app.run_test(size=(150, 60)) as pilot:
        await press(pilot, "k", "z", *KEYS[view])
        panel, done = app.screen, app.timeline.branch.inputs
        assert isinstance(panel, Panel)
        title = panel.query_one("#panel-title").region
        await pilot.click(offset=(title.x, title.y))
        await pilot.pause()
        assert app.screen is panel
        for _ in range(2):
            if app.screen is panel:
                await pilot.click(offset=(0, 0))
                await pilot.pause(0.6)  # what follows is no second click
        assert app.screen is not panel
        assert app.timeline.branch.inputs == done
        assert app.is_running


async def test_a_click_on_a_notice_is_no_click_beside() -> None:
    """It is the notice that goes."""
    app = app_at()
    async with app.run_test(size=(150, 60), notifications=True) as pilot:
        await press(pilot, "x")
        app.notify("something")
        await pilot.pause(0.3)
        notice = app.screen.query_one("Toast").region
        assert not app.screen.query_one("#panel").region.overlaps(notice)
        await pilot.click(offset=(notice.x + 3, notice.y))
        await pilot.pause(0.3)
        assert isinstance(app.screen, LinkPanel)
        assert not app.screen.query("Toast")


async def test_a_word_does_what_its_key_does() -> None:
    """A choice, a way to move, time; each arrow for itself."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "x")
        await click(pilot, "o: cut one way")
        links = app.controls.view(Window()).cps[0].links
        assert links[1] == "in"
        await press(pilot, "z", "L")
        panel = app.screen
        assert isinstance(panel, LogPanel)
        await click(pilot, "↑↓", 0)
        await click(pilot, "↑↓", 0)
        assert app.picture is not None
        assert app.picture.view.slots is not None
        last = app.picture.view.log_last
        assert app.picture.view.slots.detail is not None
        chosen = app.picture.view.slots.detail.slot
        assert chosen < last
        await click(pilot, "↑↓", 1)
        assert app.picture.view.slots.detail.slot == chosen + 1
        await click(pilot, "why")
        assert isinstance(app.screen, WhyPanel)


async def test_a_rebound_key_is_clicked_as_it_is_shown() -> None:
    """The word says the new key, and does what it does."""
    app = app_at(keys='link_one_way = "f6"')
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "x")
        await click(pilot, "F6", 4)
        assert app.controls.view(Window()).cps[0].links[1] == "in"


async def test_a_line_of_two_rows_is_clicked_where_it_says() -> None:
    """A narrow terminal breaks the line; behind its end there is no key."""
    app = app_at()
    async with app.run_test(size=(44, 24)) as pilot:
        await press(pilot, "L")
        line = app.screen.query_one(KeyLine)
        assert line.size.height > 1
        assert line.key_at(43, line.size.height - 1) is None
        await click(pilot, "closes")
        assert len(app.screen_stack) == 1


async def test_words_that_explain_what_to_type_do_nothing() -> None:
    """``a time such as``: ``a`` lays hands on messages where nothing is typed."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "m", "g")
        assert isinstance(app.focused, Input)
        before = app.timeline.branch.inputs
        await click(pilot, "a time")
        assert app.timeline.branch.inputs == before
        assert isinstance(app.focused, Input)
        await click(pilot, "Esc leaves")
        assert app.focused is None
        assert len(app.screen_stack) == 2


async def test_the_second_click_of_two_does_not_close_what_the_first_has_opened() -> None:
    """Who clicks twice on a key of the footer has the view."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        row = app.screen.query_one("Footer")
        text = row.render_line(0).text
        await pilot.click("Footer", offset=(text.index("cut"), 0), times=2)
        await pilot.pause()
        assert isinstance(app.screen, LinkPanel)
