"""The view of analytics: what ``evtui ask`` says of a run, while it goes on."""

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import attrs
import pytest

from evtui.analytics import LEAST_S, Analytics, answer
from evtui.app import EvtuiApp
from evtui.ask.answers import QUESTIONS, Query
from evtui.ask.reader import Log
from evtui.city_app import CityApp
from evtui.palette import Actions
from evtui.render import analytics as page
from evtui.render.analytics import ASKED, Analysis
from evtui.screens.analytics import AnalyticsPanel
from evtui.themes import DARK, LIGHT
from fsm.ocpp.messagelog.calls import in_order
from fsm.ocpp.messagelog.gist import Gist
from fsm.ocpp.messagelog.message import COLUMNS, Notes, read_row
from fsm.ocpp.messagelog.payloads import normalise
from scenarios.city.session import open_session
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.ocpp_history import HistoryView
from scenarios.ocpp_log import OcppLog
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui import sample
from tests.evtui.test_snapshots import app_on, run_to, settle
from tests.evtui.test_travel import press
from tests.fsm.logs import call, log, result

S = 1_000_000
MOTION = ("‖ paused", "warn")


def asked(rows: list[dict[str, Any]], name: str, query: Query) -> tuple[Any, ...]:
    """What evtui ask says of a log."""
    notes = Notes()
    messages = [
        normalise(read_row(n, [row[column] for column in COLUMNS], notes), notes)
        for n, row in enumerate(rows, 1)
    ]
    found = QUESTIONS[name](Log("it", in_order(messages), notes), query)
    return found.summary, found.head, tuple(found.cells), found.rows


