"""``evtui compare``: two kept sessions, without a terminal."""

import json
from pathlib import Path

import pytest

from evtui.cli import main
from scenarios.session_file import Kept, keep, to_log
from scenarios.writer import to_toml
from tests.scenarios.test_comparing import S, branched, run

Outcome = tuple[int, str, str]


@pytest.fixture(scope="module")
def kept() -> Kept:
    """A session with a crash of the leader at 3m20s, and without."""
    return keep(branched(lambda line: line.act("crash", cp="leader"), until_us=230 * S))


@pytest.fixture
def folder(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept: the log, each branch as a scenario."""
    monkeypatch.chdir(tmp_path)
    Path("both.log").write_text(to_log(kept))
    Path("struck.toml").write_text(to_toml(kept.only(1)))
    Path("calm.toml").write_text(to_toml(kept.only(2)))
    return tmp_path


def compared(capsys: pytest.CaptureFixture[str], *words: str) -> Outcome:
    """Exit code, standard output, standard error."""
    code = main(["compare", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_two_branches_of_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, what differs first in the order of time, and the figures."""
    code, out, err = compared(capsys, "both.log")
    assert (code, err) == (1, "")
    assert "one run until 3m20s" in out
    assert "compared until 3m50s: NOT THE SAME RUN" in out
    rows = [line.split()[0] for line in out.splitlines() if line and not line.startswith(" ")]
    assert rows[rows.index("first") + 1 :][:2] == ["input", "state"]
    assert "crash cp=leader" in out
    assert "it does not run: its state is" in out
    assert "energy    –             –              the same" in out
    elections = next(line for line in out.splitlines() if line.startswith("elections"))
    assert elections.split() == ["elections", "2", "1", "-1"]


def test_a_terminal_sees_how_far_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, and nothing of it stays; what was found is the same."""
    _, quiet, _ = compared(capsys, "both.log")
    monkeypatch.setattr("evtui.compare.command.PROGRESS_S", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    assert compared(capsys, "both.log") == (1, quiet, "")
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = compared(capsys, "both.log")
    assert (code, out) == (1, quiet)
    assert "\rcomparing 0%" in err
    assert err.endswith("\r\x1b[K")


def test_json_has_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With times in seconds, and the decoded message."""
    code, out, _ = compared(capsys, "both.log", "--branches", "2", "1", "--json")
    found = json.loads(out)
    assert (code, found["same"]) == (1, False)
    assert [run["branch"] for run in found["runs"]] == [2, 1]
    assert found["common"] == {"until_s": 200.0, "events": 6084, "inputs": 0}
    assert found["compared_until_s"] == 230.0
    firsts = {row["of"]: row for row in found["firsts"]}
    assert firsts["input"]["found"] == ["", "crash cp=leader"]
    assert firsts["energy"]["time_s"] is None
    assert {"name": "ballot", "found": ["1.CP3", ""]} in firsts["message"]["details"]
    assert {total["name"] for total in found["totals"]} >= {"EV1", "paid", "promises kept"}


def test_two_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scenarios with what was done in them, or branches of logs: what is the same is found."""
    code, out, _ = compared(capsys, "struck.toml", "calm.toml")
    assert code == 1
    assert "one run until 3m20s" in out
    code, out, _ = compared(capsys, "struck.toml", "both.log", "--branches", "1", "1")
    assert code == 0
    assert "compared until 3m50s: the same run" in out
    assert out.count("the same\n") == 6
    code, out, _ = compared(capsys, "calm.toml", "both.log")
    assert code == 0, "without --branches the one that was shown"


def test_another_seed_is_another_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the beginning; expectations and a title are no difference."""
    text = Path("calm.toml").read_text()
    assert "seed" not in text, "it has the usual one"
    Path("seed.toml").write_text(text.replace("duration =", "seed = 2\nduration =", 1))
    code, out, _ = compared(capsys, "calm.toml", "seed.toml")
    assert code == 1
    assert "one run until 0s, after 0 events and 0 inputs" in out
    assert "ten-minutes --seed 1" in out
    assert "ten-minutes --seed 2" in out
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("title"))
    lines[at] = 'title = "Another one"\n'
    Path("title.toml").write_text("".join(lines) + '\n[[expect]]\nt = "1m"\nleader = "any"\n')
    assert compared(capsys, "calm.toml", "title.toml")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nothing.log", "compare: nothing.log cannot be read"),
        ("both.log --branches 1 1", "--branches: found 1 twice; allowed two of 1, 2"),
        ("both.log --branches 1 7", "--branches: found 7; allowed in both.log: 1, 2"),
        ("both.log --branches 1 x", 'found "1 x"; allowed the numbers of two branches'),
        ("both.log --branches 1", "requires 2"),
        ("calm.toml", "found one file with the branches 1; allowed --branches"),
        ("plain.toml calm.toml", "without a [session] table"),
        ("calm.toml plain.toml", "without a [session] table"),
        ("damaged.log", "damaged.log:"),
        ("", "requires"),
    ],
)
def test_what_cannot_be_compared_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    """One line, and exit code 2."""
    Path("plain.toml").write_text('duration = "10s"\ncps = 3\n')
    Path("damaged.log").write_text(Path("both.log").read_text().replace(" crash {", " crush {"))
    code, out, err = compared(capsys, *words.split())
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_of_more_than_two_branches_two_must_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows which are meant."""
    line = branched(lambda line: line.act("crash", cp="CP1"), 20 * S, 30 * S)
    line.act("crash", cp="CP2")
    line.undo()
    run(line, 31 * S)
    path = tmp_path / "three.log"
    path.write_text(to_log(keep(line)))
    code, _, err = compared(capsys, str(path))
    assert code == 2
    assert "branches 1, 2, 3" in err
    assert compared(capsys, str(path), "--branches", "1", "3")[0] == 1
