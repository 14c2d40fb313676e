"""All records of the network after one command, as one value that is never changed.

Whoever keeps such a value keeps that moment: replicas that have applied the same log can share it,
and a checkpoint of it costs nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fsm.network.digest import hash_64
from fsm.network.layers import Layers
from fsm.network.records import Asset, IdTag, Record, Transaction, flat

RecordKey = tuple[str, str | int]
"""Kind and key of a record."""


class Tables(NamedTuple):
    """The replicated state. ``capacity_w`` is what the site may draw in all."""

    capacity_w: int
    applied: int
    """How many commands have been applied, refused ones included."""
    assets: Layers[str, Asset]
    transactions: Layers[int, Transaction]
    id_tags: Layers[str, IdTag]
    open_by_cp: Layers[str, int]
    """The open transaction of each charge point, 0 for none."""
    open_by_tag: Layers[str, int]
    """The open transaction of each id tag, 0 for none."""
    hashes: Layers[RecordKey, int]
    """The hash of each record, for :mod:`fsm.network.digest`."""
    sum: int
    """The XOR of these hashes."""

    def records(self) -> Iterator[tuple[str, Record]]:
        """Every record with its kind."""
        yield from (("asset", record) for record in self.assets.values())
        yield from (("transaction", record) for record in self.transactions.values())
        yield from (("id_tag", record) for record in self.id_tags.values())

    def digest(self) -> int:
        """A 64-bit digest of the whole content."""
        return self.sum ^ hash_64("header", (self.capacity_w, self.applied))

    def full_digest(self) -> int:
        """The same digest computed from the records alone: the check of :meth:`digest`."""
        total = hash_64("header", (self.capacity_w, self.applied))
        for kind, record in self.records():
            total ^= hash_64(kind, flat(record))
        return total

    def open_transaction(self, cp_id: str) -> Transaction | None:
        """The open transaction of a charge point, if it has one."""
        transaction_id = self.open_by_cp.get(cp_id)
        return self.transactions[transaction_id] if transaction_id else None


def make_tables(
    capacity_w: int,
    applied: int,
    assets: list[Asset],
    transactions: list[Transaction],
    id_tags: list[IdTag],
) -> Tables:
    """The value that holds these records; what is open and what it hashes to follows from them."""
    opened = [record for record in transactions if record.is_open]
    tables = Tables(
        capacity_w=capacity_w,
        applied=applied,
        assets=Layers({record.key: record for record in assets}),
        transactions=Layers({record.key: record for record in transactions}),
        id_tags=Layers({record.key: record for record in id_tags}),
        open_by_cp=Layers({record.cp_id: record.id for record in opened}),
        open_by_tag=Layers({record.id_tag: record.id for record in opened}),
        hashes=Layers(),
        sum=0,
    )
    hashes = {(kind, record.key): hash_64(kind, flat(record)) for kind, record in tables.records()}
    total = 0
    for value in hashes.values():
        total ^= value
    return tables._replace(hashes=Layers(hashes), sum=total)


class Draft:
    """What one command changes. Until it is kept, it can be dropped and nothing has happened."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._assets: dict[str, Asset] = {}
        self._transactions: dict[int, Transaction] = {}
        self._id_tags: dict[str, IdTag] = {}
        self._open_by_cp: dict[str, int] = {}
        self._open_by_tag: dict[str, int] = {}

    # What is there.

    def find_asset(self, cp_id: str) -> Asset | None:
        """The record of a charge point, if it has booted."""
        return self._assets.get(cp_id) or self.tables.assets.get(cp_id)

    def asset(self, cp_id: str) -> Asset:
        """The record of a charge point that has booted."""
        return self._assets.get(cp_id) or self.tables.assets[cp_id]

    def transaction(self, transaction_id: int) -> Transaction | None:
        """A transaction, if there is one of that id."""
        found = self._transactions.get(transaction_id)
        return found or self.tables.transactions.get(transaction_id)

    def id_tag(self, name: str, at_us: int) -> IdTag:
        """The record of an id tag, made when it is seen for the first time."""
        record = self._id_tags.get(name) or self.tables.id_tags.get(name)
        if record is None:
            record = self._id_tags[name] = IdTag(name, first_seen_us=at_us)
        return record

    def open_by_cp(self, cp_id: str) -> int:
        """The id of a charge point's open transaction, 0 for none."""
        found = self._open_by_cp.get(cp_id)
        return self.tables.open_by_cp.get(cp_id, 0) if found is None else found

    def open_by_tag(self, name: str) -> int:
        """The id of an id tag's open transaction, 0 for none."""
        found = self._open_by_tag.get(name)
        return self.tables.open_by_tag.get(name, 0) if found is None else found

    def served(self) -> list[Asset]:
        """The charge points with an open transaction, in the order of their starts."""
        opened = {**self.tables.open_by_cp, **self._open_by_cp}
        order = sorted((number, cp_id) for cp_id, number in opened.items() if number)
        return [self.asset(cp_id) for _, cp_id in order]

    # What changes.

    def put_asset(self, asset: Asset) -> None:
        """Set the record of a charge point."""
        self._assets[asset.cp_id] = asset

    def put_transaction(self, transaction: Transaction) -> None:
        """Set the record of a transaction."""
        self._transactions[transaction.id] = transaction

    def put_id_tag(self, record: IdTag) -> None:
        """Set the record of an id tag."""
        self._id_tags[record.id_tag] = record

    def open(self, transaction: Transaction) -> None:
        """A new transaction; it is the open one of its charge point and of its id tag."""
        self.put_transaction(transaction)
        self._open_by_cp[transaction.cp_id] = transaction.id
        self._open_by_tag[transaction.id_tag] = transaction.id

    def close(self, transaction: Transaction) -> None:
        """A transaction that is over."""
        self.put_transaction(transaction)
        self._open_by_cp[transaction.cp_id] = 0
        self._open_by_tag[transaction.id_tag] = 0

    def keep(self) -> Tables:
        """The tables with all changes, one command later."""
        old = self.tables
        changes: dict[RecordKey, int] = {}
        total = old.sum
        for kind, changed in (
            ("asset", self._assets),
            ("transaction", self._transactions),
            ("id_tag", self._id_tags),
        ):
            for key, record in changed.items():
                place: RecordKey = (kind, key)
                new = changes[place] = hash_64(kind, flat(record))
                total ^= old.hashes.get(place, 0) ^ new
        return Tables(
            old.capacity_w,
            old.applied + 1,
            old.assets.updated(self._assets),
            old.transactions.updated(self._transactions),
            old.id_tags.updated(self._id_tags),
            old.open_by_cp.updated(self._open_by_cp),
            old.open_by_tag.updated(self._open_by_tag),
            old.hashes.updated(changes),
            total,
        )
