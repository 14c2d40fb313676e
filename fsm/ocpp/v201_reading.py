"""OCPP 2.0.1 from outside: payloads of a charge point or a CSMS as the log has them."""

from collections.abc import Callable
from typing import Final

from fsm.ocpp import profiles_outside
from fsm.ocpp.actions import VENDOR_ID
from fsm.ocpp.frames import CallError, ErrorCode
from fsm.ocpp.outside import Payload, time_in
from fsm.ocpp.profiles.model import Version
from fsm.ocpp.v201 import data_transfer


def command(action: str, payload: Payload, start_us: int) -> tuple[str, Payload]:
    """A CALL from outside as the log has it: action and payload.

    Transactions are the dialogue's business: TransactionEvent is not read here, for the number of
    a transaction is known to who follows the charge point.

    Raises:
        CallError: a field cannot be read, or there is nothing in the log for this action.

    """
    reader = _READERS.get(action)
    if reader is None:
        raise CallError(ErrorCode.NOT_IMPLEMENTED, f"no action {action[:50]}")
    try:
        found = reader(payload, start_us)
    except (KeyError, TypeError, AttributeError):
        raise CallError(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "a field is missing") from None
    return found


def _rest(payload: Payload) -> Payload:
    """What ``customData`` of ours says beside the standard's fields."""
    found = payload.get("customData", {})
    if found.get("vendorId") != VENDOR_ID:
        return {}
    return {key: value for key, value in found.items() if key != "vendorId"}


def _read_boot(payload: Payload, start_us: int) -> tuple[str, Payload]:
    station = payload["chargingStation"]
    names = {"chargePointVendor": station["vendorName"], "chargePointModel": station["model"]}
    return "BootNotification", {**names, **_rest(payload)}


_FROM_201: Final = {"Occupied": "Preparing"}


def _read_status(payload: Payload, start_us: int) -> tuple[str, Payload]:
    word = payload["connectorStatus"]
    return "StatusNotification", {
        "connectorId": payload["evseId"],
        "errorCode": "NoError",
        **_rest(payload),
        "status": _FROM_201.get(word, word),
        "timestamp": time_in(payload["timestamp"], start_us),
    }


def _read_reserve(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "ReserveNow", {
        "connectorId": payload.get("evseId", 0),
        "expiryDate": time_in(payload["expiryDateTime"], start_us),
        "idTag": payload["idToken"]["idToken"],
        "reservationId": payload["id"],
        **_rest(payload),
    }


def _read_start(payload: Payload, start_us: int) -> tuple[str, Payload]:
    known = {"connectorId": payload.get("evseId", 1), "idTag": payload["idToken"]["idToken"]}
    return "RemoteStartTransaction", known


def _read_available(payload: Payload, start_us: int) -> tuple[str, Payload]:
    number = payload.get("evse", {}).get("id", 0)
    return "ChangeAvailability", {"connectorId": number, "type": payload["operationalStatus"]}


def _read_data(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "DataTransfer", data_transfer(payload, start_us)


def _read_authorize(payload: Payload, start_us: int) -> tuple[str, Payload]:
    certificate = {key: payload[key] for key in ("iso15118CertificateHashData",) if key in payload}
    return "Authorize", {"idTag": payload["idToken"]["idToken"], **certificate, **_rest(payload)}


def _read_cancel(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "CancelReservation", {"reservationId": payload["reservationId"], **_rest(payload)}


def _read_heartbeat(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "Heartbeat", {}


def _read_update(payload: Payload, start_us: int) -> tuple[str, Payload]:
    keys = ("reservationId", "reservationUpdateStatus")
    return "ReservationStatusUpdate", {key: payload[key] for key in keys}


def _read_reset(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "Reset", {"type": _rest(payload).get("type", "Hard")}


def _read_set(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "SetChargingProfile", profiles_outside.read_set(Version.V201, payload, start_us)


def _read_clear(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "ClearChargingProfile", profiles_outside.read_clear(Version.V201, payload)


def _read_composite(payload: Payload, start_us: int) -> tuple[str, Payload]:
    return "GetCompositeSchedule", profiles_outside.read_composite(Version.V201, payload)


_READERS: Final[dict[str, Callable[[Payload, int], tuple[str, Payload]]]] = {
    "Authorize": _read_authorize,
    "BootNotification": _read_boot,
    "CancelReservation": _read_cancel,
    "ChangeAvailability": _read_available,
    "ClearChargingProfile": _read_clear,
    "DataTransfer": _read_data,
    "GetCompositeSchedule": _read_composite,
    "Heartbeat": _read_heartbeat,
    "RequestStartTransaction": _read_start,
    "ReservationStatusUpdate": _read_update,
    "ReserveNow": _read_reserve,
    "Reset": _read_reset,
    "SetChargingProfile": _read_set,
    "StatusNotification": _read_status,
}
