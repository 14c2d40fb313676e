"""The faults panel and its entries of the palette, by keys and mouse: each does it, z undoes it."""

from collections.abc import Callable
from random import Random

import attrs
import pytest
from textual.pilot import Pilot

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render.fault_draft import Draft, Item, first_draft
from evtui.render.fault_entries import entries
from evtui.render.fault_kinds import GROUPS
from evtui.render.fault_page import page
from evtui.screens.faults import FaultsPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.city.session import CitySession
from scenarios.journal import Input
from scenarios.loader import load, loads
from scenarios.session import Session
from scenarios.session_file import keep, read_log, replay, to_log
from scenarios.timeline import Timeline
from scenarios.view import View, Window
from scenarios.writer import to_toml
from tests.evtui.faulty import FILE, S, breakable, look
from tests.evtui.test_snapshots import Pinned, app_on, settle, troubled
from tests.evtui.walk import press
from tests.soaking import early

MOTION = ("‖ paused", "")
SIZES = [(80, 24), (120, 36), (200, 60)]


def digest(app: EvtuiApp) -> str:
    """Over all that has happened."""
    return app.timeline.session.whole.digest()


def journal(app: EvtuiApp) -> list[Input]:
    """What was done by hand in the branch that is shown."""
    return app.timeline.branch.inputs


def draft_of(app: EvtuiApp) -> Draft:
    """What the panel has chosen."""
    panel = app.screen
    assert isinstance(panel, FaultsPanel)
    assert panel._draft is not None
    return panel._draft


def seen(app: EvtuiApp) -> View:
    """What the panel sees."""
    picture = app.screen.query_one(Body).picture
    assert picture is not None
    assert picture.view.faults is not None
    return picture.view


def item(app: EvtuiApp) -> Item:
    """What the cursor stands on."""
    return draft_of(app).item(seen(app))


async def opened(pilot: Pilot[int]) -> None:
    """Open the panel."""
    await settle(pilot)
    await press(pilot, "F")
    await settle(pilot)


# --- what is drawn ---------------------------------------------------------------------------


def drawn(view: View, draft: Draft, size: tuple[int, int] = (78, 22)) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    lines, spots = page(view, draft, size, MOTION)
    assert {line.width for line in lines if line.spans} == {size[0]}
    assert len(lines) <= size[1]
    assert all(0 <= it.start < it.end <= size[0] and 0 <= it.y < len(lines) for it in spots)
    return [line.plain for line in lines]


@pytest.mark.parametrize("size", [(78, 22), (118, 32), (198, 56)])
def test_all_rows_and_what_is_on_have_room(size: tuple[int, int]) -> None:
    """Every fault by its name, and each group's part of it at 80 columns; a click finds each."""
    session = breakable()
    session.act("fill_disk", cp="CP2")
    view = look(session)
    draft = first_draft(view, "CP1")
    texts, found = "", set()
    for group in GROUPS:
        here = draft.at_group(view, group)
        texts += "\n".join(drawn(view, here, size))
        found |= {it.item for it in page(view, here, size, MOTION)[1]}
    names = {it.row.kind.name for it in draft.items(view) if it.row is not None}
    assert not [name for name in names if name not in texts]
    assert found == set(range(len(draft.items(view))))
    assert "● CP2  its disk is full" in texts


def test_what_is_on_is_told_by_a_sign_and_words() -> None:
    """No information by colour alone."""
    session = breakable()
    session.act("slow", cp="CP1", delay_us=20_000)
    view = look(session)
    text = drawn(view, first_draft(view, "CP1"))
    row = next(line for line in text if " slow " in line)
    assert row.startswith(" ● slow")
    assert "on: takes 20 ms for every event" in row
    assert "on now: 1" in text[0]
    other = drawn(view, first_draft(view, "CP2"))
    assert not any(line.startswith(" ●") for line in other[:10])


def test_what_is_not_possible_says_why() -> None:
    """In its row, and where Enter is."""
    session = breakable()
    session.act("crash", cp="CP1")
    view = look(session)
    draft = first_draft(view, "CP1").moved(view, 1)
    text = drawn(view, draft)
    assert any("crash after a write it is down" in line for line in text)
    assert any(line.startswith(" Enter not now: it is down") for line in text)


