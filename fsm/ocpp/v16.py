"""OCPP 1.6 at the edge: the network's CALLs and CALLRESULTs as the standard's payloads, and back.

The commands of the log are OCPP 1.6 in all but three things: times are integers, ``data`` of a
DataTransfer is an object, and there are more keys than the standard has. :func:`call` returns what
stands beside the CALL as a second payload, for a DataTransfer whose ``messageId`` is the action.
"""

from json import dumps, loads
from typing import Any, Final

from fsm.ocpp import profiles_outside
from fsm.ocpp.actions import VENDOR_ID
from fsm.ocpp.frames import CallError, ErrorCode
from fsm.ocpp.outside import Payload, split, time_in, time_out
from fsm.ocpp.profiles.model import Version

DATA_TRANSFER: Final = "DataTransfer"

_TIMES: Final = frozenset(("timestamp", "currentTime", "expiryDate"))
"""Keys whose integers are times."""

_CALLS: Final[dict[str, frozenset[str]]] = {
    action: frozenset(keys.split())
    for action, keys in {
        "Authorize": "idTag",
        "BootNotification": "chargePointVendor chargePointModel chargePointSerialNumber "
        "chargeBoxSerialNumber firmwareVersion iccid imsi meterSerialNumber meterType",
        "CancelReservation": "reservationId",
        "ChangeAvailability": "connectorId type",
        "ClearChargingProfile": "id connectorId chargingProfilePurpose stackLevel",
        "DataTransfer": "vendorId messageId data",
        "GetCompositeSchedule": "connectorId duration chargingRateUnit",
        "Heartbeat": "",
        "MeterValues": "connectorId transactionId meterValue",
        "RemoteStartTransaction": "connectorId idTag chargingProfile",
        "RemoteStopTransaction": "transactionId",
        "ReserveNow": "connectorId expiryDate idTag parentIdTag reservationId",
        "Reset": "type",
        "SetChargingProfile": "connectorId csChargingProfiles",
        "StartTransaction": "connectorId idTag meterStart reservationId timestamp",
        "StatusNotification": "connectorId errorCode info status timestamp vendorId "
        "vendorErrorCode",
        "StopTransaction": "idTag meterStop timestamp transactionId reason transactionData",
    }.items()
}
"""What the standard knows of each CALL."""

_RESULTS: Final[dict[str, frozenset[str]]] = {
    action: frozenset(keys.split())
    for action, keys in {
        "Authorize": "idTagInfo",
        "BootNotification": "currentTime interval status",
        "DataTransfer": "status data",
        "GetCompositeSchedule": "status connectorId scheduleStart chargingSchedule",
        "Heartbeat": "currentTime",
        "MeterValues": "",
        "StartTransaction": "idTagInfo transactionId",
        "StatusNotification": "",
        "StopTransaction": "idTagInfo",
    }.items()
}
"""The same of each CALLRESULT; the others have a ``status`` only."""

_STATUS: Final = frozenset(("status",))


def transfer(message_id: str, data: object) -> Payload:
    """A DataTransfer of the network's own; ``data`` is a text in 1.6 (6.15)."""
    return {"vendorId": VENDOR_ID, "messageId": message_id, "data": _text(data)}


def call(action: str, payload: Payload, start_us: int) -> tuple[str, Payload, Payload | None]:
    """A CALL of the log: the standard's action and payload, and a DataTransfer beside it."""
    if action == "SetChargingProfile":
        payload = profiles_outside.set_profile(Version.V16, payload, start_us)
    elif action == "ClearChargingProfile":
        payload = profiles_outside.clear_profile(Version.V16, payload)
    elif action not in _CALLS:
        return DATA_TRANSFER, transfer(action, _outside(payload, start_us)), None
    known, rest = split(payload, _CALLS[action])
    beside = transfer(action, _outside(rest, start_us)) if rest else None
    return action, _outside(known, start_us), beside


def result(action: str, payload: Payload, start_us: int) -> Payload:
    """A CALLRESULT of the log. What 1.6 has no CALL for was a DataTransfer, and is answered so."""
    if action == "GetCompositeSchedule":
        payload = profiles_outside.composite(Version.V16, payload, start_us)
    elif action not in _CALLS:
        status = payload.get("status", "Accepted")
        rest = {key: value for key, value in payload.items() if key != "status"}
        word = "Accepted" if status in ("Accepted", "Processing") else "Rejected"
        return {"status": word, **({"data": _text(_outside(rest, start_us))} if rest else {})}
    found: Payload = _outside(split(payload, _RESULTS.get(action, _STATUS))[0], start_us)
    info = found.get("idTagInfo")
    if type(info) is dict and info.get("status") == "NoCredit":
        # 1.6 has no word for it (7.2); 2.0.1 does.
        found = {**found, "idTagInfo": {**info, "status": "Blocked"}}
    return found


def error(code: str) -> str:
    """The name of an error code."""
    return ErrorCode(code).value


def command(action: str, payload: Payload, start_us: int) -> Payload:
    """A CALL from outside as the log has it, for a charge point or a CSMS that speaks 1.6.

    Raises:
        CallError: a time, a profile or the data of a DataTransfer of ours cannot be read, or the
            network has no such action.

    """
    if action == "SetChargingProfile":
        return profiles_outside.read_set(Version.V16, payload, start_us)
    if action == "ClearChargingProfile":
        return profiles_outside.read_clear(Version.V16, payload)
    if action == "GetCompositeSchedule":
        return profiles_outside.read_composite(Version.V16, payload)
    if action not in _CALLS:
        raise CallError(ErrorCode.NOT_IMPLEMENTED, f"no action {action[:50]}")
    inside: Payload = _inside(payload, start_us)
    if action == DATA_TRANSFER and payload.get("vendorId") == VENDOR_ID:
        try:
            inside["data"] = loads(payload.get("data", "{}"))
        except (ValueError, TypeError, RecursionError):
            raise CallError(ErrorCode.FORMATION_VIOLATION, "data is not JSON") from None
    return inside


def _text(value: object) -> str:
    return value if type(value) is str else dumps(value, separators=(",", ":"))


def _outside(value: Any, start_us: int, key: str = "") -> Any:
    if type(value) is int and key in _TIMES:
        return time_out(value, start_us)
    if key == "data":
        return _text(value)
    if type(value) is dict:
        return {name: _outside(item, start_us, name) for name, item in value.items()}
    if type(value) is list:
        return [_outside(item, start_us) for item in value]
    return value


def _inside(value: Any, start_us: int, key: str = "") -> Any:
    if key in _TIMES:
        return time_in(value, start_us)
    if type(value) is dict:
        return {name: _inside(item, start_us, name) for name, item in value.items()}
    if type(value) is list:
        return [_inside(item, start_us) for item in value]
    return value
