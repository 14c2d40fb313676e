"""Messages of a run as people see them: windows, filters, words, fields, and checkpoints."""

import pickle
from collections.abc import Iterator

import attrs
import pytest

from paxos.sim.fates import Fate
from paxos.sim.host import Kind
from scenarios.city.session import open_session
from scenarios.errors import InputError
from scenarios.loader import load, loads
from scenarios.messages import recording
from scenarios.messages.codes import CHANNEL_OF, CODES, NAMES, ROUTINE, classify
from scenarios.messages.view import Diagram, Filter, Moment, Span
from scenarios.messages.words import FATES
from scenarios.session import Session
from scenarios.tracing import describe_frame
from scenarios.view import Window

S = 1_000_000
CRASH_US = 180 * S


def run_to(session: Session, time_us: int) -> Session:
    """Let time pass."""
    while not session.run(time_us, 100_000):
        pass
    return session


def recorded(name: str, until_us: int, seed: int | None = None) -> Session:
    """A run with a recorder, up to a time."""
    session = Session(load(name), seed)
    session.record()
    return run_to(session, until_us)


@pytest.fixture(scope="module")
def crashed() -> Session:
    """``leader-crash`` a little after its crash; tests only look at it."""
    return recorded("leader-crash", 183 * S, seed=1)


def forward(session: Session, rows: int, it: Filter) -> list[Moment]:
    """The whole run, window by window from the beginning."""
    found: list[Moment] = []
    at = 0
    while True:
        seen = session.messages(Span(at, rows, filter=it))
        found += seen.moments
        if seen.newest:
            return found
        at = seen.moments[-1].last + 1


def backward(session: Session, rows: int, it: Filter) -> list[Moment]:
    """The same from the end."""
    found: list[Moment] = []
    at: int | None = None
    while True:
        seen = session.messages(Span(at, rows, back=True, filter=it))
        found = [*seen.moments, *found]
        if seen.oldest:
            return found
        at = seen.moments[0].at


@pytest.mark.parametrize(
    "words", ["", "all", "accept prepare", "trouble", "cp2 v2g", "-notes nack"]
)
@pytest.mark.parametrize("rows", [7, 500])
def test_windows_show_every_row_once(crashed: Session, words: str, rows: int) -> None:
    """Whichever way and however far one scrolls at a time."""
    it = crashed.message_filter(words)
    there, back = forward(crashed, rows, it), backward(crashed, rows, it)
    assert there == back
    assert [m.time_us for m in there] == sorted(m.time_us for m in there)
    places = [place for m in there for place in (m.at, m.last)]
    assert places == sorted(places)


def test_every_message_is_shown_where_nothing_is_hidden(crashed: Session) -> None:
    """Each is sent in one row, and ends in another, but for what somebody says to himself."""
    rows = forward(crashed, 200, crashed.message_filter("all"))
    sent = [arrow.number for m in rows if not m.ended for arrow in m.arrows]
    assert sorted(sent) == list(range(crashed.messages(Span()).frames))
    ended = {arrow.number for m in rows if m.ended for arrow in m.arrows}
    others = [a for m in rows if not m.ended for a in m.arrows if a.source != a.target]
    at_once = {a.number for a in others if not a.arrived and a.ended_us == a.sent_us}
    assert at_once
    assert {a.number for a in others if a.ended_us is not None} - at_once == ended


def test_looking_changes_nothing() -> None:
    """The digest is that of a run that nobody recorded or looked at."""
    bare, seen = Session(load("bad-weather")), Session(load("bad-weather"))
    seen.record()
    for second in (5, 20, 40):
        run_to(bare, second * S)
        run_to(seen, second * S)
        diagram = seen.messages(Span(filter=seen.message_filter("all")))
        for moment in diagram.moments:
            for arrow in moment.arrows:
                seen.frame(arrow.number)
    assert seen.world.cluster.trace.digest() == bare.world.cluster.trace.digest()
    assert seen.view() == bare.view()


def at_crash(session: Session, words: str = "", rows: int = 60) -> Diagram:
    """What came after the crash of the leader."""
    it = session.message_filter(words)
    return session.messages_between((CRASH_US, 183 * S), it, rows)


def test_a_fault_stands_in_the_row_of_its_time_and_the_column_of_its_cp(crashed: Session) -> None:
    """And an election, too."""
    seen = at_crash(crashed)
    first = seen.moments[0]
    assert (first.time_us, first.severity) == (CRASH_US, "fault")
    assert [seen.columns[n] for n in first.subjects] == ["CP5"]
    assert first.text.startswith("CP5 crashed")
    elected = next(m for m in seen.moments if "leader: a quorum" in m.text)
    assert [seen.columns[n] for n in elected.subjects] == ["CP3"]


