"""One type of transition table for every state machine of charging.

A table is a total function: each pair (state, event) has exactly one outcome, and each of the
three kinds of outcome is written down.

* a **row** names the next state and the action to run; an action that is empty only moves;
* **ignored** pairs do nothing, on purpose (a late timer, a pilot edge that changes nothing);
* **impossible** pairs cannot come about while the code that raises the events is right; one that
  does come about raises :class:`ImpossibleEventError`, never a wrong transition in silence.

A pair that stands nowhere, or in two places, is refused when the table is made.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class TableError(Exception):
    """A table that is not total, not unambiguous, or has a state that nothing leads to."""


class ImpossibleEventError(Exception):
    """An event came in a state where the table says it cannot: a defect of the program."""


@frozen
class Row(Generic[S, E]):
    """In ``state``, ``event`` leads to ``next_state`` and runs ``action``."""

    state: S
    event: E
    next_state: S
    action: str


class Table(Generic[S, E]):
    """A total transition table.

    ``moves`` maps a state to ``{event: (next state, action)}``, ``ignored`` and ``impossible`` a
    state to events. Raises :class:`TableError` unless each pair stands in exactly one of them.
    """

    def __init__(
        self,
        name: str,
        states: type[S],
        events: type[E],
        *,
        initial: S,
        moves: Mapping[S, Mapping[E, tuple[S, str]]],
        ignored: Mapping[S, Iterable[E]],
        impossible: Mapping[S, Iterable[E]],
    ) -> None:
        self.name = name
        self.states = tuple(states)
        self.events = tuple(events)
        self.initial = initial
        self.rows: dict[tuple[S, E], Row[S, E]] = {
            (state, event): Row(state, event, next_state, action)
            for state, row in moves.items()
            for event, (next_state, action) in row.items()
        }
        self.ignored = frozenset((s, e) for s, events_ in ignored.items() for e in events_)
        self.impossible = frozenset((s, e) for s, events_ in impossible.items() for e in events_)
        self._check()

    def _check(self) -> None:
        for state in self.states:
            for event in self.events:
                pair = (state, event)
                outcomes = (pair in self.rows) + (pair in self.ignored) + (pair in self.impossible)
                if outcomes != 1:
                    raise TableError(f"{self.name}: {state} x {event} has {outcomes} outcomes")
        reached = self.reachable()
        for state in self.states:
            if state not in reached:
                raise TableError(f"{self.name}: nothing leads to {state}")

    def row(self, state: S, event: E) -> Row[S, E] | None:
        """The row of a pair; None where it is ignored on purpose.

        Raises :class:`ImpossibleEventError` for a pair that cannot come about.
        """
        row = self.rows.get((state, event))
        if row is None and (state, event) in self.impossible:
            raise ImpossibleEventError(f"{self.name}: {event} cannot happen in {state}")
        return row

    def reachable(self) -> dict[S, None]:
        """The states that some sequence of events leads to, nearest first."""
        reached = {self.initial: None}
        frontier = [self.initial]
        while frontier:
            state = frontier.pop(0)
            for event in self.events:
                row = self.rows.get((state, event))
                if row is not None and row.next_state not in reached:
                    reached[row.next_state] = None
                    frontier.append(row.next_state)
        return reached
