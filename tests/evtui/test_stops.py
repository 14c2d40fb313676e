"""Breakpoints in the app: where it stops, what it says, and the list that is edited there."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from evtui.app import EvtuiApp
from evtui.breaks import breakpoints_of
from evtui.cli import main
from evtui.learn.app import LessonApp
from evtui.learn.progress import Store
from evtui.opening import app_of, app_of_kept
from evtui.palette import Actions
from evtui.render import stops as drawn
from evtui.render.picture import Drive
from evtui.render.stops import StopView
from evtui.render.units import MAX_SPEED
from evtui.screens.network import NetworkScreen
from evtui.screens.panels import Body
from evtui.screens.quitting import QuitPanel
from evtui.screens.stops import StopsPanel
from evtui.session_replay import read_kept
from evtui.settings.file import Read
from evtui.settings.force import Settings, resolve
from evtui.widgets.panes import Banner, Header
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import names_of, read
from scenarios.city.runner import run as run_city
from scenarios.course import BreakpointView
from scenarios.errors import InputError
from scenarios.lessons.library import find
from scenarios.loader import load
from scenarios.runner import run
from scenarios.session import Session
from tests.evtui.test_snapshots import app_on, settle, troubled
from tests.evtui.test_travel import press
from tests.evtui.walk import text_of
from tests.scenarios.test_stops import KINDS, headless

S = 1_000_000


def stopping(name: str, *texts: str, at_us: int | None = None, **wishes: Any) -> EvtuiApp:
    """An app that was opened with breakpoints, and stands."""
    scenario = load(name)
    settings = Settings(start_paused=True, **wishes)
    return app_of(scenario, None, settings, at_us, breakpoints_of(texts, scenario, None))


async def go(app: EvtuiApp, pilot: Pilot[Any], speed: float = MAX_SPEED) -> None:
    """Press space, and wait until time stands again."""
    app.action_speed(speed)
    await pilot.press("space")
    for _ in range(6_000):
        if app.paused or app.timeline.finished:
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError("it does not stop")


def banner(app: EvtuiApp) -> str:
    """What is said below the header, in one line; empty where nothing is."""
    line = app.screen.query_one(Banner)
    words = " ".join(it.plain for it in line.shown) if line.display else ""
    return " ".join(words.split())


def body(app: EvtuiApp) -> str:
    """What the panel shows, a blank between words."""
    lines = app.screen.query_one(Body).shown
    return "\n".join(" ".join(line.plain.split()) for line in lines)


def keys_line(app: EvtuiApp) -> str:
    """Which keys the panel says there are."""
    return str(app.screen.query_one("#panel-keys", Static).render())


def texts_of(app: EvtuiApp) -> list[tuple[str, bool]]:
    """The list."""
    return list(app.timeline.breakpoints.kept)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type, and press Enter."""
    for char in text:
        await pilot.press("space" if char == " " else char)
    await pilot.press("enter")
    await pilot.pause()


# Where it stops.


@pytest.mark.parametrize(("name", "text"), KINDS)
async def test_the_app_stops_at_the_same_event_as_a_run_without_a_terminal(
    name: str, text: str
) -> None:
    """As fast as it goes; it says which and why, and the command that it names stops there, too."""
    expected = headless(name, text)
    assert expected is not None
    app = stopping(name, text)
    async with app.run_test(size=(100, 30)) as pilot:
        await go(app, pilot)
        assert app.paused
        assert app.timeline.session.whole.events == expected.event
        assert app.timeline.time_us / S == expected.time_s
        assert app.timeline.stop is not None
        assert app.timeline.stop.hit == expected
        stop = app.picture.stop if app.picture is not None else None
        assert stop is not None
        assert banner(app) == " ".join(f"‖ {expected.in_words()} {stop.again}".split())
    program, command, scenario, _, seed, option, words = shlex.split(stop.again)
    assert (program, command, scenario, option) == ("evtui", "run", name, "--break")
    found = load(scenario)
    again = [read(words, names_of(found, int(seed)))]
    run_it = run_city if found.sites else run
    hit = run_it(found, seed=int(seed), breakpoints=again).stopped
    assert hit is not None
    assert (hit.event, hit.time_s, hit.found) == (expected.event, expected.time_s, expected.found)


