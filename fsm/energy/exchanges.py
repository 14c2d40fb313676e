"""Moving energy between steps, until each step of a plan can be laid out second by second.

A flow keeps limits on average. Where a limit is used to the last watt and an EV gets less than its
minimum power over the step, no order of on-times may fit (:mod:`fsm.energy.instants`). Such a pair
of EV and step is *low*. Energy is moved so that there are fewer of them, or that the one which is
left stands where there is room:

* a *shift*: an EV gets less in one step, and as much more in another one that has room;
* an *exchange*: another EV does the opposite between the same two steps, so both stay as full as
  they are, and the price is what it was.

All EVs keep their energy and all limits hold after each move. Where no move helps at once, one that
only moves the low pair to another step is tried, and that step is settled in turn: an ejection
chain (Glover, *Ejection Chains, Reference Structures and Alternating Path Methods for Traveling
Salesman Problems*, 1996), here of at most two links.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from attrs import define, field

from fsm.energy.instants import Need, lay_out
from fsm.energy.problem import Problem, Row

LINKS = 2
"""Length of an ejection chain."""
TRIED = {2: 20, 1: 6}
"""How many moves are tried where a chain has so many links left."""
LAYOUTS = 100
"""After so many steps laid out, no more chains are begun: what is left is cheaper to plan anew."""

Change = tuple[int, int, int]
"""The number of a request, a step, and J more (or less)."""
Move = tuple[Change, ...]


@define(eq=False)
class Table:
    """The joules of each request in each step, and the room that is left."""

    problem: Problem
    energy_j: list[list[int]]
    """By request and step."""
    _least_j: list[int] = field(init=False)
    _most_j: list[int] = field(init=False)
    _cabinet: list[int] = field(init=False)
    """Each request's cabinet, by number."""
    _cabinet_room_j: list[list[int]] = field(init=False)
    """By cabinet and step."""
    _site_room_j: list[int] = field(init=False)
    _price: tuple[int, ...] = field(init=False)
    _there: list[list[int]] = field(init=False)
    """The requests whose window has a step, by step."""
    _journal: list[Move] = field(init=False, factory=list)
    _layouts: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        """Add up what is used."""
        problem, step_s, steps = self.problem, self.problem.step_s, self.problem.steps
        requests = problem.requests
        self._least_j = [it.min_w * step_s for it in requests]
        self._most_j = [it.max_w * step_s for it in requests]
        self._cabinet = [problem.cabinet_index[it.cabinet] for it in requests]
        self._cabinet_room_j = [[w * step_s for w in it.capacity_w] for it in problem.cabinets]
        # A site without a limit has room for all EVs at once.
        unlimited_w = sum(it.max_w for it in requests)
        self._site_room_j = [w * step_s for w in problem.site_w or (unlimited_w,) * steps]
        self._price = problem.price_micro or (0,) * steps
        self._there = [[] for _ in range(steps)]
        for number, it in enumerate(requests):
            row, room_j = self.energy_j[number], self._cabinet_room_j[self._cabinet[number]]
            for step in range(it.arrive, it.depart):
                self._there[step].append(number)
                room_j[step] -= row[step]
                self._site_room_j[step] -= row[step]

    def settle(self) -> list[int]:
        """Move energy until every step can be laid out. Returns the steps that still cannot."""
        for step in range(self.problem.steps):
            self._settle(step, LINKS, ())
        # A step that was in order may have been given what another one could not keep.
        return [step for step in range(self.problem.steps) if not self._in_order(step)]

    def rows(self) -> tuple[Row, ...]:
        """The rows of the plan."""
        return tuple(
            Row(it.id, it.arrive, tuple(row[it.arrive : it.depart]))
            for it, row in zip(self.problem.requests, self.energy_j, strict=True)
        )

    def low(self, step: int) -> list[int]:
        """Who gets something in a step, but less than its minimum over all of it; least first."""
        least_j = self._least_j
        found = [
            (self.energy_j[number][step] * 1_000_000 // least_j[number], number)
            for number in self._there[step]
            if 0 < self.energy_j[number][step] < least_j[number]
        ]
        return [number for _, number in sorted(found)]

    def _in_order(self, step: int) -> bool:
        return not self.low(step) or self._laid_out(step)

    def _laid_out(self, step: int) -> bool:
        self._layouts += 1
        problem, needs = self.problem, []
        for number in self._there[step]:
            if self.energy_j[number][step]:
                it = problem.requests[number]
                energy_j = self.energy_j[number][step]
                needs.append(Need(it.id, it.cabinet, energy_j, it.max_w, it.min_w))
        limits_w = {it.name: it.capacity_w[step] for it in problem.cabinets}
        site_w = None if problem.site_w is None else problem.site_w[step]
        return lay_out(problem.step_s, needs, limits_w, site_w) is not None

    # --- moves ---------------------------------------------------------------------------------

    def _settle(self, step: int, links: int, settled: tuple[int, ...]) -> bool:
        """See to it that a step can be laid out; if that fails, all is as it was."""
        begun = len(self._journal)
        low = self.low(step)
        while low and not self._laid_out(step):
            move = next((it for number in low for it in self._better(number, step)), None)
            if move is None:
                if links and self._layouts < LAYOUTS and self._chain(step, low, links, settled):
                    return True
                self._undo(begun)
                return False
            self._do(move)
            low = self.low(step)
        return True

    def _better(self, number: int, step: int) -> Iterator[Move]:
        """Moves after which there are fewer low pairs: first two fewer, dearer ones last."""
        for moves in (self._moves, self._dearer):
            for fewer in (2, 1):
                yield from moves(number, step, -fewer)

    def _chain(self, step: int, low: list[int], links: int, settled: tuple[int, ...]) -> bool:
        """Move a low pair elsewhere, and settle the step that it comes to."""
        begun = len(self._journal)
        kinds: tuple[Callable[[int, int, int], Iterator[Move]], ...] = (self._moves, self._dearer)
        for moves in kinds:
            for number in low:
                new = (
                    it
                    for it in moves(number, step, 0)
                    if not any(other in settled for _, other, _ in it)
                )
                for move in islice(new, TRIED[links]):
                    self._do(move)
                    others = sorted({other for _, other, _ in move} - {step})
                    if (
                        self._laid_out(step)
                        and all(self._settle(it, links - 1, (*settled, step)) for it in others)
                        and self._in_order(step)
                    ):
                        return True
                    self._undo(begun)
        return False

    def _do(self, move: Move, sign: int = 1) -> None:
        for number, step, more_j in move:
            self.energy_j[number][step] += sign * more_j
            self._cabinet_room_j[self._cabinet[number]][step] -= sign * more_j
            self._site_room_j[step] -= sign * more_j
        if sign > 0:
            self._journal.append(move)

    def _undo(self, length: int) -> None:
        while len(self._journal) > length:
            self._do(self._journal.pop(), -1)

    def _moves(self, number: int, step: int, lows: int) -> Iterator[Move]:
        """Shifts and exchanges, none of them dearer, that change the number of low pairs so.

        The EV is left out in ``step``, or raised to its minimum there: first what is nearer. When
        it is raised, by more than that where it leaves the other step by it, or where who takes its
        place there needs more to be above its own minimum.
        """
        price, mine = self._price, self.energy_j[number]
        for raised, least_j in self._ways(number, step):
            for _, up, down in self._pairs(number, step, raised=raised):
                most_j = min(self._most_j[number] - mine[up], mine[down])
                if most_j < least_j:
                    continue
                amounts = {least_j: None}
                if raised and mine[down] == most_j and self._would(number, down, -least_j):
                    amounts[most_j] = None
                for more_j in amounts:
                    if (
                        price[up] <= price[down]
                        and self._room(number, up) >= more_j
                        and self._lows(number, up, down, more_j) == lows
                    ):
                        yield ((number, up, more_j), (number, down, -more_j))
                for rival in self._there[up]:
                    if rival != number and self.energy_j[rival][up] >= least_j:
                        for more_j in self._exchanged(number, rival, up, down, raised, amounts):
                            if more_j <= most_j and lows == (
                                self._lows(number, up, down, more_j)
                                + self._lows(rival, down, up, more_j)
                            ):
                                yield (
                                    (number, up, more_j),
                                    (number, down, -more_j),
                                    (rival, up, -more_j),
                                    (rival, down, more_j),
                                )

    def _exchanged(
        self, number: int, rival: int, up: int, down: int, raised: bool, amounts: dict[int, None]
    ) -> Iterable[int]:
        """How much ``rival`` can take in ``down`` for as much that it leaves in ``up``."""
        it, theirs = self.problem.requests[rival], self.energy_j[rival]
        if not it.arrive <= down < it.depart:
            return ()
        most_j = min(theirs[up], self._most_j[rival] - theirs[down])
        own, other = self._cabinet[number], self._cabinet[rival]
        if own != other:
            most_j = min(most_j, self._cabinet_room_j[own][up], self._cabinet_room_j[other][down])
        enough_j = self._least_j[rival] - theirs[down]
        if raised and min(amounts) < enough_j:
            amounts = {**amounts, enough_j: None}
        return [more_j for more_j in amounts if more_j <= most_j]

    def _dearer(self, number: int, step: int, lows: int) -> Iterator[Move]:
        """Shifts to or from any step that has room, of the nearest price first."""
        mine, price = self.energy_j[number], self._price
        for raised, more_j in self._ways(number, step):
            pairs = self._pairs(number, step, raised=raised)
            for _, up, down in sorted(pairs, key=lambda it: abs(price[it[0]] - price[step])):
                most_j = min(self._most_j[number] - mine[up], mine[down], self._room(number, up))
                if more_j <= most_j and self._lows(number, up, down, more_j) == lows:
                    yield ((number, up, more_j), (number, down, -more_j))

    def _ways(self, number: int, step: int) -> tuple[tuple[bool, int], tuple[bool, int]]:
        """Whether it is raised, and by how many J it changes: first what is nearer."""
        energy_j, least_j = self.energy_j[number][step], self._least_j[number]
        out, on = (False, energy_j), (True, least_j - energy_j)
        return (out, on) if energy_j * 2 < least_j else (on, out)

    def _pairs(self, number: int, step: int, *, raised: bool) -> Iterator[tuple[int, int, int]]:
        """Each other step of its window; then where it gets more, and where less."""
        it = self.problem.requests[number]
        for other in range(it.arrive, it.depart):
            if other != step:
                yield (other, step, other) if raised else (other, other, step)

    def _room(self, number: int, step: int) -> int:
        return min(self._cabinet_room_j[self._cabinet[number]][step], self._site_room_j[step])

    def _would(self, number: int, step: int, more_j: int) -> bool:
        """Whether it would be low."""
        return 0 < self.energy_j[number][step] + more_j < self._least_j[number]

    def _lows(self, number: int, up: int, down: int, more_j: int) -> int:
        """By how much the number of its low pairs changes."""
        row, least_j = self.energy_j[number], self._least_j[number]
        above, below = row[up], row[down]
        return (
            (0 < above + more_j < least_j)
            - (0 < above < least_j)
            + (0 < below - more_j < least_j)
            - (0 < below < least_j)
        )


def table(problem: Problem, energy_j: Mapping[tuple[int, int], int]) -> Table:
    """A table from joules by (number of the request, step); what is not named gets 0."""
    rows = [[0] * problem.steps for _ in problem.requests]
    for (number, step), value in energy_j.items():
        rows[number][step] = value
    return Table(problem, rows)
