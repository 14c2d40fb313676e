"""Random faults, seed after seed; and the same bytes in any process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from scenarios.campaign import Finding, run_seed, with_faults
from scenarios.loader import load
from tests.soaking import early

SEEDS = 200
BLOCK = 10


@pytest.mark.parametrize("block", early(2, range(0, SEEDS, BLOCK)))
def test_no_seed_breaks_the_ten_minute_network(block: int) -> None:
    """Crashes, pauses, partitions, loss, duplication, reordering: nothing breaks, all settles."""
    scenario = load("ten-minutes")
    findings = [run_seed(scenario, seed) for seed in range(block, block + BLOCK)]
    assert [f for f in findings if f.problems] == []
    assert all(finding.faults > 20 for finding in findings)
    assert sum(finding.sessions for finding in findings) >= 3 * BLOCK


@pytest.mark.parametrize("block", early(1, range(0, 40, BLOCK)))
def test_no_seed_breaks_it_with_a_short_log(block: int) -> None:
    """Every 30 slots a snapshot: charge points that were away install one, and charge on."""
    scenario = load("ten-minutes")
    short = evolve(scenario.paxos, snapshot_slots=30, retain_slots=5)
    findings = [
        run_seed(evolve(scenario, paxos=short), seed) for seed in range(block, block + BLOCK)
    ]
    assert [f for f in findings if f.problems] == []
    assert sum(f.coverage["snapshots_installed"] for f in findings) >= BLOCK


def test_a_campaign_does_something() -> None:
    """Over some seeds leaders change and sessions are broken and begun again."""
    scenario = load("ten-minutes")
    findings: list[Finding] = [run_seed(scenario, seed) for seed in range(5)]
    assert max(finding.leaders for finding in findings) >= 3
    assert len({finding.digest for finding in findings}) == 5


def test_faults_of_a_seed_are_the_same_every_time() -> None:
    """The schedule is a function of the seed."""
    scenario = load("ten-minutes")
    assert with_faults(scenario, 4) == with_faults(scenario, 4)
    assert with_faults(scenario, 4) != with_faults(scenario, 5)


@pytest.mark.parametrize("name", ["ten-minutes", "leader-crash", "minority-partition"])
def test_same_bytes_in_two_processes(name: str, tmp_path: Path) -> None:
    """Report and trace do not depend on the process or on its hash seed."""
    outputs = []
    for hash_seed in ("0", "4242"):
        trace = tmp_path / f"{hash_seed}.jsonl"
        command = [sys.executable, "-m", "evtui.cli", "run", name, "--seed", "7", "--json"]
        done = subprocess.run(
            [*command, "--trace", str(trace)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        )
        outputs.append((done.stdout, trace.read_bytes()))
    assert outputs[0] == outputs[1]
    report = json.loads(outputs[0][0])
    assert report["seed"] == 7
    assert outputs[0][1].count(b"\n") == report["events"]
