"""Two runs side by side, from where they part to the earlier of their ends.

Both are run once more, in copies of their own, window by window of virtual time; after each window
what was seen in the two is compared. So the first difference in each respect is found exactly, at
its microsecond, and nothing is kept of what was the same. Work is done in slices, as an app needs
it that must stay awake.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import evolve, frozen

from paxos.sim.kernel import Event
from scenarios.checkpoints import Place, checkpoint_of
from scenarios.comparing.inputs import Parting, first_input
from scenarios.comparing.levels import Energy, Levels, States
from scenarios.comparing.sequences import Elections, Log, Messages
from scenarios.comparing.strands import Pair, Seen, Strand, difference, stepped
from scenarios.comparing.totals import totals
from scenarios.comparing.view import FACETS, Comparison, First, SideView
from scenarios.journal import Input
from scenarios.session import Session
from scenarios.units import DURATION

SLICE_EVENTS: Final = 200
"""After so many events of one run somebody else may have a turn."""
WINDOW_US: Final = 500_000
"""The first window; they grow while little happens in them."""
WINDOW_MAX_US: Final = 60_000_000
QUIET_EVENTS: Final = 2_000
"""A window with fewer events than that is followed by one twice as long."""

STRANDS: Final[dict[str, Callable[[Session], Strand]]] = {
    "message": Messages,
    "log": Log,
    "state": States,
    "energy": Energy,
    "election": Elections,
}
"""What is watched, by what it is called. Inputs are known without a run."""


@frozen
class Side:
    """One of the two runs, as somebody wants it compared."""

    view: SideView
    inputs: Sequence[Input]
    tip: Place


class _Run:
    """One run on its way, with its strands."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.strands: dict[str, Strand] = {}

    def watch(self) -> None:
        """From now on."""
        self.strands = {name: make(self.session) for name, make in STRANDS.items()}

    def to(self, time_us: int) -> Iterator[None]:
        """Run to the end of a microsecond, in slices; each strand looks where it has to."""
        session = self.session
        looking = [strand for strand in self.strands.values() if strand.looks]
        while not looking and not session.run(time_us, SLICE_EVENTS):
            yield
        count = 0
        while looking and self._happen(time_us, looking):
            count += 1
            if count % SLICE_EVENTS == 0:
                yield

    def _happen(self, time_us: int, looking: list[Strand]) -> bool:
        """One input, or one event; False when there is none by then."""
        session = self.session
        if session.coming and session.coming[0].time_us <= time_us:
            acted = session.acted
            session.come_to(session.whole.events, acted + 1, session.coming[0].time_us)
            if session.acted > acted:
                for world in session.worlds():
                    for strand in looking:
                        strand.look(world, None)
                return True
        if session.run(time_us, 1):
            return False
        worlds = stepped(session)
        for world in worlds:
            event: Event | None = world.cluster.recent[-1] if len(worlds) == 1 else None
            for strand in looking:
                strand.look(world, event)
        return True


