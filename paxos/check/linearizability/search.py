"""Trying orders: Wing and Gong's search with Lowe's memory, one partition at a time.

A configuration is what has been ordered so far and the state that this led to. Which operations may
come next follows from their calls and returns: those that were called before the first return that
has not been passed. A configuration that was seen before leads nowhere new.

What never changes the state (a read) and fits where it may come first is put there at once: if it
could come later, it can come now. So only operations that may change the state are tried in turn.

Operations without a return (*open* ones) make the search hard: each may come anywhere after its
call, or never. These rules keep it small; none of them changes a verdict:

* open reads are left out: nobody was told what they saw;
* of open operations that ask the same, the one that was called first goes first;
* an open operation that does not change the state is of no use yet;
* nor is one that makes the open operation right before it useless, as a write does to a write;
* nor is one whose outcome nobody was told of, unless it takes something away of which somebody was
  told that it was not there: what comes next either overwrites it, or would have shown it.

States of which nobody was told anything, neither that they were there nor that they were not, are
*dark*: the same can follow on all of them, so one stands for all.

And a configuration leads nowhere new if another one was seen that has ordered the same operations
that returned, has the same state, and has used fewer open ones.

There is no recursion: histories may be as long as they like. The search can stop after any number
of configurations and go on later; no clock is looked at.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from paxos.check.linearizability.operations import (
    NEVER,
    REFUSED,
    Model,
    Operation,
    Timed,
)

Order: TypeAlias = tuple[Operation, ...]

_Choice: TypeAlias = tuple[int, Any]
"""A closed operation, or the complement of an open one; and the state after it."""


@frozen
class _Frame:
    """A configuration on the path.

    The first ``base`` closed operations are ordered, and of those that follow the ones in ``mask``,
    whose lowest bit is that of the operation at ``base``; ``used`` are the open ones.
    """

    base: int
    mask: int
    used: int
    state: Any
    earlier: Any
    """The state before the open operation that came last; :data:`REFUSED` if another came last."""
    choices: list[_Choice]
    """What may come next and was not tried yet, the most promising last."""
    length: int
    """Of the path up to here."""


class Search:
    """The search for an order of one partition's operations.

    ``relaxed`` are operations that bind nobody: they count as if they had not returned. With
    ``collect`` the longest order that holds is remembered for each operation.
    """

    def __init__(
        self,
        model: Model,
        operations: Sequence[Timed],
        *,
        relaxed: Collection[int] = (),
        collect: bool = False,
    ) -> None:
        """``relaxed`` are positions in ``operations``, which are in the order of calls."""
        self.model = model
        self.configurations = 0
        """How many were looked at."""
        self.blocked_rank = -1
        """The furthest return that could be reached; it is the one that no order gets past."""
        self.longest: Order = ()
        """The longest order that holds, by the returned operations in it."""
        self.partial: dict[int, Order] = {}
        """With ``collect``: for each operation, by its id, the longest order with it."""
        self.answer: bool | None = None
        self._collect = collect
        closed: list[Timed] = []
        opened: list[Timed] = []
        for index, timed in enumerate(operations):
            if timed.returned != NEVER and index not in relaxed:
                closed.append(timed)
            elif not model.passive(timed.operation, told=False):
                opened.append(timed)
        self._closed = [timed.operation for timed in closed]
        self._calls = [timed.call for timed in closed]
        self._returns = [timed.returned for timed in closed]
        self._passive = [model.passive(op, told=True) for op in self._closed]
        self._open = [timed.operation for timed in opened]
        self._open_calls = [timed.call for timed in opened]
        self._twins = _twins(self._open)
        self._outlook = model.outlook(self._closed, self._open)
        self._hinted = all(op.hint is not None for op in self._closed)
        self._seen: dict[tuple[int, int, Any], list[int]] = {}
        self._path: list[Operation] = []
        self._frames: list[_Frame] = []
        self._counts = [-1, -1]
        """Closed operations in the longest order, and in the longest one that was on the path."""
        self._grown = False
        """Whether the path has just become longer: to go back from here is a dead end."""
        self._dark: Any = REFUSED
        """The state that stands for all dark ones; none was met yet."""
        key = operations[0].operation.key if operations else None
        self._enter(0, 0, 0, model.initial(key), REFUSED)

    def run(self, configurations: int) -> bool | None:
        """Look at so many more; whether there is an order, or None if that is not known yet."""
        left = configurations
        frames, path = self._frames, self._path
        while self.answer is None:
            if not frames:
                self.answer = False
                break
            frame = frames[-1]
            if not frame.choices:
                if self._grown:
                    self._dead_end()
                frames.pop()
                del path[frames[-1].length if frames else 0 :]
            elif left <= 0:
                break
            else:
                left -= 1
                choice, after = frame.choices.pop()
                if choice >= 0:
                    self._take_closed(frame, choice, after)
                else:
                    self._take_open(frame, ~choice)
        return self.answer

    # Steps.

    def _take_closed(self, frame: _Frame, index: int, after: Any) -> None:
        if after is None:
            after = self._after(frame.state, index)
        if after is REFUSED:
            return
        self._path.append(self._closed[index])
        mask = frame.mask | 1 << (index - frame.base)
        self._enter(frame.base, mask, frame.used, after, REFUSED)

    def _after(self, state: Any, index: int) -> Any:
        return self.model.step(state, self._closed[index], told=True)

    def _take_open(self, frame: _Frame, index: int) -> None:
        operation, state, earlier = self._open[index], frame.state, frame.earlier
        after = self.model.step(state, operation, told=False)
        if after is REFUSED or after == state:
            return
        if earlier is not REFUSED and self.model.step(earlier, operation, told=False) == after:
            return
        outlook = self._outlook
        if outlook and not outlook.is_seen(after) and not outlook.is_denied(state):
            return
        self._path.append(operation)
        self._enter(frame.base, frame.mask, frame.used | 1 << index, after, state)

    def _enter(self, base: int, mask: int, used: int, state: Any, earlier: Any) -> None:
        """Go on from a configuration, if it leads to something new.

        First everything that fits and changes nothing; the path has grown by more than one then.
        """
        self.configurations += 1
        state = self._in_the_light(state)
        calls, returns, passive = self._calls, self._returns, self._passive
        tried = -1
        """Up to which operation the passive ones were compared with this state."""
        while True:
            while mask & 1:
                mask >>= 1
                base += 1
            first_return, index, end = NEVER, base, len(calls)
            found: list[int] = []
            fits = False
            while index < end and calls[index] < first_return:
                if not mask >> (index - base) & 1:
                    if passive[index] and index > tried and self._fits(state, index):
                        mask |= 1 << (index - base)
                        self._path.append(self._closed[index])
                        fits = True
                        earlier = REFUSED  # it has seen what the open operation did
                    else:
                        if not passive[index]:
                            found.append(index)
                        if returns[index] < first_return:
                            first_return = returns[index]
                index += 1
            tried = max(tried, index - 1)
            if not fits:
                break
        if self._is_known(base, mask, used, state):
            self._undo()
            return
        self._note(base + mask.bit_count(), first_return)
        if base == end:
            self.answer = True
            self.longest = tuple(self._path)
            return
        choices = self._choices(found, used, state, first_return)
        self._frames.append(_Frame(base, mask, used, state, earlier, choices, len(self._path)))

    def _in_the_light(self, state: Any) -> Any:
        """The state, or the one that stands for all dark ones."""
        outlook = self._outlook
        if outlook is None or outlook.is_seen(state) or outlook.is_denied(state):
            return state
        if self._dark is REFUSED:
            self._dark = state
        return self._dark

    def _fits(self, state: Any, index: int) -> bool:
        return self._after(state, index) is not REFUSED

    def _undo(self) -> None:
        del self._path[self._frames[-1].length if self._frames else 0 :]

    def _is_known(self, base: int, mask: int, used: int, state: Any) -> bool:
        known = self._seen.setdefault((base, mask, state), [])
        if any(fewer & ~used == 0 for fewer in known):
            return True
        known.append(used)
        return False

    # What may come next.

    def _choices(self, found: list[int], used: int, state: Any, first_return: int) -> list[_Choice]:
        """Closed ones first, whose outcome somebody saw before the others; then open ones.

        Where there are hints, these come first.
        """
        ranked: list[tuple[int, int, int, Any]] = []
        outlook = self._outlook
        for index in found:
            hint = self._closed[index].hint if self._hinted else None
            if hint is not None:
                ranked.append((hint, 0, index, None))
            elif outlook is None:
                ranked.append((self._returns[index], 0, index, None))
            else:
                after = self._after(state, index)
                if after is not REFUSED:
                    promising = 0 if outlook.is_seen(after) else 1
                    ranked.append((promising, self._returns[index], index, after))
        for index, call in enumerate(self._open_calls):
            if call >= first_return:
                break
            twin = self._twins[index]
            if not used >> index & 1 and (twin < 0 or used >> twin & 1):
                hint = self._open[index].hint if self._hinted else None
                ranked.append((NEVER if hint is None else hint, index, ~index, None))
        ranked.sort(key=lambda each: each[:3], reverse=True)
        return [(choice, after) for _, _, choice, after in ranked]

    # How far an order came.

    def _note(self, count: int, first_return: int) -> None:
        """``first_return`` is what this order has yet to get past."""
        self._grown = True
        if first_return > self.blocked_rank:
            self.blocked_rank = first_return
        if count > self._counts[1]:
            self._counts[1] = count

    def _dead_end(self) -> None:
        """Nothing can follow on the path, which may be the longest one up to now."""
        self._grown = False
        if self._counts[1] > self._counts[0]:
            # That many were on this path: it has only grown since the last dead end.
            self._counts[0] = self._counts[1]
            self.longest = tuple(self._path)
        if self._collect:
            order = tuple(self._path)
            for operation in order:
                if len(self.partial.get(id(operation), ())) < len(order):
                    self.partial[id(operation)] = order


def _twins(opened: Sequence[Operation]) -> list[int]:
    """For each open operation the one before it that asks the same, or -1."""
    latest: dict[Any, int] = {}
    twins: list[int] = []
    for index, operation in enumerate(opened):
        asked = (operation.name, operation.value)
        twins.append(latest.get(asked, -1))
        latest[asked] = index
    return twins
