"""A fault in a view never kills the run: it is saved first, told, and the app goes on."""

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.messages import ExitApp
from textual.pilot import Pilot

from evtui.app import EvtuiApp
from evtui.cli import main
from evtui.safety.app import MAX_RESCUES, SafeApp
from evtui.screens.ledger import LedgerPanel
from evtui.screens.log import LogPanel
from evtui.screens.operator import OperatorPanel
from evtui.screens.panels import Body, Panel
from evtui.screens.quitting import QuitPanel
from evtui.screens.reservations import ReservationsPanel
from evtui.widgets.lines import Lines
from evtui.widgets.panes import EventLog, LogGrid, PowerPanel
from scenarios.view import Window
from tests.evtui.conftest import session_at

MakeApp = Callable[..., EvtuiApp]


class BoomError(Exception):
    """What no code expects."""


SURVIVES, SAVES = SafeApp.view_failed, SafeApp.save_before_the_end


@pytest.fixture(autouse=True)
def errors_are_survived(no_error_is_swallowed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the app does what it does outside of tests."""
    monkeypatch.setattr(SafeApp, "view_failed", SURVIVES)
    monkeypatch.setattr(SafeApp, "save_before_the_end", SAVES)


def boom(*_args: object, **_kwargs: object) -> None:
    """Fail."""
    raise BoomError("it broke")


def app_in(folder: Path, time_us: int = 60_000_000, *, paused: bool = True) -> EvtuiApp:
    """An app on a real run that keeps its files in a folder."""
    app = EvtuiApp(session_at(time_us), paused=paused)
    app.folder = folder
    return app


def notices(app: EvtuiApp) -> list[str]:
    """What the person has been told."""
    return [note.message for note in app._notifications]


def names(folder: Path) -> list[str]:
    """The files that are there."""
    return sorted(path.name for path in folder.iterdir())


RESCUED = ["ten-minutes-rescued-1.log", "ten-minutes-rescued-1.toml", "ten-minutes-rescued-1.txt"]


def broken_in(app: EvtuiApp, *, paused: bool = True) -> None:
    """The run goes on where it was, with the clock as it was."""
    assert app.is_running
    assert app._exception is None
    assert app.paused is paused


async def test_a_view_that_cannot_be_drawn_says_so_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is saved, the person told, the view closes with Esc, and the run goes on."""
    monkeypatch.setattr(OperatorPanel, "lines", boom)
    app = app_in(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("k", "f")
        await pilot.pause()
        assert isinstance(app.screen, OperatorPanel)
        shown = app.screen.query_one(Body).shown
        assert [line.plain.strip() for line in shown] == ["! not shown: BoomError: it broke"]
        assert names(tmp_path) == RESCUED
        log, trace_file = tmp_path / RESCUED[0], tmp_path / RESCUED[2]
        failed = "The view operator failed (BoomError: it broke)"
        saved = f"the session is saved in {log}, the traceback in {trace_file}"
        assert notices(app) == [f"{failed}; {saved}"]
        trace = (tmp_path / RESCUED[2]).read_text(encoding="utf-8")
        assert trace.startswith("Traceback")
        assert trace.endswith("BoomError: it broke\n")
        before = app.controls.view(Window()).events
        await pilot.press("escape", ".", ".")
        await pilot.pause()
        assert app.controls.view(Window()).events == before + 2
        assert len(app.screen_stack) == 1
        broken_in(app)
    assert main(["replay", str(tmp_path / RESCUED[0])]) == 0
    assert main(["replay", str(tmp_path / RESCUED[1])]) == 0


@pytest.mark.parametrize("part", [LogGrid, EventLog, PowerPanel])
async def test_a_part_of_the_network_that_cannot_be_drawn_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: type[Lines]
) -> None:
    """All others are drawn as ever; once it can be drawn again, it is. It is saved once."""
    app = app_in(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        others = [it for it in app.screen.query(Lines) if not isinstance(it, part)]
        with monkeypatch.context() as patched:
            patched.setattr(part, "build", boom)
            for _ in range(5):
                await pilot.press(".")
                await pilot.pause()
            assert "! not shown: BoomError" in app.screen.query_one(part).shown[0].plain
            assert all("not shown" not in it.shown[0].plain for it in others if it.shown)
            assert names(tmp_path) == RESCUED
            assert len(notices(app)) == 1
        await pilot.press(".")
        await pilot.pause()
        assert "not shown" not in app.screen.query_one(part).shown[0].plain
        broken_in(app)


async def test_a_run_goes_on_while_a_view_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time that runs is not stopped by it."""
    monkeypatch.setattr(LedgerPanel, "lines", boom)
    app = app_in(tmp_path, 0, paused=False)
    async with app.run_test() as pilot:
        await pilot.press("a")
        at = app.controls.time_us
        for _ in range(200):
            await pilot.pause(0.02)
            if app.controls.time_us > at + 2_000_000:
                break
        assert app.controls.time_us > at + 2_000_000
        broken_in(app, paused=False)


HANDLERS = ["action_match", "action_move", "_seen", "wanted", "on_mount", "compose"]


@pytest.mark.parametrize("handler", HANDLERS)
async def test_whatever_fails_in_a_view_ends_only_the_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handler: str
) -> None:
    """A key, a watcher, what it wants to see, its size, its beginning."""
    monkeypatch.setattr(LogPanel, handler, boom)
    app = app_in(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("L")
        await pilot.pause()
        await pilot.press("n", "up")
        await pilot.pause()
        assert [text for text in notices(app) if "BoomError: it broke" in text]
        assert names(tmp_path) == RESCUED
        before = app.controls.view(Window()).events
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        await pilot.press(".")
        await pilot.pause()
        assert app.controls.view(Window()).events == before + 1
        broken_in(app)


async def test_a_view_that_does_not_know_its_size_is_open_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has one row then."""
    monkeypatch.setattr(ReservationsPanel, "rows", boom)
    app = app_in(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("r")
        await pilot.pause()
        assert app.screen.query_one(Body).size.height == 1
        assert len(notices(app)) == 1
        broken_in(app)


async def test_what_a_key_does_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network stays, with all that it shows."""
    monkeypatch.setattr(EvtuiApp, "action_heal", boom)
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        await pilot.press("h", "h", "down")
        await pilot.pause()
        assert notices(app)[0].startswith(
            "The action heal failed (BoomError: it broke); the session is"
        )
        assert len(notices(app)) == 1
        assert app.selected == "CP2"
        broken_in(app)


async def test_where_nothing_can_be_written_another_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform's for state; where there is none either, one in the temporary folder."""
    monkeypatch.setattr(OperatorPanel, "lines", boom)
    state, temporary = tmp_path / "state", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for is_there, place in ((True, "state/evtui"), (False, "temporary/*")):
        if not is_there:
            shutil.rmtree(state)
            state.write_text("no folder", encoding="utf-8")
        app = app_in(tmp_path / "nowhere")
        async with app.run_test() as pilot:
            await pilot.press("k", "f")
            await pilot.pause()
            log, trace = (next(tmp_path.glob(f"{place}/{name}")) for name in RESCUED[::2])
            saved = f"the session is saved in {log}, the traceback in {trace}"
            failed = "The view operator failed (BoomError: it broke)"
            assert notices(app) == [f"{failed}; {saved}"]
            broken_in(app)
        assert "crash" in log.read_text(encoding="utf-8")
        assert "BoomError" in trace.read_text(encoding="utf-8")


async def test_what_cannot_be_saved_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No folder at all: the app goes on all the same."""
    monkeypatch.setattr(OperatorPanel, "lines", boom)
    no_folder = tmp_path / "file"
    no_folder.write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(no_folder))
    monkeypatch.setattr(tempfile, "tempdir", str(no_folder))
    app = app_in(tmp_path / "nowhere")
    async with app.run_test() as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert notices(app) == [
            "The view operator failed (BoomError: it broke); the session is not saved"
        ]
        broken_in(app)


async def test_no_disk_is_filled_by_a_bug(tmp_path: Path) -> None:
    """Only so many different errors of a run are written, and the one that ends the app."""
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        for n in range(MAX_RESCUES + 5):
            app.view_failed(f"key {n}", BoomError(f"number {n}"))
        await pilot.pause()
        assert len([name for name in names(tmp_path) if name.endswith(".txt")]) == MAX_RESCUES
        assert len([name for name in names(tmp_path) if name.endswith(".log")]) == 1
        await pilot.press("k")
        await pilot.pause()
        app.save_before_the_end(BoomError("the last"))
        assert app.rescue is not None
        assert app.rescue.log is not None
        assert "crash" in app.rescue.log.read_text(encoding="utf-8")


async def test_an_error_of_the_run_itself_saves_it_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app ends, and says which file reopens what was done."""
    app = app_in(tmp_path, paused=False)

    async def drive() -> None:
        async with app.run_test() as pilot:
            await pilot.press("k")
            await pilot.pause()
            monkeypatch.setattr(app.controls, "go_on", boom)
            for _ in range(100):
                await pilot.pause(0.02)

    with pytest.raises(BoomError):
        await drive()
    assert app.rescue is not None
    assert app.rescue.log == tmp_path / RESCUED[0]
    assert names(tmp_path) == RESCUED
    assert "crash" in (tmp_path / RESCUED[0]).read_text(encoding="utf-8")
    monkeypatch.undo()
    assert main(["replay", str(tmp_path / RESCUED[0])]) == 0


# --- leaving ---------------------------------------------------------------------------------


async def left(app: EvtuiApp, keys: list[str], pilot: Pilot[int]) -> bool:
    """Whether the app has ended after these keys."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    return app._exit


@pytest.mark.parametrize(
    ("keys", "gone", "saved"),
    [
        (["q"], True, False),
        (["k", "q"], False, False),
        (["k", "q", "q"], True, False),
        (["k", "ctrl+q", "ctrl+q"], True, False),
        (["k", "q", "escape"], False, False),
        (["k", "q", "s"], True, True),
        (["k", "q", "enter"], True, True),
        (["k", "s", "q"], True, True),
        (["k", "s", "k", "q"], False, True),
        (["b", "q"], False, False),
        (["k", "z", "q", "q"], True, False),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else str(it),
)
async def test_quit_asks_once_while_something_is_not_kept(
    tmp_path: Path, keys: list[str], gone: bool, saved: bool
) -> None:
    """Who has done nothing, or has saved it, just leaves."""
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        assert await left(app, keys, pilot) is gone
        assert (names(tmp_path) != []) is saved


async def test_the_question_says_what_would_be_lost(tmp_path: Path) -> None:
    """How much was done, in how many branches, and the keys."""
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        await left(app, ["k", "k", "z", "q"], pilot)
        assert isinstance(app.screen, QuitPanel)
        text = " ".join(line.plain for line in app.screen.query_one(Body).shown)
        assert re.search(r"3 things were done by hand in 2 branches", text)


async def test_a_full_disk_keeps_the_app_open(tmp_path: Path) -> None:
    """Save and quit does not quit where it cannot save."""
    app = app_in(tmp_path / "nowhere")
    async with app.run_test() as pilot:
        assert not await left(app, ["k", "q", "s"], pilot)
        assert notices(app)[-1].startswith("Not saved: No such file or directory")


async def test_nobody_is_asked_who_does_not_want_it(tmp_path: Path) -> None:
    """The setting ``confirm_quit``."""
    app = app_in(tmp_path)
    app.confirm_quit = False
    async with app.run_test() as pilot:
        assert await left(app, ["k", "q"], pilot)


@pytest.mark.parametrize("part", ["__init__", "compose", "lines"])
@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_a_question_that_fails_keeps_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, key: str
) -> None:
    """The session is saved, and the key that was pressed leaves, at the second press at last."""
    monkeypatch.setattr(QuitPanel, part, boom)
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        assert await left(app, ["k", key, key], pilot)
        assert names(tmp_path) == RESCUED
        assert "crash" in (tmp_path / RESCUED[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize(("keys", "saved"), [(["k"], True), (["k", "s"], False), ([], False)])
async def test_an_end_from_outside_saves_what_is_not_kept(
    tmp_path: Path, keys: list[str], saved: bool
) -> None:
    """As when the page of a browser is closed: nobody can be asked."""
    app = app_in(tmp_path)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        await app._post_message(ExitApp())
        await pilot.pause()
    assert (tmp_path / RESCUED[0]).exists() is saved
    assert not (tmp_path / RESCUED[2]).exists()


def test_every_view_is_guarded() -> None:
    """No screen or widget of ours is outside the net."""
    from evtui.safety.guarded import Guarded
    from evtui.screens.city import CityScreen
    from evtui.screens.network import NetworkScreen

    assert all(issubclass(it, Guarded) for it in (Panel, Lines, NetworkScreen, CityScreen))