def test_a_cut_link_is_marked_at_both_ends(crashed: Session) -> None:
    """Its sentence names them."""
    seen = crashed.messages(Span(0, 1, filter=crashed.message_filter("nack")))
    (moment,) = seen.moments
    assert moment.text == "link CP1 ↮ CP2 cut"
    assert [seen.columns[n] for n in moment.subjects] == ["CP1", "CP2"]


def test_what_is_sent_to_many_is_one_row(crashed: Session) -> None:
    """A PreVote goes to all others at once; to the crashed one it is in vain."""
    seen = at_crash(crashed, "prevote")
    moment = next(m for m in seen.moments if len(m.arrows) > 1)
    assert moment.text == "PreVote 2.CP3"
    assert [seen.columns[a.target] for a in moment.arrows] == ["CP1", "CP2", "CP4", "CP5"]
    assert [a.arrived for a in moment.arrows] == [True, True, True, False]
    assert moment.arrows[-1].fate == FATES[Fate.TARGET_DOWN]
    assert moment.last - moment.at == 3


def test_two_messages_of_one_instant_are_two_rows(crashed: Session) -> None:
    """Their words would be lost."""
    for m in forward(crashed, 300, crashed.message_filter("all")):
        frames = {crashed.world.cluster.bus.recorder.frame(a.number) for a in m.arrows}  # type: ignore[union-attr]
        assert len(frames) <= 1


def test_the_words_of_messages(crashed: Session) -> None:
    """Ballots, slots and commands as the log has them."""
    said = {m.text for m in forward(crashed, 500, crashed.message_filter("all"))}
    assert "Prepare 2.CP3 from slot 48" in said
    assert "Accept 2.CP3 slot 48: CP1 MeterValues 366 Wh" in said
    assert "Accepted 2.CP3 slot 48" in said
    assert "Forward CP1 MeterValues 366 Wh" in said
    assert "Commit 2.CP3 up to slot 49" in said
    assert "Call MeterValues" in said
    assert "PreVoteReply 2.CP3 granted" in said
    assert "SessionSetupRes OK_NewSessionEstablished" in said
    assert {"AuthorizationRes Ongoing", "AuthorizationRes Finished", "PowerDeliveryRes"} <= said
    assert any(text.startswith("Heartbeat 1.CP5 round ") for text in said)


def test_a_frame_has_all_its_fields_and_what_became_of_it(crashed: Session) -> None:
    """By name, with sizes and times."""
    seen = at_crash(crashed, "forward")
    arrow = next(m.arrows[0] for m in seen.moments if m.arrows)
    frame = crashed.frame(arrow.number)
    assert frame is not None
    way = dict(frame.way)
    assert (way["from"], way["to"], way["channel"]) == ("CP1", "CP5", "paxos")
    assert way["sent"] == "03:00.518192"
    assert way["outcome"] == "dropped: nobody ran there at 03:00.520195"
    assert way["took"] == "2.003 ms"
    assert way["size"].endswith(" bytes")
    assert dict(frame.fields) == {"values": '["CP1 MeterValues 366 Wh"]'}
    assert crashed.frame(10**9) is None


def kinds_seen(session: Session, words: str) -> set[str]:
    """Which kinds of messages a filter lets through."""
    rows = forward(session, 500, session.message_filter(words))
    return {arrow.kind for m in rows for arrow in m.arrows}


def test_filters(crashed: Session) -> None:
    """Kinds, their beginnings, channels, and what is left out."""
    everything = kinds_seen(crashed, "all")
    assert {"Heartbeat", "ChargingStatusReq", "Accept", "Call"} <= everything
    assert kinds_seen(crashed, "") == everything - set(ROUTINE)
    assert kinds_seen(crashed, "accept") == {"Accept"}
    assert kinds_seen(crashed, "prev HEARTBEAT") == {"PreVote", "PreVoteReply", "Heartbeat"}
    assert {CHANNEL_OF[kind] for kind in kinds_seen(crashed, "ocpp v2g")} == {"ocpp", "v2g"}
    assert kinds_seen(crashed, "-accept -ocpp -v2g") == {
        kind for kind in everything - set(ROUTINE) - {"Accept"} if CHANNEL_OF[kind] == "paxos"
    }


