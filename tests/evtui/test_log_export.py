"""The log as a file: written a part at a time, beside saved sessions, over nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from evtui import taking
from evtui.app import EvtuiApp
from evtui.palette import Actions
from tests.evtui.conftest import session_at
from tests.evtui.log_sample import S, app_at, table, typed
from tests.evtui.test_snapshots import settle


def notices(app: EvtuiApp) -> str:
    """All that was told."""
    return " ".join(note.message for note in app._notifications)


async def written(pilot: Pilot[Any], app: EvtuiApp) -> None:
    """Wait until an export has ended."""
    for _ in range(300):
        await pilot.pause(0.02)
        if app._job is None:
            return
    pytest.fail("it never ended")


async def test_e_writes_the_log_beside_saved_sessions(tmp_path: Path) -> None:
    """The same lines as a run without a terminal writes; twice is two files."""
    app = app_at(250 * S, "leader-crash")
    app.folder = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "e")
        await written(pilot, app)
        first = tmp_path / "leader-crash-log-4m10s.jsonl"
        assert f"Written {first}: {table(app).last} slots" in notices(app)
        expected = "".join(app.controls.log_lines())
        assert first.read_text(encoding="utf-8") == expected
        first.write_text("mine", encoding="utf-8")
        await pilot.press("e")
        await written(pilot, app)
        assert first.read_text(encoding="utf-8") == "mine"
        second = tmp_path / "leader-crash-log-4m10s-2.jsonl"
        assert second.read_text(encoding="utf-8") == expected


async def test_with_a_filter_it_writes_what_fits_and_says_so(tmp_path: Path) -> None:
    """Line by line the same as in the whole log."""
    app = app_at(250 * S, "leader-crash")
    app.folder = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "meter")
        await pilot.press("enter", "e")
        await written(pilot, app)
        (file,) = tmp_path.iterdir()
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) == table(app).matches < table(app).last
        assert all("MeterValues" in json.loads(line)["says"] for line in lines)
        assert f"{len(lines)} of {table(app).last} slots" in notices(app)


async def test_a_long_log_is_written_a_part_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys work meanwhile, what happens meanwhile is not in it, and a second one is refused."""
    monkeypatch.setattr(taking, "SLICE_S", 0.0)  # one line at a time
    app = app_at(100 * S, "leader-crash")
    app.folder = tmp_path
    expected = "".join(app.controls.log_lines())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "e")
        assert app._job is not None
        await pilot.press("e")
        assert "The log is being written already" in notices(app)
        app.travel(110 * S)
        app.act("crash", cp="CP2")
        await written(pilot, app)
        (file,) = tmp_path.iterdir()
        assert file.read_text(encoding="utf-8") == expected


async def test_whoever_leaves_meanwhile_finds_no_half_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken away."""
    monkeypatch.setattr(taking, "SLICE_S", 0.0)
    app = app_at(100 * S)
    app.folder = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "e")
        assert list(tmp_path.iterdir())
        await pilot.press("escape", "q")
        await pilot.pause()
    assert not list(tmp_path.iterdir())


async def test_where_it_cannot_write_it_says_so(tmp_path: Path) -> None:
    """In one sentence."""
    app = app_at(100 * S)
    app.folder = tmp_path / "nowhere"
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "e")
        await settle(pilot)
        assert "Not written: No such file or directory" in notices(app)
        assert app._job is None


async def test_the_palette_knows_it_all() -> None:
    """By their names."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        names = [text for text, _, _ in Actions(app.screen)._actions()]
        assert {
            "Log · L", "Filter log · /", "Copy view · y", "View as SVG · Y",
            "Export the log as JSON",
        } <= set(names)  # fmt: skip
