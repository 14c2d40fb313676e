"""The view of OCPP: rows, payloads, the filter, and every key of it."""

import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from evtui.app import EvtuiApp
from evtui.palette import Actions
from evtui.render import ocpp
from evtui.screens.ocpp import OcppPanel
from evtui.screens.panels import Body
from evtui.themes import DARK, LIGHT
from scenarios.loader import load
from scenarios.ocpp_view import ExchangeDetail, ExchangeView, OcppView, OcppWindow
from scenarios.session import Session
from scenarios.view import View, Window
from tests.evtui import sample
from tests.evtui.test_snapshots import Pinned, app_on, run_to, settle

S = 1_000_000
MOTION = ("‖ paused", "")


def call(at: int, **changes: object) -> ExchangeView:
    """A call that was answered."""
    made = ExchangeView(
        at, 240 * S + at * 1_000, "CP1", True, "StartTransaction", "EV1", "answered", "Accepted",
        8_700, False,
    )  # fmt: skip
    return attrs.evolve(made, **changes)


ROWS = (
    call(1),
    call(2, state="refused", answer="ConcurrentTx", cp="CP2"),
    call(3, state="error", answer="NotSupported", again=True),
    call(4, state="lost", answer="none: its charge point went down", took_us=None),
    call(5, state="answered", to_network=False, action="RemoteStartTransaction", took_us=61 * S),
    call(6, state="waiting", answer="", took_us=None),
    call(7, state="queued", answer="", took_us=None),
)
DETAIL = ExchangeDetail(
    "CP1-1000031", 240 * S, "", ("{", '  "idTag": "EV1",', '  "meterStart": 0', "}"),
    ("{", '  "status": "Accepted"', "}"),
)  # fmt: skip
SEEN = OcppView(
    OcppWindow(rows=20), recorded=True, rows=ROWS, chosen=0, detail=DETAIL,
    waiting=(("CP1", 2), ("CP3", 1)),
)  # fmt: skip


def drawn(seen: OcppView, size: tuple[int, int] = (80, 22), text: str = "") -> list[str]:
    """The texts of the page, each as wide as the panel."""
    lines = ocpp.page(sample.view(ocpp=seen), text, size, MOTION)
    assert {line.width for line in lines} == {size[0]}
    assert len(lines) <= size[1]
    return [line.plain for line in lines]


def test_a_row_tells_when_who_what_the_answer_and_how_long() -> None:
    """With the direction."""
    text = drawn(SEEN)
    assert text[2].split() == [
        "▌04:00.001", "CP1", "→", "StartTransaction", "EV1", "✓", "Accepted", "8.7", "ms",
    ]  # fmt: skip
    assert "← " in text[6]
    assert text[6].rstrip().endswith("61.0 s")
    assert "RemoteStartTransaction " in text[6]


def test_each_state_has_its_sign_and_its_word() -> None:
    """No information by colour alone."""
    text = drawn(SEEN)
    for row, said in zip(text[2:9], (
        "✓ Accepted", "! ConcurrentTx", "✗ NotSupported", "∅ lost", "✓ Accepted", "… waits",
        "· in the queue",
    ), strict=True):  # fmt: skip
        assert said in row
    assert "↻" in text[4]
    assert "↻" not in text[5]
    assert set(ocpp.STATES) == set(ocpp.WORDS) == {row.state for row in ROWS}


def test_what_waits_is_counted_above() -> None:
    """With the charge point that has most of it."""
    assert drawn(SEEN)[0].startswith(" all CPs  3 wait, 2 at CP1")
    assert "wait" not in drawn(attrs.evolve(SEEN, waiting=()))[0]
    one = attrs.evolve(SEEN, waiting=(("CP3", 1),), window=OcppWindow(cp="CP3"))
    assert drawn(one, text="start")[0].startswith(" CP3  / start  1 wait at CP3")


def test_what_is_not_there_is_said() -> None:
    """Forgotten, not searched, not wanted, not recorded."""
    assert "kept since 03:20" in drawn(attrs.evolve(SEEN, forgotten_us=200 * S))[0]
    assert "searched to 03:20" in drawn(attrs.evolve(SEEN, searched_us=200 * S))[0]
    empty = attrs.evolve(SEEN, rows=(), chosen=-1, detail=None)
    assert "No call that is wanted" in drawn(empty)[2]
    assert "Nobody remembers" in drawn(attrs.evolve(SEEN, recorded=False))[0]


