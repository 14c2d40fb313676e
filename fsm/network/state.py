"""The replicated state machine: the charge points together are the CSMS.

Every replica applies the same commands in the same order, so this is a pure function of the log:
no clock (times come with the commands), no randomness, no iteration over sets, integers only. A
command is an OCPP CALL of a charge point and what :meth:`NetworkState.apply` returns is its
CALLRESULT or CALLERROR (:mod:`fsm.ocpp.frames`). Nothing that a command contains makes it raise:
commands are other people's data. A handler checks everything before it changes anything, so a
command that is refused has changed nothing but the count of commands.

Choices where OCPP 1.6 leaves one:

* BootNotification also carries ``ratedPower`` (W) and ``current`` (AC or DC): the network shares
  power and has to know them. A charge point that never booted is refused with SecurityError.
* A StartTransaction that is refused gets ``transactionId`` 0, and no transaction exists.
* A StopTransaction is never refused for what the meter says: the transaction is closed with the
  highest reading known. One that is closed already stays as it was.
* The limits tend to the max-min fair shares of the capacity over the charge points with an open
  transaction, capped by rated power; who cannot be given the least charging current waits with
  0, in the order in which the transactions were started
  (:func:`fsm.energy.sharing.share_in_turn`). Power that a charge point gives up is given to
  another only when it has confirmed its lower limit (:mod:`fsm.network.limits`).
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fsm.network.checks import integer, one_of, readings_wh, text
from fsm.network.describe import describe as describe
from fsm.network.digest import Digest
from fsm.network.limits import confirm, redistribute, release
from fsm.network.queries import ask
from fsm.network.records import Asset, IdTag, Record, Transaction, flat
from fsm.network.snapshot import pack_snapshot, unpack_snapshot
from fsm.ocpp.actions import (
    ID_TAG_MAX,
    LIMIT_APPLIED,
    SET_ID_TAG,
    VENDOR_ID,
    Action,
    AuthorizationStatus,
    ChargePointError,
    Reason,
)
from fsm.ocpp.frames import (
    CallError,
    ErrorCode,
    Operation,
    pack_error,
    pack_result,
    parse_operation,
)
from fsm.ocpp.status import ConnectorStatus

HEARTBEAT_INTERVAL_S = 60
"""The ``interval`` that a BootNotification is answered with."""

RATED_MAX_W = 10_000_000
CONNECTOR_MAX = 16
Result = dict[str, object]


class NetworkState:
    """What all charge points agree on. ``capacity_w`` is what the site may draw in all."""

    def __init__(self, capacity_w: int) -> None:
        self.capacity_w = capacity_w
        self.applied = 0
        """How many commands have been applied, refused ones included."""
        self.assets: dict[str, Asset] = {}
        self.transactions: dict[int, Transaction] = {}
        self.id_tags: dict[str, IdTag] = {}
        self._open_by_cp: dict[str, int] = {}
        self._open_by_tag: dict[str, int] = {}
        self._digest = Digest()

    # -- what the host uses ------------------------------------------------------------------

    def apply(self, op: bytes) -> bytes:
        """Apply one command; returns the packed CALLRESULT or CALLERROR. Never raises."""
        self.applied += 1
        try:
            operation = parse_operation(op)
        except CallError as error:
            return pack_error(error)
        try:
            result = self._dispatch(operation)
        except CallError as error:
            error.unique_id = operation.unique_id
            return pack_error(error)
        return pack_result(operation.unique_id, result)

    def query(self, op: bytes) -> bytes:
        """Answer a question of :mod:`fsm.network.queries` and change nothing. Never raises."""
        return ask(self, op)

    def limit_w(self, cp_id: str) -> int:
        """What a charge point should draw at the most, in W; 0 without an open transaction."""
        asset = self.assets.get(cp_id)
        return 0 if asset is None else asset.limit_w

    def limit_version(self, cp_id: str) -> int:
        """How often that limit has changed; the charge point confirms this number."""
        asset = self.assets.get(cp_id)
        return 0 if asset is None else asset.limit_version

    def unconfirmed_version(self, cp_id: str) -> int:
        """The version of the limit that a charge point has yet to confirm; 0 for none."""
        asset = self.assets.get(cp_id)
        return 0 if asset is None or asset.held_w == asset.limit_w else asset.limit_version

    def held_w(self) -> int:
        """What all charge points together may still draw, in W; never above the capacity."""
        return sum(asset.held_w for asset in self.assets.values())

    def open_transaction(self, cp_id: str) -> Transaction | None:
        """The open transaction of a charge point, if it has one."""
        transaction_id = self._open_by_cp.get(cp_id)
        return None if transaction_id is None else self.transactions[transaction_id]

    @property
    def charge_points(self) -> Mapping[str, Asset]:
        """All charge points that have booted, by id."""
        return self.assets

    def digest(self) -> int:
        """A 64-bit digest of the whole content; only what has changed is hashed again."""
        return self._digest.value(self._header())

    def full_digest(self) -> int:
        """The same digest computed from the content alone: the check of :meth:`digest`."""
        fresh = Digest()
        for kind, record in self._records():
            fresh.touch(kind, record)
        return fresh.value(self._header())

    def snapshot(self) -> bytes:
        """The whole content, as :meth:`restore` reads it; equal states give equal bytes."""
        return pack_snapshot(
            self.capacity_w,
            self.applied,
            [flat(record) for record in self.assets.values()],
            [flat(record) for record in self.transactions.values()],
            [flat(record) for record in self.id_tags.values()],
        )

    def restore(self, data: bytes) -> None:
        """Become what a snapshot says.

        Raises :class:`fsm.network.snapshot.SnapshotError` and changes nothing when it is damaged.
        """
        content = unpack_snapshot(data)
        self.capacity_w, self.applied = content.capacity_w, content.applied
        self.assets = {record.key: record for record in content.assets}
        self.transactions = {record.key: record for record in content.transactions}
        self.id_tags = {record.key: record for record in content.id_tags}
        opened = [record for record in content.transactions if record.is_open]
        self._open_by_cp = {record.cp_id: record.id for record in opened}
        self._open_by_tag = {record.id_tag: record.id for record in opened}
        self._digest = Digest()
        for kind, record in self._records():
            self._digest.touch(kind, record)

    # -- inside ------------------------------------------------------------------------------

    def _header(self) -> tuple[int, int]:
        return (self.capacity_w, self.applied)

    def _records(self) -> list[tuple[str, Record]]:
        found: list[tuple[str, Record]] = [("asset", record) for record in self.assets.values()]
        found += [("transaction", record) for record in self.transactions.values()]
        found += [("id_tag", record) for record in self.id_tags.values()]
        return found

    def _dispatch(self, operation: Operation) -> Result:
        handler = self._HANDLERS.get(operation.action)
        if handler is None:
            raise CallError(ErrorCode.NOT_SUPPORTED, f"no action {operation.action[:50]}")
        asset = self.assets.get(operation.cp_id)
        if asset is None and operation.action != Action.BOOT_NOTIFICATION:
            raise CallError(ErrorCode.SECURITY_ERROR, "BootNotification comes first")
        result = handler(self, operation, operation.payload)
        asset = self.assets[operation.cp_id]
        asset.last_seen_us = max(asset.last_seen_us, operation.at_us)
        self._digest.touch("asset", asset)
        return result

    def _share(self) -> None:
        """Move the limits towards the fair shares, as far as power is free."""
        served = [self.assets[cp_id] for cp_id in self._open_by_cp]
        for asset in redistribute(self.capacity_w, served):
            self._digest.touch("asset", asset)

    def _boot_notification(self, operation: Operation, payload: dict[str, Any]) -> Result:
        vendor = text(payload, "chargePointVendor", 20)
        model = text(payload, "chargePointModel", 20)
        rated_w = integer(payload, "ratedPower", 1, RATED_MAX_W)
        current = payload.get("current", "AC")
        if current not in ("AC", "DC"):
            raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "current is AC or DC")
        asset = self.assets.get(operation.cp_id)
        if asset is None:
            asset = self.assets[operation.cp_id] = Asset(operation.cp_id)
        asset.vendor, asset.model, asset.rated_w = vendor, model, rated_w
        asset.current = current
        asset.boot_us = max(asset.boot_us, operation.at_us)
        asset.boots += 1
        if operation.cp_id in self._open_by_cp:
            self._share()
        return {
            "status": "Accepted",
            "currentTime": operation.at_us,
            "interval": HEARTBEAT_INTERVAL_S,
        }

    def _heartbeat(self, operation: Operation, payload: dict[str, Any]) -> Result:
        return {"currentTime": operation.at_us}

    def _status_notification(self, operation: Operation, payload: dict[str, Any]) -> Result:
        integer(payload, "connectorId", 0, CONNECTOR_MAX)
        status = one_of(payload, "status", ConnectorStatus)
        error_code = one_of(payload, "errorCode", ChargePointError)
        asset = self.assets[operation.cp_id]
        asset.status, asset.error_code = status.value, error_code.value
        asset.status_us = operation.at_us
        return {}

    def _id_tag(self, name: str, at_us: int) -> IdTag:
        """The record of an id tag, made when it is seen for the first time."""
        record = self.id_tags.get(name)
        if record is None:
            record = self.id_tags[name] = IdTag(name, first_seen_us=at_us)
            self._digest.touch("id_tag", record)
        return record

    def _authorize(self, operation: Operation, payload: dict[str, Any]) -> Result:
        name = text(payload, "idTag", ID_TAG_MAX)
        return {"idTagInfo": {"status": self._id_tag(name, operation.at_us).status}}

    def _start_transaction(self, operation: Operation, payload: dict[str, Any]) -> Result:
        connector_id = integer(payload, "connectorId", 1, CONNECTOR_MAX)
        name = text(payload, "idTag", ID_TAG_MAX)
        meter_wh = integer(payload, "meterStart")
        start_us = integer(payload, "timestamp")
        status = self._id_tag(name, operation.at_us).status
        if operation.cp_id in self._open_by_cp or name in self._open_by_tag:
            status = AuthorizationStatus.CONCURRENT_TX.value
        if status != AuthorizationStatus.ACCEPTED:
            return {"transactionId": 0, "idTagInfo": {"status": status}}
        transaction = Transaction(
            id=len(self.transactions) + 1,
            cp_id=operation.cp_id,
            connector_id=connector_id,
            id_tag=name,
            start_us=start_us,
            meter_start_wh=meter_wh,
            meter_wh=meter_wh,
            meter_us=start_us,
        )
        self.transactions[transaction.id] = transaction
        self._open_by_cp[operation.cp_id] = transaction.id
        self._open_by_tag[name] = transaction.id
        self._read(operation.cp_id, start_us, meter_wh)
        self._digest.touch("transaction", transaction)
        self._share()
        return {"transactionId": transaction.id, "idTagInfo": {"status": status}}

    def _read(self, cp_id: str, at_us: int, meter_wh: int) -> bool:
        """Note a reading of the meter; False when the meter was seen higher before.

        The register says which reading is newer. Its time stamp does not: a wall clock that was set
        back stamps new readings with old times.
        """
        asset = self.assets[cp_id]
        if meter_wh < asset.meter_wh:
            asset.stale_readings += 1
            return False
        asset.meter_wh, asset.meter_us = meter_wh, max(asset.meter_us, at_us)
        return True

    def _meter_values(self, operation: Operation, payload: dict[str, Any]) -> Result:
        integer(payload, "connectorId", 0, CONNECTOR_MAX)
        transaction = self.open_transaction(operation.cp_id)
        wanted = integer(payload, "transactionId") if "transactionId" in payload else None
        readings = readings_wh(payload)
        if wanted is not None and (transaction is None or transaction.id != wanted):
            # OCPP 1.6, 5.14: it is answered all the same, or it would be sent for ever.
            self.assets[operation.cp_id].stale_readings += len(readings)
            return {}
        for at_us, meter_wh in readings:
            if not self._read(operation.cp_id, at_us, meter_wh):
                continue
            if wanted is not None and transaction is not None:
                transaction.meter_wh = max(transaction.meter_wh, meter_wh)
                transaction.meter_us = max(transaction.meter_us, at_us)
                self._digest.touch("transaction", transaction)
        return {}

    def _stop_transaction(self, operation: Operation, payload: dict[str, Any]) -> Result:
        transaction_id = integer(payload, "transactionId")
        meter_wh = integer(payload, "meterStop")
        stop_us = integer(payload, "timestamp")
        reason = one_of(payload, "reason", Reason, Reason.LOCAL)
        transaction = self.transactions.get(transaction_id)
        if transaction is None:
            # OCPP 1.6, 4.10: not refused, or it would be sent for ever.
            self.assets[operation.cp_id].stale_readings += 1
            return {}
        if transaction.cp_id != operation.cp_id:
            raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the transaction is another's")
        result: Result = {"idTagInfo": {"status": self.id_tags[transaction.id_tag].status}}
        if not transaction.is_open:
            return result
        self._read(operation.cp_id, stop_us, meter_wh)
        transaction.meter_wh = max(transaction.meter_wh, meter_wh)
        transaction.stop_us = transaction.meter_us = max(transaction.meter_us, stop_us)
        transaction.reason = reason.value
        del self._open_by_cp[transaction.cp_id]
        del self._open_by_tag[transaction.id_tag]
        # Its contactor is open: it draws nothing, whatever limit it has heard of.
        release(self.assets[transaction.cp_id])
        self._digest.touch("transaction", transaction)
        self._share()
        return result

    def _data_transfer(self, operation: Operation, payload: dict[str, Any]) -> Result:
        """The network's own messages; ``data`` is an object."""
        if text(payload, "vendorId", 255) != VENDOR_ID:
            return {"status": "UnknownVendorId"}
        message_id = payload.get("messageId")
        if message_id not in (LIMIT_APPLIED, SET_ID_TAG):
            return {"status": "UnknownMessageId"}
        data = payload.get("data")
        if type(data) is not dict:
            raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "data is not an object")
        if message_id == LIMIT_APPLIED:
            if confirm(self.assets[operation.cp_id], integer(data, "version")):
                self._share()
            return {"status": "Accepted"}
        name = text(data, "idTag", ID_TAG_MAX)
        status = one_of(data, "status", AuthorizationStatus)
        record = self._id_tag(name, operation.at_us)
        record.status = status.value
        self._digest.touch("id_tag", record)
        return {"status": "Accepted"}

    # Keyed by plain texts, so that a command's action is looked up as it came off the wire.
    _HANDLERS: ClassVar[
        dict[str, Callable[["NetworkState", Operation, dict[str, Any]], Result]]
    ] = {
        Action.BOOT_NOTIFICATION.value: _boot_notification,
        Action.HEARTBEAT.value: _heartbeat,
        Action.STATUS_NOTIFICATION.value: _status_notification,
        Action.AUTHORIZE.value: _authorize,
        Action.START_TRANSACTION.value: _start_transaction,
        Action.METER_VALUES.value: _meter_values,
        Action.STOP_TRANSACTION.value: _stop_transaction,
        Action.DATA_TRANSFER.value: _data_transfer,
    }
