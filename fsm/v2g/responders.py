"""What a charge point answers to each request, where the request is legal.

A responder gets the charge point, the request and the time, moves the session's ``wait`` on, and
returns the response; None when the response comes later. A negative response is a return value
like any other: what follows from it is the state machine's business.
"""

from collections.abc import Callable
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Final

from fsm.energy.supply import PHASE_V
from fsm.ocpp.actions import AuthorizationStatus, Reason
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codes import (
    ChargeProgress,
    ChargingSession,
    EVSENotification,
    EVSEProcessing,
    IsolationLevel,
    PaymentOption,
)
from fsm.v2g.codes import ResponseCode as Code
from fsm.v2g.evse import CONSTANT_DUTY, SeccSession
from fsm.v2g.limited import Limited
from fsm.v2g.planned import DAY_S, is_outdated, is_within, schedule
from fsm.v2g.plug_and_charge import (
    payment_details,
    proof_fault,
    receipt_fault,
    refused_by_network,
    wants_receipt,
)
from fsm.v2g.sequence import Wait

CHARGE_SERVICE_ID: Final = 1
TUPLE_ID: Final = 1
"""One schedule is offered; its SAScheduleTupleID."""
EVSE_ID_PREFIX: Final = "DE*EVT*E"


def supported_app_protocol(
    evse: Limited, request: m.SupportedAppProtocolReq, now_us: int
) -> m.Response:
    """Choose ISO 15118-2; its version is the only one this charge point speaks."""
    for namespace, major, _minor, schema_id, _priority in request.app_protocols:
        if (namespace, major) == m.PROTOCOL[:2]:
            evse.session.wait = Wait.SESSION_SETUP
            return m.SupportedAppProtocolRes(Code.OK_SUCCESSFUL_NEGOTIATION, schema_id)
    return m.SupportedAppProtocolRes(Code.FAILED_NO_NEGOTIATION)


def session_setup(evse: Limited, request: m.SessionSetupReq, now_us: int) -> m.Response:
    """Begin a session or join the paused one [V2G2-741, V2G2-750]."""
    session = evse.session
    evse.cancel("setup")
    code = Code.OK_OLD_SESSION_JOINED
    if not (session.paused and request.session_id == session.session_id):
        code = Code.OK_NEW_SESSION_ESTABLISHED
        if session.paused:
            evse.out += evse.station.stop(Reason.LOCAL, now_us)
        # No random source here: an id that the place and the time make unique does as well.
        seed = f"{evse.id} {now_us} {request.evcc_id}".encode()
        session_id = blake2b(seed, digest_size=8).digest()
        session = evse.session = SeccSession(
            session_id=session_id, id_tag=request.evcc_id, spoken=True
        )
        evse.station.begin()
    session.paused = False
    session.wait = Wait.SERVICE_DISCOVERY
    return m.SessionSetupRes(
        session.session_id,
        code,
        EVSE_ID_PREFIX + evse.id,
        evse.station.clock.wall_us(now_us) // timeouts.S,
    )


def service_discovery(evse: Limited, request: m.ServiceDiscoveryReq, now_us: int) -> m.Response:
    """Offer the charge service, paid for by contract where there is a trust anchor."""
    external = (PaymentOption.EXTERNAL_PAYMENT,)
    evse.session.wait = Wait.SERVICE_SELECTION
    return m.ServiceDiscoveryRes(
        request.session_id,
        Code.OK,
        external if evse.trust is None else (PaymentOption.CONTRACT, *external),
        CHARGE_SERVICE_ID,
        evse.modes,
    )


def service_detail(evse: Limited, request: m.ServiceDetailReq, now_us: int) -> m.Response:
    """Only the charge service is offered; it has no parameters."""
    if request.service_id != CHARGE_SERVICE_ID:
        return m.ServiceDetailRes(request.session_id, Code.FAILED_SERVICE_ID_INVALID)
    return m.ServiceDetailRes(request.session_id, Code.OK, request.service_id)


def payment_service_selection(
    evse: Limited, request: m.PaymentServiceSelectionReq, now_us: int
) -> m.Response:
    """Check the choice against the offer [V2G2-465, V2G2-467, V2G2-804]."""
    code = Code.OK
    contract = request.selected_payment_option is PaymentOption.CONTRACT
    if contract and evse.trust is None:
        code = Code.FAILED_PAYMENT_SELECTION_INVALID
    elif CHARGE_SERVICE_ID not in request.selected_service_ids:
        code = Code.FAILED_NO_CHARGE_SERVICE_SELECTED
    elif any(service_id != CHARGE_SERVICE_ID for service_id in request.selected_service_ids):
        code = Code.FAILED_SERVICE_SELECTION_INVALID
    evse.session.payment = request.selected_payment_option
    evse.session.wait = Wait.PAYMENT_DETAILS if contract else Wait.AUTHORIZATION
    return m.PaymentServiceSelectionRes(request.session_id, code)


