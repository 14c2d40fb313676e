"""What is taken out of the app, in every view: the text of it, and its picture."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from evtui.actions import ACTIONS
from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.screens.panels import Body, Panel
from evtui.screens.views import TABLES
from evtui.taking import name_of, open_new, text_of
from evtui.widgets.panes import LogGrid
from scenarios.city.session import open_session
from scenarios.loader import load
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui.test_snapshots import settle

S = 1_000_000
SELECTED = "what is selected"

VIEWS: dict[str, tuple[Sequence[str], str]] = {
    "network": ((), "the network"),
    "help": (("question_mark",), "Keys, views and symbols"),
    "branches": (("t",), SELECTED),
    "bookmarks": (("b", "B"), SELECTED),
    "link": (("x",), SELECTED),
    "partition": (("p",), SELECTED),
    "membership": (("v",), SELECTED),
    "reservations": (("r",), SELECTED),
    "energy": (("e",), "Energy"),
    "why": (("w",), SELECTED),
    "why-answer": (("w", "enter"), SELECTED),
    "messages": (("m",), "Messages"),
    "messages-selected": (("m", "up"), SELECTED),
    "messages-decoded": (("m", "up", "enter"), "Messages"),
    "links": (("l",), "the link"),
    "link-editor": (("l", "enter"), SELECTED),
    "ledger": (("a",), "Ledger"),
    "invariants": (("i",), SELECTED),
    "operator": (("f",), SELECTED),
    "instruct": (("f", "enter"), SELECTED),
    "log": (("L", "up"), "slot "),
    "log-whole": (("L", "tab"), "slot "),
}
"""How each is opened, and what is copied there."""
KEYS = {it.id: it.keys for it in ACTIONS if it.method.startswith("table(")}
VIEWS |= {name: ((key,), "") for name, key in KEYS.items() if name not in VIEWS}
"""Of a view that has no row above, whatever it says is copied."""


@pytest.fixture
def app(tmp_path: Path) -> EvtuiApp:
    """A run with reservations, a bookmark and messages, in the middle of its life."""
    line = Timeline(Session(load("reservation-cancelled-and-replaced"), 7))
    line.record()
    line.run(120 * S, 10**7)
    made = EvtuiApp(line, paused=True)
    made.folder = tmp_path
    return made


def notices(app: EvtuiApp) -> list[str]:
    """All that is told."""
    return [note.message for note in app._notifications]


def shown(app: EvtuiApp) -> str:
    """Everything that the view on top shows, each run of blanks as one."""
    screen = app.screen
    rows = [text_of(screen)]
    if isinstance(screen, Panel):
        rows = [screen.title_text(), *(line.plain for line in screen.query_one(Body).shown)]
    return " ".join(" ".join(rows).replace("▌", " ").split())


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and let each of them have its effect; before them what is under way, too."""
    await settle(pilot)
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def test_every_view_is_tried() -> None:
    """All that have a key."""
    assert set(TABLES) == set(KEYS) <= set(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
async def test_y_copies_what_is_selected_else_all_that_is_seen(app: EvtuiApp, view: str) -> None:
    """As text without blanks at the ends; a notice says what."""
    keys, what = VIEWS[view]
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, *keys)
        text_before = shown(app)
        await press(pilot, "y")
        text = app.clipboard
        (said,) = [it for it in notices(app) if it.startswith("Sent to")]
        assert said.startswith(f"Sent to the terminal’s clipboard: {what}"), said
        rows = text.splitlines()
        assert rows
        assert rows[0].strip()
        assert rows[-1].strip()
        assert all(row == row.rstrip() for row in rows)
        assert "▌" not in text or what != SELECTED
        if what != "slot ":
            for row in rows:
                assert " ".join(row.replace("▌", " ").split()) in text_before, row
        if what == SELECTED:
            assert len(rows) < 6
        assert (f"{len(rows)} lines" in said) == (len(rows) > 1)


