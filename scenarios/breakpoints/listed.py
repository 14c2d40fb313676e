"""The breakpoints of a session: a list that a person edits, and that is kept with the session."""

from collections.abc import Iterator

from attrs import evolve, frozen

from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.words import Breakpoint
from scenarios.checkpoints import Place
from scenarios.errors import InputError


@frozen
class Listed:
    """A breakpoint of a session."""

    it: Breakpoint
    on: bool = True
    last: Hit | None = None
    """Where it stopped last, in whichever branch."""
    branch: int = 0
    """The branch of that."""
    place: Place | None = None
    """And where in it."""


class Breakpoints:
    """All of a session, in the order in which they were set; each once."""

    def __init__(self) -> None:
        self._all: list[Listed] = []
        self.armed: tuple[Breakpoint, ...] = ()
        """Those that are on."""

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._all)

    def __getitem__(self, index: int) -> Listed:
        return self._all[index]

    @property
    def kept(self) -> tuple[tuple[str, bool], ...]:
        """What is worth keeping of each: its words, and whether it is on."""
        return tuple((each.it.text, each.on) for each in self._all)

    def add(self, it: Breakpoint, *, on: bool = True) -> None:
        """One more, at the end.

        Raises:
            InputError: it is there already.
        """
        self._refuse_twice(it)
        self._all.append(Listed(it, on))
        self._arm()

    def replace(self, index: int, it: Breakpoint) -> None:
        """Another one in its place, which has not stopped anything yet, and is on.

        Raises:
            InputError: it is there already, elsewhere.
        """
        if self._all[index].it != it:
            self._refuse_twice(it)
            self._all[index] = Listed(it)
            self._arm()

    def remove(self, index: int) -> None:
        """Take one away."""
        del self._all[index]
        self._arm()

    def switch(self, index: int) -> None:
        """On, or off; what is off stays in the list, and stops nothing."""
        each = self._all[index]
        self._all[index] = evolve(each, on=not each.on)
        self._arm()

    def note(self, hit: Hit, branch: int, place: Place) -> None:
        """One of them has stopped the run."""
        for index, each in enumerate(self._all):
            if each.it.text == hit.breakpoint:
                self._all[index] = evolve(each, last=hit, branch=branch, place=place)

    def _refuse_twice(self, it: Breakpoint) -> None:
        if any(each.it == it for each in self._all):
            raise InputError(f'found "{it.text}", which is in the list already; allowed each once')

    def _arm(self) -> None:
        self.armed = tuple(each.it for each in self._all if each.on)
