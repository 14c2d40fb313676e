"""Every key is pressed, and the world is asked what has changed."""

import asyncio
import random
from collections.abc import Callable

import pytest
from textual import events
from textual.command import CommandPalette
from textual.strip import Strip

from evtui.actions import ACTIONS, VIEWS
from evtui.app import EvtuiApp
from evtui.pace import SPEEDS
from evtui.screens.help import HelpPanel
from evtui.screens.membership import MembershipPanel
from evtui.screens.panels import LinkPanel, PartitionPanel
from evtui.widgets.cps import CpPanel
from evtui.widgets.footer import Footer
from evtui.widgets.lines import Lines, Pane
from evtui.widgets.panes import EventLog, LogGrid
from scenarios.loader import loads
from scenarios.session import Session
from scenarios.view import CpView, View, Window
from tests.evtui.conftest import session_at
from tests.evtui.walk import press
from tests.soaking import early, one_in

MakeApp = Callable[..., EvtuiApp]


def look(app: EvtuiApp) -> View:
    """The world as it is, whatever the screen shows."""
    return app.controls.view(Window())


def links(app: EvtuiApp) -> dict[tuple[str, str], str]:
    """State of every link between two CPs, as the first of them has it."""
    cps = look(app).cps
    return {
        (a.id, b.id): state
        for a in cps
        for b, state in zip(cps, a.links, strict=True)
        if a.id != b.id
    }


def faulty(app: EvtuiApp) -> set[tuple[str, str]]:
    """Pairs whose link is not whole."""
    return {pair for pair, state in links(app).items() if state != "up"}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what wall time brings, ten seconds at most."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never happened")


async def test_space_stops_and_starts_virtual_time(make_app: MakeApp) -> None:
    """While paused nothing happens and no timer exists; while running, time goes on."""
    app = make_app()
    async with app.run_test() as pilot:
        before = look(app)
        assert app._timer is None
        await asyncio.sleep(0.15)
        assert look(app).events == before.events
        await press(pilot, "space")
        await until(lambda: look(app).time_us > before.time_us)
        await press(pilot, "space")
        assert app._timer is None
        stopped = look(app)
        await asyncio.sleep(0.15)
        assert look(app).time_us == stopped.time_us


async def test_full_stop_steps_exactly_one_event(make_app: MakeApp) -> None:
    """Each press is one event; a running clock is paused by it."""
    app = make_app()
    async with app.run_test() as pilot:
        before = look(app).events
        for n in range(1, 6):
            await press(pilot, ".")
            assert look(app).events == before + n
        await press(pilot, "space", ".")
        assert app.paused


async def test_speed_keys_go_from_a_tenth_to_as_fast_as_it_goes(make_app: MakeApp) -> None:
    """``+`` and ``=`` go up all steps, ``-`` down again; both ends hold."""
    app = make_app(speed=0.1)
    async with app.run_test() as pilot:
        seen = [app.pace.speed]
        for n in range(len(SPEEDS)):
            await press(pilot, "+" if n % 2 else "=")
            seen.append(app.pace.speed)
        assert tuple(seen) == (*SPEEDS, SPEEDS[-1])
        for speed in (*SPEEDS[-2::-1], SPEEDS[0]):
            await press(pilot, "-")
            assert app.pace.speed == speed
            assert app.picture is not None
            assert app.picture.drive.speed == speed


async def test_speed_changes_how_far_time_gets(make_app: MakeApp) -> None:
    """At 10× some virtual seconds pass; as fast as it goes, all of them."""
    app = make_app(0, paused=False)
    async with app.run_test() as pilot:
        await until(lambda: look(app).time_us > 1_000_000)
        assert look(app).time_us < 60_000_000
        app.action_speed(SPEEDS[-1])
        await pilot.pause()
        await until(lambda: look(app).finished)


async def test_arrows_select_and_the_mouse_too(make_app: MakeApp) -> None:
    """All four arrows move the selection around; a click on a row selects it."""
    app = make_app()
    async with app.run_test() as pilot:
        assert app.selected == "CP1"
        for key, selected in [
            ("down", "CP2"),
            ("right", "CP3"),
            ("up", "CP2"),
            ("left", "CP1"),
            ("up", "CP5"),
            ("down", "CP1"),
        ]:
            await press(pilot, key)
            assert app.selected == selected
        await pilot.click(CpPanel, offset=(10, 4))
        await pilot.pause()
        assert app.selected == "CP4"


