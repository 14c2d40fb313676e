"""The learner: what counts as decided, and how it is applied."""

from paxos.acceptor import Acceptor, Entry
from paxos.ballot import Ballot
from paxos.clients import Verdict
from paxos.learner import Learner
from paxos.messages import NOOP, Accept
from paxos.records import COMMITTED, DECIDED, Recovered, recover
from tests.paxos.steps import a_learner, value

OLD, NEW = Ballot(1, 1), Ballot(2, 2)
ONE, TWO, THREE = value(1), value(2), value(3)


def holding(entries: dict[int, tuple[Ballot, bytes]]) -> Acceptor:
    """An acceptor that has accepted this."""
    acceptor = Acceptor(Recovered())
    for slot, (ballot, accepted) in entries.items():
        acceptor.accepted[slot] = Entry(ballot, accepted)
    return acceptor


def slots(learner: Learner, acceptor: Acceptor, ballot: Ballot, told_slot: int) -> list[int]:
    """The slots that are applied when the leader of a ballot tells its commit slot."""
    learner.tell(ballot, told_slot)
    return [applied.slot for applied in learner.follow(acceptor)]


def test_commits_the_entry_of_the_told_ballot() -> None:
    """What was accepted at the ballot whose leader tells its commit slot is what was chosen."""
    learner = a_learner()
    acceptor = holding({1: (NEW, ONE), 2: (NEW, TWO), 3: (NEW, THREE)})
    assert slots(learner, acceptor, NEW, 2) == [1, 2]
    assert slots(learner, acceptor, NEW, 2) == []
    assert learner.unsaved == [[COMMITTED, 2]]


def test_an_entry_of_another_ballot_does_not_count() -> None:
    """An entry of an older or newer ballot may be another value: it waits for decisions."""
    learner = a_learner()
    acceptor = holding({1: (OLD, ONE)})
    assert slots(learner, acceptor, NEW, 1) == []
    acceptor = holding({1: (Ballot(3, 3), ONE)})
    assert slots(learner, acceptor, NEW, 1) == []
    assert learner.commit_slot == 0


def test_a_hole_stops_the_commit() -> None:
    """Nothing beyond a missing entry is applied, until it comes; then all of it is, in order."""
    learner = a_learner()
    acceptor = holding({1: (NEW, ONE), 3: (NEW, THREE)})
    assert slots(learner, acceptor, NEW, 3) == [1]
    acceptor.accepted[2] = Entry(NEW, TWO)
    assert [applied.slot for applied in learner.follow(acceptor)] == [2, 3]


def test_an_older_leader_tells_nothing() -> None:
    """Once a later leader told its commit slot, an earlier leader's word does not replace it."""
    learner = a_learner()
    acceptor = holding({1: (OLD, ONE), 2: (OLD, TWO)})
    assert slots(learner, acceptor, NEW, 1) == []
    assert slots(learner, acceptor, OLD, 2) == []
    assert learner.told == (NEW, 1)


def test_a_later_leader_may_tell_less() -> None:
    """The ballot counts first: a new leader's lower commit slot replaces the old one's."""
    learner = a_learner()
    acceptor = holding({1: (NEW, ONE), 2: (NEW, TWO)})
    learner.tell(OLD, 2)
    assert slots(learner, acceptor, NEW, 1) == [1]
    assert slots(learner, acceptor, NEW, 0) == []


def test_decisions_may_come_out_of_order() -> None:
    """Decided beyond a hole is remembered, and applied once the hole is filled."""
    learner = a_learner()
    acceptor = holding({})
    assert learner.decide(2, [TWO, THREE], acceptor) == []
    applied = learner.decide(1, [ONE], acceptor)
    assert [(a.slot, a.value) for a in applied] == [(1, ONE), (2, TWO), (3, THREE)]


def test_a_decision_stands() -> None:
    """What was decided is not decided again, whatever comes later."""
    learner = a_learner()
    acceptor = holding({})
    learner.decide(1, [ONE], acceptor)
    learner.decide(1, [TWO], acceptor)
    assert learner.decided == {1: ONE}


def test_writes_what_its_acceptor_does_not_hold() -> None:
    """A decision that differs from the accepted entry, or has none, is written with its value."""
    learner = a_learner()
    acceptor = holding({1: (OLD, ONE), 2: (OLD, ONE)})
    learner.decide(1, [ONE, TWO, THREE], acceptor)
    assert learner.unsaved == [[DECIDED, 2, TWO], [DECIDED, 3, THREE], [COMMITTED, 3]]


def test_a_decision_beyond_a_hole_survives_an_overwritten_entry() -> None:
    """The entry agreed when slot 2 was decided; before slot 1 came, another ballot overwrote it."""
    learner, acceptor = a_learner(), Acceptor(Recovered())
    acceptor.on_accept(Accept(OLD, 2, [TWO], 0))
    learner.decide(2, [TWO], acceptor)
    acceptor.on_accept(Accept(NEW, 2, [THREE], 0))
    learner.decide(1, [ONE], acceptor)
    assert recover(acceptor.unsaved + learner.unsaved).decided == {1: ONE, 2: TWO}


def test_its_rows_bring_it_back() -> None:
    """Replaying what was decided gives the same state and commit slot, and writes nothing."""
    learner, acceptor = a_learner(), Acceptor(Recovered())
    acceptor.on_accept(Accept(NEW, 1, [ONE, NOOP], 0))
    slots(learner, acceptor, NEW, 2)
    learner.decide(3, [THREE], acceptor)
    recovered = recover(acceptor.unsaved + learner.unsaved)
    back = a_learner(recovered)
    assert [a.slot for a in back.replay(recovered, Acceptor(recovered))] == [1, 2, 3]
    assert (back.commit_slot, back.state_digest()) == (3, learner.state_digest())
    assert back.unsaved == []


def test_a_duplicate_is_answered_and_not_executed() -> None:
    """A command chosen for two slots changes the state once and gives its first result again."""
    learner, acceptor = a_learner(), holding({})
    (first,) = learner.decide(1, [ONE], acceptor)
    state = learner.state_digest()
    (second,) = learner.decide(2, [ONE], acceptor)
    assert (first.verdict, second.verdict) == (Verdict.FRESH, Verdict.DUPLICATE)
    assert second.result == first.result
    assert learner.state_digest() == state


def test_a_no_op_changes_nothing() -> None:
    """A no-op takes its slot and has no client."""
    learner = a_learner()
    state = learner.state_digest()
    (applied,) = learner.decide(1, [NOOP], holding({}))
    assert (applied.client, learner.commit_slot) == (None, 1)
    assert learner.state_digest() == state
