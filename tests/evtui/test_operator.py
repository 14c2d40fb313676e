"""The operator's view: words, power, money, alarms; and every verb by its keys."""

from collections.abc import Callable

import attrs
import pytest

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import glyphs, instruct, operator
from evtui.render.instruct import WANTS, order_for
from evtui.screens.operator import InstructPanel, OperatorPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import AlarmView, InstructionView, OperatorView
from scenarios.view import SessionView, View, Window
from tests.evtui import sample
from tests.evtui.conftest import session_at
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000
MOTION = ("‖ paused", "")

SEEN = OperatorView(
    monitored=True,
    alarms=(
        AlarmView("CP4", "disconnected: nobody hears it", 243 * S, None),
        AlarmView("CP5", "out of order: its engine is silent", 121 * S, 151 * S),
    ),
    alarm_total=2,
    instructions=(
        InstructionView(2, 250 * S, "CP4", "Reset", ""),
        InstructionView(1, 100 * S, "CP1", "ChangeAvailability", "Accepted"),
    ),
    instruction_total=2,
    drivers=(("EV1", "EV1"), ("EV2", "TAG2")),
)
SESSION = SessionView("EV1", "CP1", 1, 200 * S, None, 670, "", cents=30)


def view(count: int = 5, **changes: object) -> View:
    """A network with a session at CP1, and CP4 not heard."""
    words = ("supplying", "supplying", "stopped", "disconnected", "out of order")
    cps = tuple(
        attrs.evolve(cp, monitored=words[n % 5], operative=n % 5 != 2, price_ueur=450_000)
        for n, cp in enumerate(sample.view(count).cps)
    )
    return sample.view(
        count, cps=cps, sessions=(SESSION,), earned_cents=1_205, operator=SEEN, **changes
    )


def drawn(seen: View, cursor: int = 0, size: tuple[int, int] = (80, 22)) -> list[str]:
    """The texts of the page, each as wide as the panel."""
    lines = operator.page(seen, cursor, size, MOTION)
    assert {line.width for line in lines if line.spans} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


def test_a_row_tells_word_power_energy_money_and_who() -> None:
    """KW of the rated kW; the session's kWh and €."""
    row = drawn(view())[2].split()
    assert row == ["▌CP1", "▶", "SUPPLYING", "7.4", "of", "11", "0.67", "0.30", "EV1", "0.45"]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_each_word_has_its_sign(width: int) -> None:
    """No information by colour alone, whatever the width."""
    text = "\n".join(drawn(view(), size=(width, 40)))
    for word in ("supplying", "stopped", "out of order", "disconnected"):
        assert f"{glyphs.MONITORED[word]} {word.upper()}" in text
    counts = "▶ 2 supplying ■ 1 stopped ! 1 out of order ? 1 disconnected"
    assert (counts if width > 80 else "▶ 2 ■ 1 ! 1 ? 1") in text
    assert "14.8 kW  12.05 €" in text


def test_alarms_and_instructions_have_their_times() -> None:
    """Open ones with a sign of their own; what is over from when until when."""
    text = drawn(view())
    assert next(line for line in text if " in all" in line).startswith(" 1 alarm now, 2 in all")
    assert any(line.startswith(" ! 04:03 ") and "CP4      disconnected" in line for line in text)
    assert any(line.startswith(" ✓ 02:01 to 02:31") for line in text)
    assert any("#2    04:10  CP4      Reset" in it and "not answered yet" in it for it in text)
    assert any("ChangeAvailability      Accepted" in line for line in text)


def test_without_monitors_it_says_so() -> None:
    """An empty list of alarms would be a comfort then."""
    seen = attrs.evolve(SEEN, monitored=False, alarms=(), alarm_total=0)
    text = "\n".join(drawn(attrs.evolve(view(), operator=seen)))
    assert "0 alarms now, 0 in all · no monitors here: silence is not noticed" in text
    assert "The log knows of nothing that is wrong" in text


@pytest.mark.parametrize(("count", "size"), [(40, (80, 22)), (100, (200, 56)), (40, (80, 9))])
def test_with_many_the_table_scrolls_and_alarms_stay(count: int, size: tuple[int, int]) -> None:
    """The cursor is always seen."""
    for cursor in range(count):
        text = drawn(view(count), cursor, size)
        assert sum(line.startswith(f"▌CP{cursor + 1} ") for line in text) == 1
        assert any("1 alarm now" in line for line in text)


def test_who_is_expected_and_who_is_known_only_by_the_log() -> None:
    """An arrow for a reservation; the log's driver where no EV is there."""
    assert operator.who(sample.cp(3, reserved_for="EV7"), None) == "→EV7"
    assert operator.who(sample.cp(3), SESSION) == "EV1"
    assert operator.who(sample.cp(3), None) == "–"


def test_one_that_is_to_stop_and_still_serves_says_so() -> None:
    """An arrow to the sign of what it is to be; none once it has stopped."""
    seen = view()
    stopping = attrs.evolve(seen.cps[0], operative=False)
    text = drawn(attrs.evolve(seen, cps=(stopping, *seen.cps[1:])))
    assert text[2].rstrip().endswith("→ ■")
    assert "→ ■" not in text[4]


