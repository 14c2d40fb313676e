"""What commands read and write as files: standard input as ``-``, and never over the scenario."""

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evtui.ask.writer import log_writer
from evtui.cli import main
from scenarios.loader import file_of, library_names, load
from tests.evtui.records import record

EVTUI = [sys.executable, "-m", "evtui.cli"]
PROFILES = Path(__file__).parents[2] / "docs" / "examples" / "transaction.json"
SCENARIO = 'duration = "2s"\ncps = 3\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test in a directory of its own."""
    monkeypatch.chdir(tmp_path)


def fed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Put bytes on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


# --- standard input ----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_ask_reads_standard_input(
    ending: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every format is known by what is in it; the answer is that of the file."""
    row = {
        "message_id": "1", "message_type": 2, "charge_point_id": "CP1", "action": "Heartbeat",
        "write_timestamp": "2022-10-09T12:00:00Z", "body": {},
    }  # fmt: skip
    file = Path(f"log.{ending}")
    with log_writer(str(file), "--ocpp-log") as write:
        write(row)
    assert main(["ask", "last-seen", str(file), "--json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)[0]["charge_point_id"] == "CP1"
    fed(monkeypatch, file.read_bytes())
    assert main(["ask", "last-seen", "-", "--json"]) == 0
    assert capsys.readouterr() == (told, "")
    fed(monkeypatch, b"what\n")
    assert main(["ask", "last-seen", "-"]) == 2
    assert capsys.readouterr().err.startswith("evtui: standard input:1: found the columns what")


def test_verify_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit codes 0, 1 and 2, as for a file."""
    lines = record()
    good = "\n".join(lines) + "\n"
    for content, code, said in (
        (good, 0, "standard input: small, seed 1, anchors "),
        (good.replace('"n":5', '"n":6'), 1, "ALTERED entry 5: the number"),
        ("{}", 2, "evtui: standard input: it is no record"),
    ):
        fed(monkeypatch, content.encode())
        assert main(["verify", "-"]) == code
        assert said in "".join(capsys.readouterr())


def test_a_record_through_a_pipe() -> None:
    """Written to standard output, checked from standard input."""
    run = shlex.join([*EVTUI, "run", "ten-minutes", "--until", "2s", "--record", "-"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{run} | {shlex.join(EVTUI)} verify -"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.endswith("nothing was altered\n")


@pytest.mark.parametrize("command", ["ask active", "verify", "profiles"])
def test_a_closed_standard_input_is_a_clear_line(command: str) -> None:
    """A shell's ``<&-`` leaves nothing to read."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.join(EVTUI)} {command} - <&-"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("evtui: standard input: can")
    assert "it is closed); allowed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_profiles_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer is that of the file."""
    assert main(["profiles", str(PROFILES)]) == 0
    told = capsys.readouterr().out
    fed(monkeypatch, PROFILES.read_bytes())
    assert main(["profiles", "-"]) == 0
    assert capsys.readouterr().out == told != ""


# --- what a run would write over ---------------------------------------------------------------


@pytest.mark.parametrize("option", ["--trace", "--record", "--ocpp-log"])
@pytest.mark.parametrize("name", ["mine.toml", "dir/../mine.toml", "soft.jsonl", "hard.jsonl"])
def test_the_scenario_is_not_written_over(
    option: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its path, another path, a symbolic or a hard link; read by either."""
    file = Path("mine.toml")
    file.write_text(SCENARIO, encoding="utf-8")
    Path("dir").mkdir()
    Path("soft.jsonl").symlink_to(file)
    Path("hard.jsonl").hardlink_to(file)
    for scenario in ("mine.toml", "./mine.toml"):
        assert main(["run", scenario, option, name]) == 2
        said = f"evtui: {option}: found the file of the scenario; allowed another one\n"
        assert capsys.readouterr() == ("", said)
    assert file.read_text(encoding="utf-8") == SCENARIO


def test_a_scenario_of_the_library_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    """By the path that its name stands for."""
    file = file_of("ten-minutes")
    Path("link").symlink_to(file)
    before = file.stat()
    for name in (str(file), "link", os.path.relpath(file)):
        assert main(["run", "ten-minutes", "--record", name, "--until", "1s"]) == 2
        assert "--record: found the file of the scenario" in capsys.readouterr().err
    assert (file.stat().st_mtime_ns, file.stat().st_size) == (before.st_mtime_ns, before.st_size)


def test_a_file_beside_the_scenario_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the scenario's own is refused; one named like a library scenario is another file."""
    Path("mine.toml").write_text(SCENARIO, encoding="utf-8")
    assert main(["run", "mine.toml", "--record", "ten-minutes.toml"]) == 0
    assert main(["verify", "ten-minutes.toml"]) == 0
    capsys.readouterr()


def test_the_file_of_a_scenario_is_the_one_that_is_loaded() -> None:
    """By name and by path."""
    for name in library_names()[:3]:
        assert load(str(file_of(name))) == load(name)
    assert file_of("./x.toml") == Path("x.toml")
