"""Packs rows for disks, equal rows once.

What one replica writes, the others write too: with a thousand disks in one process, a frame that
stands on each of them is one object in memory, and is made once.
"""

from typing import Any

from paxos.wire import pack_row

REMEMBERED_ROWS = 1_024


class Press:
    """Turns rows of integers and bytes into sealed frames; remembers the latest. Bounded."""

    def __init__(self) -> None:
        self._frames: dict[tuple[Any, ...], bytes] = {}

    def __call__(self, row: list[Any]) -> bytes:
        """The sealed frame of a row."""
        key = tuple(row)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = pack_row(row)
            if len(self._frames) > REMEMBERED_ROWS:
                del self._frames[next(iter(self._frames))]
        return frame
