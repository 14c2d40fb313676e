"""Memberships: quorums that meet, and mistakes that are named."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.membership import Membership, MembershipError


@given(st.integers(1, 7), st.integers(0, 7), st.integers(0, 7))
def test_allowed_quorums_always_meet(size: int, phase1: int, phase2: int) -> None:
    """Whatever sizes are allowed: every phase 1 quorum shares a voter with every phase 2 quorum."""
    voters = tuple(range(1, size + 1))
    try:
        membership = Membership(voters, phase1=phase1, phase2=phase2)
    except MembershipError:
        phase1, phase2 = phase1 or size // 2 + 1, phase2 or size // 2 + 1
        assert phase1 > size or phase2 > size or phase1 + phase2 <= size
        return
    first = set(voters[: membership.phase1])
    second = set(voters[-membership.phase2 :])
    assert membership.is_phase1_quorum(first)
    assert membership.is_phase2_quorum(second)
    assert first & second
    assert not membership.is_phase1_quorum(set(voters[: membership.phase1 - 1]))
    assert not membership.is_phase2_quorum(set(voters[: membership.phase2 - 1]))


@pytest.mark.parametrize(("size", "majority"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)])
def test_quorums_are_majorities_by_default(size: int, majority: int) -> None:
    """Left alone, both quorums are the smallest sets of which any two meet."""
    membership = Membership(tuple(range(size)))
    assert (membership.phase1, membership.phase2) == (majority, majority)
    for quorum in combinations(range(size), majority):
        assert membership.is_phase2_quorum(set(quorum))


def test_learners_are_everyone_but_make_no_quorum() -> None:
    """Nodes that only learn are members, in order behind the voters, and never count."""
    membership = Membership((1, 2, 3), (4, 5))
    assert membership.everyone == (1, 2, 3, 4, 5)
    assert not membership.is_phase1_quorum({1, 4, 5})
    assert not membership.is_phase2_quorum({1, 4, 5})
    assert membership.is_phase2_quorum({1, 3})


@pytest.mark.parametrize(
    ("voters", "learners", "sizes", "words"),
    [
        ((), (), (0, 0), "at least one voter"),
        ((), (1,), (0, 0), "at least one voter"),
        ((1, 1), (), (0, 0), "named twice"),
        ((1, 2), (2,), (0, 0), "named twice"),
        ((1, 2, 3), (), (1, 2), "must be above 3"),
        ((1, 2, 3), (), (4, 1), "neither above 3"),
        ((1, 2, 3, 4), (), (2, 2), "need not meet"),
    ],
)
def test_a_group_that_cannot_work_is_refused(
    voters: tuple[int, ...], learners: tuple[int, ...], sizes: tuple[int, int], words: str
) -> None:
    """No voters, a node twice, quorums that need not meet: one named error that says which."""
    with pytest.raises(MembershipError, match=words):
        Membership(voters, learners, *sizes)
