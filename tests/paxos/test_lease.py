"""The arithmetic of leases and rounds, without any replica."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.ballot import Ballot
from paxos.election import Timing, TimingError
from paxos.lease import Grant, Lease, held_us
from paxos.membership import Membership
from paxos.rounds import Asker, Rounds
from paxos.sim.clock import Clock

SECOND = 1_000_000


def clock(drift_ppm: int, since_us: int) -> Clock:
    """A clock that has run wrong since a virtual time."""
    made = Clock()
    made.set_drift(drift_ppm, since_us)
    return made


@given(
    lease_us=st.integers(1, 10 * SECOND),
    bound_ppm=st.integers(0, 499_999),
    holder=st.floats(-1, 1),
    grantor=st.floats(-1, 1),
    sent_us=st.integers(0, 100 * SECOND),
    after_us=st.integers(0, 3 * SECOND),
)
def test_no_holder_outlives_its_grantor(
    lease_us: int, bound_ppm: int, holder: float, grantor: float, sent_us: int, after_us: int
) -> None:
    """Whatever the two clocks do within the bound: when the grantor is free, the lease is over."""
    mine = clock(round(holder * bound_ppm), sent_us // 2)
    its = clock(round(grantor * bound_ppm), sent_us // 3)
    lease = Lease(lease_us, bound_ppm)
    received_us = sent_us + after_us
    lease.renew(mine.local_us(sent_us), mine.local_us(sent_us))
    grant = Grant(lease_us, 0, forgot=False)
    grant.give(Ballot(1, 1), its.local_us(received_us))
    free_us = its.when_us(its.local_us(received_us) + lease_us)
    assert grant.bound_to(Ballot(2, 2), its.local_us(free_us)) is None
    assert not lease.holds(mine.local_us(free_us))


def test_the_bound_is_not_wasted() -> None:
    """At worst clocks and no latency the lease ends within microseconds of the grant."""
    lease_us, bound_ppm = 1_500_000, 300_000
    lasts_us = clock(-bound_ppm, 0).when_us(held_us(lease_us, bound_ppm))
    free_us = clock(bound_ppm, 0).when_us(lease_us)
    assert 0 <= free_us - lasts_us < 6


def test_beyond_the_bound_the_holder_outlives_its_grantor() -> None:
    """The property above can fail: it needs the bound."""
    lasts_us = clock(-200_000, 0).when_us(held_us(1_500_000, 10_000))
    assert lasts_us > clock(200_000, 0).when_us(1_500_000)


def test_a_lease_is_shorter_than_what_was_granted() -> None:
    """By twice the drift, and two microseconds for reading clocks in whole ones."""
    assert held_us(1_500_000, 0) == 1_499_998
    assert held_us(1_500_000, 10_000) == 1_470_295
    assert held_us(0, 10_000) < 0


def test_an_older_round_shortens_no_lease() -> None:
    """Answers may come in any order."""
    lease = Lease(SECOND, 0)
    lease.renew(2 * SECOND, 2 * SECOND)
    lease.renew(SECOND, 2 * SECOND)
    assert lease.holds(3 * SECOND - 3)
    assert not lease.holds(3 * SECOND - 2)


def test_a_round_answered_too_late_begins_no_lease() -> None:
    """What it would give is over; and what there was is given up once."""
    lease = Lease(SECOND, 0)
    lease.renew(SECOND, 3 * SECOND)
    assert lease.until_us is None
    lease.renew(3 * SECOND, 3 * SECOND)
    assert lease.end()
    assert not lease.end()


def test_without_a_lease_nothing_is_held_or_bound() -> None:
    """``lease_us`` of 0 turns leases off."""
    lease, grant = Lease(0, 0), Grant(0, 0, forgot=True)
    lease.renew(5, 5)
    grant.give(Ballot(1, 1), 5)
    assert not lease.holds(5)
    assert grant.bound_to(Ballot(2, 2), 5) is None


def test_a_grantor_is_bound_to_the_holder_alone() -> None:
    """Its own next ballot breaks no lease of the holder."""
    grant = Grant(SECOND, 0, forgot=False)
    assert grant.bound_to(Ballot(1, 2), 0) is None
    grant.give(Ballot(1, 1), 5 * SECOND)
    assert grant.bound_to(Ballot(2, 2), 6 * SECOND - 1) == 1
    assert grant.bound_to(Ballot(2, 1), 6 * SECOND - 1) is None
    assert grant.bound_to(Ballot(2, 2), 6 * SECOND) is None


def test_a_grantor_that_forgot_is_bound_to_everybody() -> None:
    """Also when it grants anew meanwhile: who held the forgotten lease is not known."""
    grant = Grant(SECOND, 7 * SECOND, forgot=True)
    grant.give(Ballot(3, 1), 7 * SECOND + 1)
    for node in (1, 2, 3):
        assert grant.bound_to(Ballot(4, node), 8 * SECOND - 1) == 0
    assert grant.bound_to(Ballot(4, 1), 8 * SECOND) is None
    assert grant.bound_to(Ballot(4, 2), 8 * SECOND) == 1


@pytest.mark.parametrize(
    "changes", [{"lease_us": 1_500_001}, {"lease_us": -1}, {"drift_ppm": 1_000_000}]
)
def test_times_that_contradict_each_other_are_refused(changes: dict[str, int]) -> None:
    """A lease that outlasts the election time-out would bind those who stand for election."""
    with pytest.raises(TimingError):
        Timing(**changes)


def test_a_lease_lasts_as_long_as_the_shortest_election_time_out() -> None:
    """Left out, it follows it."""
    assert Timing(election_low_us=700_000, heartbeat_us=100_000).lease_us == 700_000


THREE = Membership((1, 2, 3), (4,))
A, B = Asker(2, 1), Asker(3, 1)


def test_a_round_is_confirmed_by_a_quorum() -> None:
    """The leader and one of two others; learners do not count, nor what is answered twice."""
    rounds = Rounds(1)
    assert rounds.begin(100) == 1
    assert not rounds.on_answer(1, 1, THREE)
    assert not rounds.on_answer(4, 1, THREE)
    assert rounds.on_answer(3, 1, THREE)
    assert rounds.take_sent_us() == 100
    assert not rounds.on_answer(3, 1, THREE)
    assert not rounds.on_answer(2, 1, THREE)
    assert rounds.confirmed == 1


def test_a_later_answer_confirms_earlier_rounds() -> None:
    """Who answered round 3 leads or follows nobody else at round 2 either."""
    rounds = Rounds(1)
    for sent_us in (100, 200, 300):
        rounds.begin(sent_us)
    assert rounds.on_answer(2, 2, THREE)
    assert rounds.take_sent_us() == 200
    assert rounds.on_answer(3, 3, THREE)
    assert rounds.take_sent_us() == 300


def test_what_others_answered_confirms_nothing_in_a_new_era() -> None:
    """Nor does a lease count from a round that those of before were asked."""
    rounds = Rounds(1)
    rounds.ask(A, 7)
    rounds.begin(100)
    assert rounds.on_answer(3, 1, THREE)
    rounds.regroup(Membership((1, 2, 4, 5)))
    assert rounds.confirmed == 0
    assert rounds.take() == []
    assert not rounds.on_answer(2, 1, Membership((1, 2, 4, 5)))
    assert rounds.on_answer(4, 1, Membership((1, 2, 4, 5)))
    assert rounds.take_sent_us() is None
    assert rounds.take() == [(A, 7)]


def test_who_decides_in_both_eras_need_not_answer_again() -> None:
    """An answer is of a node, whatever the group is called."""
    rounds = Rounds(1)
    rounds.begin(100)
    assert rounds.on_answer(2, 1, THREE)
    rounds.regroup(Membership((1, 2, 4)))
    assert rounds.confirmed == 1


def test_a_quorum_of_itself_needs_no_answers() -> None:
    """A phase 2 quorum of one: every candidate would need this node's own promise."""
    rounds = Rounds(1)
    rounds.begin(100)
    assert rounds.on_answer(1, 1, Membership((1, 2, 3), phase1=3, phase2=1))
    assert rounds.take_sent_us() == 100


def test_a_question_waits_for_a_round_sent_after_it() -> None:
    """The round under way left before the question came; many questions share the next one."""
    rounds = Rounds(1)
    rounds.begin(100)
    rounds.ask(A, 7)
    rounds.ask(B, 1)
    rounds.ask(A, 9)
    assert not rounds.is_wanted()
    rounds.on_answer(2, 1, THREE)
    assert rounds.take() == []
    assert rounds.is_wanted()
    rounds.begin(200)
    assert not rounds.is_wanted()
    rounds.on_answer(2, 2, THREE)
    assert rounds.take() == [(A, 9), (B, 1)]
    assert rounds.take() == []


def test_a_question_goes_out_at_once_when_nothing_is_under_way() -> None:
    """A read waits for one round trip, not for the next heartbeat."""
    rounds = Rounds(1)
    rounds.ask(A, 7)
    assert rounds.is_wanted()