class Comparing:
    """A comparison on its way. :meth:`advance` does a slice of it, ``found`` is what is known.

    ``start`` is a session at, or before, the place where the two part; it is used up. ``other`` is
    one of the second run where they have no past in common: then they part at the beginning.
    """

    def __init__(
        self, sides: tuple[Side, Side], parts: Parting, start: Session, other: Session | None = None
    ) -> None:
        until_us = min(side.tip.time_us for side in sides)
        self._sides = sides
        self._parts = parts
        self._start, self._other = start, other
        self._late: list[tuple[int, Seen]] = []
        """Slots that one run has chosen first, and the other may choose yet: which other."""
        firsts = {name: First(name) for name in FACETS}
        firsts["input"] = first_input(parts, until_us)
        if other is not None:
            words = tuple(f"{it.scenario.name} --seed {it.seed}" for it in (start, other))
            firsts["input"] = First("input", 0, "another scenario or seed", (words[0], words[1]))
        self._firsts = firsts
        self.found = Comparison(
            sides=(sides[0].view, sides[1].view),
            common_us=parts.place.time_us,
            common_events=parts.place.events,
            common_inputs=parts.place.acted,
            until_us=until_us,
            at_us=parts.place.time_us,
            done=False,
            same=False,
            firsts=_in_order(firsts),
            totals=(),
        )
        self._work = self._compare()

    def advance(self) -> bool:
        """Do a slice of the work; True when all is done."""
        if not self.found.done:
            next(self._work, None)
        return self.found.done

    def finish(self) -> Comparison:
        """Do all of it."""
        while not self.advance():
            pass
        return self.found

    # The work.

    def _compare(self) -> Iterator[None]:
        start, place = self._start, self._parts.place
        start.record()
        start.coming = start.coming[: place.acted - start.acted]
        while place.time_us and not start.run(place.time_us - 1, SLICE_EVENTS):
            yield
        start.come_to(*place)
        other = self._other
        if other is None:
            copy = checkpoint_of(start)
            yield
            other = copy.open()
            yield
        other.record()
        for side, session in zip(self._sides, (start, other), strict=True):
            session.coming = list(side.inputs[session.acted :])
        runs = _Run(start), _Run(other)
        for run in runs:
            run.watch()
        yield
        window_us, at_us = WINDOW_US, place.time_us
        while True:
            at_us = min(at_us + window_us, self.found.until_us)
            events = start.whole.events
            for run in runs:
                yield from run.to(at_us)
            self._look(runs)
            if at_us == self.found.until_us:
                break
            if start.whole.events - events < QUIET_EVENTS:
                window_us = min(2 * window_us, WINDOW_MAX_US)
            self.found = evolve(self.found, at_us=at_us)
            yield
        self.found = evolve(
            self.found,
            at_us=at_us,
            done=True,
            same=start.whole.digest() == other.whole.digest(),
            totals=totals(start, other),
        )

    def _look(self, runs: tuple[_Run, _Run]) -> None:
        """Compare what was seen in a window."""
        before = dict(self._firsts)
        for name in list(runs[0].strands):
            strands = runs[0].strands[name], runs[1].strands[name]
            seen = strands[0].take(), strands[1].take()
            if self._firsts[name].time_us is None:
                pair = difference(*seen)
                if pair is not None:
                    self._firsts[name] = _first(name, strands, seen, pair)
                    self._wait(name, pair)
            for side, missed in list(self._late) if name == "log" else ():
                self._caught(strands[side], seen[side], side, missed)
            for strand in strands:
                if isinstance(strand, Levels):
                    strand.close()
            if self._firsts[name].time_us is not None and not (name == "log" and self._late):
                for run in runs:
                    del run.strands[name]
        if before != self._firsts:
            self.found = evolve(self.found, firsts=_in_order(self._firsts))

    def _wait(self, name: str, pair: Pair) -> None:
        """Of a slot it is worth to know what the other run chooses for it, and when."""
        if name == "log":
            one, other = pair
            if one is None or other is None:
                known = one or other
                assert known is not None  # noqa: S101 - they differ
                self._late.append((0 if one is None else 1, known))

    def _caught(self, strand: Strand, seen: list[Seen], side: int, missed: Seen) -> None:
        """The other run may have chosen the slot by now."""
        for it in seen:
            if it.value[:2] == missed.value[:2]:
                self._late.clear()
                said = f"{strand.tell(it, None)[1]}, at {DURATION.format(it.time_us)}"
                words = list(self._firsts["log"].words)
                words[side] = said
                self._firsts["log"] = evolve(self._firsts["log"], words=(words[0], words[1]))


def _first(
    name: str, strands: tuple[Strand, Strand], seen: tuple[list[Seen], list[Seen]], pair: Pair
) -> First:
    """The first difference in words."""
    one, other = pair
    time_us = min(it.time_us for it in pair if it is not None)
    left, right = strands
    if isinstance(left, Levels) and isinstance(right, Levels):
        one, other = _levels((left, right), seen, time_us)
    told = left.tell(one, other), right.tell(other, one)
    (where, said, more), (other_where, other_said, other_more) = told
    if where and other_where and where != other_where:
        said, other_said = f"{where}: {said}", f"{other_where}: {other_said}"
        where = ""
    mine, others = dict(more), dict(other_more)
    details = tuple(
        (key, mine.get(key, ""), others.get(key, "")) for key in dict.fromkeys((*mine, *others))
    )
    return First(name, time_us, where or other_where, (said, other_said), details)


def _levels(
    strands: tuple[Levels, Levels], seen: tuple[list[Seen], list[Seen]], time_us: int
) -> Pair:
    """The levels of the first charge point of which they are not the same at that time."""
    left, right = (strand.after(each, time_us) for strand, each in zip(strands, seen, strict=True))
    key = next(key for key in sorted(left) if left[key] != right.get(key))
    return Seen(time_us, (key, left[key])), Seen(time_us, (key, right.get(key)))


def _in_order(firsts: dict[str, First]) -> tuple[First, ...]:
    """By time, then as they are called; what is the same last."""
    never = max((it.time_us or 0 for it in firsts.values()), default=0) + 1
    return tuple(
        sorted(firsts.values(), key=lambda it: never if it.time_us is None else it.time_us)
    )
