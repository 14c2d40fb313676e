"""``evtui shrink``: what it prints and writes, its exit codes, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.cli import main
from scenarios.loader import load

FAILS = """\
duration = "30s"
cps = 5
seed = 3
[[ev]]
id = "EV1"
[[ev]]
id = "EV2"
[[at]]
t = "4s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV2"
cp = "CP2"
[[at]]
t = "6s"
do = "slow_disk"
cp = "CP4"
fsync = "33ms"
[[at]]
t = "9.3s"
do = "crash"
cp = "CP1"
[[at]]
t = "12s"
do = "crash"
cp = "CP3"
[[at]]
t = "14s"
do = "restart"
cp = "CP3"
[[expect]]
ev = "EV1"
t = "20s"
state = "charging_with_profile"
[[expect]]
replicas = "equal"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files are written here."""
    monkeypatch.chdir(tmp_path)
    Path("cut.toml").write_text(FAILS, encoding="utf-8")
    return tmp_path


def test_a_failing_run_is_shrunk(capsys: pytest.CaptureFixture[str]) -> None:
    """The plug and the crash are left, and the file fails headless in the same way."""
    assert main(["shrink", "./cut.toml"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "shrunk"
    assert "EV1 is charging_with_profile; found connected_not_charging" in lines[1]
    assert lines[2] == "from 6 steps, 5 CPs, 2 EVs, 30s"
    assert lines[3].startswith("to   2 steps, 1 CP, 1 EV, ")
    assert lines[4] == "order: messages come in the order in which they were sent"
    assert lines[6] == "see it with: evtui run cut.shrunk.toml"
    assert err == ""
    shrunk = load("cut.shrunk.toml")
    assert [line.verb for line in shrunk.script] == ["plug_in", "crash"]
    assert "Shrunk from cut.toml, seed 3" in shrunk.description
    assert main(["run", "cut.shrunk.toml"]) == 1
    assert "found connected_not_charging" in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same as one object, and the file where it was asked for."""
    assert main(["shrink", "./cut.toml", "-o", "small.toml", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["verdict"], row["file"], row["in_order"]) == ("shrunk", "small.toml", True)
    assert (row["failure"]["kind"], row["failure"]["name"]) == (
        "expectation",
        "connected_not_charging",
    )
    assert row["before"] == {"steps": 6, "cps": 5, "evs": 2, "duration_s": 30.0, "seed": 3}
    assert (row["after"]["steps"], row["after"]["cps"], row["after"]["evs"]) == (2, 1, 1)
    assert row["runs"] > 10
    assert load("small.toml").name == "cut-shrunk"


def test_the_same_file_with_more_processes(capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, and after as many runs that count."""
    rows = []
    for jobs in ("1", "2"):
        options = ["-o", f"{jobs}.toml", "--jobs", jobs, "--json", "--max-runs", "25"]
        assert main(["shrink", "./cut.toml", *options]) == 3
        rows.append(json.loads(capsys.readouterr().out))
    assert Path("1.toml").read_bytes() == Path("2.toml").read_bytes()
    assert rows[0]["runs"] == rows[1]["runs"] == 25


FUTURES = """\
duration = "55s"
cps = 3
seed = 4
[campaign]
from = "5s"
begin = "1s"
gap = "1500ms"
quiet = "15s"
"""


def test_a_seed_of_futures_is_the_campaigns_run(capsys: pytest.CaptureFixture[str]) -> None:
    """They share what was before: the seed of the run is the scenario's own."""
    Path("futures.toml").write_text(FUTURES, encoding="utf-8")
    what = ["futures.toml", "--faults", "everything", "--mutant", "1", "--json"]
    assert main(["campaign", *what, "--seeds", "8", "--jobs", "1"]) == 1
    rows = json.loads(capsys.readouterr().out)["rows"]
    failed = next(row for row in rows if row["problems"] and row["seed"] != 4)
    assert main(["shrink", *what, "--seed", str(failed["seed"]), "--max-runs", "1"]) == 3
    shrunk = json.loads(capsys.readouterr().out)
    assert shrunk["failure"]["text"] == failed["problems"][0]
    assert shrunk["before"]["seed"] == 4
    told = load("futures.shrunk.toml").description
    assert f"Shrunk from futures.toml, seed {failed['seed']}" in told


def test_a_bound_leaves_the_best_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    """It fails, too; the exit code says that there may be a smaller one."""
    assert main(["shrink", "./cut.toml", "--max-runs", "3"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("unfinished\n")
    unknown = "messages may overtake each other; whether it hangs on that was not found out"
    assert f"\norder: {unknown}\n" in out
    assert f"M{unknown[1:]}." in load("cut.shrunk.toml").description
    assert main(["run", "cut.shrunk.toml"]) == 1
    assert main(["shrink", "./cut.toml", "--time-limit", "0s"]) == 3
    capsys.readouterr()
    assert main(["run", "cut.shrunk.toml"]) == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_the_best_so_far(folder: Path, jobs: str) -> None:
    """Ctrl+C reaches all processes of the terminal; none of them complains."""
    Path("long.toml").write_text(FAILS.replace('"30s"', '"8m"'), encoding="utf-8")
    command = [sys.executable, "-m", "evtui.cli", "shrink", "./long.toml", "--jobs", jobs]
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, start_new_session=True
    )
    os.close(theirs)
    seen = b""
    while b" runs, " not in seen:  # the progress: it has begun
        seen += os.read(ours, 1024)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    seen += os.read(ours, 65_536)
    os.close(ours)
    assert process.returncode == 130
    assert b"Traceback" not in seen
    assert out.startswith("interrupted\n")
    assert main(["run", "long.shrunk.toml", "--until", "20s"]) == 1
    assert sorted(it.name for it in folder.iterdir()) == [
        "cut.toml", "long.shrunk.toml", "long.toml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["leader-crash"],
            (
                "leader-crash: found a run that does not fail with seed 1; allowed "
                "one that violates an invariant or an expectation"
            ),
        ),
        (["city"], "city: found a city; allowed a scenario of one site"),
        (
            ["./cut.toml", "-o", "cut.toml"],
            "--output: found the file of the scenario; allowed another one",
        ),
        (
            ["./cut.toml", "-o", "no/such/folder.toml"],
            '--output: cannot write "no/such/folder.toml" (No such file or directory)',
        ),
        (["./cut.toml", "-o", "."], '--output: cannot write "." (Is a directory)'),
        (["./cut.toml", "-o", ""], '--output: found ""; allowed the path of a file'),
        (["./cut.toml", "--jobs", "0"], '--jobs: found "0"; allowed a whole number from 1 to 256'),
        (
            ["./cut.toml", "--max-runs", "x"],
            '--max-runs: found "x"; allowed a whole number from 1 to 1000000000',
        ),
        (
            ["./cut.toml", "--seed", "-1"],
            '--seed: found "-1"; allowed a whole number from 0 to 9223372036854775807',
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a clear sentence, and no file."""
    assert main(["shrink", *arguments]) == 2
    assert capsys.readouterr().err == f"evtui: {problem}\n"
    assert sorted(it.name for it in Path().iterdir()) == ["cut.toml"]


def test_an_older_file_stays_where_the_run_does_not_fail() -> None:
    """Whether it can be written is found out without writing."""
    Path("leader-crash.shrunk.toml").write_text("mine", encoding="utf-8")
    assert main(["shrink", "leader-crash"]) == 2
    assert Path("leader-crash.shrunk.toml").read_text(encoding="utf-8") == "mine"


def test_what_is_no_file_is_written_to_and_stays(folder: Path) -> None:
    """A pipe, as a device would be; and a link leads where it led."""
    os.mkfifo("pipe")
    ours = os.open("pipe", os.O_RDWR | os.O_NONBLOCK)
    assert main(["shrink", "./cut.toml", "--max-runs", "1", "-o", "pipe"]) == 3
    assert os.read(ours, 65_536).startswith(b'name = "cut-shrunk"\n')
    os.close(ours)
    assert Path("pipe").is_fifo()
    Path("real.toml").write_text("old", encoding="utf-8")
    Path("link.toml").symlink_to("real.toml")
    assert main(["shrink", "./cut.toml", "--max-runs", "1", "-o", "link.toml"]) == 3
    assert Path("link.toml").is_symlink()
    assert load("./real.toml").name == "cut-shrunk"
    assert [it.name for it in folder.iterdir() if it.name.endswith(".part")] == []
