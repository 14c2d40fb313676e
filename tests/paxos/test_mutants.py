"""Planted mistakes are found, each by the invariant that it breaks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from paxos.ballot import Ballot
from paxos.check import mutants
from paxos.check.campaign.history import Inconsistent
from paxos.check.campaign.settled import NotSettled
from paxos.check.mutants import MUTANTS, NUMBERS, PARTS, Mutant, UnknownMutantError, find, planted
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import TWO_PROCESSES
from paxos.check.violation import InvariantViolation
from paxos.effects import Timer
from paxos.election import Role
from paxos.messages import Accept, Accepted, Decisions, Heartbeat, HeartbeatAck
from paxos.replica import Replica
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


FOUND_BY_WEATHER = [
    mutant for mutant in MUTANTS if mutant.seeds and mutant.expected != (TWO_PROCESSES,)
]


@pytest.mark.parametrize("mutant", FOUND_BY_WEATHER, ids=lambda mutant: mutant.name)
def test_a_planted_mistake_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its number of seeds the mistake breaks the invariant that it is known to break."""
    mutant.plant(monkeypatch)
    assert killer(mutant) is not None, mutant.plant.__doc__


def test_all_thirty_are_there() -> None:
    """Each number of the reference stands for one mistake at least, and names are unique."""
    assert {mutant.number for mutant in MUTANTS} == {None, *range(1, NUMBERS + 1)}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.sentence.endswith(".") for mutant in MUTANTS)


def test_a_mistake_is_found_by_name_or_number() -> None:
    """A number stands for the first that has it; what is nearly a name is told."""
    assert find("9") is find("promise_not_written")
    assert find(" promise-not-written ") is find("9")
    assert find("first_value_adopted").number == find("lowest_ballot_adopted").number == 2
    for wrong, hint in (("31", ""), ("0", ""), ("None", ""), ("", ""), ("hole_skipped", "; did")):
        with pytest.raises(UnknownMutantError) as caught:
            find(wrong)
        assert str(caught.value).startswith(f'found "{wrong}"; allowed a number from 1 to 30 or a')
        assert hint in str(caught.value)


def test_two_mistakes_are_not_planted_at_once() -> None:
    """The same one may be, and stays as long as the outer block."""
    first, second = find("9"), find("20")
    before = Replica._effects
    with planted(first):
        wrong = Replica._effects
        assert wrong is not before
        with planted(first), planted(None):
            assert Replica._effects is wrong
        assert Replica._effects is wrong
        refused = pytest.raises(RuntimeError, match=f"{first.name} is planted; {second.name} can")
        with refused, planted(second):
            pass
        assert Replica._effects is wrong
    assert Replica._effects is before


def surroundings() -> dict[str, object]:
    """All that belongs to the classes of the protocol and to the cluster's."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("paxos.")]
    return {
        f"{module.__name__}.{name}.{key}": dict(value) if isinstance(value, dict) else value
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and kind.__module__ == module.__name__
        for key, value in vars(kind).items()
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_planting_is_undone_exactly(mutant: Mutant) -> None:
    """Also when the block raises: no class has anything more, less, or else."""
    before = surroundings()
    changed: list[str] = []

    def look_and_break() -> None:
        changed.extend(key for key, value in surroundings().items() if before.get(key) != value)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), planted(mutant):
        look_and_break()
    assert changed
    after = surroundings()
    assert after.keys() == before.keys()
    assert [key for key, value in after.items() if value != before[key]] == []


def test_a_patch_takes_away_what_was_only_inherited() -> None:
    """From a class and from an object; what is not there cannot be replaced."""

    class Base:
        slot = 1

    class Derived(Base):
        pass

    derived = Derived()
    with Patch.context() as patch:
        patch.setattr(Derived, "slot", 2)
        patch.setattr(derived, "slot", 3)
        patch.setattr(derived, "slot", 4)
        assert (Base.slot, Derived.slot, derived.slot) == (1, 2, 4)
        with pytest.raises(AttributeError):
            patch.setattr(derived, "ballot", 1)
        with pytest.raises(KeyError):
            patch.setitem({}, "ballot", 1)
    assert (Derived.slot, vars(derived), "slot" in vars(Derived)) == (1, {}, False)


DIGESTS = """
from paxos.check.campaign.run import run
from paxos.check.mutants import find, planted
with planted({mutant}):
    print(*(run(seed).cluster.trace.digest() for seed in range(2)))
"""


def in_two_processes(mutant: str) -> set[str]:
    """The digests of two runs, as processes with different hash seeds find them."""
    return {
        subprocess.run(
            [sys.executable, "-c", DIGESTS.format(mutant=mutant)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("0", "4242")
    }


def test_an_unordered_set_is_found_by_two_processes() -> None:
    """The same seeds are other runs; those of the protocol are the same, byte for byte."""
    assert len(in_two_processes("find('30')")) == 2
    assert len(in_two_processes("None")) == 1


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
