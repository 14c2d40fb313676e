"""The protocol read as text: each transcript runs, and prints what it says that it prints."""

from pathlib import Path

import pytest

from paxos.messages import Value
from paxos.proposer import Proposer
from tests.paxos.script import Script

FOLDER = Path(__file__).parent / "transcripts"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))
RULE = "----"


def perform(text: str) -> str:
    """The transcript as it comes out today: what stands under each rule is made anew."""
    script = Script()
    out: list[str] = []
    commands: list[str] = []
    in_output = False
    for line in text.splitlines():
        if in_output and line:
            continue
        out.append(line)
        in_output = line == RULE
        if in_output:
            printed = [printed for command in commands for printed in script.run(command)]
            out += printed or ["ok"]
            commands = []
        elif line and line[0] != "#":
            commands.append(line)
    assert not commands, f"nothing is expected of {commands}"
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, request: pytest.FixtureRequest) -> None:
    """A transcript prints what it says, and breaks no invariant."""
    before = path.read_text(encoding="utf-8")
    after = perform(before)
    if request.config.getoption("--rewrite", default=False):
        path.write_text(after, encoding="utf-8")
    else:
        assert after.splitlines() == before.splitlines()
    assert "VIOLATION" not in after


def test_there_are_transcripts() -> None:
    """A folder that was moved would pass in silence."""
    assert len(TRANSCRIPTS) >= 14


def test_a_broken_protocol_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader that ignores what it is told overwrites a chosen value, and the output says so."""
    lead = Proposer.lead

    def forget(self: Proposer) -> list[Value]:
        self._highest = {}
        return lead(self)

    monkeypatch.setattr(Proposer, "lead", forget)
    after = perform((FOLDER / "highest_ballot_wins.txt").read_text(encoding="utf-8"))
    assert "VIOLATION" in after