@pytest.mark.parametrize("view", VIEWS)
async def test_capital_y_writes_a_picture_and_overwrites_nothing(
    app: EvtuiApp, view: str, tmp_path: Path
) -> None:
    """Named after scenario, view and time; it shows what is seen."""
    keys, _ = VIEWS[view]
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, *keys)
        name = f"{app.controls.view().scenario}-{name_of(app.screen)}-2m"
        words = shown(app)
        await press(pilot, "Y", "Y")
        paths = sorted(tmp_path.iterdir())
        assert [path.name for path in paths] == [f"{name}-2.svg", f"{name}.svg"]
        assert f"Written {paths[1]}" in notices(app) or f"Written {paths[0]}" in notices(app)
        root = ET.fromstring(paths[1].read_text(encoding="utf-8"))  # noqa: S314 - it is ours
        text = " ".join("".join(root.itertext()).replace("\xa0", " ").split())
        found = [word for word in words.split() if word.isalnum() and len(word) > 3]
        assert found
        assert sum(word in text for word in found) >= len(found) * 0.8


async def test_the_palette_takes_what_lies_below_it(app: EvtuiApp, tmp_path: Path) -> None:
    """Not the palette itself."""
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "colon", *"view", "space", *"as", "space", *"svg")
        await pilot.pause(0.4)
        await press(pilot, "enter")
        await pilot.pause(0.3)
        (path,) = tmp_path.iterdir()
        assert "-network-" in path.name
        assert "Search for commands" not in path.read_text(encoding="utf-8")
        names = [text for text, _, _ in Actions(app.screen)._actions()]
        assert {"Copy view · y", "View as SVG · Y"} <= set(names)


async def test_a_picture_that_cannot_be_written_is_told_in_a_sentence(app: EvtuiApp) -> None:
    """And nothing else happens."""
    app.folder = app.folder / "nowhere"
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "Y")
        (said,) = notices(app)
        assert said.startswith("Not written: No such file or directory: ")
        assert said.endswith("-network-2m.svg")


@pytest.mark.parametrize("keys", [("slash",), ("m", "slash"), ("m", "w")])
async def test_where_a_text_is_typed_they_are_letters(app: EvtuiApp, keys: Sequence[str]) -> None:
    """Nothing is copied or written."""
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *keys)
        line = app.screen.query_one(Input)
        before = line.value
        await press(pilot, "y", "Y")
        assert line.value == before + "yY"
        assert not notices(app)
        assert not app.clipboard
        assert not list(app.folder.iterdir())


async def test_a_slot_is_copied_whole(app: EvtuiApp) -> None:
    """Also what the panel has no room for."""
    async with app.run_test(size=(80, 16)) as pilot:
        await press(pilot, "L", "home", "y")
        assert "payload.meterPublicKey" not in app.clipboard
        assert "\nmeterPublicKey " in app.clipboard
        assert "answer: it was applied here\nstatus Accepted" in app.clipboard
        assert "…" not in app.clipboard


async def test_the_link_under_the_cursor_is_copied_in_words(app: EvtuiApp) -> None:
    """Which, what is wrong with it, and its figures."""
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "l", "y")
        rows = app.clipboard.splitlines()
        assert rows[0].startswith("CP1 → CP2")
        assert "frames sent" in app.clipboard


async def test_the_network_is_copied_as_it_stands_side_by_side(app: EvtuiApp) -> None:
    """Panes beside each other stay so."""
    async with app.run_test(size=(200, 60)) as pilot:
        await press(pilot, "y")
        grid = app.screen.query_one(LogGrid)
        row = app.clipboard.splitlines()[grid.region.y]
        assert "Log" in row
        assert "Power" in row


async def test_a_city_is_copied_and_written_too(tmp_path: Path) -> None:
    """Its overview by its own name."""
    app = CityApp(open_session(load("two-sites")), paused=True)
    app.folder = tmp_path
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await press(pilot, "y", "Y")
        (path,) = tmp_path.iterdir()
        assert path.name == "two-sites-city-0s.svg"
        assert "North" in app.clipboard
        await press(pilot, "slash", "L")
        assert len(app.screen_stack) == 2  # nobody sees a site
        await press(pilot, "enter", "L")
        assert name_of(app.screen) == "log"
        await press(pilot, "Y")
        assert "two-sites-North-log-0s.svg" in [path.name for path in tmp_path.iterdir()]


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    """Whatever is there stays as it is."""
    for number in (1, 2, 3):
        path, file = open_new(tmp_path, "a", ".txt")
        with file:
            file.write(str(number))
        assert path.name == ("a.txt" if number == 1 else f"a-{number}.txt")
    assert [(tmp_path / name).read_text() for name in ("a.txt", "a-2.txt", "a-3.txt")] == [
        "1", "2", "3",
    ]  # fmt: skip
