"""Each lesson is played as its text says, and refused when something else is done."""

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from evtui.learn.app import LessonApp
from evtui.learn.keys import keys_now
from evtui.learn.progress import Store
from evtui.render import lesson as panel
from evtui.widgets.lesson import LEAST
from scenarios.lessons.facts import facts
from scenarios.lessons.library import lesson_of, lessons
from scenarios.log.view import CellState
from tests.evtui.learn.playing import RUN, app_of, play, press, state
from tests.evtui.learn.plays import PLAYS, WRONG
from tests.soaking import one_in

ROOT = Path(__file__).resolve().parents[3]
NAMES = [scenario.name for scenario in lessons()]


def test_every_lesson_is_played() -> None:
    """All twelve, and of each every step; and something is done wrong in each step."""
    assert len(NAMES) == 12
    assert list(PLAYS) == NAMES
    assert list(WRONG) == NAMES
    for scenario in lessons():
        steps = len(lesson_of(scenario).steps)
        assert len(PLAYS[scenario.name]) == steps
        assert {step for step, *_ in WRONG[scenario.name]} == set(range(1, steps + 1))


def has_room(app: LessonApp) -> None:
    """All of a text is seen in 80×24, and nothing in it was left to be filled in."""
    rows = panel.lines(app.tutor.standing(), keys_now(None), [("n", "next"), ("T", "fold")], 80)
    assert len(rows) <= LEAST, "\n".join(row.plain for row in rows)
    assert all(row.width == 80 for row in rows)
    assert not re.search(r"\?\w|[{}]", "".join(row.plain for row in rows))


@pytest.mark.parametrize("name", NAMES)
async def test_a_lesson_is_done_by_what_it_says(name: str, own_data_folder: Path) -> None:
    """The keys of each step do it, none is done before, at the end it is kept; texts have room."""
    app = app_of(name, own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS[name], look=has_room)
        assert app.tutor.complete
        assert Store(own_data_folder).done(name)
        assert Store(own_data_folder).way(name) is None
        await press(app, pilot, "n")
    assert app.leads_on
    assert app.return_value == 0


@pytest.mark.parametrize("name", one_in(2, NAMES))
async def test_something_else_does_not_do(name: str, own_data_folder: Path) -> None:
    """It stays open; where it is spoiled that is said, and from its beginning it can be done."""
    app = app_of(name, own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        for index, right in enumerate(PLAYS[name]):
            assert app.tutor.index == index
            began = app.timeline.place
            for _, keys, words in (it for it in WRONG[name] if it[0] == index + 1):
                await refused(app, pilot, keys, words)
                if not app._at_beginning:
                    await press(app, pilot, "R")
                assert (app.timeline.place, app.tutor.index) == (began, index)
                assert not app.tutor.spoiled
            await press(app, pilot, *right)
            assert app.tutor.done, f"step {index + 1} is not done: {state(app)}"
            if not app.tutor.complete:
                await press(app, pilot, "n")


async def refused(app: LessonApp, pilot: Pilot[int], keys: tuple[str, ...], words: str) -> None:
    """The keys do not do, and are answered by these words; the next step does not come."""
    index = app.tutor.index
    await press(app, pilot, *keys)
    about = f"step {index + 1}, {keys}: {state(app)}"
    assert not app.tutor.done, about
    assert words in app.tutor.spoiled, about
    assert bool(app.tutor.spoiled) == bool(words), about
    await press(app, pilot, "n")
    assert app.tutor.index == index


async def test_back_to_the_step_in_which_something_was_broken(own_data_folder: Path) -> None:
    """Who is where a step began goes to the step before, as it was then; at the first one no more.

    What was done since is in its branch.
    """
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:2])
        selected = app.selected
        await press(app, pilot, "n", *PLAYS["elections"][2], "n")
        assert app.tutor.index == 3
        assert ("R", "before") in app.menu()
        await press(app, pilot, "R")
        assert app.tutor.index == 2
        assert app.controls.view().leader == app.tutor.began.facts["leader"] == "CP3"
        assert app.selected == selected
        await press(app, pilot, "R", "R")
        assert (app.tutor.index, app.controls.time_us) == (0, 0)
        await press(app, pilot, "R")
        assert app.tutor.index == 0
        assert "E twice begins it anew" in str(list(app._notifications)[-1].message)
        await play(app, pilot, PLAYS["elections"])
        assert app.tutor.complete


