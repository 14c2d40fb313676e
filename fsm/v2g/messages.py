"""The messages of ISO 15118-2, as flat msgpack lists ``[tag, field, …]``.

Names of messages, fields and values are the standard's, fields in snake case. Physical values
are integers in the unit that ends the field's name or is given by its kind. AC and DC parameters
that the standard nests are flat here, and those of the other current are 0. The first field of
each message is the header's SessionID; SupportedAppProtocol has no header, as in the standard.

In EIM the EV tells nobody who its driver is. The charge point takes the EVCCID for the id tag
("Autocharge"), so it is a text of OCPP's length here instead of a MAC address.

``TransportClose`` is not of ISO 15118-2: it stands for the end of the TCP connection, by which
each side learns that the other has ended the session.
"""

from typing import Final, get_args

from attrs import frozen

from fsm.v2g import codes
from fsm.v2g.kinds import (
    U8,
    U16,
    Blob,
    Challenge,
    ChargingProfile,
    Code,
    Flag,
    Ids,
    Isolation,
    MilliAmpere,
    Mode,
    Modes,
    Notification,
    Payment,
    Payments,
    Percent,
    Processing,
    Progress,
    Protocols,
    SAScheduleList,
    Seconds,
    SessionId,
    ShortText,
    Stop,
    TimeS,
    Volt,
    Watt,
    WattHour,
)

NO_SESSION: Final = bytes(8)
"""The SessionID that asks for a new session [V2G2-750]."""

PROTOCOL: Final = ("urn:iso:15118:2:2013:MsgDef", 2, 0)
"""Namespace and version of ISO 15118-2."""


@frozen
class SupportedAppProtocolReq:
    """The protocols that the EV speaks, with its preferences."""

    app_protocols: Protocols


@frozen
class SupportedAppProtocolRes:
    """The protocol that the charge point chose."""

    response_code: Code
    schema_id: U8 = 0


@frozen
class SessionSetupReq:
    """Begin a session, or join the one that was paused."""

    session_id: SessionId
    evcc_id: ShortText


@frozen
class SessionSetupRes:
    """The session's id, and whether it is new."""

    session_id: SessionId
    response_code: Code
    evse_id: ShortText = ""
    evse_timestamp: TimeS = 0


@frozen
class ServiceDiscoveryReq:
    """Ask which services there are."""

    session_id: SessionId


@frozen
class ServiceDiscoveryRes:
    """Payment options, the charge service and the others."""

    session_id: SessionId
    response_code: Code
    payment_options: Payments = ()
    charge_service_id: U16 = 0
    energy_transfer_modes: Modes = ()
    free_service: Flag = False
    service_ids: Ids = ()


@frozen
class ServiceDetailReq:
    """More of one service."""

    session_id: SessionId
    service_id: U16


@frozen
class ServiceDetailRes:
    """The service's parameter sets."""

    session_id: SessionId
    response_code: Code
    service_id: U16 = 0
    parameter_sets: Ids = ()


@frozen
class PaymentServiceSelectionReq:
    """What the EV chose of ServiceDiscoveryRes."""

    session_id: SessionId
    selected_payment_option: Payment
    selected_service_ids: Ids


@frozen
class PaymentServiceSelectionRes:
    """Whether that is possible."""

    session_id: SessionId
    response_code: Code


@frozen
class PaymentDetailsReq:
    """The contract and its certificates (Plug & Charge)."""

    session_id: SessionId
    emaid: ShortText
    contract_signature_cert_chain: Blob


@frozen
class PaymentDetailsRes:
    """A challenge that the contract's key has to sign."""

    session_id: SessionId
    response_code: Code
    gen_challenge: Challenge = b""
    evse_timestamp: TimeS = 0


@frozen
class AuthorizationReq:
    """Ask for leave to charge; the challenge and signature only with a contract."""

    session_id: SessionId
    gen_challenge: Challenge = b""
    signature: Blob = b""


@frozen
class AuthorizationRes:
    """Ongoing until the network has answered."""

    session_id: SessionId
    response_code: Code
    evse_processing: Processing = codes.EVSEProcessing.FINISHED


@frozen
class ChargeParameterDiscoveryReq:
    """What the EV needs. ``departure_time`` in s from now, 0 for none.

    ``max_entries_sa_schedule_tuple`` is 0 where the driver did not opt in to smart charging: the
    field is optional in the standard, and an EV that takes no schedule leaves it out.
    """

    session_id: SessionId
    max_entries_sa_schedule_tuple: U16
    requested_energy_transfer_mode: Mode
    departure_time: Seconds = 0
    e_amount: WattHour = 0
    ev_max_voltage: Volt = 0
    ev_max_current: MilliAmpere = 0
    ev_min_current: MilliAmpere = 0
    ev_maximum_power_limit: Watt = 0
    ev_ress_soc: Percent = 0


@frozen
class ChargeParameterDiscoveryRes:
    """What the charge point offers; the schedules only when it has finished."""

    session_id: SessionId
    response_code: Code
    evse_processing: Processing = codes.EVSEProcessing.FINISHED
    sa_schedule_list: SAScheduleList = ()
    evse_nominal_voltage: Volt = 0
    evse_max_current: MilliAmpere = 0
    evse_maximum_power_limit: Watt = 0
    evse_notification: Notification = codes.EVSENotification.NONE