@pytest.mark.parametrize(
    "name",
    ["ten-minutes", "monitor", "remote-control", "operator-stops-all", "pause-and-resume",
     "reservation-lost-to-a-fault", "leader-crash"],
)  # fmt: skip
def test_answers_are_those_of_evtui_ask(name: str) -> None:
    """Over the log that the run writes, at several times."""
    rows: list[dict[str, Any]] = []
    session = Session(load(name), listener=OcppLog(rows.append))
    session.record()
    for _ in range(4):
        run_to(session, session.time_us + session.scenario.duration_us // 4)
        history = session.ocpp_history()
        assert history.total == len(rows)
        for question in ASKED:
            at_us = history.start_us + history.now_us if question == "active" else None
            query = Query(at_us=at_us)
            whole = asked(rows, question, query)
            told = answer(history, question, 80)
            assert (told.summary, told.head, told.cells) == whole[:3]
            gist = QUESTIONS[question](Log("it", list(history.messages), Notes()), query)
            assert gist.rows == whole[3]
    assert len(history.messages) < history.total


def test_it_goes_through_time_with_the_session() -> None:
    """Back, and off into another future; listening changes no digest."""
    quiet, line = Timeline(Session(load("ten-minutes"))), Timeline(Session(load("ten-minutes")))
    line.record()
    seen: dict[int, HistoryView] = {}
    for time_us in range(30 * S, 600 * S, 30 * S):
        while not line.run(time_us, 10**6):
            pass
        seen[time_us] = line.ocpp_history()
    for time_us in (480 * S, 90 * S, 540 * S, 300 * S):
        line.go(time_us)
        assert line.ocpp_history() == seen[time_us]
    line.act("unplug", ev="EV1")
    while not line.run(420 * S, 10**6):
        pass
    assert answer(line.ocpp_history(), "completed", 80).cells
    assert not answer(seen[420 * S], "completed", 80).cells
    line.switch(1)
    line.go(420 * S)
    assert line.ocpp_history() == seen[420 * S]
    while not quiet.run(420 * S, 10**6):
        pass
    assert quiet.session.whole.digest() == line.session.whole.digest()
    with pytest.raises(InputError, match="not recorded"):
        quiet.ocpp_history()


def test_each_site_of_a_city_has_its_own() -> None:
    """What is said at one is not said at another."""
    session = open_session(load("two-sites"))
    session.record()
    run_to(session, 300 * S)
    heard = {}
    for site in ("North", "South"):
        session.show(site)  # type: ignore[attr-defined]
        history = session.ocpp_history()
        heard[site] = {message.cp_id for message in history.messages}
        assert heard[site] == set(history.cps)
    assert not heard["North"] & heard["South"]


# --- when it is computed ----------------------------------------------------------------------


class Stub:
    """Controls of which only the history is asked."""

    def __init__(self, history: HistoryView) -> None:
        self.history = history

    def ocpp_history(self) -> HistoryView:
        """As it is now."""
        return self.history


def test_it_is_answered_anew_once_a_second_at_most_and_only_where_something_changed() -> None:
    """By a wall clock; going back and another width do not wait."""
    now = [100.0]
    stub = Stub(small())
    it = Analytics(stub, lambda: now[0])  # type: ignore[arg-type]
    names = list(ASKED)
    first = it.look(names, 60)
    assert it.computed == 4
    for _ in range(50):
        now[0] += 1
        assert it.look(names, 60) == first
    assert it.computed == 4, "nothing has changed"
    for _ in range(30):
        now[0] += LEAST_S / 10
        history = attrs.evolve(stub.history, now_us=stub.history.now_us + S)
        stub.history = history
        it.look(names[:1], 60)
    assert 4 + 3 <= it.computed <= 4 + 4
    before = it.computed
    it.look(names[:1], 70)
    assert it.computed == before + 1
    stub.history = attrs.evolve(stub.history, now_us=5 * S)
    it.look(names[:1], 70)
    assert it.computed == before + 2


def test_an_answer_is_made_anew_where_what_it_rests_on_has_changed() -> None:
    """A heartbeat changes who was heard, and no bill; a stop changes that."""
    now = [100.0]
    stub = Stub(small())
    it = Analytics(stub, lambda: now[0])  # type: ignore[arg-type]
    heavy = ["last-meter", "completed"]
    it.look(list(ASKED), 60)
    (beat,), _ = log(call(500, "Heartbeat", uid="9"))
    (stop,), _ = log(call(510, "StopTransaction", {"transactionId": 2, "meterStop": 9}, uid="10"))
    for row, message, anew in ((9, beat, 0), (10, stop, 2)):
        now[0] += 2 * LEAST_S
        more = (*stub.history.messages, message._replace(row=row))
        stub.history = attrs.evolve(stub.history, messages=more, total=row)
        before = it.computed
        it.look(heavy, 60)
        assert it.computed == before + anew
        it.look(["last-seen"], 60)
        assert it.computed == before + anew + 1


def test_what_takes_long_is_done_seldom() -> None:
    """Twenty times as long as it took nothing is done."""
    now, tick = [100.0], [0.0]

    def clock() -> float:
        now[0] += tick[0]
        return now[0]

    stub = Stub(small())
    it = Analytics(stub, clock)  # type: ignore[arg-type]
    tick[0] = 0.5
    it.look(["active"], 60)
    tick[0] = 0.0
    for _ in range(9):
        now[0] += 1
        stub.history = attrs.evolve(stub.history, now_us=stub.history.now_us + S)
        it.look(["active"], 60)
    assert it.computed == 1
    now[0] += 2
    it.look(["active"], 60)
    assert it.computed == 2


def long_history(transactions: int, rounds: int) -> tuple[HistoryView, int]:
    """A log of so many transactions, with as many meter values each."""
    random, gist, row = Random(1), Gist(), 0

    def rows() -> Iterator[Any]:
        for number in range(1, transactions + 1):
            cp, begin = f"CP{number % 20 + 1}", number * 60
            stamp = (
                f"2022-10-{9 + number // 720 % 20:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
            )
            uid = {"cp": cp, "uid": f"s{number}"}
            yield call(begin, "StartTransaction", {"meterStart": 0, "timestamp": stamp}, **uid)
            yield result(begin, "StartTransaction", {"transactionId": number}, **uid)
            for turn in range(rounds):
                value = {"timestamp": stamp, "sampledValue": [{"value": str(turn * 10)}]}
                body = {"transactionId": number, "meterValue": [value]}
                yield call(begin + turn, "MeterValues", body, cp=cp, uid=f"m{number}.{turn}")
                yield result(begin + turn, "MeterValues", cp=cp, uid=f"m{number}.{turn}")
            body = {"transactionId": number, "meterStop": random.randrange(9_000),
                    "timestamp": stamp}  # fmt: skip
            yield call(begin + rounds, "StopTransaction", body, cp=cp, uid=f"e{number}")

    for message in rows():
        row += 1
        gist.add(message._replace(row=row))
    messages = tuple(gist.messages())
    begin_us = messages[0].at_us
    cps = tuple(f"CP{n}" for n in range(1, 22))
    return HistoryView(0, messages[-1].at_us - begin_us, begin_us, row, messages, cps), row


def test_with_100_000_messages_it_draws_in_30_ms_and_computes_nothing_while_drawing() -> None:
    """All four at 200×60, and each alone at 80×24; the best of three, as others share the CPU."""
    history, count = long_history(2_000, 24)
    assert count > 100_000
    it = Analytics(Stub(history), time.monotonic)  # type: ignore[arg-type]
    for size in ((198, 56), (78, 22)):
        found = it.look(list(ASKED), page.plot_width(*size))
        computed = it.computed
        for chosen in range(4):
            took = []
            for _ in range(3):
                begin = time.perf_counter()
                lines = page.page(sample.view(), found, chosen, 900, size, MOTION)
                took.append(time.perf_counter() - begin)
            assert min(took) < 0.03
            assert len(lines) == size[1]
        assert it.computed == computed


# --- what is seen -----------------------------------------------------------------------------


def small() -> HistoryView:
    """Three charge points, of which one never spoke; two transactions, one of them ended."""
    value = {"timestamp": "2022-10-09T12:08:00Z", "sampledValue": [{"value": "1500"}]}
    accepted = {"status": "Accepted", "interval": 60}
    messages, _ = log(
        call(1, "BootNotification", uid="1"), result(1, "BootNotification", accepted, uid="1"),
        call(60, "StartTransaction", {"meterStart": 10, "timestamp": "2022-10-09T12:01:00Z"},
             uid="2"),
        result(60, "StartTransaction", {"transactionId": 1}, uid="2"),
        call(90, "Heartbeat", cp="CP2", uid="1"), result(90, "Heartbeat", cp="CP2", uid="1"),
        call(400, "StopTransaction", {"transactionId": 1, "meterStop": 1_210,
             "timestamp": "2022-10-09T12:06:40Z"}, uid="3"),
        call(480, "MeterValues", {"transactionId": 2, "meterValue": [value]}, cp="CP2", uid="4"),
    )  # fmt: skip
    gist = Gist()
    for message in messages:
        gist.add(message)
    kept = tuple(gist.messages())
    return HistoryView(0, 600 * S, messages[0].at_us - S, 8, kept, ("CP1", "CP2", "CP3"))


def analysis(history: HistoryView, width: int = 76) -> Analysis:
    """All four questions answered."""
    it = Analytics(Stub(history), time.monotonic)  # type: ignore[arg-type]
    return it.look(list(ASKED), width)


def text(history: HistoryView, chosen: int, size: tuple[int, int] = (78, 22), top: int = 0) -> str:
    """The page."""
    found = analysis(history, page.plot_width(*size))
    lines = page.page(sample.view(), found, chosen, top, size, MOTION)
    assert {line.width for line in lines} == {size[0]}
    assert len(lines) == size[1]
    return "\n".join(line.plain for line in lines)


def test_each_question_has_its_plot_its_numbers_and_its_sentence() -> None:
    """One at a time in a small terminal."""
    history = small()
    active = text(history, 0)
    assert "Which charge points are active?" in active
    assert "1 of 2 charge points active at" in active
    assert "CP1 ○ silent" in active
    assert "3m20s of 2m" in active
    meter = text(history, 1)
    assert "1.500 kWh" in meter
    assert "CP2            2" in meter
    seen = text(history, 2)
    assert "2 charge points" in seen
    assert "MeterValues CALL" in seen
    done = text(history, 3)
    assert "1 transaction completed, 1.200 kWh" in done
    assert "5m40s" in done
    assert "Energy by when it ended" in done


def test_of_whom_nothing_is_known_is_told() -> None:
    """A charge point that never spoke, and what was said before anybody listened."""
    history = small()
    assert "nothing was heard of CP3" in text(history, 0)
    later = text(attrs.evolve(history, since_us=65 * S), 0)
    assert "8 OCPP messages since 01:05.000, no earlier ones" in later


def test_without_data_each_question_says_what_has_to_happen() -> None:
    """In words, and without a plot."""
    empty = HistoryView(0, 0, 0, 0, (), ("CP1",))
    for chosen, words in enumerate(("boot in the first seconds", "until its meter is read",
                                    "boot in the first seconds", "has to end")):  # fmt: skip
        said = " ".join(text(empty, chosen).split())
        assert "Not enough data after 0 messages" in said
        assert words in said
    wide = text(empty, 0, (198, 56))
    assert wide.count("Not enough data") == 4


def test_all_four_are_seen_at_once_where_there_is_room() -> None:
    """Each with its words, plot and numbers."""
    said = text(small(), 0, (198, 56))
    for _, question in ASKED.values():
        assert question in said
    assert "1.500 kWh" in said
    assert "5m40s" in said


def test_numbers_scroll_to_the_last_one() -> None:
    """Whatever the length of the list."""
    history, _ = long_history(300, 1)
    found, seen = analysis(history), ""
    for top in range(page.most_top(found.told[3]) + 1):
        lines = page.page(sample.view(), found, 3, top, (78, 22), MOTION)
        seen += "\n".join(line.plain for line in lines)
    missing = [n for n in range(1, 301) if f" {n} " not in seen]
    assert missing == []


# --- in the app -------------------------------------------------------------------------------


async def test_a_opens_it_and_keys_turn_it() -> None:
    """← → and digits choose, arrows scroll, time runs on; A, q and Esc close."""
    session = Session(load("ten-minutes"))
    app = EvtuiApp(session, paused=True)
    run_to(session, 540 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        for closing in ("A", "q", "escape"):
            await press(pilot, "A")
            assert isinstance(app.screen, AnalyticsPanel)
            await press(pilot, closing)
            assert len(app.screen_stack) == 1
        await press(pilot, "A")
        await settle(pilot)
        panel = app.screen
        assert isinstance(panel, AnalyticsPanel)
        assert "charge points active at 2026-01-01 08:09:00" in body(app)
        for key, words in (("right", "last meter value"), ("right", "heard last?"),
                           ("right", "completed transaction"), ("right", "are active?"),
                           ("left", "completed transaction"), ("2", "last meter value"),
                           ("4", "completed transaction"), ("1", "are active?")):  # fmt: skip
            await press(pilot, key)
            assert words in body(app)
        await press(pilot, "down", "end", "home", "pagedown", "pageup", "up", "full_stop")
        assert app.timeline.time_us >= 540 * S
        await press(pilot, "space")
        assert not app.paused


def body(app: EvtuiApp) -> str:
    """What the panel says."""
    return "\n".join(line.plain for line in app.screen.query_one("Body")._lines)


async def test_what_is_new_is_told_while_time_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again, it knows of what has been said since."""
    session = Session(load("ten-minutes"))
    app = EvtuiApp(session, paused=True)
    run_to(session, 470 * S)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "A", "4")
        assert "Not enough data" in body(app)
        run_to(session, 545 * S)
        monkeypatch.setattr("evtui.analytics.LEAST_S", 0.0)
        app.take_picture()
        panel = app.screen
        assert isinstance(panel, AnalyticsPanel)
        panel.look()
        await pilot.pause()
        assert "transactions completed" in body(app)
        await pilot.resize_terminal(200, 60)
        await settle(pilot)
        assert "Which charge points are active?" in body(app)


async def test_in_a_city_it_is_of_the_site_that_is_open() -> None:
    """In the overview it says that one is to be opened first."""
    app = CityApp(open_session(load("two-sites")), paused=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "A")
        assert not isinstance(app.screen, AnalyticsPanel)
        await press(pilot, "enter", "A")
        assert isinstance(app.screen, AnalyticsPanel)


async def test_the_palette_knows_it() -> None:
    """By its name."""
    app = EvtuiApp(Session(load("ten-minutes")), paused=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Analytics · A" in [words for words, _, _ in Actions(app.screen)._actions()]


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_panel(snap_compare: Callable[..., bool], size: tuple[int, int], theme: str) -> None:
    """Above the network, of a small log."""
    app = app_on(Session(load("ten-minutes")), theme)

    async def run_before(pilot: Any) -> None:
        assert app.picture is not None
        source = Analytics(Stub(small()), time.monotonic)  # type: ignore[arg-type]
        app.push_screen(AnalyticsPanel(app.picture, source))
        await settle(pilot)
        await press(pilot, "4")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=run_before)
