"""The text panel: what it says, where it stands, its keys; what a person presses there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from textual.pilot import Pilot

from evtui.actions import ACTIONS
from evtui.learn.actions import LESSON_ACTIONS
from evtui.learn.app import LessonApp
from evtui.learn.chooser import Chooser
from evtui.learn.keys import keys_now
from evtui.learn.progress import Store
from evtui.screens.help import HelpPanel
from evtui.themes import DARK, LIGHT
from evtui.widgets.lesson import LessonPanel
from scenarios.lessons import words
from scenarios.lessons.library import lesson_of, lessons
from scenarios.lessons.moment import Deed, Looked
from scenarios.lessons.tutor import Tutor
from tests.evtui.learn.playing import RUN, app_of, play, press, run
from tests.evtui.learn.plays import PLAYS, WRONG
from tests.evtui.learn.test_progress import WAY
from tests.evtui.test_snapshots import Pinned

Compare = Callable[..., bool]
KNOWN = {action.id: action.shown.split()[0] for action in (*ACTIONS, *LESSON_ACTIONS)}


def test_no_key_of_a_lesson_is_taken() -> None:
    """Each is free on the network's screen, and no id stands twice."""
    taken = {key for action in ACTIONS for key in action.keys.split(",")}
    assert not taken & {action.keys for action in LESSON_ACTIONS}
    assert len(KNOWN) == len(ACTIONS) + len(LESSON_ACTIONS)


def test_every_key_that_a_text_names_is_one() -> None:
    """``{key:…}`` names an action of the registry."""
    for scenario in lessons():
        for step in lesson_of(scenario).steps:
            texts = (step.says, step.task, step.hint, step.after, *(it.says for it in step.spoils))
            for text in texts:
                unknown = [key for key in words.keys(text) if key not in KNOWN]
                assert unknown == [], f"{scenario.name}: {text}"


def shown(app: LessonApp) -> str:
    """What the panel shows."""
    return "\n".join(line.plain for line in app._network.query_one(LessonPanel).shown)


async def test_a_hint_comes_when_it_is_asked_for(own_data_folder: Path) -> None:
    """And goes; a step without one says so."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        hint = "EV2 is plugged in at CP2 after eight seconds."
        assert hint not in shown(app)
        await press(app, pilot, "I")
        assert hint in shown(app)
        await press(app, pilot, "I")
        assert hint not in shown(app)


@pytest.mark.parametrize("name", WRONG)
async def test_a_warning_always_has_room(
    name: str, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the hint beside it the text gives way: task, hint and warning are whole."""
    app, usual = app_of(name, own_data_folder), Tutor.standing
    async with app.run_test(size=(80, 24)) as pilot:
        for step in app.lesson.steps:
            spoils = max((it.says for it in step.spoils), key=len, default="")
            asked = evolve(
                app.tutor.standing(),
                says=step.says,
                task=step.task,
                hint=step.hint,
                spoiled=spoils,
            )
            monkeypatch.setattr(Tutor, "standing", lambda _self, asked=asked, **_: asked)
            app.take_picture()
            await layout(pilot)
            monkeypatch.setattr(Tutor, "standing", usual)
            text = shown(app)
            signs = [line[:2] for line in text.splitlines()]
            assert signs.count(" ▶") == 1
            assert signs.count(" ✗") == bool(spoils)
            assert not spoils or "where this step began" in " ".join(text.split()), text


async def layout(pilot: Pilot[Any]) -> None:
    """Let sizes follow what is shown."""
    for _ in range(3):
        await pilot.pause()


async def test_the_text_folds(own_data_folder: Path) -> None:
    """What is to be done stays; the network has the rows."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        before = app._network.query_one(LessonPanel).size.height
        await press(app, pilot, "T")
        assert "run until EV2 charges" in shown(app)
        assert "Two EVs come to charge" not in shown(app)
        assert app._network.query_one(LessonPanel).size.height == 2 < before
        await press(app, pilot, "T")
        assert app._network.query_one(LessonPanel).size.height == before


async def test_the_keys_are_those_that_are_bound_now(own_data_folder: Path) -> None:
    """A keymap changes what the text says, and what has to be pressed."""
    app = app_of("elections", own_data_folder)
    app.set_keymap({"pause": "f5", "lesson_next": "f6"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.take_picture()
        assert keys_now(app._network)["pause"] == "F5"
        assert "Press F5: run until" in shown(app)
        await pilot.press("space")
        await pilot.pause()
        assert app.paused
        await pilot.press("f5")
        for _ in range(500):
            await pilot.pause(0.02)
            if app.paused:
                break
        assert app.tutor.done
        assert "F6 leads to the next step" in shown(app)
        await press(app, pilot, "f6")
        assert app.tutor.index == 1


async def test_a_key_can_be_clicked_on(own_data_folder: Path) -> None:
    """In the text as in the line of keys; beside it a click does nothing."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = shown(app).splitlines()
        await pilot.click("LessonPanel", offset=(rows[0].index("T fold"), 0))
        await pilot.pause()
        assert "Two EVs" not in shown(app)
        await pilot.click("LessonPanel", offset=(1, 0))
        await pilot.pause()
        assert "Two EVs" not in shown(app)
        rows = shown(app).splitlines()
        y = next(n for n, row in enumerate(rows) if "Press space" in row)
        await pilot.click("LessonPanel", offset=(rows[y].index("space") + 1, y))
        await pilot.pause(0.1)
        assert app.controls.time_us > 0


