"""Copies of a session, from which any instant of it can be had again.

Checkpoints change nothing that happens. How many there are is bounded by their size: where they
become too many, every one that leaves the smallest gap goes, old ones first.
"""

import gc
import pickle
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from attrs import field, frozen

from scenarios.messages import recording
from scenarios.session import Session

GAP_EVENTS: Final = 1_000
"""Fewest events between two checkpoints."""
BYTES_AN_EVENT: Final = 1_000
"""A checkpoint of so many bytes is worth one event more of waiting: large ones are rarer."""
BUDGET_BYTES: Final = 256 * 1_048_576
"""All checkpoints together hold no more."""


class Place(NamedTuple):
    """Where a run is. All three only grow along a branch."""

    events: int
    acted: int
    """How many inputs there were."""
    time_us: int


START: Final = Place(0, 0, 0)


def place_of(session: Session) -> Place:
    """Where a session is."""
    return Place(session.whole.events, session.acted, session.time_us)


@frozen
class Checkpoint:
    """A session as it was, to go on from."""

    place: Place
    data: bytes = field(repr=False)
    memories: tuple[recording.Kept, ...] = field(repr=False)
    """What remembers messages and log of each world: they share their past, and are not copied."""

    def open(self) -> Session:
        """The session, once more."""
        with _no_collection():
            session: Session = pickle.loads(self.data)  # noqa: S301 - it was written here
        recording.restore(session.worlds(), self.memories)
        return session


def checkpoint_of(session: Session) -> Checkpoint:
    """A copy of a session as it is now."""
    with _no_collection():
        data = pickle.dumps(session, pickle.HIGHEST_PROTOCOL)
    return Checkpoint(place_of(session), data, recording.kept(session.worlds()))


class Checkpoints:
    """All copies of one session, by the branch in which they were taken."""

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self.budget_bytes = budget_bytes
        self.bytes = 0
        """What they hold together."""
        self._of: dict[int, list[Checkpoint]] = {}
        """In the order of their places."""

    def gap(self, branch: int) -> int:
        """After how many events the next one is due."""
        own = self._of.get(branch)
        return GAP_EVENTS + (len(own[-1].data) // BYTES_AN_EVENT if own else 0)

    def is_due(self, branch: int, here: Place, forked: Place) -> bool:
        """Whether the last one before a place is far enough; a branch begins where it forked."""
        own = self._of.get(branch, [])
        index = bisect_right(own, here, key=lambda it: it.place)
        last = own[index - 1].place if index else forked
        return here.events - last.events >= self.gap(branch)

    def take(self, branch: int, session: Session) -> None:
        """Copy the session as it is now."""
        made = checkpoint_of(session)
        own = self._of.setdefault(branch, [])
        own.insert(bisect_right(own, made.place, key=lambda it: it.place), made)
        self.bytes += len(made.data)
        self._thin()

    def last(
        self, lineage: Iterable[tuple[int, Place]], fits: Callable[[Place], bool]
    ) -> Checkpoint | None:
        """The last one whose place fits, of branches up to a place each; the nearest branch first.

        Without one the first of all, with which the session began; None where there is none.
        """
        first: Checkpoint | None = None
        for branch, until in lineage:
            for checkpoint in reversed(self._of.get(branch, [])):
                first = checkpoint
                if checkpoint.place <= until and fits(checkpoint.place):
                    return checkpoint
        return first

    def _thin(self) -> None:
        """Within the budget: away with what leaves the smallest gap for its age."""
        while self.bytes > self.budget_bytes:
            found: tuple[int, int, int] | None = None
            for branch, own in self._of.items():
                newest = own[-1].place.events
                for index in range(1, len(own) - 1):
                    gap = own[index + 1].place.events - own[index - 1].place.events
                    age = newest - own[index].place.events
                    score = gap * 1_000_000 // (age + gap)
                    if found is None or score < found[0]:
                        found = (score, branch, index)
            if found is None:
                return
            gone = self._of[found[1]].pop(found[2])
            self.bytes -= len(gone.data)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage is looked for meanwhile: with many objects made at once it takes most of the time.

    It changes nothing but that.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
