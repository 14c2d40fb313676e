"""The time-outs of ISO 15118-2, in µs (table 109 and 8.7.2), and this network's own periods.

An EV waits for a response no longer than its message time-out; a charge point waits for the next
request no longer than the sequence time-out. What answers "Ongoing" may go on no longer than the
ongoing time-out, however quickly each single answer comes.
"""

from typing import Final

from fsm.v2g import messages as m

MS: Final = 1_000
S: Final = 1_000_000

MESSAGE_TIMEOUT_US: Final[dict[type[m.Request], int]] = {
    m.SupportedAppProtocolReq: 2 * S,
    m.SessionSetupReq: 2 * S,
    m.ServiceDiscoveryReq: 2 * S,
    m.ServiceDetailReq: 5 * S,
    m.PaymentServiceSelectionReq: 2 * S,
    m.PaymentDetailsReq: 5 * S,
    m.AuthorizationReq: 2 * S,
    m.ChargeParameterDiscoveryReq: 2 * S,
    m.CableCheckReq: 2 * S,
    m.PreChargeReq: 2 * S,
    m.PowerDeliveryReq: 5 * S,
    m.ChargingStatusReq: 2 * S,
    m.CurrentDemandReq: 250 * MS,
    m.MeteringReceiptReq: 2 * S,
    m.WeldingDetectionReq: 2 * S,
    m.SessionStopReq: 2 * S,
}
"""V2G_EVCC_Msg_Timeout of each request."""

SEQUENCE_TIMEOUT_US: Final = 60 * S
"""V2G_SECC_Sequence_Timeout [V2G2-443]."""

ONGOING_TIMEOUT_US: Final = 60 * S
"""V2G_EVCC_Ongoing_Timeout."""

EVCC_SETUP_TIMEOUT_US: Final = 20 * S
"""V2G_EVCC_CommunicationSetup_Timeout: plugged in until SessionSetupRes."""

SECC_SETUP_TIMEOUT_US: Final = 18 * S
"""V2G_SECC_CommunicationSetup_Performance_Time [V2G2-723]."""

CABLE_CHECK_TIMEOUT_US: Final = 40 * S
"""V2G_EVCC_CableCheck_Timeout: the whole CableCheck loop."""

PRE_CHARGE_TIMEOUT_US: Final = 7 * S
"""V2G_EVCC_PreCharge_Timeout: the whole PreCharge loop."""

CONTACTOR_TIMEOUT_US: Final = 3 * S
"""From PowerDeliveryReq(Start) until state C is seen and the contactor has closed [V2G2-860]."""

POLL_US: Final = 250 * MS
"""How long the EV waits before it repeats a request that was answered "Ongoing"."""

STATUS_PERIOD_US: Final = 1 * S
"""Period of ChargingStatusReq, and of CurrentDemandReq.

A real DC EV sends CurrentDemandReq several times a second because a converter follows it. In the
simulation the power changes once a second at most, so more would only cost time; the 0.25 s remain
the time-out of the response.
"""

ISOLATION_TEST_US: Final = 3 * S
"""How long a DC charge point's isolation test takes."""

PRE_CHARGE_STEP_V: Final = 100
"""By how much a DC charge point raises its voltage from one PreChargeReq to the next."""

SIGNAL_US: Final = 250 * MS
"""From a failure until state F: the EV hears the reason first, and F stops one that does not."""

RECOVER_US: Final = 3 * S
"""How long a charge point stays in ``failure`` (state F) before it offers charging again."""

RETRY_US: Final = (5 * S, 10 * S, 20 * S, 30 * S)
"""The EV's pauses after its 1st, 2nd, 3rd, and every later failure in a row."""

LIMIT_WAIT_US: Final = 30 * S
"""How long ChargeParameterDiscoveryRes says "Ongoing" for want of power.

After that the charge point offers a schedule of 0 W: the EV's ongoing time-out must not end a
session that only has to wait for its turn. A later ReNegotiation brings the power.
"""

REMOTE_START_US: Final = 60 * S
"""How long a RemoteStartTransaction holds: it is refused when older, and forgotten when unused."""

STOP_WAIT_US: Final = 10 * S
"""How long an EV that is asked to stop may take; then the charge point opens the contactor."""
