"""All records of the network after one command, as one value that is never changed.

Whoever keeps such a value keeps that moment: replicas that have applied the same log can share it,
and a checkpoint of it costs nothing. A new kind of record is a class of
:mod:`fsm.network.records`, a line in its ``KINDS``, and a field of :class:`Tables`; digests,
snapshots and drafts follow from that.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from fsm.network.digest import hash_64
from fsm.network.layers import Layers
from fsm.network.records import (
    KINDS,
    Account,
    Asset,
    Bill,
    ChargingProfiles,
    Condition,
    Entry,
    Evidence,
    IdTag,
    Instruction,
    Kind,
    Loss,
    MeterKey,
    Needs,
    Observer,
    Place,
    Prices,
    Record,
    Reservation,
    Revocation,
    Stay,
    Transaction,
    flat,
)

R = TypeVar("R", bound=Record)

RecordKey = tuple[str, str | int]
"""Kind and key of a record."""

KIND_OF: Final[dict[Any, Kind]] = {kind.record: kind for kind in KINDS}

INDEXES: Final = ("open_by_cp", "open_by_tag", "reserved_by_tag")
"""Which record holds a place: they follow from the records' marks."""


class Tables(NamedTuple):
    """The replicated state. ``capacity_w`` is what the site may draw in all."""

    capacity_w: int
    applied: int
    """How many commands have been applied, refused ones included."""
    assets: Layers[str, Asset] = Layers()
    transactions: Layers[int, Transaction] = Layers()
    id_tags: Layers[str, IdTag] = Layers()
    instructions: Layers[int, Instruction] = Layers()
    conditions: Layers[str, Condition] = Layers()
    observers: Layers[int, Observer] = Layers()
    reservations: Layers[int, Reservation] = Layers()
    losses: Layers[int, Loss] = Layers()
    stays: Layers[int, Stay] = Layers()
    places: Layers[str, Place] = Layers()
    meter_keys: Layers[str, MeterKey] = Layers()
    revocations: Layers[str, Revocation] = Layers()
    evidence: Layers[int, Evidence] = Layers()
    charging_profiles: Layers[str, ChargingProfiles] = Layers()
    needs: Layers[str, Needs] = Layers()
    prices: Layers[str, Prices] = Layers()
    bills: Layers[int, Bill] = Layers()
    accounts: Layers[str, Account] = Layers()
    entries: Layers[int, Entry] = Layers()
    open_by_cp: Layers[str, int] = Layers()
    """The open transaction of each charge point, 0 for none."""
    open_by_tag: Layers[str, int] = Layers()
    """The open transaction of each id tag, 0 for none."""
    reserved_by_tag: Layers[str, int] = Layers()
    """The active reservation of each id tag, 0 for none."""
    hashes: Layers[RecordKey, int] = Layers()
    """The hash of each record, for :mod:`fsm.network.digest`."""
    sum: int = 0
    """The XOR of these hashes."""
    chain: bytes = b""
    """The hash chain over all commands and their results (:mod:`fsm.trust.chain`)."""

    def table(self, kind: type[R]) -> Layers[Any, R]:
        """All records of a kind, by their keys."""
        found: Layers[Any, R] = getattr(self, KIND_OF[kind].table)
        return found

    def records(self) -> Iterator[tuple[str, Record]]:
        """Every record with its kind."""
        for kind in KINDS:
            yield from ((kind.name, record) for record in getattr(self, kind.table).values())

    def digest(self) -> int:
        """A 64-bit digest of the whole content."""
        return self.sum ^ hash_64("header", (self.capacity_w, self.applied, self.chain))

    def full_digest(self) -> int:
        """The same digest computed from the records alone: the check of :meth:`digest`."""
        total = hash_64("header", (self.capacity_w, self.applied, self.chain))
        for kind, record in self.records():
            total ^= hash_64(kind, flat(record))
        return total

    def open_transaction(self, cp_id: str) -> Transaction | None:
        """The open transaction of a charge point, if it has one."""
        transaction_id = self.open_by_cp.get(cp_id)
        return self.transactions[transaction_id] if transaction_id else None


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
        table: Layers({record.key: record for record in some})
        for table, some in (records or {}).items()
    }
    places: dict[str, dict[str, int]] = {name: {} for name in INDEXES}
    hashes: dict[RecordKey, int] = {}
    total = 0
    for kind in KINDS:
        for record in content.get(kind.table, Layers()).values():
            value = hashes[kind.name, record.key] = hash_64(kind.name, flat(record))
            total ^= value
            for name, key in record.marks:
                places[name][key] = record.key
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
        kind = type(record)
        before = self.find(kind, record.key)
        old = () if before is None else before.marks
        new = record.marks
        if old != new:
            for index, key in old:
                if self.holder(index, key) == record.key:
                    self._held.setdefault(index, {})[key] = 0
            for index, key in new:
                self._held.setdefault(index, {})[key] = record.key  # type: ignore[assignment]
        self._changed.setdefault(kind, {})[record.key] = record

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
