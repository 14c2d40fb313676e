"""``evtui campaign``: what it prints, what it keeps, and how a failed seed is opened again."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evtui.campaign import working
from evtui.campaign.failures import failed_run
from evtui.campaign.log import default_path
from evtui.campaign.options import order_of
from evtui.campaign.order import Task
from evtui.campaign.progress import clock, line
from evtui.cli import main
from evtui.opening import app_of
from evtui.options import END_US, Campaigning
from scenarios.city.session import open_session
from scenarios.loader import load, loads
from scenarios.units import DURATION
from scenarios.writer import to_toml

SHORT = """\
duration = "20s"
cps = 3
[campaign]
begin = "1s"
gap = "1s"
quiet = "20s"
"""
NEVER_SETTLES = """\
duration = "15s"
[campaign]
quiet = "15s"
[[cp]]
id = "CP1"
[[cp]]
id = "CP2"
member = false
"""
COMMAND = [sys.executable, "-m", "evtui.cli", "campaign"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with two scenarios that take no time."""
    monkeypatch.chdir(tmp_path)
    Path("short.toml").write_text(SHORT, encoding="utf-8")
    Path("never.toml").write_text(NEVER_SETTLES, encoding="utf-8")
    return tmp_path


def out_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a campaign prints to standard output, where it ends with this exit code."""
    assert main(["campaign", *words]) == code
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What it says when it will not begin."""
    assert main(["campaign", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


# --- what is printed -------------------------------------------------------------------------


def test_a_campaign_tells_its_totals(capsys: pytest.CaptureFixture[str]) -> None:
    """A verdict, what there was, and what there was not; no file is left."""
    lines = out_of(capsys, "short.toml", "--seeds", "3", "--jobs", "1").splitlines()
    assert lines[0] == "short with everything, seeds 0 to 2: all settled"
    assert lines[1].startswith("3 runs, ")
    assert "virtual hours" in lines[1]
    assert lines[2].startswith("0 violated; a run: stalls ")
    assert ", not delivered " in lines[2]
    assert ", recovered in " in lines[2]
    assert lines[3].startswith("never happened: ")
    assert lines[4].startswith("least often: ")
    assert sorted(it.name for it in Path().iterdir()) == ["never.toml", "short.toml"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_it_prints_the_same_however_many_processes_there_are(
    form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of seeds, and without a word on time."""
    words = ["never.toml", "--seeds", "8", *form]
    alone = out_of(capsys, *words, "--jobs", "1", code=1)
    assert out_of(capsys, *words, "--jobs", "2", code=1) == alone
    assert "CP2 is crashed" in alone


def test_json_says_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Totals, coverage, and a row for each seed."""
    text = out_of(capsys, "short.toml", "--seeds", "5-7", "--faults", "crashes", "--json")
    found = json.loads(text)
    assert found["scenario"] == "short"
    assert found["faults"] == "crashes"
    assert found["seeds"] == [5, 7]
    assert found["runs"] == 3
    assert found["failed"] == 0
    assert [row["seed"] for row in found["rows"]] == [5, 6, 7]
    assert sum(row["events"] for row in found["rows"]) == found["events"] > 0
    assert found["coverage"]["crashes"] == sum(
        row["coverage"].get("crashes", 0) for row in found["rows"]
    )


def test_a_city_is_run_too(capsys: pytest.CaptureFixture[str]) -> None:
    """By the campaign of cities."""
    text = out_of(capsys, "two-sites", "--seeds", "1", "--faults", "calm", "--json")
    found = json.loads(text)
    assert found["failed"] == 0
    assert "drivers" in found["coverage"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "allowed"),
        (["short.toml", "--faults", "clock"], "found \"clock\"; allowed calm, network"),
        (["short.toml", "--seeds", "0"], 'found "0"; allowed how many, 1 to 10000000'),
        (["short.toml", "--seeds", "9-3"], 'found "9-3"; allowed'),
        (["short.toml", "--seeds", "-3"], 'found "-3"; allowed'),
        (["short.toml", "--seeds", "0-10000000"], "allowed how many, 1 to 10000000"),
        (["short.toml", "--seeds", "99999999999999999999999-1"], "allowed how many"),
        (["short.toml", "--jobs", "0"], 'found "0"; allowed a whole number from 1 to 256'),
        (["short.toml", "--jobs", "2", "--dask", "tcp://x:1"], "--jobs: found it beside --dask"),
        (["short.toml", "--log", "no/such/folder"], 'cannot write "no/such/folder"'),
        (["short.toml", "--log", "."], 'cannot write "."'),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one sentence, before anything runs."""
    assert sentence in refusal(capsys, *words)


def test_a_saved_session_is_no_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """Its inputs belong to one run."""
    text = 'duration = "20s"\ncps = 3\n[session]\nuntil = "5s"\nevents = 3\ndigest = "' + "0" * 32
    Path("kept.toml").write_text(text + '"\n', encoding="utf-8")
    assert "a saved session; allowed a scenario" in refusal(capsys, "kept.toml")


def test_an_error_of_the_program_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The seeds after it are run all the same."""
    real = working.run_seed

    def fails(scenario: object, seed: int, **more: object) -> object:
        if seed == 1:
            raise ZeroDivisionError("of all things")
        return real(scenario, seed, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(working, "run_seed", fails)
    text = out_of(capsys, "short.toml", "--seeds", "3", "--jobs", "1", code=1)
    assert "seed 1: the program failed: ZeroDivisionError: of all things (test_campaign.py:" in text
    assert "short with everything, seeds 0 to 2: 1 failed" in text
    assert Path("failed-short-everything-1.toml").exists()


def test_the_progress_says_how_far_it_is() -> None:
    """Done and all, failures, time left, runs a second, virtual hours."""
    assert line("short-calm", (75, 25, 100), 2, 10.0, 1.25) == (
        "short-calm ███████░░░ 75/100, 2 failed, 0:05 left, 5.0 runs/s, 1.2 virtual h"
    )
    assert line("short-calm", (0, 0, 100), 0, 0.0, 0).startswith("short-calm ░")
    whole = line("reservations-everything", (75, 25, 100), 2, 10.0, 1.25)
    figures = " ███████░░░ 75/100, 2 failed, 0:05 left, 5.0 runs/s, 1.2 virtual h"
    for columns in range(20, len(whole)):
        told = line("reservations-everything", (75, 25, 100), 2, 10.0, 1.25, columns)
        assert len(told) <= columns
        if columns >= len(figures):
            assert told.endswith(figures)
        else:
            shown = ", ".join(figures.split(", ")[: told.count(",") + 1])
            assert told.endswith(shown)
            assert len(shown) > columns - len(", 1.2 virtual h")
    assert [clock(s) for s in (0, 59.6, 127, 3_727)] == ["0:00", "1:00", "2:07", "1:02:07"]


# --- failed seeds ----------------------------------------------------------------------------


def commands_of(text: str) -> list[str]:
    """The commands that a campaign prints under a failed seed."""
    return [row.strip() for row in text.splitlines() if row.startswith("  evtui ")]


async def test_a_violation_is_opened_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The run alone violates the same invariant in the same words, and the app opens right there.

    The scenario is expected to be violated, and the campaign says so.
    """
    text = out_of(capsys, "broken-clock-bound", "--seeds", "1-1", "--jobs", "1", code=1)
    problem = text.splitlines()[0].removeprefix("seed 1: ")
    assert problem.startswith("L2 (")
    assert "says itself that L2 is to be violated" in text
    watch, run, shrink = commands_of(text)
    assert main(run.split()[1:]) == 1
    assert problem in capsys.readouterr().out
    file = shrink.split()[-1]
    assert watch == f"evtui {file} --at 26.9s"
    app = app_of(load(file), None, at_us=26_900_000)
    async with app.run_test(size=(80, 24)):
        assert app.paused
        assert app.controls.finished
        assert app.picture is not None
        assert app.picture.view.violation == problem
        assert app.picture.view.time_us == 26_900_000


@pytest.mark.parametrize(
    ("mutant", "name", "begins"),
    [
        ("6", "lab-three", "R1 ("),
        ("22", "lab-snapshots", "R3 ("),  # seen only where no replica shares its state
        ("29", "lab-three", "applied slots differ"),  # a matter of liveness
    ],
)
async def test_a_planted_mistake_is_found_and_opened_again(
    mutant: str, name: str, begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On all processes; the file plants it again, fails in the same words, and opens there."""
    text = out_of(capsys, name, "--seeds", "2", "--jobs", "2", "--mutant", mutant, code=1)
    problem = text.splitlines()[0].removeprefix("seed 0: ")
    assert problem.startswith(begins)
    watch, run, _ = commands_of(text)[:3]
    assert main(run.split()[1:]) == 1
    assert problem in capsys.readouterr().out
    file, at = watch.split()[1], watch.split()[3]
    scenario = load(file)
    assert f"planted: {scenario.mutant}" in text
    app = app_of(scenario, None, at_us=DURATION.parse(at))
    async with app.run_test(size=(80, 24)):
        assert app.controls.finished
        assert app.picture is not None
        violation = app.picture.view.violation
        assert violation == (problem if violation else "")
        assert bool(violation) is begins.startswith("R")


def test_an_unknown_mistake_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With what is allowed."""
    err = refusal(capsys, "short.toml", "--mutant", "99")
    assert '--mutant: found "99"; allowed a number from 1 to 30 or a name' in err


def test_what_has_not_settled_is_opened_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The file expects what the campaign expected, and says the same."""
    text = out_of(capsys, "never.toml", "--seeds", "2", "--faults", "calm", "--jobs", "1", code=1)
    assert text.splitlines()[0] == "seed 0: CP2 is crashed"
    watch, run, _ = commands_of(text)[:3]
    assert watch.endswith("failed-never-calm-0.toml --at 30s")
    assert main(run.split()[1:]) == 1
    out = capsys.readouterr().out
    assert "everything has come to rest since 15s" in out
    assert "CP2 is crashed" in out


@pytest.mark.parametrize("name", ["two-sites", "ten-minutes", "grow-and-shrink", "monitor"])
@pytest.mark.parametrize("profile", ["everything", "calm"])
def test_the_file_of_a_seed_is_its_run(name: str, profile: str) -> None:
    """Whatever was drawn can be written and read, and makes the same events; a city's, too."""
    order = order_of(name, Campaigning(faults=profile))
    (finding,) = working.work(Task(order.scenario, profile, (1,)))
    scenario = loads(to_toml(failed_run(order, finding)), "again.toml")
    session = open_session(scenario)
    session.run(scenario.duration_us, 10_000_000)
    assert session.whole.events <= finding.events <= session.whole.events + 500
    assert [it.held for it in session.outcomes] == [not finding.problems]


def test_only_the_first_failures_become_files(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is told, and any one can be had by a campaign of its own."""
    text = out_of(capsys, "never.toml", "--seeds", "12", "--faults", "calm", "--jobs", "1", code=1)
    assert text.count("CP2 is crashed") == 12
    assert len(list(Path().glob("failed-*.toml"))) == 10
    assert "only the first 10 became files" in text
    assert "never with calm, seeds 0 to 11: 12 failed" in text


@pytest.mark.parametrize(
    ("at_us", "time_us"), [(0, 0), (7_000_001, 7_000_001), (END_US, 20_000_000)]
)
async def test_the_app_opens_at_a_time(at_us: int, time_us: int) -> None:
    """Paused there; at the end where the run ends before."""
    app = app_of(load("short.toml"), None, at_us=at_us)
    async with app.run_test(size=(80, 24)):
        assert app.paused
        assert app.controls.time_us == time_us


@pytest.mark.parametrize(
    ("at", "sentence"),
    [("21s", '--at: found "21s"; allowed 0s to 20s, the duration of short, or end'),
     ("now", '--at: found "now"; allowed end, or a duration')],
)  # fmt: skip
def test_a_time_beyond_the_run_is_refused(
    at: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the app opens."""
    assert main(["short.toml", "--at", at]) == 2
    assert sentence in capsys.readouterr().err


# --- interrupted -----------------------------------------------------------------------------


def interrupted(words: list[str], log: Path, seeds: int) -> "subprocess.Popen[str]":
    """A campaign that is interrupted as by Ctrl+C, all its processes, after so many seeds."""
    process = subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    until_s = time.monotonic() + 120
    while not (log.exists() and log.read_bytes().count(b"\n") > seeds):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until_s
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    return process


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_campaign_goes_on(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130, no traceback of anybody; then the same output as without an interruption."""
    words = ["short.toml", "--seeds", "40", "--json"]
    log = Path("short-everything.campaign.jsonl")
    process = interrupted([*words, "--jobs", jobs], log, 3)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert f"{log} keeps " in err
    assert err.endswith("evtui: interrupted\n")
    kept = log.read_bytes().count(b"\n") - 1
    assert 3 <= kept < 40
    resumed = out_of(capsys, *words, "--jobs", jobs)
    assert not log.exists()
    assert out_of(capsys, *words, "--jobs", "2") == resumed


def test_a_process_that_is_killed_ends_the_campaign(capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence and exit code 3; what was finished is kept."""
    log = Path("short-everything.campaign.jsonl")
    process = subprocess.Popen(
        [*COMMAND, "short.toml", "--seeds", "500", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (log.exists() and log.read_bytes().count(b"\n") > 3):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [
        int(child)
        for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    os.kill(workers[0], signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "a process that made runs was ended from outside" in err
    assert "Traceback" not in err
    assert log.exists()


def test_a_campaign_that_is_killed_leaves_no_process_behind() -> None:
    """Its processes end by themselves; what was finished is kept."""
    log = Path("short-everything.campaign.jsonl")
    process = subprocess.Popen(
        [*COMMAND, "short.toml", "--seeds", "500", "--jobs", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (log.exists() and log.read_bytes().count(b"\n") > 3):
        assert process.poll() is None
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.wait()
    until_s = time.monotonic() + 30
    while any(_runs(child) for child in children):
        assert time.monotonic() < until_s
        time.sleep(0.1)
    assert len(children) >= 2
    assert log.read_bytes().count(b"\n") > 3


def _runs(pid: str) -> bool:
    """Whether a process is there, and no zombie that nobody has buried."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


# --- the file of finished seeds --------------------------------------------------------------


def test_a_file_that_is_asked_for_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """More seeds go on from it, and take what is there as it is."""
    few = ["short.toml", "--log", "mine.jsonl", "--jobs", "1", "--seeds"]
    out_of(capsys, *few, "3")
    rows = Path("mine.jsonl").read_text().splitlines()
    assert len(rows) == 4
    assert json.loads(rows[0])["scenario"] == "short"
    out_of(capsys, *few, "1-4")
    more = Path("mine.jsonl").read_text().splitlines()
    assert more[:4] == rows
    assert [json.loads(row)["seed"] for row in more[4:]] == [3, 4]


def test_a_line_that_was_cut_off_is_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    """As a power cut in the middle of a write leaves it."""
    words = ["short.toml", "--log", "mine.jsonl", "--seeds", "4", "--jobs", "1"]
    whole = out_of(capsys, *words)
    text = Path("mine.jsonl").read_bytes()
    Path("mine.jsonl").write_bytes(text[:-40])
    assert out_of(capsys, *words) == whole
    assert Path("mine.jsonl").read_bytes() == text


def damaged(change: str) -> None:
    """Do something to the file of finished seeds."""
    path = Path("mine.jsonl")
    lines = path.read_text().splitlines()
    header, row = json.loads(lines[0]), json.loads(lines[2])
    if change == "header":
        lines[0] = lines[1]
    elif change == "foreign":
        lines = ["some notes", "of mine"]
    elif change == "binary":
        path.write_bytes(b"\x80\x04\xff\n" * 3)
        return
    elif change == "row":
        lines[2] = lines[2][:-30]
    elif change == "type":
        lines[2] = json.dumps({**row, "events": "many"})
    elif change == "coverage":
        lines[2] = json.dumps({**row, "coverage": []})
    elif change == "problems":
        lines[2] = json.dumps({**row, "problems": "abc", "failed_us": 1})
    elif change == "failed":
        lines[2] = json.dumps({**row, "failed_us": 1})
    elif change == "twice":
        lines.append(json.dumps({**row, "events": 7}))
    else:
        lines[0] = json.dumps({**header, change: "another"})
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("header", "mine.jsonl:1: header: found no header of a campaign; allowed a file that"),
        ("foreign", "mine.jsonl:1: line: found what is no JSON object"),
        ("binary", "mine.jsonl:1: line: found what is no JSON object"),
        ("row", "mine.jsonl:3: line: found what is no JSON object"),
        ("type", "mine.jsonl:3: line: found what is no finding of a seed"),
        ("coverage", "mine.jsonl:3: line: found what is no finding of a seed"),
        ("problems", "mine.jsonl:3: line: found what is no finding of a seed"),
        ("failed", "mine.jsonl:3: line: found what is no finding of a seed"),
        ("twice", "mine.jsonl:5: seed: found seed 1 a second time, with another result"),
        ("program", "mine.jsonl:1: program: found another; allowed "),
        ("digest", "the scenario has changed since; delete the file to begin anew, or name"),
        ("scenario", "mine.jsonl:1: scenario: found another; allowed short: it is of another"),
        ("faults", "mine.jsonl:1: faults: found another; allowed everything"),
        ("mutant", "it is of another planted mistake"),
    ],
)
def test_another_file_is_refused(
    change: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged, foreign or outdated: it says what it found, and leaves it as it is."""
    words = ["short.toml", "--log", "mine.jsonl", "--seeds", "3", "--jobs", "1"]
    out_of(capsys, *words)
    damaged(change)
    before = Path("mine.jsonl").read_bytes()
    assert sentence in refusal(capsys, *words)
    assert Path("mine.jsonl").read_bytes() == before


def test_what_could_not_be_told_is_kept() -> None:
    """As where standard output is a file on a full disk."""
    words = ["campaign", "short.toml", "--seeds", "2", "--json"]
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "evtui.cli", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert told.returncode == 2
    assert "standard output: cannot write (No space left on device)" in told.stderr
    kept = "short-everything.campaign.jsonl keeps 2 of 2 seeds; the same command goes on"
    assert kept in told.stderr
    assert len(Path("short-everything.campaign.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(("most", "kept"), [(100, "0"), (2_048, "[1-4]")])
def test_a_disk_that_is_full_is_told_of_with_what_is_kept(
    most: int, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is room for a part of the header, or for a seed or two. The same command goes on."""
    words = ["campaign", "short.toml", "--seeds", "5", "--jobs", "1"]
    code = f"""
import resource, sys
sys.dont_write_bytecode = True
from evtui.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
sys.exit(main({words!r}))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    sentence = (
        r'^evtui: --log: cannot write "short-everything.campaign.jsonl" \(File too large\), which '
        rf"keeps {kept} seeds; with room for more the same command goes on$"
    )
    assert re.search(sentence, told.stderr, re.MULTILINE), told.stderr
    whole = out_of(capsys, "short.toml", "--seeds", "5", "--jobs", "1")
    assert "short with everything, seeds 0 to 4: all settled" in whole


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/full"])
def test_a_device_is_no_file(path: str) -> None:
    """It could be read without an end; where nothing is kept may be asked for."""
    words = ["campaign", "short.toml", "--seeds", "1", "--jobs", "1", "--log"]
    command = [sys.executable, "-m", "evtui.cli", *words]
    told = subprocess.run(
        [*command, path], stdin=subprocess.PIPE, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert f"--log: found {path}, which is no file; allowed a file" in told.stderr
    nowhere = subprocess.run([*command, "/dev/null"], capture_output=True, check=False)
    assert nowhere.returncode == 0


def test_two_campaigns_do_not_write_one_file(capsys: pytest.CaptureFixture[str]) -> None:
    """The second one says that the file is in use."""
    log = Path("short-everything.campaign.jsonl")
    words = ["short.toml", "--seeds", "500", "--jobs", "1"]
    process = interrupted(words, log, 0)
    process.communicate(timeout=60)
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    held = log.stat().st_size
    while log.stat().st_size == held:
        assert process.poll() is None
        time.sleep(0.02)
    err = refusal(capsys, *words)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert f"found {log} in use by another campaign" in err


def test_a_name_of_any_letters_makes_a_file_name() -> None:
    """Scenarios are named by people."""
    Path("odd.toml").write_text('name = "Größe /.. 1"\n' + SHORT, encoding="utf-8")
    order = order_of("odd.toml", Campaigning())
    assert str(default_path(order)) == "Gr--e--..-1-everything.campaign.jsonl"


def test_a_small_campaign_leaves_what_a_larger_one_has_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Seeds that were not asked for now belong to a campaign that was interrupted."""
    log = Path("short-calm.campaign.jsonl")
    out_of(capsys, "short.toml", "--seeds", "4", "--faults", "calm", "--jobs", "1", "--log", "kept")
    rows = Path("kept").read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(rows), encoding="utf-8")
    out_of(capsys, "short.toml", "--seeds", "2", "--faults", "calm", "--jobs", "1")
    assert log.read_text(encoding="utf-8") == "".join(rows)
    out_of(capsys, "short.toml", "--seeds", "4", "--faults", "calm", "--jobs", "1")
    assert not log.exists()


def test_a_failed_seed_whose_file_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told of, and the campaign goes on."""
    Path("failed-never-calm-0.toml").mkdir()
    assert main(["campaign", "never.toml", "--seeds", "2", "--faults", "calm", "--jobs", "1"]) == 1
    out, err = capsys.readouterr()
    assert 'seed 0: cannot write "failed-never-calm-0.toml"' in err
    assert Path("failed-never-calm-1.toml").is_file()
    assert "evtui run failed-never-calm-1.toml" in out
    assert "failed-never-calm-0.toml" not in out
