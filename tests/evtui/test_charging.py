"""The view of charging over time: its axis, rows and charts; cursor, zoom and why; pictures."""

from collections.abc import Callable
from random import Random

import attrs
import pytest
from rich.cells import cell_len
from textual.binding import Binding

from evtui.app import EvtuiApp
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render import charging, charging_charts
from evtui.render.charging_charts import Part, column_of, verdict
from evtui.render.time_axis import Axis, labels
from evtui.screens.charging import ChargingPanel
from evtui.screens.city import CityScreen
from evtui.screens.panels import Body
from evtui.screens.why import WhyPanel
from evtui.themes import DARK, LIGHT
from scenarios.charging.view import (
    NOTHING,
    SPANS_US,
    ChargingView,
    ChargingWindow,
    EnergyView,
    GanttRow,
    StackView,
)
from scenarios.city.session import open_session
from scenarios.loader import load
from scenarios.session import Session
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle
from tests.evtui.walk import press

S = 1_000_000
MOTION = ("‖ paused 10×", "warn bold")
SIZES = [(80, 22), (120, 32), (200, 56)]
IDS = [f"{width}x{height}" for width, height in SIZES]


def row(ev: str = "EV1", **changes: object) -> GanttRow:
    """Ten cells of 10 s: came in the second, now is the sixth, leaves in the ninth."""
    made = GanttRow(
        ev=ev, cp="CP1", word="open", top_w=11_000,
        power_w=(NOTHING, 0, 11_000, 5_500, 40, 0, 2_700, 11_000, 0, NOTHING),
        came_us=(10 * S,), left_us=(), departure_us=85 * S, asked_us=(30 * S,),
        got_wh=50, wanted_wh=120,
    )  # fmt: skip
    return attrs.evolve(made, **changes)


ENERGY = EnergyView(
    ev="EV1", cp="CP1", word="open", got_wh=50, wanted_wh=120, promised=True, short=False,
    planned_wh=120, possible_wh=130, departure_us=85 * S, soc=50.5, target=60.0, soc_at_0=50.0,
    battery_wh=10_000,
    got=(NOTHING, 0, 30, 45, 50, 50, NOTHING, NOTHING, NOTHING, NOTHING),
    planned=(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, 50, 60, 110, 120, NOTHING),
    possible=(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, 60, 90, 120, 130, NOTHING),
)  # fmt: skip

STACK = StackView(
    id="", capacity_w=20_000,
    groups=(("A", (0, 0, 11_000, 5_500, 0, 0, 2_700, 11_000, 0, 0)), ("", (0,) * 10)),
    loads_w=(5_000,) * 10, pv_w=(0, 0, 0, 4_000, 0, 0, 0, 0, 0, 0),
    now_w=(0, 0), loads_now_w=5_000, pv_now_w=0, has_loads=True, has_pv=True,
)  # fmt: skip

SEEN = ChargingView(
    from_us=0, until_us=100 * S, evs=("EV1",), first=0, rows=(row(),), chosen="EV1", stack=STACK,
    energy=ENERGY, planned=True,
)  # fmt: skip


def glyphs_of(it: GanttRow, now: int = 5) -> str:
    """The cells of a row."""
    return "".join(text for text, _ in charging.gantt_cells(it, SEEN, now))


# --- the axis --------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [1, 8, 20, 49, 169, 400])
@pytest.mark.parametrize("span_us", [*SPANS_US, 7 * S])
def test_labels_stand_at_their_times(span_us: int, cells: int) -> None:
    """None runs into another one, and none is cut off."""
    text = labels(17 * S, 17 * S + span_us, cells)
    assert len(text) == cells
    for at, sign in enumerate(text):
        if sign == "╵":
            parts = [int(part) for part in text[at + 1 :].split()[0].split(":")]
            seconds = sum(part * 60**n for n, part in enumerate(reversed(parts)))
            assert (seconds * S - 17 * S) * cells // span_us == at
    assert "╵" in text or cells < 20 or span_us < 10 * S