@pytest.mark.parametrize("speed", [5.0, 50.0, 1000.0])
async def test_no_speed_runs_past_it(speed: float) -> None:
    """The slices are of another size; the event is the same."""
    app = stopping("leader-crash", "leader changes after 3s", at_us=179 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await go(app, pilot, speed)
        assert app.timeline.stop is not None
        assert app.timeline.stop.hit.event == app.timeline.session.whole.events == 5_509
        assert "‖ stopped" in app.screen.query_one(Header).shown[0].plain


async def test_a_calm_app_in_ascii_stops_there_too() -> None:
    """Pictures twice a second; the line is of letters that every terminal has."""
    app = stopping("leader-crash", "leader changes after 3s", ascii=True, reduced_motion=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await go(app, pilot)
        text = text_of(app)
        assert text.isascii()
        assert "= stopped at 3m, after event 5,509: leader changes after 3s" in text
        assert 'evtui run leader-crash --seed 1 --break "leader changes after 3m"' in text


async def test_a_tick_that_was_on_its_way_runs_nothing_past_it() -> None:
    """Of a slow machine the next tick waits already when a breakpoint stops the run."""
    app = stopping("leader-crash", "leader changes after 3s", at_us=175 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_speed(MAX_SPEED)
        app.set_paused(False)
        while not app.paused:
            app._pump()
        app._pump()
        await pilot.pause()
        assert app.timeline.session.whole.events == 5_509
        assert app.timeline.stop is not None


async def test_space_goes_on_and_what_was_said_is_gone() -> None:
    """To the next one, never twice at the same; it stays until time goes on."""
    app = stopping("ten-minutes", "slot chosen", "slot 3 chosen", "text plugged in at CP1")
    async with app.run_test(size=(80, 24)) as pilot:
        found = []
        for _ in range(4):
            await go(app, pilot)
            assert app.timeline.stop is not None
            found.append(app.timeline.stop.hit.found)
        assert found == [f"slot {n} is chosen" for n in range(1, 5)]
        app.timeline.breakpoints.switch(0)
        await go(app, pilot)
        await press(pilot, "y", "down", "question_mark", "escape")
        assert "EV1: plugged in at CP1" in banner(app)
        await press(pilot, "full_stop")
        assert banner(app) == ""
        assert "‖ paused" in app.screen.query_one(Header).shown[0].plain
        await press(pilot, "comma")
        assert app.paused


async def test_the_past_stops_again_and_leaping_over_it_does_not() -> None:
    """`[` `G` `]` over ground that was run before; `]` on new ground stops."""
    app = stopping("leader-crash", "leader changes after 3s")
    async with app.run_test(size=(80, 24)) as pilot:
        await go(app, pilot)
        stop = app.timeline.stop
        assert stop is not None
        await press(pilot, "left_square_bracket")
        assert banner(app) == ""
        await press(pilot, "G")
        assert app.timeline.time_us == 180 * S
        app.timeline.run(195 * S, 1_000_000)
        app.travel(175 * S)
        await press(pilot, "right_square_bracket")
        assert app.timeline.time_us == 185 * S
        assert app.timeline.stop is None
        app.travel(175 * S)
        await go(app, pilot)
        assert app.timeline.stop is not None
        assert app.timeline.stop.hit == stop.hit


async def test_new_ground_stops_a_leap_too() -> None:
    """`]` beyond what was run, and a click on the line of time."""
    for leap in ("]", "click"):
        app = stopping("leader-crash", "leader changes after 3s", at_us=175 * S)
        async with app.run_test(size=(80, 24)) as pilot:
            if leap == "]":
                await press(pilot, "right_square_bracket")
            else:
                app.post_message(Header.Sought(300 * S))
                await pilot.pause()
                await pilot.pause()
            assert app.timeline.session.whole.events == 5_509
            assert "CP5 led, now nobody" in banner(app)


async def test_what_is_done_by_hand_stops_the_clock() -> None:
    """Who crashes the leader while time runs; no command line does that."""
    app = stopping("ten-minutes", "leader changes after 20s", at_us=60 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_speed(0.1)
        await press(pilot, "space")
        assert not app.paused
        leader = app.picture.view.leader if app.picture is not None else None
        app.act("crash", cp="leader")
        await pilot.pause()
        assert app.paused
        assert f"({leader} led, now nobody)" in banner(app)
        assert "evtui run" not in banner(app)
        await press(pilot, "z")
        assert banner(app) == ""
        await press(pilot, "Z")
        assert f"({leader} led, now nobody)" in banner(app)
        await press(pilot, "full_stop", "left_square_bracket", "k")
        assert len(app.timeline.branches) > 1
        assert texts_of(app) == [("leader changes after 20s", True)]


async def test_a_step_tells_and_a_view_is_told() -> None:
    """Where a panel covers the line, a notice says it, and its head that it is stopped."""
    app = stopping("leader-crash", "leader changes after 3s", at_us=179 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.session.reach(5_508)
        await press(pilot, "l", "full_stop")
        assert app.timeline.session.whole.events == 5_509
        (note,) = app._notifications
        assert note.message.startswith("stopped at 3m, after event 5,509: leader changes after 3s")
        assert "‖ stopped" in body(app)
        await press(pilot, "full_stop")
        assert "‖ paused" in body(app)
        assert len(app._notifications) == 1


async def test_without_armed_breakpoints_nothing_is_looked_at() -> None:
    """No watch is made, and a list of those that are off costs as little as none."""
    app = stopping("ten-minutes", "slot chosen")
    app.timeline.breakpoints.switch(0)
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_speed(1000.0)
        await press(pilot, "space")
        while app.timeline.time_us < 30 * S:
            await pilot.pause(0.01)
        assert app.timeline._sentry._watch is None
        assert not app.paused


async def test_a_violation_and_a_stop_are_both_told() -> None:
    """At the same event; the run is over, and one may go back."""
    app = stopping("clock-drift-beyond", "text violat")
    async with app.run_test(size=(120, 36)) as pilot:
        await go(app, pilot)
        assert app.timeline.finished
        if app.timeline.stop is not None:
            assert "stopped at" in banner(app)
        assert app.picture is not None
        assert app.picture.view.violation in banner(app)


async def test_a_lesson_stops_as_well(tmp_path: Path) -> None:
    """The step is judged where time stands; nothing runs past the event."""
    scenario = find("ballots")
    app = LessonApp(scenario, Store(tmp_path), speed=0.0)
    it = read("text leader", names_of(scenario, scenario.seed))
    app.timeline.breakpoints.add(it)
    expected = run(scenario, breakpoints=[it]).stopped
    assert expected is not None
    async with app.run_test(size=(120, 36)) as pilot:
        await go(app, pilot)
        while app.timeline.stop is None:
            await go(app, pilot)
        assert app.timeline.stop.hit == expected


# The list.


async def test_one_is_added_edited_switched_and_deleted() -> None:
    """By keys; letters are typed as such, and Esc and nothing leave all as it was."""
    app = stopping("ten-minutes")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "S")
        assert isinstance(app.screen, StopsPanel)
        assert "none yet: a adds one" in body(app)
        await press(pilot, "o", "d", "down", "a")
        await write(pilot, "text aSqod")
        await press(pilot, "a")
        await write(pilot, "Slot  40 CHOSEN after 60s")
        assert texts_of(app) == [("text aSqod", True), ("slot 40 chosen after 1m", True)]
        assert "2 ● on slot 40 chosen after 1m not yet" in body(app)
        await press(pilot, "o", "up", "enter")
        assert app.screen.query_one(Input).value == "text aSqod"
        await press(pilot, *["backspace"] * 10, *"leader", "space")
        await write(pilot, "changes")
        assert texts_of(app) == [("leader changes", True), ("slot 40 chosen after 1m", False)]
        await press(pilot, "e", "x", "escape", "e", *["backspace"] * 14, "enter", "a", "enter")
        assert isinstance(app.screen, StopsPanel)
        assert not app.screen.query_one(Input).display
        assert [text for text, _ in texts_of(app)] == ["leader changes", "slot 40 chosen after 1m"]
        await press(pilot, "d")
        assert "d once more deletes “leader changes”" in keys_line(app)
        await press(pilot, "x", "d", "escape", "d")
        assert len(texts_of(app)) == 2
        await press(pilot, "d", "delete", "delete")
        assert texts_of(app) == []
        await press(pilot, "enter", "escape", "S")
        assert isinstance(app.screen, NetworkScreen)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda it: f"{it[0]}x{it[1]}")
async def test_wrong_words_are_refused_in_place(size: tuple[int, int]) -> None:
    """With the same sentence as on the command line; what was typed stays, and can be mended."""
    app = stopping("ten-minutes", "preemption")
    async with app.run_test(size=size) as pilot:
        await press(pilot, "S")
        for wrong in (
            "leader chnages", "EV9 enters send_needs", "slot x chosen", "preemption after soon",
            "command Start", "margin A1 below 3", "EV1 enters begin_session",
        ):  # fmt: skip
            await press(pilot, "a")
            await write(pilot, wrong)
            with pytest.raises(InputError) as caught:
                read(wrong, app.names)
            said = " ".join(str(caught.value).split())
            assert said in " ".join(body(app).split())
            assert app.screen.query_one(Input).value == wrong
            await press(pilot, "escape")
        await press(pilot, "a")
        await write(pilot, "Preemption")
        assert 'found "preemption", which is in the list already' in " ".join(body(app).split())
        await press(pilot, *["backspace"] * 10)
        assert "in the list already" not in body(app)
        await write(pilot, "leader changes")
        assert texts_of(app) == [("preemption", True), ("leader changes", True)]


async def test_the_examples_are_of_this_run_and_a_click_takes_one() -> None:
    """Each of them means something here; the mouse chooses and switches breakpoints, too."""
    app = stopping("two-sites", "leader changes", "preemption")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "S")
        there = app.names
        examples = drawn.examples(there.cps, there.evs)
        assert [read(text, there).text for text, _ in examples] == [text for text, _ in examples]
        assert f"{there.cps[0]} enters begin_session" in body(app)
        lines = [line.plain for line in app.screen.query_one(Body).shown]
        row = next(y for y, text in enumerate(lines) if "slot 40 chosen" in text)
        await pilot.click(Body, offset=(4, row))
        assert app.screen.query_one(Input).value == "slot 40 chosen"
        await press(pilot, "enter")
        await pilot.click(Body, offset=(20, 2))
        await pilot.click(Body, offset=(20, 2))
        await pilot.pause()
        assert texts_of(app) == [
            ("leader changes", True), ("preemption", False), ("slot 40 chosen", True),
        ]  # fmt: skip


async def test_the_list_is_live() -> None:
    """Time runs below it, and it says where the run stopped; in a city the overview does."""
    app = stopping("two-sites", "leader changes", at_us=S)
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "S")
        await go(app, pilot)
        assert isinstance(app.screen, StopsPanel)
        stop = app.timeline.stop
        assert stop is not None
        assert stop.hit.in_words() in " ".join(body(app).split())
        assert f"{stop.hit.time}, event {stop.hit.event:,}" in body(app)
        await press(pilot, "full_stop")
        assert f"leader changes: {stop.hit.found}, at {stop.hit.time}" in body(app)
        await press(pilot, "escape")


async def test_j_shows_the_last_stop_of_one() -> None:
    """In the branch in which it was; the other stop is told by a notice."""
    app = stopping("leader-crash", "leader changes after 3s", "slot 30 chosen", "preemption")
    async with app.run_test(size=(80, 24)) as pilot:
        await go(app, pilot)
        slot = app.timeline.stop
        assert slot is not None
        await go(app, pilot)
        leader = app.timeline.stop
        assert leader is not None
        app.timeline.go(100 * S)
        app.act("crash", cp="CP1")
        assert app.timeline.number == 2
        await press(pilot, "S", "down", "down", "j")
        assert isinstance(app.screen, StopsPanel)
        assert "has not stopped the run yet" in keys_line(app)
        await press(pilot, "up", "j")
        assert isinstance(app.screen, NetworkScreen)
        assert (app.timeline.number, app.timeline.place) == (1, slot.place)
        assert [note.message for note in app._notifications] == [slot.hit.in_words()]
        await press(pilot, "S", "up", "j")
        assert app.timeline.place == leader.place
        assert leader.hit.in_words().split(":")[0] in banner(app)


async def test_a_long_list_scrolls() -> None:
    """The one under the cursor is seen, and can be clicked on."""
    app = stopping("ten-minutes", *(f"slot {n} chosen" for n in range(1, 31)))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "S", *["down"] * 29)
        assert "30 ● on slot 30 chosen" in body(app)
        await pilot.click(Body, offset=(20, 3))
        await press(pilot, "o")
        lines = [line.plain for line in app.screen.query_one(Body).shown]
        number = int(lines[3].removeprefix("▌").split()[0])
        assert [n for n, (_, on) in enumerate(texts_of(app), 1) if not on] == [number]