def test_many_faults_scroll_and_the_cursor_is_seen() -> None:
    """With more on than there are rows."""
    session = breakable()
    for number in range(1, 6):
        for verb, name in (("slow", "delay_us"), ("slow_disk", "fsync_us")):
            session.act(verb, cp=f"CP{number}", **{name: 1_000})
        session.act("fill_disk", cp=f"CP{number}")
    view = look(session)
    draft = first_draft(view, "CP1").at_group(view, "EV")
    assert any("more" in line for line in drawn(view, draft))
    last = attrs.evolve(draft, cursor=len(draft.items(view)) - 1)
    assert any(line.startswith("▌● CP5  its disk takes") for line in drawn(view, last))


def test_in_a_tiny_window_nothing_breaks() -> None:
    """However small, and however large."""
    view = look(breakable())
    for size in ((20, 3), (40, 8), (400, 100)):
        drawn(view, first_draft(view, "CP1"), size)


# --- keys ------------------------------------------------------------------------------------


async def test_every_row_is_done_by_enter_and_undone_by_z() -> None:
    """Walk through the panel: the journal has the row's verb, and z leaves no trace of it."""
    app = EvtuiApp(breakable(), paused=True)
    done = []
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        before, view = digest(app), seen(app)
        for index, here in enumerate(draft_of(app).items(view)):
            if here.row is None:
                continue
            panel = app.screen
            assert isinstance(panel, FaultsPanel)
            panel._take(attrs.evolve(draft_of(app), cursor=index))
            edit = draft_of(app).edit(seen(app))
            await press(pilot, "enter")
            if edit is None:
                assert here.row.why_not
                assert journal(app) == []
                continue
            assert (journal(app)[-1].verb, journal(app)[-1].args) == (edit.verb, edit.kwargs())
            assert digest(app) != before
            done.append(edit.verb)
            await press(pilot, "z")
            assert journal(app) == []
            assert digest(app) == before
            assert attrs.evolve(seen(app), event_rows=view.event_rows) == view
    assert len(done) > 25


async def test_what_is_on_is_ended_from_the_list() -> None:
    """Down to it, and Enter; z brings it back."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.act("clock_drift", cp="CP4", drift_ppm=50_000)
        await opened(pilot)
        await press(pilot, "shift+tab")
        assert item(app).active is not None
        await press(pilot, "enter")
        assert app.timeline.session.world.cluster.hosts[4].clock.drift_ppm == 0
        assert seen(app).faults.active == ()  # type: ignore[union-attr]
        await press(pilot, "z")
        assert app.timeline.session.world.cluster.hosts[4].clock.drift_ppm == 50_000


async def test_amounts_by_arrows_and_digits() -> None:
    """In the unit of the field, within what is possible; backspace takes a digit back."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await press(pilot, "down", "down", "down", "down")
        row = item(app).row
        assert row is not None
        assert row.id == "slow"
        for keys, value in (
            (("right",), 100), (("left", "left"), 20), (("3",), 3), (("7",), 37), (("right",), 50),
            (("9",) * 6, 60_000), (("backspace",), 6_000), (("backspace",) * 5, 0),
            (("4", "2"), 42),
        ):  # fmt: skip
            await press(pilot, *keys)
            assert draft_of(app).value(row) == value
        await press(pilot, "enter")
        assert journal(app)[-1].args == {"cp": "CP1", "delay_us": 42_000}
        await press(pilot, "tab", "tab", "left", "left", "left")
        assert item(app).row is not None
        await press(pilot, "5", "enter")
        assert journal(app)[-1].args == {"cp": "CP1", "drift_ppm": -50_000}


