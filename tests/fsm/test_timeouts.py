"""Each time-out of each side: what it ends, and that charging comes back."""

import itertools

import pytest

from fsm import effects as fx
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codec import decode, encode
from fsm.v2g.cp_table import CpState
from fsm.v2g.ev_table import EvState
from tests.fsm.pump import Pump, S, make_ev


def run_until(pump, text, *, limit_s=60):
    """Step until a line has ``text``."""
    until = pump.now_us + limit_s * S
    while not any(text in line for line in pump.lines[-8:]):
        assert pump.now_us < until, text
        pump.step()


AC = ["SupportedAppProtocol", "SessionSetup", "ServiceDiscovery", "PaymentServiceSelection"]
AC += ["Authorization", "ChargeParameterDiscovery", "PowerDelivery", "ChargingStatus"]
DC = ["CableCheck", "PreCharge", "CurrentDemand"]
CASES = [("AC", name) for name in AC] + [("DC", name) for name in DC]


@pytest.mark.parametrize(("current", "name"), CASES)
def test_the_ev_gives_up_a_request_that_is_not_answered(current, name):
    """After its message time-out: state B, no power, and a new session when all is well again."""
    pump = Pump(("CP1", 11_000, current))
    pump.run(1)
    pump.plug(make_ev(current=current))
    run_until(pump, f"EV1 > {name}Req")
    sent_us = pump.now_us
    spot = pump.spots["CP1"]
    spot.mute = True
    run_until(pump, f"EV1 fault: the session fails: no answer to {name}Req", limit_s=6)
    request = next(cls for cls in m.REQUESTS if cls.__name__ == f"{name}Req")
    assert pump.now_us - sent_us == timeouts.MESSAGE_TIMEOUT_US[request]
    assert spot.ev.state is EvState.CONNECTED_NOT_CHARGING
    assert spot.ev.pilot_state == "B"
    assert spot.power_w == 0
    spot.mute = False
    pump.run(1)
    assert spot.cp.state is CpState.FAILURE
    assert not spot.contactor_closed
    pump.run(40)
    assert spot.ev.state is EvState.CHARGING_WITH_PROFILE
    closed = [t.is_open for t in pump.network.transactions.values()]
    assert closed.count(True) == 1


@pytest.mark.parametrize("name", ["PowerDelivery", "WeldingDetection", "SessionStop"])
def test_an_end_that_is_not_answered_is_an_end(name):
    """The driver wanted it to stop: nothing is tried again, the transaction is closed."""
    pump = Pump(("CP1", 11_000, "DC"))
    pump.plug(make_ev(current="DC"))
    pump.run(20)
    pump.ev("stop_charging")
    run_until(pump, f"EV1 > {name}Req")
    pump.spots["CP1"].mute = True
    pump.run(60)
    assert pump.spots["CP1"].ev.state is EvState.CONNECTED_NOT_CHARGING
    assert pump.spots["CP1"].power_w == 0
    assert not pump.network.transactions[1].is_open
    assert len(pump.network.transactions) == 1


@pytest.mark.parametrize("state", ["begin_session", "authentication", "charging", "end_session"])
def test_sequence_timeout(state):
    """An EV that says nothing for 60 s: failure, open contactor, state F, transaction closed."""
    pump = Pump()
    pump.plug(make_ev())
    spot = pump.spots["CP1"]
    if state == "end_session":
        pump.run(5)
        pump.ev("stop_charging")
    while not (spot.cp.state == state and spot.cp.session.session_id != m.NO_SESSION):
        pump.step()
    spot.ev.on_message = spot.ev.on_timer = lambda *_: []  # it hangs
    heard_us = pump.now_us
    while spot.cp.state is not CpState.FAILURE:
        assert pump.now_us <= heard_us + timeouts.SEQUENCE_TIMEOUT_US + S
        pump.step()
    pump.run(1)
    assert not spot.contactor_closed
    assert not spot.cp.pilot_ok
    assert pump.network.open_transaction("CP1") is None
    pump.run(3)
    assert spot.cp.state is CpState.BEGIN_SESSION
    assert spot.cp.duty_permille == 50


def test_setup_timeout_of_the_charge_point():
    """18 s without SessionSetupReq; nobody spoke, so it rests until it is woken by B, C, B."""
    pump = Pump()
    pump.run(1)
    cp = pump.spots["CP1"].cp
    pump._cp(pump.spots["CP1"], cp.on_pilot("B", pump.now_us))
    pump.run(17.9)
    assert cp.state is CpState.BEGIN_SESSION
    pump.run(0.2)
    assert cp.state is CpState.FAILURE
    pump.run(4)
    assert (cp.state, cp.duty_permille) == (CpState.END_SESSION, 1_000)
    cp.on_pilot("C", pump.now_us)
    effects = cp.on_pilot("B", pump.now_us)
    assert cp.state is CpState.BEGIN_SESSION
    assert effects == []