async def test_click_selects_a_card(make_app: MakeApp) -> None:
    """On a large terminal, CPs are cards side by side."""
    app = make_app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        await pilot.click(CpPanel, offset=(100, 4))
        await pilot.pause()
        assert app.selected == "CP3"


async def test_k_kills_and_restarts(make_app: MakeApp) -> None:
    """The selected CP is crashed, then alive again; no other is touched."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "down", "k")
        assert [cp.status for cp in look(app).cps] == [
            "alive",
            "crashed",
            "alive",
            "alive",
            "alive",
        ]
        await press(pilot, "k")
        assert {cp.status for cp in look(app).cps} == {"alive"}


async def test_u_pauses_and_resumes_a_cp(make_app: MakeApp) -> None:
    """The selected CP is paused, then alive again."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "u")
        assert look(app).cps[0].status == "paused"
        await press(pilot, "u")
        assert look(app).cps[0].status == "alive"


async def test_what_is_not_possible_is_told_and_changes_nothing(make_app: MakeApp) -> None:
    """A crashed CP cannot be paused: a short notice says so."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "k")
        before = look(app)
        await press(pilot, "u")
        assert look(app).cps == before.cps
        assert len(app._notifications) == 1


def growing(time_us: int = 20_000_000) -> EvtuiApp:
    """A paused app on a group of three, with two CPs that were never switched on."""
    return EvtuiApp(session_at(time_us, scenario="grow-and-shrink", seed=5), paused=True)


def at(app: EvtuiApp, number: int) -> CpView:
    """A charge point as it is, counted from 1."""
    return look(app).cps[number - 1]


def let_pass(app: EvtuiApp, seconds: int) -> None:
    """Virtual time goes on."""
    until_us = app.controls.time_us + seconds * 1_000_000
    while not app.controls.run(until_us, 10_000):
        pass
    app.take_picture()


async def test_k_admits_who_was_never_on() -> None:
    """It is switched on, learns, and comes to vote; before that it cannot be paused."""
    app = growing()
    async with app.run_test() as pilot:
        await press(pilot, "down", "down", "down", "u")
        assert at(app, 4).status == "off"
        notices = [note.message for note in app._notifications]
        assert notices == ["CP4 was never switched on"]
        await press(pilot, "k")
        let_pass(app, 5)
        assert (at(app, 4).status, at(app, 4).member) == ("alive", "voter")
        assert (look(app).voters, look(app).quorum) == (4, 3)


async def test_v_moves_a_cp_through_the_group() -> None:
    """Admit with Enter, demote, promote and remove by digit; each is in the group soon after."""
    app = growing()
    async with app.run_test() as pilot:
        await press(pilot, "down", "down", "down", "v")
        assert isinstance(app.screen, MembershipPanel)
        await press(pilot, "enter")
        assert len(app.screen_stack) == 1
        let_pass(app, 5)
        for key, member, voters in (
            ("3", "learner", 3),
            ("2", "voter", 4),
            ("4", "no member", 3),
        ):
            await press(pilot, "v", key)
            let_pass(app, 5)
            assert (at(app, 4).member, look(app).voters) == (member, voters)
        assert at(app, 4).role == "no member"
        assert at(app, 4).status == "alive"


async def test_v_wipes_a_disk_and_restarts_another_node() -> None:
    """The old node's promises are gone, so a new one has its place and its vote."""
    app = growing()
    async with app.run_test(size=(80, 30)) as pilot:
        await press(pilot, "down", "v", "5")
        lost = at(app, 2)
        assert (lost.status, lost.node, lost.member) == ("crashed", "CP2#2", "no member")
        assert look(app).voters == 3
        await press(pilot, "v")
        await pilot.click("Body", offset=(5, 7))
        await pilot.pause()
        assert at(app, 2).status == "alive"
        let_pass(app, 8)
        back = at(app, 2)
        assert (back.node, back.member, look(app).voters) == ("CP2#2", "voter", 3)


