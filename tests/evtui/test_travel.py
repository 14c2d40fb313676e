"""Time travel in the app: each key by what it does to the real run; sessions kept and opened."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from evtui.actions import ACTIONS
from evtui.app import EvtuiApp
from evtui.opening import app_of, app_of_kept
from evtui.render import course as course_page
from evtui.screens.bookmarks import BookmarksPanel
from evtui.screens.branches import BranchesPanel
from evtui.session_replay import read_kept
from evtui.widgets.panes import Header
from scenarios.course import BranchView
from scenarios.loader import load
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui.conftest import MINUTE_US
from tests.evtui.walk import press
from tests.soaking import early

S = 1_000_000
EVTUI = [sys.executable, "-m", "evtui.cli"]


def app_at(time_us: int, folder: Path | None = None) -> EvtuiApp:
    """A paused app on a run from its beginning to a time."""
    line = Timeline(Session(load("ten-minutes"), 7))
    while not line.run(time_us, 1_000_000):
        pass
    app = EvtuiApp(line, paused=True)
    if folder is not None:
        app.folder = folder
    return app


def text_of(app: EvtuiApp) -> str:
    """The header as it is on the screen."""
    return "\n".join(line.plain for line in app.screen.query_one(Header)._lines)


async def test_back_and_step() -> None:
    """One event each."""
    app = app_at(65 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        events, digest = app.timeline.place.events, app.timeline.session.whole.digest()
        await press(pilot, "comma", "comma", "comma")
        assert app.timeline.place.events == events - 3
        assert app.picture is not None
        assert app.picture.view.events == events - 3
        await press(pilot, "full_stop", "full_stop", "full_stop")
        assert app.timeline.session.whole.digest() == digest


async def test_leaps_and_edges() -> None:
    """Ten seconds, the beginning, as far as it was run; beyond it is run."""
    app = app_at(65 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "left_square_bracket")
        assert app.timeline.time_us == 55 * S
        assert "past, until 01:05" in text_of(app)
        await press(pilot, "g")
        assert app.timeline.time_us == 0
        await press(pilot, "comma")
        assert [note.message for note in app._notifications] == ["This is the beginning"]
        await press(pilot, "G")
        assert app.timeline.time_us == 65 * S
        assert "past" not in text_of(app)
        await press(pilot, "right_square_bracket")
        assert app.timeline.time_us == 75 * S
        assert app.paused


async def test_going_back_stops_the_clock_and_space_runs_on() -> None:
    """The same course, not a new one."""
    app = app_at(65 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_paused(False)
        await press(pilot, "left_square_bracket")
        assert app.paused
        await press(pilot, "space")
        assert not app.paused
        assert len(app.timeline.branches) == 1


async def test_a_click_on_the_line_of_time_and_a_drag() -> None:
    """To the time under the pointer."""
    app = app_at(5 * MINUTE_US)
    async with app.run_test(size=(80, 24)) as pilot:
        from evtui.render.header import track_place

        assert app.picture is not None
        start, cells = track_place(app.picture.view, app.picture.drive, 80)
        await pilot.mouse_down(Header, offset=(start, 0))
        await pilot.pause()
        assert app.timeline.time_us == 0
        await pilot.hover(Header, offset=(start + cells // 4, 0))
        await pilot.pause()
        await pilot.mouse_up(Header, offset=(start + cells // 4, 0))
        await pilot.pause()
        assert app.timeline.time_us == course_page.time_of(cells // 4, 600 * S, cells)
        await pilot.click(Header, offset=(2, 0))
        assert app.timeline.time_us == course_page.time_of(cells // 4, 600 * S, cells)


async def test_acting_in_the_past_branches_and_the_tree_leads_back() -> None:
    """Nothing is lost."""
    app = app_at(200 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "k")
        app.timeline.run(230 * S, 1_000_000)
        digest = app.timeline.session.whole.digest()
        await press(pilot, *["left_square_bracket"] * 8)
        await press(pilot, "down", "k")
        assert len(app.timeline.branches) == 2
        assert "branch 2 of 2" in text_of(app)
        assert "╋" in text_of(app)
        await press(pilot, "t")
        assert isinstance(app.screen, BranchesPanel)
        await press(pilot, "up", "enter")
        assert app.timeline.number == 1
        await press(pilot, "G")
        assert app.timeline.session.whole.digest() == digest


async def test_undo_and_redo() -> None:
    """The same run without it, at the same time; and with it again."""
    app = app_at(200 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        calm = app.timeline.session.whole.digest()
        await press(pilot, "z")
        assert "Nothing was done by hand" in next(iter(app._notifications)).message
        await press(pilot, "k")
        struck = app.timeline.session.whole.digest()
        assert struck != calm
        await press(pilot, "z")
        assert app.timeline.session.whole.digest() == calm
        assert app.picture is not None
        assert app.picture.view.cps[0].status == "alive"
        await press(pilot, "Z")
        assert app.timeline.session.whole.digest() == struck
        await press(pilot, "Z")
        assert [note.message for note in app._notifications] == ["Nothing was undone"]


async def test_the_tree_says_what_was_done_by_hand_in_the_first_branch() -> None:
    """It is not the scenario alone."""
    app = app_at(200 * S)
    async with app.run_test(size=(120, 36)) as pilot:
        assert app.picture is not None
        for said in ("the scenario", "the scenario, 1 done by hand"):
            assert app.picture.course is not None
            rows = course_page.branch_rows(app.picture.course, 0, (120, 9))
            assert rows[1].plain.rstrip().endswith(f"  {said}")
            await press(pilot, "k")


async def test_bookmarks() -> None:
    """Set one, go away, come back."""
    app = app_at(90 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b", "g")
        assert "◆" in text_of(app)
        await press(pilot, "B")
        assert isinstance(app.screen, BookmarksPanel)
        await press(pilot, "enter")
        assert app.timeline.time_us == 90 * S


async def made_by_hand(folder: Path) -> EvtuiApp:
    """Crash the leader at 3:20, cut CP2–CP4 one way, go back, branch; then save."""
    app = app_at(200 * S, folder)
    async with app.run_test(size=(80, 24)) as pilot:
        app.act("crash", cp="leader")
        app.timeline.run(210 * S, 1_000_000)
        app.act("cut_oneway", a="CP2", b="CP4")
        app.timeline.run(240 * S, 1_000_000)
        await press(pilot, *["left_square_bracket"] * 6)
        await press(pilot, "k")
        app.timeline.run(260 * S, 1_000_000)
        await press(pilot, "s")
        assert [note.message[:5] for note in app._notifications] == ["Saved"]
    return app


async def test_a_session_is_kept_and_replays_in_another_process(tmp_path: Path) -> None:
    """Both files, to the same digests; and nothing is overwritten."""
    app = await made_by_hand(tmp_path)
    app.timeline.go_to_end()
    digest = app.timeline.session.whole.digest()
    assert sorted(it.name for it in tmp_path.iterdir()) == [
        "ten-minutes-1.log",
        "ten-minutes-1.toml",
    ]
    for name, branches in (("ten-minutes-1.toml", 1), ("ten-minutes-1.log", 2)):
        done = subprocess.run(
            [*EVTUI, "replay", str(tmp_path / name), "--json"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert len(found["branches"]) == branches
        assert found["branches"][-1]["digest"] == digest
        assert found["same"]
    await made_by_hand(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


async def test_a_kept_session_is_opened_as_it_was_left(tmp_path: Path) -> None:
    """The scenario with its one branch, the log with all."""
    app = await made_by_hand(tmp_path)
    digest, time_us = app.timeline.session.whole.digest(), app.timeline.time_us
    scenario = load(str(tmp_path / "ten-minutes-1.toml"))
    assert scenario.saved is not None
    assert (scenario.saved.digest, len(scenario.inputs)) == (digest, 1)
    alone = app_of(scenario, None)
    assert alone.paused
    assert (alone.timeline.time_us, alone.timeline.session.whole.digest()) == (time_us, digest)
    assert alone.picture is not None
    assert alone.picture.view.time_us == time_us
    kept = read_kept(str(tmp_path / "ten-minutes-1.log"))
    again = app_of_kept(kept)
    assert [it.why for it in again.timeline.branches.values()] == ["", "crash cp=CP1"]
    assert (again.timeline.time_us, again.timeline.session.whole.digest()) == (time_us, digest)
    again.timeline.switch(1)
    again.timeline.go_to_end()
    assert again.timeline.session.whole.digest() == kept.courses[0].saved.digest


def replayed(tmp_path: Path, name: str, text: str) -> tuple[int, str]:
    """What evtui replay says of a file of this text."""
    path = tmp_path / name
    path.write_text(text)
    done = subprocess.run([*EVTUI, "replay", str(path)], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr + done.stdout


async def test_a_damaged_or_foreign_file_is_told(tmp_path: Path) -> None:
    """One clear line with file, line, found and allowed; exit code 2, or 1 for another run."""
    await made_by_hand(tmp_path)
    log = (tmp_path / "ten-minutes-1.log").read_text()
    toml = (tmp_path / "ten-minutes-1.toml").read_text()
    wrong: list[tuple[str, str, int, str]] = [
        ("foreign.log", "hello\n", 2, "syntax"),
        ("empty.log", "", 2, "duration"),
        ("short.log", log[: len(log) // 2], 2, "allowed"),
        ("verb.log", log.replace(" cut_oneway {", " cut_everything {"), 2, "a verb of the script"),
        ("args.log", log.replace('{"a": "CP2"', '{"a": CP2'), 2, "session: found"),
        ("shown.log", log.replace("shown 2", "shown 9"), 2, "one of the branches 1, 2"),
        ("more.log", log + "shown 2\n", 2, "the end of the file"),
        ("digest.log", log.replace("digest ", "digest 0")[:-1], 2, "session: found"),
        ("other.toml", toml.replace('cp = "CP1"', 'cp = "CP2"'), 1, "ANOTHER RUN"),
        ("plain.toml", toml.split("[session]")[0] + "[site]\n", 2, "allowed"),
        ("scenario.toml", 'duration = "10s"\ncps = 3\n', 2, "without a [session] table"),
        ("bad.toml", toml.replace('digest = "', 'digest = "x'), 2, "digest"),
    ]
    for name, text, code, words in wrong:
        found, said = replayed(tmp_path, name, text)
        assert (name, found) == (name, code), said
        assert words in said, (name, said)


def test_the_tree_of_branches() -> None:
    """Each below the one that it left."""
    views = tuple(
        BranchView(number, parent, 0, 0, 0, "", number == 3)
        for number, parent in ((1, 0), (2, 1), (3, 2), (4, 1))
    )
    drawn = [f"{lines}{it.number}" for lines, it in course_page.tree(views)]
    assert drawn == ["1", "├─ 2", "│  └─ 3", "└─ 4"]


KEYS = (
    *(key for it in ACTIONS if it.id not in ("quit", "palette") for key in it.keys.split(",")),
    *("enter", "enter", "escape", "escape", "escape", "tab", "slash", "1", "3", "d", "c", "n", "i"),
)
"""All that opens something or does something; often back, or all would happen in one panel."""
RUNS = ("ten-minutes", "leader-crash", "bakery-oven", "lease-reads", "two-sites")


async def hammer(seed: int, presses: int, folder: Path) -> EvtuiApp:
    """Random keys and clicks over all screens."""
    random = Random(seed)
    app = app_of(load(RUNS[seed % len(RUNS)]), None)
    app.folder = folder
    async with app.run_test(size=random.choice(((80, 24), (120, 36), (200, 60)))) as pilot:
        for _ in range(presses):
            key = random.choice(KEYS)
            if key in ("s", "Y") and random.random() < 0.95:
                continue
            if random.random() < 0.05:
                width, height = app.size
                await pilot.click(offset=(random.randrange(width), random.randrange(height)))
            else:
                await pilot.press(key)
        app.set_paused(True)
        await pilot.pause()
    return app


@pytest.mark.parametrize("seed", early(1, range(2)))
async def test_random_keys_raise_nothing_and_replay(seed: int, tmp_path: Path) -> None:
    """What was done by them replays to the same digest, in every branch."""
    await is_replayed(seed, 150, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 42))
async def test_twenty_thousand_random_keys(seed: int, tmp_path: Path) -> None:
    """Forty times five hundred."""
    await is_replayed(seed, 500, tmp_path)


async def is_replayed(seed: int, presses: int, folder: Path) -> None:
    """Hammer, keep, and do it all again."""
    from scenarios.session_file import keep, read_log, replay, to_log

    app = await hammer(seed, presses, folder)
    kept = keep(app.timeline)
    again = read_log(to_log(kept), "kept.log")
    for each in again.courses:
        number = each.branch.number
        assert replay(again.only(number), number).same, (seed, number)


def test_a_session_that_was_run_before_begins_where_it_is(
    make_app: Callable[..., EvtuiApp],
) -> None:
    """An app on a session that was run before begins its line of time there."""
    app = make_app(60 * S)
    app.timeline.go(0)
    assert app.timeline.time_us == 60 * S
