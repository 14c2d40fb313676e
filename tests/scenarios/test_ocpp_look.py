"""The trace of OCPP: each call with its answer, what waits, what was lost, what is a retry."""

import pickle
from collections import Counter
from typing import Any

import pytest
from attrs import evolve

from paxos.sim.recorder import Recorder
from scenarios.loader import load
from scenarios.messages.codes import classify
from scenarios.ocpp_log import OcppLog
from scenarios.ocpp_view import (
    NAMES,
    TAIL,
    ExchangeView,
    OcppFilter,
    OcppView,
    OcppWindow,
    read_filter,
)
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.view import Window
from tests.scenarios import looking

S = 1_000_000


def ran(scenario: str, seconds: int, seed: int = 1, **how: Any) -> Session:
    """A run that has come so far, with its messages."""
    session = Session(load(scenario), seed, **how)
    session.record()
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session | Timeline, text: str = "", **changes: Any) -> OcppView:
    """A window of the trace."""
    window = OcppWindow(**{"rows": 1_000, "filter": read_filter(text), **changes})
    found = session.view(Window(ocpp=window)).ocpp
    assert found is not None
    assert found.window == window
    return found


def rows(session: Session | Timeline, text: str = "", **changes: Any) -> tuple[ExchangeView, ...]:
    """The calls of it."""
    return seen(session, text, **changes).rows


def test_a_view_has_it_only_where_it_is_asked_for_and_recorded() -> None:
    """Like all parts that are long; without a recorder it says so."""
    session = Session(load("ten-minutes"))
    assert session.view().ocpp is None
    assert not seen(session).recorded


def test_the_trace_has_what_the_message_log_has() -> None:
    """The same calls; the network's own messages stand in this one only."""
    written: list[dict[str, Any]] = []
    log = OcppLog(written.append)
    session = ran("remote-control", 480, listener=log)
    theirs = Counter(row["action"] for row in written if row["message_type"] == 2)
    found = seen(session)
    mine = Counter(row.action for row in found.rows)
    # Outside, what the standard's messages have no field for becomes a DataTransfer besides.
    assert 0 < mine.pop("DataTransfer") < theirs.pop("DataTransfer")
    assert mine == theirs
    assert found.oldest
    assert [row.time_us for row in found.rows] == sorted(row.time_us for row in found.rows)


def test_a_call_has_its_answer_and_how_long_it_took() -> None:
    """And all of its payload, where the cursor is."""
    session = ran("ten-minutes", 120)
    found = seen(session, "starttrans")
    (call,) = found.rows
    assert (call.cp, call.to_network, call.brief) == ("CP1", True, "EV1")
    assert (call.state, call.answer, call.again) == ("answered", "Accepted", False)
    assert call.took_us is not None
    assert 0 < call.took_us < S
    detail = found.detail
    assert detail is not None
    assert detail.unique_id.startswith("CP1-")
    assert '  "idTag": "EV1",' in detail.call
    assert '    "status": "Accepted"' in detail.result


def test_what_a_charge_point_was_told_is_a_call_of_the_network() -> None:
    """With what the charge point answered, and who carries the answer."""
    found = seen(ran("remote-control", 200), "remote reset")
    assert {row.to_network for row in found.rows} == {False}
    assert [row.action for row in found.rows] == ["RemoteStartTransaction", "Reset"]
    assert [row.answer for row in found.rows] == ["Accepted", "Accepted"]
    assert found.detail is not None
    assert "instruction #" in found.detail.carried
    assert '  "type": "Soft"' in found.detail.call


def test_an_instruction_that_nobody_has_answered_waits() -> None:
    """At the end, until it is."""
    session = ran("remote-control", 5)
    leader = session.world.leader()
    assert leader is not None
    down = next(cp for cp in session.world.nodes if cp != leader.cp_id)
    session.act("crash", cp=down)
    session.act("stop_cp", cp=down)
    session.run(8 * S, 10**6)
    last = rows(session)[-1]
    assert (last.cp, last.to_network, last.action, last.state) == (
        down, False, "ChangeAvailability", "waiting",
    )  # fmt: skip
    assert last.at >= TAIL
    session.act("restart", cp=down)
    session.run(14 * S, 10**6)
    (call,) = rows(session, "changeavail")
    assert (call.state, call.answer, call.at < TAIL) == ("answered", "Accepted", True)


