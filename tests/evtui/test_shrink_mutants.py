"""Failing runs of planted mistakes shrink to nearly the shortest schedules that are known."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve, frozen

from evtui.cli import main
from evtui.opening import app_of
from paxos.check.mutants import find
from scenarios.loader import load
from scenarios.shrink.failing import failure_of
from scenarios.shrink.order import comes_in_order

HERE = Path(__file__).parent.parent / "scenarios" / "shrink"
LAB = HERE / "lab.toml"
MOST_STEPS = 15


@frozen
class Case:
    """A run of a campaign with a mistake, and the invariant that it violates."""

    number: int
    invariant: str
    seed: int
    cps: int = 3

    @property
    def shortest(self) -> Path:
        """The shortest schedule that is known, found by hand and by thought."""
        return HERE / "shortest" / f"{self.number}.toml"

    @property
    def options(self) -> list[str]:
        """How the run is asked for."""
        mutant = find(str(self.number)).name
        return ["--seed", str(self.seed), "--faults", "everything", "--mutant", mutant]


CASES = (Case(1, "A5", 10), Case(9, "A1", 7), Case(18, "R1", 83, cps=5), Case(21, "A5", 50))
BY_NUMBER = [pytest.param(case, id=str(case.number)) for case in CASES]
QUICK_FIRST = [
    pytest.param(case, id=str(case.number), marks=[pytest.mark.soak] * (case.number != 1))
    for case in CASES
]


@pytest.mark.parametrize("case", BY_NUMBER)
def test_the_shortest_known_schedules_fail(case: Case) -> None:
    """In the way that they are known for, and only with the mistake."""
    known = load(str(case.shortest))
    assert known.mutant == find(str(case.number)).name
    failure = failure_of(known)
    assert failure is not None
    assert (failure.kind, failure.name) == ("violation", case.invariant)
    assert failure_of(evolve(known, mutant="")) is None


@pytest.mark.parametrize("case", QUICK_FIRST)
def test_a_failing_run_shrinks_to_nearly_the_shortest(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To at most 15 steps and twice the shortest known."""
    monkeypatch.chdir(tmp_path)
    text = LAB.read_text(encoding="utf-8").replace("cps = 3", f"cps = {case.cps}")
    Path("lab.toml").write_text(text, encoding="utf-8")
    assert main(["shrink", "./lab.toml", *case.options, "-o", "one.toml", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    shrunk, known = load("./one.toml"), load(str(case.shortest))
    assert row["after"]["steps"] == len(shrunk.script)
    assert len(shrunk.script) <= MOST_STEPS < row["before"]["steps"]
    assert len(shrunk.script) <= 2 * len(known.script)
    assert len(shrunk.cps) <= len(known.cps)
    assert comes_in_order(shrunk)
    assert failure_of(evolve(shrunk, mutant="")) is None

    assert main(["run", "./one.toml", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [it["invariant"] for it in report["violations"]] == [case.invariant]


def in_another_process(*command: str) -> None:
    """Run a command where sets are in another order."""
    subprocess.run(
        [sys.executable, "-m", "evtui.cli", *command],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


@pytest.mark.soak
@pytest.mark.parametrize("case", BY_NUMBER)
def test_the_same_bytes_in_two_processes(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is a function of the run that is shrunk, with one process or several."""
    monkeypatch.chdir(tmp_path)
    text = LAB.read_text(encoding="utf-8").replace("cps = 3", f"cps = {case.cps}")
    Path("lab.toml").write_text(text, encoding="utf-8")
    command = ["shrink", "./lab.toml", *case.options]
    in_another_process(*command, "-o", "other.toml")
    assert main([*command, "-o", "one.toml", "--jobs", "2"]) == 0
    assert Path("one.toml").read_bytes() == Path("other.toml").read_bytes()


def test_where_the_order_matters_few_messages_are_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A leader that tells too early is caught by one message that is late; without any fault."""
    monkeypatch.chdir(tmp_path)
    mutant = ["--mutant", "leader_tells_what_is_not_chosen"]
    command = ["shrink", str(LAB), "--seed", "1", "--faults", "everything", *mutant]
    assert main([*command, "-o", "late.toml"]) == 0
    out = capsys.readouterr().out
    in_another_process(*command, "-o", "other.toml")
    assert Path("late.toml").read_bytes() == Path("other.toml").read_bytes()
    assert "messages come in the order in which they were sent, but for 1\n" in out
    shrunk = load("./late.toml")
    assert (len(shrunk.script), len(shrunk.late), shrunk.network.tail) == (0, 1, 0.0)
    failure = failure_of(shrunk)
    assert failure is not None
    assert failure.name == "R1"
    assert failure_of(evolve(shrunk, late=())) is None
    assert failure_of(evolve(shrunk, mutant="")) is None
    assert main(["run", "./late.toml"]) == 1


async def test_a_shrunk_run_opens_in_the_app() -> None:
    """And stops where the invariant is violated."""
    file = HERE / "shortest" / "1.toml"
    app = app_of(load(str(file)), None, at_us=5_000_000)
    async with app.run_test() as pilot:
        await pilot.pause()
        violation = app.timeline.session.whole.violation
    assert violation is not None
    assert violation.name == "A5"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ["--mutant", "31"],
            (
                '--mutant: found "31"; allowed a number from 1 to 30 or a name; evtui mutants '
                "--list prints them"
            ),
        ),
        (
            ["--faults", "network!"],
            (
                '--faults: found "network!"; allowed calm, network, crashes, disks, clocks, '
                'everything; did you mean "network"?'
            ),
        ),
    ],
)
def test_what_is_not_known_is_refused(
    options: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what there is."""
    assert main(["shrink", str(LAB), *options]) == 2
    assert capsys.readouterr().err == f"evtui: {problem}\n"