async def test_what_the_group_does_not_allow_is_told() -> None:
    """It can be chosen all the same: the world says why not, and nothing has changed."""
    app = growing()
    async with app.run_test() as pilot:
        for keys, why in (
            (("v", "1"), "CP1 has been here before; restart it, or wipe its disk"),
            (("v", "2"), "CP1 votes already"),
            (("v", "6"), "CP1 runs; only a crashed charge point restarts"),
            (("up", "v", "3"), "CP5 is no member of the group"),
            (("v", "5"), "CP5 was never switched on"),
            (("up", "up", "v", "4"), "CP3 serves EV1; unplug it first"),
        ):
            before = look(app)
            await press(pilot, *keys)
            assert [note.message for note in app._notifications] == [why]
            assert look(app) == before
        await press(pilot, "v", "escape")
        assert look(app) == before


async def test_the_palette_changes_the_group() -> None:
    """Each move of the picker has a name, with the selected CP in it."""
    app = growing()
    async with app.run_test() as pilot:
        words = "demote cp1"
        await press(pilot, ":", *[{" ": "space"}.get(char, char) for char in words])
        await pilot.pause(0.4)
        await press(pilot, "enter")
        await pilot.pause(0.2)
        let_pass(app, 5)
        assert at(app, 1).member == "learner"


async def test_o_stops_a_cp_and_lets_it_serve_again(make_app: MakeApp) -> None:
    """Through the log; the footer has the word for what the key would do."""
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "up", "o")
        let_pass(app, 2)
        assert (at(app, 5).operative, at(app, 5).monitored) == (False, "stopped")
        assert at(app, 1).operative
        app.take_picture()
        await pilot.pause()
        assert "o serve" in app.screen.query_one(Footer)._lines[0].plain
        await press(pilot, "o")
        let_pass(app, 2)
        assert (at(app, 5).operative, at(app, 5).monitored) == (True, "activated")


async def test_the_palette_stops_all_and_resets_one(make_app: MakeApp) -> None:
    """What an operator does has names."""
    app = make_app()
    async with app.run_test() as pilot:
        for words in ("stop all", "reset cp1 at once"):
            await press(pilot, ":", *[{" ": "space"}.get(char, char) for char in words])
            await pilot.pause(0.4)
            await press(pilot, "enter")
            await pilot.pause(0.2)
        let_pass(app, 1)
        assert [cp.operative for cp in look(app).cps] == [False] * 5
        assert look(app).cps[0].status == "crashed"
        let_pass(app, 5)
        assert look(app).cps[0].status == "alive"


@pytest.mark.parametrize("how", ["log", "index", "lease"])
async def test_the_palette_asks_what_the_network_holds(make_app: MakeApp, how: str) -> None:
    """At the selected CP, in each of the three ways."""
    app = make_app()
    async with app.run_test() as pilot:
        words = f"read at cp1 by {how}"
        await press(pilot, ":", *[{" ": "space"}.get(char, char) for char in words])
        await pilot.pause(0.4)
        await press(pilot, "enter")
        await pilot.pause(0.2)
        done = app.timeline.branch.inputs[-1]
        assert (done.verb, done.args) == ("read", {"cp": "CP1", "how": how})
        before = look(app).reads_answered
        let_pass(app, 3)
        assert look(app).reads_answered >= max(before, 1)


