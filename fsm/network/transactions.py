"""Commands of charging transactions: who may charge, start, meter, stop."""

from typing import Any

from fsm.network import bills, evidence
from fsm.network.authorization import authorize, presented, tag_info
from fsm.network.charging import end_profiles
from fsm.network.checks import integer, one_of, readings_wh, text
from fsm.network.handler import CONNECTOR_MAX, Handler, Result
from fsm.network.holding import begin_stay, is_kept_from
from fsm.network.limits import release, share
from fsm.network.records import Transaction
from fsm.network.tables import Draft
from fsm.ocpp.actions import ID_TAG_MAX, Action, AuthorizationStatus, Reason
from fsm.ocpp.frames import CallError, ErrorCode, Operation


def _start_transaction(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    connector_id = integer(payload, "connectorId", 1, CONNECTOR_MAX)
    name = text(payload, "idTag", ID_TAG_MAX)
    meter_wh = integer(payload, "meterStart")
    start_us = integer(payload, "timestamp")
    flexible_w = integer(payload, "flexiblePower") if "flexiblePower" in payload else 0
    status = presented(draft, name, operation, payload)
    if draft.open_by_cp(operation.cp_id) or draft.open_by_tag(name):
        status = AuthorizationStatus.CONCURRENT_TX.value
    elif is_kept_from(draft, operation.cp_id, name, payload, start_us):
        status = AuthorizationStatus.BLOCKED.value
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
    draft.put(transaction)
    begin_stay(draft, transaction)
    evidence.begin(draft, transaction, payload)
    bills.begin(draft, transaction, flexible_w, operation.at_us)
    _read(draft, operation.cp_id, start_us, meter_wh)
    share(draft)
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
    draft.put(asset._replace(meter_wh=meter_wh, meter_us=max(asset.meter_us, at_us)))
    return True


def _note_stale(draft: Draft, cp_id: str, readings: int) -> None:
    asset = draft.asset(cp_id)
    draft.put(asset._replace(stale_readings=asset.stale_readings + readings))


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
            draft.put(transaction)
            bills.run_on(draft, transaction, operation.at_us)
    return {}


def _stop_transaction(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    transaction_id = integer(payload, "transactionId")
    meter_wh = integer(payload, "meterStop")
    stop_us = integer(payload, "timestamp")
    reason = one_of(payload, "reason", Reason, Reason.LOCAL)
    transaction = draft.find(Transaction, transaction_id)
    if transaction is None:
        # OCPP 1.6, 4.10: not refused, or it would be sent for ever.
        _note_stale(draft, operation.cp_id, 1)
        return {}
    if transaction.cp_id != operation.cp_id:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the transaction is another's")
    tag = draft.tables.id_tags[transaction.id_tag]
    result: Result = {"idTagInfo": tag_info(tag, operation.at_us)}
    if not transaction.is_open:
        return result | bills.cost(draft, transaction_id)
    if evidence.close(draft, transaction, payload, meter_wh):
        _read(draft, operation.cp_id, stop_us, meter_wh)
    else:
        meter_wh = transaction.meter_wh
    end_us = max(transaction.meter_us, stop_us)
    transaction = transaction._replace(
        meter_wh=max(transaction.meter_wh, meter_wh),
        stop_us=end_us,
        meter_us=end_us,
        reason=reason.value,
    )
    draft.put(transaction)
    bills.close(draft, transaction, operation.at_us)
    # Its contactor is open: it draws nothing, whatever limit it has heard of.
    draft.put(release(draft.asset(transaction.cp_id)))
    end_profiles(draft, transaction)
    share(draft)
    return result | bills.cost(draft, transaction_id)


HANDLERS: dict[str, Handler] = {
    Action.AUTHORIZE.value: authorize,
    Action.START_TRANSACTION.value: _start_transaction,
    Action.METER_VALUES.value: _meter_values,
    Action.STOP_TRANSACTION.value: _stop_transaction,
}
"""By action."""
