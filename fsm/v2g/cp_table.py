"""The charge point's eight states as one table.

Theory. ISO 15118-2 gives the SECC some twenty states of the kind "Wait for …Req"; they say which
request may come next (:mod:`fsm.v2g.sequence`). Above them stand the eight states that people
speak of. An event is a request that came in, an edge of the control pilot, or a timer; requests
that are used in different ways (PowerDelivery, SessionStop) are an event for each use.

* A **request** in a state that knows it is answered by the responder that the row names. The
  row's next state is entered when the response is positive and final: "Ongoing" stays, and every
  negative response raises ``fault``, which leads to ``failure`` [V2G2-538, V2G2-539].
* A request in a state that does not know it is a row, too: it is answered FAILED_SequenceError
  and leads to ``failure``. Without an EV at the cable there is nobody to answer.
* In ``failure`` the contactor is open and the pilot shows F. After a pause the charge point
  offers charging again (``recovered``), or, when the EV never spoke, rests in ``end_session``
  (``gave_up``) until it is woken by the pilot or the EV is unplugged.
* ``withdrawn`` ends what has begun, as long as no transaction runs (the charge point waits for
  that); an EV that is plugged in stays in ``begin_session`` without an offer until ``returned``.
* ``ev_unplugged`` leads to ``waiting_ev`` from everywhere: whatever else is known, no EV is there.

The EVSE cannot pause a session in this edition of the standard; it renegotiates to about 0 W. So
waiting for power happens in ``energy_negotiation`` or ``charging``.
"""

from enum import StrEnum
from typing import Final

from fsm.table import Table


class CpState(StrEnum):
    """State of a charge point."""

    WAITING_EV = "waiting_ev"
    BEGIN_SESSION = "begin_session"
    AUTHENTICATION = "authentication"
    ENERGY_NEGOTIATION = "energy_negotiation"
    CHARGING = "charging"
    END_SESSION = "end_session"
    RESTARTING_SESSION = "restarting_session"
    FAILURE = "failure"


class CpEvent(StrEnum):
    """What can happen to a charge point."""

    SUPPORTED_APP_PROTOCOL = "SupportedAppProtocolReq"
    SESSION_SETUP = "SessionSetupReq"
    SERVICE_DISCOVERY = "ServiceDiscoveryReq"
    SERVICE_DETAIL = "ServiceDetailReq"
    PAYMENT_SERVICE_SELECTION = "PaymentServiceSelectionReq"
    PAYMENT_DETAILS = "PaymentDetailsReq"
    AUTHORIZATION = "AuthorizationReq"
    CHARGE_PARAMETER_DISCOVERY = "ChargeParameterDiscoveryReq"
    CABLE_CHECK = "CableCheckReq"
    PRE_CHARGE = "PreChargeReq"
    POWER_START = "PowerDeliveryReq(Start)"
    POWER_RENEGOTIATE = "PowerDeliveryReq(Renegotiate)"
    POWER_STOP = "PowerDeliveryReq(Stop)"
    CHARGING_STATUS = "ChargingStatusReq"
    CURRENT_DEMAND = "CurrentDemandReq"
    METERING_RECEIPT = "MeteringReceiptReq"
    WELDING_DETECTION = "WeldingDetectionReq"
    SESSION_TERMINATE = "SessionStopReq(Terminate)"
    SESSION_PAUSE = "SessionStopReq(Pause)"

    EV_PLUGGED = "ev_plugged"
    """Control pilot from A to B, C or D."""
    EV_UNPLUGGED = "ev_unplugged"
    EV_READY = "ev_ready"
    """Control pilot from B to C or D."""
    EV_NOT_READY = "ev_not_ready"
    """Control pilot from C or D to B."""
    WOKEN = "woken"
    """The EV asks for a session after one has ended: B, C, B on the pilot."""
    RESUMED = "resumed"
    """The same after a pause."""
    RENEWED = "renewed"
    """An EV that could have joined its paused session asked for a new one."""
    CLOSED = "closed"
    """The EV ended the connection."""
    SETUP_TIMEOUT = "setup_timeout"
    SEQUENCE_TIMEOUT = "sequence_timeout"
    CONTACTOR_TIMEOUT = "contactor_timeout"
    FAULT = "fault"
    """A negative response was sent."""
    RECOVERED = "recovered"
    GAVE_UP = "gave_up"
    WITHDRAWN = "withdrawn"
    """It goes out of service: by the operator, for a defect or a reset. No transaction runs."""
    RETURNED = "returned"
    """It is back in service."""


REQUEST_EVENTS: Final = tuple(event for event in CpEvent if "Req" in event.value)

