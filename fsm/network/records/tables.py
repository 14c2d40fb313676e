"""All records of the network after one command, as one value that is never changed.

Whoever keeps such a value keeps that moment: replicas that have applied the same log can share it,
and a checkpoint of it costs nothing. A new kind of record is a class of this package and a field
of :class:`Tables`; digests, snapshots and drafts follow from that.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeVar, get_args

from fsm.network.digest import hash_64
from fsm.network.layers import Layers
from fsm.network.records.assets import Asset, Condition, Observer
from fsm.network.records.charging import ChargingProfiles, Needs
from fsm.network.records.instructions import Instruction
from fsm.network.records.money import Account, Bill, Entry, Prices
from fsm.network.records.planning import EnergyPlan, EnergyRequest, Planning, PlanTurn
from fsm.network.records.power import Cabinet, Grant
from fsm.network.records.record import Record, flat
from fsm.network.records.reservations import Loss, Place, Reservation, Stay
from fsm.network.records.transactions import IdTag, Transaction
from fsm.network.records.trust import Evidence, MeterKey, Revocation

R = TypeVar("R", bound=Record)

RecordKey = tuple[str, str | int]
"""Kind and key of a record."""

INDEXES: Final = ("open_by_cp", "open_by_tag", "reserved_by_tag")
"""Which record holds a place: they follow from the records' marks."""


class Tables(NamedTuple):
    """The replicated state. ``capacity_w`` is what the site may draw in all.

    A field that holds records by their keys makes them a kind: :data:`KINDS` is read from here.
    """

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
    planning: Layers[int, Planning] = Layers()
    energy_requests: Layers[int, EnergyRequest] = Layers()
    energy_plans: Layers[int, EnergyPlan] = Layers()
    plan_turns: Layers[int, PlanTurn] = Layers()
    cabinets: Layers[str, Cabinet] = Layers()
    grants: Layers[str, Grant] = Layers()
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


class Kind(NamedTuple):
    """One kind of record, and the table in which those of it stand."""

    name: str
    """What it is called in hashes: its class in small letters."""
    table: str
    record: type[Record]


def _kind(table: str, record: type[Record]) -> Kind:
    letters = (f"_{letter.lower()}" if letter.isupper() else letter for letter in record.__name__)
    return Kind("".join(letters).removeprefix("_"), table, record)


KINDS: Final = tuple(
    _kind(table, content)
    for table, annotation in Tables.__annotations__.items()
    for content in get_args(annotation)[1:]
    if hasattr(content, "_fields")  # a named tuple; indexes and hashes hold integers
)
"""Every kind of record, in the order of snapshots."""

KIND_OF: Final[dict[Any, Kind]] = {kind.record: kind for kind in KINDS}
