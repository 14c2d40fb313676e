"""Memberships: quorums that meet, and mistakes that are named."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxos.membership import (
    Change,
    Membership,
    MembershipError,
    Step,
    changed,
    quorums_after,
)


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


@pytest.mark.parametrize("before", range(1, 8))
def test_a_change_never_parts_the_quorums(before: int) -> None:
    """Whatever they were: of one voter more or less they meet, and phase 2 keeps its size."""
    sizes = range(1, before + 1)
    for phase1, phase2 in ((a, b) for a in sizes for b in sizes if a + b > before):
        for after in {max(1, before - 1), before + 1}:
            one, two = quorums_after((phase1, phase2), before, after)
            Membership(tuple(range(1, after + 1)), phase1=one, phase2=two)
            if phase1 == phase2 == before // 2 + 1:
                assert (one, two) == (after // 2 + 1, after // 2 + 1)
            else:
                assert (one + two, two) == (after + 1, min(phase2, after))
        assert quorums_after((phase1, phase2), before, before) == (phase1, phase2)


def test_flexible_quorums_follow_the_voters() -> None:
    """Two of five choose, and so do two of four, of three, and of two."""
    membership = Membership((1, 2, 3, 4, 5), phase1=4, phase2=2)
    for node, sizes in ((5, (3, 2)), (4, (2, 2))):
        membership = changed(membership, Change(Step.REMOVE, node), [], 7)
        assert (membership.phase1, membership.phase2) == sizes
    # Of three, two are a majority: what grows from there has majorities.
    for node, sizes in ((6, (3, 3)), (7, (3, 3))):
        membership = changed(membership, Change(Step.JOIN, node), [], 7)
        membership = changed(membership, Change(Step.PROMOTE, node), [], 7)
        assert (membership.phase1, membership.phase2) == sizes
