"""The list of breakpoints in the app: edited, live, kept, handed in; and how it is drawn."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from evtui.app import EvtuiApp
from evtui.breaks import breakpoints_of
from evtui.cli import main
from evtui.opening import app_of, app_of_kept
from evtui.palette import Actions
from evtui.render import stops as drawn
from evtui.render.picture import Drive
from evtui.render.stops import StopView
from evtui.screens.network import NetworkScreen
from evtui.screens.panels import Body
from evtui.screens.quitting import QuitPanel
from evtui.screens.stops import StopsPanel
from evtui.session_replay import read_kept
from evtui.settings.file import Read
from evtui.settings.force import Settings, resolve
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import read
from scenarios.course import BreakpointView
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.session import Session
from tests.evtui.test_snapshots import app_on, settle, troubled
from tests.evtui.test_stops import S, banner, body, go, keys_line, stopping, texts_of, write
from tests.evtui.test_travel import press


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
        await press(pilot, "d", "ctrl+p", "escape")
        assert keys_line(app) == StopsPanel.KEYS
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


async def test_a_click_answers_whether_to_delete() -> None:
    """It goes to another one, of which nobody has asked."""
    app = stopping("ten-minutes", "leader changes", "preemption")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "S", "d")
        assert "d once more deletes “leader changes”" in keys_line(app)
        await pilot.click(Body, offset=(20, 2))
        await pilot.pause()
        assert keys_line(app) == StopsPanel.KEYS
        await press(pilot, "d")
        assert "d once more deletes “preemption”" in keys_line(app)
        assert len(texts_of(app)) == 2


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
