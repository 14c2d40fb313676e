"""C2 in every run: the same verdict as the whole history's, in little memory, and able to fail."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from evtui.cli import main
from evtui.headless import again
from fsm.network.state import NetworkState
from paxos.check.linearizability import witness
from paxos.check.linearizability.verdict import Answer, Verdict
from paxos.check.linearizability.witness import Witness
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.reads import (
    laggard_serves_old_state,
    read_served_before_the_quorum_confirmed,
)
from paxos.sim.kernel import Event
from scenarios.campaign import with_faults
from scenarios.city.campaign import with_faults as with_city_faults
from scenarios.city.report import report as city_report
from scenarios.city.session import CitySession, open_session
from scenarios.client_history import ClientHistory
from scenarios.clients import SENTENCES, Clients, ClientsReport, in_words, is_wrong
from scenarios.lessons.library import find as find_lesson
from scenarios.loader import load
from scenarios.report import Report
from scenarios.runner import run
from scenarios.schema import Saved, Scenario
from scenarios.session import Session
from scenarios.session_file import with_inputs
from scenarios.writer import to_toml


def clients_of(session: Session) -> Clients:
    """Those of the world that is looked at."""
    assert session.world.clients is not None
    return session.world.clients


def both(scenario: Scenario, seed: int) -> tuple[Clients, ClientHistory]:
    """A whole run, judged while it went on, and its whole history."""
    history = ClientHistory()
    session = Session(scenario, seed, listener=history)
    history.attend(session.world)
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    return clients_of(session), history


def found_in(report: Report) -> ClientsReport:
    """What it says of the clients."""
    assert report.client_history is not None
    return report.client_history


@pytest.mark.parametrize("name", ["ten-minutes", "lease-reads", "earlier-life", "chosen-twice"])
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_verdict_is_that_of_the_whole_history(name: str, seed: int | None) -> None:
    """Also under random faults; the same operations are counted, and no search is needed."""
    scenario = load(name)
    if seed is not None:
        scenario = with_faults(scenario, seed)
    clients, history = both(scenario, seed or scenario.seed)
    operations = history.operations()
    report = clients.report()
    assert report == ClientsReport(
        verdict="linearizable",
        operations=len(operations),
        open=sum(op.returned is None for op in operations),
        found="",
        granted=0,
    )
    assert history.judge().answer is Answer.LINEARIZABLE
    assert clients.witness.strays == 0
    assert report.operations > 30


def test_an_hour_is_judged_in_little_memory() -> None:
    """Of thousands of operations the latest are held."""
    session = Session(load("commuter-morning"))
    sizes = []
    for minute in (10, 60):
        session.run(minute * 60_000_000, 10_000_000)
        held = clients_of(session).witness
        sizes.append(len(pickle.dumps((held._settled, held._calls, held._states))))
    assert clients_of(session).report().operations > 1_500
    assert clients_of(session).witness.begins > 500
    assert max(sizes) < 400_000


def test_a_copy_of_a_run_judges_on() -> None:
    """As time travel makes them: the copy comes to the same end."""
    session = Session(load("lease-reads"))
    session.run(24_000_000, 1_000_000)
    copy: Session = pickle.loads(pickle.dumps(session))  # noqa: S301 - it was written here
    reports = []
    for each in (session, copy):
        each.run(60_000_000, 1_000_000)
        reports.append(clients_of(each).report())
    assert reports[0] == reports[1]
    assert reports[0].operations == found_in(run(load("lease-reads"))).operations


PLANTED = [
    (laggard_serves_old_state, 2),
    (read_served_before_the_quorum_confirmed, 1),
]


@pytest.mark.parametrize(("plant", "seed"), PLANTED)
@pytest.mark.parametrize("sees", ["replicas", "clients alone"])
def test_a_planted_mistake_of_reads_is_told(
    plant: Callable[[Patch], None], seed: int, sees: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether L2 has seen it first, which looks at slots, or nobody looks but at the clients."""
    plant(monkeypatch)
    if sees == "clients alone":
        monkeypatch.setattr("scenarios.world.Invariants.answered", lambda *_: None)
    scenario = with_faults(load("lease-reads"), seed)
    report = run(scenario, seed=seed)
    (violation,) = report.violations
    assert violation.invariant == ("L2" if sees == "replicas" else "C2")
    if sees == "clients alone":
        assert SENTENCES["C2"] in violation.text
    found = found_in(report)
    assert found.verdict == "not linearizable"
    assert "read summary" in found.found
    assert report.exit_code == 1
    assert "client history: NOT LINEARIZABLE" in report.to_text()
    monkeypatch.undo()
    assert found_in(run(scenario, seed=seed)).verdict == "linearizable"


def test_a_command_with_a_false_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replicas agree on it; the machine that follows the log does not."""
    original = NetworkState.apply
    judging = Clients.hear

    def refused(self: NetworkState, op: bytes) -> bytes:
        result = original(self, op)
        return result.replace(b"Accepted", b"Rejected") if b"StartTransaction" in op else result

    def honest(self: Clients, event: Event) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(NetworkState, "apply", original)
            judging(self, event)

    monkeypatch.setattr(NetworkState, "apply", refused)
    monkeypatch.setattr(Clients, "hear", honest)
    report = run(load("ten-minutes"))
    assert report.violations[0].invariant == "C2"
    assert "StartTransaction" in found_in(report).found
    assert report.exit_code == 1


def test_what_is_not_explained_and_not_refuted_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and is no violation."""
    monkeypatch.setattr(witness, "LOOKS_MAX", 0)
    laggard_serves_old_state(monkeypatch)
    monkeypatch.setattr("scenarios.world.Invariants.answered", lambda *_: None)
    report = run(with_faults(load("lease-reads"), 2), seed=2)
    assert found_in(report).verdict == "unknown"
    assert report.violations == ()
    assert "client history: unknown" in report.to_text()


