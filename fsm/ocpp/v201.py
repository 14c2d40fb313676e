"""OCPP 2.0.1 at the edge: the network's CALLs and CALLRESULTs as the standard's payloads.

Pure functions, one for each payload. What they cannot know from one command alone (the id that the
charge point gave a transaction, ``seqNo``, the charging state) is told them by
:mod:`fsm.ocpp.dialogue201`, which follows one charge point. What the standard has no place for
stands in ``customData`` (part 2, 1.5).
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Final

from fsm.ocpp import profiles_outside
from fsm.ocpp.actions import VENDOR_ID
from fsm.ocpp.outside import Payload, split, time_out
from fsm.ocpp.profiles.model import Version
from fsm.ocpp.status import ConnectorStatus, status_201

EMAID: Final = "eMAID"
ID_TOKEN_TYPE: Final = "ISO14443"  # noqa: S105 - an id tag is a card of this standard
"""IdTokenEnumType of the id tags of 1.6."""

STOPPED: Final[dict[str, tuple[str, str]]] = {
    "DeAuthorized": ("DeAuthorized", "Deauthorized"),
    "EmergencyStop": ("EmergencyStop", "AbnormalCondition"),
    "EVDisconnected": ("EVDisconnected", "EVDeparted"),
    "HardReset": ("ImmediateReset", "ResetCommand"),
    "Local": ("Local", "StopAuthorized"),
    "Other": ("Other", "AbnormalCondition"),
    "PowerLoss": ("PowerLoss", "AbnormalCondition"),
    "Reboot": ("Reboot", "ResetCommand"),
    "Remote": ("Remote", "RemoteStop"),
    "SoftReset": ("ImmediateReset", "ResetCommand"),
    "UnlockCommand": ("Other", "UnlockCommand"),
}
"""1.6's reason of a stop → ReasonEnumType and TriggerReasonEnumType."""

_ERRORS: Final = {
    "FormationViolation": "FormatViolation",
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
}
"""Error codes that 2.0.1 spells otherwise (OCPP-J 2.0.1, 4.3)."""

_REGISTER: Final = "Energy.Active.Import.Register"


def custom(rest: Payload) -> Payload:
    """``customData`` with ``rest``; nothing where there is none."""
    return {"customData": {"vendorId": VENDOR_ID, **rest}} if rest else {}


def token(id_tag: str, kind: str = ID_TOKEN_TYPE) -> Payload:
    """An id tag, or a contract's eMAID, as IdTokenType."""
    return {"idToken": id_tag, "type": kind}


def error(code: str) -> str:
    """The name of an error code."""
    return _ERRORS.get(code, code)


# --- CALLs of a charge point -------------------------------------------------------------------


def boot_notification(payload: Payload, reason: str) -> Payload:
    """BootNotification; ``reason`` is PowerUp or RemoteReset."""
    known, rest = split(payload, ("chargePointVendor", "chargePointModel"))
    station = {"vendorName": known["chargePointVendor"], "model": known["chargePointModel"]}
    return {"reason": reason, "chargingStation": station, **custom(rest)}


def status_notification(payload: Payload, start_us: int) -> Payload:
    """StatusNotification; an error code of 1.6 stands in ``customData``."""
    known, rest = split(payload, ("connectorId", "status", "timestamp"))
    if rest.get("errorCode") == "NoError":
        del rest["errorCode"]
    return {
        "timestamp": time_out(known["timestamp"], start_us),
        "connectorStatus": status_201(ConnectorStatus(known["status"])),
        "evseId": known["connectorId"],
        "connectorId": 1 if known["connectorId"] else 0,
        **custom(rest),
    }


def authorize(payload: Payload, start_us: int) -> Payload:
    """Authorize; what is asked with the hashes of a contract certificate is an eMAID (C07)."""
    known, rest = split(payload, ("idTag", "iso15118CertificateHashData"))
    id_tag = known.pop("idTag")
    return {"idToken": token(id_tag, EMAID if known else ID_TOKEN_TYPE), **known, **custom(rest)}


def transaction_event(
    event: str, *, at: str, seq_no: int, trigger: str, info: Payload, more: Payload
) -> Payload:
    """TransactionEvent; ``info`` is the transactionInfo, ``more`` the optional fields."""
    return {
        "eventType": event,
        "timestamp": at,
        "triggerReason": trigger,
        "seqNo": seq_no,
        "transactionInfo": info,
        **more,
    }


