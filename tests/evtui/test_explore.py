"""``evtui explore``: what it prints, its exit codes, and what it refuses."""

import json

import pytest

from evtui.cli import main
from evtui.explore.command import Order, run_explore
from paxos.check.explore.group import Faults
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants import find, planted_now

ALLOWED = "allowed a number from 1 to 30 or a name; evtui mutants --list prints them"


def test_all_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict, what was asked, how much there was, and what was chosen."""
    assert main(["explore", "--ballots", "1"]) == 0
    out, err = capsys.readouterr()
    verdict, asked, counts, chosen = out.splitlines()
    assert verdict == "exhausted"
    assert asked.startswith("3 nodes, 2 proposers with 1+1 ballots, 1 slot, 0 crashes, 0 losses")
    assert counts.startswith("788 distinct states, 1,909 transitions, depth 12, 66 ends; ")
    assert chosen == "chosen in some state: A1, B1"
    assert err == ""


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same as one object."""
    options = ["--nodes", "2", "--proposers", "1", "--ballots", "1", "--crashes", "1"]
    assert main(["explore", *options, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["verdict"], row["nodes"], row["ballots"], row["crashes"]) == (
        "exhausted",
        2,
        [1],
        1,
    )
    assert row["violation"] == ""
    assert row["path"] == []
    assert row["states"] > 10


def test_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is claimed of what was not seen."""
    assert main(["explore", "--max-states", "100"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "unfinished"
    assert lines[-1] == "stopped after 100 states; see --max-states"


def test_a_violation_is_told_step_by_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the invariant, and what led there."""
    find("accept_does_not_raise_the_promise").plant(monkeypatch)
    assert run_explore(Order(Bounds(), Faults())) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "violated"
    assert (
        lines[4]
        == "after 4 moves, and never in fewer: "
        + lines[4].split(": ")[1]
        + ": "
        + (lines[4].split(": ")[2])
    )
    assert "A2" in lines[4]
    assert lines[5] == "   1  node 1 begins a ballot"
    assert any("gets Accept 1.1 first_slot=1 values=[A1]" in line for line in lines[6:])


@pytest.mark.parametrize(
    ("number", "moves", "broken"),
    [("1", 7, "A5"), ("4", 11, "R1"), ("5", 7, "R1"), ("9", 2, "A1"), ("13", 4, "A1")],
)
def test_a_known_mistake_is_found_in_a_group_that_shows_it(
    number: str, moves: int, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its number is enough; it is named, and gone afterwards."""
    assert main(["explore", "--mutant", number, "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert (row["mutant"], len(row["path"])) == (find(number).name, moves)
    assert row["violation"].startswith(broken)
    assert planted_now() is None


def test_a_mistake_in_another_group(capsys: pytest.CaptureFixture[str]) -> None:
    """Options that are given count; without a crash a promise that is not written is none."""
    assert main(["explore", "--mutant", "9", "--crashes", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "exhausted",
        f"planted: promise_not_written: {find('9').sentence}",
        "3 nodes, 2 proposers with 1+1 ballots, 1 slot, 0 crashes, 0 losses, 0 duplicates",
    ]
    assert main(["explore", "--mutant", "holes-skipped", "--ballots", "1", "--nodes", "2"]) == 0
    assert "2 nodes, 2 proposers with 1+1 ballots" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mutant", "31"], f'--mutant: found "31"; {ALLOWED}'),
        (["--nodes", "9"], '--nodes: found "9"; allowed a whole number from 1 to 5'),
        (["--ballots", "-1"], '--ballots: found "-1"; allowed a whole number from 1 to 4'),
        (["--nodes", "2", "--proposers", "3"], "--proposers: found 3; allowed at most --nodes, 2"),
        (["--crashes", "x"], '--crashes: found "x"; allowed a whole number from 0 to 3'),
    ],
)
def test_refused(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    assert main(["explore", *options]) == 2
    assert capsys.readouterr().err == f"evtui: {message}\n"
