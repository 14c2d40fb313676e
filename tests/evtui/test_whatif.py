"""What if: futures of an instant, made behind the screen while the app goes on."""

import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from textual.pilot import Pilot

from evtui import cli
from evtui.app import EvtuiApp
from evtui.campaign.engines import beside
from evtui.campaign.order import Task
from evtui.city_app import CityApp
from evtui.screens.panels import Body
from evtui.screens.whatif import WhatIfPanel
from evtui.whatif.desk import SEEDS
from evtui.whatif.futures import Futures
from scenarios.campaign import run_seed
from scenarios.campaign.profiles import CALM
from scenarios.city.session import open_session
from scenarios.loader import load
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.whatif.arms import Arms, arms_of
from tests.evtui.test_snapshots import Compare, settle
from tests.evtui.walk import press

S = 1_000_000
KEYS = (*["down"] * len(SEEDS),)
"""To the fewest seeds."""


def broken(folder: Path | None = None) -> EvtuiApp:
    """A short run whose leader has just been killed by hand."""
    line = Timeline(Session(load("lab-three")))
    line.run(10 * S, 10**9)
    line.act("crash", cp="leader")
    app = EvtuiApp(line, paused=True)
    if folder is not None:
        app.folder = folder
    return app


async def finished(app: EvtuiApp, pilot: Pilot[Any]) -> None:
    """Wait until nothing is left to come, and it is drawn."""
    while app.desk.is_busy or app._looks is not None:
        await pilot.pause(0.05)
    await pilot.pause()


def text_of(app: EvtuiApp) -> str:
    """The panel as it is on the screen."""
    return "\n".join(line.plain for line in app.screen.query_one(Body).shown)


def told(app: EvtuiApp) -> list[str]:
    """What the app has said."""
    return [note.message for note in app._notifications]


async def test_both_arms_are_run_and_shown() -> None:
    """Ten seeds of each; the world stays where it is."""
    app = broken()
    before = app.timeline.session.whole.digest()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", *KEYS)
        text = text_of(app)
        assert "from 00:10.000   without crash cp=leader at 10s" in text
        assert "‹ calm ›" in text
        assert "‹ 10 ›" in text
        await press(pilot, "enter")
        assert "20 runs have begun" in told(app)[0]
        await finished(app, pilot)
        text = text_of(app)
        assert "all 20 runs are done" in text
        for name in ("violated", "not settled", "stalls", "not delivered", "recovered in"):
            assert name in text
        assert text.count("0 of 10") == 4
    assert app.timeline.session.whole.digest() == before


