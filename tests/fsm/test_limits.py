"""Limits move, and what may still be drawn never adds up to more than the site's capacity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.network.limits import Rails, confirm, redistribute, release
from fsm.network.records import Asset

CAPACITY_W = 22_000


class Site:
    """Charge points by name, and what happens to their limits. Assets are values: it keeps them."""

    def __init__(self, names: str, rated_w: int = 11_000, capacity_w: int = CAPACITY_W) -> None:
        self.assets = {name: Asset(name, rated_w=rated_w) for name in names}
        self.capacity_w = capacity_w

    def __getitem__(self, name: str) -> Asset:
        return self.assets[name]

    def share(self, names: str) -> None:
        """Share among these, in this order."""
        self.assets |= redistribute(Rails(self.capacity_w), [self.assets[name] for name in names])

    def confirm(self, name: str, version: int | None = None) -> bool:
        """A confirmation of a version, the newest by default; whether it set power free."""
        version = self[name].limit_version if version is None else version
        confirmed = confirm(self[name], version)
        self.assets[name] = confirmed or self[name]
        return confirmed is not None

    def release(self, name: str) -> None:
        """Its transaction is over."""
        self.assets[name] = release(self[name])

    def limits_w(self, names: str) -> list[int]:
        """What these should draw at the most."""
        return [self[name].limit_w for name in names]

    def held_w(self) -> int:
        """What all of them may still draw."""
        return sum(asset.held_w for asset in self.assets.values())


def test_one_confirmation_serves_one_newcomer() -> None:
    """Two charge, two wait: the power that one gives up goes to one of them, not to both."""
    site = Site("ABCD")
    site.share("AB")
    site.share("ABC")
    site.share("ABCD")
    assert site.limits_w("ABCD") == [5_500, 5_500, 0, 0]
    assert site.held_w() == 22_000, "nobody has confirmed: A and B may still draw 11 kW each"
    assert site.confirm("A")
    site.share("ABCD")
    assert site.limits_w("CD") == [5_500, 0]
    assert site.held_w() == 22_000
    assert site.confirm("B")
    site.share("ABCD")
    assert site.limits_w("ABCD") == [site[name].held_w for name in "ABCD"] == [5_500] * 4


def test_a_confirmation_of_an_earlier_version_frees_nothing() -> None:
    """Whoever follows an earlier fall may still draw more than the newest limit allows."""
    site = Site("ABCD")
    site.share("AB")
    site.share("ABC")
    earlier = site["A"].limit_version
    site.share("ABCD")
    assert site["A"].limit_version == earlier + 1
    assert not site.confirm("A", earlier)
    assert site["A"].held_w == 11_000


def test_a_limit_does_not_rise_before_its_fall_is_confirmed() -> None:
    """Its charge point may follow the old limit yet, or the fall: which, nobody knows."""
    site = Site("ABC")
    site.share("AB")
    site.share("ABC")
    site.release("B")
    site.share("AC")
    a = site["A"]
    assert (a.limit_w, a.held_w) == (7_333, 11_000) or a.limit_w == 7_334
    assert site["C"].limit_w == site["C"].held_w == 11_000
    assert site.confirm("A")
    site.share("AC")
    assert site["A"].limit_w == site["A"].held_w == 11_000


STEPS = ("start", "start", "confirm", "confirm", "stop", "stale")


@pytest.mark.parametrize("capacity_w", [0, 4_139, 4_140, 12_000, 22_000, 100_000])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(STEPS),
            st.sampled_from("ABCDE"),
        ),
        max_size=60,
    ),
    ratings=st.lists(st.sampled_from([3_700, 7_360, 11_000, 22_000]), min_size=5, max_size=5),
)
def test_what_is_held_stays_within_the_capacity(
    capacity_w: int, steps: list[tuple[str, str]], ratings: list[int]
) -> None:
    """Starts, stops and confirmations in any order, also late ones of earlier versions."""
    site = Site("", capacity_w=capacity_w)
    site.assets = {
        name: Asset(name, rated_w=rated_w) for name, rated_w in zip("ABCDE", ratings, strict=True)
    }
    served = ""
    obeyed = dict.fromkeys("ABCDE", 0)
    for what, name in steps:
        if what == "start" and name not in served:
            served += name
        elif what == "stop" and name in served:
            served = served.replace(name, "")
            site.release(name)
        elif what == "confirm":
            site.confirm(name)
        elif what == "stale":
            site.confirm(name, obeyed[name])
        obeyed[name] = site[name].limit_version
        site.share(served)
        assert site.held_w() <= capacity_w
        assert all(0 <= a.limit_w <= a.held_w <= a.rated_w for a in site.assets.values())
    for _ in range(6):
        for name in served:
            site.confirm(name)
        site.share(served)
    assert all(site[name].limit_w == site[name].held_w for name in served), "it settles"