_S, _E = CpState, CpEvent

_Row = dict[CpEvent, tuple[CpState, str]]

_STOPS: Final[_Row] = {
    _E.SESSION_TERMINATE: (_S.END_SESSION, "session_stop"),
    _E.SESSION_PAUSE: (_S.END_SESSION, "session_stop"),
}

_BREAKS: Final[_Row] = {
    _E.EV_UNPLUGGED: (_S.WAITING_EV, "unplugged"),
    _E.CLOSED: (_S.FAILURE, "fail"),
    _E.SEQUENCE_TIMEOUT: (_S.FAILURE, "fail"),
    _E.FAULT: (_S.FAILURE, "fail"),
    _E.WITHDRAWN: (_S.FAILURE, "fail"),
}
"""What can break a session in every state that has one."""

_LEGAL: Final[dict[CpState, _Row]] = {
    _S.WAITING_EV: {_E.EV_PLUGGED: (_S.BEGIN_SESSION, "offer")},
    _S.BEGIN_SESSION: {
        _E.SUPPORTED_APP_PROTOCOL: (_S.BEGIN_SESSION, "supported_app_protocol"),
        _E.SESSION_SETUP: (_S.BEGIN_SESSION, "session_setup"),
        _E.SERVICE_DISCOVERY: (_S.BEGIN_SESSION, "service_discovery"),
        _E.SERVICE_DETAIL: (_S.BEGIN_SESSION, "service_detail"),
        _E.PAYMENT_SERVICE_SELECTION: (_S.AUTHENTICATION, "payment_service_selection"),
        _E.SETUP_TIMEOUT: (_S.FAILURE, "fail"),
        _E.RETURNED: (_S.BEGIN_SESSION, "offer"),
        **_STOPS,
        **_BREAKS,
    },
    _S.AUTHENTICATION: {
        _E.PAYMENT_DETAILS: (_S.AUTHENTICATION, "payment_details"),
        _E.AUTHORIZATION: (_S.ENERGY_NEGOTIATION, "authorization"),
        **_STOPS,
        **_BREAKS,
    },
    _S.ENERGY_NEGOTIATION: {
        _E.CHARGE_PARAMETER_DISCOVERY: (_S.ENERGY_NEGOTIATION, "charge_parameter_discovery"),
        _E.CABLE_CHECK: (_S.ENERGY_NEGOTIATION, "cable_check"),
        _E.PRE_CHARGE: (_S.ENERGY_NEGOTIATION, "pre_charge"),
        _E.POWER_START: (_S.CHARGING, "power_start"),
        _E.POWER_RENEGOTIATE: (_S.FAILURE, "renegotiation_refused"),
        _E.POWER_STOP: (_S.END_SESSION, "power_stop"),
        _E.EV_READY: (_S.ENERGY_NEGOTIATION, "ev_ready"),
        _E.EV_NOT_READY: (_S.FAILURE, "fail"),
        _E.CONTACTOR_TIMEOUT: (_S.ENERGY_NEGOTIATION, "contactor_timeout"),
        **_STOPS,
        **_BREAKS,
    },
    _S.CHARGING: {
        _E.CHARGING_STATUS: (_S.CHARGING, "charging_status"),
        _E.CURRENT_DEMAND: (_S.CHARGING, "current_demand"),
        _E.METERING_RECEIPT: (_S.CHARGING, "metering_receipt"),
        _E.POWER_RENEGOTIATE: (_S.RESTARTING_SESSION, "power_renegotiate"),
        _E.POWER_STOP: (_S.END_SESSION, "power_stop"),
        _E.EV_NOT_READY: (_S.FAILURE, "fail"),
        **_BREAKS,
    },
    _S.RESTARTING_SESSION: {
        _E.SUPPORTED_APP_PROTOCOL: (_S.RESTARTING_SESSION, "supported_app_protocol"),
        _E.SESSION_SETUP: (_S.RESTARTING_SESSION, "session_setup"),
        _E.SERVICE_DISCOVERY: (_S.RESTARTING_SESSION, "service_discovery"),
        _E.SERVICE_DETAIL: (_S.RESTARTING_SESSION, "service_detail"),
        _E.PAYMENT_SERVICE_SELECTION: (_S.RESTARTING_SESSION, "payment_service_selection"),
        _E.PAYMENT_DETAILS: (_S.RESTARTING_SESSION, "payment_details"),
        _E.AUTHORIZATION: (_S.RESTARTING_SESSION, "authorization"),
        _E.CHARGE_PARAMETER_DISCOVERY: (_S.ENERGY_NEGOTIATION, "charge_parameter_discovery"),
        _E.RENEWED: (_S.BEGIN_SESSION, ""),
        _E.SETUP_TIMEOUT: (_S.FAILURE, "fail"),
        **_STOPS,
        **_BREAKS,
    },
    _S.END_SESSION: {
        _E.WELDING_DETECTION: (_S.END_SESSION, "welding_detection"),
        _E.WOKEN: (_S.BEGIN_SESSION, "offer"),
        _E.RESUMED: (_S.RESTARTING_SESSION, "offer_again"),
        **_STOPS,
        **{event: row for event, row in _BREAKS.items() if event is not _E.WITHDRAWN},
    },
    _S.FAILURE: {
        **dict.fromkeys(REQUEST_EVENTS, (_S.FAILURE, "refuse")),
        _E.EV_UNPLUGGED: (_S.WAITING_EV, "unplugged"),
        _E.RECOVERED: (_S.BEGIN_SESSION, "offer"),
        _E.GAVE_UP: (_S.END_SESSION, "rest"),
    },
}

