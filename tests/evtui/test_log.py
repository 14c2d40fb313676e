"""The view of the log: what is drawn, its keys, its filter, and how it is written into a file."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from evtui import taking
from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import slots
from evtui.screens.log import LogPanel
from evtui.screens.panels import Body
from evtui.screens.why import WhyPanel
from evtui.themes import DARK, LIGHT
from scenarios.loader import load, loads
from scenarios.log import search
from scenarios.log.view import (
    CellState,
    KnowsView,
    LogCell,
    LogTable,
    LogWindow,
    ProposalView,
    SlotRow,
    SlotView,
)
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.conftest import session_at
from tests.evtui.test_snapshots import Pinned, app_on, settle, troubled

S = 1_000_000
MOTION = ("‖ paused", "")
SIZES = [(80, 24), (120, 36), (200, 60)]
LAST = 143


def cells(slot: int, count: int) -> tuple[LogCell, ...]:
    """The newest slots are on their way."""
    state = {LAST: CellState.ACCEPTED, LAST - 1: CellState.CHOSEN}.get(slot, CellState.APPLIED)
    return tuple(
        LogCell(CellState.EMPTY, "") if slot == LAST and n > 1
        else LogCell(state if not n else min(state, CellState(1 + 2 * (slot < LAST))), "3.CP2")
        for n in range(count)
    )  # fmt: skip


def row(slot: int, count: int = 5, *, matched: bool = True) -> SlotRow:
    """A slot of a table."""
    found = cells(slot, count)
    state = max((cell.state for cell in found), default=CellState.EMPTY)
    return SlotRow(slot, f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh", state, "3.CP2", found,
                   matched)  # fmt: skip


def full(slot: int, count: int = 5) -> SlotView:
    """A slot in full, with a ballot that was outvoted."""
    knows = [
        KnowsView(f"CP{n + 1}", cell.state, cell.ballot, slot * S + n if cell.ballot else None,
                  slot * S + 5 + n if cell.state is CellState.APPLIED else None, n == 3, n == 4)
        for n, cell in enumerate(cells(slot, count))
    ]  # fmt: skip
    is_open = slot == LAST
    votes = (("CP2", slot * S + 1_000), ("CP1", slot * S + 2_000), ("CP3", slot * S + 2_500))
    return SlotView(
        slot=slot, command=f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh",
        state=CellState.ACCEPTED if is_open else CellState.APPLIED,
        kind="update", client="CP1", sequence=23, ballot="" if is_open else "3.CP2",
        chosen_us=None if is_open else slot * S + 2_500,
        choosers=() if is_open else ("CP2", "CP1", "CP3"), needs=3, voters=5,
        proposals=(
            ProposalView("2.CP1", "CP1", slot * S - 9_000, "no-op", (("CP1", slot * S - 8_000),)),
            ProposalView("3.CP2", "CP2", slot * S, f"CP{slot % 5 + 1} MeterValues {slot * 31} Wh",
                         votes[:2] if is_open else votes),
        ),
        knows=tuple(knows),
        fields=(("for", "update"), ("cp", "CP1"), ("at_us", str(slot * S)),
                ("unique_id", "CP1-1000023"), ("action", "MeterValues"),
                ("payload.connectorId", "1"), ("payload.transactionId", "3"),
                ("payload.meterValue[0].sampledValue[0].value", str(slot * 31)),
                ("payload.meterPublicKey", "55586ec11f7af985d9789f83e2095b01" * 2)),
        verdict="" if is_open else "fresh",
        answer=() if is_open else (("status", "Accepted"),),
    )  # fmt: skip


def seen_as(window: LogWindow, count: int = 5) -> LogTable:
    """A table that is made by hand, of the slots that a window asks for."""
    first = max(min(window.at or LAST, LAST - window.rows + 1), 1)
    rows = tuple(row(slot, count, matched=slot % 3 == 0)
                 for slot in range(first, min(first + window.rows, LAST + 1)))  # fmt: skip
    cursor = window.cursor or LAST
    return LogTable(
        rows=tuple(attrs.evolve(it, cells=it.cells[: window.cps]) for it in rows),
        first=1, last=LAST, before=None, after=None, detail=full(cursor), text=window.text.strip(),
        refused="", matches=47 if window.text else LAST, searched_to=1, previous_match=None,
        next_match=None,
    )  # fmt: skip


def drawn(
    table: LogTable, size: tuple[int, int] = (80, 22), count: int = 5, *, hides: bool = True
) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    view = attrs.evolve(sample.view(count), slots=table)
    place = slots.lay(view, size, 0)
    lines = slots.page(view, place, size, hides, MOTION)
    assert {line.width for line in lines} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


def made(count: int = 5, **changes: object) -> LogTable:
    """A table of the newest slots."""
    place = slots.lay(sample.view(count), (80, 22), 0)
    window = attrs.evolve(slots_window(place), **changes)
    return seen_as(window, count)


def slots_window(place: slots.Place) -> LogWindow:
    """What a panel asks for."""
    return LogWindow(rows=place.rows, cps=place.cps)


# --- what is drawn ---------------------------------------------------------------------------


def test_each_cp_has_sign_and_ballot_in_each_row() -> None:
    """And the command in words."""
    text = drawn(made())
    assert text[1].split() == ["slot", "CP1", "CP2", "CP3", "CP4", "CP5", "command"]
    rows = text[2:11]
    assert rows[0].split()[1:11] == ["●", "3.CP2"] * 5
    assert rows[-1].split()[:8] == ["▌", "143", "○", "3.CP2", "○", "3.CP2", "·", "·"], rows


def test_a_slot_in_full_tells_who_what_and_when() -> None:
    """Ballots with their votes, who chose it, who knows it since when, fields, answer."""
    text = "\n".join(line.plain.rstrip() for line in slots.detail(full(12), 110, wide=True))
    assert "Proposed “no-op” by CP1 in ballot 2.CP1 at 00:11.991\n" in text
    assert "by CP2 in ballot 3.CP2 at 00:12.000 for CP1, as its command 23" in text
    assert "Accepted in it by CP1 at 00:11.992" in text
    assert "Chosen in ballot 3.CP2 at 00:12.002 by CP2, CP1, CP3: 3 of 5 choose" in text
    assert " CP4   ● applied   3.CP2  accepted 00:12.000  snapshot 00:12.000" in text
    assert " CP5   ● applied   3.CP2  accepted 00:12.000  applied 00:12.000  ✗ its disk" in text
    assert " transactionId 3\n" in text
    assert "55586ec11f7af985d9789f83e2095b01" * 2 in text
    assert " answer: it was applied here\n status Accepted" in text


def test_what_is_not_known_is_said_to_be_so() -> None:
    """Instead of a time that nobody has written down."""
    bare = attrs.evolve(full(12), choosers=(), chosen_us=None, proposals=(), verdict="")
    text = "\n".join(line.plain for line in slots.detail(bare, 80))
    assert "From CP1, as its command 23; who proposed it is not known" in text
    assert "Chosen in ballot 3.CP2; whose votes these were is not remembered" in text
    assert "answer" not in text
    old = attrs.evolve(full(12).proposals[1], at_us=None)
    text = "\n".join(line.plain for line in slots.detail(attrs.evolve(bare, proposals=(old,)), 120))
    assert "in ballot 3.CP2 at a time that is not remembered" in text


@pytest.mark.parametrize("width", [20, 40, 80, 149, 150, 200, 300])
@pytest.mark.parametrize("height", [3, 8, 22, 56])
@pytest.mark.parametrize("count", [1, 5, 100])
def test_it_fits_any_room(width: int, height: int, count: int) -> None:
    """List and detail, below or beside; not one cell too many."""
    view = sample.view(count)
    place = slots.lay(view, (width, height), count // 2)
    table = seen_as(slots_window(place), count)
    text = drawn(table, (width, height), count)
    assert text
    assert place.beside == (width >= 150)


def test_with_many_cps_ballots_have_a_column_and_cps_scroll() -> None:
    """No cell has room for its own then."""
    view = sample.view(100)
    place = slots.lay(view, (80, 22), 30)
    assert place.ballot
    assert place.first_cp == 30
    text = drawn(seen_as(slots_window(slots.lay(view, (80, 22), 0)), 100), count=100)
    assert "CPs more)" in text[1]
    assert "3.CP2" in text[3]


def test_marks_stand_at_matches_where_nothing_is_hidden() -> None:
    """By a sign, not by colour alone."""
    table = made(text="meter", hides=False)
    rows = [line for line in drawn(table, hides=False) if "MeterValues" in line[40:]]
    assert [line[1] == "›" for line in rows[:6]] == [int(line[2:6]) % 3 == 0 for line in rows[:6]]
    assert not any("›" in line for line in drawn(table, hides=True))


def test_a_search_that_goes_on_says_how_far_it_is() -> None:
    """And an empty result says whether it is the last word."""
    table = attrs.evolve(made(text="meter"), searched_to=77)
    assert "searched down to 77" in drawn(table, (120, 22))[0]
    nothing = attrs.evolve(table, rows=(), detail=None)
    assert "the search goes on" in drawn(nothing)[2]
    assert "No slot fits" in drawn(attrs.evolve(nothing, searched_to=1))[2]


# --- in the app ------------------------------------------------------------------------------


def app_at(time_us: int = 300 * S, scenario: str = "ten-minutes") -> EvtuiApp:
    """A paused app that has kept its log from the beginning."""
    line = Timeline(Session(load(scenario), 7))
    line.record()
    line.run(time_us, 10**7)
    return EvtuiApp(line, paused=True)


def panel(app: EvtuiApp) -> LogPanel:
    """The log, which must be on top."""
    assert isinstance(app.screen, LogPanel)
    return app.screen


def table(app: EvtuiApp) -> LogTable:
    """What it shows."""
    assert app.picture is not None
    assert app.picture.view.slots is not None
    return app.picture.view.slots


def body(app: EvtuiApp) -> str:
    """The text of the panel."""
    return "\n".join(line.plain.rstrip() for line in app.screen.query_one(Body).shown)


def keys_line(app: EvtuiApp) -> str:
    """What stands below."""
    return str(app.screen.query_one("#panel-keys", Static).content)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Type a text key by key."""
    names = {" ": "space", ":": "colon", "-": "minus", ".": "full_stop", "/": "slash"}
    for char in text:
        await pilot.press(names.get(char, char))
    await settle(pilot)


