"""What the charge points of a run saw: written down, judged, and killed where it is wrong."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from evtui.check.reading import read_history
from evtui.cli import main
from fsm.network.state import NetworkState
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import Answer, check
from paxos.check.mutants.reads import laggard_serves_old_state
from scenarios.campaign import run_seed, with_faults
from scenarios.client_history import ClientHistory
from scenarios.loader import load, loads
from scenarios.network_model import APPLY, QUERY, Network
from scenarios.runner import run
from scenarios.schema import Scenario
from scenarios.session import Session

SHORT = """\
duration = "40s"
cps = 3
[[ev]]
id = "EV1"
[[at]]
t = "10s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
"""


def heard(scenario: Scenario, seed: int | None = None) -> ClientHistory:
    """The history of a whole run."""
    history = ClientHistory()
    session = Session(scenario, seed, listener=history)
    history.attend(session.world)
    while not session.finished:
        session.run(scenario.duration_us, 1_000_000)
    return history


@pytest.mark.parametrize(
    "name", ["ten-minutes", "lease-reads", "leader-crash", "earlier-life", "double-booking"]
)
def test_what_charge_points_saw_is_linearizable(name: str) -> None:
    """Also where a command of an earlier life is chosen, and where reads come from three ways."""
    history = heard(load(name))
    operations = history.operations()
    assert history.judge().answer is Answer.LINEARIZABLE
    assert len(operations) > 20
    # Without the slots as a hint it is the same.
    plain = [evolve(op, hint=None) for op in operations]
    assert check(plain, history.model).answer is Answer.LINEARIZABLE


def test_under_random_faults_much_stays_open() -> None:
    """And what was answered is linearizable all the same."""
    history = heard(with_faults(load("ten-minutes"), 2), 2)
    operations = history.operations()
    assert history.judge().answer is Answer.LINEARIZABLE
    assert sum(op.returned is None for op in operations) > 20
    assert sum(op.name == QUERY and op.returned is not None for op in operations) > 20


def test_a_false_answer_is_found(tmp_path: Path) -> None:
    """One old answer instead of the right one; it is named with its line."""
    scenario = load("lease-reads")
    out = io.StringIO()
    run(scenario, history=out)
    lines = out.getvalue().splitlines()
    rows = [json.loads(line) for line in lines]
    reads = [index for index, row in enumerate(rows) if row.get("op") == QUERY]
    early, late = reads[0], reads[-1]
    assert rows[early]["result"] != rows[late]["result"]
    rows[late]["result"] = rows[early]["result"]
    file = tmp_path / "false.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    history = read_history(str(file), None)
    violation = check(history.operations, history.model).violation
    assert violation is not None
    assert violation.last.number == late + 1
    assert violation.last in violation.conflict


def test_the_file_is_the_same_history(tmp_path: Path) -> None:
    """What is written and read again is judged from the file alone; the same in any process."""
    file = tmp_path / "run.jsonl"
    scenario = tmp_path / "short.toml"
    scenario.write_text(SHORT)
    assert main(["run", str(scenario), "--history", str(file)]) == 0
    read = read_history(str(file), "network")
    history = heard(loads(SHORT, "short"))

    def seen(operations: list[Operation]) -> list[tuple[Any, ...]]:
        return [
            (op.client, op.name, op.value, op.call, op.returned, op.result, op.hint)
            for op in operations
        ]

    assert seen(read.operations) == seen(history.operations())
    assert main(["check", str(file)]) == 0


def test_a_stale_read_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A charge point that lags behind answers from its own state: clients alone can tell."""
    laggard_serves_old_state(monkeypatch)
    monkeypatch.setattr("scenarios.world.Invariants.answered", lambda *_: None)
    found = run_seed(load("lease-reads"), 2).problems
    assert any("C2 (what clients are told is linearizable)" in problem for problem in found)
    monkeypatch.undo()
    assert run_seed(load("lease-reads"), 2).problems == ()


def test_a_command_that_is_applied_twice_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network counts what it applies, and reads tell the count."""
    original = NetworkState.apply

    def twice(self: NetworkState, op: bytes) -> bytes:
        result = original(self, op)
        if b"StartTransaction" in op:
            original(self, op)
        return result

    monkeypatch.setattr(NetworkState, "apply", twice)
    history = heard(with_faults(load("ten-minutes"), 3), 3)
    monkeypatch.undo()
    assert history.judge().answer is Answer.NOT_LINEARIZABLE


def test_the_model_is_the_network() -> None:
    """Commands change the state and have one answer; questions change nothing."""
    history = heard(loads(SHORT, "short"))
    model = history.model
    assert isinstance(model, Network)
    state = model.initial(None)
    for op in sorted(history.operations(), key=lambda op: op.hint or 0):
        after = model.step(state, op, told=True)
        assert isinstance(after, type(state))
        assert (after == state) is (op.name == QUERY)
        false = evolve(op, result=op.result + b"!")
        assert not isinstance(model.step(state, false, told=True), type(state))
        assert model.step(state, false, told=False) == after
        assert model.passive(op, told=True) is (op.name == QUERY)
        state = after
    assert any(op.name == APPLY for op in history.operations())


def test_an_interrupted_run_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is whole at the end only."""

    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.runner.run", interrupted)
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text("what was there\n", encoding="utf-8")
    for file in (old, new):
        assert main(["run", "lease-reads", "--history", str(file)]) == 130
    assert old.read_text(encoding="utf-8") == "what was there\n"
    assert not new.exists()
