"""The proposer: whose promises and acks count, what is adopted, how much is under way."""

import pytest

from paxos.ballot import Ballot
from paxos.group import Group
from paxos.membership import Membership
from paxos.messages import NOOP, Accepted, Promise
from paxos.proposer import Phase, Proposer

MINE = Ballot(5, 1)
OLD = Ballot(4, 1)


def preparing(voters: int = 3, window: int = 64, pipeline: int = 8, **sizes: int) -> Proposer:
    """A proposer in phase 1 of its ballot, from slot 1 on."""
    membership = Membership(tuple(range(1, voters + 1)), (), **sizes)
    proposer = Proposer(Group(membership, window), window, pipeline)
    proposer.prepare(MINE, 1)
    return proposer


def leading(*found: tuple[int, Ballot, bytes], **sizes: int) -> Proposer:
    """A proposer whose promises told what was found, and which leads."""
    proposer = preparing(**sizes)
    voter = 0
    while not proposer.on_promise(voter := voter + 1, Promise(MINE, 1, list(found), 0)):
        pass
    proposer.lead()
    return proposer


def to_propose(proposer: Proposer) -> list[bytes]:
    """What a proposer that has just come to lead proposes first."""
    proposer.lead()
    return proposer.take(proposer.from_slot - 1, 64)


def test_a_quorum_of_promises_completes_phase_1() -> None:
    """Two of three: the first is not enough, the second completes it."""
    proposer = preparing()
    assert not proposer.on_promise(1, Promise(MINE, 1, [], 0))
    assert proposer.waiting_for() == (2, 3)
    assert proposer.on_promise(3, Promise(MINE, 1, [], 0))


def test_a_promise_counts_once_for_each_voter() -> None:
    """A duplicated promise adds nothing."""
    proposer = preparing()
    promise = Promise(MINE, 1, [], 0)
    assert [proposer.on_promise(2, promise) for _ in range(3)] == [False] * 3
    assert proposer.waiting_for() == (1, 3)


def test_promises_of_an_older_ballot_do_not_count() -> None:
    """What was promised to this node's former ballot says nothing about the new one."""
    proposer = preparing()
    proposer.on_promise(1, Promise(MINE, 1, [], 0))
    assert not proposer.on_promise(2, Promise(OLD, 1, [(1, OLD, b"x")], 0))
    assert not proposer.on_promise(3, Promise(Ballot(5, 2), 1, [], 0))
    assert proposer.on_promise(2, Promise(MINE, 1, [], 0))
    assert proposer.lead() == []


def test_promises_of_nodes_that_do_not_vote_do_not_count() -> None:
    """A learner's promise, should it ever send one, completes no quorum."""
    proposer = preparing()
    proposer.on_promise(1, Promise(MINE, 1, [], 0))
    assert not proposer.on_promise(9, Promise(MINE, 1, [], 0))


def test_a_promise_after_the_quorum_changes_nothing() -> None:
    """The leader has made up its mind: a late promise adopts no further value."""
    proposer = leading()
    assert not proposer.on_promise(3, Promise(MINE, 1, [(1, OLD, b"late")], 0))
    assert proposer.propose([b"new"]) == 1
    assert proposer.proposals == {1: b"new"}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (1, 3, 2)])
def test_the_highest_ballot_wins_in_any_order(order: tuple[int, ...]) -> None:
    """For each slot the value accepted at the highest ballot is adopted, whoever answers first."""
    told = {
        1: [(1, Ballot(1, 1), b"low"), (2, Ballot(3, 2), b"two")],
        2: [(1, Ballot(3, 2), b"high")],
        3: [(1, Ballot(2, 3), b"middle"), (2, Ballot(1, 9), b"no")],
    }
    proposer = preparing(voters=3, phase1=3, phase2=1)
    for voter in order:
        proposer.on_promise(voter, Promise(MINE, 1, told[voter], 0))
    assert to_propose(proposer) == [b"high", b"two"]


def test_the_node_breaks_the_tie_of_rounds() -> None:
    """Ballots of one round are ordered by node, also where values are adopted."""
    proposer = preparing()
    proposer.on_promise(1, Promise(MINE, 1, [(1, Ballot(3, 2), b"two")], 0))
    proposer.on_promise(2, Promise(MINE, 1, [(1, Ballot(3, 1), b"one")], 0))
    assert to_propose(proposer) == [b"two"]


def test_holes_are_filled_with_no_ops() -> None:
    """A slot nobody accepted, below one that somebody did, is proposed as a no-op."""
    proposer = preparing()
    proposer.prepare(MINE, 3)
    proposer.on_promise(1, Promise(MINE, 3, [(5, OLD, b"five")], 2))
    proposer.on_promise(2, Promise(MINE, 3, [(7, OLD, b"seven")], 2))
    assert to_propose(proposer) == [NOOP, NOOP, b"five", NOOP, b"seven"]
    assert proposer.next_slot == 3