async def test_x_cuts_and_joins_a_link(make_app: MakeApp) -> None:
    """The chooser cuts a whole link both ways, joins a cut one, and cuts one way with ``o``."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "x")
        assert isinstance(app.screen, LinkPanel)
        await press(pilot, "down", "enter")
        assert faulty(app) == {("CP1", "CP3"), ("CP3", "CP1")}
        await press(pilot, "x", "2")
        assert not faulty(app)
        await press(pilot, "x", "o")
        assert (links(app)["CP1", "CP2"], links(app)["CP2", "CP1"]) == ("in", "out")
        await press(pilot, "x", "escape")
        assert len(app.screen_stack) == 1
        await press(pilot, "x")
        await pilot.click("Body", offset=(5, 3))
        await pilot.pause()
        assert ("CP1", "CP5") in faulty(app)


@pytest.mark.parametrize(
    ("key", "alone"),
    [("1", 2), ("2", 1), ("3", 1), ("4", 2)],
)
async def test_p_applies_a_well_known_shape(make_app: MakeApp, key: str, alone: int) -> None:
    """Both sides lose each other and keep themselves."""
    app = make_app()
    async with app.run_test() as pilot:
        leader = look(app).leader
        await press(pilot, "p")
        assert isinstance(app.screen, PartitionPanel)
        await press(pilot, key, "enter")
        cut = faulty(app)
        assert len(cut) == 2 * alone * (5 - alone)
        if key == "2":
            assert all("CP1" in pair for pair in cut)
        if key == "3":
            assert all(leader in pair for pair in cut)
        await press(pilot, "h")
        assert not faulty(app)


async def test_p_deafens_the_leader_one_way(make_app: MakeApp) -> None:
    """The leader is heard by all and hears nobody."""
    app = make_app()
    async with app.run_test() as pilot:
        leader = look(app).leader
        await press(pilot, "p", "5", "enter")
        state = links(app)
        others = [cp.id for cp in look(app).cps if cp.id != leader]
        assert {state[leader, other] for other in others} == {"out"}
        assert {state[other, leader] for other in others} == {"in"}


async def test_p_lets_sides_be_chosen_by_hand(make_app: MakeApp) -> None:
    """Letters, arrows and clicks put CPs on sides; Esc changes nothing."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "p", "2", "escape")
        assert not faulty(app)
        await press(pilot, "p", "2", "down", "b", "down", "right", "enter")
        together = {"CP1", "CP2", "CP3"}
        assert faulty(app) == {(a, b) for a, b in links(app) if (a in together) != (b in together)}
        await press(pilot, "h", "p")
        await pilot.click("Body", offset=(5, 1))
        await pilot.click("Body", offset=(5, 7))
        await press(pilot, "enter")
        apart = {"CP1", "CP2"}
        assert faulty(app) == {(a, b) for a, b in links(app) if (a in apart) != (b in apart)}


async def test_a_partition_of_one_side_cuts_nothing(make_app: MakeApp) -> None:
    """Everybody on one side is refused with a notice."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "p", "2", "a", "enter")
        assert not faulty(app)
        assert len(app._notifications) == 1


async def test_help_stands_the_clock_and_lists_every_key(make_app: MakeApp) -> None:
    """Time stands while help is open, and runs again if it did before."""
    app = make_app(paused=False, speed=1)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "?")
        assert isinstance(app.screen, HelpPanel)
        assert app.paused
        pages = []
        for _ in app.screen.PAGES:
            pages.append("\n".join(line.plain for line in app.screen.query_one("Body")._lines))
            await press(pilot, "right")
        assert len(set(pages)) == len(pages)
        for action in ACTIONS:
            assert any(action.title in page and action.shown in page for page in pages)
        await press(pilot, "escape")
        assert not app.paused
        await press(pilot, "space", "?", "escape")
        assert app.paused


async def test_help_shows_all_pages_at_once_where_there_is_room(make_app: MakeApp) -> None:
    """And says which page is seen where there is none; it follows the size of the terminal."""
    app = make_app()
    async with app.run_test(size=(200, 70)) as pilot:
        await press(pilot, "?")
        body = app.screen.query_one("Body")
        keys = app.screen.query_one("#panel-keys")

        def shown() -> tuple[bool, bool, bool]:
            text = "\n".join(line.plain for line in body._lines)
            return "Command palette" in text, "Space-time" in text, "out of order" in text

        assert shown() == (True, True, True)
        assert "page" not in str(keys.render())
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert shown() == (True, False, False)
        assert "Views" in str(keys.render())
        await press(pilot, "tab")
        assert shown() == (False, True, False)
        await press(pilot, "left", "left")
        assert shown() == (False, False, True)


@pytest.mark.parametrize(
    "key", one_in(2, (a.keys for a in ACTIONS if a.group == VIEWS and a.id != "log_filter"))
)
async def test_time_moves_in_every_view(make_app: MakeApp, key: str) -> None:
    """As the help says: one event on and back, ten seconds back and on, paused and running."""
    app = make_app(paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, key)
        assert len(app.screen_stack) == 2
        view = app.screen
        at_us = app.controls.time_us
        await press(pilot, ".")
        after_us = app.controls.time_us
        assert after_us > at_us
        await press(pilot, ".", ",")
        assert app.controls.time_us == after_us
        await press(pilot, "]", "]")
        assert app.controls.time_us == after_us + 20_000_000
        await press(pilot, "[")
        assert app.controls.time_us == after_us + 10_000_000
        await press(pilot, ",")
        assert after_us < app.controls.time_us < after_us + 10_000_000
        speed = app.pace.speed
        await press(pilot, "+")
        assert app.pace.speed > speed
        await press(pilot, "-", "space")
        assert (app.pace.speed, app.paused) == (speed, False)
        await press(pilot, "space")
        assert app.paused
        assert app.screen is view


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quit(make_app: MakeApp, key: str) -> None:
    """Both keys leave; all invariants held, so the exit code is 0."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, key)
    assert app.return_value in {0, None}
    assert app._exit


