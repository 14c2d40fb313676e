"""Commands about the charge points themselves: boot, heartbeat, status."""

from typing import Any

from fsm.network.checks import integer, one_of, text
from fsm.network.evidence import register
from fsm.network.handler import CONNECTOR_MAX, HEARTBEAT_INTERVAL_S, Handler, Result
from fsm.network.holding import note_place
from fsm.network.limits import share
from fsm.network.losing import note_status
from fsm.network.records import Asset, Prices
from fsm.network.tables import Draft
from fsm.network.tariff import read_tariff, tariff_text
from fsm.ocpp.actions import Action, ChargePointError
from fsm.ocpp.frames import CallError, ErrorCode, Operation
from fsm.ocpp.status import ConnectorStatus

REJECTED_S = 600
"""The ``interval`` after which a rejected charge point may ask again."""

RATED_MAX_W = 10_000_000


def _boot_notification(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    vendor = text(payload, "chargePointVendor", 20)
    model = text(payload, "chargePointModel", 20)
    rated_w = integer(payload, "ratedPower", 1, RATED_MAX_W)
    current = payload.get("current", "AC")
    if current not in ("AC", "DC"):
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "current is AC or DC")
    if not register(draft, operation, payload):
        # Whoever changes the meter's key would sign whatever it likes from then on.
        return {"status": "Rejected", "currentTime": operation.at_us, "interval": REJECTED_S}
    prices = Prices(operation.cp_id, "")
    if "tariff" in payload:
        prices = prices._replace(tariff=tariff_text(read_tariff(payload["tariff"])))
    if prices.tariff or draft.find(Prices, operation.cp_id) is not None:
        draft.put(prices)
    asset = draft.find(Asset, operation.cp_id) or Asset(operation.cp_id)
    draft.put(
        asset._replace(
            vendor=vendor,
            model=model,
            rated_w=rated_w,
            current=current,
            boot_us=max(asset.boot_us, operation.at_us),
            boots=asset.boots + 1,
        )
    )
    note_place(draft, operation.cp_id, payload)
    if draft.open_by_cp(operation.cp_id):
        share(draft)
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
    draft.put(
        asset._replace(status=status.value, error_code=error_code.value, status_us=operation.at_us)
    )
    note_status(draft, operation.cp_id, status, operation.at_us)
    return {}


HANDLERS: dict[str, Handler] = {
    Action.BOOT_NOTIFICATION.value: _boot_notification,
    Action.HEARTBEAT.value: _heartbeat,
    Action.STATUS_NOTIFICATION.value: _status_notification,
}
"""By action."""