def test_zoom_keeps_now_where_it_is() -> None:
    """And the middle where now is not seen; a minute is the least, four weeks the most."""
    axis = Axis().zoomed(1, (0, 3_600 * S), 1_800 * S)
    assert axis.seen(1_800 * S) == (1_800 * S - 1_350 * S, 1_800 * S + 1_350 * S)
    assert axis.seen(1_900 * S) == (1_900 * S - 1_350 * S, 1_900 * S + 1_350 * S)
    axis = Axis().zoomed(-1, (600 * S, 1_200 * S), 5_000 * S)
    assert axis.seen(9_000 * S) == (450 * S, 1_350 * S)
    least = (0, SPANS_US[0])
    assert Axis().zoomed(1, least, 0).seen(0) == least
    most = (0, SPANS_US[-1])
    assert Axis().zoomed(-1, most, 0).seen(0) == most


def test_moving_stands_and_following_goes_on() -> None:
    """A quarter at a time; never before the beginning."""
    axis = Axis().moved(1, (0, 400 * S))
    assert axis.seen(5 * S) == axis.seen(500 * S) == (100 * S, 500 * S)
    assert axis.moved(-1, (50 * S, 450 * S)).seen(0) == (0, 400 * S)
    axis = axis.following((100 * S, 500 * S))
    assert axis.seen(300 * S) == (100 * S, 500 * S)
    assert axis.seen(400 * S) == (200 * S, 600 * S)
    assert Axis().seen(77 * S) is None


# --- rows ------------------------------------------------------------------------------------


def test_a_row_shows_what_was_what_is_planned_and_when_who_comes_and_goes() -> None:
    """Blocks before now, dots after; a hundredth of its power is no power."""
    assert glyphs_of(row()) == " ├█◆·│⣀⣿┤ "
    assert glyphs_of(row(asked_us=())) == " ├█▄·│⣀⣿┤ "
    assert glyphs_of(row(asked_us=()), now=9) == " ├█▄··▂█┤│"
    gone = row(left_us=(40 * S,), departure_us=0, asked_us=())
    assert glyphs_of(gone) == " ├█▄┤│⣀⣿· "


def test_no_information_is_in_colour_alone() -> None:
    """What was drawn, what is planned, marks, groups and lines have different signs."""
    signs = [
        charging.PLANNED, charging.WAITS, charging.CAME, charging.LEAVES, charging.ANEW,
        charging.NOW, "▁▂▃▄▅▆▇█",
    ]  # fmt: skip
    assert len(set("".join(signs))) == len("".join(signs))
    charts = charging_charts
    fills = charts.DRAWN + charts.AHEAD + charts.LOADS + charts.LIMIT + charts.WITHOUT_PV
    assert len(set(fills)) == len(fills)
    assert all(cell_len(sign) == 1 for sign in "".join(signs) + fills)


# --- charts ----------------------------------------------------------------------------------


def text_of(column: list[tuple[str, str]]) -> str:
    """A column from the top down."""
    return "".join(sign for sign, _ in column)


@pytest.mark.parametrize(
    ("parts", "drawn"),
    [
        ([], "    "),
        ([("█", 0)], "    "),
        ([("█", 8_000)], "████"),
        ([("█", 5_000)], " ▄██"),
        ([("█", 100)], "   ▁"),
        ([("░", 2_000), ("█", 4_000)], " ██░"),
        ([("░", 2_900), ("█", 1_000)], "  █░"),
        ([("░", 3_100), ("█", 1_000)], " ▁░░"),
        ([("▓", 2_900)], "   ▓"),
        ([("▓", 3_100)], "  ▓▓"),
        ([("⣿", 3_000)], "  ⣤⣿"),
        ([("█", 9_999)], "████"),
    ],
)
def test_a_cell_shows_what_takes_most_of_it(parts: list[tuple[str, int]], drawn: str) -> None:
    """Four rows of 2 kW; the topmost block or dot is as high as it is full."""
    made = [Part(amount, sign, "") for sign, amount in parts]
    assert text_of(column_of(made, 8_000, 4)) == drawn