def authorization(evse: Limited, request: m.AuthorizationReq, now_us: int) -> m.Response:
    """Ongoing until the network has answered the Authorize of this driver's id tag or eMAID."""
    session = evse.session
    code = proof_fault(evse, request)
    if code is not Code.OK:
        return m.AuthorizationRes(request.session_id, code)
    holder = evse.station.bookings.holder
    if holder is not None and holder.id_tag != session.id_tag:
        evse.notice("info", f"{session.id_tag} is refused: reserved for {holder.id_tag}")
        return m.AuthorizationRes(request.session_id, Code.FAILED)
    if not session.authorized:
        if evse.remote_tag and session.contract is None:
            # RemoteStartTransaction: whoever stands here charges on this tag.
            session.id_tag, evse.remote_tag = evse.remote_tag, ""
            evse.cancel("remote")
        status, effects = evse.station.authorize(session.id_tag, session.contract)
        evse.out += effects
        if not status:
            return m.AuthorizationRes(request.session_id, Code.OK, EVSEProcessing.ONGOING)
        if status != AuthorizationStatus.ACCEPTED:
            return m.AuthorizationRes(request.session_id, refused_by_network(evse, status))
        session.authorized = True
    session.wait = Wait.CHARGE_PARAMETER_DISCOVERY
    return m.AuthorizationRes(request.session_id, Code.OK)


def _parameters_fault(evse: Limited, request: m.ChargeParameterDiscoveryReq) -> Code:
    """OK, or what is wrong with the EV's parameters [V2G2-476, V2G2-477]."""
    if request.requested_energy_transfer_mode not in evse.modes:
        return Code.FAILED_WRONG_ENERGY_TRANSFER_MODE
    if request.ev_max_voltage == 0 or request.ev_max_current == 0:
        return Code.FAILED_WRONG_CHARGE_PARAMETER
    if request.ev_min_current > request.ev_max_current:
        return Code.FAILED_WRONG_CHARGE_PARAMETER
    return Code.OK


def charge_parameter_discovery(
    evse: Limited, request: m.ChargeParameterDiscoveryReq, now_us: int
) -> m.Response:
    """Ongoing until the transaction is in the log and there is power; then the schedule."""
    session, station = evse.session, evse.station
    code = _parameters_fault(evse, request)
    if code is not Code.OK:
        return m.ChargeParameterDiscoveryRes(request.session_id, code)
    flexible_w = _flexible_w(evse, request)
    evse.out += station.start(session.id_tag, now_us, session.contract, flexible_w)
    if station.start_refused:
        why = f"StartTransaction is refused: {station.start_refused}"
        evse.refuse(session.id_tag, station.start_refused, why)
        return m.ChargeParameterDiscoveryRes(request.session_id, Code.FAILED)
    if station.transaction_id is None or not _may_offer(evse, now_us):
        return m.ChargeParameterDiscoveryRes(request.session_id, Code.OK, EVSEProcessing.ONGOING)
    # A DC charge point offers what its converter can do and limits it in CurrentDemandRes: a new
    # schedule would need a renegotiation, and that opens the contactor of a DC session.
    evse.tell_needs(request, now_us)
    dc = evse.current == "DC"
    session.offered = ((0, evse.rated_w),) if dc else schedule(evse, now_us)
    session.offered_us = evse.time.wall_us(now_us)
    session.offered_w = max(power_w for _, power_w in session.offered)
    session.wait = Wait.POWER_DELIVERY if evse.current == "AC" else Wait.CABLE_CHECK
    session.isolation_until_us, session.present_v = -1, 0
    evse.told = True
    return m.ChargeParameterDiscoveryRes(
        request.session_id,
        Code.OK,
        EVSEProcessing.FINISHED,
        ((TUPLE_ID, DAY_S, session.offered),),
        PHASE_V if evse.current == "AC" else 0,
        evse.max_current_ma if evse.current == "AC" else 0,
        evse.limit_w,
    )