def register(value_wh: int, at: str, context: str) -> list[Payload]:
    """One reading of the energy register as ``meterValue``."""
    return [{"timestamp": at, "sampledValue": [_sample(value_wh, context)]}]


def stop_register(value_wh: int, at: str, receipts: list[Payload], key: str) -> list[Payload]:
    """The last reading of the register, with the meter's receipt where it has signed one.

    ``key`` is the meter's public key in hexadecimal. The receipt is a text of its own format
    (OCMF), so nothing is to be encoded before it is signed.
    """
    values = register(value_wh, at, "Transaction.End")
    for receipt in receipts:
        values[0]["sampledValue"][0]["signedMeterValue"] = {
            "signedMeterData": b64encode(receipt["value"].encode()).decode(),
            "signingMethod": "Ed25519",
            "encodingMethod": "OCMF",
            "publicKey": b64encode(bytes.fromhex(key)).decode(),
        }
    return values


def _sample(value_wh: int, context: str) -> Payload:
    return {
        "value": value_wh,
        "context": context,
        "measurand": _REGISTER,
        "unitOfMeasure": {"unit": "Wh"},
    }


def meter_value(payload: Payload, start_us: int) -> list[Payload]:
    """The ``meterValue`` of a MeterValues: numbers, where 1.6 has texts."""
    return [
        {
            "timestamp": time_out(entry["timestamp"], start_us),
            "sampledValue": [_sampled(sample) for sample in entry["sampledValue"]],
        }
        for entry in payload["meterValue"]
    ]


def _sampled(sample: Payload) -> Payload:
    known, rest = split(sample, ("value", "context", "measurand", "unit", "phase", "location"))
    unit = known.pop("unit", "Wh")
    return {
        "context": "Sample.Periodic",
        "measurand": _REGISTER,
        **known,
        "value": int(known["value"]),
        "unitOfMeasure": {"unit": unit},
        **custom(rest),
    }


def meter_values(payload: Payload, start_us: int) -> Payload:
    """MeterValues: readings that belong to no transaction."""
    return {"evseId": payload["connectorId"], "meterValue": meter_value(payload, start_us)}


def reservation_status_update(payload: Payload, start_us: int) -> Payload:
    """ReservationStatusUpdate."""
    known, rest = split(payload, ("reservationId", "reservationUpdateStatus"))
    return {**known, **custom(rest)}


def charging_needs(payload: Payload, start_us: int) -> Payload:
    """NotifyEVChargingNeeds: amperes and volts are whole numbers of each phase."""
    ac = payload["requestedEnergyTransfer"] != "DC"
    keys = ["energyAmount", "evMaxCurrent", "evMaxVoltage"]
    keys += ["evMinCurrent"] if ac else ["evMaxPower", "stateOfCharge"]
    parameters = {key: payload[key] for key in keys if key in payload}
    needs: Payload = {
        "requestedEnergyTransfer": payload["requestedEnergyTransfer"],
        "acChargingParameters" if ac else "dcChargingParameters": parameters,
    }
    if "departureTime" in payload:
        needs["departureTime"] = time_out(payload["departureTime"], start_us)
    return {"evseId": payload["evseId"], "chargingNeeds": needs}


def charging_schedule(payload: Payload, start_us: int) -> Payload:
    """NotifyEVChargingSchedule: the EV's own profile, in W from ``timeBase`` on."""
    base = time_out(payload["timeBase"], start_us)
    periods = [{"startPeriod": at_s, "limit": limit_w} for at_s, limit_w in payload["periods"]]
    schedule = {"id": 1, "startSchedule": base, "chargingRateUnit": "W",
                "chargingSchedulePeriod": periods}  # fmt: skip
    return {"timeBase": base, "evseId": payload["evseId"], "chargingSchedule": schedule}


def data_transfer(payload: Payload, start_us: int) -> Payload:
    """DataTransfer: ``data`` may be an object here."""
    return split(payload, ("vendorId", "messageId", "data"))[0]


# --- CALLs of the CSMS -------------------------------------------------------------------------


def reserve_now(payload: Payload, start_us: int) -> Payload:
    """ReserveNow; connector 0 is any."""
    keys = ("connectorId", "expiryDate", "idTag", "reservationId", "chargePoint")
    known, rest = split(payload, keys)
    return {
        "id": known["reservationId"],
        "expiryDateTime": time_out(known["expiryDate"], start_us),
        "idToken": token(known["idTag"]),
        **({"evseId": known["connectorId"]} if known["connectorId"] else {}),
        **custom(rest),
    }