async def test_the_cursor_walks_and_the_end_is_followed() -> None:
    """Up and down, by pages, to the edges; new slots come only while it follows."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        last = table(app).last
        assert panel(app).slot == last
        for key, slot in (
            ("up", last - 1), ("up", last - 2), ("down", last - 1), ("home", 1), ("up", 1),
            ("down", 2), ("end", last), ("down", last),
        ):  # fmt: skip
            await pilot.press(key)
            await settle(pilot)
            assert panel(app).slot == slot, key
            assert slot in [it.slot for it in table(app).rows]
        await pilot.press("pageup", "pageup")
        await settle(pilot)
        here = panel(app).slot
        assert here is not None
        assert here < last - 8
        app.travel(420 * S)
        await settle(pilot)
        assert panel(app).slot == here
        assert table(app).last > last
        await pilot.press("end")
        await settle(pilot)
        assert panel(app).slot == table(app).last


async def test_walking_up_and_down_goes_through_every_slot() -> None:
    """Beyond what is seen, too; with a filter through its matches only."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        seen = [panel(app).slot]
        while seen[-1] != 1:
            await pilot.press("up")
            await settle(pilot)
            seen.append(panel(app).slot)
        assert seen == list(range(table(app).last, 0, -1))
        await pilot.press("slash")
        await typed(pilot, "meter")
        await pilot.press("enter")
        await settle(pilot)
        matches = [panel(app).slot]
        while True:
            await pilot.press("N")
            await settle(pilot)
            if panel(app).slot == matches[-1]:
                break
            matches.append(panel(app).slot)
        assert len(matches) == table(app).matches
        assert all("Meter" in it.command for it in table(app).rows)