def test_setup_timeout_of_the_ev():
    """20 s at a dead charge point; it waits, and begins when there is an offer."""
    pump = Pump()
    pump.run(1)
    pump.crash("CP1")
    pump.plug(make_ev())
    pump.run(19)
    assert not any("no session within 20 s" in line for line in pump.lines)
    pump.run(2)
    assert any("no session within 20 s" in line for line in pump.lines)
    pump.run(60)
    pump.start("CP1")
    pump.run(20)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE


def test_ongoing_timeout():
    """60 s of Ongoing are too many."""
    pump = Pump()
    pump.run(1)
    pump.spots["CP1"].cut_off = True
    pump.plug(make_ev())
    pump.run(59)
    assert not any("ongoing takes too long" in line for line in pump.lines)
    pump.run(2)
    assert any("ongoing takes too long" in line for line in pump.lines)


@pytest.mark.parametrize(("name", "seconds"), [("cable_check", 40), ("pre_charge", 7)])
def test_dc_loops_are_bounded(name, seconds, monkeypatch):
    """An isolation test or a pre-charge that does not end."""
    monkeypatch.setattr(timeouts, "ISOLATION_TEST_US", 10**9 if name == "cable_check" else 0)
    monkeypatch.setattr(timeouts, "PRE_CHARGE_STEP_V", 0)
    pump = Pump(("CP1", 11_000, "DC"))
    pump.plug(make_ev(current="DC"))
    run_until(pump, "CableCheckReq" if name == "cable_check" else "PreChargeReq")
    begun_us = pump.now_us
    run_until(pump, f"{name.replace('_', ' ')} takes too long", limit_s=50)
    assert pump.now_us - begun_us == seconds * S
    assert pump.spots["CP1"].power_w == 0


def test_contactor_timeout():
    """Without state C within 3 s the contactor stays open: FAILED_ContactorError."""
    pump = Pump()
    pump.plug(make_ev())
    run_until(pump, "PowerDeliveryReq Start")
    spot = pump.spots["CP1"]
    spot.ev.on_message = spot.ev.on_timer = lambda *_: []
    spot.cp.ev_pilot = "B"  # the resistor does not show what S2 did
    pump.run(2.9)
    assert spot.cp.session.pending is not None
    pump.run(0.2)
    assert any("PowerDeliveryRes FAILED_ContactorError" in line for line in pump.lines)
    assert not spot.contactor_closed


def test_state_c_after_the_request_is_in_time():
    """The contactor closes when C is seen, and only then the answer goes out."""
    pump = Pump()
    pump.plug(make_ev())
    run_until(pump, "PowerDeliveryReq Start")
    cp = pump.spots["CP1"].cp
    cp.ev_pilot = "B"
    pump.run(1)
    assert cp.state is CpState.ENERGY_NEGOTIATION
    effects = cp.on_pilot("C", pump.now_us)
    kinds = [type(effect) for effect in effects]
    assert kinds.index(fx.Contactor) < kinds.index(fx.SendV2g)
    response = next(decode(e.body) for e in effects if type(e) is fx.SendV2g)
    assert response.response_code == "OK"
    assert cp.state is CpState.CHARGING


def test_the_pauses_of_the_ev_grow():
    """5, 10, 20, then every 30 s."""
    pump = Pump()
    pump.run(1)
    pump.spots["CP1"].mute = True
    pump.plug(make_ev())
    pump.run(200)
    starts = [float(line[:8]) for line in pump.lines if "> SupportedAppProtocolReq" in line]
    pauses = [b - a - 2 for a, b in itertools.pairwise(starts)]
    assert pauses[:5] == pytest.approx([5, 10, 20, 30, 30], abs=1)


def test_late_timers_mean_nothing():
    """Any timer in any state, with nothing under way."""
    pump = Pump()
    pump.run(1)
    cp, ev = pump.spots["CP1"].cp, make_ev()
    for name in ("setup", "sequence", "contactor", "recover", "signal", "meter", "nonsense"):
        assert cp.on_timer(name, pump.now_us) == []
    for name in ("message", "ongoing", "setup", "cable_check", "repeat", "retry", "nonsense"):
        assert ev.on_timer(name, 0) == []
    assert ev.on_message(encode(m.TransportClose()), 0) == []
