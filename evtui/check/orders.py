"""What an order of some of the operations leads to: values on its way, and why it breaks off."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from paxos.check.linearizability.operations import (
    NEVER,
    REFUSED,
    Model,
    Operation,
    before,
    timeline,
)


@frozen
class Walk:
    """An order, what the key held after each of its operations, and what could not come next.

    ``refused`` are operations that would have been due next by their times, and were told what
    cannot be said of the value that is there.
    """

    order: tuple[Operation, ...]
    states: tuple[Any, ...]
    refused: tuple[Operation, ...]


def walk(
    model: Model,
    partition: Sequence[Operation],
    order: Sequence[Operation],
    last: Operation | None = None,
) -> Walk:
    """Follow an order of operations of a partition.

    ``last`` is the one with whose return the prefix ends that is looked at; all for None.
    """
    (timed,) = timeline(partition).partitions.values()
    if last is not None:
        timed = tuple(before(timed, next(t.returned for t in timed if t.operation is last)))
    bound = {t.operation.number for t in timed if t.returned != NEVER}
    state = model.initial(partition[0].key)
    states = []
    for op in order:
        after = model.step(state, op, told=op.number in bound)
        if after is not REFUSED:
            state = after
        states.append(state)
    inside = {op.number for op in order}
    left = [t for t in timed if t.returned != NEVER and t.operation.number not in inside]
    first_return = min((t.returned for t in left), default=NEVER)
    due = [t.operation for t in left if t.call < first_return]
    refused = [op for op in due if model.step(state, op, told=True) is REFUSED]
    return Walk(tuple(order), tuple(states), tuple(refused))
