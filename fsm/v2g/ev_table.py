"""The EV's six states as one table.

Theory. An EV sends a request and waits for its response; so its events are the responses, split
where one message means different things (final or ongoing; what a PowerDelivery was for), and
besides them the cable, the pilot, its timers and its driver.

``connected_not_charging`` is everything between plugging in and the first
ChargeParameterDiscoveryReq, and everything after the power was switched off: set-up,
identification, the end of a session, the pause after a failure. ``send_needs`` waits for the
first answer to ChargeParameterDiscoveryReq, ``receive_scheduling`` until power is on. What breaks
a session (``broken``: a time-out, a negative or unexpected response, the end of the connection,
pilot state F) leads back to ``connected_not_charging`` from wherever the EV is plugged in, and
``unplugged`` to ``not_connected``.

A response that is not the one waited for never gets here: it is ``broken``. So the pairs of a
response and a state in which its request is never outstanding are impossible.
"""

from enum import StrEnum
from typing import Final

from fsm.table import Table


class EvState(StrEnum):
    """State of an EV."""

    NOT_CONNECTED = "not_connected"
    CONNECTED_NOT_CHARGING = "connected_not_charging"
    SEND_NEEDS = "send_needs"
    RECEIVE_SCHEDULING = "receive_scheduling"
    CHARGING_WITH_PROFILE = "charging_with_profile"
    CHARGING_WITHOUT_PROFILE = "charging_without_profile"


class EvEvent(StrEnum):
    """What can happen to an EV."""

    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"
    OFFERED = "offered"
    """The pilot shows 5 %: digital communication is asked for."""
    BASIC_OFFERED = "basic_offered"
    """The pilot's duty is a current: charging by IEC 61851-1 alone."""
    BASIC_ENDED = "basic_ended"
    """That duty is gone."""
    STOPPED = "stopped"
    """The driver, the target or the charge point wants an end or a pause."""
    RESUMED = "resumed"
    """The driver wants to go on after a pause or an end."""
    BROKEN = "broken"
    REPEAT = "repeat"
    """The time has come for the next request of a loop."""
    RETRY = "retry"
    """The pause after a failure is over."""

    SUPPORTED_APP_PROTOCOL = "SupportedAppProtocolRes"
    SESSION_SETUP = "SessionSetupRes"
    SERVICE_DISCOVERY = "ServiceDiscoveryRes"
    PAYMENT_SERVICE_SELECTION = "PaymentServiceSelectionRes"
    PAYMENT_DETAILS = "PaymentDetailsRes"
    AUTHORIZATION_ONGOING = "AuthorizationRes(Ongoing)"
    AUTHORIZATION = "AuthorizationRes"
    PARAMETERS_ONGOING = "ChargeParameterDiscoveryRes(Ongoing)"
    PARAMETERS = "ChargeParameterDiscoveryRes"
    CABLE_CHECK_ONGOING = "CableCheckRes(Ongoing)"
    CABLE_CHECK = "CableCheckRes"
    PRE_CHARGE = "PreChargeRes"
    POWER_ON_WITH_PROFILE = "PowerDeliveryRes(Start with ChargingProfile)"
    POWER_ON_WITHOUT_PROFILE = "PowerDeliveryRes(Start without ChargingProfile)"
    POWER_RENEGOTIATE = "PowerDeliveryRes(Renegotiate)"
    POWER_STOP = "PowerDeliveryRes(Stop)"
    CHARGING_STATUS = "ChargingStatusRes"
    CURRENT_DEMAND = "CurrentDemandRes"
    METERING_RECEIPT = "MeteringReceiptRes"
    WELDING_DETECTION = "WeldingDetectionRes"
    SESSION_STOP = "SessionStopRes"


RESPONSE_EVENTS: Final = tuple(event for event in EvEvent if "Res" in event.value)

_S, _E = EvState, EvEvent

_Row = dict[EvEvent, tuple[EvState, str]]

_PLUGGED_IN: Final[_Row] = {
    _E.UNPLUGGED: (_S.NOT_CONNECTED, "unplug"),
    _E.BROKEN: (_S.CONNECTED_NOT_CHARGING, "fail"),
    _E.SESSION_STOP: (_S.CONNECTED_NOT_CHARGING, "session_ended"),
}
"""In every state with a cable."""

_CHARGING_LOOP: Final[_Row] = {
    **_PLUGGED_IN,
    _E.STOPPED: (_S.CONNECTED_NOT_CHARGING, "stop"),
    _E.POWER_RENEGOTIATE: (_S.SEND_NEEDS, "send_needs"),
    _E.POWER_STOP: (_S.CONNECTED_NOT_CHARGING, "power_stopped"),
}


def _charging(state: EvState) -> _Row:
    """The rows that charging with and without a profile share."""
    return {
        **_CHARGING_LOOP,
        _E.STOPPED: (state, "stop"),
        _E.REPEAT: (state, "repeat"),
        _E.CHARGING_STATUS: (state, "status"),
        _E.CURRENT_DEMAND: (state, "status"),
        _E.METERING_RECEIPT: (state, "status"),
    }