async def test_its_numbers_are_those_of_a_campaign(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same seeds, over the files that it keeps: each run is the same run."""
    app = broken(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", *KEYS, "right", "enter")
        await finished(app, pilot)
        found = app.desk.found()
        assert found is not None
        await press(pilot, "s")
        files = sorted(tmp_path.glob("*.toml"))
        assert [it.name for it in files] == [
            "lab-three-as-it-is-1.toml",
            "lab-three-without-1.toml",
        ]
        assert "evtui campaign" in told(app)[0]
        assert "--seeds 10 --faults network" in told(app)[0]
        futures = app.desk.futures
    assert futures is not None
    for file, arm in zip(files, (found.as_it_is, found.without), strict=True):
        words = ["campaign", str(file), "--seeds", "10", "--faults", "network", "--json"]
        code = cli.main([*words, "--log", str(file.with_suffix(".jsonl"))])
        report = json.loads(capsys.readouterr().out)
        assert code == int(report["failed"] > 0)
        assert arm is not None
        assert arm.costs is not None
        assert report["failed"] == arm.failed
        assert {name: getattr(arm.costs, name) for name in report["costs"]} == report["costs"]
        name = file.stem.removesuffix("-1")
        digests = [finding.digest for finding in futures.findings(name)]
        assert [row["digest"] for row in report["rows"]] == digests
        assert len(set(digests)) == 10, "each seed is a future of its own"


async def test_everything_else_works_meanwhile() -> None:
    """Time runs, people act, the view is closed and opened; what was begun stays what it was."""
    app = broken()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", *KEYS, "enter")
        assert app.desk.is_busy
        events = app.timeline.place.events
        await press(pilot, "full_stop", "full_stop", "escape")
        assert app.timeline.place.events == events + 2
        await press(pilot, "h", "x", "escape", "left_square_bracket")
        assert app.timeline.time_us < S
        assert app.desk.is_busy
        await finished(app, pilot)
        assert told(app) == ["What if: 20 runs, done; W shows them"]
        await press(pilot, "W")
        assert "from 00:10.000, calm, 10 seeds" in text_of(app)
        assert "from 00:00.5" in text_of(app), "what Enter would begin now is of now"


async def test_it_can_be_cancelled() -> None:
    """At once, and nothing goes on behind it; then it can be begun anew."""
    app = broken()
    before = set(multiprocessing.active_children())
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", "up", "up", "up", "enter")
        assert app.desk.setup().seeds == SEEDS[-1]
        while not (found := app.desk.found()) or not found.done:
            await pilot.pause(0.05)
        await press(pilot, "enter")
        assert told(app) == ["Futures are being made already; c cancels them"]
        await press(pilot, "c")
        await finished(app, pilot)
        found = app.desk.found()
        assert found is not None
        assert 0 < found.done < found.total
        assert f"cancelled after {found.done} of {found.total} runs" in text_of(app)
        assert set(multiprocessing.active_children()) <= before
        await press(pilot, "c")
        assert told(app) == ["Nothing is being made"]
        await press(pilot, *KEYS, "enter")
        await finished(app, pilot)
        assert "all 20 runs are done" in text_of(app)


async def test_who_leaves_leaves_nothing_behind() -> None:
    """The processes end with the app."""
    app = broken()
    before = set(multiprocessing.active_children())
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", "enter")
        while not app.desk.found().done:  # type: ignore[union-attr]
            await pilot.pause(0.05)
    assert app.desk.futures is not None
    assert app.desk.futures.wait(60)
    # One that a test before this one has left may still be on its way out.
    patience = time.monotonic() + 60
    while not set(multiprocessing.active_children()) <= before:
        assert time.monotonic() < patience, multiprocessing.active_children()
        time.sleep(0.05)


async def test_where_there_is_no_future() -> None:
    """An ended run says so, and keeps no file; a step back there is one again."""
    line = Timeline(Session(load("lab-three")))
    line.run(10**12, 10**9)
    app = EvtuiApp(line, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W")
        assert "The run has ended; go back to a time that has a future" in text_of(app)
        await press(pilot, "enter")
        assert told(app) == ["The run has ended; go back to a time that has a future"]
        await press(pilot, "s")
        assert told(app) == ["The run has ended; go back to a time that has a future"]
        await press(pilot, "left_square_bracket")
        assert "nothing is broken so far" in text_of(app)


async def test_a_city_has_several_groups() -> None:
    """It is refused in words."""
    session = open_session(load("two-sites"))
    session.run(5 * S, 10**9)
    app = CityApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "enter", "W", "enter")
        assert isinstance(app.screen, WhatIfPanel)
        assert told(app) == ["A what-if is of one group; a city has several"]


async def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    """One line says why."""
    app = broken(tmp_path / "nowhere")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", "s")
        assert told(app) == [f"Not written: No such file or directory: {tmp_path / 'nowhere'}"]


async def test_profiles_go_around_and_seeds_do_not() -> None:
    """Six profiles; 10 to 500 seeds."""
    app = broken()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "W", "left")
        assert "‹ everything ›" in text_of(app)
        await press(pilot, "right", *["up"] * 9)
        assert "‹ calm ›" in text_of(app)
        assert "‹ 500 ›" in text_of(app)


def arms() -> Arms:
    """Of a short run."""
    line = Timeline(Session(load("lab-three")))
    line.run(10 * S, 10**9)
    line.act("crash", cp="leader")
    return arms_of(line.session, line.branch.inputs)


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    """What is finished by then stays."""
    before = set(multiprocessing.active_children())
    futures = Futures(arms(), "calm", 400, jobs=1)
    while not futures.view().done:
        futures.wait(0.05)
    (child,) = set(multiprocessing.active_children()) - before
    child.kill()
    assert futures.wait(20)
    found = futures.view()
    assert found.problem == "a process that made runs was ended from outside"
    assert 0 < found.done < found.total


def test_an_error_of_the_program_is_a_run_that_failed() -> None:
    """The others go on: here a scenario that cannot be."""
    one = arms()
    bad = evolve(one.as_it_is, cps=())
    futures = Futures(evolve(one, as_it_is=bad), "calm", 2, jobs=1)
    assert futures.wait(60)
    found = futures.view()
    assert (found.as_it_is.done, found.as_it_is.failed) == (2, 2)
    assert found.without is not None
    assert found.without.failed == 0
    assert found.as_it_is.costs is None


def test_the_order_of_processes_changes_nothing() -> None:
    """One process or two: the same runs."""
    one = arms()
    here = [run_seed(one.as_it_is, seed, profile=CALM) for seed in range(4)]
    tasks = [Task(one.as_it_is, "calm", (seed,)) for seed in range(4)]
    for jobs in (1, 2):
        found = [it for _, each in beside(tasks, jobs, lambda: False) for it in each]
        assert sorted(found, key=lambda it: it.seed) == here


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_whatif_snapshot(snap_compare: Compare, size: tuple[int, int]) -> None:
    """When all is done."""

    async def run(pilot: Pilot[Any]) -> None:
        await press(pilot, "W", *KEYS, "left", "enter")
        app = pilot.app
        assert isinstance(app, EvtuiApp)
        await finished(app, pilot)
        app.clear_notifications()
        await settle(pilot)

    assert snap_compare(broken(), terminal_size=size, run_before=run)


@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("nothing", lambda: Timeline(Session(load("lab-three")))),
        ("ended", lambda: _ended()),
    ],
    ids=["nothing", "ended"],
)
def test_whatif_before_snapshot(
    snap_compare: Compare, name: str, prepare: Callable[[], Timeline]
) -> None:
    """Before anything was begun; where nothing is broken, and where nothing can be."""
    assert name
    app = EvtuiApp(prepare(), paused=True)
    assert snap_compare(app, press=["W"], terminal_size=(80, 24), run_before=settle)


def _ended() -> Timeline:
    line = Timeline(Session(load("lab-three")))
    line.run(10**12, 10**9)
    return line