def test_filters_of_ends(crashed: Session) -> None:
    """Only, or not, what one of them sends or receives."""
    seen = crashed.messages(Span(filter=Filter()))
    cp2, ev1 = seen.columns.index("CP2"), seen.columns.index("EV1")
    for m in forward(crashed, 500, crashed.message_filter("cp2 all")):
        assert all(cp2 in (a.source, a.target) for a in m.arrows)
    for m in forward(crashed, 500, crashed.message_filter("-cp2 all")):
        assert all(cp2 not in (a.source, a.target) for a in m.arrows)
    only = forward(crashed, 500, crashed.message_filter("-notes ev1"))
    assert only
    assert all(ev1 in (a.source, a.target) for m in only for a in m.arrows)
    nobody = crashed.message_filter("-notes -cp1 -cp2 -cp3 -cp4 -cp5")
    assert forward(crashed, 500, nobody) == []


def test_only_trouble(crashed: Session) -> None:
    """Faults, and what was lost or late; the links were cut, then the leader crashed."""
    rows = forward(crashed, 500, crashed.message_filter("trouble all"))
    arrows = [a for m in rows for a in m.arrows]
    assert arrows
    assert all(a.late or not a.arrived for a in arrows)
    fates = {a.fate for a in arrows}
    assert {FATES[Fate.CUT], FATES[Fate.TARGET_DOWN]} <= fates
    assert {m.severity for m in rows} <= {"", "fault", "repair", "consensus", "violation"}
    assert not [m for m in forward(crashed, 500, crashed.message_filter("-notes")) if m.severity]


@pytest.mark.parametrize("word", ["prepra", "-", "--accept", "cp9", "ev0", "-all", "💥"])
def test_a_word_that_says_nothing_is_refused(crashed: Session, word: str) -> None:
    """What was found, and what is allowed."""
    with pytest.raises(InputError, match=r"^found .*; allowed paxos, ocpp, v2g, kinds"):
        crashed.message_filter(f"accept {word}")


def test_a_word_that_is_nearly_one_is_suggested(crashed: Session) -> None:
    """As everywhere."""
    with pytest.raises(InputError, match='did you mean "prepare"'):
        crashed.message_filter("prepra")


def test_what_waits_and_what_is_late_says_so() -> None:
    """A paused charge point takes what came for it when it goes on."""
    session = recorded("ten-minutes", 30 * S)
    leader = session.view().leader
    other = next(cp.id for cp in session.view().cps if cp.id != leader)
    session.act("pause", cp=other)
    run_to(session, 33 * S)
    it = session.message_filter(f"{other} heartbeat -notes")
    waits = [m.arrows[0] for m in session.messages(Span(rows=9, filter=it)).moments]
    held = next(a for a in waits if a.fate.startswith("waits"))
    assert held.ended_us is None
    frame = session.frame(held.number)
    assert frame is not None
    assert "stands still or is busy, for " in dict(frame.way)["outcome"]
    session.act("resume", cp=other)
    session.act("delay", extra_us=400_000)
    run_to(session, 36 * S)
    frame = session.frame(held.number)
    assert frame is not None
    assert dict(frame.way)["outcome"] == "delivered at 00:33.000000"
    assert dict(frame.way)["waited"].endswith("at its target, which was busy")
    late = forward(session, 500, session.message_filter("trouble all -notes"))
    found = [a for m in late for a in m.arrows if a.late and a.arrived]
    assert found
    assert "late" in dict(session.frame(found[0].number).way)  # type: ignore[union-attr]


def every_frame(session: Session) -> Iterator[tuple[int, int, bytes]]:
    """Channel, code and bytes of all that was sent."""
    recorder = recording.recorder_of(session.world)
    for number in range(recorder.first, recorder.total):
        flight, frame = recorder.flight(number), recorder.frame(number)
        assert flight is not None
        assert frame is not None
        yield flight.channel, flight.code, frame


@pytest.mark.parametrize(
    ("name", "until_us"),
    [("ten-minutes", 200 * S), ("plug-and-charge", 200 * S), ("dc-fast", 120 * S),
     ("monitor", 60 * S), ("snapshot-catch-up", 400 * S), ("lease-reads", 100 * S),
     ("commuter-morning", 120 * S)],
)  # fmt: skip
def test_the_code_is_what_the_message_says(name: str, until_us: int) -> None:
    """Found from its first bytes, and the same as when it is decoded whole."""
    session = recorded(name, until_us)
    seen = set()
    for channel, code, frame in every_frame(session):
        said = describe_frame(session.world, channel, frame)
        if channel == Kind.OCPP:
            kind = next(iter(said))
            assert NAMES[code] in {
                "call": ("Call",), "beat": ("Beat",),
                "result": ("CallResult", "CallError", "Clock", "Time"),
            }[kind]  # fmt: skip
        else:
            assert NAMES[code] == said["message"]
        seen.add(NAMES[code])
    assert {"Accept", "Call"} <= seen