async def test_the_palette_has_every_action(make_app: MakeApp) -> None:
    """``:`` opens it; what is typed is found and done."""
    app = make_app()
    async with app.run_test() as pilot:
        await press(pilot, "k", ":")
        assert len(app.screen_stack) == 2
        await press(pilot, *"kill or")
        await pilot.pause(0.4)
        await press(pilot, "enter")
        await pilot.pause(0.2)
        assert look(app).cps[0].status == "alive"


async def test_the_palette_finds_charge_points_and_speeds(make_app: MakeApp) -> None:
    """What has no key of its own has a name."""
    app = make_app()
    async with app.run_test() as pilot:
        for words in ("select cp4", "speed max"):
            await press(pilot, ":", *[{" ": "space"}.get(char, char) for char in words])
            await pilot.pause(0.4)
            await press(pilot, "enter")
            await pilot.pause(0.2)
        assert app.selected == "CP4"
        assert app.pace.speed == SPEEDS[-1]


async def test_the_log_scrolls_back_through_all_of_it(make_app: MakeApp) -> None:
    """Page by page from the newest slot to the first; End follows again."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.pause()
        grid = app.screen.query_one(LogGrid)
        last = look(app).log_last
        seen: set[int] = set()
        for _ in range(200):
            assert app.picture is not None
            seen.update(row.slot for row in app.picture.view.log)
            await press(pilot, "pageup")
        assert seen == set(range(1, last + 1))
        assert grid.first == 1
        await press(pilot, "pagedown")
        assert grid.first is not None
        assert grid.first > 1
        await press(pilot, "end")
        assert grid.first is None
        await press(pilot, "home")
        assert grid.first == 1
        assert "1–" in grid._lines[0].plain


async def test_wheel_and_focus_scroll_the_events(make_app: MakeApp) -> None:
    """The wheel moves what is under it; after Tab the keys move the events."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.pause()
        log, past = app.screen.query_one(LogGrid), app.screen.query_one(EventLog)
        for pane in (log, past):
            scroll(pane, events.MouseScrollUp)
            await pilot.pause()
            assert pane.first is not None
            for _ in range(3):
                scroll(pane, events.MouseScrollDown)
            await pilot.pause()
            assert pane.first is None
        await press(pilot, "tab", "tab", "home")
        assert (log.first, past.first) == (None, 0)


def scroll(pane: Pane, kind: type[events.MouseEvent]) -> None:
    """One notch of the mouse wheel over a pane."""
    pane.post_message(kind(pane, 1, 1, 0, 0, 0, False, False, False))


