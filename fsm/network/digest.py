"""A digest of many records that is cheap to keep while single records change.

The digest is the XOR of a 64-bit hash of each record with its kind and key. XOR takes a record
out as it puts it in, so a change costs one hash; and it does not depend on any order. Two equal
records cannot cancel each other because kind and key are hashed with them.
"""

from hashlib import blake2b

import msgpack

from fsm.network.records import Record, flat


def hash_64(kind: str, content: object) -> int:
    """A 64-bit hash of ``content``."""
    packed = msgpack.packb((kind, content))
    return int.from_bytes(blake2b(packed, digest_size=8).digest(), "big")


class Digest:
    """The digest of a set of records and a small header.

    Touching a record only notes it; it is hashed when the value is asked for, so that many
    changes between two looks cost one hash.
    """

    def __init__(self) -> None:
        self._sum = 0
        self._hashes: dict[tuple[str, str | int], int] = {}
        self._touched: dict[tuple[str, str | int], Record] = {}

    def touch(self, kind: str, record: Record) -> None:
        """Note that ``record`` is new or has changed."""
        self._touched[(kind, record.key)] = record

    def value(self, header: tuple[int, ...]) -> int:
        """The digest now."""
        for key, record in self._touched.items():
            new = hash_64(key[0], flat(record))
            self._sum ^= self._hashes.get(key, 0) ^ new
            self._hashes[key] = new
        self._touched.clear()
        return self._sum ^ hash_64("header", header)
