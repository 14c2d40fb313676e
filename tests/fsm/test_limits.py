"""Limits move, and what may still be drawn never adds up to more than the site's capacity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.network.limits import confirm, redistribute, release
from fsm.network.records import Asset

CAPACITY_W = 22_000


def asset(cp_id: str, rated_w: int = 11_000) -> Asset:
    """A charge point that has booted."""
    return Asset(cp_id, rated_w=rated_w)


def held(*assets: Asset) -> int:
    """What all of them may still draw."""
    return sum(each.held_w for each in assets)


def test_one_confirmation_serves_one_newcomer() -> None:
    """Two charge, two wait: the power that one gives up goes to one of them, not to both."""
    a, b, c, d = served = [asset(name) for name in "ABCD"]
    redistribute(CAPACITY_W, served[:2])
    redistribute(CAPACITY_W, served[:3])
    redistribute(CAPACITY_W, served)
    assert [each.limit_w for each in served] == [5_500, 5_500, 0, 0]
    assert held(*served) == 22_000, "nobody has confirmed: A and B may still draw 11 kW each"
    assert confirm(a, a.limit_version)
    redistribute(CAPACITY_W, served)
    assert [c.limit_w, d.limit_w] == [5_500, 0]
    assert held(*served) == 22_000
    assert confirm(b, b.limit_version)
    redistribute(CAPACITY_W, served)
    assert [each.limit_w for each in served] == [each.held_w for each in served] == [5_500] * 4


def test_a_confirmation_of_an_earlier_version_frees_nothing() -> None:
    """Whoever follows an earlier fall may still draw more than the newest limit allows."""
    served = [asset(name) for name in "ABCD"]
    redistribute(CAPACITY_W, served[:2])
    redistribute(CAPACITY_W, served[:3])
    earlier = served[0].limit_version
    redistribute(CAPACITY_W, served)
    assert served[0].limit_version == earlier + 1
    assert not confirm(served[0], earlier)
    assert served[0].held_w == 11_000


def test_a_limit_does_not_rise_before_its_fall_is_confirmed() -> None:
    """Its charge point may follow the old limit yet, or the fall: which, nobody knows."""
    a, b, c = served = [asset(name) for name in "ABC"]
    redistribute(CAPACITY_W, served[:2])
    redistribute(CAPACITY_W, served)
    release(b)
    redistribute(CAPACITY_W, [a, c])
    assert (a.limit_w, a.held_w) == (7_333, 11_000) or a.limit_w == 7_334
    assert c.limit_w == c.held_w == 11_000
    assert confirm(a, a.limit_version)
    redistribute(CAPACITY_W, [a, c])
    assert a.limit_w == a.held_w == 11_000


STEPS = ("start", "start", "confirm", "confirm", "stop", "stale")


@pytest.mark.parametrize("capacity_w", [0, 4_139, 4_140, 12_000, 22_000, 100_000])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(STEPS),
            st.integers(0, 4),
        ),
        max_size=60,
    ),
    ratings=st.lists(st.sampled_from([3_700, 7_360, 11_000, 22_000]), min_size=5, max_size=5),
)
def test_what_is_held_stays_within_the_capacity(
    capacity_w: int, steps: list[tuple[str, int]], ratings: list[int]
) -> None:
    """Starts, stops and confirmations in any order, also late ones of earlier versions."""
    assets = [asset(f"CP{i}", rated_w) for i, rated_w in enumerate(ratings)]
    served: list[Asset] = []
    obeyed = dict.fromkeys(range(5), 0)
    for what, index in steps:
        each = assets[index]
        if what == "start" and each not in served:
            served.append(each)
        elif what == "stop" and each in served:
            served.remove(each)
            release(each)
        elif what == "confirm":
            confirm(each, each.limit_version)
        elif what == "stale":
            confirm(each, obeyed[index])
        obeyed[index] = each.limit_version
        redistribute(capacity_w, served)
        assert held(*assets) <= capacity_w
        assert all(0 <= a.limit_w <= a.held_w <= a.rated_w for a in assets)
    for _ in range(6):
        for each in served:
            confirm(each, each.limit_version)
        redistribute(capacity_w, served)
    assert all(a.limit_w == a.held_w for a in served), "it settles"
