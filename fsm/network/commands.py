"""What each OCPP call does to the network's tables.

Handlers stand by their subjects: :mod:`fsm.network.assets`, :mod:`fsm.network.transactions`,
:mod:`fsm.network.reservations`, :mod:`fsm.network.charging`, :mod:`fsm.network.transfers`. Choices
where OCPP 1.6 leaves one: :mod:`fsm.network.state`.
"""

from fsm.network import assets, charging, reservations, transactions
from fsm.network.grants import heard
from fsm.network.handler import Handler, Result
from fsm.network.tables import Draft, Tables
from fsm.network.transfers import data_transfer
from fsm.ocpp.actions import Action
from fsm.ocpp.frames import CallError, ErrorCode, Operation

# Keyed by plain texts, so that a command's action is looked up as it came off the wire.
_HANDLERS: dict[str, Handler] = {
    **assets.HANDLERS,
    **transactions.HANDLERS,
    **reservations.HANDLERS,
    **charging.HANDLERS,
    Action.DATA_TRANSFER.value: data_transfer,
}


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
    draft.put(asset._replace(last_seen_us=max(asset.last_seen_us, operation.at_us)))
    heard(draft, operation.cp_id)
    return draft.keep(), result
