"""DataTransfer: the network's own messages, for which OCPP has none.

``vendorId`` is :data:`fsm.ocpp.actions.VENDOR_ID`, ``data`` is an object here; a handler gets it
instead of the whole payload.
"""

from typing import Any

from fsm.network import (
    authorization,
    grants,
    instructions,
    monitoring,
    payments,
    plans,
    reservations,
)
from fsm.network.checks import integer, text
from fsm.network.handler import Handler, Result
from fsm.network.limits import confirm, share
from fsm.network.tables import Draft
from fsm.ocpp.actions import LIMIT_APPLIED, VENDOR_ID
from fsm.ocpp.frames import CallError, ErrorCode, Operation


def data_transfer(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    """Pass ``data`` on to the handler of its ``messageId``."""
    if text(payload, "vendorId", 255) != VENDOR_ID:
        return {"status": "UnknownVendorId"}
    message_id = payload.get("messageId")
    handler = TRANSFERS.get(message_id) if type(message_id) is str else None
    if handler is None:
        return {"status": "UnknownMessageId"}
    data = payload.get("data")
    if type(data) is not dict:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "data is not an object")
    return handler(draft, operation, data)


def _limit_applied(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    confirmed = confirm(draft.asset(operation.cp_id), integer(data, "version"))
    if confirmed is not None:
        draft.put(confirmed)
        share(draft)
    return {"status": "Accepted"}


TRANSFERS: dict[str, Handler] = {
    LIMIT_APPLIED: _limit_applied,
    **grants.TRANSFERS,
    **instructions.TRANSFERS,
    **monitoring.TRANSFERS,
    **reservations.TRANSFERS,
    **authorization.TRANSFERS,
    **payments.TRANSFERS,
    **plans.TRANSFERS,
}
"""By ``messageId``."""