async def test_the_palette_has_it() -> None:
    """By its name."""
    app = stopping("ten-minutes")
    async with app.run_test(size=(80, 24)):
        titles = [title for title, _, _ in Actions(app.screen)._actions()]
        assert "Breakpoints · S" in titles


async def test_a_rebound_key_opens_and_closes_it() -> None:
    """As everywhere."""
    read_ = Read(keys={"stops": ("f9",)}, lines={"keys.stops": 1})
    settings = resolve(read_, {}, {}).settings
    app = EvtuiApp(Session(load("ten-minutes"), 7), paused=True, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f9")
        assert isinstance(app.screen, StopsPanel)
        await press(pilot, "f9")
        assert isinstance(app.screen, NetworkScreen)


# Kept, and handed in.


async def test_they_are_kept_and_there_again(tmp_path: Path) -> None:
    """`s` says so; the log has them, and reopened with others each is there once, and on."""
    app = stopping("ten-minutes", "slot 40 chosen", "preemption", at_us=20 * S)
    app.folder = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        assert not app.unkept
        await press(pilot, "S", "o", "escape")
        assert app.unkept
        await press(pilot, "q")
        assert isinstance(app.screen, QuitPanel)
        assert "2 breakpoints" in body(app)
        await press(pilot, "escape", "s")
        note = next(iter(app._notifications)).message
        assert "ten-minutes-1.log, with 2 breakpoints" in note
        assert not app.unkept
    kept = read_kept(str(tmp_path / "ten-minutes-1.log"))
    again = app_of_kept(kept)
    assert texts_of(again) == [("slot 40 chosen", False), ("preemption", True)]
    more = breakpoints_of(["Slot 40 chosen", "leader changes"], kept.scenario, None)
    assert texts_of(app_of_kept(kept, breakpoints=more)) == [
        ("slot 40 chosen", True), ("preemption", True), ("leader changes", True),
    ]  # fmt: skip
    assert "slot 40" not in (tmp_path / "ten-minutes-1.toml").read_text(encoding="utf-8")


async def test_the_command_names_the_file_that_was_opened(tmp_path: Path) -> None:
    """A scenario of one's own by its path; a kept one only with all that was done by hand."""
    text = 'duration = "1m"\ncps = 3\n[[at]]\nt = "20s"\ndo = "crash"\ncp = "CP1"\n'
    path = tmp_path / "my own.toml"
    path.write_text(text, encoding="utf-8")
    for called, again in ((str(path), shlex.quote(str(path))), ("", "")):
        app = app_of(load(str(path)), None, Settings(start_paused=True))
        app.called = called
        app.timeline.breakpoints.add(read("text crashed", app.names))
        app.travel(30 * S)
        stop = app.stop_view()
        assert stop is not None
        wanted = f'evtui run {again} --seed 1 --break "text crashed after 20s"' if again else ""
        assert stop.again == wanted


def test_wrong_words_are_refused_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By each way in, with exit code 2."""
    for args in (["ten-minutes"], [], ["city", "two-sites"]):
        assert main([*args, "--break", "slot forty chosen"]) == 2
        assert capsys.readouterr() == (
            "",
            'evtui: --break: slot: found "forty"; allowed a whole number from 1 on\n',
        )


# Pictures.


def pictured(**wishes: Any) -> EvtuiApp:
    """An app that was stopped; what hangs on the protocol is pinned."""
    app = app_on(troubled())
    if wishes:
        app = EvtuiApp(app.timeline, paused=True, settings=Settings(**wishes))
    for text in ("leader changes after 3m", "EV2 enters charging_with_profile", "slot 40 chosen"):
        app.timeline.breakpoints.add(read(text, app.names))
    hit = Hit("leader changes after 3m", "CP1 led, now nobody", 303.0, 9_876)
    app.timeline.breakpoints.note(hit, 1, app.timeline.place)
    app.timeline.breakpoints.switch(1)
    return app


STOPPED = StopView(
    "stopped at 5m8.5s, after event 12,345: leader changes after 3m (CP1 led, now nobody)",
    'evtui run ten-minutes --seed 7 --break "leader changes after 5m8.5s"',
)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda it: f"{it[0]}x{it[1]}")
def test_stopped(
    snap_compare: Callable[..., bool], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line below the header."""
    app = pictured()
    monkeypatch.setattr(app, "stop_view", lambda: STOPPED)
    monkeypatch.setattr(app, "_drive", lambda: Drive(10.0, paused=True, stopped=True))
    app.take_picture()
    assert snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda it: f"{it[0]}x{it[1]}")