async def test_the_duel_is_as_it_is_told(own_data_folder: Path) -> None:
    """Each of two wins, and is outbid before anything is chosen; the last ballot stands.

    And no ballot is raised by who is cut off.
    """
    app = app_of("duel", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["duel"][:1])
        rows = app._moment().view.event_rows
        told = [
            (
                row.subject,
                row.text.partition(":")[0],
                row.text.partition("ballot ")[2].split(";")[0],
            )
            for row in rows
            if row.text.startswith(("leader:", "follower:"))
        ]
        assert told == [
            ("CP1", "leader", "1.CP1"), ("CP1", "follower", "2.CP2"),
            ("CP2", "leader", "2.CP2"), ("CP2", "follower", "3.CP1"),
            ("CP1", "leader", "3.CP1"), ("CP1", "follower", "4.CP2"),
            ("CP2", "leader", "4.CP2"),
        ]  # fmt: skip
        view = app._moment().view
        assert view.ballot == "4.CP2"
        assert {c.ballot for r in view.log for c in r.cells if c.state >= CellState.CHOSEN} == {
            "4.CP2"
        }
        await press(app, pilot, "n")
        await play(app, pilot, PLAYS["duel"][1:4], at=1)
        known = app.tutor.began.facts
        loner = next(cp for cp in app._moment().view.cps if cp.id == known["loner"])
        assert loner.promised == known["good_ballot"]


async def test_the_recovery_is_as_it_is_told(own_data_folder: Path) -> None:
    """The slot was accepted by a quorum, chosen for nobody, and is proposed again, higher."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:3])
        known = app.tutor.began.facts
        row = app._moment().view.log[-1]
        assert row.slot == int(known["open_slot"])
        held = [cell.ballot for cell in row.cells if cell.state is CellState.ACCEPTED]
        assert len(held) >= 3
        assert set(held) == {known["first_ballot"]}
        await press(app, pilot, "n", RUN)
        view = app._moment().view
        told = [row.text for row in view.event_rows if "to propose again" in row.text]
        assert told == [f"leader: a quorum promised ballot {view.ballot}; 1 slot to propose again"]
        cells = next(r.cells for r in view.log if r.slot == row.slot)
        assert {c.ballot for c in cells if c.state is CellState.APPLIED} == {view.ballot}


async def test_the_snapshot_is_as_it_is_told(own_data_folder: Path) -> None:
    """There are slots behind it, and they follow."""
    app = app_of("snapshots", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["snapshots"][:5])
        view = app._moment().view
        told = next(row.text for row in view.event_rows if "installed a snapshot" in row.text)
        assert int(re.findall(r"\d+", told)[0]) < view.log_last


async def test_who_is_taken_away_late_misses_what_comes_then(own_data_folder: Path) -> None:
    """Whenever the crash comes, what is missed is counted from there, and the lesson goes on."""
    app = app_of("snapshots", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["snapshots"][:1])
        await press(app, pilot, "n", *["]"] * 6)
        last = app._moment().view.log_last
        await press(app, pilot, *PLAYS["snapshots"][1])
        assert f"The first slot that it misses is {last + 1}." in app.tutor.standing().after
        await press(app, pilot, "n")
        await play(app, pilot, PLAYS["snapshots"][2:], at=2)
        assert app.tutor.complete


async def test_who_has_been_cut_off_misses_something_and_is_sent_it(own_data_folder: Path) -> None:
    """It has not heard while nothing has passed between it and the others."""
    app = app_of("cut-off", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["cut-off"][:4])
        old = app.tutor.began.facts["old"]

        def applied() -> int:
            return next(cp.applied_slot for cp in app._moment().view.cps if cp.id == old)

        before = applied()
        assert before < app._moment().view.log_last
        await press(app, pilot, "n", "h")
        assert not app.tutor.done
        await press(app, pilot, RUN)
        assert applied() > before


async def test_the_hole_is_as_it_is_told(own_data_folder: Path) -> None:
    """Empty at all that live, on CP5's disk alone; slots behind it stand at CP4."""
    app = app_of("holes", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["holes"][:1])
        view = app._moment().view
        rows = {row.slot: [bool(cell.state) for cell in row.cells] for row in view.log}
        hole = int(facts(view)["hole_slot"])
        assert rows[hole] == [False, False, False, False, True]
        assert rows[view.log_last] == [False, False, False, True, True]


async def test_the_lesson_in_the_documents_can_be_done(
    own_data_folder: Path, tmp_path: Path
) -> None:
    """As it is printed, by the keys that its text names."""
    text = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(text.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    app = app_of(str(file), own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, [(RUN,), ("p", "4", "enter"), (RUN,)])
        assert app.tutor.complete


async def test_nothing_is_done_by_waiting(own_data_folder: Path) -> None:
    """Where nobody does what is asked the step stays open, and at the end that is said."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:4])
        await press(app, pilot, "n")
        app.travel(app.timeline.session.scenario.duration_us)
        await pilot.pause()
        assert not app.tutor.done
        assert app.tutor.spoiled == "The run has ended before this was done."
        await press(app, pilot, "R", *PLAYS["elections"][4])
        assert app.tutor.done
