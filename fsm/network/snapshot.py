"""Snapshots of the replicated state: one msgpack list with a version in front."""

from typing import Any

import msgpack
from attrs import frozen

from fsm.network.books import books_balance
from fsm.network.charging import is_store
from fsm.network.records import INDEXES, KINDS, Record, Tables, flat, key_of, marks_of
from fsm.trust.chain import CHAIN_BYTES

VERSION = 8


class SnapshotError(Exception):
    """Bytes that are not a snapshot of this version."""


@frozen
class Content:
    """A decoded snapshot; the records by the names of their tables."""

    capacity_w: int
    applied: int
    chain: bytes
    records: dict[str, list[Any]]


def pack_snapshot(state: Tables) -> bytes:
    """The snapshot as bytes; records are flat lists in the order of their fields."""
    rows = [[flat(record) for record in getattr(state, kind.table).values()] for kind in KINDS]
    packed: bytes = msgpack.packb([VERSION, state.capacity_w, state.applied, state.chain, rows])
    return packed


def unpack_snapshot(data: bytes) -> Content:
    """Decode a snapshot. Raises :class:`SnapshotError`."""
    try:
        value = msgpack.unpackb(data)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise SnapshotError(f"not msgpack: {type(error).__name__}") from error
    if type(value) is not list or len(value) != 5 or value[0] != VERSION:
        raise SnapshotError(f"not a snapshot of version {VERSION}")
    _, capacity_w, applied, chain, rows = value
    if type(capacity_w) is not int or type(applied) is not int:
        raise SnapshotError("its header is not of integers")
    if type(chain) is not bytes or len(chain) != CHAIN_BYTES:
        raise SnapshotError(f"its hash chain has not {CHAIN_BYTES} bytes")
    if type(rows) is not list or len(rows) != len(KINDS):
        raise SnapshotError(f"it has not {len(KINDS)} kinds of records")
    records = {
        kind.table: _records(kind.record, some) for kind, some in zip(KINDS, rows, strict=True)
    }
    _check(records)
    return Content(capacity_w, applied, chain, records)


def _check(records: dict[str, list[Any]]) -> None:
    """Raise :class:`SnapshotError` unless the records fit together as commands leave them."""
    keys = {table: {key_of(record) for record in some} for table, some in records.items()}
    places = [mark for some in records.values() for record in some for mark in marks_of(record)]
    transactions, instructions = records["transactions"], records["instructions"]
    whole = (
        all(len(keys[table]) == len(some) for table, some in records.items())
        and len(set(places)) == len(places)
        and all(index in INDEXES for index, _ in places)
        and all(asset.current in ("AC", "DC") for asset in records["assets"])
        and [record.id for record in transactions] == list(range(1, len(transactions) + 1))
        and all(record.cp_id in keys["assets"] for record in transactions)
        and all(record.id_tag in keys["id_tags"] for record in transactions)
        and [record.id for record in instructions] == list(range(1, len(instructions) + 1))
        and all(record.cp_id in keys["assets"] for record in instructions)
        and all(record.id_tag in keys["id_tags"] for record in records["reservations"])
        and all(r.cp_id in keys["assets"] for r in records["reservations"] if r.is_active)
        and keys["losses"] <= keys["reservations"]
        and all(record.transaction_id in keys["transactions"] for record in records["stays"])
        and keys["evidence"] == keys["transactions"]
        and keys["meter_keys"] <= keys["assets"]
        and all(is_store(record.store) for record in records["charging_profiles"])
        and [record.transaction for record in records["bills"]] == [r.id for r in transactions]
        and all(r.cabinet in ("", *keys["cabinets"]) for r in records["grants"])
        and books_balance(records["accounts"], records["entries"])
    )
    if not whole:
        raise SnapshotError("its records do not fit together")


def _records(cls: type[Record], rows: Any) -> list[Record]:
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
    """The types that a field of a record may have; other annotations are kinds of texts."""
    if annotation in (int, bytes):
        return (annotation,)
    if annotation == (int | None):
        return (int, type(None))
    return (str,)