async def test_where_it_stands(own_data_folder: Path) -> None:
    """Above the network, and beside it where there is room; after a resize, too."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        box = app._network.query_one(LessonPanel)
        await pilot.pause()
        assert (box.region.x, box.region.y, box.size.width) == (0, 2, 80)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert (box.region.y, box.region.right, box.size.width) == (0, 200, 56)
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert (box.region.x, box.region.y, box.size.width) == (0, 2, 120)


@pytest.mark.parametrize("size", [(60, 15), (40, 8), (80, 24), (100, 29), (300, 100)])
async def test_at_any_size_the_task_is_seen(size: tuple[int, int], own_data_folder: Path) -> None:
    """The text gives way, and the run keeps rows of its own."""
    app = app_of("duel", own_data_folder)
    async with app.run_test(size=size) as pilot:
        await layout(pilot)
        box = app._network.query_one(LessonPanel)
        rows = shown(app).splitlines()[: box.region.height]
        assert any(row.startswith(" ▶") for row in rows)
        assert box.region.height <= size[1] // 2 or box.has_class("-beside")


async def test_time_stands_at_once(own_data_folder: Path) -> None:
    """A call of the timer that was on its way when the step was done moves nothing."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await run(app, pilot)
        done = app.timeline.place
        app._pump()
        assert app.timeline.place == done


async def test_anew_selects_as_at_first(own_data_folder: Path) -> None:
    """Whatever was selected meanwhile."""
    app = app_of("holes", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        first = app.selected
        await press(app, pilot, "CP3", "E", "E")
        assert app.selected == first
    app = app_of("snapshots", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, pilot, "CP3", "E", "E")
        assert app.selected == "CP5"


async def test_what_is_seen_in_a_view_is_told_when_it_is_closed(own_data_folder: Path) -> None:
    """The text stands behind the view, so nothing is ticked before."""
    app = app_of("slots", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["slots"][:3])
        await press(app, pilot, "n", "L")
        app.take_picture()
        assert not app.tutor.done
        await press(app, pilot, "escape")
        assert app.tutor.done


async def test_next_goes_on_from_where_the_step_was_done(own_data_folder: Path) -> None:
    """Whatever was done afterwards stays in a branch, and the next step begins as it should."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["elections"][:1])
        done = app.timeline.place
        await press(app, pilot, "k", "]")
        assert app.timeline.place > done
        await press(app, pilot, "n")
        assert app.timeline.place == done
        assert len(app.timeline.branches) == 2
        await press(app, pilot, *PLAYS["elections"][1])
        assert app.tutor.done


async def test_where_a_step_is_done_does_not_hang_on_the_wall_clock(own_data_folder: Path) -> None:
    """At two speeds it is the same instant."""
    places = []
    for speed in (0.0, 200.0):
        app = app_of("elections", own_data_folder, anew=True)
        app.pace.speed = speed
        async with app.run_test(size=(80, 24)) as pilot:
            await run(app, pilot)
            places.append((app.timeline.place, app.timeline.session.whole.digest()))
    assert places[0] == places[1]


async def test_who_leaps_on_comes_no_farther(own_data_folder: Path) -> None:
    """Ten seconds on end where the step is done, at the same instant as by running there."""
    places = []
    for key in ("]", RUN):
        app = app_of("elections", own_data_folder, anew=True)
        async with app.run_test(size=(80, 24)) as pilot:
            await play(app, pilot, PLAYS["elections"][:3])
            await press(app, pilot, "n", key)
            assert app.tutor.done
            places.append((app.timeline.place, app.timeline.session.whole.digest()))
            await press(app, pilot, "]")
            assert app.controls.time_us == places[-1][0].time_us + 10_000_000
    assert places[0] == places[1]


async def test_the_help_has_the_keys_of_a_lesson(own_data_folder: Path) -> None:
    """A page of their own, before the others; time stands meanwhile."""
    app = app_of("elections", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, pilot, "question_mark")
        assert isinstance(app.screen, HelpPanel)
        assert Deed(Looked.OPENED, "help") in app.tutor.deeds
        text = "\n".join(line.plain for line in app.screen.query("Body").first().shown)
        for action in LESSON_ACTIONS:
            assert action.title in text
        await press(app, pilot, "escape")


async def test_a_lesson_ends_well_whatever_happened(own_data_folder: Path) -> None:
    """Also where an invariant is violated, which is what one lesson is about."""
    app = app_of("leases", own_data_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, PLAYS["leases"][:7])
        assert app.controls.view().violation
        await press(app, pilot, "q")
    assert app.return_value == 0
    assert not app.leads_on


async def settle(pilot: Pilot[Any]) -> None:
    """Five EVs charge, the script has made CP5 lead; ask for the hint, and do the wrong thing."""
    app = pilot.app
    assert isinstance(app, LessonApp)
    app.travel(12_000_000)
    await press(app, pilot, "I", "CP2", "k")
    app.clear_notifications()
    await layout(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_pictures(
    snap_compare: Compare,
    size: tuple[int, int],
    theme: str,
    own_data_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A step with its hint, spoiled: above the network and beside it, dark and light."""
    monkeypatch.setattr("evtui.learn.course.open_session", Pinned)
    app = app_of("holes", own_data_folder)
    app.theme = theme
    assert snap_compare(app, terminal_size=size, run_before=settle)


async def choose(pilot: Pilot[Any]) -> None:
    """The third lesson."""
    await pilot.press("down", "down")
    await pilot.pause()


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_the_list_of_lessons(snap_compare: Compare, theme: str) -> None:
    """One done, one begun."""
    Store().finish("ballots")
    Store().leave("slots", WAY)
    app = Chooser(lessons(), Store())
    app.theme = theme
    assert snap_compare(app, terminal_size=(80, 24), run_before=choose)