def cancel_reservation(payload: Payload, start_us: int) -> Payload:
    """CancelReservation."""
    known, rest = split(payload, ("reservationId",))
    return {**known, **custom(rest)}


def request_start(payload: Payload, remote_start_id: int) -> Payload:
    """RequestStartTransaction."""
    known, rest = split(payload, ("connectorId", "idTag"))
    evse = {"evseId": known["connectorId"]} if known.get("connectorId") else {}
    id_token = token(known["idTag"])
    return {**evse, "remoteStartId": remote_start_id, "idToken": id_token, **custom(rest)}


def change_availability(payload: Payload, start_us: int) -> Payload:
    """ChangeAvailability; without ``evse`` it is the whole charging station."""
    number = payload["connectorId"]
    evse = {"evse": {"id": number}} if number else {}
    return {"operationalStatus": payload["type"], **evse}


def reset(payload: Payload, start_us: int) -> Payload:
    """Reset. Both kinds end what runs, so both are Immediate; which it was is told beside it."""
    return {"type": "Immediate", **custom({"type": payload["type"]})}


def composite_question(payload: Payload, start_us: int) -> Payload:
    """GetCompositeSchedule."""
    known, rest = split(payload, ("connectorId", "duration", "chargingRateUnit"))
    evse = {"evseId": known.pop("connectorId")}
    return {**evse, **known, **custom(rest)}


def clear_profile(payload: Payload, start_us: int) -> Payload:
    """ClearChargingProfile."""
    return profiles_outside.clear_profile(Version.V201, payload)


def heartbeat(payload: Payload, start_us: int) -> Payload:
    """Heartbeat."""
    return custom(payload)


CALLS: Final[dict[str, tuple[str, Callable[[Payload, int], Payload]]]] = {
    "Authorize": ("Authorize", authorize),
    "CancelReservation": ("CancelReservation", cancel_reservation),
    "ChangeAvailability": ("ChangeAvailability", change_availability),
    "ClearChargingProfile": ("ClearChargingProfile", clear_profile),
    "DataTransfer": ("DataTransfer", data_transfer),
    "GetCompositeSchedule": ("GetCompositeSchedule", composite_question),
    "Heartbeat": ("Heartbeat", heartbeat),
    "NotifyEVChargingNeeds": ("NotifyEVChargingNeeds", charging_needs),
    "NotifyEVChargingSchedule": ("NotifyEVChargingSchedule", charging_schedule),
    "ReservationStatusUpdate": ("ReservationStatusUpdate", reservation_status_update),
    "ReserveNow": ("ReserveNow", reserve_now),
    "Reset": ("Reset", reset),
}
"""CALLs that one payload of the log says all about: the action, and what writes the payload."""


# --- CALLRESULTs -------------------------------------------------------------------------------


def _token_info(info: Payload, start_us: int) -> Payload:
    """IdTagInfo as IdTokenInfo."""
    known, _ = split(info, ("status",))
    if "expiryDate" in info:
        known["cacheExpiryDateTime"] = time_out(info["expiryDate"], start_us)
    return known


def result(action: str, payload: Payload, start_us: int) -> Payload:
    """The answer to a CALL of the log under its name there, as 2.0.1 has it."""
    if action == "GetCompositeSchedule":
        return profiles_outside.composite(Version.V201, payload, start_us)
    if action in ("BootNotification", "Heartbeat"):
        known, rest = split(payload, ("currentTime", "interval", "status"))
        known["currentTime"] = time_out(known["currentTime"], start_us)
        return {**known, **custom(rest)}
    if action in ("Authorize", "StartTransaction", "StopTransaction"):
        asked = action == "Authorize"
        keys = ("idTagInfo", "certificateStatus") if asked else ("idTagInfo",)
        known, rest = split(payload, keys)
        rest.pop("transactionId", None)  # the charge point has given it another id
        if "idTagInfo" in known:
            known["idTokenInfo"] = _token_info(known.pop("idTagInfo"), start_us)
        return {**known, **custom(rest)}
    known, rest = split(payload, ("status", "data") if action == "DataTransfer" else ("status",))
    return {**known, **custom(rest)}
