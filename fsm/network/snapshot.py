"""Snapshots of the replicated state: one msgpack list with a version in front."""

from typing import Any, TypeVar

import msgpack
from attrs import frozen

from fsm.network.records import Asset, IdTag, Transaction

VERSION = 1

R = TypeVar("R", Asset, Transaction, IdTag)


class SnapshotError(Exception):
    """Bytes that are not a snapshot of this version."""


@frozen
class Content:
    """A decoded snapshot."""

    capacity_w: int
    applied: int
    assets: list[Asset]
    transactions: list[Transaction]
    id_tags: list[IdTag]


def pack_snapshot(
    capacity_w: int,
    applied: int,
    assets: list[list[object]],
    transactions: list[list[object]],
    id_tags: list[list[object]],
) -> bytes:
    """The snapshot as bytes; records are flat lists in the order of their fields."""
    packed: bytes = msgpack.packb([VERSION, capacity_w, applied, assets, transactions, id_tags])
    return packed


def unpack_snapshot(data: bytes) -> Content:
    """Decode a snapshot. Raises :class:`SnapshotError`."""
    try:
        value = msgpack.unpackb(data)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise SnapshotError(f"not msgpack: {type(error).__name__}") from error
    if type(value) is not list or len(value) != 6 or value[0] != VERSION:
        raise SnapshotError(f"not a snapshot of version {VERSION}")
    _, capacity_w, applied, assets, transactions, id_tags = value
    if type(capacity_w) is not int or type(applied) is not int:
        raise SnapshotError("its header is not of integers")
    content = Content(
        capacity_w,
        applied,
        _records(Asset, assets),
        _records(Transaction, transactions),
        _records(IdTag, id_tags),
    )
    _check(content)
    return content


def _check(content: Content) -> None:
    """Raise :class:`SnapshotError` unless the records fit together as commands leave them."""
    assets = {asset.cp_id for asset in content.assets}
    tags = {tag.id_tag for tag in content.id_tags}
    opened = [record for record in content.transactions if record.is_open]
    whole = (
        len(assets) == len(content.assets)
        and len(tags) == len(content.id_tags)
        and all(asset.current in ("AC", "DC") for asset in content.assets)
        and [record.id for record in content.transactions]
        == list(range(1, len(content.transactions) + 1))
        and all(record.cp_id in assets for record in content.transactions)
        and all(record.id_tag in tags for record in content.transactions)
        and len({record.cp_id for record in opened}) == len(opened)
        and len({record.id_tag for record in opened}) == len(opened)
    )
    if not whole:
        raise SnapshotError("its records do not fit together")


def _records(cls: type[R], rows: Any) -> list[R]:
    """Build records from rows, each checked field by field against the types of its class."""
    if type(rows) is not list:
        raise SnapshotError(f"the records of {cls.__name__} are not a list")
    types = [_allowed(annotation) for annotation in cls.__annotations__.values()]
    for row in rows:
        if type(row) is not list or len(row) != len(types):
            raise SnapshotError(f"a record of {cls.__name__} has not {len(types)} fields")
        if any(type(value) not in allowed for value, allowed in zip(row, types, strict=True)):
            raise SnapshotError(f"a record of {cls.__name__} has a field of a wrong type")
    return [cls(*row) for row in rows]


def _allowed(annotation: object) -> tuple[type, ...]:
    if annotation is int:
        return (int,)
    if annotation == (int | None):
        return (int, type(None))
    return (str,)
