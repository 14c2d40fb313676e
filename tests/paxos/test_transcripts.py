"""The protocol read as text: each transcript runs, and prints what it says that it prints."""

from collections.abc import Callable
from pathlib import Path

import pytest

from paxos.check.mutants import find
from paxos.messages import Value
from paxos.proposer import Proposer
from paxos.sim.coverage import FEATURES
from tests.paxos.script import Script

FOLDER = Path(__file__).parent / "transcripts"
TABLE = "| feature | transcript | seen by |"
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


def test_a_lease_without_the_bound_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the stage leases follow the nodes' clocks: who reckons with no drift reads what is old."""
    find("drift_ignored").plant(monkeypatch)
    path = FOLDER / "a_clock_within_the_bound_is_safe.txt"
    assert "VIOLATION L2" in perform(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["", "_flexible"])
def test_a_round_that_outlives_its_era_is_seen(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who decide now have confirmed nothing of what those before them did."""
    find("rounds_survive_an_era").plant(monkeypatch)
    path = FOLDER / f"rounds_of_an_earlier_era_confirm_no_read{kind}.txt"
    assert "VIOLATION L2" in perform(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("plant", "stem", "told"),
    [
        (
            find("leader_without_a_quorum_stays").plant,
            "quorum_loss",
            "5 is follower: no quorum answered",
        ),
        (
            find("leader_without_a_quorum_stays").plant,
            "a_leader_that_hears_nobody_gives_up",
            "y=2 2.2",
        ),
        (find("prevotes_granted_to_anybody").plant, "chained", "5     leader        1.5"),
        (find("nobody_says_who_leads").plant, "a_deposed_leader_tells_who_leads", "1>4 Commit 2.2"),
        (
            find("silent_leaders_are_not_doubted").plant,
            "a_removed_learner_asks_one_after_the_other",
            "4     no member",
        ),
        (find("nothing_is_sent_again").plant, "a_damaged_frame_is_dropped", "x=1 1.1*"),
    ],
)
def test_a_planted_mistake_is_read(
    plant: Callable[[pytest.MonkeyPatch], None],
    stem: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a transcript is about is missing from it when the protocol lacks it."""
    text = (FOLDER / f"{stem}.txt").read_text(encoding="utf-8")
    assert told in perform(text)
    plant(monkeypatch)
    assert told not in perform(text)


def covered() -> list[list[str]]:
    """The table of features in the folder's README: feature, transcript, words that show it."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    _, _, table = text.partition(TABLE)
    rows = table.strip().splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_every_feature_has_a_transcript() -> None:
    """What a run counts can be read somewhere."""
    assert [name for name in FEATURES if name not in {row[0] for row in covered()}] == []


@pytest.mark.parametrize(("feature", "stem", "words"), covered())
def test_a_transcript_shows_its_feature(feature: str, stem: str, words: str) -> None:
    """The words stand in it, not only in what explains it."""
    lines = (FOLDER / f"{stem}.txt").read_text(encoding="utf-8").splitlines()
    shown = words.strip("`").replace("\\|", "|")
    assert shown
    assert any(shown in line for line in lines if not line.startswith("#")), feature
