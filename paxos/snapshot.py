"""Snapshots: all that a replica needs of the slots up to one, instead of those slots.

State machine, session table and membership together: a snapshot without the table would apply a
command again whose second copy is chosen later, one without the membership would not know who
decides the next slot. Whether a snapshot is right is seen by its digest of the state.
"""

import msgpack
from attrs import frozen

from paxos.wire import WireError, seal, unpack_row

CHUNK_BYTES = 16_384
"""How much of a snapshot one message carries, where nothing else is configured."""


@frozen
class Snapshot:
    """The replicated state after ``slot``: bytes of the machine, session table and group."""

    slot: int
    machine: bytes
    sessions: bytes
    group: bytes

    def pack(self) -> bytes:
        """The snapshot as sealed bytes."""
        body: bytes = msgpack.packb([self.slot, self.machine, self.sessions, self.group])
        return seal(body)

    @staticmethod
    def unpack(data: bytes) -> "Snapshot":
        """The snapshot in sealed bytes.

        Raises:
            paxos.wire.WireError: the bytes are damaged or are no snapshot.
        """
        row = unpack_row(data)
        if len(row) != 4:
            raise WireError(f"a body that is no snapshot, of {len(data)} bytes")
        return Snapshot(row[0], row[1], row[2], row[3])


class Download:
    """A snapshot that arrives in pieces, asked for one after the other."""

    def __init__(self) -> None:
        self.slot = 0
        self._data = bytearray()

    @property
    def offset(self) -> int:
        """How much of it is here."""
        return len(self._data)

    def take(self, slot: int, offset: int, size: int, data: bytes) -> bytes | None:
        """Take a piece; returns the whole when it is complete.

        A piece of a newer snapshot begins anew; one that does not fit where this one ends is
        passed over, and asked for again. The pieces may be of two nodes' snapshots of one slot:
        whether they make one is seen by its checksum, at the latest when there are too many bytes.
        """
        if slot > self.slot and offset == 0:
            self.slot = slot
            self._data = bytearray()
        if slot != self.slot or offset != len(self._data):
            return None
        self._data += data
        return bytes(self._data) if len(self._data) >= size else None

    def clear(self) -> None:
        """Forget it: it is installed, or was damaged."""
        self.slot = 0
        self._data = bytearray()
