"""One order of a history that explains it, followed while the history is made.

Whoever has a replicated log has an order at hand: the one in which commands were chosen. It is
believed in nothing. What clients were told is compared with what a machine of its own says in that
order, and their times with each other; a read may stand anywhere between its call and its return.
If all of it fits, the history is linearizable by the definition, and no search was needed.

If it does not fit, that proves nothing yet: another order might. Then the search decides
(:mod:`paxos.check.linearizability.verdict`), over what the witness still holds.

A history may be as long as it likes: what was settled long ago is let go. A search then begins from
the state that the order had led to, so a "not linearizable" of a long history takes the order up to
there for granted; :attr:`Witness.begins` says up to where. A "linearizable" takes nothing for
granted.
"""

from collections import deque
from itertools import count
from typing import Any, Final, Protocol

from attrs import define, evolve, frozen

from paxos.check.linearizability.operations import Model, Operation, Time
from paxos.check.linearizability.verdict import Answer, Verdict, Violation, check

WINDOW: Final = 500
"""At least so many of the latest settled operations are held, and at most twice as many."""

HELD_MAX: Final = 20_000
"""So many are held where the order has not explained everything."""

STATES_MAX: Final = 4_096
"""Of so many of the latest places the state is remembered, for reads that are under way."""

LOOKS_MAX: Final = 20
"""How often one search is asked whether it should go on: some seconds at the most."""

SEARCHES_MAX: Final = 8
"""So many searches are made before the end."""


class Machine(Model, Protocol):
    """A model that also says what it would answer."""

    def outcome(self, state: Any, operation: Operation) -> tuple[Any, Any]:
        """The state after an operation, and the result of it."""
        ...

    def resumed(self, state: Any) -> Model:
        """The same machine, beginning with another state."""
        ...


@define
class _Call:
    """An operation that has not returned."""

    operation: Operation
    floor: int
    """The highest place of what had returned before its call: it comes after that."""
    is_read: bool
    after_strays: bool
    """Whether an answer that the order does not explain came before its call."""
    place: int = 0
    """Where it stands in the order; 0 for nowhere yet."""
    expects: Any = None


@frozen
class _Settled:
    """An operation that was answered, and its place."""

    operation: Operation
    place: int


