"""The replicated state machine: the charge points together are the CSMS.

Every replica applies the same commands in the same order, so this is a pure function of the log:
no clock (times come with the commands), no randomness, no iteration over sets, integers only. A
command is an OCPP CALL of a charge point and what :meth:`NetworkState.apply` returns is its
CALLRESULT or CALLERROR (:mod:`fsm.ocpp.frames`). Nothing that a command contains makes it raise:
commands are other people's data. A handler works on a draft (:mod:`fsm.network.commands`), so a
command that is refused has changed nothing but the count of commands.

Choices where OCPP 1.6 leaves one:

* BootNotification also carries ``ratedPower`` (W) and ``current`` (AC or DC): the network shares
  power and has to know them. A charge point that never booted is refused with SecurityError.
* BootNotification may carry ``tariff``, StartTransaction ``flexiblePower`` (what the EV of a driver
  who joined smart charging can take), and the answer to StopTransaction ``totalCost`` (cents, as
  TransactionEvent's answer has it in OCPP 2.0.1): see :mod:`fsm.network.bills`.
* ``currentTime`` of BootNotification and Heartbeat is the caller's own time: the log has no clock,
  and no charge point's clock is better than another's. Clocks are set by other means (NTP).
* A StartTransaction that is refused gets ``transactionId`` 0, and no transaction exists.
* A StopTransaction is never refused for what the meter says: the transaction is closed with the
  highest reading known. One that is closed already stays as it was.
* A StartTransaction on a connector that is promised to another driver is refused as Blocked
  (:mod:`fsm.network.reservations`).
* The limits tend to the max-min fair shares of the capacity over the charge points with an open
  transaction, capped by rated power; who cannot be given the least charging current waits with
  0, in the order in which the transactions were started
  (:func:`fsm.energy.sharing.share_in_turn`). Power that a charge point gives up is given to
  another only when it has confirmed its lower limit (:mod:`fsm.network.limits`).
"""

from collections.abc import Mapping, Sequence

from fsm.network.commands import carry_out
from fsm.network.describe import describe as describe
from fsm.network.queries import ask
from fsm.network.records import (
    KINDS,
    Account,
    Asset,
    Bill,
    Condition,
    Entry,
    Evidence,
    IdTag,
    Instruction,
    Loss,
    Record,
    Reservation,
    Stay,
    Transaction,
    flat,
)
from fsm.network.snapshot import pack_snapshot, unpack_snapshot
from fsm.network.tables import KIND_OF, Tables, make_tables
from fsm.ocpp.actions import AuthorizationStatus
from fsm.ocpp.frames import CallError, pack_error, pack_result, parse_operation
from fsm.trust.chain import first_link, next_link