async def test_whom_by_arrows_on_the_first_row_and_on_rows_without_an_amount() -> None:
    """A charge point; the links of one, one way; an EV."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await press(pilot, "right", "right", "up", "right", "down", "enter")
        assert (journal(app)[-1].verb, journal(app)[-1].args) == ("crash", {"cp": "CP4"})
        await press(pilot, "tab", "tab", "tab", "up", "right", "right", "o", "down", "enter")
        assert journal(app)[-1].args == {"a": "CP2", "oneway": True, "rate_ppm": 100_000}
        await press(pilot, "tab", "up", "right", "down", "down", "enter")
        assert (journal(app)[-1].verb, journal(app)[-1].args) == ("unplug", {"ev": "EV2"})
        assert app.selected == "CP1"


async def test_the_mouse_goes_to_a_row_and_does_it() -> None:
    """One click goes there, another does it; a group's name shows the group."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        body = app.screen.query_one(Body).region
        await pilot.click(offset=(body.x + 6, body.y + 5))
        await pilot.pause()
        assert item(app).id == "pause"
        assert journal(app) == []
        await pilot.click(offset=(body.x + 6, body.y + 5))
        await pilot.pause()
        assert journal(app)[-1].words() == "pause cp=CP1"
        line = app.screen.query_one(Body)._lines[0].plain
        await pilot.click(offset=(body.x + line.index("EV") + 1, body.y))
        await pilot.pause()
        assert item(app).group == "EV"
        await pilot.click(offset=(body.x + 3, body.y + 21))
        await pilot.pause()


async def test_time_goes_on_below_it() -> None:
    """Space, step and redo are what they are elsewhere; F closes it."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        before = app.timeline.session.whole.events
        await press(pilot, "full_stop", "enter", "z", "Z")
        assert app.timeline.session.whole.events == before + 1
        assert [it.verb for it in journal(app)] == ["crash"]
        await press(pilot, "F")
        assert len(app.screen_stack) == 1


async def test_a_fault_that_breaks_an_invariant_ends_the_run_and_z_undoes_it() -> None:
    """A breaker below what flows: P1, everything dim; then it was not so."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        before = digest(app)
        await press(pilot, "shift+tab", "1", "enter")
        assert journal(app)[-1].args == {"capacity_w": 1_000}
        assert seen(app).violation.startswith("P1")
        await press(pilot, "enter")
        assert len(journal(app)) == 1
        await press(pilot, "z")
        assert digest(app) == before
        assert not seen(app).violation


async def test_where_there_is_nothing_it_says_so() -> None:
    """No EV, no load, no PV, one charge point alone."""
    session = Session(loads('duration = "1m"\ncps = 1\n', "alone.toml"), 1)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await press(pilot, "tab", "tab", "tab")
        text = "\n".join(line.plain for line in app.screen.query_one(Body)._lines)
        assert "there is no other charge point" in text
        await press(pilot, "enter", "right", "tab", "enter", "up", "right", "tab", "left")
        text = "\n".join(line.plain for line in app.screen.query_one(Body)._lines)
        assert "the site has no PV" in text
        assert journal(app) == []


async def test_the_site_of_a_city_is_broken_by_itself() -> None:
    """The panel is of the site that is open; the overview has none."""
    session = CitySession(load("two-sites"), 1)
    session.run(20 * S, 1_000_000)
    app = CityApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "F")
        assert not isinstance(app.screen, FaultsPanel)
        await press(pilot, "enter", "F")
        await settle(pilot)
        before = digest(app)
        await press(pilot, "shift+tab", "enter")
        done = journal(app)[-1]
        assert done.verb == "set_breaker"
        rails = app.controls.view(Window()).rails
        assert rails[0].capacity_w == done.args["capacity_w"]
        await press(pilot, "z")
        assert digest(app) == before


# --- the palette -----------------------------------------------------------------------------