async def test_a_filter_is_typed_whatever_its_letters_mean_elsewhere() -> None:
    """No letter is eaten: all keys of the app and of the panel are typed."""
    app = app_at()
    every = "abcdefghijklmnopqrstuvwxyzLNYGBZ019.,:/-"
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.controls.view().events
        await pilot.press("slash")
        await settle(pilot)
        await typed(pilot, every)
        line = app.screen.query_one(Input)
        assert line.value == every
        assert panel(app).place.text == every
        assert app.controls.view().events == before
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        await settle(pilot)
        assert not line.display
        assert table(app).text == ""
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_it_filters_while_it_is_typed_and_enter_keeps_it() -> None:
    """Matches are counted above."""
    app = app_at(scenario="leader-crash")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await settle(pilot)
        await typed(pilot, "cp:CP4 -heart")
        assert all(it.command.startswith("CP4") for it in table(app).rows)
        count = table(app).matches
        assert f"/ cp:CP4 -heart  {count} of {table(app).last} slots" in body(app)
        await pilot.press("enter")
        await settle(pilot)
        assert not app.screen.query_one(Input).display
        assert table(app).matches == count
        assert "n N match" in keys_line(app)


async def test_a_wrong_filter_is_told_and_stays_typed() -> None:
    """In one sentence; Enter does not close the line, Esc goes back to the filter before."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "meter")
        await pilot.press("enter", "slash")
        await typed(pilot, " cp:CP9")
        await pilot.press("enter")
        await settle(pilot)
        line = app.screen.query_one(Input)
        assert line.display
        assert line.value == "meter cp:CP9"
        assert keys_line(app).startswith('cp: found "CP9"; allowed a charge point: CP1')
        assert table(app).text == "meter cp"  # the last that said something
        await pilot.press("escape")
        await settle(pilot)
        assert (panel(app).place.text, table(app).refused) == ("meter", "")
        assert "n N match" in keys_line(app)


async def test_marking_shows_all_slots_and_n_goes_from_match_to_match() -> None:
    """M turns it on and off; the cursor stays where it was."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "kind:starttransaction")
        await pilot.press("enter", "N", "m")
        await settle(pilot)
        here = panel(app).slot
        assert here is not None
        assert len({it.slot for it in table(app).rows}) > table(app).matches
        await pilot.press("N")
        await settle(pilot)
        before = panel(app).slot
        assert before is not None
        assert before < here
        assert before in [it.slot for it in table(app).rows]
        await pilot.press("n")
        await settle(pilot)
        assert panel(app).slot == here
        await pilot.press("m")
        await settle(pilot)
        assert panel(app).slot == here
        assert len(table(app).rows) == table(app).matches


