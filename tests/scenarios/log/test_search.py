"""A search goes a part at a time, and finds what a look at everything finds."""

import random

import pytest

from scenarios.log.search import FRESH, Search


class Log:
    """Slots, of which some fit; what was decoded once is known."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.fits: dict[int, bool] = {}
        self.known: set[int] = set()
        self.looked = 0

    def grow(self, last: int) -> None:
        """More slots."""
        for slot in range(len(self.fits) + 1, last + 1):
            self.fits[slot] = self.draw.random() < 0.3

    def judge(self, slot: int) -> tuple[bool, bool]:
        """Whether a slot fits, and whether it had to be decoded."""
        self.looked += 1
        fresh = slot not in self.known
        self.known.add(slot)
        return self.fits[slot], fresh

    def found(self, low: int, last: int) -> list[int]:
        """All that fit."""
        return [slot for slot in range(low, last + 1) if self.fits[slot]]


def listed(search: Search) -> list[int]:
    """Everything that a search has found, the lowest first."""
    return [search.at(index) for index in range(search.count)]


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_a_look_at_everything_finds(seed: int) -> None:
    """While the log grows, also in leaps, and while those who had applied something crash."""
    log, draw, search = Log(seed), random.Random(seed), Search("")
    settled, last, first = 0, 5, 1
    log.grow(last)
    for _ in range(120):
        settled = draw.randrange(max(settled - 20, 0), last + 1)
        last += draw.choice([0, 1, 3, 60])
        log.grow(last)
        search.advance(log.judge, (first, settled, last), budget=8 * FRESH)
        # All down to where it has come, and all above what is settled.
        assert listed(search) == log.found(max(search.low, first), last)
        for slot in (1, settled, last, last + 1):
            assert search.place(slot) == sum(it < slot for it in listed(search))
    while search.low > first:
        search.advance(log.judge, (first, settled, last))
    assert listed(search) == log.found(first, last)


def test_a_look_goes_a_bounded_way() -> None:
    """Counted in work: slots that have to be decoded count more; nothing is looked at twice."""
    log, search = Log(1), Search("")
    log.grow(100_000)
    search.advance(log.judge, (1, 100_000, 100_000), budget=100 * FRESH)
    assert log.looked == 100
    assert search.low == 100_000 - 99
    search.advance(log.judge, (1, 100_000, 100_000), budget=100 * FRESH)
    assert (log.looked, search.low) == (200, 100_000 - 199)
    again = Search("")
    again.advance(log.judge, (1, 100_000, 100_000), budget=150)
    assert (log.looked, again.low) == (350, 100_001 - 150)