async def test_every_entry_of_the_palette_does_it_and_z_undoes_it() -> None:
    """With the selected charge point filled in; the ends of what is on, too."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.act("fill_disk", cp="CP2")
        app.act("loss", a="CP5", rate_ppm=10_000)
        app.action_select_cp("CP3")
        await pilot.pause()
        names = [text for text, _, _ in Actions(app.screen)._names()]
        all_entries = entries(look(app.timeline.session), "CP3")
        assert [it.title for it in all_entries] == [
            text for text in names if text.startswith(("Fault: ", "End: "))
        ]
        before, inputs = digest(app), len(journal(app))
        for entry in all_entries:
            await app.run_action(f"fault({entry.title!r})")
            await pilot.pause()
            if entry.edit is None:
                assert entry.note.startswith("Not now: ")
                assert len(journal(app)) == inputs
                continue
            done = journal(app)[-1]
            assert (done.verb, done.args) == (entry.edit.verb, entry.edit.kwargs())
            assert digest(app) != before
            app.action_undo()
            await pilot.pause()
            assert digest(app) == before
    titles = [it.title for it in all_entries]
    for title in (
        "Fault: crash CP3", "Fault: slow the disk of CP3 by 200 ms",
        "Fault: lose 10 % of the frames of every link", "Fault: lose 10 % of the frames of CP3",
        "Fault: partition, cut off a minority", "Fault: partition, silence CP3",
        "Fault: let EV1 ignore its limit", "Fault: let the PV deliver 0 kW",
        "End: CP2, its disk is full", "End: CP5, 1 % of frames lost",
    ):  # fmt: skip
        assert title in titles


async def test_an_entry_that_is_too_late_is_told() -> None:
    """What has ended meanwhile, and what the run is over for."""
    app = EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.action_fault("End: CP2, its disk is full")
        await pilot.pause()
        (notice,) = app._notifications
        assert notice.message == "Not possible any more: End: CP2, its disk is full"
        assert journal(app) == []


async def test_the_palette_finds_a_fault_by_its_words() -> None:
    """Typed and entered, it is done."""
    app = EvtuiApp(breakable(FILE), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        found = [hit async for hit in Actions(app.screen).search("fill the disk")]
        assert [str(hit.text) for hit in found] == ["Fault: fill the disk of CP1"]


# --- pictures --------------------------------------------------------------------------------


def ill() -> Session:
    """The troubled network, with more of it broken."""
    session = troubled()
    session.act("fill_disk", cp="CP4")
    session.act("clock_drift", cp="CP3", drift_ppm=-50_000)
    session.act("loss", a="CP2", rate_ppm=50_000)
    assert isinstance(session, Pinned)
    return session


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """Faults, and what is on."""
    app = app_on(ill(), theme)
    assert snap_compare(app, press=["F", "down"], terminal_size=size, run_before=settle)


def test_panel_of_links_in_light(snap_compare: Callable[..., bool]) -> None:
    """The group of links, light, at 80×24."""
    app = app_on(ill(), LIGHT.name)
    keys = ["F", "tab", "tab", "tab", "right"]
    assert snap_compare(app, press=keys, terminal_size=(80, 24), run_before=settle)


# --- kept ------------------------------------------------------------------------------------

KEYS = (
    *("up", "down", "left", "right", "tab", "shift+tab", "enter", "enter", "enter", "o", "z", "Z"),
    *("0", "1", "5", "9", "backspace", "space", "full_stop", "comma", "F"),
)


@pytest.mark.parametrize("seed", early(1, range(3)))
async def test_random_keys_in_the_panel_replay(seed: int) -> None:
    """What was broken and mended by them is kept, and is the same run again, in every branch."""
    random, app = Random(f"faults/{seed}"), EvtuiApp(breakable(), paused=True)
    async with app.run_test(size=random.choice(((80, 24), (120, 36)))) as pilot:
        await settle(pilot)
        for _ in range(120):
            if not isinstance(app.screen, FaultsPanel):
                await pilot.press("F")
                await pilot.pause()
            await pilot.press(random.choice(KEYS))
        app.set_paused(True)
        await pilot.pause()
    kept = keep(app.timeline)
    again = read_log(to_log(kept), "kept.log")
    assert sum(len(it.branch.inputs) for it in again.courses) > 5
    for course in again.courses:
        assert replay(again.only(course.branch.number), course.branch.number).same


def test_a_session_with_every_fault_is_kept_as_a_scenario() -> None:
    """All rows one after the other, a second between them; the file replays to the same digest."""
    timeline = Timeline(breakable())
    done = 0
    for group in GROUPS:
        view = look(timeline.session)
        for here in first_draft(view, "CP3").items(view):
            view = look(timeline.session)
            draft = first_draft(view, "CP3")
            again = next((it for it in draft.items(view) if it.id == here.id), None)
            if here.group != group or again is None or again.row is None:
                continue
            edit = again.row.edit(view, again.row.start)
            if edit is None:
                continue
            timeline.act(edit.verb, **edit.kwargs())
            done += 1
            assert not timeline.run(timeline.time_us + S, 100_000) or not timeline.finished
    assert done > 25
    kept = keep(timeline)
    text = to_toml(kept.only(kept.shown))
    read = loads(text, "kept.toml")
    assert [(it.verb, it.args) for it in read.inputs] == [
        (it.verb, {**it.args}) for it in kept.only(kept.shown).inputs
    ]
    assert replay(read).same