def test_while_the_log_cannot_be_reached_calls_wait_in_their_order() -> None:
    """One is under way, the others are behind it; later all are answered."""
    session = ran("minority-partition", 175)
    waiting = rows(session, "waiting", cp="CP1")
    assert [row.state for row in waiting][:2] == ["waiting", "queued"]
    assert all(row.took_us is None for row in waiting)
    assert dict(seen(session).waiting)["CP1"] == len(waiting)
    session.run(session.scenario.duration_us, 10**7)
    assert seen(session).waiting == ()
    late = [row for row in rows(session, cp="CP1") if (row.took_us or 0) > 10 * S]
    assert {row.state for row in late} == {"answered"}
    assert late[0].action == waiting[0].action


def test_a_call_of_a_charge_point_that_crashed_is_lost() -> None:
    """It does not wait: nobody will hear the answer."""
    session = ran("ten-minutes", 30)
    session.act("partition", groups=[["CP1"]])
    session.act("plug_in", ev="EV2", cp="CP1")
    session.run(33 * S, 10**6)
    (call,) = rows(session, "waiting status", cp="CP1")[:1]
    session.act("crash", cp="CP1")
    (lost,) = [row for row in rows(session, cp="CP1") if row.at == call.at]
    assert lost.state == "lost"
    session.act("heal")
    session.act("restart", cp="CP1")
    session.run(60 * S, 10**6)
    assert [row.at for row in rows(session, "error", cp="CP1")] == [call.at]


def test_a_refusal_and_its_retries_are_marked() -> None:
    """The first is none; one with another id tag is none either."""
    session = ran("remote-control", 100)
    starts = rows(session, "starttransaction", cp="CP2")
    assert [row.state for row in starts[:2]] == ["refused", "refused"]
    assert [row.again for row in starts[:2]] == [False, True]
    assert (starts[-1].brief, starts[-1].state, starts[-1].again) == ("HOTLINE", "answered", False)
    assert rows(session, "again") == tuple(row for row in rows(session) if row.again)
    assert rows(session, "error") == tuple(
        row for row in rows(session) if row.state in ("error", "refused", "lost")
    )


def test_an_error_has_its_code() -> None:
    """A CALLERROR, which no status can be taken for."""
    session = ran("ten-minutes", 20)
    node = session.world.node(1)
    assert node is not None
    node.calls.submit("NoSuchAction", {}, 20 * S)
    host = session.world.cluster.hosts[1]
    session.world.cluster.execute(host, node._next_call())
    session.run(21 * S, 10**6)
    (call,) = [row for row in rows(session) if row.action == "NoSuchAction"]
    assert (call.state, call.answer) == ("error", "NotSupported")


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_a_cursor_walks_over_every_call_whatever_the_window(count: int) -> None:
    """Up from the newest to the oldest, and down again; none is left out or met twice."""
    session = ran("minority-partition", 175)
    whole = rows(session, rows=10_000)
    up: list[ExchangeView] = []
    window = OcppWindow(rows=count)
    for _ in range(len(whole) + 3):
        found = seen(session, **as_args(window))
        assert len(found.rows) <= count
        it = found.rows[found.chosen]
        if up and up[-1] == it:
            break
        up.append(it)
        window = evolve(window, at=it.at, by=-1)
    assert up[::-1] == list(whole)
    assert seen(session, at=0, rows=count).rows == whole[:count]
    down = seen(session, at=whole[0].at, by=count, rows=count)
    assert down.rows[down.chosen] == whole[min(count, len(whole) - 1)]
    beyond = seen(session, at=whole[-1].at, by=5, rows=count)
    assert beyond.rows[beyond.chosen] == whole[-1]


