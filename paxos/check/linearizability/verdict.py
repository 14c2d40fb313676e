"""The verdict on a whole history, and what of it is wrong.

A history is linearizable if and only if the operations on each key are (Herlihy, Wing 1990, theorem
1), so each key is searched alone. All of them get their turns, longer ones each time: one key that
is hard to search does not hide another that is plainly wrong.

If a prefix of a history is not linearizable, nothing that follows makes it so. So there is a
shortest one; it ends with the return of an operation, with whose answer the last order broke down.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import Enum
from itertools import count
from typing import Final, TypeAlias

from attrs import define, frozen

from paxos.check.linearizability.conflict import conflict, partial_orders
from paxos.check.linearizability.operations import (
    NEVER,
    Model,
    Operation,
    Time,
    Timed,
    Timeline,
    before,
    timeline,
)
from paxos.check.linearizability.search import Order, Search

FIRST_TURN: Final = 4_000
"""Configurations of a key's first turn; each further turn is twice as long."""

SLICE: Final = 2_000
"""Configurations between two looks at whether there is time left."""

Exhausted: TypeAlias = Callable[[], bool]
"""Whether the time is up; asked now and then. Nothing here knows a clock."""


class Answer(Enum):
    """What is known of a history."""

    LINEARIZABLE = "linearizable"
    NOT_LINEARIZABLE = "not linearizable"
    UNKNOWN = "unknown"
    """The time was up."""


@frozen
class Violation:
    """The shortest prefix of a history that is not linearizable, and why it is not."""

    key: Hashable
    events: int
    """How many calls and returns are in the prefix."""
    operations: int
    """How many operations have been called in it, on all keys."""
    time: Time
    last: Operation
    """With its return the prefix ends."""
    partition: Order
    """The prefix's operations on the key, in the order of their calls."""
    conflict: Order
    """Operations that cannot be ordered, whatever all others did, in the order of calls."""
    is_minimal: bool
    """Whether without any one of those the others could be ordered."""
    is_shortest: bool
    """Whether it was shown that no shorter prefix is wrong: not if the time was up."""
    orders: tuple[Order, ...]
    """Orders of some of the partition's operations that hold, the longest first."""


@frozen
class Verdict:
    """What a check found. ``violation`` is there if the history is not linearizable."""

    answer: Answer
    violation: Violation | None
    configurations: int
    """How many were looked at until the answer was known."""
    orders: dict[Hashable, Order]
    """For a linearizable history, an order of each key's operations that explains it."""


def check(
    operations: Iterable[Operation], model: Model, *, exhausted: Exhausted = lambda: False
) -> Verdict:
    """Whether a history is linearizable; the numbers of its operations must differ."""
    line = timeline(operations)
    search = _Searches(model, line, exhausted)
    failed = search.first_failure()
    orders = {key: each.longest for key, each in search.searches.items() if each.answer}
    if failed is not None:
        violation = _shortest(model, line, search, failed, exhausted)
        return Verdict(Answer.NOT_LINEARIZABLE, violation, search.configurations, {})
    if len(orders) == len(line.partitions):
        return Verdict(Answer.LINEARIZABLE, None, search.configurations, orders)
    return Verdict(Answer.UNKNOWN, None, search.configurations, {})


class _Searches:
    """The searches of all keys, in turns."""

    def __init__(self, model: Model, line: Timeline, exhausted: Exhausted) -> None:
        self.searches = {key: Search(model, ops) for key, ops in line.partitions.items()}
        self._exhausted = exhausted

    @property
    def configurations(self) -> int:
        return sum(each.configurations for each in self.searches.values())

    def first_failure(self) -> Hashable | None:
        """The first key that is found to be wrong, as a tuple of one; None for none."""
        for turn in count():
            waiting = [key for key, each in self.searches.items() if each.answer is None]
            for key, each in self.searches.items():
                if each.answer is None and not run(each, FIRST_TURN << turn, self._exhausted):
                    return None
                if each.answer is False:
                    return (key,)
            if not waiting:
                return None
        return None


def run(search: Search, configurations: int, exhausted: Exhausted) -> bool:
    """Let a search go on for so many configurations; False if the time was up before."""
    for begin in range(0, configurations, SLICE):
        if exhausted():
            return False
        if search.run(min(SLICE, configurations - begin)) is not None:
            break
    return True


def decide(search: Search, exhausted: Exhausted) -> bool | None:
    """Let a search come to its end; None if the time was up before."""
    while search.answer is None:
        if not run(search, FIRST_TURN, exhausted):
            break
    return search.answer


@define
class _End:
    """Where a wrong prefix ends: the rank of a return on a key."""

    key: Hashable
    rank: int


def _shortest(
    model: Model, line: Timeline, found: _Searches, failed: Hashable, exhausted: Exhausted
) -> Violation:
    """The violation with the shortest prefix over all keys."""
    assert isinstance(failed, tuple)  # noqa: S101 - a tuple of one, as a key may be None
    (key,) = failed
    blocked = found.searches[key].blocked_rank
    rank, sure = _end(model, line.partitions[key], blocked, exhausted)
    end = _End(key, rank)
    for other, operations in line.partitions.items():
        known = found.searches[other].answer
        if other == key or known or operations[0].call > end.rank:
            continue
        # Another key is worse only if it is wrong before that.
        prefix = before(operations, end.rank)
        search = Search(model, prefix)
        answer = decide(search, exhausted)
        if answer is None:
            sure = False
        elif not answer:
            rank, exact = _end(model, prefix, search.blocked_rank, exhausted)
            end, sure = _End(other, rank), sure and exact
    return _violation(model, line, end, sure, exhausted)


def _end(
    model: Model, operations: Sequence[Timed], blocked_rank: int, exhausted: Exhausted
) -> tuple[int, bool]:
    """Where the shortest wrong prefix of a wrong partition ends, and whether it is the shortest.

    No order gets past the return at ``blocked_rank``, so no prefix that ends before it is wrong:
    the order that got there explains it. It need not be wrong itself, where an operation that was
    under way has an answer later that makes it impossible. Then the end lies further on.
    """
    ranks = sorted(t.returned for t in operations if blocked_rank <= t.returned < NEVER)
    low, high = 0, len(ranks) - 1
    # Nearly always it is the first: so it is looked at first, then the middle.
    middle = 0
    while low < high:
        answer = decide(Search(model, before(operations, ranks[middle])), exhausted)
        if answer is None:
            return ranks[high], False
        if answer:
            low = middle + 1
        else:
            high = middle
        middle = (low + high) // 2
    return ranks[high], True


def _violation(
    model: Model, line: Timeline, end: _End, sure: bool, exhausted: Exhausted
) -> Violation:
    prefix = before(line.partitions[end.key], end.rank)
    blamed, minimal = conflict(model, prefix, exhausted)
    event = line.events[end.rank]
    return Violation(
        key=end.key,
        events=end.rank + 1,
        operations=sum(not each.is_return for each in line.events[: end.rank + 1]),
        time=event.time,
        last=event.operation,
        partition=tuple(timed.operation for timed in prefix),
        conflict=tuple(prefix[index].operation for index in blamed),
        is_minimal=minimal,
        is_shortest=sure,
        orders=partial_orders(model, prefix),
    )
