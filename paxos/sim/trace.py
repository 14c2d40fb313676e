"""The trace: a running digest over every event, and rows for whoever listens.

The digest says whether two runs are the same run. It covers each event's time, kind, endpoints and
payload; it is the same however often it is asked for, and costs nothing to copy with the world.
"""

from hashlib import blake2b
from typing import Any

_CHUNK = 512


class Trace:
    """A running digest over the events of a run."""

    def __init__(self) -> None:
        self.events = 0
        self._state = b""
        self._pending: list[bytes] = []

    def add(self, time_us: int, kind: int, target: int, source: int, payload: Any) -> None:
        """Take one event into the digest."""
        self.events += 1
        head = b"%d %d %d %d " % (time_us, kind, target, source)
        self._add(head + (payload if type(payload) is bytes else repr(payload).encode()))

    def mark(self, text: str) -> None:
        """Take what came from outside into the digest; it is no event of the run's own."""
        self._add(text.encode())

    def _add(self, row: bytes) -> None:
        self._pending.append(row)
        if len(self._pending) >= _CHUNK:
            self._state = self._fold()
            self._pending = []

    def digest(self) -> str:
        """128 bits in hexadecimal over every event so far."""
        return self._fold().hex() if self._pending else self._state.hex()

    def _fold(self) -> bytes:
        return blake2b(self._state + b"\0".join(self._pending), digest_size=16).digest()
