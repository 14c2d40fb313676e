"""A charge point's queue of CALLs: in order, one outstanding at a time.

OCPP-J allows one outstanding CALL per direction (OCPP-J 1.6, 4.1.1), and messages of a
transaction must reach the network in order (OCPP 1.6, 4.8, 4.10). While the log cannot be
reached the queue only grows; nothing is dropped and nothing overtakes.
"""

from collections import deque

from attrs import define, field

from fsm.ocpp.frames import pack_operation


@define
class QueuedCall:
    """A CALL that waits for its answer."""

    unique_id: str
    action: str
    payload: dict[str, object]
    since_us: int
    """When it was made, by the monotonic clock."""
    at_us: int
    """When it was made, by the wall clock: its time stamp."""


@define
class CallClient:
    """The FIFO of one charge point.

    ``next_number`` numbers the unique ids (``CP1-1``, ``CP1-2`` …). A charge point that restarts
    must go on with higher numbers than it has used, or its calls could be taken for old ones.
    """

    cp_id: str
    next_number: int = 1
    _queue: deque[QueuedCall] = field(factory=deque, init=False)
    _outstanding: bool = field(default=False, init=False)

    @property
    def pending(self) -> int:
        """How many calls are not answered yet, the outstanding one included."""
        return len(self._queue)

    @property
    def outstanding(self) -> QueuedCall | None:
        """The call that was taken and is not answered yet."""
        return self._queue[0] if self._outstanding else None

    @property
    def queued(self) -> tuple[QueuedCall, ...]:
        """The calls that wait behind the outstanding one, in their order."""
        return tuple(self._queue)[self._outstanding :]

    def submit(
        self, action: str, payload: dict[str, object], now_us: int, wall_us: int | None = None
    ) -> str:
        """Put a CALL into the queue; returns its unique id.

        ``wall_us`` is its time stamp; ``now_us`` when the wall clock is the monotonic one.
        """
        unique_id = f"{self.cp_id}-{self.next_number}"
        self.next_number += 1
        stamp_us = now_us if wall_us is None else wall_us
        self._queue.append(QueuedCall(unique_id, action, payload, now_us, stamp_us))
        return unique_id

    def take(self) -> bytes | None:
        """The next command for the log; None while one is outstanding or nothing waits."""
        if self._outstanding or not self._queue:
            return None
        self._outstanding = True
        return self.outstanding_operation()

    def outstanding_operation(self) -> bytes | None:
        """The outstanding call as the log carries it, to offer the same bytes once more."""
        call = self.outstanding
        if call is None:
            return None
        return pack_operation(self.cp_id, call.at_us, call.unique_id, call.action, call.payload)

    def answer(self, result: list[object]) -> QueuedCall | None:
        """Match a CALLRESULT or CALLERROR; returns its call, None when it answers none of ours."""
        call = self.outstanding
        if call is None or len(result) < 2 or result[1] != call.unique_id:
            return None
        self._outstanding = False
        return self._queue.popleft()
