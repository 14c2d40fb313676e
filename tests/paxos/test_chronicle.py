"""The chronicle: promises, votes and refusals as they were said, bounded, and without effect."""

import pickle

from paxos.ballot import Ballot
from paxos.check import chronicle as chronicles
from paxos.check.chronicle import Chronicle
from paxos.check.laboratory import Laboratory, majority_of
from paxos.messages import NOOP, Accept, Accepted, Nack, Prepare, PreVoteReply, Promise
from paxos.replica import Config
from paxos.sim.faults import Fault

S = 1_000_000
FIVE = Config(membership=majority_of(5))
ONE, TWO, THREE = Ballot(1, 1), Ballot(2, 2), Ballot(3, 3)


def laboratory(seed: int = 3, *, watched: bool = True) -> tuple[Laboratory, Chronicle]:
    """Five registers, and who listens."""
    chronicle = Chronicle()
    witness = chronicle if watched else None
    return Laboratory(FIVE, seed=seed, witness=witness), chronicle


def busy(seed: int, *, watched: bool) -> tuple[Laboratory, Chronicle]:
    """Commands, two crashes of leaders, cuts; all mended again."""
    lab, chronicle = laboratory(seed, watched=watched)
    for n in range(60):
        lab.submit_at(3 * S + n * 200_000, n % 5 + 1, n % 7, n)
    lab.schedule([
        Fault(5 * S, "crash", {"cp": 2}),
        Fault(6 * S, "partition", {"groups": [[1, 3]]}),
        Fault(9 * S, "heal", {}),
        Fault(10 * S, "restart", {"cp": 2}),
    ])  # fmt: skip
    lab.cluster.run(25 * S)
    return lab, chronicle


def test_a_promise_is_kept_as_it_was_first_given() -> None:
    """What the new leader itself has proposed since is no cause of what it proposed."""
    chronicle = Chronicle()
    chronicle.said(10, 2, Prepare(TWO, 5))
    chronicle.said(11, 1, Promise(TWO, 5, [(6, ONE, b"x")], 3))
    chronicle.said(50, 1, Promise(TWO, 5, [(6, TWO, b"x"), (7, TWO, b"y")], 3))
    told = chronicle.campaigns[TWO].promises[1]
    assert (told.at_us, told.accepted, told.floor_slot) == (11, {6: (ONE, b"x")}, 3)


def test_phase_1_finds_the_highest_ballot_of_those_that_were_counted() -> None:
    """A promise that came after the election told of more, and changed nothing."""
    chronicle = Chronicle()
    chronicle.said(0, 3, Prepare(THREE, 1))
    chronicle.said(1, 1, Promise(THREE, 1, [(1, ONE, b"a"), (2, ONE, b"b")], 0))
    chronicle.said(2, 3, Promise(THREE, 1, [(1, ONE, b"a")], 0))
    chronicle.said(9, 2, Promise(THREE, 1, [(1, TWO, b"c")], 0))
    campaign = chronicle.campaigns[THREE]
    campaign.quorum = (1, 3)
    assert campaign.found(1) == (ONE, b"a")
    assert campaign.found(2) == (ONE, b"b")
    assert campaign.found(3) is None
    campaign.quorum = (1, 2, 3)
    assert campaign.found(1) == (TWO, b"c")


def test_votes_count_for_their_ballot_once() -> None:
    """The first time that each left; a repeated proposal is the same proposal."""
    chronicle = Chronicle()
    chronicle.said(1, 1, Accept(ONE, 4, [b"a", NOOP], 3))
    chronicle.said(2, 1, Accepted(ONE, 4, 2))
    chronicle.said(3, 2, Accepted(ONE, 5, 1))
    chronicle.said(8, 1, Accept(ONE, 4, [b"a", NOOP], 3))
    chronicle.said(9, 1, Accepted(ONE, 4, 2))
    chronicle.said(9, 3, Accepted(TWO, 4, 1))
    assert chronicle.slots[4][ONE].at_us == 1
    assert chronicle.slots[4][ONE].votes == {1: 2}
    assert chronicle.slots[5][ONE].votes == {1: 2, 2: 3}
    assert TWO not in chronicle.slots[4]


def test_the_newest_answer_of_each_voter_is_kept() -> None:
    """By whom it was for."""
    chronicle = Chronicle()
    chronicle.said(1, 2, PreVoteReply(ONE, True, ONE))
    chronicle.said(2, 2, Nack(ONE, TWO))
    reply = chronicle.replies[1][2]
    assert (reply.at_us, reply.granted, reply.promised, reply.is_prevote) == (2, False, TWO, False)


def test_it_is_bounded() -> None:
    """Slots and campaigns: the oldest go."""
    chronicle = Chronicle()
    for n in range(1, chronicles.KEPT_SLOTS + 11):
        chronicle.said(n, 1, Accept(ONE, n, [b"v"], 0))
    for n in range(1, chronicles.KEPT_CAMPAIGNS + 11):
        chronicle.said(n, 1, Prepare(Ballot(n, 1), 1))
    assert (len(chronicle.slots), min(chronicle.slots)) == (chronicles.KEPT_SLOTS, 11)
    assert len(chronicle.campaigns) == chronicles.KEPT_CAMPAIGNS
    assert min(chronicle.campaigns) == Ballot(11, 1)
    many = [(slot, ONE, b"v") for slot in range(1, 1_000)]
    chronicle.said(0, 2, Promise(Ballot(20, 1), 1, many, 0))
    kept = chronicle.campaigns[Ballot(20, 1)].promises[2].accepted
    assert (len(kept), max(kept)) == (chronicles.KEPT_TOLD, 999)


def test_what_it_keeps_is_what_the_checker_saw() -> None:
    """Of every slot: the value, and the votes, in a run with crashes and cuts."""
    for seed in range(4):
        lab, chronicle = busy(seed, watched=True)
        assert lab.invariants is not None
        assert len(lab.invariants.chosen) > 50
        for slot, (ballot, value) in lab.invariants.chosen.items():
            assert chronicle.slots[slot][ballot].value == value
            assert set(chronicle.slots[slot][ballot].votes) == lab.invariants.votes[slot][ballot]
        elected = [c for c in chronicle.campaigns.values() if c.elected_us is not None]
        assert {c.ballot for c in elected} == set(lab.invariants.leaders)
        for campaign in elected:
            assert len(campaign.quorum) >= 3
            assert set(campaign.quorum) <= set(campaign.promises)


def test_what_phase_1_found_is_what_was_proposed() -> None:
    """Whenever a promise that was counted told of a slot, its leader proposed that value there."""
    bound = 0
    for seed in range(6):
        _, chronicle = busy(seed, watched=True)
        for slot, proposals in chronicle.slots.items():
            for ballot, proposal in proposals.items():
                found = chronicle.campaigns[ballot].found(slot)
                if found is not None:
                    bound += 1
                    assert found[0] < ballot
                    assert found[1] == proposal.value
    assert bound > 0


def test_it_changes_nothing() -> None:
    """The same run with and without it; and it can be copied."""
    with_it, chronicle = busy(2, watched=True)
    without, _ = busy(2, watched=False)
    assert with_it.cluster.trace.digest() == without.cluster.trace.digest()
    copy = pickle.loads(pickle.dumps(chronicle))  # noqa: S301 - it was just made
    assert copy.slots == chronicle.slots
    assert copy.campaigns == chronicle.campaigns