def test_an_order_knows_whom_and_how_much() -> None:
    """Drivers go round, limits have ends; nobody to start for is no order."""
    order = order_for(sample.cp(2), SEEN.drivers)
    assert (order.want.verb, order.driver) == ("stop_cp", 1)
    start = order.moved(3)
    assert start.args() == {"cp": "CP2", "id_tag": "TAG2"}
    assert start.turned(1).args() == {"cp": "CP2", "id_tag": "EV1"}
    assert attrs.evolve(start, drivers=()).args() is None
    limit = order.moved(4)
    assert limit.args() == {"cp": "CP2", "limit_w": 5_500}
    assert limit.turned(1).turned(1).args() == {"cp": "CP2", "limit_w": 8_250}
    assert limit.turned(-1).turned(-1).turned(-1).args() == {"cp": "CP2", "limit_w": 0}
    assert order.moved(-1).widened().args() == {"cp": "all", "kind": "Hard"}
    assert order_for(sample.cp(3, operative=False), ()).want.verb == "resume_cp"


# --- in the app ------------------------------------------------------------------------------


def charging() -> Session:
    """A run in which EV1 and EV2 charge at CP1 and CP2."""
    session = Session(load("ten-minutes"), 7)
    run_to(session, 200 * S)
    return session


def shown(app: EvtuiApp) -> str:
    """The text of the panel on top."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


def look(app: EvtuiApp) -> View:
    """The world as it is, whatever the screen shows."""
    return app.controls.view(Window(operator_rows=9))


async def test_f_opens_it_and_o_stops_and_serves_again() -> None:
    """What the log says of it is seen at once."""
    app = EvtuiApp(charging(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, OperatorPanel)
        assert "▶ SUPPLYING" in shown(app)
        await pilot.press("end", "o")
        app.controls.run(203 * S, 10**6)
        app.take_picture()
        await pilot.pause()
        assert look(app).cps[4].monitored == "stopped"
        assert "▌CP5      ■ STOPPED" in shown(app)
        assert "ChangeAvailability      Accepted" in shown(app)
        await pilot.press("o")
        app.controls.run(206 * S, 10**6)
        assert look(app).cps[4].monitored == "activated"
        await pilot.press("home", "down", "up", "pagedown", "pageup", "f")
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize("index", range(len(WANTS)))
async def test_every_want_is_an_instruction_in_the_log(index: int) -> None:
    """By its digit, at the CP under the cursor, and it is answered."""
    session = charging()
    if WANTS[index].verb == "resume_cp":
        session.act("stop_cp", cp="all")
        session.run(203 * S, 10**6)
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        # The charging of one that charges, anything else of one that does not.
        busy = [cp.ev is not None for cp in look(app).cps]
        at = busy.index(WANTS[index].verb == "remote_stop")
        await pilot.press("f", *["down"] * at, "enter")
        assert isinstance(app.screen, InstructPanel)
        await pilot.press(str(index + 1))
        await pilot.pause()
        assert isinstance(app.screen, OperatorPanel)
        assert session.world.journal[-1].verb == WANTS[index].verb
        assert ["asked for at" in n.message for n in app._notifications] == [True]
        session.run(session.time_us + 3 * S, 10**6)
        seen = look(app).operator
        assert seen is not None
        assert seen.instructions[0].cp == look(app).cps[at].id
        assert seen.instructions[0].answer != ""


async def test_a_means_all_of_them() -> None:
    """Every charging is ended by one order."""
    app = EvtuiApp(charging(), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "enter", "down", "down", "a")
        await pilot.pause()
        assert "for all charge points" in shown(app)
        await pilot.press("enter")
        app.controls.run(230 * S, 10**6)
        assert [it.reason for it in look(app).sessions if it.stop_us is not None] == ["Remote"] * 2


async def test_escape_asks_for_nothing() -> None:
    """The chooser closes, then the view."""
    session = charging()
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        before = len(session.world.journal)
        await pilot.press("f", "enter", "right", "left", "escape", "escape")
        assert len(app.screen_stack) == 1
        assert len(session.world.journal) == before


async def test_clicks_choose() -> None:
    """A charge point in the table, an order in the chooser."""
    session = charging()
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await pilot.pause()
        panel = app.screen
        assert isinstance(panel, OperatorPanel)
        await pilot.click(Body, offset=(5, operator.HEAD + 3))
        assert panel.cp.id == "CP4"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.click(Body, offset=(5, instruct.HEAD))
        await pilot.pause()
        assert session.world.journal[-1].args == {"cp": "CP4"}


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Operator · f" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose alarms and instructions have whole seconds."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, pinned."""
        seen = super().view(window)
        sessions = tuple(
            attrs.evolve(it, energy_wh=it.energy_wh // 10 * 10, cents=it.cents // 5 * 5)
            for it in seen.sessions
        )
        if seen.operator is None:
            return attrs.evolve(seen, sessions=sessions)
        alarms = tuple(
            attrs.evolve(it, since_us=it.since_us // (5 * S) * 5 * S, until_us=whole(it.until_us))
            for it in seen.operator.alarms
        )
        seen_by = attrs.evolve(seen.operator, alarms=alarms)
        return attrs.evolve(seen, sessions=sessions, operator=seen_by)


def whole(time_us: int | None) -> int | None:
    """In steps of five seconds."""
    return None if time_us is None else time_us // (5 * S) * 5 * S


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """An alarm, one that is over, a CP that is stopped, and one that charges."""
    session = Steady(load("monitor"), 1)
    run_to(session, 185 * S)
    session.act("stop_cp", cp="CP1")
    run_to(session, 188 * S)
    app = app_on(session, theme)
    assert snap_compare(app, press=["f"], terminal_size=size, run_before=settle)


def test_chooser(snap_compare: Callable[..., bool]) -> None:
    """What can be wanted, above the view."""
    session = Steady(load("monitor"), 1)
    run_to(session, 185 * S)
    press = ["f", "enter", "down"]
    app = app_on(session)
    assert snap_compare(app, press=press, terminal_size=(80, 24), run_before=settle)
