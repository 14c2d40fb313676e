"""A simulated disk: an append-only log of sealed rows, checkpoints, and fsync.

What was written is on the disk only after an fsync that began later; writes that come while one is
under way wait for the next (group commit). A crash loses what was not synced, or only a part of it:
the disk may have got some of it out on its own, always from the front, and the row at which it was
may be torn: its first bytes are there, the rest is not. A checkpoint is a new file that takes the
old one's place: until it is synced, a crash leaves the old one.

A disk may be slow, and it may be full: then nothing more becomes durable until room is made. What
was written in the meantime stays in memory, and gets out then.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from paxos.wire import WireError, pack_row, unpack_row


class Disk:
    """One node's disk. Positions count all rows that were ever written.

    ``random`` says how much of the unsynced a crash leaves, ``tears`` how much of the row after it.
    ``pack`` turns a row into its frame; the disks of a cluster share one :class:`Press`.
    """

    def __init__(
        self,
        random: Random,
        fsync_us: int,
        tears: Random,
        pack: Callable[[list[Any]], bytes] = pack_row,
    ) -> None:
        self.random = random
        self.tears = tears
        self.pack = pack
        self.fsync_us = fsync_us
        self.extra_us = 0
        """How much longer than usual an fsync takes."""
        self.frames: list[bytes] = []
        self.base = 0
        """Position of the first frame."""
        self.synced = 0
        self.wanted = 0
        """Up to where somebody waits for a sync."""
        self.syncing: int | None = None
        """Up to where the fsync under way will have synced."""
        self.full_at: int | None = None
        """Position behind the last row that has room; None while there is room for all."""
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
        if self._replaced and self.syncing is None:
            # The file that goes was never durable, and is on its way to the disk no more.
            del self._replaced[1:]
            self._durable_at = []
        else:
            self._replaced.append((self.base, self.frames))
        self.base = self.written
        self.frames = [self.pack(row) for row in rows]
        self.wanted = self.written
        self._durable_at.append(self.wanted)
        return self.wanted

    def begin_fsync(self) -> bool:
        """Start an fsync if one is wanted, none is under way, and there is room; whether it did."""
        if self.syncing is not None or self.wanted <= self.synced or self.full_at is not None:
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

    @property
    def is_stuck(self) -> bool:
        """Whether somebody waits for what cannot become durable: the disk is full."""
        on_the_way = self.synced if self.syncing is None else self.syncing
        return self.full_at is not None and self.wanted > on_the_way

    def fill(self) -> None:
        """Leave no room: what is being synced still gets out, nothing after it."""
        self.full_at = self.synced if self.syncing is None else self.syncing

    def free(self) -> None:
        """Make room again."""
        self.full_at = None

    def wipe(self) -> None:
        """Lose everything, also the checkpoints: an empty disk, with room, in the old one's place.

        Whoever comes back from it has forgotten its promises.
        """
        self.base = self.written
        self.frames = []
        self._replaced, self._durable_at = [], []
        self.synced = self.wanted = self.base
        self.syncing = self.full_at = None

    def crash(self, *, in_write: bool = False) -> int:
        """Lose what was not synced, or its later part; returns how many rows were lost.

        The first of them may be torn; :meth:`repair` finds it. With ``in_write`` it surely is,
        where a row of the log was on its way: the disk was in the middle of it.
        """
        before = self.written
        if self._replaced:
            self.base, self.frames = self._replaced[0]
            self._replaced, self._durable_at = [], []
        kept = self.random.randint(0, self.written - self.synced)
        if self.full_at is not None:
            kept = min(kept, max(0, self.full_at - self.synced))
        if in_write:
            kept = max(0, min(kept, self.written - self.synced - 1))
        end = self.synced - self.base + kept
        lost = before - self.base - end
        torn = b""
        if end < len(self.frames):
            torn = self._torn(self.frames[end], surely=in_write)
        del self.frames[end:]
        if torn:
            self.frames.append(torn)
        self._settle()
        return lost

    def _settle(self) -> None:
        """All that is there is durable, and nobody waits for more; a full disk has no more room."""
        self.synced = self.wanted = self.written
        self.syncing = None
        if self.full_at is not None:
            self.full_at = self.written

    def _torn(self, frame: bytes, *, surely: bool) -> bytes:
        """What is left of the row at which the disk was: often nothing, else its first bytes."""
        least = 1 if surely else -len(frame)
        return frame[: max(0, self.tears.randint(least, len(frame) - 1))]

    def rows(self) -> list[list[Any]]:
        """Every row up to the first whose checksum does not match."""
        rows: list[list[Any]] = []
        for frame in self.frames:
            try:
                rows.append(unpack_row(frame))
            except WireError:
                break
        return rows

    def repair(self) -> bool:
        """Cut off a torn row, before anything is written behind it; whether there was one.

        Rows written behind it would be lost with it at the next recovery.
        """
        whole = len(self.rows())
        if whole == len(self.frames):
            return False
        del self.frames[whole:]
        self._settle()
        return True
