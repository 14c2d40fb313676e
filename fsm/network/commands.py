"""What each OCPP call does to the network's tables.

A handler takes the draft of one command, the operation and its payload, and returns the payload of
the CALLRESULT; what is wrong with the payload it raises as :class:`fsm.ocpp.frames.CallError`, and
then the draft is dropped. Choices where OCPP 1.6 leaves one: :mod:`fsm.network.state`.
"""

from collections.abc import Callable
from typing import Any

from fsm.network.checks import integer, one_of, readings_wh, text
from fsm.network.limits import confirm, redistribute, release
from fsm.network.records import Asset, Transaction
from fsm.network.tables import Draft, Tables
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
from fsm.ocpp.frames import CallError, ErrorCode, Operation
from fsm.ocpp.status import ConnectorStatus

HEARTBEAT_INTERVAL_S = 60
"""The ``interval`` that a BootNotification is answered with."""

RATED_MAX_W = 10_000_000
CONNECTOR_MAX = 16
Result = dict[str, object]


def carry_out(tables: Tables, operation: Operation) -> tuple[Tables, Result]:
    """The tables after one command, and its CALLRESULT's payload. Raises :class:`CallError`."""
    handler = _HANDLERS.get(operation.action)
    if handler is None:
        raise CallError(ErrorCode.NOT_SUPPORTED, f"no action {operation.action[:50]}")
    if operation.cp_id not in tables.assets and operation.action != Action.BOOT_NOTIFICATION:
        raise CallError(ErrorCode.SECURITY_ERROR, "BootNotification comes first")
    draft = Draft(tables)
    result = handler(draft, operation, operation.payload)
    asset = draft.asset(operation.cp_id)
    draft.put_asset(asset._replace(last_seen_us=max(asset.last_seen_us, operation.at_us)))
    return draft.keep(), result


def _share(draft: Draft) -> None:
    """Move the limits towards the fair shares, as far as power is free."""
    for asset in redistribute(draft.tables.capacity_w, draft.served()).values():
        draft.put_asset(asset)


def _boot_notification(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    vendor = text(payload, "chargePointVendor", 20)
    model = text(payload, "chargePointModel", 20)
    rated_w = integer(payload, "ratedPower", 1, RATED_MAX_W)
    current = payload.get("current", "AC")
    if current not in ("AC", "DC"):
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "current is AC or DC")
    asset = draft.find_asset(operation.cp_id) or Asset(operation.cp_id)
    draft.put_asset(
        asset._replace(
            vendor=vendor,
            model=model,
            rated_w=rated_w,
            current=current,
            boot_us=max(asset.boot_us, operation.at_us),
            boots=asset.boots + 1,
        )
    )
    if draft.open_by_cp(operation.cp_id):
        _share(draft)
    return {
        "status": "Accepted",
        "currentTime": operation.at_us,
        "interval": HEARTBEAT_INTERVAL_S,
    }