def test_power_stands_against_what_may_be_drawn() -> None:
    """Loads below, EVs above, the line of the capacity, and that with the PV."""
    lines = charging_charts.stack_chart(SEEN, 5, (9, 10, 21), 6)
    text = [line.plain[9:19] for line in lines[1:]]
    assert text[0] == "   ─ │    "
    assert text[1] == "───╌─│────"
    assert text[-1][:5] == "░░░░░"
    assert "15.0 kW unused" in lines[0].plain
    figures = "\n".join(line.plain[19:] for line in lines)
    for words in ("limit      20.0", "A           0.0", "loads       5.0", "others"):
        assert words in figures
    over = attrs.evolve(STACK, now_w=(16_000, 0))
    (head, *_) = charging_charts.stack_chart(attrs.evolve(SEEN, stack=over), 5, (9, 10, 21), 6)
    assert "over!" in head.plain


def test_energy_stands_against_the_promise() -> None:
    """What it got, what is planned, what is possible; the state of charge beside."""
    lines = charging_charts.energy_chart(SEEN, 5, (40, 10, 21), 6)
    text = "\n".join(line.plain for line in lines)
    assert "EV1 at CP1  0.05 of 0.12 kWh promised by 01:25" in lines[0].plain
    assert "✓ as planned" in lines[0].plain
    assert "50.5 of 60 %" in text
    assert "51.3 %" in lines[2].plain
    assert "50.0 %" in lines[5].plain
    assert lines[6].plain[40:50] == "  ███│⣿⣿⣿ "
    for sign in "█⣿˙─│":
        assert sign in "".join(line.plain[40:50] for line in lines[1:])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "✓ as planned"),
        ({"got_wh": 119}, "✓ it has all of it"),
        ({"planned_wh": 80}, "! not all of it is planned"),
        ({"possible_wh": 80}, "✗ not possible any more"),
        ({"short": True}, "✗ not possible any more"),
        ({"word": "broken"}, "broken"),
        ({"planned_wh": None}, "possible, not planned"),
        ({"planned_wh": None, "possible_wh": None}, "without a departure"),
    ],
)
def test_the_verdict_is_in_words(changes: dict[str, object], words: str) -> None:
    """What becomes of a promise, without reading the chart."""
    assert verdict(attrs.evolve(ENERGY, **changes))[0] == words


# --- all of it -------------------------------------------------------------------------------


def at_size(session: Session, size: tuple[int, int], **wanted: object) -> View:
    """A view as the panel of that size asks for it."""
    seen = session.view(Window(charging=ChargingWindow(cells=8, rows=1)))
    assert seen.charging is not None
    plan = charging.layout(charging.names(seen), len(seen.charging.evs), size)
    window = ChargingWindow(cells=plan.cells, rows=plan.gantt)
    return session.view(Window(charging=attrs.evolve(window, **wanted)))


@pytest.mark.parametrize("size", [(40, 10), (60, 16), *SIZES, (300, 80)])
@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [("ten-minutes", 1), ("ten-minutes", 300), ("bakery-oven", 200), ("pv-cloud", 200),
     ("commuter-morning", 1_350), ("late-departure-change", 700)],
)  # fmt: skip
def test_the_page_fits(scenario: str, seconds: int, size: tuple[int, int]) -> None:
    """Whatever the size, and whatever there is."""
    session = Session(load(scenario), 1)
    run_to(session, seconds * S)
    for cabinet in (False, True):
        view = at_size(session, size, cabinet=cabinet)
        lines = charging.page(view, size, MOTION)
        assert len(lines) <= size[1]
        assert {line.width for line in lines} == {size[0]}


