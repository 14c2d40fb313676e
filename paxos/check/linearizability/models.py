"""Machines that hold one value for each key: ``kv`` and ``register``.

Values are hashable and compare as they should: whoever reads them from outside sees to it that
``true`` is not 1. A key that nobody has written holds None. Some stores call that the empty text;
so a reader may be told so, too.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from attrs import frozen

from paxos.check.linearizability.operations import REFUSED, Operation

Show: TypeAlias = Callable[[Any], str]


def _same(state: Any, told: Any) -> bool:
    return bool(state == told) or (state is None and told == "")


def _get(state: Any, op: Operation, told: bool) -> Any:
    return state if not told or _same(state, op.result) else REFUSED


def _put(state: Any, op: Operation, told: bool) -> Any:
    return op.value


def _append(state: Any, op: Operation, told: bool) -> Any:
    return ("" if state is None else state) + op.value


def _swap(state: Any, op: Operation, told: bool) -> Any:
    return op.value if not told or _same(state, op.result) else REFUSED


def _cas(state: Any, op: Operation, told: bool) -> Any:
    old, new = op.value
    if told and not op.result:
        return REFUSED if state == old else state
    if _same(state, old):
        return new
    return REFUSED if told else state


_STEPS: Final[dict[str, Callable[[Any, Operation, bool], Any]]] = {
    "get": _get,
    "read": _get,
    "put": _put,
    "write": _put,
    "append": _append,
    "swap": _swap,
    "cas": _cas,
}

READS: Final = ("get", "read")
ANSWERED: Final = ("get", "read", "swap", "cas")
"""Whose results say something."""


class _Values:
    """Values, and whether a state may become one of them by appending."""

    def __init__(self, values: Iterable[Any], *, grows: bool) -> None:
        self._values = frozenset("" if value is None else value for value in values)
        self._texts = sorted(v for v in self._values if type(v) is str) if grows else []

    def may_come_of(self, state: Any) -> bool:
        """Whether the state is one of them, or the beginning of one, where values grow."""
        value = "" if state is None else state
        if value in self._values:
            return True
        if not self._texts or type(value) is not str:
            return False
        at = bisect_left(self._texts, value)
        return at < len(self._texts) and self._texts[at].startswith(value)


@frozen
class CellOutlook:
    """What the results on one key say of its values."""

    seen: _Values
    denied: _Values

    def is_seen(self, state: Any) -> bool:
        """Whether somebody read it, or what appending makes of it."""
        return self.seen.may_come_of(state)

    def is_denied(self, state: Any) -> bool:
        """Whether a cas did not find it, or what appending makes of it."""
        return self.denied.may_come_of(state)


@frozen
class Cells:
    """One value for each key. ``operations`` are the names that may be used.

    get and read return the value; put and write set it; append adds text to it; swap sets it and
    returns the one before; cas compares it and sets it if it was equal, and returns whether it was.
    """

    name: str
    operations: tuple[str, ...]
    show: Show = repr
    """How people see a value."""

    def initial(self, key: Hashable) -> Any:
        """Nothing was written."""
        return None

    def step(self, state: Any, operation: Operation, *, told: bool) -> Any:
        """The value after an operation."""
        return _STEPS[operation.name](state, operation, told)

    def passive(self, operation: Operation, *, told: bool) -> bool:
        """Whether it is a read, or a cas that was told not to be done."""
        name = operation.name
        return name in READS or (name == "cas" and told and not operation.result)

    def outlook(self, binding: Sequence[Operation], free: Sequence[Operation]) -> "CellOutlook":
        """The values that were read, and those that a cas did not find."""
        seen = [op.result for op in binding if op.name in ("get", "read", "swap")]
        seen += [op.value[0] for op in binding if op.name == "cas" and op.result]
        seen += [op.value[0] for op in free if op.name == "cas"]
        denied = [op.value[0] for op in binding if op.name == "cas" and not op.result]
        grows = any(op.name == "append" for each in (binding, free) for op in each)
        return CellOutlook(_Values(seen, grows=grows), _Values(denied, grows=grows))

    def words(self, operation: Operation) -> str:
        """Such as ``put x "a"``; the one register without a name has none."""
        named = [] if operation.key is None else [str(operation.key)]
        value = []
        if operation.name == "cas":
            value = [" to ".join(self.show(part) for part in operation.value)]
        elif operation.name not in READS:
            value = [self.show(operation.value)]
        return " ".join([operation.name, *named, *value])

    def answer(self, operation: Operation) -> str:
        """What was read, or whether a cas was done."""
        if operation.returned is None or operation.name not in ANSWERED:
            return ""
        if operation.name == "cas":
            return "done" if operation.result else "not done"
        return self.show(operation.result)


KV: Final = Cells("kv", ("put", "get", "append", "cas", "swap"))
REGISTER: Final = Cells("register", ("read", "write", "cas"))
