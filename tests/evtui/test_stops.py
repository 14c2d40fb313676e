"""Breakpoints in the app: where it stops, and what it says. The list: ``test_stops_list``."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from evtui.app import EvtuiApp
from evtui.breaks import breakpoints_of
from evtui.learn.app import LessonApp
from evtui.learn.progress import Store
from evtui.opening import app_of
from evtui.render.units import MAX_SPEED
from evtui.screens.panels import Body
from evtui.settings.force import Settings
from evtui.widgets.panes import Banner, Header
from scenarios.breakpoints.words import names_of, read
from scenarios.city.runner import run as run_city
from scenarios.lessons.library import find
from scenarios.loader import load
from scenarios.runner import run
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
