"""One good request of each kind."""

from fsm.v2g import messages as m
from fsm.v2g.codes import ChargeProgress, ChargingSession, EnergyTransferMode, PaymentOption

SESSION = b"\x01" * 8

REQUESTS = [
    m.SupportedAppProtocolReq(((*m.PROTOCOL, 1, 1),)),
    m.SessionSetupReq(m.NO_SESSION, "EV1"),
    m.ServiceDiscoveryReq(SESSION),
    m.ServiceDetailReq(SESSION, 1),
    m.PaymentServiceSelectionReq(SESSION, PaymentOption.EXTERNAL_PAYMENT, (1,)),
    m.PaymentDetailsReq(SESSION, "DE8AA1A2B3C4D59", b"chain"),
    m.AuthorizationReq(SESSION),
    m.ChargeParameterDiscoveryReq(
        SESSION, 24, EnergyTransferMode.AC_THREE_PHASE_CORE, 0, 20_000, 230, 16_000, 6_000, 11_000
    ),
    m.CableCheckReq(SESSION),
    m.PreChargeReq(SESSION, 400),
    m.PowerDeliveryReq(SESSION, ChargeProgress.START, 1, ((0, 7_000),)),
    m.ChargingStatusReq(SESSION),
    m.CurrentDemandReq(SESSION, 30, 400, 100_000),
    m.MeteringReceiptReq(SESSION, 1, 0),
    m.WeldingDetectionReq(SESSION),
    m.SessionStopReq(SESSION, ChargingSession.TERMINATE),
]
