"""A simulated disk: an append-only log of sealed rows, and fsync.

What was written is on the disk only after an fsync that began later; writes that come while one is
under way wait for the next (group commit). A crash loses what was not synced, or only a part of it:
the disk may have got some of it out on its own, always from the front.
"""

from random import Random
from typing import Any

from paxos.wire import WireError, pack_row, unpack_row


class Disk:
    """One node's disk. Positions count rows from the beginning."""

    def __init__(self, random: Random, fsync_us: int) -> None:
        self.random = random
        self.fsync_us = fsync_us
        self.frames: list[bytes] = []
        self.synced = 0
        self.wanted = 0
        """Up to where somebody waits for a sync."""
        self.syncing: int | None = None
        """Up to where the fsync under way will have synced."""

    def write(self, rows: list[list[Any]], *, sync: bool) -> None:
        """Append rows; with ``sync`` ask for them to be made durable."""
        self.frames += [pack_row(row) for row in rows]
        if sync:
            self.wanted = len(self.frames)

    def begin_fsync(self) -> bool:
        """Start an fsync if one is wanted and none is under way; whether it started."""
        if self.syncing is not None or self.wanted <= self.synced:
            return False
        self.syncing = len(self.frames)
        return True

    def end_fsync(self) -> None:
        """The fsync under way has ended."""
        if self.syncing is not None:
            self.synced = self.syncing
            self.syncing = None

    def crash(self) -> int:
        """Lose what was not synced, or its later part; returns how many rows were lost."""
        unsynced = len(self.frames) - self.synced
        kept = self.random.randint(0, unsynced)
        del self.frames[self.synced + kept :]
        self.synced = self.wanted = len(self.frames)
        self.syncing = None
        return unsynced - kept

    def rows(self) -> list[list[Any]]:
        """Every row up to the first whose checksum does not match; the rest is cut off."""
        rows: list[list[Any]] = []
        for frame in self.frames:
            try:
                rows.append(unpack_row(frame))
            except WireError:
                del self.frames[len(rows) :]
                self.synced = self.wanted = len(rows)
                break
        return rows
