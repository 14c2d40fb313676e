"""ASCII alone: nothing else is drawn, in any view, and all states stay apart."""

from collections.abc import Mapping

import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.widgets import Input

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.render import charging, glyphs, lanes
from evtui.render import charging_charts as charts
from evtui.render.ascii import AsciiFilter, ascii_of
from evtui.settings.force import Settings
from scenarios.city.session import open_session
from scenarios.loader import load
from tests.evtui.conftest import session_at
from tests.evtui.walk import app_of, text_of, troubled, views


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=lambda it: f"{it[0]}x{it[1]}")
async def test_every_view_is_drawn_in_ascii(size: tuple[int, int]) -> None:
    """Frames, bars, charts, notices and the palette too; and it says something."""
    app = app_of(troubled(), ascii=True)
    async with app.run_test(size=size) as pilot:
        count = 0
        async for name in views(app, pilot):
            text = text_of(app)
            odd = sorted({char for char in text if not char.isascii()})
            assert odd == [], name
            assert len(text.split()) > 10, name
            assert "not shown" not in text, name
            assert all(len(line) <= size[0] for line in text.splitlines())
            count += 1
        assert count > 25
        assert app._exception is None


async def test_a_city_is_drawn_in_ascii() -> None:
    """Its overview and its help."""
    app = CityApp(open_session(load("two-sites")), paused=True, settings=Settings(ascii=True))
    async with app.run_test(size=(120, 36)) as pilot:
        for key in ("", "question_mark"):
            if key:
                await pilot.press(key)
            await pilot.pause()
            assert text_of(app).isascii()


async def test_what_is_typed_is_drawn_in_ascii() -> None:
    """As it was typed where it can be, and otherwise with a sign for it."""
    app = EvtuiApp(session_at(60_000_000), paused=True, settings=Settings(ascii=True))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"süd☃")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "süd☃"
        text = text_of(app)
        assert text.isascii()
        assert "sud?" in text


async def test_without_the_setting_letters_are_as_they_were() -> None:
    """The filter is not there."""
    app = app_of(session_at(60_000_000))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "●" in text_of(app)


MARKS = charging.CAME + charging.LEAVES + charging.ANEW + charging.NOW + charging.WAITS
LINES = charts.NOW + charts.LIMIT + charts.WITHOUT_PV + charts.LOADS
ENERGY = charts.NOW + charts.LEAVES + charts.LIMIT + charts.POSSIBLE
"""What is drawn in one chart; what was and what is planned are parted by the line that is now."""

GROUPS: dict[str, Mapping[object, str]] = {
    "slots": dict(glyphs.CELL),
    "roles": dict(glyphs.ROLE),
    "charge points": dict(glyphs.STATUS),
    "monitored": dict(glyphs.MONITORED),
    "links": dict(glyphs.LINK),
    "events": {name: symbol for name, (symbol, _) in glyphs.SEVERITY.items()},
    "faults of links": {name: symbol for name, (symbol, _) in glyphs.LINK_FAULT.items()},
    "clock": dict(enumerate((glyphs.RUNNING, glyphs.PAUSED, glyphs.ENDED))),
    "invariants": dict(enumerate((glyphs.HOLDS, glyphs.BROKEN))),
    "tracks": dict(enumerate((glyphs.FULL, glyphs.TRACK))),
    "sparks": dict(enumerate(glyphs.SPARK)),
    "charging, as it was": dict(enumerate(MARKS + glyphs.SPARK)),
    "charging, as planned": dict(enumerate(MARKS + charging.PLANNED)),
    "power, as it was": dict(enumerate(LINES + charts.DRAWN + glyphs.SPARK)),
    "power, as planned": dict(enumerate(LINES + charts.AHEAD + charging.PLANNED)),
    "energy, as it was": dict(enumerate(ENERGY + glyphs.SPARK)),
    "energy, as planned": dict(enumerate(ENERGY + charging.PLANNED)),
    "lanes": dict(enumerate("─┬" + lanes.STEM + lanes.HELD + lanes.LIFELINE + lanes.SENT)),
    "ends of lanes": dict(enumerate((*lanes.TAKEN.values(), *lanes.LATE.values(), lanes.LOST))),
}


@pytest.mark.parametrize("group", GROUPS)
def test_signs_of_one_group_stay_apart(group: str) -> None:
    """As many in ASCII as there were before."""
    signs = set(GROUPS[group].values())
    assert len({ascii_of(sign) for sign in signs}) == len(signs)


def test_every_letter_keeps_its_width() -> None:
    """Columns stay where they were, whatever is drawn."""
    texts = [
        *glyphs.ASCII,
        "≤ 3",
        "≥ 22 kW",
        "🔎 find",
        "…",
        "漢字",
        "e\u0301",
        "⣿⡇⠁",
        "╔═╗",
        "▚",
        "☃",
    ]
    for text in texts:
        assert ascii_of(text).isascii()
        assert cell_len(ascii_of(text)) == cell_len(text), text
    assert ascii_of("≤ 3") == "<=3"
    assert ascii_of("Café “Süd”") == 'Cafe "Sud"'
    assert ascii_of("⣿⠁⠀") == "#. "
    assert ascii_of("├─ 2") == "+- 2"


def test_what_is_ascii_already_is_let_through_as_it_is() -> None:
    """Nothing is made anew for it."""
    from rich.segment import Segment

    plain, odd = Segment("plain"), Segment("●")
    out = AsciiFilter().apply([plain, odd], Color.parse("black"))
    assert out[0] is plain
    assert out[1].text == "@"