async def test_g_goes_to_a_slot_by_its_number() -> None:
    """A number that is none stays there, with a sentence."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "g")
        await typed(pilot, "9999")
        await pilot.press("enter")
        await settle(pilot)
        assert keys_line(app) == f'found "9999"; allowed a slot from 1 to {table(app).last}'
        for _ in range(3):
            await pilot.press("backspace")
        await pilot.press("enter")
        await settle(pilot)
        assert panel(app).slot == 9


@pytest.mark.parametrize("key", ["enter", "w"])
async def test_enter_asks_why_of_the_slot_under_the_cursor(key: str) -> None:
    """And Esc leads back to it."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L", "up", "up")
        await settle(pilot)
        slot = panel(app).slot
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, WhyPanel)
        title = str(app.screen.query_one("#panel-title", Static).content)
        assert title.startswith(f"Why slot {slot} holds what it holds")
        assert "was chosen in ballot" in body(app)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert panel(app).slot == slot


async def test_tab_shows_all_of_a_slot_and_it_scrolls() -> None:
    """To the last field; Tab and Esc lead back to the list."""
    app = app_at()
    async with app.run_test(size=(80, 16)) as pilot:
        await pilot.press("L", "home")
        await settle(pilot)
        assert "lines more: Tab shows all of it" in body(app)
        await pilot.press("tab")
        assert "Slot 1 " in body(app)
        assert "answer" not in body(app)
        await pilot.press("end")
        assert "status Accepted" in body(app)
        await pilot.press("home", "pagedown", "up")
        for back in ("tab", "escape"):
            await pilot.press(back)
            await settle(pilot)
            assert "command" in body(app).splitlines()[1]
            await pilot.press("tab")


