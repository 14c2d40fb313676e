"""What a history is made of: clients' operations, and the machine that they believe to talk to."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, Protocol, TypeAlias

from attrs import frozen

Time: TypeAlias = int | float
"""Of one clock for all clients, in any unit."""

NEVER: Final = 1 << 62
"""The rank of a return that is not there."""


class Refused:
    """The type of :data:`REFUSED`."""

    def __repr__(self) -> str:
        return "REFUSED"


REFUSED: Final = Refused()
"""What a machine answers when it cannot have said what the client was told."""


@frozen
class Operation:
    """One operation of one client.

    ``number`` names it for people: the line of a file, or its place in the history. ``returned`` is
    None where the client was never answered; then ``result`` means nothing. ``hint`` says which
    orders to try first, the lowest first; a wrong one costs time and changes no verdict.
    """

    number: int
    client: Hashable
    key: Hashable
    name: str
    value: Any
    result: Any
    call: Time
    returned: Time | None
    hint: int | None = None


class Model(Protocol):
    """A sequential machine for each key. States must be hashable, and are never changed."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def initial(self, key: Hashable) -> Any:
        """The state before the first operation on a key."""
        ...

    def step(self, state: Any, operation: Operation, *, told: bool) -> Any:
        """The state after an operation; :data:`REFUSED` if it cannot have had its result.

        Without ``told`` nobody knows the result, and any will do.
        """
        ...

    def passive(self, operation: Operation, *, told: bool) -> bool:
        """Whether it never changes the state, as far as the result was told: a read, for one."""
        ...

    def outlook(self, binding: Sequence[Operation], free: Sequence[Operation]) -> "Outlook | None":
        """What the results of a partition say of its states; None if that cannot be said.

        ``binding`` are the operations whose results bind, ``free`` those that may never be done.
        """
        ...

    def words(self, operation: Operation) -> str:
        """What was asked, for people, such as ``put x "a"``."""
        ...

    def answer(self, operation: Operation) -> str:
        """What was answered, for people; empty where that says nothing."""
        ...


class Outlook(Protocol):
    """What all results of a partition, taken together, say of the states that they may stem from.

    A state *leads to* another one if operations that do not overwrite it make that one of it.
    """

    def is_seen(self, state: Any) -> bool:
        """Whether the state may lead to one that somebody was told of, or that a free one needs."""
        ...

    def is_denied(self, state: Any) -> bool:
        """Whether the state may lead to one of which somebody was told that it is not there."""
        ...


@frozen
class Timed:
    """An operation with the ranks of its call and return among all events of a history."""

    operation: Operation
    call: int
    returned: int
    """:data:`NEVER` for none."""


@frozen
class Event:
    """A call or a return."""

    operation: Operation
    is_return: bool
    time: Time


@frozen
class Timeline:
    """A history in the order of its events.

    Of events at the same time, calls come before returns: what met at one moment was concurrent.
    """

    events: tuple[Event, ...]
    partitions: dict[Hashable, tuple[Timed, ...]]
    """By key, in the order of the keys' first calls; each in the order of calls."""


def timeline(operations: Iterable[Operation]) -> Timeline:
    """Put the events of a history into their order, and part it by keys."""
    history = list(operations)
    events = [Event(op, is_return=False, time=op.call) for op in history]
    events += [
        Event(op, is_return=True, time=op.returned) for op in history if op.returned is not None
    ]
    events.sort(key=lambda event: (event.time, event.is_return, event.operation.number))
    calls: dict[int, int] = {}
    returns: dict[int, int] = {}
    for rank, event in enumerate(events):
        (returns if event.is_return else calls)[id(event.operation)] = rank
    partitions: dict[Hashable, list[Timed]] = {}
    for operation in sorted(history, key=lambda op: calls[id(op)]):
        timed = Timed(operation, calls[id(operation)], returns.get(id(operation), NEVER))
        partitions.setdefault(operation.key, []).append(timed)
    return Timeline(tuple(events), {key: tuple(ops) for key, ops in partitions.items()})


def before(operations: Sequence[Timed], rank: int) -> list[Timed]:
    """Those of a partition that belong to the prefix which ends with the event at ``rank``.

    Whoever returns later is still without a return there.
    """
    return [
        timed if timed.returned <= rank else Timed(timed.operation, timed.call, NEVER)
        for timed in operations
        if timed.call <= rank
    ]
