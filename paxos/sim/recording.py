"""Chunks of a recorder: columns of integers, and the bytes of frames.

A chunk belongs to one recorder, its ``owner``; another one that shares it makes a copy before it
writes. Per frame some 60 bytes and its share of the compressed bytes, per entry 17.
"""

from array import array
from functools import lru_cache
from typing import Any
from zlib import compress, decompress

SIZE = 1024
"""Frames, or entries, of a chunk."""

_LENGTH_BYTES = 4
_LEVEL = 1

_opened = lru_cache(maxsize=4)(decompress)
"""The bytes of the chunks that were looked into last."""


class Frames:
    """Up to :data:`SIZE` frames. What is known when one is sent never changes."""

    __slots__ = (
        "_bytes", "_last", "_packed", "_starts", "channels", "codes", "due_us", "ended_us", "fates",
        "oddities", "owner", "sent_us", "sources", "targets",
    )  # fmt: skip

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.channels = bytearray()
        self.codes = bytearray()
        self.fates = bytearray()
        self.oddities = bytearray()
        self.sources, self.targets = array("q"), array("q")
        self.sent_us, self.due_us, self.ended_us = array("q"), array("q"), array("q")
        self._starts = array("L")
        self._bytes = bytearray()
        """Each frame behind its length; one that goes to many stands here once."""
        self._packed: bytes | None = None
        self._last: bytes | None = None

    def add(
        self, what: tuple[int, int, int, int], frame: bytes, now_us: int, way: tuple[int, int, int]
    ) -> None:
        """One more frame: channel, code, source, target; and when it is due, fate, oddity."""
        channel, code, source, target = what
        due_us, fate, oddity = way
        if frame is not self._last:
            self._last = frame
            start = len(self._bytes)
            self._bytes += len(frame).to_bytes(_LENGTH_BYTES, "little")
            self._bytes += frame
        else:
            start = self._starts[-1]
        self.channels.append(channel)
        self.codes.append(code)
        self.fates.append(fate)
        self.oddities.append(oddity)
        self.sources.append(source)
        self.targets.append(target)
        self.sent_us.append(now_us)
        self.due_us.append(due_us)
        self.ended_us.append(0)
        self._starts.append(start)

    def seal(self) -> None:
        """No frame will come any more: the bytes are compressed, to a third or less."""
        self._packed = compress(self._bytes, _LEVEL)
        self._bytes = bytearray()
        self._last = None

    def frame(self, at: int) -> bytes:
        """The bytes of a frame."""
        held = self._bytes if self._packed is None else _opened(self._packed)
        start = self._starts[at]
        body = start + _LENGTH_BYTES
        return bytes(held[body : body + int.from_bytes(held[start:body], "little")])

    def is_same(self, at: int, other: int) -> bool:
        """Whether two of them are one frame that was sent to several."""
        return self._starts[at] == self._starts[other]

    def copied(self, owner: object) -> "Frames":
        """The same frames for another owner; compressed bytes are shared."""
        other = Frames(owner)
        for name in ("channels", "codes", "fates", "oddities", "sources", "targets", "sent_us",
                     "due_us", "ended_us", "_starts", "_bytes"):  # fmt: skip
            setattr(other, name, getattr(self, name)[:])
        other._packed, other._last = self._packed, self._last
        return other


class Entries:
    """Up to :data:`SIZE` things that happened, in their order."""

    __slots__ = ("codes", "ends", "newest", "notes", "owner", "times_us", "what")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.times_us = array("q")
        self.what = array("q")
        """Twice the number of a frame, and one more where it ended; -1 for a note."""
        self.codes = bytearray()
        self.notes: dict[int, Any] = {}
        """By the place in this chunk."""
        self.ends: dict[int, int] = {}
        """By code: who sends and is sent to, a bit each."""
        self.newest = -1
        """The highest number of a frame."""

    def add(self, time_us: int, what: int, code: int, ends: int) -> None:
        """One more; ``ends`` are the bits of both."""
        self.times_us.append(time_us)
        self.what.append(what)
        self.codes.append(code)
        self.ends[code] = self.ends.get(code, 0) | ends
        if what >> 1 > self.newest:
            self.newest = what >> 1

    def copied(self, owner: object) -> "Entries":
        """The same entries for another owner."""
        other = Entries(owner)
        other.times_us, other.what, other.codes = self.times_us[:], self.what[:], self.codes[:]
        other.notes, other.ends = dict(self.notes), dict(self.ends)
        other.newest = self.newest
        return other
