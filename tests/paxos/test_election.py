"""Elections: who would vote, how long to wait, who is still heard."""

from paxos.ballot import NO_BALLOT, Ballot
from paxos.election import Election, Role, Timing
from paxos.membership import Membership

SECOND = 1_000_000
TIMING = Timing()


THREE = Membership((1, 2, 3))
FIVE = Membership((1, 2, 3, 4, 5))


def election() -> Election:
    """Node 1's view at time 0."""
    return Election(1, TIMING, 0)


def test_a_later_leader_is_followed_and_an_earlier_is_not() -> None:
    """Leaders are known by ballot: the highest one heard is the leader."""
    view = election()
    assert view.follow(Ballot(2, 3), 5)
    assert (view.leader, view.leader_heard_us) == (3, 5)
    assert not view.follow(Ballot(2, 2), 9)
    assert (view.leader, view.leader_heard_us) == (3, 5)
    assert view.follow(Ballot(3, 2), 9)
    assert (view.leader, view.leader_heard_us, view.highest_seen) == (2, 9, Ballot(3, 2))


def test_backoff_widens_with_each_preemption() -> None:
    """The lower end stays, the width doubles three times at most: duelling proposers part."""
    view = election()
    widths = []
    for preemptions in range(6):
        view.preemptions = preemptions
        low, high = view.backoff_us()
        assert low == TIMING.election_low_us
        widths.append((high - low) / (TIMING.election_high_us - TIMING.election_low_us))
    assert widths == [1, 2, 4, 8, 8, 8]


def test_a_leader_heard_ends_the_backoff() -> None:
    """Following somebody else starts the back-off from its narrowest again."""
    view = election()
    view.preemptions = 3
    view.follow(Ballot(2, 1), 0)
    assert view.preemptions == 3, "its own leadership proves nothing"
    view.follow(Ballot(3, 2), 0)
    assert view.preemptions == 0


def test_a_prevote_needs_a_higher_ballot_and_a_silent_leader() -> None:
    """Nobody votes for a ballot not above its promise, nor while a leader is heard."""
    view = election()
    low_us = TIMING.election_low_us
    assert not view.would_vote(Ballot(2, 2), NO_BALLOT, low_us - 1)
    assert view.would_vote(Ballot(2, 2), NO_BALLOT, low_us)
    assert not view.would_vote(Ballot(2, 2), Ballot(2, 2), low_us)
    assert not view.would_vote(Ballot(2, 2), Ballot(2, 3), low_us)
    view.follow(Ballot(1, 3), SECOND)
    assert not view.would_vote(Ballot(2, 2), NO_BALLOT, low_us)
    view.role = Role.LEADER
    assert not view.would_vote(Ballot(2, 2), NO_BALLOT, 99 * SECOND)


def test_a_new_ballot_is_above_all_promised_and_seen() -> None:
    """The next ballot carries this node's id and a round above every known one."""
    view = election()
    assert view.next_ballot(NO_BALLOT) == Ballot(1, 1)
    assert view.next_ballot(Ballot(4, 3)) == Ballot(5, 1)
    view.see(Ballot(7, 2))
    view.see(Ballot(6, 3))
    assert view.next_ballot(Ballot(4, 3)) == Ballot(8, 1)


def test_grants_are_a_set_of_voters_for_the_asked_ballot() -> None:
    """Duplicates, grants of other ballots, and grants to whom asks no more do not count."""
    view = election()
    view.role = Role.PRECANDIDATE
    view.ask(Ballot(2, 1))
    assert not view.on_grant(2, Ballot(2, 1), FIVE)
    assert not view.on_grant(2, Ballot(2, 1), FIVE)
    assert not view.on_grant(3, Ballot(1, 1), FIVE)
    assert not view.on_grant(9, Ballot(2, 1), FIVE)
    assert not view.on_grant(3, Ballot(2, 1), FIVE)
    assert view.on_grant(4, Ballot(2, 1), FIVE)
    view.role = Role.FOLLOWER
    assert not view.on_grant(5, Ballot(2, 1), FIVE)


def test_asking_again_forgets_the_grants() -> None:
    """A grant belongs to one asking: it may be withdrawn by the time of the next."""
    view = election()
    view.role = Role.PRECANDIDATE
    view.ask(Ballot(2, 1))
    view.on_grant(2, Ballot(2, 1), THREE)
    view.ask(Ballot(3, 1))
    assert not view.on_grant(3, Ballot(3, 1), THREE)


def test_prevotes_need_a_phase_1_quorum_and_leading_a_phase_2_quorum() -> None:
    """With flexible quorums each question is asked of the quorum that it is about."""
    sizes = Membership((1, 2, 3, 4, 5), phase1=4, phase2=2)
    view = election()
    view.role = Role.PRECANDIDATE
    view.ask(Ballot(2, 1))
    assert [view.on_grant(v, Ballot(2, 1), sizes) for v in (1, 2, 3, 4)] == [False] * 3 + [True]
    assert not view.reaches_quorum(0, sizes)
    view.heard_us[5] = 0
    assert view.reaches_quorum(0, sizes)


def test_a_quorum_is_reached_while_its_answers_are_young() -> None:
    """Answers older than the election time-out, and answers of learners, do not count."""
    view = election()
    view.heard_us = {2: SECOND, 9: 10 * SECOND}
    last_us = SECOND + TIMING.election_high_us
    assert view.reaches_quorum(last_us, THREE)
    assert not view.reaches_quorum(last_us + 1, THREE)


def test_a_node_is_cut_off_when_somebody_else_would_campaign_by_now() -> None:
    """A follower that hears nobody; a leader that no quorum answers, itself included."""
    assert TIMING.election_low_us < TIMING.doubt_us < TIMING.election_high_us
    view = election()
    view.follow(Ballot(1, 2), 5)
    assert not view.is_cut_off(5 + TIMING.doubt_us, THREE)
    assert view.is_cut_off(6 + TIMING.doubt_us, THREE)
    view.role = Role.LEADER
    view.heard_us = {2: 10}
    assert not view.is_cut_off(10 + TIMING.doubt_us, THREE)
    assert view.is_cut_off(11 + TIMING.doubt_us, THREE)


def test_the_silence_of_a_leader_is_its_quorums() -> None:
    """The newest answers that make a quorum with itself; learners' answers do not count."""
    view = election()
    view.role = Role.LEADER
    view.heard_us = {2: 3 * SECOND, 3: 5 * SECOND, 4: SECOND, 9: 9 * SECOND}
    assert view.silence_us(9 * SECOND, THREE) == 4 * SECOND
    assert view.silence_us(9 * SECOND, FIVE) == 6 * SECOND
    assert view.silence_us(9 * SECOND, Membership((1,))) == 0
    view.heard_us = {2: 3 * SECOND}
    assert view.silence_us(9 * SECOND, FIVE) == 9 * SECOND
