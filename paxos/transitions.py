"""Replicas of one process that have applied the same log share one state.

Applying is a pure function of the state and the value, and states are immutable values. So the
first replica to apply a slot computes, and whoever stands in the very same state with the very
same value takes over what it found. With n replicas in a process a command is carried out once
instead of n times, and n copies of the state are one.

Nothing hangs on it: a replica that finds nothing here computes by itself, and a run without
sharing is the same run, byte for byte. What is shared can no longer differ, though, so a check
that compares replicas (R3) says something only of a run without: campaigns run so.

A replica that fell out of the family (it restarted, got a snapshot, or was too far behind) comes
back to it when its own state has the digest that the family's had at that slot. That is as sure as
R3 is, and no surer.
"""

from typing import Any, NamedTuple

from paxos.effects import Applied, AppliedRun
from paxos.messages import Value

REMEMBERED_SLOTS = 1_024
"""Of how many slots the transitions are kept: whoever lags more computes by itself."""

REMEMBERED_RUNS = 32
REMEMBERED_SNAPSHOTS = 4

State = tuple[Any, Any]
"""The machine's value and the session table's, each compared by identity."""


class Step(NamedTuple):
    """From one state over one slot's value to the next, and the digest of that one."""

    before: State
    value: Value
    after: State
    applied: Applied
    digest: int


class Run(NamedTuple):
    """From one state over a run of values to the next."""

    before: State
    values: list[Value]
    after: State
    applied: AppliedRun
    digest: int


class Transitions:
    """What the replicas of one process have found out, for each other. Bounded."""

    def __init__(self) -> None:
        self.hits = 0
        """How many slots were taken over instead of computed."""
        self.misses = 0
        self._first: tuple[State, int] | None = None
        self._newest = 0
        self._steps: dict[int, Step] = {}
        self._runs: dict[int, Run] = {}
        self._snapshots: dict[int, tuple[State, bytes]] = {}

    def begin(self, state: State, digest: int) -> State:
        """The state to begin with: that of whoever began first, if it has the same digest."""
        if self._first is None:
            self._first = (state, digest)
        return self._first[0] if self._first[1] == digest else state

    def step(self, slot: int, before: State, value: Value) -> Step | None:
        """The transition over ``slot``, if somebody made it from this very state."""
        found = self._steps.get(slot)
        if found is None or not _same(found.before, before) or found.value != value:
            self.misses += 1
            return None
        self.hits += 1
        return found

    def after(self, slot: int) -> State | None:
        """The state after ``slot``, if the transition over it is still remembered."""
        known = self._steps.get(slot)
        return None if known is None else known.after

    def keep(self, slot: int, step: Step) -> Step:
        """Remember a transition; returns the one to go on from, which others may have made.

        One of long ago is not remembered: a laggard that computes its way up must not drive out
        what it will meet there.
        """
        known = self._steps.get(slot)
        if known is not None and known.digest == step.digest and known.value == step.value:
            return known
        if slot > self._newest - REMEMBERED_SLOTS:
            self._newest = max(self._newest, slot)
            _put(self._steps, slot, step, REMEMBERED_SLOTS)
        return step

    def run(self, first_slot: int, before: State, values: list[Value]) -> Run | None:
        """The transition over a run of slots, if somebody made it from this very state."""
        found = self._runs.get(first_slot)
        if found is None or not _same(found.before, before) or found.values != values:
            return None
        self.hits += len(values)
        return found

    def keep_run(self, first_slot: int, run: Run) -> None:
        """Remember the transition over a run."""
        _put(self._runs, first_slot, run, REMEMBERED_RUNS)

    def family(self, slot: int, digest: int) -> State | None:
        """The state that is shared after ``slot``, if it has this digest."""
        known = self._steps.get(slot)
        return known.after if known is not None and known.digest == digest else None

    def snapshot(self, slot: int, state: State) -> bytes | None:
        """The snapshot of this very state, if somebody has packed it."""
        found = self._snapshots.get(slot)
        return found[1] if found is not None and _same(found[0], state) else None

    def keep_snapshot(self, slot: int, state: State, data: bytes) -> None:
        """Remember the snapshot of a state."""
        _put(self._snapshots, slot, (state, data), REMEMBERED_SNAPSHOTS)


def _same(one: State, other: State) -> bool:
    return one[0] is other[0] and one[1] is other[1]


def _put(table: dict[int, Any], slot: int, entry: Any, most: int) -> None:
    """Set an entry; what was set longest ago goes when there are too many."""
    table.pop(slot, None)
    table[slot] = entry
    if len(table) > most:
        del table[next(iter(table))]