class NetworkState:
    """What all charge points agree on. ``capacity_w`` is what the site may draw in all.

    ``genesis`` are records that are there before the first command, such as a list of id tags;
    :mod:`fsm.trust.chain` begins with them.

    It holds one immutable value, ``state``: taking the value is a checkpoint, setting it is a jump.
    """

    def __init__(self, capacity_w: int, genesis: Sequence[Record] = ()) -> None:
        records = {
            kind.table: [record for record in genesis if type(record) is kind.record]
            for kind in KINDS
        }
        rows = [(KIND_OF[type(record)].name, flat(record)) for record in genesis]
        chain = first_link(capacity_w, rows)
        self.state: Tables = make_tables(capacity_w, records=records, chain=chain)

    # -- what the host uses ------------------------------------------------------------------

    def apply(self, op: bytes) -> bytes:
        """Apply one command; returns the packed CALLRESULT or CALLERROR. Never raises."""
        result = self._carry_out(op)
        state = self.state
        self.state = state._replace(chain=next_link(state.chain, op, result))
        return result

    def _carry_out(self, op: bytes) -> bytes:
        before = self.state
        try:
            operation = parse_operation(op)
        except CallError as error:
            self.state = before._replace(applied=before.applied + 1)
            return pack_error(error)
        try:
            self.state, result = carry_out(before, operation)
        except CallError as error:
            self.state = before._replace(applied=before.applied + 1)
            error.unique_id = operation.unique_id
            return pack_error(error)
        return pack_result(operation.unique_id, result)

    def query(self, op: bytes) -> bytes:
        """Answer a question of :mod:`fsm.network.queries` and change nothing. Never raises."""
        return ask(self, op)

    def digest(self) -> int:
        """A 64-bit digest of the whole content; only what has changed is hashed again."""
        return self.state.digest()

    def full_digest(self) -> int:
        """The same digest computed from the content alone: the check of :meth:`digest`."""
        return self.state.full_digest()

    def snapshot(self) -> bytes:
        """The whole content, as :meth:`restore` reads it; equal states give equal bytes."""
        return pack_snapshot(self.state)

    def restore(self, data: bytes) -> None:
        """Become what a snapshot says.

        Raises :class:`fsm.network.snapshot.SnapshotError` and changes nothing when it is damaged.
        """
        content = unpack_snapshot(data)
        self.state = make_tables(
            content.capacity_w, content.applied, content.records, content.chain
        )

    # -- what people ask ---------------------------------------------------------------------

    @property
    def capacity_w(self) -> int:
        """What the site may draw in all."""
        return self.state.capacity_w

    @property
    def applied(self) -> int:
        """How many commands have been applied, refused ones included."""
        return self.state.applied

    @property
    def assets(self) -> Mapping[str, Asset]:
        """All charge points that have booted, by id, in the order of their first boots."""
        return self.state.assets

    @property
    def transactions(self) -> Mapping[int, Transaction]:
        """All transactions by id, in the order of their starts."""
        return self.state.transactions

    @property
    def id_tags(self) -> Mapping[str, IdTag]:
        """All id tags that were ever seen."""
        return self.state.id_tags

    @property
    def reservations(self) -> Mapping[int, Reservation]:
        """All reservations by id, ended ones included."""
        return self.state.reservations

    @property
    def losses(self) -> Mapping[int, Loss]:
        """The reservations that were lost to a fault, by id."""
        return self.state.losses

    @property
    def stays(self) -> Mapping[int, Stay]:
        """The transactions whose end was fixed when they began, by id."""
        return self.state.stays

    @property
    def evidence(self) -> Mapping[int, Evidence]:
        """What proves each transaction, by its id."""
        return self.state.evidence

    @property
    def chain(self) -> bytes:
        """The hash chain over all commands applied so far, 32 bytes."""
        return self.state.chain

    @property
    def bills(self) -> Mapping[int, Bill]:
        """The bill of each transaction, by the transaction's id."""
        return self.state.bills

    @property
    def accounts(self) -> Mapping[str, Account]:
        """All accounts that were ever used, by name."""
        return self.state.accounts

    @property
    def entries(self) -> Mapping[int, Entry]:
        """The ledger: its entries by number."""
        return self.state.entries

    @property
    def charge_points(self) -> Mapping[str, Asset]:
        """The same, by the name that people use."""
        return self.state.assets

    @property
    def instructions(self) -> Mapping[int, Instruction]:
        """All CALLs of the CSMS, by id, in the order in which they were given."""
        return self.state.instructions

    def condition(self, cp_id: str) -> Condition:
        """What operator and observer say of a charge point."""
        return self.state.conditions.get(cp_id) or Condition(cp_id)

    def limit_w(self, cp_id: str) -> int:
        """What a charge point should draw at the most, in W; 0 without an open transaction."""
        asset = self.state.assets.get(cp_id)
        return 0 if asset is None else asset.limit_w

    def limit_version(self, cp_id: str) -> int:
        """How often that limit has changed; the charge point confirms this number."""
        asset = self.state.assets.get(cp_id)
        return 0 if asset is None else asset.limit_version

    def unconfirmed_version(self, cp_id: str) -> int:
        """The version of the limit that a charge point has yet to confirm; 0 for none."""
        asset = self.state.assets.get(cp_id)
        return 0 if asset is None or asset.held_w == asset.limit_w else asset.limit_version

    def held_w(self) -> int:
        """What all charge points together may still draw, in W; never above the capacity."""
        return sum(asset.held_w for asset in self.state.assets.values())

    def is_barred(self, cp_id: str) -> bool:
        """Whether the id tag of a charge point's open transaction is not accepted any more."""
        transaction = self.state.open_transaction(cp_id)
        return transaction is not None and (
            self.state.id_tags[transaction.id_tag].status != AuthorizationStatus.ACCEPTED.value
        )

    def open_transaction(self, cp_id: str) -> Transaction | None:
        """The open transaction of a charge point, if it has one."""
        return self.state.open_transaction(cp_id)
