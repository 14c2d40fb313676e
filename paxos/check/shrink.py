"""Shrinking: from something that fails to something small that fails in the same way, by trying.

Delta debugging (Zeller and Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, 2002)
over anything: what a candidate is, and whether it fails, is the caller's to say. A search goes from
one failing candidate to the next and never back, so it ends; and what it finds is a function of
what it began with and of the verdicts, however many candidates are tried at a time.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Part = TypeVar("Part")

Verdicts: TypeAlias = Callable[[Iterable[T]], Iterator[bool]]
"""Whether each of some candidates fails, in their order; it may look a few candidates ahead."""

Edit: TypeAlias = Callable[[T], Iterable[T]]
"""What might be made of a candidate at one place of it: simpler ones, the simplest first."""


class EnoughError(Exception):
    """The bound on trials is reached; the search holds the best so far."""


class Search(Generic[T]):
    """The smallest failing candidate so far, and what was tried.

    ``key`` is what makes two candidates the same. ``most`` bounds the trials. ``tell`` is called
    after each trial.
    """

    def __init__(
        self,
        best: T,
        verdicts: Verdicts[T],
        key: Callable[[T], Hashable],
        *,
        most: int | None = None,
        tell: Callable[[], None] | None = None,
    ) -> None:
        self.best = best
        self.trials = 0
        self.skipped = 0
        """How many candidates had been tried before, of those ahead of one that was tried."""
        self._verdicts = verdicts
        self._key = key
        self._most = most
        self._tell = tell
        self._tried = {key(best)}

    def first(self, candidates: Iterable[T]) -> int | None:
        """Take the first that fails, if any: from now on it is the best. Its index.

        What was tried before is passed over, whatever came of it.

        Raises:
            EnoughError: so many have been tried as are allowed.

        """
        self._check_bound()
        waiting: deque[tuple[int, T]] = deque()
        verdicts = self._verdicts(self._untried(candidates, waiting))
        last = -1
        for fails in verdicts:
            index, candidate = waiting.popleft()
            self.skipped += index - last - 1
            last = index
            # Noted only now: one that was looked at too far ahead may yet be tried.
            self._tried.add(self._key(candidate))
            self.trials += 1
            if fails:
                self.best = candidate
            if self._tell is not None:
                self._tell()
            if fails:
                return index
            self._check_bound()
        return None

    def _check_bound(self) -> None:
        if self._most is not None and self.trials >= self._most:
            raise EnoughError(f"{self.trials:,} trials")

    def _untried(self, candidates: Iterable[T], waiting: deque[tuple[int, T]]) -> Iterator[T]:
        seen: set[Hashable] = set()
        for index, candidate in enumerate(candidates):
            key = self._key(candidate)
            if key in self._tried or key in seen:
                continue
            seen.add(key)
            waiting.append((index, candidate))
            yield candidate


def delete_parts(
    search: Search[T], parts: Sequence[Part], build: Callable[[Sequence[Part]], T]
) -> tuple[Part, ...]:
    """Leave out as many parts as can be (ddmin): all, halves, quarters, and so on to single ones.

    ``build`` makes a candidate of the parts that stay. In the end no single one can be left out.

    Returns:
        The parts that stayed.

    """
    kept = tuple(parts)
    size = len(kept)
    while kept and size:
        before = len(kept)
        kept = _without_runs(search, kept, size, build)
        if size == 1 and len(kept) == before:
            break
        size = min(max(size // 2, 1), len(kept))
    return kept


def _without_runs(
    search: Search[T], kept: tuple[Part, ...], size: int, build: Callable[[Sequence[Part]], T]
) -> tuple[Part, ...]:
    """Leave out runs of ``size`` parts wherever that can be, from the first to the last."""
    begin = 0
    while begin < len(kept):
        starts = range(begin, len(kept), size)
        found = search.first(build(kept[:start] + kept[start + size :]) for start in starts)
        if found is None:
            break
        begin = starts[found]
        kept = kept[:begin] + kept[begin + size :]
    return kept


def simplify(search: Search[T], edits: Sequence[Edit[T]]) -> bool:
    """Apply each edit as often as it helps, one after the other, until none does any more.

    Returns:
        Whether any helped.

    """
    changed = False
    while _sweep(search, edits):
        changed = True
    return changed


def _sweep(search: Search[T], edits: Sequence[Edit[T]]) -> bool:
    begin, helped = 0, False
    while begin < len(edits):
        owners: list[int] = []
        found = search.first(_proposals(search.best, edits, begin, owners))
        if found is None:
            break
        begin, helped = owners[found], True
    return helped


def _proposals(best: T, edits: Sequence[Edit[T]], begin: int, owners: list[int]) -> Iterator[T]:
    """What the edits from ``begin`` on propose; ``owners`` says which edit each is of."""
    for number in range(begin, len(edits)):
        for candidate in edits[number](best):
            owners.append(number)
            yield candidate


def to_fixed_point(search: Search[T], passes: Sequence[Callable[[Search[T]], object]]) -> None:
    """Do all passes, again and again, until none of them changes anything."""
    while True:
        before = search.best
        for each in passes:
            each(search)
        if search.best is before:
            return