def test_a_run_that_ends_does_not_wait_for_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stale read ends it; whether its history is linearizable is searched for by the report."""
    searches: list[object] = []
    searching = Witness._search

    def noted(self: Witness) -> Verdict:
        searches.append(self)
        return searching(self)

    monkeypatch.setattr(Witness, "_search", noted)
    session = Session(find_lesson("leases"))
    session.run(32_000_000, 1_000_000)
    old = session.view().leader
    assert old is not None
    session.act("pause", cp=old)
    session.run(33_000_000, 1_000_000)
    session.act("resume", cp=old)
    assert session.act("read", cp=old, how="lease").startswith("L2 ")
    assert searches == []
    assert clients_of(session).witness.strays == 1
    assert clients_of(session).report().verdict != "linearizable"
    assert len(searches) == 1


def test_each_site_of_a_city_is_judged() -> None:
    """By itself, with what its own charge points saw."""
    scenario = load("site-cut-off")
    session = CitySession(with_city_faults(scenario, 1), 1)
    session.run(180_000_000, 10_000_000)
    report = city_report(session)
    for site in report.sites.values():
        assert site.client_history is not None
        assert site.client_history.verdict == "linearizable"
        assert site.client_history.operations > 10
    total = sum(it.client_history.operations for it in report.sites.values() if it.client_history)
    line = f"client histories: linearizable at every site, {total:,} operations"
    assert line in report.to_text()


def test_a_site_whose_clients_were_told_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and the exit code is 1."""
    session = CitySession(load("two-sites"))
    session.run(30_000_000, 1_000_000)
    world = session.city.worlds[2]
    assert world.clients is not None
    false = ClientsReport("not linearizable", 7, 1, "CP4 was told wrong", 3)
    monkeypatch.setattr(world.clients, "report", lambda: false)
    report = city_report(session)
    assert report.exit_code == 1
    assert "NOT LINEARIZABLE, 7 operations, 1 of them without an answer\n" in report.to_text()
    assert "CP4 was told wrong\n  (the first 3 commands as the log has them)" in report.to_text()
    assert is_wrong(false)
    assert not is_wrong(None)


def test_the_program_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON; evtui check says the same of the file of the same run."""
    file = tmp_path / "h.jsonl"
    assert main(["run", "lease-reads", "--history", str(file)]) == 0
    assert capsys.readouterr().out.endswith("\nclient history: linearizable, 43 operations\n")
    assert main(["check", str(file)]) == 0
    assert ": 43 operations of 5 clients" in capsys.readouterr().out
    assert main(["run", "lease-reads", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["client_history"] == {
        "verdict": "linearizable", "operations": 43, "open": 0, "found": "", "granted": 0,
    }  # fmt: skip


def test_a_history_that_cannot_be_fails_a_run_by_itself() -> None:
    """Also where no answer by itself was refuted while it ran; unless that is what was expected."""
    right = run(load("lease-reads"))
    false = evolve(found_in(right), verdict="not linearizable", found="nobody knows why")
    wrong = evolve(right, client_history=false)
    assert (right.exit_code, wrong.exit_code) == (0, 1)
    assert wrong.to_text().endswith("NOT LINEARIZABLE, 43 operations\n  nobody knows why\n")
    expected = run(load("broken-clock-bound"))
    assert is_wrong(expected.client_history)
    assert expected.exit_code == 0


def test_what_the_report_alone_has_found_can_be_seen_again() -> None:
    """No violation stopped the run and no expectation failed: the command runs to its end."""
    scenario = load("lease-reads")
    right = run(scenario)
    false = evolve(found_in(right), verdict="not linearizable")
    assert again(evolve(right, client_history=false), "lease-reads", scenario) == (
        "evtui run lease-reads --seed 1 --until 1m"
    )


def test_where_nothing_is_checked_nothing_is_said() -> None:
    """A world can be run without its invariants."""
    from scenarios.world import World

    assert World(load("ten-minutes"), 1, check=False).clients is None
    one = ClientsReport("linearizable", 1, 0, "", 0)
    assert in_words(one) == "client history: linearizable, 1 operation"


def test_looking_at_a_history_changes_nothing() -> None:
    """However often somebody asks for the report."""
    session = open_session(load("lease-reads"))
    session.run(30_000_000, 1_000_000)
    clients = clients_of(session)
    before = pickle.dumps(clients.witness)
    assert clients.report() == clients.report()
    assert pickle.dumps(clients.witness) == before


@pytest.mark.parametrize("plant", [None, read_served_before_the_quorum_confirmed])
def test_a_kept_session_is_judged_when_it_is_done_again(
    plant: Callable[[Patch], None] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The very same run; but where what clients saw cannot be, the exit code is 1."""
    if plant is not None:
        plant(monkeypatch)
    scenario = load("lease-reads")
    session = Session(scenario)
    session.run(scenario.duration_us, 10_000_000)
    whole = session.whole
    saved = Saved(until_us=session.time_us, events=whole.events, digest=whole.digest())
    file = tmp_path / "kept.toml"
    file.write_text(to_toml(with_inputs(scenario, [], saved)), encoding="utf-8")
    assert main(["replay", str(file)]) == (0 if plant is None else 1)
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first.endswith(": the same run")
    word = "linearizable" if plant is None else "NOT LINEARIZABLE"
    assert second.startswith(f"  client history: {word}, ")
    main(["replay", str(file), "--json"])
    (branch,) = json.loads(capsys.readouterr().out)["branches"]
    assert branch["client_histories"]["lease-reads"]["verdict"] == word.lower()