@pytest.mark.parametrize("size", [(80, 22), (120, 32), (200, 56), (40, 8)])
def test_the_payload_is_shown_as_far_as_there_is_room(size: tuple[int, int]) -> None:
    """Below the table, or beside it; a line says how much is left."""
    text = "\n".join(drawn(SEEN, size))
    assert "StartTransaction" in text
    if size[0] >= 80:
        assert '"idTag": "EV1"' in text
        assert "stamp 04:00.000  sent 04:00.001  ✓ answered after 8.7 ms" in text
        assert "lines more: Enter" not in text
    rows = tuple(f'  "field{n}": "{"value " * 5}",' for n in range(300))
    long = attrs.evolve(DETAIL, call=("{", *rows, '  "last": 1', "}"))
    text = "\n".join(drawn(attrs.evolve(SEEN, detail=long), size))
    assert "lines more: Enter" in text


def test_all_of_a_call_is_all_of_it() -> None:
    """Every line of its payload; why there is no answer; that it is a retry; who carries it."""
    found = [line.plain for line in ocpp.whole(SEEN, 78)]
    for row in (*DETAIL.call, *DETAIL.result):
        assert any(row.strip() in line for line in found)
    waits = attrs.evolve(SEEN, chosen=5, detail=attrs.evolve(DETAIL, result=()))
    assert "waits for the answer" in ocpp.whole(waits, 78)[-1].plain
    lost = attrs.evolve(SEEN, chosen=3, detail=attrs.evolve(DETAIL, result=()))
    assert "its charge point went down" in ocpp.whole(lost, 78)[-1].plain
    again = attrs.evolve(SEEN, chosen=2)
    assert any("the same call was made before" in line.plain for line in ocpp.whole(again, 78))
    theirs = attrs.evolve(SEEN, chosen=4, detail=attrs.evolve(DETAIL, carried="instruction #1"))
    text = [line.plain for line in ocpp.whole(theirs, 78)]
    assert "network → CP1" in text[0]
    assert any("instruction #1" in line for line in text)


@pytest.mark.parametrize(
    ("took_us", "text"),
    [(None, "–"), (0, "0.0 ms"), (999_940, "999.9 ms"), (3_661 * S, "3,661.0 s")],
)
def test_how_long_it_took_has_a_unit(took_us: int | None, text: str) -> None:
    """Milliseconds below a second."""
    assert ocpp.took(took_us) == text


# --- in the app ------------------------------------------------------------------------------


def shown(app: EvtuiApp) -> str:
    """The text of the panel on top."""
    return "\n".join(line.plain for line in app.screen.query_one(Body)._lines)


def keys_line(app: EvtuiApp) -> str:
    """What the line of keys says."""
    return str(app.screen.query_one("#panel-keys", Static).content)


def app_at(scenario: str, seconds: int, seed: int = 1) -> EvtuiApp:
    """A paused app on a run that has come so far, with all its messages."""
    session = Session(load(scenario), seed)
    session.record()
    run_to(session, seconds * S)
    return EvtuiApp(session, paused=True)