def test_every_message_has_a_code_of_its_own() -> None:
    """Below the bits that a recorder needs; what is no message has none."""
    assert len(set(NAMES)) == len(NAMES) <= 127
    assert set(CHANNEL_OF) == set(CODES) - {"unknown"}
    assert set(ROUTINE) <= set(CODES)
    assert classify(Kind.PAXOS, b"\x91\x7f1234") == 0
    assert classify(Kind.OCPP, b"\x91\x051234") == 0
    assert classify(Kind.V2G, b"\x91\xa3abc1234") == 0


def test_nothing_is_recorded_unless_it_is_asked_for() -> None:
    """Then asking is refused."""
    session = Session(load("ten-minutes"))
    assert session.world.cluster.bus.recorder is None
    with pytest.raises(InputError, match="not recorded"):
        session.messages(Span())


def test_asking_twice_changes_nothing() -> None:
    """What was recorded stays."""
    session = recorded("ten-minutes", 10 * S)
    recorder = session.world.cluster.bus.recorder
    session.record()
    assert session.world.cluster.bus.recorder is recorder


def test_a_checkpoint_keeps_its_messages_beside_it() -> None:
    """Back, and another way forward; the kept past serves again and again."""
    session = recorded("ten-minutes", 20 * S)
    checkpoint, kept = pickle.dumps(session), recording.kept(session.worlds())
    then = session.messages(Span())
    run_to(session, 25 * S)
    straight = session.messages(Span())
    for crashes in (True, False):
        again: Session = pickle.loads(checkpoint)  # noqa: S301 - our own bytes
        assert again.world.cluster.bus.recorder is None
        recording.restore(again.worlds(), kept)
        assert again.messages(Span()) == then
        if crashes:
            again.act("crash", cp="CP1")
        run_to(again, 25 * S)
        assert (again.messages(Span()) == straight) is not crashes
    assert session.messages(Span()) == straight


def test_the_oldest_messages_are_forgotten_and_that_is_said() -> None:
    """With a small limit, in seconds."""
    session = Session(load("ten-minutes"))
    recording.record(session.worlds(), limit=1)
    run_to(session, 120 * S)
    seen = session.messages(Span(0, 5))
    assert seen.oldest
    assert 0 < seen.forgotten < seen.frames
    assert 0 < seen.forgotten_until_us <= seen.moments[0].time_us
    assert session.frame(0) is None


def test_each_site_of_a_city_has_its_messages() -> None:
    """Those of the site that is shown."""
    session = open_session(load("two-sites"))
    session.record()
    run_to(session, 20 * S)
    first = session.messages(Span())
    assert first.frames
    recorders = [world.cluster.bus.recorder for world in session.worlds()]
    assert len({id(it) for it in recorders}) == len(recorders) == 2
    assert all(it is not None and it.limit == 500_000 for it in recorders)


def test_more_rows_than_allowed_are_told() -> None:
    """A diagram that is not whole says so."""
    session = recorded("leader-crash", 20 * S, seed=1)
    everything = session.messages_between((0, 20 * S), Filter(routine=True), 10_000)
    assert everything.newest
    assert 0 <= everything.moments[0].time_us <= everything.moments[-1].time_us <= 20 * S
    some = session.messages_between((0, 20 * S), Filter(routine=True), 10)
    assert not some.newest
    assert some.moments == everything.moments[:10]
    part = session.messages_between((5 * S, 6 * S), Filter(routine=True), 10_000)
    assert part.newest
    assert part.moments == tuple(m for m in everything.moments if 5 * S <= m.time_us <= 6 * S)


def test_columns_are_charge_points_then_evs() -> None:
    """Also those that were added later."""
    session = Session(loads('duration = "5s"\ncps = 3\n[[ev]]\nid = "EV1"\n', "x.toml"))
    session.record()
    run_to(session, S)
    seen = session.messages(Span())
    assert (seen.columns, seen.cps) == (("CP1", "CP2", "CP3", "EV1"), 3)
    assert attrs.asdict(session.view(Window(log_rows=1)))["messages"] == seen.frames
