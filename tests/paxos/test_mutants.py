"""Planted mistakes are found, each by the invariant that it breaks."""

from pathlib import Path

import pytest

from paxos.ballot import Ballot
from paxos.check import mutants
from paxos.check.campaign.history import Inconsistent
from paxos.check.campaign.settled import NotSettled
from paxos.check.mutants import MUTANTS, PARTS, Mutant, find
from paxos.check.violation import InvariantViolation
from paxos.effects import Timer
from paxos.election import Role
from paxos.messages import Accept, Accepted, Decisions, Heartbeat, HeartbeatAck
from tests.paxos.steps import SECOND, Group, Letter, config
from tests.paxos.test_transcripts import perform


def killer(mutant: Mutant) -> tuple[int, str] | None:
    """The first seed at which something the mutant must fail on stops the run, and what it was."""
    for seed in range(mutant.first, mutant.first + mutant.seeds):
        try:
            mutant.play(seed, mutant.weather(seed))
        except InvariantViolation as violation:
            name = violation.name
            text = str(violation)
        except (NotSettled, Inconsistent) as failure:
            name = text = type(failure).__name__
        else:
            continue
        if name in mutant.expected:
            assert text.startswith(name)
            return seed, name
    return None


FOUND_BY_WEATHER = [mutant for mutant in MUTANTS if mutant.seeds]


@pytest.mark.parametrize("mutant", FOUND_BY_WEATHER, ids=lambda mutant: mutant.name)
def test_a_planted_mistake_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its number of seeds the mistake breaks the invariant that it is known to break."""
    mutant.plant(monkeypatch)
    assert killer(mutant) is not None, mutant.plant.__doc__


def test_no_module_of_mistakes_is_left_out() -> None:
    """One that nobody imports would plant nothing."""
    folder = Path(mutants.__file__).parent
    parts = {part.__name__.rpartition(".")[2] for part in PARTS}
    assert {mutant.part for mutant in MUTANTS} == parts
    assert {path.stem for path in folder.glob("[!_]*.py")} == parts | {"patch", "planting"}


def _stale_ack_counts() -> int:
    """Node 1 leads, is overtaken, and leads again; then an ack of its first ballot arrives.

    Returns:
        How far node 1 believes the log to be decided.
    """
    group = Group(config(5))
    head = group.elect(1)
    group.beat(1)
    # Its first proposal reaches node 2 alone, whose ack stays on the way.
    group.submit(1, 1)
    group.drop(lambda letter: letter[1] in (3, 4, 5))
    group.deliver(lambda letter: letter[1] == 2 or letter[:2] == (1, 1))
    (stale,) = [x for x in group.letters if isinstance(x[2], Accepted) and x[0] == 2]
    group.drop()
    # Node 3 leads with 4 and 5, and proposes something else, which nobody but itself accepts.
    _elect(group, 3, {3, 4, 5})
    group.submit(3, 2)
    group.deliver(lambda letter: letter[:2] == (3, 3))
    group.drop()
    # Node 1 leads with 3 and 4: it takes over node 3's value, and node 4 accepts it.
    _elect(group, 1, {1, 3, 4})
    assert head.proposer.ballot > stale[2].ballot  # type: ignore[union-attr]
    group.deliver(
        lambda letter: set(letter[:2]) <= {1, 4} and isinstance(letter[2], Accept | Accepted)
    )
    assert head.proposer.acks[1] == {1, 4}
    group.take(1, head.on_message(2, stale[2], group.now_us))
    return head.commit_slot


def _elect(group: Group, node: int, among: set[int]) -> None:
    """Let a node lead with the help of some; what it then proposes stays on the way."""

    def helps(letter: Letter) -> bool:
        proposals = (Accept, Accepted, Heartbeat, HeartbeatAck, Decisions)
        return set(letter[:2]) <= among and not isinstance(letter[2], proposals)

    for _ in range(3):
        group.now_us += 20 * SECOND
        for voter in sorted(among):
            if group.replicas[voter].role is Role.LEADER:
                group.fire(voter, Timer.HEARTBEAT)
                assert group.replicas[voter].role is Role.FOLLOWER, "nobody answered for long"
        group.fire(node, Timer.ELECTION)
        group.deliver(helps)
        if group.replicas[node].role is Role.LEADER:
            return
    raise AssertionError(f"node {node} does not lead")


def test_a_stale_ack_decides_nothing() -> None:
    """The present ballot has two acks of five; one of a past ballot does not make three."""
    assert _stale_ack_counts() == 0


def test_acks_of_any_ballot_counted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker counts votes by ballot: what node 1 then takes for decided breaks R1."""
    find("acks_of_any_ballot_counted").plant(monkeypatch)
    with pytest.raises(InvariantViolation, match="R1") as caught:
        _stale_ack_counts()
    assert (caught.value.slot, caught.value.nodes) == (1, (1,))
    assert Ballot(1, 1) not in caught.value.ballots


def test_a_new_era_asks_its_own_voters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what others decided there is overwritten; a transcript shows how, and fails with it."""
    transcript = Path(__file__).parent / "transcripts" / "an_era_has_its_own_promises.txt"
    text = transcript.read_text(encoding="utf-8")
    assert "VIOLATION" not in perform(text)
    find("a_new_era_without_its_promises").plant(monkeypatch)
    assert "VIOLATION A5" in perform(text)
