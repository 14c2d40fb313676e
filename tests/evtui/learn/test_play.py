"""Each lesson is played as its text says, and refused when something else is done."""

import re
from pathlib import Path

import pytest

from evtui.learn.app import LessonApp
from evtui.learn.keys import keys_now
from evtui.learn.progress import Store
from evtui.render import lesson as panel
from evtui.widgets.lesson import LEAST
from scenarios.lessons.facts import facts
from scenarios.lessons.library import lesson_of, lessons
from tests.evtui.learn.playing import RUN, app_of, play, press
from tests.evtui.learn.plays import PLAYS, WRONG

ROOT = Path(__file__).resolve().parents[3]
NAMES = [scenario.name for scenario in lessons()]
MISTAKES = [
    pytest.param(name, *mistake, id=f"{name}-{mistake[0]}-{n}")
    for name, mistakes in WRONG.items()
    for n, mistake in enumerate(mistakes)
]


def test_every_lesson_is_played() -> None:
    """All twelve, and of each every step; and something is done wrong in each."""
    assert len(NAMES) == 12
    assert list(PLAYS) == NAMES
    assert list(WRONG) == NAMES
    for scenario in lessons():
        assert len(PLAYS[scenario.name]) == len(lesson_of(scenario).steps)


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


@pytest.mark.parametrize(("name", "step", "keys", "words"), MISTAKES)
async def test_something_else_does_not_do(
    name: str, step: int, keys: tuple[str, ...], words: str, own_data_folder: Path
) -> None:
    """It stays open; where it is spoiled that is said, and from its beginning it can be done."""
    app = app_of(name, own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS[name][: step - 1])
        if step > 1:
            await press(app, pilot, "n")
        began = app.timeline.place
        await press(app, pilot, *keys)
        assert not app.tutor.done
        assert words in app.tutor.spoiled
        assert bool(app.tutor.spoiled) == bool(words)
        await press(app, pilot, "n")
        assert app.tutor.index == step - 1
        await press(app, pilot, "R")
        assert app.timeline.place == began
        assert not app.tutor.spoiled
        await press(app, pilot, *PLAYS[name][step - 1])
        assert app.tutor.done


async def test_the_duel_is_as_it_is_told(own_data_folder: Path) -> None:
    """Five candidates within a tenth of a second; and no ballot is raised by who is cut off."""
    app = app_of("duel", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["duel"][:1])
        rows = app._moment().view.event_rows
        tries = [row for row in rows if row.text.startswith("candidate")]
        assert len({row.subject for row in tries}) == len(tries) == 5
        assert tries[-1].time_us - tries[0].time_us < 100_000
        assert max(f"1.{row.subject}" for row in tries) == app._moment().view.ballot
        await press(app, pilot, "n")
        await play(app, pilot, PLAYS["duel"][1:4], at=1)
        known = app.tutor.began.facts
        loner = next(cp for cp in app._moment().view.cps if cp.id == known["loner"])
        assert loner.promised == known["good_ballot"]


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
        await play(app, pilot, PLAYS["elections"][:1])
        await press(app, pilot, "n")
        app.travel(app.timeline.session.scenario.duration_us)
        await pilot.pause()
        assert not app.tutor.done
        assert app.tutor.spoiled == "The run has ended before this was done."
        await press(app, pilot, "R", *PLAYS["elections"][1])
        assert app.tutor.done
