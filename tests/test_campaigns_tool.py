"""``python -m tools.campaigns``: a short one of what ``make soak`` runs for hours."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attrs import evolve

from scenarios.loader import library_names, load, loads
from scenarios.writer import to_toml
from tools.campaigns import Part, is_short, main, parts_of, run, seeds_of

SHORT = [name for name in library_names() if is_short(load(name))]
ROOT = Path(__file__).resolve().parent.parent


def test_the_laboratory_settles_under_all_faults(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some seeds of each, and together they cover what the laboratory is for."""
    words = ["--short", "12", "--folder", str(tmp_path), *SHORT]
    assert main(words) == 0
    out = capfd.readouterr().out
    rows = [line for line in out.splitlines() if line.startswith("| `")]
    assert [row.split("|")[2:4] for row in rows] == [[" 12 ", " 0 "]] * len(SHORT)
    assert f"| **together** | {12 * len(SHORT)} | 0 |" in out
    never = out.rpartition("Happened in no run: ")[2].strip(" .\n").split(", ")
    for feature in ("elections", "preemptions", "step_downs", "small_quorums", "joins",
                    "promotions", "demotions", "departures", "snapshots_taken",
                    "snapshots_installed", "wiped_disks", "lease_reads"):  # fmt: skip
        assert feature not in never


def test_what_expects_a_violation_is_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """By what it expects itself; the others get their seeds, and long ones few."""
    assert main(["--folder", str(tmp_path), "broken-clock-bound"]) == 0
    assert "Left out, as they expect a violation themselves: broken-clock-bound." in (
        capfd.readouterr().out
    )
    counts = {name: seeds_of(load(name), 300, 4_000, 5) for name in library_names()}
    assert counts["ten-minutes"] == 300
    assert counts["city"] == 5
    assert sum(counts[name] for name in SHORT) == 20_000
    assert [name for name, count in counts.items() if not count] == [
        "broken-clock-bound",
        "clock-drift-beyond",
    ]


def test_a_day_gets_its_seeds_in_windows() -> None:
    """Every other hour has a part of them, and what its script does then."""
    whole, *parts = parts_of(load("city"), 300, 4_000, 5)
    assert (whole.name, whole.seeds, whole.scenario) == ("city", 5, load("city"))
    assert [part.name for part in parts] == [f"city-from-{hour:02}h" for hour in range(1, 24, 2)]
    seeds = [seed for part in parts for seed in range(part.first, part.first + part.seeds)]
    assert seeds == [*range(300)]
    by_name = {part.name: part.scenario for part in parts}
    noon, evening = by_name["city-from-13h"], by_name["city-from-19h"]
    assert noon.start_us - whole.scenario.start_us == 13 * 3_600_000_000
    assert [(line.t_us, line.verb) for line in noon.script] == [(0, "join_site")]
    assert [(line.t_us, line.verb) for line in evening.script] == [
        (0, "pause"),
        (1_800_000_000, "resume"),
    ]
    again = loads(to_toml(evening), evening.name)
    assert to_toml(again) == to_toml(evening)
    for part in ("sites", "cps", "arrivals", "start_us", "duration_us"):
        assert getattr(again, part) == getattr(evening, part)
    few = parts_of(load("city"), 2, 4_000, 5)[1:]
    assert [(part.first, part.seeds) for part in few] == [(0, 1), (1, 1)]


def test_a_window_is_run_from_its_own_file(tmp_path: Path) -> None:
    """With the seeds that are its own; here of a small city for two minutes."""
    scenario = evolve(load("two-sites"), name="short", duration_us=120_000_000, expectations=())
    code, found, _ = run(Part(scenario, 3, 2, is_cut=True), tmp_path)
    assert code == 0
    assert (found["seeds"], found["runs"], found["failed"]) == ([3, 4], 2, 0)
    assert found["scenario"] == "short"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["no-such"], 'found "no-such"; allowed a name that `evtui scenarios` lists'),
        (["--seeds", "0"], 'argument --seeds: found "0"; allowed a whole number from 1'),
        (["--short", "-3"], 'argument --short: found "-3"; allowed a whole number from 1'),
        (["--folder", "/dev/null/soak"], 'argument --folder: cannot make "/dev/null/soak" (Not a'),
        (["--long", "many"], 'argument --long: found "many"; allowed a whole number from 1'),
    ],
)
def test_what_cannot_be_run_is_refused(
    words: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is run."""
    with pytest.raises(SystemExit) as ended:
        main(["--folder", str(tmp_path / "soak"), *words])
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "soak").exists()


def test_a_campaign_that_breaks_off_does_not_end_the_others(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Here its file is a folder; the others are run, and their totals stand."""
    (tmp_path / "lab-five.campaign.jsonl").mkdir()
    words = ["--short", "2", "--folder", str(tmp_path), "lab-five", "lab-three", "lab-three"]
    assert main(words) == 3
    out, err = capfd.readouterr()
    assert "lab-five broke off with exit code 2" in err
    assert "| **together** | 2 | 0 |" in out


def test_an_interrupted_soak_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As by Ctrl+C, which all processes hear; the table is the same but for the minutes."""
    words = ["--short", "40", "--folder", str(tmp_path), "lab-three"]
    (tmp_path / "lab-three.seconds").write_text("nan")
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.campaigns", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )
    log = tmp_path / "lab-three.campaign.jsonl"
    while not (log.exists() and log.read_bytes().count(b"\n") > 4):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    kept = log.read_bytes()
    assert 4 < kept.count(b"\n") < 41
    assert main(words) == 0
    assert "| `lab-three` | 40 | 0 |" in capfd.readouterr().out
    assert log.read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])
    assert sorted(json.loads(row)["seed"] for row in log.read_bytes().splitlines()[1:]) == [
        *range(40)
    ]
