"""Which request may follow: the SECC's "Wait for …Req" states of ISO 15118-2.

Source: the SECC's state figures, AC [V2G2-573 … 580] and DC [V2G2-565, V2G2-582]. After
ChargeParameterDiscovery a DC session always goes through CableCheck, after a renegotiation too.
SessionStopReq is taken wherever no power flows: an EV may end what has not begun.
"""

from enum import StrEnum
from typing import Final

from fsm.v2g import messages as m


class Wait(StrEnum):
    """What the charge point waits for."""

    SUPPORTED_APP_PROTOCOL = "SupportedAppProtocolReq"
    SESSION_SETUP = "SessionSetupReq"
    SERVICE_DISCOVERY = "ServiceDiscoveryReq"
    SERVICE_SELECTION = "ServiceDetailReq or PaymentServiceSelectionReq"
    PAYMENT_DETAILS = "PaymentDetailsReq"
    AUTHORIZATION = "AuthorizationReq"
    CHARGE_PARAMETER_DISCOVERY = "ChargeParameterDiscoveryReq"
    CABLE_CHECK = "CableCheckReq"
    PRE_CHARGE = "PreChargeReq"
    PRE_CHARGE_OR_POWER = "PreChargeReq or PowerDeliveryReq"
    POWER_DELIVERY = "PowerDeliveryReq"
    CHARGING_STATUS = "ChargingStatusReq or PowerDeliveryReq"
    CURRENT_DEMAND = "CurrentDemandReq or PowerDeliveryReq"
    METERING_RECEIPT = "MeteringReceiptReq"
    SESSION_STOP = "SessionStopReq"
    WELDING_OR_STOP = "WeldingDetectionReq or SessionStopReq"
    NOTHING = "nothing: the session has ended"


ALLOWED: Final[dict[Wait, tuple[type[m.Request], ...]]] = {
    Wait.SUPPORTED_APP_PROTOCOL: (m.SupportedAppProtocolReq,),
    Wait.SESSION_SETUP: (m.SessionSetupReq,),
    Wait.SERVICE_DISCOVERY: (m.ServiceDiscoveryReq, m.SessionStopReq),
    Wait.SERVICE_SELECTION: (m.ServiceDetailReq, m.PaymentServiceSelectionReq, m.SessionStopReq),
    Wait.PAYMENT_DETAILS: (m.PaymentDetailsReq, m.SessionStopReq),
    Wait.AUTHORIZATION: (m.AuthorizationReq, m.SessionStopReq),
    Wait.CHARGE_PARAMETER_DISCOVERY: (m.ChargeParameterDiscoveryReq, m.SessionStopReq),
    Wait.CABLE_CHECK: (m.CableCheckReq, m.SessionStopReq),
    Wait.PRE_CHARGE: (m.PreChargeReq, m.SessionStopReq),
    Wait.PRE_CHARGE_OR_POWER: (m.PreChargeReq, m.PowerDeliveryReq, m.SessionStopReq),
    Wait.POWER_DELIVERY: (m.PowerDeliveryReq, m.SessionStopReq),
    Wait.CHARGING_STATUS: (m.ChargingStatusReq, m.PowerDeliveryReq),
    Wait.CURRENT_DEMAND: (m.CurrentDemandReq, m.PowerDeliveryReq),
    Wait.METERING_RECEIPT: (m.MeteringReceiptReq,),
    Wait.SESSION_STOP: (m.SessionStopReq,),
    Wait.WELDING_OR_STOP: (m.WeldingDetectionReq, m.SessionStopReq),
    Wait.NOTHING: (),
}
