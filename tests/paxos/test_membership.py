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


def allowed(voters: int) -> list[tuple[int, int]]:
    """Every pair of sizes whose quorums meet."""
    sizes = range(1, voters + 1)
    return [(a, b) for a in sizes for b in sizes if a + b > voters]


@pytest.mark.parametrize("before", range(1, 10))
@pytest.mark.parametrize("after", range(1, 10))
def test_a_change_never_parts_the_quorums(before: int, after: int) -> None:
    """Whatever they were, and however many come or leave: they meet, in every allowed size."""
    for old in allowed(before):
        assert quorums_after(old, before, after) in allowed(after)
        assert quorums_after(old, before, before) == old


@pytest.mark.parametrize("before", range(1, 10))
@pytest.mark.parametrize("after", range(1, 10))
def test_majorities_stay_majorities(before: int, after: int) -> None:
    """Whoever chose none has the usual sizes for ever."""
    majorities = before // 2 + 1, before // 2 + 1
    assert quorums_after(majorities, before, after) == (after // 2 + 1, after // 2 + 1)


@pytest.mark.parametrize("before", range(2, 10))
def test_a_phase_bears_what_it_did_or_what_a_majority_would(before: int) -> None:
    """With one voter less; so none needs everybody that did not before, among three or more."""
    after = before - 1
    for old in allowed(before):
        new = quorums_after(old, before, after)
        bore, bears = ([n - size for size in sizes] for n, sizes in ((before, old), (after, new)))
        for had, has in zip(bore, bears, strict=True):
            assert min(had, (after - 1) // 2) <= has <= had
            assert has > 0 or had == 0 or after < 3
        if sum(bore) < after:
            assert bears == bore
        elif bore[0] != bore[1]:
            # One more than there is room for: whoever bears more has one less.
            assert bears == [had - (had == max(bore)) for had in bore]


@pytest.mark.parametrize("before", range(1, 10))
def test_a_voter_more_takes_nothing_from_either_phase(before: int) -> None:
    """Phase 2 keeps its size, unless both are majorities; phase 1 is as large as it must be."""
    after = before + 1
    for old in allowed(before):
        new = quorums_after(old, before, after)
        assert all(after - size >= before - had for size, had in zip(new, old, strict=True))
        if old != (before // 2 + 1, before // 2 + 1):
            assert new == (max(old[0], after + 1 - old[1]), old[1])


@pytest.mark.parametrize(
    ("old", "before", "after", "new"),
    [
        ((4, 4), 5, 4, (3, 3)),
        ((4, 4), 5, 6, (4, 4)),
        ((5, 4), 7, 6, (4, 3)),
        ((4, 2), 5, 4, (3, 2)),
        ((2, 4), 5, 4, (2, 3)),
        ((5, 1), 5, 4, (4, 1)),
        ((5, 5), 5, 4, (4, 4)),
        ((4, 2), 5, 6, (5, 2)),
    ],
)
def test_sizes_one_can_follow(
    old: tuple[int, int], before: int, after: int, new: tuple[int, int]
) -> None:
    """Four and four of five bear one crash each; so do three and three of four."""
    assert quorums_after(old, before, after) == new


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