def test_the_panel(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    """The list, its last stop, and examples."""

    async def open_it(pilot: Pilot[Any]) -> None:
        await press(pilot, "S")
        await settle(pilot)

    assert snap_compare(pictured(), terminal_size=size, run_before=open_it)


def test_refused(snap_compare: Callable[..., bool]) -> None:
    """Wrong words, in ASCII alone, and calm."""

    async def open_it(pilot: Pilot[Any]) -> None:
        await press(pilot, "S", "a")
        await write(pilot, "leader chnages")
        await settle(pilot)

    app = pictured(ascii=True, reduced_motion=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=open_it)


def test_the_list_as_it_is_drawn() -> None:
    """Long words give way to the last stop, and nothing is wider than the terminal."""
    long = BreakpointView("text " + "word " * 30, True, "1h2m3.000004s, event 123,456", "x", 2)
    for width in (40, 80, 132):
        place, said = drawn.lay(1, 0, 0, 9, 0, 0), drawn.detail(long, 2, width)
        lines = drawn.page([long], 0, place, said, [], (width, 9), ("", ""))
        assert all(line.width <= width for line in lines)
        assert "1h2m" in lines[1].plain
    assert drawn.banner(None, 80) == []
    assert all(line.width == 40 for line in drawn.banner(STOPPED, 40))
    assert len(drawn.banner(STOPPED, 40)) == 3
    assert [line.plain.split()[0] for line in drawn.banner(STOPPED, 100)] == ["‖", "evtui"]
