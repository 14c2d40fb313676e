"""Why a prefix is wrong: the operations that are to blame, and the orders that come furthest.

An operation binds: it took effect before its return, and had its result. Where that is taken back,
it may have taken effect at any moment after its call with any result, or never. A conflict is a
least set of operations that cannot be ordered as long as they bind, whatever the others did.
"""

from collections.abc import Callable, Sequence
from typing import Final

from paxos.check.linearizability.operations import NEVER, Model, Timed
from paxos.check.linearizability.search import Order, Search

PROBE: Final = 3_000
"""Configurations after which an operation counts as needed: its release makes too much possible."""

PROBES_IN_ALL: Final = 40_000
"""Configurations that a conflict may cost: about a second."""

OPAQUE: Final = 10
"""By how much less is looked at where results say nothing of states: little can be ruled out."""

PICTURE: Final = 2_000_000
"""Operations on paths that may be looked at for the longest orders."""

SLICE: Final = 500


def conflict(
    model: Model, prefix: Sequence[Timed], exhausted: Callable[[], bool]
) -> tuple[tuple[int, ...], bool]:
    """The positions of the operations to blame, and whether there is none too many.

    ``prefix`` must be wrong. Reads are released first: that makes nothing possible but their being
    wrong. Then the others, the earliest first, for what is to blame is mostly late. Each time large
    parts are tried before small ones.
    """
    binding = [index for index, timed in enumerate(prefix) if timed.returned != NEVER]
    # With its answer the last order broke down, so it is always to blame.
    last = max(binding, key=lambda index: prefix[index].returned)
    binding.remove(last)
    passive = [i for i in binding if model.passive(prefix[i].operation, told=False)]
    others = [index for index in binding if index not in frozenset(passive)]
    relaxed: frozenset[int] = frozenset()
    clear = model.outlook([timed.operation for timed in prefix], ()) is not None
    budget = _Budget(exhausted, 1 if clear else OPAQUE)
    if budget.is_wrong(Search(model, prefix, relaxed=frozenset([*passive, *others]))):
        return (last,), True
    for group in (passive, others):
        size = len(group)
        while size:
            at = 0
            while at < len(group):
                freed = relaxed | frozenset(group[at : at + size])
                if budget.is_wrong(Search(model, prefix, relaxed=freed)):
                    del group[at : at + size]
                    relaxed = freed
                else:
                    at += size
            size //= 2
    blamed = tuple(sorted([*passive, *others, last]))
    return blamed, budget.was_enough or len(blamed) == 1


class _Budget:
    """Counts what the probes cost, in configurations."""

    def __init__(self, exhausted: Callable[[], bool], share: int) -> None:
        """``share``: one part in so many of what there is."""
        self.left = PROBES_IN_ALL // share
        self._probe = PROBE // share
        self.was_enough = True
        self._exhausted = exhausted

    def is_wrong(self, search: Search) -> bool:
        """Whether there is surely no order."""
        before_this = search.configurations
        while search.answer is None:
            spent = search.configurations - before_this
            if spent >= min(self._probe, self.left) or self._exhausted():
                self.was_enough = False
                break
            search.run(min(SLICE, self._probe))
        self.left -= search.configurations - before_this
        return search.answer is False


def partial_orders(model: Model, prefix: Sequence[Timed]) -> tuple[Order, ...]:
    """Orders that hold of some of a wrong prefix's operations: for each, the longest with it.

    The longest comes first; those that are the beginning of another one are left out.
    """
    search = Search(model, prefix, collect=True)
    search.run(PICTURE // (len(prefix) + 1))
    longest = search.longest
    rest = dict.fromkeys(search.partial.values())
    rest.pop(longest, None)
    orders = sorted([longest, *rest], key=len, reverse=True)
    return tuple(
        order
        for index, order in enumerate(orders)
        if order and not any(other[: len(order)] == order for other in orders[:index])
    )