def as_args(window: OcppWindow) -> dict[str, Any]:
    """What a window differs by."""
    return {"at": window.at, "by": window.by, "rows": window.rows}


def test_a_filter_says_what_is_wanted_and_what_is_not() -> None:
    """Parts of names, any of them; hidden ones; and of one charge point."""
    session = ran("ten-minutes", 200)
    every = rows(session)
    assert {row.action for row in rows(session, "meter heart")} == {"MeterValues", "Heartbeat"}
    quiet = rows(session, "-meter -heart")
    assert quiet == tuple(r for r in every if r.action not in ("MeterValues", "Heartbeat"))
    paid = rows(ran("remote-control", 480), "pay")
    assert len(paid) == 3
    assert {(row.action, row.brief) for row in paid} == {("DataTransfer", "Pay")}
    assert rows(session, cp="CP2") == tuple(row for row in every if row.cp == "CP2")
    nothing = seen(session, "reset")
    assert (nothing.rows, nothing.chosen, nothing.detail) == ((), -1, None)


def test_a_filters_words_are_read_exactly_or_refused_with_a_hint() -> None:
    """A whole name is that name alone."""
    assert read_filter("") == OcppFilter()
    assert read_filter(" Reset ").names == ("Reset",)
    assert read_filter("pay").names == ("Pay",)
    assert set(read_filter("transaction").names) >= {"StartTransaction", "StopTransaction"}
    assert read_filter("-plan again") == OcppFilter((), ("Plan",), ("again",))
    with pytest.raises(ValueError, match=r'found "stpo"; allowed actions such as .* waiting'):
        read_filter("start stpo")
    with pytest.raises(ValueError, match="did you mean Heartbeat"):
        read_filter("heartbeet")
    with pytest.raises(ValueError, match='found "-"'):
        read_filter("-")
    assert len(set(NAMES)) == len(NAMES)


def test_what_is_forgotten_is_said_and_what_is_kept_is_shown() -> None:
    """A recorder of the smallest size: its oldest chunks are gone."""
    session = Session(load("ten-minutes"), 1)
    session.world.cluster.bus.record(Recorder(classify, 1), 2)
    session.run(300 * S, 10**7)
    found = seen(session)
    assert found.forgotten_us is not None
    assert found.forgotten_us > 100 * S
    assert found.rows
    assert found.rows[0].time_us >= found.forgotten_us
    whole = rows(ran("ten-minutes", 300))
    assert [(r.time_us, r.action) for r in found.rows] == [
        (r.time_us, r.action) for r in whole[-len(found.rows) :]
    ]


def test_a_search_ends_somewhere_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look never takes for ever; from there it goes on."""
    monkeypatch.setattr("scenarios.ocpp_look.SEARCH", 20)
    session = ran("ten-minutes", 300)
    found = seen(session, "boot", rows=5)
    assert (found.rows, found.oldest) == ((), False)
    assert found.searched_us is not None
    assert 0 < found.searched_us < 300 * S
    assert len(seen(session, "boot", at=0, rows=5).rows) == 5


def test_going_back_in_time_goes_back_in_the_trace() -> None:
    """And forward again it is the same."""
    line = Timeline(Session(load("minority-partition"), 1))
    line.record()
    line.run(175 * S, 10**7)
    before = seen(line, rows=200)
    line.go(100 * S)
    assert rows(line)[-1].time_us <= 100 * S
    assert seen(line).waiting == ()
    line.go_to_end()
    assert seen(line, rows=200) == before


def test_a_session_is_pickled_without_the_trace() -> None:
    """It costs a checkpoint nothing."""
    session = ran("ten-minutes", 100)
    assert rows(session)
    before = len(pickle.dumps(session))
    for _ in range(3):
        seen(session, "meter")
    assert len(pickle.dumps(session)) == before


def test_looking_changes_nothing() -> None:
    """A run that is looked at has the digest of one that is not."""

    def look(session: Session) -> None:
        session.record()
        seen(session, rows=5)

    assert looking.digest(look, 20 * S, 10**5) == looking.digest(None, 20 * S, 10**5)