def seen_in(app: EvtuiApp) -> OcppView:
    """What is shown."""
    assert isinstance(app.screen, OcppPanel)
    assert app.screen.seen is not None
    return app.screen.seen


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and let come what they ask for."""
    await pilot.press(*keys)
    await settle(pilot)


async def test_it_follows_the_newest_until_the_cursor_is_moved() -> None:
    """And again when it goes beyond it, or by End."""
    app = app_at("ten-minutes", 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "O")
        first = seen_in(app)
        assert first.follows
        assert first.chosen == len(first.rows) - 1
        await press(pilot, "up", "up")
        assert seen_in(app).rows[seen_in(app).chosen] == first.rows[-3]
        assert "End follows" in shown(app)
        app.controls.run(260 * S, 10**6)
        app.take_picture()
        await settle(pilot)
        assert seen_in(app).rows[seen_in(app).chosen] == first.rows[-3]
        await press(pilot, "end")
        assert seen_in(app).follows
        assert seen_in(app).rows[-1].time_us > 200 * S
        await press(pilot, "up", "down", "down")
        assert not app.screen.query_one(Input).display
        app.controls.run(300 * S, 10**6)
        app.take_picture()
        await settle(pilot)
        assert seen_in(app).follows
        await press(pilot, "home")
        assert seen_in(app).oldest
        assert (seen_in(app).chosen, seen_in(app).rows[0].action) == (0, "BootNotification")
        await press(pilot, "pagedown", "pageup")
        assert seen_in(app).chosen == 0
        await press(pilot, "O")
        assert len(app.screen_stack) == 1


async def test_arrows_choose_a_cp_and_all_of_them_again() -> None:
    """One after the other, in both directions."""
    app = app_at("ten-minutes", 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "O", "right")
        assert {row.cp for row in seen_in(app).rows} == {"CP1"}
        await press(pilot, "left", "left")
        assert {row.cp for row in seen_in(app).rows} == {"CP5"}
        assert shown(app).startswith(" CP5")
        await press(pilot, "right")
        assert len({row.cp for row in seen_in(app).rows}) > 1


async def test_a_filter_is_typed_after_a_slash() -> None:
    """What cannot be used stays there with the reason; Esc leaves it; an empty one shows all."""
    app = app_at("ten-minutes", 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "O", "slash", *"stsrt", "enter")
        assert app.screen.query_one(Input).display
        assert 'found "stsrt"' in keys_line(app)
        await press(pilot, *["backspace"] * 3, *"art", "enter")
        assert not app.screen.query_one(Input).display
        assert {row.action for row in seen_in(app).rows} == {"StartTransaction"}
        assert " / start" in shown(app)
        await press(pilot, "slash", *"x q")
        assert "▌" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, OcppPanel)
        assert {row.action for row in seen_in(app).rows} == {"StartTransaction"}
        await press(pilot, "slash", *["backspace"] * 5, "enter")
        assert len({row.action for row in seen_in(app).rows}) > 1


async def test_enter_shows_all_of_a_call_and_it_stays_whatever_comes() -> None:
    """Scrolled as far as it goes; Enter or Esc go back to the same call."""
    app = app_at("ten-minutes", 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "O", "home", "enter")
        text = shown(app)
        assert text.startswith(" BootNotification  CP1 → network")
        assert '"chargePointVendor": "evtui",' in text
        assert "back to the calls" in keys_line(app)
        await press(pilot, "end")
        assert '"interval": 60' in shown(app)
        app.controls.run(210 * S, 10**6)
        app.take_picture()
        await press(pilot, "home")
        assert shown(app) == text
        await press(pilot, "slash", "right", "pagedown", "pageup", "escape")
        assert seen_in(app).rows[seen_in(app).chosen].action == "BootNotification"
        await press(pilot, "enter", "enter", "escape")
        assert len(app.screen_stack) == 1


async def test_a_click_goes_to_a_call_and_another_opens_it() -> None:
    """Like the cursor and Enter."""
    app = app_at("ten-minutes", 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "O")
        wanted = seen_in(app).rows[2]
        for _ in range(2):
            at = seen_in(app).rows.index(wanted)
            await pilot.click(Body, offset=(20, ocpp.HEAD + at))
            await settle(pilot)
            assert seen_in(app).rows[seen_in(app).chosen] == wanted
        assert "back to the calls" in keys_line(app)


async def test_what_waits_stands_at_the_end() -> None:
    """Calls that were not sent yet; the cursor can go there."""
    app = app_at("minority-partition", 175)
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "O")
        assert "· in the queue" in shown(app)
        assert seen_in(app).rows[-1].state == "queued"
        await press(pilot, "up", "enter")
        assert "waits in the queue" in shown(app)
        assert "sent " not in shown(app)


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = app_at("ten-minutes", 1)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "OCPP · O" in [text for text, _, _ in Actions(app.screen)._actions()]


class Steady(Pinned):
    """A run whose calls were sent at whole seconds and took as long as any other."""

    def view(self, window: Window = Window()) -> View:  # noqa: B008 (frozen)
        """The view, pinned."""
        seen = super().view(window)
        if seen.ocpp is None:
            return seen
        rows = tuple(
            attrs.evolve(
                it,
                time_us=it.time_us // S * S,
                took_us=it.took_us and (20 * S if it.took_us > S else 9_000),
            )
            for it in sorted(seen.ocpp.rows, key=lambda it: (it.time_us // S, it.cp))
        )
        detail = seen.ocpp.detail and pinned(seen.ocpp.detail)
        return attrs.evolve(seen, ocpp=attrs.evolve(seen.ocpp, rows=rows, detail=detail))


def pinned(it: ExchangeDetail) -> ExchangeDetail:
    """Whole seconds, and a number that does not count what came before."""
    call = tuple(re.sub(r'("timestamp": )\d+', r"\g<1>100000000", row) for row in it.call)
    return attrs.evolve(
        it, unique_id="CP1-1000031", stamp_us=it.stamp_us // S * S, call=call,
        carried=it.carried.partition(", answered")[0],
    )  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """On the side without a majority calls wait; a refusal, a retry and an answer elsewhere."""
    session = Steady(load("remote-control"), 1)
    session.record()
    run_to(session, 110 * S)
    session.act("partition", groups=[["CP1"]])
    session.act("stop_charging", ev="EV1")
    run_to(session, 124 * S)
    app = app_on(session, theme)
    keys = ["O", "slash", *"-meter -heart", "enter"]
    assert snap_compare(app, press=keys, terminal_size=size, run_before=settle)


def test_all_of_one(snap_compare: Callable[..., bool]) -> None:
    """A payload in full."""
    session = Steady(load("remote-control"), 1)
    session.record()
    run_to(session, 110 * S)
    keys = ["O", "slash", *"remote", "enter", "enter"]
    assert snap_compare(app_on(session), press=keys, terminal_size=(80, 24), run_before=settle)