_IGNORED: Final[dict[CpState, tuple[CpEvent, ...]]] = {
    # Late timers and messages of an EV that has left.
    _S.WAITING_EV: (
        *REQUEST_EVENTS,
        _E.CLOSED,
        _E.SETUP_TIMEOUT,
        _E.SEQUENCE_TIMEOUT,
        _E.CONTACTOR_TIMEOUT,
        _E.RECOVERED,
        _E.GAVE_UP,
        _E.WITHDRAWN,
        _E.RETURNED,
    ),
    # The pilot may be toggled to wake a charge point that is awake already.
    _S.BEGIN_SESSION: (_E.EV_READY, _E.EV_NOT_READY),
    _S.AUTHENTICATION: (_E.EV_READY, _E.EV_NOT_READY),
    _S.ENERGY_NEGOTIATION: (),
    _S.CHARGING: (_E.EV_READY,),
    # In DC the EV may leave C while the contactor is open for a new isolation test.
    _S.RESTARTING_SESSION: (_E.EV_READY, _E.EV_NOT_READY),
    # The EV opens S2 after PowerDelivery(Stop).
    _S.END_SESSION: (_E.EV_READY, _E.EV_NOT_READY, _E.WITHDRAWN, _E.RETURNED),
    # The session has failed already; nothing more can break it.
    _S.FAILURE: (
        _E.EV_READY,
        _E.EV_NOT_READY,
        _E.CLOSED,
        _E.SETUP_TIMEOUT,
        _E.SEQUENCE_TIMEOUT,
        _E.CONTACTOR_TIMEOUT,
        _E.FAULT,
        _E.WITHDRAWN,
        _E.RETURNED,
    ),
}

_TIMERS: Final = (
    _E.SETUP_TIMEOUT,
    _E.CONTACTOR_TIMEOUT,
    _E.RECOVERED,
    _E.GAVE_UP,
)
"""A timer that fires while it means nothing is a late one."""

_IMPOSSIBLE: Final[dict[CpState, tuple[CpEvent, ...]]] = {
    _S.WAITING_EV: (
        _E.EV_UNPLUGGED,
        _E.EV_READY,
        _E.EV_NOT_READY,
        _E.WOKEN,
        _E.RESUMED,
        _E.RENEWED,
        _E.FAULT,
    ),
    _S.BEGIN_SESSION: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RENEWED),
    _S.AUTHENTICATION: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RENEWED, _E.RETURNED),
    _S.ENERGY_NEGOTIATION: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RENEWED, _E.RETURNED),
    _S.CHARGING: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RENEWED, _E.RETURNED),
    _S.RESTARTING_SESSION: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RETURNED),
    _S.END_SESSION: (_E.EV_PLUGGED, _E.RENEWED),
    _S.FAILURE: (_E.EV_PLUGGED, _E.WOKEN, _E.RESUMED, _E.RENEWED),
}


def _with_refusals(state: CpState, row: _Row) -> _Row:
    """``row``, and every request that it does not know as a sequence error."""
    if state is CpState.WAITING_EV:
        return row
    return {**dict.fromkeys(REQUEST_EVENTS, (CpState.FAILURE, "sequence_error")), **row}


CP_TABLE: Final = Table(
    "charge point",
    CpState,
    CpEvent,
    initial=CpState.WAITING_EV,
    moves={state: _with_refusals(state, row) for state, row in _LEGAL.items()},
    ignored={
        state: (*events, *(e for e in _TIMERS if e not in events and e not in _LEGAL[state]))
        for state, events in _IGNORED.items()
    },
    impossible=_IMPOSSIBLE,
)
