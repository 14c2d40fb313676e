"""``evtui explore``: what it prints, its exit codes, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evtui.app import EvtuiApp
from evtui.cli import main
from evtui.explore.command import Order, run_explore
from evtui.screens.panels import Body
from paxos.check.explore.group import Faults, Group
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants import find, planted_now
from scenarios.loader import load
from scenarios.session import Session

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


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_exploration_that_somebody_ends(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How far it was is printed."""

    def explore(group: Group, *, most_states: int | None, progress: Any) -> None:
        progress(4_096, 120, 9)
        raise KeyboardInterrupt

    monkeypatch.setattr("evtui.explore.command.explore", explore)
    assert main(["explore", *options]) == 130
    out, err = capsys.readouterr()
    assert out.startswith("{" if options else "unfinished\n4,096 states, 120 wait, depth 9")
    assert "4096" in out or "4,096" in out
    assert err == "evtui: interrupted\n"


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
    assert (row["path"], row["keeps"]) == ([], [])
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
    [("1", 7, "A5"), ("4", 11, "R1"), ("5", 7, "R1"), ("9", 2, "A1"), ("13", 4, "A2")],
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


def test_what_of_the_past_is_under_way_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake that a stale answer shows is explored with such answers; one ballot is one."""
    assert main(["explore", "--mutant", "5"]) == 1
    assert capsys.readouterr().out.splitlines()[2] == (
        "3 nodes, 1 proposer with 1 ballot, 1 slot, 0 crashes, 0 losses, 1 duplicate, "
        "own messages under way, Accepted of past ballots under way"
    )


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
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "no group is known in which an exploration finds it"
    assert lines[3] == (
        "2 nodes, 2 proposers with 1+1 ballots, 1 slot, 0 crashes, 0 losses, 0 duplicates, "
        "Promise and Accepted of past ballots under way"
    )


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


async def test_a_path_is_saved_run_and_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file violates the same, and in the app each step can be seen, forward and back."""
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "--mutant", "1", "--save", "found.toml"]) == 1
    out = capsys.readouterr().out
    assert out.endswith(
        "saved found.toml, in which the network violates A5, too: evtui run found.toml\n"
    )
    document = Path(__file__).parents[2] / "docs" / "exploring.md"
    printed = re.findall(
        r"^```text\n(after .*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert [out.endswith(each) for each in printed] == [True]
    assert main(["run", "found.toml"]) == 1
    assert "A5" in capsys.readouterr().out
    session = Session(load(str(tmp_path / "found.toml")))
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        app.travel(1_600_000)
        await pilot.press("m")
        await pilot.pause()
        text = "\n".join(line.plain for line in app.screen.query_one(Body)._lines)
        assert "CP1 stands for leader with ballot 1.CP1" in text
        assert "‖ held 1 of 3: Prepare" in text
        await pilot.press("escape")
        app.travel(session.scenario.duration_us)
        assert app.timeline.session.world.violation is not None
        assert str(app.timeline.session.world.violation).startswith("A5 ")
        app.travel(3_000_000)
        assert app.timeline.session.world.violation is None


def test_what_is_saved_is_told_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, or null where there is nothing to save."""
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "--mutant", "9", "--save", "nine.toml", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["saved"] == "nine.toml"
    assert row["network"].startswith("A1 ")
    assert main(["explore", "--ballots", "1", "--save", "none.toml", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["saved"], row["network"]) == (None, "")
    assert row["saving"] == "nothing to save in none.toml: nothing is violated"
    assert not (tmp_path / "none.toml").exists()


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("x.txt", 'found "x.txt"; allowed a file that ends in .toml'),
        ("nowhere/x.toml", 'cannot write "nowhere/x.toml" (No such file or directory)'),
        ("folder.toml", 'cannot write "folder.toml" (Is a directory)'),
    ],
)
def test_where_nothing_can_be_saved_nothing_is_explored(
    file: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It is said before the work, not after."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    assert main(["explore", "--save", file]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"evtui: --save: {why}\n")