def _flexible_w(evse: Limited, request: m.ChargeParameterDiscoveryReq) -> int:
    """The power of which the network may keep some back; 0 where the driver did not opt in."""
    if request.max_entries_sa_schedule_tuple == 0:
        return 0
    return min(evse.rated_w, request.ev_maximum_power_limit or evse.rated_w)


def _may_offer(evse: Limited, now_us: int) -> bool:
    """Whether to offer a schedule now: there is power, or it was waited for long enough."""
    session = evse.session
    if evse.limit_w > 0 or session.delivered:
        return True
    if session.waits_for_power_since_us < 0:
        session.waits_for_power_since_us = now_us
    return now_us - session.waits_for_power_since_us >= timeouts.LIMIT_WAIT_US


def cable_check(evse: Limited, request: m.CableCheckReq, now_us: int) -> m.Response:
    """Test the isolation, which takes its time; only in state C or D."""
    session = evse.session
    if evse.ev_pilot not in ("C", "D"):
        return m.CableCheckRes(request.session_id, Code.FAILED)
    if session.isolation_until_us < 0:
        session.isolation_until_us = now_us + timeouts.ISOLATION_TEST_US
    if now_us < session.isolation_until_us:
        return m.CableCheckRes(
            request.session_id, Code.OK, IsolationLevel.INVALID, EVSEProcessing.ONGOING
        )
    session.wait = Wait.PRE_CHARGE
    return m.CableCheckRes(request.session_id, Code.OK, IsolationLevel.VALID)


def pre_charge(evse: Limited, request: m.PreChargeReq, now_us: int) -> m.Response:
    """Raise the output towards the battery's voltage, one step for each request."""
    session = evse.session
    step = session.present_v + timeouts.PRE_CHARGE_STEP_V
    session.present_v = min(step, request.ev_target_voltage)
    session.wait = Wait.PRE_CHARGE_OR_POWER
    return m.PreChargeRes(request.session_id, Code.OK, session.present_v)


def _profile_fault(evse: Limited, request: m.PowerDeliveryReq) -> Code:
    """OK, or what is wrong with the tuple or the profile [V2G2-224, V2G2-225]."""
    if request.sa_schedule_tuple_id != TUPLE_ID:
        return Code.FAILED_TARIFF_SELECTION_INVALID
    starts = [start for start, _ in request.charging_profile]
    if starts and (starts[0] != 0 or any(b <= a for a, b in pairwise(starts))):
        return Code.FAILED_CHARGING_PROFILE_INVALID
    if not is_within(request.charging_profile, evse.session.offered):
        return Code.FAILED_CHARGING_PROFILE_INVALID
    return Code.OK


def power_start(evse: Limited, request: m.PowerDeliveryReq, now_us: int) -> m.Response | None:
    """Close the contactor; wait for state C where it has not been seen yet [V2G2-860]."""
    code = _profile_fault(evse, request)
    if code is not Code.OK:
        return m.PowerDeliveryRes(request.session_id, code)
    session = evse.session
    if evse.ev_pilot not in ("C", "D"):
        session.pending = request
        evse.set_timer("contactor", timeouts.CONTACTOR_TIMEOUT_US)
        return None
    if not evse.close_contactor():
        return m.PowerDeliveryRes(request.session_id, Code.FAILED_CONTACTOR_ERROR)
    if not session.delivered:
        evse.notice("charging", f"power is on, at most {evse.limit_w:,} W")
    session.delivered, session.profile = True, request.charging_profile
    evse.tell_schedule(request, now_us)
    session.wait = Wait.CHARGING_STATUS if evse.current == "AC" else Wait.CURRENT_DEMAND
    return m.PowerDeliveryRes(request.session_id, Code.OK)


def power_renegotiate(evse: Limited, request: m.PowerDeliveryReq, now_us: int) -> m.Response:
    """Negotiate again [V2G2-813]; the contactor stays closed in AC and opens in DC."""
    if evse.current == "DC":
        evse.open_contactor()
    evse.session.wait = Wait.CHARGE_PARAMETER_DISCOVERY
    return m.PowerDeliveryRes(request.session_id, Code.OK)


def renegotiation_refused(evse: Limited, request: m.PowerDeliveryReq, now_us: int) -> m.Response:
    """What is being negotiated cannot be negotiated again."""
    return m.PowerDeliveryRes(request.session_id, Code.FAILED)


