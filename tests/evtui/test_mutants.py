"""``evtui mutants``: the kill matrix, its exit codes, and what it refuses."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from evtui.cli import main
from evtui.mutants.judges import Judge, Kill, Outcome, Task
from evtui.mutants.matrix import Matrix, Plan, Trial
from evtui.mutants.rows import as_json, lines
from paxos.check.mutants import MUTANTS, find

EVTUI = [sys.executable, "-m", "evtui.cli", "mutants"]
ALLOWED = "allowed a number from 1 to 30 or a name; evtui mutants --list prints them"
FEW = ["--only", "9", "--only", "holes_skipped", "--only", "30"]


def test_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    """What killed each, within how many seeds, and that the protocol itself is not blamed."""
    assert main(["mutants", *FEW, "--jobs", "1"]) == 0
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines()]
    assert rows[:6] == [
        ["no", "mistake", "killed", "by", "seeds", "in", "clients", "explorer"],
        ["9", "promise_not_written", "A1", "1", "usual", "A1", "in", "2"],
        ["9", "promise_forgotten_on_restart", "A1", "1", "usual"],
        ["20", "holes_skipped", "R2", "1", "usual"],
        ["30", "waiting_commands_in_a_set", "two", "processes", "1", "usual"],
        ["none", "planted", "nothing", "24", "all", "of", "them"],
    ]
    assert out.splitlines()[-1] == "4 mistakes: 4 killed; 28 runs"
    assert err == ""


def test_json_is_the_same_in_any_number_of_processes(capsys: pytest.CaptureFixture[str]) -> None:
    """Which block of seeds comes back first makes no difference."""
    found = []
    for jobs in ("1", "3"):
        assert main(["mutants", "--only", "16", "--only", "27", "--jobs", jobs, "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    (first, second) = found[0]["mutants"]
    assert (first["killed_by"], first["seeds"], first["runs"]) == ("A5", 11, 11)
    assert (second["killed_by"], second["verdict"], second["number"]) == ("L2", "killed", 27)
    assert second["clients_seeds"] >= second["seeds"]
    assert found[0]["none_planted"]["alarms"] == []
    assert found[0]["none_planted"]["weathers"] == {"usual": 20, "reading": 20}
    assert found[0]["finished"]


def test_some_of_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that are asked for, and nothing is run."""
    assert main(["mutants", "--list", "--only", "9"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 1 + sum(it.number == 9 for it in MUTANTS)
    assert main(["mutants", "--list", "--only", "holes_skipped", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["holes_skipped"]


def test_what_only_a_script_shows_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """No run is made for it."""
    assert main(["mutants", "--only", "nobody_says_who_leads", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "scripted, as no weather is made for it: nobody_says_who_leads: "
        + find("nobody_says_who_leads").scripted
    )


def test_a_survivor(capsys: pytest.CaptureFixture[str]) -> None:
    """Too few seeds: exit code 1, and which it is."""
    assert main(["mutants", "--only", "16", "--seeds", "3", "--jobs", "1"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1].split() == ["16", "one_ballot_for_promised_and_accepted", "survived", "usual"]
    assert out[-2] == "1 mistake: 1 survived; 6 runs"
    assert out[-1].startswith("survived: one_ballot_for_promised_and_accepted: What was accepted")


def test_the_protocol_itself_is_blamed_where_it_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake that nobody has planted for it: an alarm, and exit code 1."""
    find("accepted_values_not_written").plant(monkeypatch)
    assert main(["mutants", "--only", "20", "--jobs", "1"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("the protocol itself: usual, seed 0: A3")


def test_one_that_only_a_script_shows_is_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said so, and no failure."""
    assert main(["mutants", "--only", "rounds_survive_an_era", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["mutants"]
    assert (row["verdict"], row["weather"], row["runs"]) == ("scripted", None, 0)
    assert row["scripted"].startswith("it takes an old leader")


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake with its sentence; nothing is run."""
    assert main(["mutants", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1 + len(MUTANTS)
    assert told[1].split(maxsplit=2) == [
        "1",
        "accepted_values_in_promises_ignored",
        "The new leader starts from an empty slate.",
    ]
    assert main(["mutants", "--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [mutant.name for mutant in MUTANTS]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "31"], f'--only: found "31"; {ALLOWED}'),
        (["--only", "hole_skipped"],
         f'--only: found "hole_skipped"; {ALLOWED}; did you mean holes_skipped?'),
        (["--seeds", "0"], '--seeds: found "0"; allowed a whole number from 1 to 2000'),
        (["--seeds", "2001"], '--seeds: found "2001"; allowed a whole number from 1 to 2000'),
        (["--jobs", "x"], '--jobs: found "x"; allowed a whole number from 1 to 256'),
    ],
)  # fmt: skip
def test_refused(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    assert main(["mutants", *options]) == 2
    assert capsys.readouterr().err == f"evtui: {message}\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interruption_prints_what_is_known(jobs: str) -> None:
    """Exit code 130; the rest is said to be unfinished, and no traceback is left."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*EVTUI, "--jobs", jobs, "--json"],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    os.close(slave)
    said = b""
    while b"verdicts" not in said:
        said += os.read(master, 65_536)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    with contextlib.suppress(OSError):  # that is how a terminal ends
        while more := os.read(master, 65_536):
            said += more
    os.close(master)
    assert process.returncode == 130
    assert said.endswith(b"\r\x1b[Kevtui: interrupted; the rest is not known\r\n")
    assert b"Traceback" not in said
    told = json.loads(out)
    assert not told["finished"]
    assert len(told["mutants"]) == len(MUTANTS)
    assert "unfinished" in {row["verdict"] for row in told["mutants"]}
    assert told["survivors"] == []


def test_progress_is_for_terminals() -> None:
    """A line that is renewed, and wiped in the end."""
    master, slave = pty.openpty()
    done = subprocess.run(
        [*EVTUI, "--only", "16", "--jobs", "1"],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        check=True,
        text=True,
    )
    os.close(slave)
    told = os.read(master, 65_536).decode()
    os.close(master)
    assert "verdicts" in told
    assert "runs/s" in told
    assert told.endswith("\r\x1b[K")
    assert "one_ballot" in done.stdout


def test_blocks_may_come_back_in_any_order() -> None:
    """The first kill counts, whichever is known first; what is behind it does not."""
    trial = Trial(find("16"), Judge.WEATHER, 100)
    tasks = [trial.next() for _ in range(4)]
    first, second, third, fourth = (task for task in tasks if task is not None)
    trial.take(Outcome(third, Kill(25, "A5", "late"), 6))
    assert not trial.finished
    assert trial.next() is None, "what is behind a kill need not be known"
    trial.take(Outcome(fourth, Kill(31, "A5", "later"), 2))
    trial.take(Outcome(first, None, 10, (Kill(3, "A1", "something else"),)))
    assert (trial.done, trial.finished) == (10, False)
    trial.take(Outcome(second, None, 10))
    assert trial.finished
    assert (trial.needed, trial.runs, len(trial.strays)) == (26, 26, 1)


def test_the_last_block_is_short() -> None:
    """As many seeds as were asked for, and no more."""
    trial = Trial(find("16"), Judge.WEATHER, 12)
    assert [trial.next(), trial.next(), trial.next()] == [
        Task(find("16").name, Judge.WEATHER, 0, 10),
        Task(find("16").name, Judge.WEATHER, 10, 2),
        None,
    ]


def test_an_unfinished_matrix_can_be_told() -> None:
    """Nothing is claimed of what is not known."""
    matrix = Matrix(Plan((find("1"), find("30")), 50))
    assert [row["verdict"] for row in as_json(matrix)["mutants"]] == ["unfinished"] * 2  # type: ignore[index]
    assert list(lines(matrix))[-1] == "2 mistakes: 2 unfinished; 0 runs"
