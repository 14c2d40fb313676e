"""Making the next value of all records: what one command changes is a draft, kept or dropped."""

from collections.abc import Iterable, Mapping
from typing import Any

from fsm.network.digest import hash_64
from fsm.network.layers import Layers
from fsm.network.records import (
    INDEXES,
    KINDS,
    Asset,
    IdTag,
    Record,
    RecordKey,
    Reservation,
    flat,
    key_of,
    marks_of,
)
from fsm.network.records import KIND_OF as KIND_OF
from fsm.network.records import Tables as Tables
from fsm.network.records.tables import R


def make_tables(
    capacity_w: int,
    applied: int = 0,
    records: Mapping[str, Iterable[Record]] | None = None,
    chain: bytes = b"",
) -> Tables:
    """The value that holds these records, by the names of their tables, and nothing else.

    Places that are held and what all hashes to follow from the records.
    """
    content: dict[str, Layers[Any, Any]] = {
        table: Layers({key_of(record): record for record in some})
        for table, some in (records or {}).items()
    }
    places: dict[str, dict[str, int]] = {name: {} for name in INDEXES}
    hashes: dict[RecordKey, int] = {}
    total = 0
    for kind in KINDS:
        for record in content.get(kind.table, Layers()).values():
            key = key_of(record)
            value = hashes[kind.name, key] = hash_64(kind.name, flat(record))
            total ^= value
            for name, place in marks_of(record):
                places[name][place] = key  # type: ignore[assignment]
    content |= {name: Layers(held) for name, held in places.items()}
    return Tables(capacity_w, applied, hashes=Layers(hashes), sum=total, chain=chain, **content)


class Draft:
    """What one command changes. Until it is kept, it can be dropped and nothing has happened."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._changed: dict[Any, dict[Any, Any]] = {}
        self._held: dict[str, dict[str, int]] = {}

    # What is there.

    def find(self, kind: type[R], key: str | int) -> R | None:
        """A record, if there is one of that key."""
        changed = self._changed.get(kind)
        there = changed if changed is not None and key in changed else self.tables.table(kind)
        found: R | None = there.get(key)
        return found

    def get(self, kind: type[R], key: str | int) -> R:
        """A record that is there. Raises KeyError."""
        found = self.find(kind, key)
        if found is None:
            raise KeyError(key)
        return found

    def asset(self, cp_id: str) -> Asset:
        """The record of a charge point that has booted."""
        return self.get(Asset, cp_id)

    def id_tag(self, name: str, at_us: int) -> IdTag:
        """The record of an id tag, made when it is seen for the first time."""
        record = self.find(IdTag, name)
        if record is None:
            record = IdTag(name, first_seen_us=at_us)
            self.put(record)
        return record

    def holder(self, index: str, key: str) -> int:
        """Which record holds a place of an index, 0 for none."""
        changed = self._held.get(index)
        if changed is not None and key in changed:
            return changed[key]
        found: int = getattr(self.tables, index).get(key, 0)
        return found

    def open_by_cp(self, cp_id: str) -> int:
        """The id of a charge point's open transaction, 0 for none."""
        return self.holder("open_by_cp", cp_id)

    def open_by_tag(self, name: str) -> int:
        """The id of an id tag's open transaction, 0 for none."""
        return self.holder("open_by_tag", name)

    def served(self) -> list[Asset]:
        """The charge points with an open transaction, in the order of their starts."""
        opened = {**self.tables.open_by_cp, **self._held.get("open_by_cp", {})}
        order = sorted((number, cp_id) for cp_id, number in opened.items() if number)
        return [self.asset(cp_id) for _, cp_id in order]

    def reserved(self) -> list[Reservation]:
        """The active reservations, in the order of their ids."""
        held = {**self.tables.reserved_by_tag, **self._held.get("reserved_by_tag", {})}
        return [self.get(Reservation, number) for number in sorted(held.values()) if number]

    # What changes.

    def put(self, record: Record) -> None:
        """Set a record; the places that it holds become its own, those that it held are free."""
        kind, key = type(record), key_of(record)
        before = self.find(kind, key)
        old = () if before is None else marks_of(before)
        new = marks_of(record)
        if old != new:
            for index, place in old:
                if self.holder(index, place) == key:
                    self._held.setdefault(index, {})[place] = 0
            for index, place in new:
                self._held.setdefault(index, {})[place] = key  # type: ignore[assignment]
        self._changed.setdefault(kind, {})[key] = record

    def keep(self) -> Tables:
        """The tables with all changes, one command later."""
        old = self.tables
        hashes: dict[RecordKey, int] = {}
        total = old.sum
        changes: dict[str, Any] = {}
        for cls, changed in self._changed.items():
            name, table, _ = KIND_OF[cls]
            for key, record in changed.items():
                place: RecordKey = (name, key)
                new = hashes[place] = hash_64(name, flat(record))
                total ^= old.hashes.get(place, 0) ^ new
            changes[table] = getattr(old, table).updated(changed)
        for index, held in self._held.items():
            changes[index] = getattr(old, index).updated(held)
        return old._replace(
            applied=old.applied + 1, hashes=old.hashes.updated(hashes), sum=total, **changes
        )