def power_stop(evse: Limited, request: m.PowerDeliveryReq, now_us: int) -> m.Response:
    """Open the contactor."""
    evse.open_contactor()
    dc = evse.current == "DC"
    evse.session.wait = Wait.WELDING_OR_STOP if dc else Wait.SESSION_STOP
    return m.PowerDeliveryRes(request.session_id, Code.OK)


def _wish(evse: Limited, now_us: int) -> EVSENotification:
    """What the charge point wants of an EV that charges."""
    session = evse.session
    if session.stop_wanted:
        return EVSENotification.STOP_CHARGING
    if evse.current == "AC" and session.profile and is_outdated(evse, now_us):
        return EVSENotification.RE_NEGOTIATION
    return EVSENotification.NONE


def charging_status(evse: Limited, request: m.ChargingStatusReq, now_us: int) -> m.Response:
    """AC: tell the limit in force; it binds at once, whatever the profile says."""
    evse.told = True
    return m.ChargingStatusRes(
        request.session_id,
        Code.OK,
        EVSE_ID_PREFIX + evse.id,
        TUPLE_ID,
        evse.max_current_ma,
        evse.meter.energy_wh,
        wants_receipt(evse),
        _wish(evse, now_us),
    )


def current_demand(evse: Limited, request: m.CurrentDemandReq, now_us: int) -> m.Response:
    """DC: deliver what is demanded, within the limit in force."""
    voltage = max(1, request.ev_target_voltage)
    most_ma = evse.limit_w * 1_000 // voltage
    evse.session.present_v = request.ev_target_voltage
    evse.told = True
    return m.CurrentDemandRes(
        request.session_id,
        Code.OK,
        request.ev_target_voltage,
        min(request.ev_target_current, most_ma),
        request.ev_target_current > most_ma,
        evse.limit_w,
        EVSE_ID_PREFIX + evse.id,
        TUPLE_ID,
        evse.meter.energy_wh,
        wants_receipt(evse),
        _wish(evse, now_us),
    )


def metering_receipt(evse: Limited, request: m.MeteringReceiptReq, now_us: int) -> m.Response:
    """Take a receipt of what the meter said; with a contract it is signed."""
    code = receipt_fault(evse, request)
    if code is not Code.OK:
        return m.MeteringReceiptRes(request.session_id, code)
    evse.session.wait = Wait.CHARGING_STATUS if evse.current == "AC" else Wait.CURRENT_DEMAND
    return m.MeteringReceiptRes(request.session_id, Code.OK, _wish(evse, now_us))


def welding_detection(evse: Limited, request: m.WeldingDetectionReq, now_us: int) -> m.Response:
    """DC: the output is free of voltage once the contactor is open."""
    evse.session.present_v = 0
    return m.WeldingDetectionRes(request.session_id, Code.OK, 0)


def session_stop(evse: Limited, request: m.SessionStopReq, now_us: int) -> m.Response:
    """End the session; a pause keeps the transaction and what was negotiated [V2G2-741]."""
    session = evse.session
    evse.open_contactor()
    evse.cancel("setup", "sequence", "contactor")
    session.pending = None
    session.closed, session.wait = True, Wait.NOTHING
    if request.charging_session is ChargingSession.PAUSE:
        session.paused = True
        evse.notice("charging", "the session is paused")
    else:
        evse.out += evse.station.stop(evse.reason(Reason.LOCAL), now_us)
        evse.notice("charging", f"the session ends; the meter says {evse.meter.energy_wh:,} Wh")
    evse.set_pilot(True, CONSTANT_DUTY)
    return m.SessionStopRes(request.session_id, Code.OK)


Responder = Callable[[Limited, Any, int], m.Response | None]

RESPONDERS: Final[dict[str, Responder]] = {
    responder.__name__: responder
    for responder in (
        supported_app_protocol,
        session_setup,
        service_discovery,
        service_detail,
        payment_service_selection,
        payment_details,
        authorization,
        charge_parameter_discovery,
        cable_check,
        pre_charge,
        power_start,
        power_renegotiate,
        renegotiation_refused,
        power_stop,
        charging_status,
        current_demand,
        metering_receipt,
        welding_detection,
        session_stop,
    )
}
"""Responders by the action name that the state table uses."""

PROGRESS_EVENT: Final = {
    ChargeProgress.START: "PowerDeliveryReq(Start)",
    ChargeProgress.RENEGOTIATE: "PowerDeliveryReq(Renegotiate)",
    ChargeProgress.STOP: "PowerDeliveryReq(Stop)",
}
"""The event of each use of PowerDeliveryReq."""