@frozen
class CableCheckReq:
    """DC: test the isolation."""

    session_id: SessionId
    ev_ready: Flag = True
    ev_ress_soc: Percent = 0


@frozen
class CableCheckRes:
    """DC: how far the isolation test is."""

    session_id: SessionId
    response_code: Code
    evse_isolation_status: Isolation = codes.IsolationLevel.INVALID
    evse_processing: Processing = codes.EVSEProcessing.FINISHED


@frozen
class PreChargeReq:
    """DC: bring the output to the battery's voltage."""

    session_id: SessionId
    ev_target_voltage: Volt
    ev_target_current: MilliAmpere = 0


@frozen
class PreChargeRes:
    """DC: the voltage at the output."""

    session_id: SessionId
    response_code: Code
    evse_present_voltage: Volt = 0


@frozen
class PowerDeliveryReq:
    """Power on, off, or a new negotiation."""

    session_id: SessionId
    charge_progress: Progress
    sa_schedule_tuple_id: U8
    charging_profile: ChargingProfile = ()


@frozen
class PowerDeliveryRes:
    """Whether it is done."""

    session_id: SessionId
    response_code: Code
    evse_notification: Notification = codes.EVSENotification.NONE


@frozen
class ChargingStatusReq:
    """AC: ask how it goes."""

    session_id: SessionId


@frozen
class ChargingStatusRes:
    """AC: the limit now, the meter, and what the charge point wishes."""

    session_id: SessionId
    response_code: Code
    evse_id: ShortText = ""
    sa_schedule_tuple_id: U8 = 0
    evse_max_current: MilliAmpere = 0
    meter_reading: WattHour = 0
    receipt_required: Flag = False
    evse_notification: Notification = codes.EVSENotification.NONE


@frozen
class CurrentDemandReq:
    """DC: the current that the battery wants."""

    session_id: SessionId
    ev_ress_soc: Percent
    ev_target_voltage: Volt
    ev_target_current: MilliAmpere
    charging_complete: Flag = False


@frozen
class CurrentDemandRes:
    """DC: what flows, the limits now, the meter, and what the charge point wishes."""

    session_id: SessionId
    response_code: Code
    evse_present_voltage: Volt = 0
    evse_present_current: MilliAmpere = 0
    evse_power_limit_achieved: Flag = False
    evse_maximum_power_limit: Watt = 0
    evse_id: ShortText = ""
    sa_schedule_tuple_id: U8 = 0
    meter_reading: WattHour = 0
    receipt_required: Flag = False
    evse_notification: Notification = codes.EVSENotification.NONE


@frozen
class MeteringReceiptReq:
    """The EV confirms the meter's reading."""

    session_id: SessionId
    sa_schedule_tuple_id: U8
    meter_reading: WattHour
    signature: Blob = b""


@frozen
class MeteringReceiptRes:
    """Whether the receipt is good."""

    session_id: SessionId
    response_code: Code
    evse_notification: Notification = codes.EVSENotification.NONE


@frozen
class WeldingDetectionReq:
    """DC: ask whether the output is free of voltage."""

    session_id: SessionId
    ev_ready: Flag = True


@frozen
class WeldingDetectionRes:
    """DC: the voltage at the output."""

    session_id: SessionId
    response_code: Code
    evse_present_voltage: Volt = 0


@frozen
class SessionStopReq:
    """The end of the session, for good or for a while."""

    session_id: SessionId
    charging_session: Stop


@frozen
class SessionStopRes:
    """Whether that is in order."""

    session_id: SessionId
    response_code: Code


@frozen
class TransportClose:
    """The end of the TCP connection."""


Request = (
    SupportedAppProtocolReq
    | SessionSetupReq
    | ServiceDiscoveryReq
    | ServiceDetailReq
    | PaymentServiceSelectionReq
    | PaymentDetailsReq
    | AuthorizationReq
    | ChargeParameterDiscoveryReq
    | CableCheckReq
    | PreChargeReq
    | PowerDeliveryReq
    | ChargingStatusReq
    | CurrentDemandReq
    | MeteringReceiptReq
    | WeldingDetectionReq
    | SessionStopReq
)
Response = (
    SupportedAppProtocolRes
    | SessionSetupRes
    | ServiceDiscoveryRes
    | ServiceDetailRes
    | PaymentServiceSelectionRes
    | PaymentDetailsRes
    | AuthorizationRes
    | ChargeParameterDiscoveryRes
    | CableCheckRes
    | PreChargeRes
    | PowerDeliveryRes
    | ChargingStatusRes
    | CurrentDemandRes
    | MeteringReceiptRes
    | WeldingDetectionRes
    | SessionStopRes
)
Message = Request | Response | TransportClose

REQUESTS: Final[tuple[type[Request], ...]] = get_args(Request)
RESPONSES: Final[tuple[type[Response], ...]] = get_args(Response)
RESPONSE_OF: Final[dict[type[Request], type[Response]]] = dict(
    zip(REQUESTS, RESPONSES, strict=True)
)
"""The response class of each request class."""
