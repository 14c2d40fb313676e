"""A digest of many records that is cheap to keep while single records change.

The digest is the XOR of a 64-bit hash of each record with its kind and key. XOR takes a record
out as it puts it in, so a change costs one hash; and it does not depend on any order. Two equal
records cannot cancel each other because kind and key are hashed with them.
"""

from hashlib import blake2b

import msgpack


def hash_64(kind: str, content: object) -> int:
    """A 64-bit hash of ``content``."""
    packed = msgpack.packb((kind, content))
    return int.from_bytes(blake2b(packed, digest_size=8).digest(), "big")