_MOVES: Final[dict[EvState, _Row]] = {
    _S.NOT_CONNECTED: {_E.PLUGGED: (_S.CONNECTED_NOT_CHARGING, "plug")},
    _S.CONNECTED_NOT_CHARGING: {
        **_PLUGGED_IN,
        _E.OFFERED: (_S.CONNECTED_NOT_CHARGING, "offered_digital"),
        _E.BASIC_OFFERED: (_S.CHARGING_WITHOUT_PROFILE, "basic_charge"),
        _E.STOPPED: (_S.CONNECTED_NOT_CHARGING, "stop"),
        _E.RESUMED: (_S.CONNECTED_NOT_CHARGING, "wake"),
        _E.REPEAT: (_S.CONNECTED_NOT_CHARGING, "repeat"),
        _E.RETRY: (_S.CONNECTED_NOT_CHARGING, "wake"),
        _E.SUPPORTED_APP_PROTOCOL: (_S.CONNECTED_NOT_CHARGING, "session_setup"),
        _E.SESSION_SETUP: (_S.CONNECTED_NOT_CHARGING, "service_discovery"),
        _E.SERVICE_DISCOVERY: (_S.CONNECTED_NOT_CHARGING, "payment_service_selection"),
        _E.PAYMENT_SERVICE_SELECTION: (_S.CONNECTED_NOT_CHARGING, "identification"),
        _E.PAYMENT_DETAILS: (_S.CONNECTED_NOT_CHARGING, "authorization"),
        _E.AUTHORIZATION_ONGOING: (_S.CONNECTED_NOT_CHARGING, "ongoing"),
        _E.AUTHORIZATION: (_S.SEND_NEEDS, "send_needs"),
        _E.WELDING_DETECTION: (_S.CONNECTED_NOT_CHARGING, "session_stop"),
    },
    _S.SEND_NEEDS: {
        **_PLUGGED_IN,
        _E.STOPPED: (_S.SEND_NEEDS, "stop"),
        _E.PARAMETERS_ONGOING: (_S.RECEIVE_SCHEDULING, "ongoing"),
        _E.PARAMETERS: (_S.RECEIVE_SCHEDULING, "schedule"),
    },
    _S.RECEIVE_SCHEDULING: {
        **_PLUGGED_IN,
        _E.STOPPED: (_S.RECEIVE_SCHEDULING, "stop"),
        _E.REPEAT: (_S.RECEIVE_SCHEDULING, "repeat"),
        _E.PARAMETERS_ONGOING: (_S.RECEIVE_SCHEDULING, "ongoing"),
        _E.PARAMETERS: (_S.RECEIVE_SCHEDULING, "schedule"),
        _E.CABLE_CHECK_ONGOING: (_S.RECEIVE_SCHEDULING, "ongoing"),
        _E.CABLE_CHECK: (_S.RECEIVE_SCHEDULING, "pre_charge"),
        _E.PRE_CHARGE: (_S.RECEIVE_SCHEDULING, "pre_charged"),
        _E.POWER_ON_WITH_PROFILE: (_S.CHARGING_WITH_PROFILE, "power_on"),
        _E.POWER_ON_WITHOUT_PROFILE: (_S.CHARGING_WITHOUT_PROFILE, "power_on"),
    },
    _S.CHARGING_WITH_PROFILE: _charging(_S.CHARGING_WITH_PROFILE),
    _S.CHARGING_WITHOUT_PROFILE: {
        **_charging(_S.CHARGING_WITHOUT_PROFILE),
        _E.BASIC_OFFERED: (_S.CHARGING_WITHOUT_PROFILE, "basic_charge"),
        _E.BASIC_ENDED: (_S.CONNECTED_NOT_CHARGING, "basic_ended"),
    },
}

# A pilot's offer that comes while a session runs, a late timer, a driver who asks for what is.
_IGNORED: Final[dict[EvState, tuple[EvEvent, ...]]] = {
    _S.NOT_CONNECTED: (
        _E.UNPLUGGED,
        _E.OFFERED,
        _E.BASIC_OFFERED,
        _E.BASIC_ENDED,
        _E.STOPPED,
        _E.RESUMED,
        _E.BROKEN,
        _E.REPEAT,
        _E.RETRY,
    ),
    _S.CONNECTED_NOT_CHARGING: (_E.PLUGGED, _E.BASIC_ENDED),
    _S.SEND_NEEDS: (
        _E.PLUGGED,
        _E.OFFERED,
        _E.BASIC_OFFERED,
        _E.BASIC_ENDED,
        _E.RESUMED,
        _E.REPEAT,
        _E.RETRY,
    ),
    _S.RECEIVE_SCHEDULING: (
        _E.PLUGGED,
        _E.OFFERED,
        _E.BASIC_OFFERED,
        _E.BASIC_ENDED,
        _E.RESUMED,
        _E.RETRY,
    ),
    _S.CHARGING_WITH_PROFILE: (
        _E.PLUGGED,
        _E.OFFERED,
        _E.BASIC_OFFERED,
        _E.BASIC_ENDED,
        _E.RESUMED,
        _E.RETRY,
    ),
    _S.CHARGING_WITHOUT_PROFILE: (_E.PLUGGED, _E.OFFERED, _E.RESUMED, _E.RETRY),
}

EV_TABLE: Final = Table(
    "EV",
    EvState,
    EvEvent,
    initial=EvState.NOT_CONNECTED,
    moves=_MOVES,
    ignored=_IGNORED,
    impossible={
        state: tuple(event for event in RESPONSE_EVENTS if event not in row)
        for state, row in _MOVES.items()
    },
)
