"""Shrinking anything: what is left fails, nothing more can go, and it is the same every time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import pytest

from paxos.check.shrink import (
    EnoughError,
    Search,
    delete_parts,
    simplify,
    to_fixed_point,
)

Numbers = tuple[int, ...]


def judging(fails: Callable[[Numbers], bool], tried: list[Numbers], ahead: int = 1):  # type: ignore[no-untyped-def]
    """Verdicts that look ``ahead`` candidates ahead, as processes do; ``tried`` notes each."""

    def verdicts(candidates: Iterable[Numbers]) -> Iterator[bool]:
        coming = iter(candidates)
        while window := list(islice(coming, ahead)):
            for candidate in window:
                tried.append(candidate)
                yield fails(candidate)

    return verdicts


def searching(
    begin: Numbers, fails: Callable[[Numbers], bool], ahead: int = 1, most: int | None = None
) -> tuple[Search[Numbers], list[Numbers]]:
    """A search over tuples of numbers, and what it tries."""
    tried: list[Numbers] = []
    return Search(begin, judging(fails, tried, ahead), lambda it: it, most=most), tried


def delete(search: Search[Numbers]) -> Numbers:
    """Leave out numbers."""
    return delete_parts(search, search.best, tuple)


@pytest.mark.parametrize(
    "needed", [(), (0,), (99,), (3, 70), (10, 11, 12), (0, 33, 66, 99), tuple(range(40, 60))]
)
def test_what_is_needed_is_left(needed: Numbers) -> None:
    """Wherever it stands, and however much it is."""
    search, tried = searching(tuple(range(100)), lambda it: set(needed) <= set(it))
    assert delete(search) == needed == search.best
    assert len(tried) == len(set(tried)) == search.trials


def test_single_parts_cannot_be_left_out_in_the_end() -> None:
    """Where parts come in pairs that must be together or both be gone."""

    def fails(it: Numbers) -> bool:
        return 7 in it and all((n in it) == (n ^ 1 in it) for n in it)

    search, _ = searching(tuple(range(32)), fails)
    kept = delete(search)
    assert fails(kept)
    assert not any(fails(kept[:n] + kept[n + 1 :]) for n in range(len(kept)))


def test_few_trials_do_for_few_needed_parts() -> None:
    """Of a thousand parts two are found in some dozens of trials, not in a thousand."""
    search, tried = searching(tuple(range(1000)), lambda it: {123, 800} <= set(it))
    assert delete(search) == (123, 800)
    assert len(tried) < 80


@pytest.mark.parametrize("ahead", [2, 3, 8])
def test_looking_ahead_changes_nothing(ahead: int) -> None:
    """The same is found, and as many trials count, however many candidates are judged at a time."""

    def fails(it: Numbers) -> bool:
        return {5, 17, 41} <= set(it) or {2, 3} <= set(it)

    one, _ = searching(tuple(range(50)), fails)
    many, _ = searching(tuple(range(50)), fails, ahead)
    delete(one)
    delete(many)
    assert (one.best, one.trials, one.skipped) == (many.best, many.trials, many.skipped)


def test_a_bound_on_trials_keeps_the_best_so_far() -> None:
    """It ends after just so many, and what it holds fails."""
    search, tried = searching(tuple(range(100)), lambda it: 50 in it, most=5)
    with pytest.raises(EnoughError):
        delete(search)
    assert len(tried) == 5
    assert 50 in search.best
    assert len(search.best) < 100


def test_nothing_is_tried_twice() -> None:
    """What is proposed a second time is passed over."""
    search, tried = searching((1, 2, 3), lambda it: False)
    assert search.first([(1,), (2,), (1,)]) is None
    assert search.first([(2,), (3,)]) is None
    assert tried == [(1,), (2,), (3,)]
    assert search.skipped == 1


def test_a_search_never_goes_back() -> None:
    """An edit that can be undone by another one does not go round for ever."""

    def flip(it: Numbers) -> Sequence[Numbers]:
        return [tuple(reversed(it))]

    search, tried = searching((1, 2), lambda it: True)
    assert simplify(search, [flip])
    assert search.best == (2, 1)
    assert tried == [(2, 1)]


def test_edits_are_applied_until_none_helps() -> None:
    """Also one that only helps after another one has."""

    def smaller(place: int):  # type: ignore[no-untyped-def]
        def propose(it: Numbers) -> Iterator[Numbers]:
            for value in (0, it[place] // 2, it[place] - 1):
                if 0 <= value < it[place]:
                    yield (*it[:place], value, *it[place + 1 :])

        return propose

    search, _ = searching((90, 80, 70), lambda it: it[0] >= it[1] >= it[2] >= 9)
    simplify(search, [smaller(place) for place in range(3)])
    assert search.best == (9, 9, 9)


def test_passes_are_repeated_to_a_fixed_point() -> None:
    """One makes room for another."""
    rounds: list[Numbers] = []

    def shorten(search: Search[Numbers]) -> None:
        rounds.append(search.best)
        search.first([search.best[:-1]])

    search, _ = searching((1, 2, 3, 4), lambda it: len(it) > 1)
    to_fixed_point(search, [shorten])
    assert search.best == (1, 2)
    assert rounds == [(1, 2, 3, 4), (1, 2, 3), (1, 2)]
