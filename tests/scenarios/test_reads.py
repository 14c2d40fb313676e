"""Reads in scenarios: who asks, what the event log says, what may be expected of them."""

from pathlib import Path

import pytest

from scenarios.errors import InputError, ScenarioError
from scenarios.loader import load, loads
from scenarios.runner import run
from scenarios.session import Session
from scenarios.view import Window

SECOND_US = 1_000_000
HEAD = 'duration = "40s"\ncps = 3\n'


@pytest.fixture
def session() -> Session:
    """The ten-minute network after 90 seconds: EV1 charges at CP1."""
    session = Session(load("ten-minutes"), 1)
    session.run(90 * SECOND_US, 1_000_000)
    return session


def lines(session: Session, cp_id: str) -> list[str]:
    """What the event log says of a charge point."""
    rows = session.view(Window(event_rows=1_000)).event_rows
    return [row.text for row in rows if row.subject == cp_id]


@pytest.mark.parametrize(
    ("how", "words"),
    [("log", "through the log"), ("index", "by read index"), ("lease", "by lease")],
)
def test_a_charge_point_reads(session: Session, how: str, words: str) -> None:
    """One line says what it read, how, of which slot, and how long it took."""
    reader = next(cp.id for cp in session.view().cps if cp.id != session.view().leader)
    assert session.act("read", cp=reader, how=how) == f"asked for the network's summary, {words}"
    session.run(session.time_us + SECOND_US, 100_000)
    (answer,) = [text for text in lines(session, reader) if text.startswith("read ")]
    slot = max(cp.applied_slot for cp in session.view().cps)
    assert "read open 1 · transactions 1 · held 11,000 W · capacity 22,000 W · applied " in answer
    assert f"— {words}, at slot " in answer
    assert answer.endswith(" ms")
    told = int(answer.split("at slot ")[1].split(",")[0])
    assert 0 <= slot - told <= 1
    counts = session.world.cluster.covered()
    assert counts[f"{how}_reads"] == session.view().reads_answered == 1


def test_a_read_through_the_log_is_seen_in_the_log(session: Session) -> None:
    """As a command that changes nothing."""
    session.act("read", cp="CP2", how="log")
    session.run(session.time_us + SECOND_US, 100_000)
    commands = [row.command for row in session.view(Window(log_rows=50)).log]
    assert commands.count("read summary") == 1


def test_the_leader_asks_itself(session: Session) -> None:
    """By lease it answers at once."""
    leader = session.view().leader
    assert leader is not None
    session.act("read", cp="leader", how="lease")
    assert any(text.endswith("in 0 ms") for text in lines(session, leader))


@pytest.mark.parametrize(
    ("verb", "args", "says"),
    [
        ("read", {"cp": "CP1", "how": "luck"}, "how is one of log, index, lease, found 'luck'"),
        ("read", {"cp": "CP1"}, "how is missing"),
        ("resume", {"cp": "leader"}, "no leader is paused"),
    ],
)
def test_what_cannot_be_read(
    session: Session, verb: str, args: dict[str, object], says: str
) -> None:
    """The sentence says why."""
    with pytest.raises(InputError, match=says):
        session.act(verb, **args)


@pytest.mark.parametrize(("fault", "status"), [("crash", "crashed"), ("pause", "paused")])
def test_only_a_running_charge_point_asks(session: Session, fault: str, status: str) -> None:
    """Who is down or stands still has no question."""
    session.act(fault, cp="CP4")
    with pytest.raises(InputError, match=f"CP4 is {status}"):
        session.act("read", cp="CP4", how="index")


def test_a_paused_leader_is_called_leader_when_it_goes_on(session: Session) -> None:
    """Though another leads by then."""
    old = session.view().leader
    session.act("pause", cp="leader")
    session.run(session.time_us + 10 * SECOND_US, 1_000_000)
    assert session.view().leader not in (None, old)
    session.act("resume", cp="leader")
    assert lines(session, str(old))[-1] == "goes on"


def test_an_expected_violation_is_a_success() -> None:
    """It stands in the report, and the exit code is 0."""
    report = run(load("broken-clock-bound"))
    (violation,) = report.violations
    assert violation.text.startswith("L2 (a read is as new as everything that was answered")
    assert (violation.invariant, violation.slot is not None) == ("L2", True)
    assert "'how': 'lease'" in violation.events[-1]
    assert len(violation.events) > 3
    assert report.violation_expected
    assert report.exit_code == 0
    assert "violated, as expected: L2" in report.to_text()


def test_the_lease_reads_fail_only_beyond_the_bound() -> None:
    """The same clocks, and a bound that covers them: the old leader knows that its time is over."""
    text = _text("broken-clock-bound")
    wider = loads(text.replace('drift = "1%"', 'drift = "50%"'), "wider.toml")
    report = run(wider)
    assert report.violations == ()
    assert [each.found for each in report.failed] == ["no violation"]
    assert report.exit_code == 1
    without = loads(text.replace('drift = "1%"', 'lease = "0s"'), "without.toml")
    report = run(without)
    assert report.violations == ()
    assert report.coverage["lease_reads"] == 0
    assert report.coverage["lease_fallbacks"] > 0


def _text(name: str) -> str:
    return Path(load(name).path).read_text(encoding="utf-8")


def test_another_violation_than_the_expected_one_is_a_failure() -> None:
    """What was expected must be what happened."""
    text = _text("broken-clock-bound").replace('violation = "L2"', 'violation = "R1"')
    report = run(loads(text, "other.toml"))
    assert not report.violation_expected
    assert [each.found for each in report.failed] == ["L2"]
    assert report.exit_code == 1


def test_a_lease_that_outlasts_the_election_time_out_is_refused() -> None:
    """Who waited for the one would still be bound by the other."""
    with pytest.raises(ScenarioError) as caught:
        loads(HEAD + '[paxos]\nlease = "2s"\n', "f.toml")
    assert str(caught.value) == (
        'f.toml:4: paxos.lease: found "2s"; allowed 0s to 1.5s, the shortest election time-out'
    )


def test_a_lease_follows_the_election_time_out() -> None:
    """Left out, it is as long as it can be; and it can be turned off."""
    faster = loads(HEAD + '[paxos]\nelection_timeout = ["700ms", "1s"]\n', "f.toml")
    assert Session(faster).world.config.timing.lease_us == 700_000
    off = loads(HEAD + '[paxos]\nlease = "0s"\ndrift = "200ppm"\n', "f.toml")
    timing = Session(off).world.config.timing
    assert (timing.lease_us, timing.drift_ppm) == (0, 200)


def test_reads_may_be_counted_in_expectations() -> None:
    """A read that was answered, and one that was not asked."""
    script = '[[at]]\nt = "20s"\ndo = "read"\ncp = "CP2"\nhow = "index"\n'
    held, failed = (
        run(loads(HEAD + script + f"[[expect]]\nreads = {count}\n", "f.toml")) for count in (1, 2)
    )
    assert [e.text for e in held.expectations] == ["at 40s, 1 read was answered"]
    assert held.exit_code == 0
    assert [e.found for e in failed.failed] == ["1 answered"]
