"""Keys that somebody rebinds: they work in every view, and every line of keys says so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from textual.widgets import Static

from evtui.actions import ACTIONS, VIEWS, as_bound
from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.keys.catalogue import Row, View, catalogue
from evtui.keys.keymap import Keymap, clashes, effective, told
from evtui.keys.names import shown
from evtui.palette import Actions
from evtui.screens.panels import Body, Panel
from evtui.screens.small import SmallScreen
from evtui.screens.tables import LivePanel
from evtui.settings.file import read_text
from evtui.settings.force import Settings, resolve
from evtui.widgets.footer import Footer
from evtui.widgets.lines import Lines
from scenarios.city.session import open_session
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import Window
from tests.evtui.conftest import session_at
from tests.evtui.test_hands import come_to
from tests.evtui.test_snapshots import settle
from tests.evtui.walk import press
from tests.soaking import one_in

OPENED = {a.id: a for a in ACTIONS if a.group == VIEWS and a.id != "log_filter"}


def settings(text: str) -> Settings:
    """The settings of a ``[keys]`` table; nothing may be wrong with it."""
    found = resolve(read_text(f"[keys]\n{text}", "x"), {}, {}).settings
    assert found.problems == ()
    return found


def app_with(text: str, time_us: int = 300_000_000) -> EvtuiApp:
    """A paused app on a real run, with rebound keys."""
    return EvtuiApp(session_at(time_us), paused=True, settings=settings(text))


def events(app: EvtuiApp) -> int:
    """How many events have happened."""
    return app.controls.view(Window()).events


@pytest.mark.parametrize("view", one_in(3, OPENED))
async def test_a_rebound_key_works_in_every_view(view: str) -> None:
    """Time is moved by the new keys wherever it can be, the old ones do nothing any more.

    The view is opened, and closed, by the key that was rebound for it.
    """
    app = app_with(f'step = "f8"\npause = "f7"\nback = ["f6", "ctrl+b"]\n{view} = "f9"\nquit = "Q"')
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, OPENED[view].keys)
        assert len(app.screen_stack) == 1
        await press(pilot, "f9")
        assert isinstance(app.screen, Panel)
        before = events(app)
        if isinstance(app.screen, LivePanel):
            await press(pilot, "full_stop", "comma")
            assert events(app) == before
            await press(pilot, "f8", "f8", "f6")
            assert events(app) == before + 1
            await press(pilot, "ctrl+b")
            assert events(app) == before
            await press(pilot, "space")
            assert app.paused
            await press(pilot, "f7", "f7")
            assert app.paused
        await press(pilot, "q")
        assert len(app.screen_stack) == 2
        await press(pilot, "Q")
        assert len(app.screen_stack) == 1
        await press(pilot, "f9", "f9")
        assert len(app.screen_stack) == 1
        await press(pilot, "f9", "escape")
        assert len(app.screen_stack) == 1


async def test_who_has_rebound_quitting_quits_a_small_terminal_so() -> None:
    """It says the key as it is bound; the usual one does nothing any more."""
    app = app_with('quit = "Q"')
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, SmallScreen)
        assert str(app.screen.query_one(Static).content).endswith("\nQ quits")
        await press(pilot, "q")
        assert app.is_running
        assert app.return_code is None
        await press(pilot, "Q")
        assert app.return_code == 0


async def test_two_actions_may_change_places() -> None:
    """No clash: both are rebound."""
    app = app_with('kill = "h"\nheal = "k"')
    async with app.run_test() as pilot:
        await press(pilot, "h")
        assert app.controls.view(Window()).cps[0].status == "crashed"
        await press(pilot, "k")
        assert app.controls.view(Window()).cps[0].status == "crashed"
        await press(pilot, "h")
        assert app.controls.view(Window()).cps[0].status == "alive"


async def test_a_city_has_its_keys_rebound() -> None:
    """In the overview, and on the screen of a site."""
    session = open_session(load("two-sites"))
    wanted = settings('open_site = "f2"\ncity = "f3"\nnext_site = "f4"\nlink = "f5"')
    app = CityApp(session, paused=True, settings=wanted)
    async with app.run_test(size=(120, 36)) as pilot:
        foot = app.screen.query_one("CityFooter", Footer)._lines[0].plain
        assert "F2 open" in foot
        assert "F4 next site" in foot
        assert "F5 cut/join site" in foot
        await press(pilot, "enter", "n")
        assert app.is_overview
        await press(pilot, "f2")
        assert not app.is_overview
        await press(pilot, "f4", "f3")
        assert app.is_overview


async def test_footer_help_and_palette_show_the_keys_as_bound() -> None:
    """And none of them shows a key that is none any more."""
    app = app_with('pause = "f7"\nlinks = "f8"\nsvg = "f9"\nslower = "_"')
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        foot = app.screen.query_one(Footer)._lines[0].plain
        assert "F7 run" in foot
        assert "space" not in foot
        assert "+ _ speed" in foot
        offered = [text async for text in palette(app)]
        assert "Pause or run · F7" in offered
        assert "Links · F8" in offered
        await press(pilot, "question_mark")
        text = ""
        for _ in range(3):
            text += "\n".join(line.plain for line in app.screen.query_one(Body).shown) + "\n"
            await press(pilot, "tab")
        assert "Each is live: F7 . , [ ] + _ work there, too" in text
        assert "As text; F9 writes a picture (SVG)" in text
        rows = [line.split() for line in text.splitlines()]
        assert ["F8", "Links"] in [row[:2] for row in rows]
        assert not any("space" in row[:3] for row in rows)


async def palette(app: EvtuiApp) -> Any:
    """What the palette offers before anything is typed."""
    async for hit in Actions(app.screen).discover():
        yield str(hit.display)


async def test_a_notice_names_the_key_as_bound() -> None:
    """Undo says how it is undone."""
    app = app_with('redo = "f4"')
    async with app.run_test() as pilot:
        await press(pilot, "k", "z")
        assert [it.message for it in app._notifications][-1].endswith("F4 brings it back")


@pytest.mark.parametrize(
    ("view", "text", "said"),
    [
        ("log", 'log_next = "j"\nlog_filter_line = "f3"', "F3 filter  j N match  m mark"),
        ("log", 'log_up = "i"', "i ↓ slot"),
        ("charging", 'charging_in = "f2"', "F2 o zoom"),
        ("ledger", 'pause = "f7"', "F7 . + - time"),
        ("operator", 'stop_cp = "f7"', "o stop or serve"),
        ("invariants", 'invariants_home = "g"', "PgUp PgDn g End"),
    ],
)
async def test_the_line_of_keys_of_a_view_says_the_keys_as_bound(
    view: str, text: str, said: str
) -> None:
    """And only those of this view."""
    app = app_with(text)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, OPENED[view].keys)
        line = str(app.screen.query_one("#panel-keys", Static).content)
        assert said in line


BODIES = [
    ((), "pageup", 'to_end = "f7"\npage_up = "pageup"', "F7 follows"),
    (("L",), "up", 'log_whole = "f5"', "F5 shows all of it"),
    (("L",), "home", 'log_end = "f7"', "F7 follows"),
    (("m",), "up", 'messages_end = "f7"', "F7 follows"),
    (("O",), "up", 'ocpp_end = "f7"', "F7 follows"),
    (("x",), "down", 'link_choose = "f6"', "F6 cuts it"),
    (("v", "down"), "up", 'membership_choose = "f6"', "F6 "),
    (("F",), "down", 'faults_apply = "f6"', " F6 "),
    (("l", "enter"), "home", 'link_editor_apply = "f6"', " F6 cuts CP1"),
    (("D", "enter"), "1", 'act_choose = ["f6", "enter"]', " F6 "),
    (("question_mark", "right", *["down"] * 9), "down", 'hand_drop = "f8"', "F8 drop"),
]


@pytest.mark.parametrize(("keys", "then", "text", "said"), BODIES, ids=lambda it: str(it)[:24])
async def test_what_a_view_says_of_a_key_is_as_it_is_bound(
    keys: tuple[str, ...], then: str, text: str, said: str
) -> None:
    """In its body, too; with its usual keys it says the usual one."""
    for wished, expected in ((text, True), ("", False)):
        app = app_with(wished)
        async with app.run_test(size=(80, 18)) as pilot:
            app.travel(330_000_000)
            await press(pilot, *keys, then)
            drawn = "\n".join(line.plain for it in app.screen.query(Lines) for line in it.shown)
            assert (said in drawn) is expected


async def test_the_keys_of_hands_are_said_as_bound() -> None:
    """In the line of keys for a message under way, and in the palette."""
    session = Session(load("leader-crash"), 1)
    come_to(session, "Accepted")
    app = EvtuiApp(session, paused=True, settings=settings('hand_drop = "f8"\nhand_undo = "f9"'))
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "m", "up")
        await settle(pilot)
        line = str(app.screen.query_one("#panel-keys", Static).content)
        assert "F8 drop" in line
        assert "F9 undo" in line
        assert "Message: Drop it · F8" in [text async for text in palette(app)]


async def test_arrows_stay_together_where_none_of_them_is_rebound() -> None:
    """Else the line of the log needs two rows."""
    app = app_with('log_next = "j"')
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "L")
        line = app.screen.query_one("#panel-keys", Static)
        assert str(line.content).startswith("↑↓ slot  Enter why")
        assert line.size.height == 1


def lines_of_keys() -> Iterator[tuple[View, str]]:
    """Every line of keys that a view can have."""
    from evtui.keys.gather import gather
    from evtui.screens import branches, log, messages, ocpp, why

    gather()  # it imports them all
    known = {view.name: view for view in catalogue().views}
    more = {
        "log": [log.DETAIL_KEYS],
        "messages": [messages.DETAIL_KEYS],
        "ocpp": [ocpp.WHOLE_KEYS],
        "why": [why.WhyPanel.ANSWER_KEYS],
        "branches": [branches.BranchesPanel.MARKED_KEYS],
    }
    from evtui.keys.gather import _below
    from evtui.keys.names import of_view

    for panel in _below(Panel):
        view = known.get(of_view(panel))
        if view is not None:
            yield from ((view, text) for text in (panel.KEYS, *more.get(view.name, [])))


def test_no_line_of_keys_says_a_key_that_is_rebound() -> None:
    """Whatever is rebound, in every view: the line changes in that one word, or not at all."""
    seen = 0
    for view, text in lines_of_keys():
        usual = {row.id: row.keys for row in view.rows if row.id and not row.hidden}
        for name, keys in usual.items():
            line = told(text, usual, {name: ("f24",)})
            gone = [shown(key) for key in keys]
            words = [word.rstrip(":;,") for word in line.split()]
            assert not set(gone) & set(words), (view.name, name, line)
            assert line.count("F24") <= len(keys)
            seen += "F24" in line
    assert seen > 60


def test_nothing_rebound_changes_nothing() -> None:
    """Neither the registry nor a line of keys."""
    assert as_bound(ACTIONS, {}) == ACTIONS
    assert effective(catalogue(), {}) == {}
    assert list(clashes(catalogue(), {})) == []


def followers(wished: Keymap) -> Keymap:
    """What follows from a wish, besides the wish itself."""
    return {
        name: keys for name, keys in effective(catalogue(), wished).items() if name not in wished
    }


@pytest.mark.parametrize("name", catalogue().ids())
def test_every_action_can_have_another_key(name: str) -> None:
    """A key that nothing has; and its own keys, which are no clash with itself."""
    usual = catalogue().ids()[name][1].keys
    own = json.dumps([shown(key) for key in usual if key != "escape"], ensure_ascii=False)
    for value in ('"f9"', own):
        read = read_text(f"[keys]\n{name} = {value}", "x")
        assert read.problems == ()
        assert effective(catalogue(), read.keys).get(name, usual)


def test_what_follows_from_a_wish() -> None:
    """The same action in other views, and the key that closes what it has opened."""
    assert followers({"undo": ("U",)}) == {"faults_undo": ("U",), "hand_undo": ("U",)}
    assert followers({"log": ("f9",)}) == {"log_close": ("f9", "q")}
    assert followers({"why": ("f9",)}) == {
        "log_why": ("enter", "f9"), "charging_why": ("enter", "f9"), "why_close": ("f9", "q"),
    }  # fmt: skip
    assert followers({"palette": ("f9",)}) == {"panel_palette": ("f9",)}
    assert followers({"help": ("f1",)}) == {"panel_help": ("f1",), "help_close": ("f1", "q")}
    quits = followers({"quit": ("Q",)})
    assert quits["small_quit"] == ("Q",)
    assert quits["log_close"] == ("L", "Q")
    assert quits["quit_leave"] == ("Q",)
    assert all("Q" in keys for keys in quits.values())


def test_a_key_that_opens_a_view_may_do_something_else_in_it() -> None:
    """Then it does not close it: Esc does."""
    wished = {"charging": ("j",), "charging_now": ("j",)}
    assert list(clashes(catalogue(), wished)) == []
    assert effective(catalogue(), wished)["charging_close"] == ("q",)


def test_ids_are_those_of_one_thing() -> None:
    """In whatever views an id is, it has the same keys and does the same."""
    of: dict[str, Row] = {}
    for view in catalogue().views:
        for row in view.rows:
            if row.id:
                first = of.setdefault(row.id, row)
                assert (first.action, set(first.keys)) >= (row.action, set(row.keys)), row.id
    assert len(of) > 200


def test_every_title_stands_by_itself() -> None:
    """It is read in the palette, in tables of keys and where two keys clash."""
    for view in catalogue().views:
        assert view.title[0].isupper(), view.title
        for row in view.rows:
            assert row.title[0].isupper() or row.title[0].isdigit(), (view.name, row)
            assert not set(row.title) & set("()_"), (view.name, row)
    titles = {row.id: row.title for row in catalogue().network.rows if row.id}
    assert len(set(titles.values())) == len(titles)
    assert [it.title for it in catalogue().views if it.name == "ocpp"] == ["OCPP"]


async def test_settings_that_are_wrong_are_told_in_the_app() -> None:
    """One notice, and the app runs with the defaults: the first, how many more, and what lists all.

    However many there are, most of the network is seen.
    """
    one = 'theme = "no"'
    two = f'{one}\n[keys]\npause = "k"'
    many = "\n".join(f"wrong{number} = 1" for number in range(12))
    for text, more in (
        (one, ""),
        (two, "1 more mistake: evtui settings lists both"),
        (many, "11 more mistakes: evtui settings lists all"),
    ):
        wrong = resolve(read_text(text, "x"), {}, {}).settings
        app = EvtuiApp(session_at(0), paused=True, settings=wrong)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await pilot.pause(0.3)
            told = [it.message for it in app._notifications]
            assert told == ["\n".join([wrong.problems[0], more] if more else [wrong.problems[0]])]
            assert 0 < sum(it.size.height for it in app.screen.query("Toast")) < 8
            await press(pilot, "space")
            assert not app.paused
