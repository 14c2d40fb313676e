"""Every request in every state of a charge point: the standard's answer, and what follows."""

import copy
import itertools

import attrs
import pytest

from fsm import effects as fx
from fsm.energy.meter import Meter
from fsm.network.limits import Rails, redistribute
from fsm.network.tables import Draft
from fsm.v2g import messages as m
from fsm.v2g.answering import request_event
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.codec import decode, encode
from fsm.v2g.codes import ChargeProgress, ChargingSession, EnergyTransferMode, PaymentOption
from fsm.v2g.codes import ResponseCode as Code
from fsm.v2g.cp_table import CP_TABLE, CpState
from fsm.v2g.sequence import ALLOWED, Wait
from tests.fsm.pump import Pump, S, make_ev
from tests.fsm.samples import REQUESTS, SESSION

ALL = [
    *REQUESTS,
    m.PowerDeliveryReq(SESSION, ChargeProgress.RENEGOTIATE, 1),
    m.PowerDeliveryReq(SESSION, ChargeProgress.STOP, 1),
    m.SessionStopReq(SESSION, ChargingSession.PAUSE),
]


def situations(current):
    """A charge point in the middle of a session, once for each state and what it waits for."""
    pump = Pump(("CP1", 11_000, current))
    pump.run(1)
    found = {}

    def look():
        cp = pump.spots["CP1"].cp
        key = (cp.state, cp.session.wait)
        if key not in found:
            found[key] = copy.deepcopy(pump)

    pump.plug(make_ev(current=current))
    for action in ("", "renegotiate", "stop_charging", "fail"):
        if action == "renegotiate":
            draft = Draft(pump.network.state)
            for asset in redistribute(Rails(9_000), draft.served()).values():
                draft.put(asset)
            pump.network.state = draft.keep()
            pump._limit(pump.spots["CP1"])
        elif action == "stop_charging":
            pump.ev("stop_charging")
        elif action == "fail":
            pump.to_cp(encode(m.ServiceDiscoveryReq(SESSION)))
        until = pump.now_us + 8 * S
        look()
        while pump.now_us < until:
            pump.step()
            look()
    return found


@pytest.fixture(scope="module", params=["AC", "DC"])
def found(request):
    """Situations by (state, wait), for one current."""
    return situations(request.param)


def with_session(request, session_id):
    """The same request in another session."""
    if type(request) is m.SupportedAppProtocolReq:
        return request
    return attrs.evolve(request, session_id=session_id)


def answer(pump, request):
    """The one response, and all effects."""
    cp = copy.deepcopy(pump.spots["CP1"].cp)
    effects = cp.on_message(encode(request), pump.now_us)
    sent = [decode(effect.body) for effect in effects if type(effect) is fx.SendV2g]
    responses = [message for message in sent if type(message) is not m.TransportClose]
    return cp, responses, effects


def test_the_situations_are_rich(found):
    """All states but the one without an EV are there."""
    states = {state for state, _ in found}
    expected = set(CpState) - {CpState.WAITING_EV}
    if (CpState.CHARGING, Wait.CURRENT_DEMAND) in found:
        expected -= {CpState.RESTARTING_SESSION}
    assert states == expected


def test_every_illegal_request_is_a_sequence_error(found):
    """In each state and each wait: FAILED_SequenceError (or Failed_NoNegotiation) and failure."""
    count = 0
    for (state, wait), pump in found.items():
        for request in ALL:
            session_id = pump.spots["CP1"].cp.session.session_id
            row = CP_TABLE.row(state, request_event(request))
            legal = type(request) in ALLOWED[wait] and row.action not in (
                "sequence_error",
                "refuse",
            )
            if legal:
                continue
            cp, responses, effects = answer(pump, with_session(request, session_id))
            (response,) = responses
            assert type(response) is m.RESPONSE_OF[type(request)]
            first = type(request) is m.SupportedAppProtocolReq
            wanted = Code.FAILED_NO_NEGOTIATION if first else Code.FAILED_SEQUENCE_ERROR
            assert response.response_code is wanted, (state, wait, request)
            assert cp.state is CpState.FAILURE
            assert not cp.contactor_closed
            if pump.spots["CP1"].contactor_closed:
                assert effects.index(fx.Contactor(closed=False)) < len(effects)
            count += 1
    assert count > 120


def test_a_request_of_another_session_is_unknown(found):
    """Legal, but with a wrong SessionID: FAILED_UnknownSession."""
    count = 0
    for (state, wait), pump in found.items():
        for request in ALL:
            row = CP_TABLE.row(state, request_event(request))
            if type(request) not in ALLOWED[wait] or row.action in ("sequence_error", "refuse"):
                continue
            if type(request) in (m.SupportedAppProtocolReq, m.SessionSetupReq):
                continue
            cp, (response,), _ = answer(pump, with_session(request, b"\xff" * 8))
            assert response.response_code is Code.FAILED_UNKNOWN_SESSION, (state, wait)
            assert cp.state is CpState.FAILURE
            count += 1
    assert count > 10


