"""``evtui campaign --dask``: a real cluster of Dask, in processes of this machine."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evtui.campaign import cluster
from evtui.cli import main

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")

SHORT = """\
duration = "10s"
cps = 3
[campaign]
begin = "1s"
gap = "1s"
quiet = "15s"
"""


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A scheduler and two workers, each a process."""
    monkeypatch.chdir(tmp_path)
    Path("short.toml").write_text(SHORT, encoding="utf-8")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path),
        silence_logs="CRITICAL",
    ) as made:
        yield made


def test_a_cluster_finds_what_this_process_finds(
    local: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the letter, in batches; also a campaign that goes on from a file."""
    words = ["campaign", "short.toml", "--seeds", "25", "--json"]
    address = ["--dask", local.scheduler_address]
    assert main([*words, "--jobs", "1"]) == 0
    alone = capsys.readouterr().out
    assert main([*words, *address]) == 0
    assert capsys.readouterr().out == alone
    few = ["campaign", "short.toml", "--seeds", "11", "--log", "mine.jsonl"]
    assert main([*few, *address]) == 0
    assert main([*words, *address, "--log", "mine.jsonl"]) == 0
    assert capsys.readouterr().out.endswith(alone)
    assert len(json.loads(alone)["rows"]) == 25


@pytest.mark.parametrize("what", ["workers", "all"])
def test_a_cluster_that_goes_away_is_told_of(
    what: str, local: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle, its workers alone or all of it: exit code 3, and what was finished is kept."""
    monkeypatch.setattr(cluster, "LOST_S", 2)
    log = Path("short-everything.campaign.jsonl")

    def close() -> None:
        while not log.exists() or log.read_bytes().count(b"\n") < 11:
            time.sleep(0.02)
        if what == "workers":
            local.scale(0)
        else:
            local.close()

    closer = threading.Thread(target=close)
    closer.start()
    words = ["campaign", "short.toml", "--seeds", "5000", "--dask", local.scheduler_address]
    assert main(words) == 3
    closer.join()
    err = capsys.readouterr().err
    assert f"the cluster at {local.scheduler_address} is gone" in err
    assert f"{log} keeps " in err
    assert log.exists()


def test_another_program_on_the_workers_is_refused(
    local: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would make other runs of the same seeds."""
    monkeypatch.setattr(cluster, "program", lambda: "0.0+other")
    words = ["campaign", "short.toml", "--seeds", "3", "--dask", local.scheduler_address]
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "on a worker at tcp://" in err
    assert "allowed 0.0+other: the same version everywhere" in err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "", "tcp://", "http://x:1"])
def test_no_such_cluster_is_told_of(
    address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one sentence."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    Path("short.toml").write_text(SHORT, encoding="utf-8")
    assert main(["campaign", "short.toml", "--seeds", "3", "--dask", address]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f'evtui: --dask: found no cluster at "{address}" (')
    assert err.count("\n") == 1


@pytest.mark.parametrize("address", ["nowhere", "tcp://x:99999", "ucx://x:1"])
def test_a_process_says_so_and_no_more(address: str, tmp_path: Path) -> None:
    """A client of the library that was made half complained when the program ended."""
    (tmp_path / "short.toml").write_text(SHORT, encoding="utf-8")
    words = ["campaign", "short.toml", "--seeds", "3", "--dask", address]
    process = subprocess.run(
        [sys.executable, "-m", "evtui.cli", *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith(f'evtui: --dask: found no cluster at "{address}" (')
    assert process.stderr.count("\n") == 1


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the program needs no Dask."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    Path("short.toml").write_text(SHORT, encoding="utf-8")
    assert main(["campaign", "short.toml", "--seeds", "3", "--dask", "tcp://127.0.0.1:9"]) == 2
    assert "pip install 'evtui[dask]'" in capsys.readouterr().err
