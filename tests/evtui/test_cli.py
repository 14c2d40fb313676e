"""The command line: exit codes, clear lines, and nothing on the wrong stream."""

import inspect
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from evtui import __version__
from evtui.cli import main
from evtui.commands import watching
from evtui.render.units import MAX_SPEED
from scenarios.kinds import one_of
from scenarios.loader import library_names
from scenarios.schema import Scenario

EVTUI = [sys.executable, "-m", "evtui.cli"]
LIBRARY = one_of(library_names())
SEED = "a whole number from 0 to 9223372036854775807"

FAILS = """\
duration = "20s"
cps = 3
[[expect]]
t = "12s"
sessions = 1
[[expect]]
t = "10s"
leader = "none"
[[expect]]
t = "5s"
power = ["0W", "0W"]
"""
"""Runs fast; the first expectation that fails is at 10 s."""


@pytest.fixture
def fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario whose expectations do not hold, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("my fails.toml").write_text(FAILS, encoding="utf-8")
    return Path("my fails.toml")


def evtui(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, without a terminal."""
    environment = {**os.environ, "TERM": "xterm-256color", **env}
    return subprocess.run(
        [*EVTUI, *args],
        capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


# --- what is asked wrongly -------------------------------------------------------------------

USAGE = [
    (["--sed", "4"], "unknown option: --sed. Did you mean --seed?; see: evtui --help"),
    (["run", "ten-minutes", "--jsn"], ("unknown option: --jsn. Did you mean --json?; "
                                      "see: evtui --help")),
    (["run"], 'command "run" parameter SCENARIO requires an argument; see: evtui --help'),
    (["run", "ten-minutes", "--seed"], ('command "run" parameter --seed requires an argument; '
                                       "see: evtui --help")),
    (["run", "ten-minutes", "--seed", "-4"], f'--seed: found "-4"; allowed {SEED}'),
    (["run", "ten-minutes", "--seed", "4.0"], f'--seed: found "4.0"; allowed {SEED}'),
    (["run", "ten-minutes", "--seed", "9" * 25], f'--seed: found "{"9" * 25}"; allowed {SEED}'),
    (["ten-minutes", "--speed", "0"], '--speed: found "0"; allowed 0.1 to 1000, or max'),
    (["ten-minutes", "--speed", "nan"], '--speed: found "nan"; allowed 0.1 to 1000, or max'),
    (["ten-minutes", "--speed", "fast"], '--speed: found "fast"; allowed 0.1 to 1000, or max'),
    (["run", "ten-minutes", "--until", "11m"],
     '--until: found "11m"; allowed 0s to 10m, the duration of ten-minutes'),
    (["run", "ten-minutes", "--until", "90"],
     '--until: found "90"; allowed a duration such as "1m30s" or "500ms", from 0s to 31d'),
    (["run", "ten-minutes", "--until", "-5s"],
     '--until: found "-5s"; allowed a duration such as "1m30s" or "500ms", from 0s to 31d'),
    (["run", "ten-minutes", "--trace", "--json"],
     '--trace: found "--json"; allowed the path of a file, or -'),
    (["run", "ten-minutes", "--json", "--trace", "-"],
     "--trace: found - beside --json; allowed a file, for standard output takes one of them"),
    (["run", "ten-minutes", "--json", "--log-json", "-"],
     "--log-json: found - beside --json; allowed a file, for standard output takes one of them"),
    (["run", "ten-minutes", "--trace", "-", "--log-json", "-"],
     "--log-json: found the file of --trace; allowed another one"),
    (["run", "two-sites", "--log-json", "-"],
     ("--log-json: found it with two-sites, a city; allowed with a scenario of one site: each site "
      "of a city has a log of its own")),
    (["run", "ten-minutes", "--trace", "/dev/null/x"],
     '--trace: cannot write "/dev/null/x" (Not a directory)'),
    (["run", "ten-minutes", "--trace", "/"], '--trace: cannot write "/" (Is a directory)'),
    (["run", "ten-minutes", "more"], 'found "more" after the last argument; see: evtui --help'),
    (["rnu", "ten-minutes"], 'found "ten-minutes" after the last argument; did you mean "run"?'),
    (["scenario"], (f'scenario: found "scenario"; allowed {LIBRARY}, or the path of a .toml file'
                   '; did you mean "scenarios"?')),
    (["run", "leadr-crash"], (f'scenario: found "leadr-crash"; allowed {LIBRARY}, or the path of '
                             'a .toml file; did you mean "leader-crash"?')),
    (["run", "no/such.toml"], ("no/such.toml: found no such file; "
                              "allowed a scenario file in TOML")),
]  # fmt: skip


@pytest.mark.parametrize(("args", "sentence"), USAGE, ids=lambda value: str(value)[:40])
def test_a_usage_error_is_one_clear_line(
    args: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with exit code 2, and nothing on standard output."""
    assert main(args) == 2
    assert capsys.readouterr() == ("", f"evtui: {sentence}\n")


def test_a_broken_scenario_has_a_line_for_each_problem(
    fails: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the app and the headless run alike."""
    fails.write_text('duration = 5\ncps = 3\n[site]\ncapacity = "1"\n', encoding="utf-8")
    for args in (["run", str(fails)], [str(fails)]):
        assert main(args) == 2
        out, err = capsys.readouterr()
        assert out == ""
        lines = err.splitlines()
        assert [line.split(": found")[0] for line in lines] == [
            "evtui: my fails.toml:1: duration",
            "evtui: my fails.toml:4: site.capacity",
        ]


# --- the app without a terminal --------------------------------------------------------------


def test_without_a_terminal_the_app_points_to_the_headless_run() -> None:
    """Escapes are not painted into a pipe."""
    done = evtui("leader-crash")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "evtui: the app needs a terminal, and standard input or output is no terminal; "
        "without one: evtui run leader-crash\n"
    )


@pytest.mark.parametrize(
    ("term", "why"), [("dumb", "TERM=dumb cannot draw"), ("", "TERM is not set")]
)
def test_a_terminal_that_cannot_draw(term: str, why: str) -> None:
    """A dumb terminal gets one line, not a screen of escapes."""
    master, slave = pty.openpty()
    done = subprocess.run(
        EVTUI, env={**os.environ, "TERM": term},
        stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(slave)
    os.close(master)
    assert done.returncode == 2
    assert done.stderr == (
        f"evtui: the app needs a terminal, and {why}; without one: evtui run ten-minutes\n"
    )


def test_speeds_mean_the_same_as_in_the_app() -> None:
    """The command line must not import drawing code to know it."""
    from evtui.app import DEFAULT_SPEED
    from evtui.city_app import CITY_SPEED
    from evtui.options import Watching, _speed

    class Token:
        value = "max"

    assert _speed(None, [Token()]) == MAX_SPEED  # type: ignore[list-item]
    said = inspect.getsource(Watching).partition("speed: Speed")[2].splitlines()[1]
    assert f"{DEFAULT_SPEED:g} if left out, of a city {CITY_SPEED:g}" in said
    assert Watching().said() == {}


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ([], {}),
        (["--ascii", "--reduced-motion"], {"ascii": True, "reduced_motion": True}),
        (["--no-ascii", "--no-reduced-motion"], {"ascii": False, "reduced_motion": False}),
    ],
)
def test_what_the_settings_say_can_be_overruled(
    monkeypatch: pytest.MonkeyPatch, tokens: list[str], said: dict[str, bool]
) -> None:
    """In both ways; what is not said is left to them."""
    from evtui import opening
    from evtui.options import Watching

    seen: list[dict[str, str | float | bool]] = []

    def run_app(_scenario: Scenario, options: Watching, *_rest: object) -> int:
        seen.append(options.said())
        return 0

    monkeypatch.setattr(watching, "_need_terminal", lambda _: None)
    monkeypatch.setattr(opening, "run_app", run_app)
    assert main(tokens) == 0
    assert seen == [said]


# --- headless runs ---------------------------------------------------------------------------


def test_a_run_that_is_as_expected() -> None:
    """The report for programs is one object on standard output; nothing else is said."""
    done = evtui("run", "ten-minutes", "--seed", "7", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["seed"] == 7
    assert report["virtual_s"] == 600.0
    starts = [session["start_s"] for session in report["sessions"]]
    stops = [session["stop_s"] for session in report["sessions"]]
    assert all(0 <= start - at <= 15 for start, at in zip(starts, (60, 120, 240), strict=True))
    assert all(0 <= stop - at <= 15 for stop, at in zip(stops, (480, 540, 540), strict=True))
    assert len({cp["state_digest"] for cp in report["cps"].values()}) == 1


def test_the_same_bytes_in_two_processes() -> None:
    """Whatever order a hash gives."""
    runs = [
        evtui("run", "leader-crash", "--json", "--until", "4m", PYTHONHASHSEED=seed).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""


def test_a_failed_expectation_says_how_to_see_it_again(
    fails: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and a command that runs to the first that failed and fails as well."""
    assert main(["run", str(fails), "--seed", "3"]) == 1
    out, err = capsys.readouterr()
    assert "1 of 3 expectations held" in out
    assert err == "evtui: see it again with: evtui run 'my fails.toml' --seed 3 --until 10s\n"
    assert main(["run", str(fails), "--seed", "3", "--until", "10s"]) == 1
    assert main(["run", str(fails), "--seed", "3", "--until", "9s"]) == 0


def test_until_ends_the_run_early(capsys: pytest.CaptureFixture[str]) -> None:
    """Expectations of later times are not due."""
    assert main(["run", "ten-minutes", "--until", "1m30s", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["virtual_s"] == 90.0
    assert [e["text"] for e in report["expectations"]] == [
        "at 30s, exactly one live charge point leads",
        "at 59s, the network draws 0 W",
    ]


def test_the_trace_has_a_line_for_each_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON lines, as many as the report counts; the same on standard output."""
    file = tmp_path / "trace.jsonl"
    assert main(["run", "ten-minutes", "--until", "5s", "--json", "--trace", str(file)]) == 0
    events = json.loads(capsys.readouterr().out)["events"]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == events > 100
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert main(["run", "ten-minutes", "--until", "5s", "--trace", "-"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == lines
    assert err.startswith("ten-minutes · seed 1 · 5s of virtual time\n")


def test_the_log_has_a_line_for_each_slot_and_is_the_same_in_any_process(tmp_path: Path) -> None:
    """To a file or to standard output, where the report makes room for it."""
    file = tmp_path / "log.jsonl"
    args = ("run", "leader-crash", "--until", "4m")
    one = evtui(*args, "--log-json", str(file), PYTHONHASHSEED="1")
    two = evtui(*args, "--log-json", "-", PYTHONHASHSEED="2")
    assert (one.returncode, two.returncode) == (0, 0)
    assert two.stdout == file.read_text(encoding="utf-8")
    assert one.stdout == two.stderr
    rows = [json.loads(line) for line in two.stdout.splitlines()]
    assert [row["slot"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 50
    assert rows[-1]["cps"]["CP5"]["state"] == "empty"  # it has crashed


def test_a_broken_scenario_leaves_an_old_trace_alone(tmp_path: Path) -> None:
    """What would be overwritten is opened last."""
    file = tmp_path / "trace.jsonl"
    file.write_text("precious", encoding="utf-8")
    assert main(["run", "nothing.toml", "--trace", str(file)]) == 2
    assert main(["run", "ten-minutes", "--until", "1h", "--trace", str(file)]) == 2
    assert file.read_text(encoding="utf-8") == "precious"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["scenarios", "run ten-minutes --until 1s", "--help"])
def test_a_full_standard_output_is_a_clear_line(command: str) -> None:
    """Not a traceback, not a success."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*EVTUI, *command.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr == "evtui: standard output: cannot write (No space left on device)\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_clear_line() -> None:
    """Not a traceback."""
    done = evtui("run", "ten-minutes", "--trace", "/dev/full")
    assert done.returncode == 2
    assert done.stderr == ('evtui: --trace: cannot write "/dev/full" (No space left on device)\n')


def test_a_closed_standard_output_is_a_clear_line() -> None:
    """A shell's ``>&-`` leaves nowhere to report to."""
    command = shlex.join([*EVTUI, "run", "ten-minutes", "--until", "1s"]) + " >&-"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "evtui: standard output is closed; allowed an open one, as results go there\n"
    )


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """``| head`` ends the program quietly."""
    with subprocess.Popen(
        [*EVTUI, "run", "ten-minutes", "--trace", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["n"] == 1
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 141


def test_interrupting_a_run(tmp_path: Path) -> None:
    """Ctrl+C: exit code 130, one line, and the trace so far is whole lines."""
    scenario = tmp_path / "long.toml"
    scenario.write_text('duration = "7d"\ncps = 5\n', encoding="utf-8")
    trace = tmp_path / "trace.jsonl"
    with subprocess.Popen(
        [*EVTUI, "run", str(scenario), "--trace", str(trace)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell that starts the tests in the background has them ignore Ctrl+C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (trace.exists() and trace.stat().st_size):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "evtui: interrupted\n")
    *rows, last = trace.read_text(encoding="utf-8").split("\n")
    assert json.loads(rows[0])["n"] == 1
    assert last == ""


def test_progress_is_for_people_on_standard_error() -> None:
    """Shown on a terminal and wiped at the end; the report on standard output is untouched."""
    master, slave = pty.openpty()
    plain = evtui("run", "ten-minutes").stdout
    with subprocess.Popen(
        [*EVTUI, "run", "ten-minutes"], env={**os.environ, "TERM": "xterm"},
        stdout=subprocess.PIPE, stderr=slave, text=True,
    ) as process:  # fmt: skip
        os.close(slave)
        out = process.communicate(timeout=60)[0]
    said = b"".join(_drain(master)).decode()
    assert out == plain
    assert said.endswith("\r\x1b[K")
    assert "of 10m" in said


def _drain(master: int) -> Iterator[bytes]:
    """What was written to a pseudo-terminal."""
    try:
        while chunk := os.read(master, 65_536):
            yield chunk
    except OSError:  # the other end is closed
        return
    finally:
        os.close(master)


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
                                 {"PYTHONIOENCODING": "ascii"}])  # fmt: skip
def test_an_odd_locale_spoils_a_letter_not_the_run(env: dict[str, str]) -> None:
    """The report for people has a few letters that ASCII lacks."""
    done = evtui("run", "ten-minutes", "--until", "5s", **env)
    assert (done.returncode, done.stderr) == (0, "")


# --- the rest --------------------------------------------------------------------------------


def test_the_list_of_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each for people, an array for programs."""
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == library_names()
    assert main(["scenarios", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == library_names()
    assert {row["name"]: row["duration_s"] for row in rows}["ten-minutes"] == 600.0


@pytest.mark.parametrize("command", [[], ["run"], ["ask"]])
@pytest.mark.parametrize("columns", [50, 80])
def test_help_is_folded_once(command: list[str], columns: int) -> None:
    """A line ends where the first word of the next one would not have fitted."""
    environment = {**os.environ, "COLUMNS": str(columns)}
    words = [*EVTUI, *command, "--help"]
    text = subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout
    lines = [line.rstrip() for line in text.splitlines()]
    folded = [(a, b) for a, b in pairwise(lines) if b.startswith(" " * 6) and "evtui " not in b]
    assert folded
    assert all(len(a) + 1 + len(b.split()[0]) > columns for a, b in folded)


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command and option is in the help, with the exit codes."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"evtui {__version__}\n"
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("run", "scenarios", "--seed N", "--speed X", "--version", "Exit codes", "130"):
        assert word in text
    assert main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("SCENARIO", "--seed N", "--until TIME", "--json", "--trace FILE"):
        assert word in text