class Witness:
    """Follows one partition's history: calls, places and returns, in the order of time.

    ``finding`` is the verdict on it once it was found to be wrong. Numbers of operations differ.
    """

    def __init__(self, machine: Machine, key: Any = None) -> None:
        self.machine = machine
        self.checks = 0
        """Answers that were compared."""
        self.called_in_all = 0
        self.finding: Verdict | None = None
        self.strays = 0
        """Answers that the order did not explain."""
        self.begins = 0
        """Up to this place the order is taken for granted by a search; 0 for nowhere."""
        self._calls: dict[int, _Call] = {}
        self._place = 0
        state = machine.initial(key)
        self._states: deque[tuple[int, Any]] = deque([(0, state)], STATES_MAX)
        """States of the latest places, the last one of now."""
        self._base = state
        """The state at ``begins``."""
        self._middle = (0, state)
        self._settled: list[_Settled] = []
        self._floor = 0
        self._floor_before = 0
        """The floor before the time of the latest return: at equal times all is concurrent."""
        self._returned_at: Time | None = None
        self._searches = 0
        self._is_full = False

    @property
    def open(self) -> int:
        """How many operations have not returned, or will not."""
        return self.called_in_all - self.checks

    def called(self, operation: Operation) -> None:
        """A client has asked; what ``operation`` says of a return and a result is not looked at."""
        asked = evolve(operation, result=None, returned=None, hint=None)
        is_read = self.machine.passive(asked, told=False)
        at_once = self._returned_at == operation.call
        floor = self._floor_before if at_once else self._floor
        self._calls[operation.number] = _Call(asked, floor, is_read, self.strays > 0)
        self.called_in_all += 1

    def placed(self, number: int) -> None:
        """A command stands in the order now, behind all others.

        It has not returned, so nothing that returned before its call can stand behind it.
        """
        call = self._calls[number]
        assert not call.place  # noqa: S101 - it is told of once
        self._place = call.place = self._place + 1
        after, call.expects = self.machine.outcome(self._states[-1][1], call.operation)
        self._states.append((self._place, after))
        self._forget_states()

    def returned(self, number: int, result: Any, time: Time) -> bool:
        """A client was answered; whether nothing is known to be wrong."""
        call = self._calls.pop(number)
        self.checks += 1
        place = self._place_of(call, result)
        where = place or call.place or call.floor
        operation = evolve(
            call.operation, result=result, returned=time, hint=2 * where + call.is_read
        )
        if place is not None:
            self._raise_floor(place, time)
            self._hold(_Settled(operation, place), after_strays=call.after_strays)
        else:
            self.strays += 1
            self._doubt(_Settled(operation, where), call)
        self._forget_states()
        return self.finding is None

    def dropped(self, number: int) -> None:
        """Nobody waits for the answer to a read any more."""
        self._calls.pop(number, None)

    def rest(self) -> None:
        """The run ends: what the order does not explain is left to :meth:`verdict`.

        A search takes up to seconds, and whoever looks on would wait for what is not asked yet.
        """
        self._searches = SEARCHES_MAX

    def verdict(self) -> Verdict:
        """What is known of the whole history; where strays are left, this takes a search."""
        if self.finding is not None:
            return self.finding
        if not self.strays:
            return Verdict(Answer.LINEARIZABLE, None, 0, {})
        if self._is_full:
            return Verdict(Answer.UNKNOWN, None, 0, {})
        return self._search()

    # The order.

    def _place_of(self, call: _Call, result: Any) -> int | None:
        """Where an operation stands that was told this; None if the order does not explain it.

        A read stands behind the first place that it fits: so whatever comes later has most room.
        """
        if not call.is_read:
            return call.place if call.place and call.expects == result else None
        states = self._states
        index = len(states) - 1
        while index and states[index][0] > call.floor:
            index -= 1
        # There begins the state that holds at the floor.
        for at in range(index, len(states)):
            place, state = states[at]
            if self.machine.outcome(state, call.operation)[1] == result:
                return max(place, call.floor)
        return None

    def _raise_floor(self, place: int, time: Time) -> None:
        if time != self._returned_at:
            self._floor_before, self._returned_at = self._floor, time
        self._floor = max(self._floor, place)

    def _forget_states(self) -> None:
        """States before the floors of all reads that are under way, or may be asked yet."""
        floors = (call.floor for call in self._calls.values() if call.is_read)
        floor = min(floors, default=self._floor_before)
        floor = min(floor, self._floor_before)
        states = self._states
        while len(states) > 1 and states[1][0] <= floor:
            states.popleft()

    # What is held for a search.

    def _hold(self, settled: _Settled, *, after_strays: bool) -> None:
        """Keep an operation; while all is explained, the oldest are let go.

        What stands before the beginning of a search needs no place in it, unless it must come after
        something that has one.
        """
        if (settled.place > self.begins or after_strays) and not self._is_full:
            self._settled.append(settled)
        if self.strays:
            self._is_full = len(self._settled) >= HELD_MAX
        elif len(self._settled) >= 2 * WINDOW or self._place - self._middle[0] >= WINDOW:
            self.begins, self._base = self._middle
            self._middle = self._states[-1]
            self._settled = [each for each in self._settled if each.place > self.begins]

    def _doubt(self, settled: _Settled, call: _Call) -> None:
        """An operation that does not fit: search, if that may say something."""
        if 0 < call.place <= self.begins:
            self.finding = _contradicted(settled.operation)
        elif not self._is_full:
            self._settled.append(settled)
            if self._searches < SEARCHES_MAX:
                self._searches += 1
                verdict = self._search()
                if verdict.answer is Answer.NOT_LINEARIZABLE:
                    self.finding = verdict

    def _search(self) -> Verdict:
        held = [each.operation for each in self._settled]
        held += [
            call.operation for call in self._calls.values()
            if not call.is_read and not 0 < call.place <= self.begins
        ]  # fmt: skip
        looks = count()
        return check(
            held,
            self.machine.resumed(self._base),
            exhausted=lambda: next(looks) >= LOOKS_MAX,
        )


def _contradicted(operation: Operation) -> Verdict:
    """A late answer to a command of which the order, taken for granted, says another thing."""
    assert operation.returned is not None  # noqa: S101 - it was answered
    alone = (operation,)
    violation = Violation(
        key=operation.key, events=2, operations=1, time=operation.returned, last=operation,
        partition=alone, conflict=alone, is_minimal=False, is_shortest=False, orders=(),
    )  # fmt: skip
    return Verdict(Answer.NOT_LINEARIZABLE, violation, 0, {})
