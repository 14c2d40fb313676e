"""The hash chain over the log: each link holds a command, its result, and all that came before.

``chain_n = SHA-256(chain_{n-1} ‖ length of the command, 8 bytes ‖ command ‖ result)``. The length
keeps bytes from moving between the command and its result unseen.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgpack

CHAIN_BYTES: Final = 32


def first_link(capacity_w: int, genesis: Sequence[tuple[str, list[object]]]) -> bytes:
    """The chain before the first command: what the network was given when it began."""
    return sha256(msgpack.packb(["evtui chain 1", capacity_w, list(genesis)])).digest()


def next_link(chain: bytes, command: bytes, result: bytes) -> bytes:
    """The chain after one more command."""
    return sha256(b"".join((chain, len(command).to_bytes(8, "big"), command, result))).digest()