def _heartbeat(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    return {"currentTime": operation.at_us}


def _status_notification(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    integer(payload, "connectorId", 0, CONNECTOR_MAX)
    status = one_of(payload, "status", ConnectorStatus)
    error_code = one_of(payload, "errorCode", ChargePointError)
    asset = draft.asset(operation.cp_id)
    draft.put_asset(
        asset._replace(status=status.value, error_code=error_code.value, status_us=operation.at_us)
    )
    return {}


def _authorize(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    name = text(payload, "idTag", ID_TAG_MAX)
    return {"idTagInfo": {"status": draft.id_tag(name, operation.at_us).status}}


def _start_transaction(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    connector_id = integer(payload, "connectorId", 1, CONNECTOR_MAX)
    name = text(payload, "idTag", ID_TAG_MAX)
    meter_wh = integer(payload, "meterStart")
    start_us = integer(payload, "timestamp")
    status = draft.id_tag(name, operation.at_us).status
    if draft.open_by_cp(operation.cp_id) or draft.open_by_tag(name):
        status = AuthorizationStatus.CONCURRENT_TX.value
    if status != AuthorizationStatus.ACCEPTED:
        return {"transactionId": 0, "idTagInfo": {"status": status}}
    transaction = Transaction(
        id=len(draft.tables.transactions) + 1,
        cp_id=operation.cp_id,
        connector_id=connector_id,
        id_tag=name,
        start_us=start_us,
        meter_start_wh=meter_wh,
        meter_wh=meter_wh,
        meter_us=start_us,
    )
    draft.open(transaction)
    _read(draft, operation.cp_id, start_us, meter_wh)
    _share(draft)
    return {"transactionId": transaction.id, "idTagInfo": {"status": status}}


def _read(draft: Draft, cp_id: str, at_us: int, meter_wh: int) -> bool:
    """Note a reading of the meter; False when the meter was seen higher before.

    The register says which reading is newer. Its time stamp does not: a wall clock that was set
    back stamps new readings with old times.
    """
    asset = draft.asset(cp_id)
    if meter_wh < asset.meter_wh:
        _note_stale(draft, cp_id, 1)
        return False
    draft.put_asset(asset._replace(meter_wh=meter_wh, meter_us=max(asset.meter_us, at_us)))
    return True


def _note_stale(draft: Draft, cp_id: str, readings: int) -> None:
    asset = draft.asset(cp_id)
    draft.put_asset(asset._replace(stale_readings=asset.stale_readings + readings))


def _meter_values(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    integer(payload, "connectorId", 0, CONNECTOR_MAX)
    transaction = draft.tables.open_transaction(operation.cp_id)
    wanted = integer(payload, "transactionId") if "transactionId" in payload else None
    readings = readings_wh(payload)
    if wanted is not None and (transaction is None or transaction.id != wanted):
        # OCPP 1.6, 5.14: it is answered all the same, or it would be sent for ever.
        _note_stale(draft, operation.cp_id, len(readings))
        return {}
    for at_us, meter_wh in readings:
        if not _read(draft, operation.cp_id, at_us, meter_wh):
            continue
        if wanted is not None and transaction is not None:
            transaction = transaction._replace(
                meter_wh=max(transaction.meter_wh, meter_wh),
                meter_us=max(transaction.meter_us, at_us),
            )
            draft.put_transaction(transaction)
    return {}


def _stop_transaction(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    transaction_id = integer(payload, "transactionId")
    meter_wh = integer(payload, "meterStop")
    stop_us = integer(payload, "timestamp")
    reason = one_of(payload, "reason", Reason, Reason.LOCAL)
    transaction = draft.transaction(transaction_id)
    if transaction is None:
        # OCPP 1.6, 4.10: not refused, or it would be sent for ever.
        _note_stale(draft, operation.cp_id, 1)
        return {}
    if transaction.cp_id != operation.cp_id:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the transaction is another's")
    status = draft.tables.id_tags[transaction.id_tag].status
    result: Result = {"idTagInfo": {"status": status}}
    if not transaction.is_open:
        return result
    _read(draft, operation.cp_id, stop_us, meter_wh)
    end_us = max(transaction.meter_us, stop_us)
    draft.close(
        transaction._replace(
            meter_wh=max(transaction.meter_wh, meter_wh),
            stop_us=end_us,
            meter_us=end_us,
            reason=reason.value,
        )
    )
    # Its contactor is open: it draws nothing, whatever limit it has heard of.
    draft.put_asset(release(draft.asset(transaction.cp_id)))
    _share(draft)
    return result


def _data_transfer(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
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
        confirmed = confirm(draft.asset(operation.cp_id), integer(data, "version"))
        if confirmed is not None:
            draft.put_asset(confirmed)
            _share(draft)
        return {"status": "Accepted"}
    name = text(data, "idTag", ID_TAG_MAX)
    status = one_of(data, "status", AuthorizationStatus)
    draft.put_id_tag(draft.id_tag(name, operation.at_us)._replace(status=status.value))
    return {"status": "Accepted"}


Handler = Callable[[Draft, Operation, dict[str, Any]], Result]

# Keyed by plain texts, so that a command's action is looked up as it came off the wire.
_HANDLERS: dict[str, Handler] = {
    Action.BOOT_NOTIFICATION.value: _boot_notification,
    Action.HEARTBEAT.value: _heartbeat,
    Action.STATUS_NOTIFICATION.value: _status_notification,
    Action.AUTHORIZE.value: _authorize,
    Action.START_TRANSACTION.value: _start_transaction,
    Action.METER_VALUES.value: _meter_values,
    Action.STOP_TRANSACTION.value: _stop_transaction,
    Action.DATA_TRANSFER.value: _data_transfer,
}