async def test_a_click_goes_to_a_slot_and_a_second_one_asks_why() -> None:
    """The mouse does what arrows and Enter do."""
    app = app_at()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        slot = table(app).rows[3].slot
        await pilot.click(Body, offset=(20, slots.HEAD + 3))
        await settle(pilot)
        assert panel(app).slot == slot
        at = [it.slot for it in table(app).rows].index(slot)
        await pilot.click(Body, offset=(20, slots.HEAD + at))
        await settle(pilot)
        assert isinstance(app.screen, WhyPanel)


async def test_with_forty_cps_the_columns_scroll() -> None:
    """To the last one and back."""
    session = Session(loads('duration = "60s"\ncps = 40\n', "forty.toml"), 7)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        for _ in range(45):
            await pilot.press("right")
        await settle(pilot)
        assert "CP40" in body(app).splitlines()[1]
        assert "CP1 " not in body(app).splitlines()[1]
        for _ in range(45):
            await pilot.press("left")
        await settle(pilot)
        assert "CP1 " in body(app).splitlines()[1]


async def test_a_long_search_goes_on_by_itself_while_time_stands() -> None:
    """A part of it with each frame, until all slots were looked at."""
    app = app_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await settle(pilot)
        whole = table(app).last
        steps: list[int] = []
        original = search.BUDGET
        search.Search.advance.__defaults__ = (2,)
        try:
            await pilot.press("slash")
            await typed(pilot, "meter")
            for _ in range(200):
                steps.append(table(app).searched_to)
                if table(app).is_done:
                    break
                await pilot.pause(0.03)
        finally:
            search.Search.advance.__defaults__ = (original,)
        assert steps[0] > 1
        assert steps[-1] == 1
        assert len(set(steps)) > 1
        assert whole > 50


async def test_any_keys_in_it_raise_nothing_and_change_nothing() -> None:
    """But the time that is stepped on; at the smallest sizes, too."""
    draw = random.Random(5)
    app = app_at(120 * S, "leader-crash")
    keys = (
        "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "n", "N", "m",
        "g", "slash", "1", "7", "c", "p", "colon", "C", "P", "2", "space", "backspace", "enter",
        "escape", "w", "y",
    )  # fmt: skip
    async with app.run_test(size=(80, 24)) as pilot:
        for at in range(160):
            if len(app.screen_stack) == 1:
                await pilot.press("L")
            if at % 40 == 20:
                await pilot.resize_terminal(*draw.choice([(20, 6), (40, 10), (200, 60), (80, 24)]))
            await pilot.press(draw.choice(keys))
        assert app.timeline.branch.inputs == []


# --- export ----------------------------------------------------------------------------------


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
            "Log · L", "Filter the log · /", "Copy view · y", "View as SVG · Y",
            "Export the log as JSON",
        } <= set(names)  # fmt: skip


# --- pictures --------------------------------------------------------------------------------


class Steady(Pinned):
    """A run whose log is made by hand: it changes with every change of the protocol."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with a pinned log."""
        seen = super().view(attrs.evolve(window, slots=None))
        if window.slots is None:
            return seen
        return attrs.evolve(seen, log_last=LAST, slots=seen_as(window.slots))


def steady() -> Session:
    """The troubled network, with that log."""
    session = troubled()
    session.__class__ = Steady
    return session


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """The end of the log, with the newest slot in full."""
    app = app_on(steady(), theme)
    assert snap_compare(app, press=["L"], terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_filtered(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    """While a filter is typed, and matches are marked."""
    press = ["L", "m", "slash", *"meter"]
    assert snap_compare(app_on(steady()), press=press, terminal_size=size, run_before=settle)


def test_whole(snap_compare: Callable[..., bool]) -> None:
    """One slot in full."""
    app = app_on(steady())
    assert snap_compare(app, press=["L", "up", "tab"], terminal_size=(80, 24), run_before=settle)