def test_a_page_of_another_size_waits_for_its_figures() -> None:
    """What was asked for at another size has other cells."""
    view = attrs.evolve(sample.view(), charging=SEEN)
    assert [line.plain for line in charging.page(view, (80, 22), MOTION)] == [" …"]
    assert charging.page(sample.view(), (80, 22), MOTION)[0].plain == " …"


def morning(seconds: int = 1_350) -> Session:
    """A run with a plan."""
    session = Session(load("commuter-morning"), 1)
    run_to(session, seconds * S)
    return session


def shown(app: EvtuiApp) -> str:
    """The text of the panel."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


def panel(app: EvtuiApp) -> ChargingPanel:
    """The panel that is open."""
    assert isinstance(app.screen, ChargingPanel)
    return app.screen


def seen_of(app: EvtuiApp) -> ChargingView:
    """What is seen in it."""
    assert app.picture is not None
    assert app.picture.view.charging is not None
    return app.picture.view.charging


async def test_c_opens_it_and_the_cursor_goes_over_evs() -> None:
    """The EV at the selected charge point is looked at first; C closes."""
    app = EvtuiApp(morning(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "down", "C")
        assert panel(app).ev == ""
        assert seen_of(app).chosen == "EV2"
        assert "EV2 at CP2" in shown(app)
        assert "✓ as planned" in shown(app)
        await press(pilot, "down")
        assert seen_of(app).chosen == "EV3"
        await press(pilot, "end")
        assert "EV6 at CP6" in shown(app)
        await press(pilot, "down", "pageup")
        assert seen_of(app).chosen == "EV1"
        await press(pilot, "up", "pagedown", "home")
        assert "▌EV1" in shown(app)
        await press(pilot, "C")
        assert len(app.screen_stack) == 1


async def test_time_is_moved_and_zoomed() -> None:
    """Arrows move it, i and o zoom, n follows now, 0 shows all."""
    app = EvtuiApp(morning(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C")
        everything = (seen_of(app).from_us, seen_of(app).until_us)
        assert everything == (0, 3_600 * S)
        await press(pilot, "i")
        length = seen_of(app).until_us - seen_of(app).from_us
        assert length == 2_700 * S
        await press(pilot, "right")
        before = seen_of(app).from_us
        await press(pilot, "left")
        assert before - seen_of(app).from_us == length // 4
        await press(pilot, "o", "o")
        assert seen_of(app).until_us - seen_of(app).from_us == 5_400 * S
        await press(pilot, "i", "i", "i", "n")
        assert sum((seen_of(app).from_us, seen_of(app).until_us)) == 2 * 1_350 * S
        app.controls.run(1_400 * S, 10**7)
        app.take_picture()
        await pilot.pause()
        app.take_picture()
        await pilot.pause()
        assert sum((seen_of(app).from_us, seen_of(app).until_us)) == 2 * 1_400 * S
        await press(pilot, "0")
        assert (seen_of(app).from_us, seen_of(app).until_us) == everything


async def test_tab_shows_the_cabinet_of_the_ev() -> None:
    """And the site again."""
    session = Session(load("bakery-oven"), 1)
    run_to(session, 200 * S)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "C")
        assert "Power of the site" in shown(app)
        await press(pilot, "tab")
        assert "Power of cabinet A" in shown(app)
        await press(pilot, "end")
        chosen = seen_of(app)
        assert f"Power of cabinet {chosen.stack.id}" in shown(app)
        await press(pilot, "tab")
        assert "Power of the site" in shown(app)


@pytest.mark.parametrize("key", ["enter", "w"])
async def test_why_is_answered_about_the_ev_under_the_cursor(key: str) -> None:
    """At once; Esc leads back to the Gantt."""
    app = EvtuiApp(morning(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C", "down", key)
        assert isinstance(app.screen, WhyPanel)
        assert "Why EV2" in app.screen.title_text()
        assert "EV2" in shown(app)
        await press(pilot, "escape")
        assert panel(app).ev == "EV2"


async def test_a_time_in_the_answer_leads_there() -> None:
    """The Gantt shows that time then."""
    app = EvtuiApp(Session(load("commuter-morning"), 1), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.run(1_350 * S, 10**7)
        app.take_picture()
        await press(pilot, "C", "down", "w", "down", "down")
        told = app.screen
        assert isinstance(told, WhyPanel)
        answer, cursor = told._told[-1]
        at_us = answer.sentences[cursor].at_us
        assert at_us is not None
        await press(pilot, "j")
        assert panel(app)
        assert app.timeline.time_us == at_us


async def test_a_click_goes_to_an_ev() -> None:
    """One on a chart goes nowhere."""
    app = EvtuiApp(morning(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C")
        await pilot.click(Body, offset=(20, charging.FIXED + 3))
        await pilot.pause()
        assert seen_of(app).chosen == "EV4"
        await pilot.click(Body, offset=(20, 15))
        await pilot.pause()
        assert seen_of(app).chosen == "EV4"


async def test_it_is_live_and_steps() -> None:
    """What comes while it is open is seen in it."""
    app = EvtuiApp(morning(30), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C")
        assert "No EV has come yet" in shown(app)
        await press(pilot, "down", "enter", "tab", "full_stop")
        assert panel(app)
        app.controls.run(90 * S, 10**7)
        app.take_picture()
        await pilot.pause()
        app.take_picture()
        await pilot.pause()
        assert "EV1 at CP1" in shown(app)


async def test_looking_at_it_changes_nothing() -> None:
    """The run with the view open has the digest of the run without, whatever is pressed."""
    app, alone = EvtuiApp(morning(300), paused=True), morning(300)
    keys = [each.key for each in ChargingPanel.BINDINGS if isinstance(each, Binding)]
    keys = [key.split(",")[0] for key in keys if not key.startswith(("C", "enter"))]
    random = Random(5)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C")
        for _ in range(60):
            await press(pilot, random.choice(keys))
        for _ in range(5):
            await press(pilot, "full_stop")
            alone.step()
        assert isinstance(app.screen, ChargingPanel)
        assert app.timeline.session.whole.digest() == alone.whole.digest()


async def test_the_terminal_may_become_another_one() -> None:
    """Then other cells are asked for."""
    app = EvtuiApp(morning(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "C")
        for width, height in ((120, 36), (60, 20), (200, 60)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            await pilot.pause()
            assert "Power of the site" in shown(app)


async def test_in_a_city_it_is_of_the_site_that_is_open() -> None:
    """In the overview it says that one must be opened first."""
    session = open_session(load("two-sites"))
    run_to(session, 900 * S)
    app = CityApp(session, paused=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "C")
        assert isinstance(app.screen, CityScreen)
        await press(pilot, "enter", "C")
        assert panel(app)
        assert "Power of the site" in shown(app)


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Charging · C" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose plans have always the same number, and energies in hundreds of Wh."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, with what hangs on the protocol's timing pinned."""
        seen = super().view(window)
        if seen.charging is None:
            return seen
        plan = seen.plan and attrs.evolve(seen.plan, number=21, by="CP3")
        rows = tuple(attrs.evolve(it, got_wh=it.got_wh // 100 * 100) for it in seen.charging.rows)
        return attrs.evolve(seen, plan=plan, charging=attrs.evolve(seen.charging, rows=rows))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """A morning with promises: what was, and what is planned."""
    session = Steady(load("commuter-morning"), 1)
    run_to(session, 1_350 * S)
    app = app_on(session, theme)
    assert snap_compare(app, press=["C", "down"], terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_panel_of_cabinets(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    """No plan, two cabinets, an oven."""
    session = Steady(load("bakery-oven"), 1)
    run_to(session, 210 * S)
    assert snap_compare(app_on(session), press=["C"], terminal_size=size, run_before=settle)
