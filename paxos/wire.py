"""Messages and disk records as bytes: msgpack, closed by a CRC-32.

Bytes that were damaged on the way, or torn on the disk, are seen by their checksum and never
reach the protocol.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zlib import crc32

import msgpack
from attrs import fields

from paxos.ballot import Ballot
from paxos.messages import MESSAGES, Message, Row

_packer = msgpack.Packer(autoreset=True)
_PARSERS: dict[int, Callable[[Row], Message]] = {kind.TAG: kind.parse for kind in MESSAGES}


def _row_length(kind: Any) -> int:
    """How long a row of this kind is: the tag, and two places for a ballot."""
    return 1 + sum(2 if field.type is Ballot else 1 for field in fields(kind))


_LENGTHS: dict[int, int] = {kind.TAG: _row_length(kind) for kind in MESSAGES}


class WireError(ValueError):
    """Bytes that are no message: damaged, cut short, or of an unknown kind."""


def seal(body: bytes) -> bytes:
    """The body with its checksum behind it, 4 bytes."""
    return body + crc32(body).to_bytes(4, "little")


def unseal(frame: bytes) -> bytes:
    """The body of a sealed frame.

    Raises:
        WireError: the checksum does not match.
    """
    body = frame[:-4]
    if len(frame) < 5 or crc32(body) != int.from_bytes(frame[-4:], "little"):
        raise WireError(f"checksum does not match in a frame of {len(frame)} bytes")
    return body


def pack_row(row: Row) -> bytes:
    """A flat row as a sealed frame."""
    body: bytes = _packer.pack(row)
    return body + crc32(body).to_bytes(4, "little")


def unpack_row(frame: bytes) -> Row:
    """The row in a sealed frame.

    Raises:
        WireError: the checksum does not match or the body is no msgpack list.
    """
    body = unseal(frame)
    try:
        row: Any = msgpack.unpackb(body)
    except (ValueError, msgpack.UnpackException) as error:
        raise WireError(f"a body that is no msgpack: {error}") from error
    if type(row) is not list or not row:
        raise WireError(f"a body that is no row: {row!r}")
    return row


def pack(message: Message) -> bytes:
    """A message as a sealed frame."""
    body: bytes = _packer.pack(message.row())
    return body + crc32(body).to_bytes(4, "little")


@lru_cache(maxsize=256)
def unpack(frame: bytes) -> Message:
    """The message in a sealed frame.

    A frame that goes to many is decoded once: those to whom it comes share the message, and nobody
    changes it.

    Raises:
        WireError: the frame is damaged, or is no message.
    """
    row = unpack_row(frame)
    parse = _PARSERS.get(row[0]) if type(row[0]) is int else None
    if parse is None:
        raise WireError(f"unknown message tag {row[0]!r}; known are 1 to {len(MESSAGES)}")
    if len(row) != _LENGTHS[row[0]]:
        raise WireError(f"a message with tag {row[0]} and {len(row) - 1} fields: {row!r}")
    try:
        return parse(row)
    except (LookupError, TypeError) as error:
        raise WireError(f"a message with tag {row[0]} and the wrong fields: {row!r}") from error