def test_without_an_ev_nobody_is_answered():
    """A late message of an EV that has left."""
    cp = ChargePoint(
        id="CP1", rated_w=11_000, current="AC", meter=Meter(), meter_interval_us=10 * S
    )
    cp.boot(0, "A")
    for request in ALL:
        (notice,) = cp.on_message(encode(request), 1)
        assert type(notice) is fx.Notice
        assert cp.state is CpState.WAITING_EV


BAD = [
    (
        m.SupportedAppProtocolReq((("urn:din:70121:2012:MsgDef", 2, 0, 1, 1),)),
        Code.FAILED_NO_NEGOTIATION,
    ),
    (m.ServiceDetailReq(SESSION, 7), Code.FAILED_SERVICE_ID_INVALID),
    (
        m.PaymentServiceSelectionReq(SESSION, PaymentOption.CONTRACT, (1,)),
        Code.FAILED_PAYMENT_SELECTION_INVALID,
    ),
    (
        m.PaymentServiceSelectionReq(SESSION, PaymentOption.EXTERNAL_PAYMENT, ()),
        Code.FAILED_NO_CHARGE_SERVICE_SELECTED,
    ),
    (
        m.PaymentServiceSelectionReq(SESSION, PaymentOption.EXTERNAL_PAYMENT, (1, 9)),
        Code.FAILED_SERVICE_SELECTION_INVALID,
    ),
    (
        m.ChargeParameterDiscoveryReq(SESSION, 1, EnergyTransferMode.DC_UNIQUE, 0, 1, 400, 1, 1, 1),
        Code.FAILED_WRONG_ENERGY_TRANSFER_MODE,
    ),
    (
        m.ChargeParameterDiscoveryReq(SESSION, 1, EnergyTransferMode.AC_THREE_PHASE_CORE),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
    (
        m.ChargeParameterDiscoveryReq(
            SESSION, 1, EnergyTransferMode.AC_THREE_PHASE_CORE, 0, 1, 230, 6_000, 7_000
        ),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
    (m.PowerDeliveryReq(SESSION, ChargeProgress.START, 2), Code.FAILED_TARIFF_SELECTION_INVALID),
    (
        m.PowerDeliveryReq(SESSION, ChargeProgress.START, 1, ((0, 11_001),)),
        Code.FAILED_CHARGING_PROFILE_INVALID,
    ),
    (
        m.PowerDeliveryReq(SESSION, ChargeProgress.START, 1, ((5, 1),)),
        Code.FAILED_CHARGING_PROFILE_INVALID,
    ),
    (
        m.PowerDeliveryReq(SESSION, ChargeProgress.START, 1, ((0, 1), (0, 2))),
        Code.FAILED_CHARGING_PROFILE_INVALID,
    ),
    (m.PowerDeliveryReq(SESSION, ChargeProgress.RENEGOTIATE, 1), Code.FAILED),
]


@pytest.mark.parametrize(("request_", "code"), BAD, ids=lambda v: str(getattr(v, "value", "")))
def test_a_legal_request_with_wrong_content(request_, code):
    """The code that says what is wrong, and the session ends."""
    for (state, wait), pump in situations("AC").items():
        if type(request_) not in ALLOWED[wait] or state is CpState.FAILURE:
            continue
        if CP_TABLE.row(state, request_event(request_)).action == "sequence_error":
            continue
        request = with_session(request_, pump.spots["CP1"].cp.session.session_id)
        cp, (response,), _ = answer(pump, request)
        assert response.response_code is code
        assert cp.state is CpState.FAILURE
        return
    raise AssertionError("no situation takes it")


def test_a_receipt_above_the_meter_is_refused():
    """FAILED_MeteringSignatureNotValid; a good one goes on."""
    found = situations("AC")
    pump = found[(CpState.CHARGING, Wait.CHARGING_STATUS)]
    cp = pump.spots["CP1"].cp
    cp.session.wait = Wait.METERING_RECEIPT
    good = m.MeteringReceiptReq(cp.session.session_id, 1, cp.meter.energy_wh)
    bad = m.MeteringReceiptReq(cp.session.session_id, 1, cp.meter.energy_wh + 1)
    for request, code in ((good, Code.OK), (bad, Code.FAILED_METERING_SIGNATURE_NOT_VALID)):
        _, (response,), _ = answer(pump, request)
        assert response.response_code is code


def test_every_pair_of_tables_fits():
    """What the sequence allows somewhere, the state table knows somewhere, and the other way."""
    known = {
        event.value.split("(")[0]
        for (_, event), row in CP_TABLE.rows.items()
        if row.action not in ("sequence_error", "refuse") and "Req" in event.value
    }
    allowed = {cls.__name__ for cls in itertools.chain(*ALLOWED.values())}
    assert known == allowed == {cls.__name__ for cls in m.REQUESTS}
