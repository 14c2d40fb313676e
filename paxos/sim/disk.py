"""A simulated disk: an append-only log of sealed rows, checkpoints, and fsync.

What was written is on the disk only after an fsync that began later; writes that come while one is
under way wait for the next (group commit). A crash loses what was not synced, or only a part of it:
the disk may have got some of it out on its own, always from the front. A checkpoint is a new file
that takes the old one's place: until it is synced, a crash leaves the old one.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from paxos.wire import WireError, pack_row, unpack_row


class Disk:
    """One node's disk. Positions count all rows that were ever written.

    ``pack`` turns a row into its frame; the disks of a cluster share one :class:`Press`.
    """

    def __init__(
        self, random: Random, fsync_us: int, pack: Callable[[list[Any]], bytes] = pack_row
    ) -> None:
        self.random = random
        self.pack = pack
        self.fsync_us = fsync_us
        self.frames: list[bytes] = []
        self.base = 0
        """Position of the first frame."""
        self.synced = 0
        self.wanted = 0
        """Up to where somebody waits for a sync."""
        self.syncing: int | None = None
        """Up to where the fsync under way will have synced."""
        self._replaced: list[tuple[int, list[bytes]]] = []
        """Base and frames of the files whose successor is not synced yet, oldest first."""
        self._durable_at: list[int] = []
        """For each of them, the position at which its successor is durable."""

    @property
    def written(self) -> int:
        """Position behind the last row."""
        return self.base + len(self.frames)

    def write(self, rows: list[list[Any]], *, sync: bool) -> None:
        """Append rows; with ``sync`` ask for them to be made durable."""
        self.frames += [self.pack(row) for row in rows]
        if sync:
            self.wanted = self.written

    def replace(self, rows: list[list[Any]]) -> int:
        """Write a checkpoint; returns the position at which it is durable."""
        self._replaced.append((self.base, self.frames))
        self.base = self.written
        self.frames = [self.pack(row) for row in rows]
        self.wanted = self.written
        self._durable_at.append(self.wanted)
        return self.wanted

    def begin_fsync(self) -> bool:
        """Start an fsync if one is wanted and none is under way; whether it started."""
        if self.syncing is not None or self.wanted <= self.synced:
            return False
        self.syncing = self.written
        return True

    def end_fsync(self) -> None:
        """The fsync under way has ended."""
        if self.syncing is not None:
            self.synced = self.syncing
            self.syncing = None
            while self._durable_at and self._durable_at[0] <= self.synced:
                del self._durable_at[0], self._replaced[0]

    def crash(self) -> int:
        """Lose what was not synced, or its later part; returns how many rows were lost."""
        before = self.written
        if self._replaced:
            self.base, self.frames = self._replaced[0]
            self._replaced, self._durable_at = [], []
        kept = self.random.randint(0, self.written - self.synced)
        del self.frames[self.synced - self.base + kept :]
        self.synced = self.wanted = self.written
        self.syncing = None
        return before - self.written

    def rows(self) -> list[list[Any]]:
        """Every row up to the first whose checksum does not match; the rest is cut off."""
        rows: list[list[Any]] = []
        for frame in self.frames:
            try:
                rows.append(unpack_row(frame))
            except WireError:
                del self.frames[len(rows) :]
                self.synced = self.wanted = self.written
                break
        return rows