async def test_footer_keys_can_be_clicked(make_app: MakeApp) -> None:
    """A click on a word of the footer does what its key does."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.pause()
        footer = app.screen.query_one(Footer)
        kill = next(spot for spot in footer._spots if spot.action.id == "kill")
        await pilot.click(Footer, offset=(kill.start + 2, 0))
        await pilot.pause()
        assert look(app).cps[0].status == "crashed"


async def test_the_end_stays_on_the_screen(make_app: MakeApp) -> None:
    """At the end the timer goes, the state says so, and keys still answer."""
    app = make_app(599_000_000, paused=False, speed=SPEEDS[-1])
    async with app.run_test() as pilot:
        await until(lambda: app.controls.finished)
        await pilot.pause()
        assert app.picture is not None
        assert app.picture.view.finished
        assert app._timer is None
        await press(pilot, "space", ".", "down")
        assert app.selected == "CP2"


async def test_after_the_end_one_short_message_and_no_panel(make_app: MakeApp) -> None:
    """Whatever is asked of a run that has ended, the answer is the same; looking still works."""
    app = make_app(600_000_000)
    async with app.run_test() as pilot:
        speed = app.pace.speed
        for key in ("space", ".", "+", "-", "k", "u", "x", "p", "h", "v"):
            await press(pilot, key)
            assert len(app.screen_stack) == 1
            assert [note.message for note in app._notifications] == ["The run has ended"]
        assert app.pace.speed == speed
        spots = {spot.action.id: spot for spot in app.screen.query_one(Footer)._spots}
        assert not any(spot.action.needs_run for spot in spots.values())
        assert "leap_back" in spots
        await press(pilot, "pageup")
        assert app.screen.query_one(LogGrid).first is not None


async def test_a_panel_that_is_open_at_the_end_says_so(make_app: MakeApp) -> None:
    """The run ended while somebody chose a link."""
    app = make_app(599_000_000)
    async with app.run_test() as pilot:
        await press(pilot, "x")
        app.action_speed(SPEEDS[-1])
        app.set_paused(False)
        await until(lambda: app.controls.finished)
        await press(pilot, "enter")
        assert not faulty(app)
        assert [note.message for note in app._notifications] == ["The run has ended"]


async def test_the_table_of_many_cps_has_a_scroll_bar() -> None:
    """The selected one is in sight, with its place among all."""
    app = EvtuiApp(Session(loads('duration = "20s"\ncps = 40\n', "many.toml")), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "up")
        lines = app.screen.query_one(CpPanel)._lines
        assert "links" in lines[0].plain
        assert lines[1].plain.endswith(" ")
        assert lines[-3].plain.startswith("▌CP40")
        assert lines[-3].plain.endswith("▐")
        assert "40 of 40" in lines[-2].plain


async def test_resize_keeps_everything_in_place(make_app: MakeApp) -> None:
    """From large to tiny and back; each pane asks for the rows it has."""
    app = make_app()
    async with app.run_test(size=(200, 60)) as pilot:
        for size in [(80, 24), (40, 10), (20, 5), (120, 36), (200, 60)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            grid = app.get_default_screen().query_one(LogGrid)
            assert app.picture is not None
            assert len(app.picture.view.log) <= grid.rows
        assert grid.rows > 20


@pytest.mark.parametrize("seed", early(1, [2, 1, 3]))
async def test_random_keys_raise_nothing(make_app: MakeApp, seed: int) -> None:
    """Whatever is typed, the app lives and the invariants hold."""
    keys = [*".+=-kuxphv?oabcz123456:", "space", "up", "down", "left", "right", "escape", "enter"]
    keys += ["tab", "pageup", "pagedown", "home", "end"]
    rng = random.Random(seed)
    app = make_app(60_000_000 * seed, paused=False, speed=SPEEDS[rng.randrange(len(SPEEDS))])
    async with app.run_test(size=rng.choice([(80, 24), (120, 36), (200, 60)])) as pilot:
        for _ in range(150):
            key = rng.choice(keys)
            if key == "enter" and CommandPalette.is_open(app):
                key = "escape"  # the palette can quit, and write files
            await pilot.press(key)
        await pilot.pause()
        assert not look(app).violation


def test_the_registry_is_sound() -> None:
    """Ids and keys are unique; no ctrl chords; every binding has an id and none has priority."""
    bindings = [action.binding() for action in ACTIONS]
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len({binding.id for binding in bindings}) == len(ACTIONS)
    assert len(set(keys)) == len(keys)
    assert not any("ctrl" in key for key in keys)
    assert not any(binding.priority for binding in bindings)
    for action in ACTIONS:
        assert hasattr(EvtuiApp, f"action_{action.method.partition('(')[0]}")


async def test_a_step_draws_only_the_lines_that_changed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event changes little of the network, and little is drawn for it."""
    drawn: list[int] = []
    render = Lines.render_line

    def counted(self: Lines, y: int) -> Strip:
        drawn.append(y)
        return render(self, y)

    app = make_app()
    async with app.run_test(size=(200, 60)) as pilot:
        await press(pilot, ".")
        monkeypatch.setattr(Lines, "render_line", counted)
        await press(pilot, ".")
        assert 0 < len(drawn) < 20