def test_acks_are_a_set_of_voters() -> None:
    """A duplicated ack adds nothing; the second voter decides, and the slot is chosen once."""
    proposer = leading()
    proposer.propose([b"a"])
    ack = Accepted(MINE, 1, 1)
    assert [proposer.on_accepted(1, ack) for _ in range(3)] == [[], [], []]
    assert proposer.on_accepted(2, ack) == [1]
    assert proposer.on_accepted(3, ack) == []


def test_acks_of_other_ballots_do_not_count() -> None:
    """An ack of this node's former ballot, or of another's, is no vote for this one."""
    proposer = leading()
    proposer.propose([b"a"])
    proposer.on_accepted(1, Accepted(MINE, 1, 1))
    assert proposer.on_accepted(2, Accepted(OLD, 1, 1)) == []
    assert proposer.on_accepted(2, Accepted(Ballot(5, 2), 1, 1)) == []
    assert proposer.acks == {1: {1}}


def test_acks_of_learners_do_not_count() -> None:
    """Only voters make a quorum."""
    proposer = leading()
    proposer.propose([b"a"])
    proposer.on_accepted(1, Accepted(MINE, 1, 1))
    assert proposer.on_accepted(9, Accepted(MINE, 1, 1)) == []


def test_an_ack_covers_its_run_and_no_more() -> None:
    """Slots are counted one by one: a run that was acked in part is chosen in part."""
    proposer = leading()
    proposer.propose([b"a", b"b", b"c"])
    proposer.on_accepted(1, Accepted(MINE, 1, 3))
    assert proposer.on_accepted(2, Accepted(MINE, 2, 1)) == [2]
    assert proposer.on_accepted(3, Accepted(MINE, 2, 9)) == [3]
    assert sorted(proposer.acks) == [1]


@pytest.mark.parametrize(("phase1", "phase2"), [(4, 2), (2, 4), (5, 1)])
def test_flexible_quorums_have_their_sizes(phase1: int, phase2: int) -> None:
    """With five voters phase 1 and phase 2 each complete at exactly their own size."""
    proposer = preparing(voters=5, phase1=phase1, phase2=phase2)
    promises = [proposer.on_promise(v, Promise(MINE, 1, [], 0)) for v in range(1, phase1 + 1)]
    assert promises == [False] * (phase1 - 1) + [True]
    proposer.lead()
    proposer.propose([b"a"])
    acks = [proposer.on_accepted(v, Accepted(MINE, 1, 1)) for v in range(1, phase2 + 1)]
    assert acks == [[]] * (phase2 - 1) + [[1]]


def test_room_is_bounded_by_the_window() -> None:
    """Slots beyond commit index + window are not proposed; each commit makes room for one."""
    proposer = leading()
    proposer.window = 4
    assert proposer.room(0) == 4
    proposer.propose([b"a", b"b", b"c"])
    assert proposer.room(0) == 1
    proposer.propose([b"d"])
    assert proposer.room(0) == 0
    assert proposer.room(2) == 2


def test_room_is_bounded_by_the_pipeline() -> None:
    """With as many runs under way as the pipeline holds, further commands wait for a commit."""
    proposer = leading()
    proposer.pipeline = 2
    proposer.propose([b"a"])
    proposer.propose([b"b", b"c"])
    assert proposer.room(0) == 0
    assert proposer.room(1) == 62
    proposer.propose([b"d"])
    assert proposer.room(2) == 0


def test_what_is_overdue_is_sent_to_who_owes_it() -> None:
    """Only what waited a whole interval comes again, as runs, to the voters without an ack."""
    proposer = leading()
    proposer.propose([b"a", b"b", b"c"])
    assert proposer.unacknowledged() == []
    proposer.propose([b"d"])
    proposer.on_accepted(1, Accepted(MINE, 1, 3))
    proposer.on_accepted(2, Accepted(MINE, 2, 1))
    assert proposer.unacknowledged() == [(1, [b"a"], (2, 3)), (3, [b"c"], (2, 3))]
    assert proposer.unacknowledged()[-1] == (3, [b"c", b"d"], (1, 2, 3))


def test_settled_slots_owe_nothing() -> None:
    """What was decided by other means than acks is neither awaited nor sent again."""
    proposer = leading()
    proposer.propose([b"a", b"b", b"c"])
    proposer.unacknowledged()
    proposer.settle(2)
    assert proposer.unacknowledged() == [(3, [b"c"], (1, 2, 3))]
    proposer.on_accepted(1, Accepted(MINE, 1, 3))
    assert proposer.on_accepted(2, Accepted(MINE, 1, 3)) == [3]


def test_giving_up_forgets_everything_but_the_ballot() -> None:
    """After standing down no promise or ack of the old ballot has an effect."""
    proposer = leading()
    proposer.propose([b"a"])
    proposer.retire()
    assert proposer.phase is Phase.IDLE
    assert proposer.ballot == MINE
    assert proposer.on_accepted(2, Accepted(MINE, 1, 1)) == []
    assert not proposer.on_promise(2, Promise(MINE, 1, [], 0))
    assert proposer.unacknowledged() == []
