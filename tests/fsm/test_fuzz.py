"""Anything, at any time, in any order: never an exception, and the promises hold."""

import random

import attrs
import msgpack
import pytest

from fsm import effects as fx
from fsm.energy.meter import Meter
from fsm.v2g import messages as m
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.codec import decode, encode, negative
from fsm.v2g.codes import (
    EnergyTransferMode,
    EVSENotification,
    EVSEProcessing,
    PaymentOption,
    ResponseCode,
)
from fsm.v2g.cp_table import CpState
from fsm.v2g.ev_table import EvState
from tests.fsm.pump import Pump, S, make_ev
from tests.fsm.samples import REQUESTS
from tests.fsm.test_refusals import ALL, with_session

CP_TIMERS = ["setup", "sequence", "contactor", "recover", "signal", "meter", "heartbeat", "boot"]
EV_TIMERS = ["message", "ongoing", "setup", "cable_check", "pre_charge", "repeat", "retry"]
RESULTS = [
    [3, "x", {}],
    [3, "x", {"status": "Accepted", "interval": 60}],
    [3, "x", {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}],
    [3, "x", {"idTagInfo": {"status": "ConcurrentTx"}, "transactionId": 0}],
    [3, "x", {"idTagInfo": {"status": "Blocked"}}],
    [3, "x", {"idTagInfo": 3}],
    [3, "x", None],
    [3],
    [],
    [4, "x", "InternalError", "", {}],
]
ACTIONS = ["BootNotification", "Authorize", "StartTransaction", "MeterValues", "Heartbeat", "?"]


def junk(rng):
    """Bytes that are hardly a message."""
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randbytes(rng.randrange(30))
    if kind == 1:
        body = bytearray(encode(rng.choice(ALL)))
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        return bytes(body)
    row = [type(rng.choice(ALL)).__name__, *(rng.choice([0, -1, "", b"", [], None, 1.5, {}]),) * 3]
    return msgpack.packb(row)


class Besieger:
    """Drives a charge point: mostly what it expects, so that the depths are reached; often not."""

    def __init__(self, seed, current):
        self.rng = random.Random(seed)
        self.now = 0
        self.cp = ChargePoint(
            id="CP1", rated_w=11_000, current=current, meter=Meter(), meter_interval_us=10 * S
        )
        self.calls = []
        self.good = [request for request in ALL if type(request) is not m.SessionStopReq]
        mode = "AC_three_phase_core" if current == "AC" else "DC_extended"
        for i, request in enumerate(self.good):
            if type(request) is m.ChargeParameterDiscoveryReq:
                mode = EnergyTransferMode(mode)
                self.good[i] = attrs.evolve(request, requested_energy_transfer_mode=mode)

    def act(self):
        """One input of some kind; returns the effects."""
        self.now += self.rng.randrange(S)
        kinds = [self.expected] * 30 + [self.answered] * 6 + [self.ready] * 6
        kinds += [self.anything, self.junk, self.pilot, self.timer, self.nonsense, self.limit]
        effects = self.rng.choice(kinds)()
        self.calls += [effect for effect in effects if type(effect) is fx.Call]
        return effects

    def send(self, request):
        """A request of this session."""
        request = with_session(request, self.cp.session.session_id)
        return self.cp.on_message(encode(request), self.now)

    def expected(self):
        """A request that the charge point waits for."""
        names = self.cp.session.wait.value
        fit = [request for request in self.good if type(request).__name__ in names]
        return self.send(self.rng.choice(fit or ALL))

    def answered(self):
        """The network says yes to the oldest call."""
        if not self.calls:
            return []
        call = self.calls.pop(0)
        answer = {"idTagInfo": {"status": "Accepted"}, "transactionId": self.now, "interval": 9}
        return self.cp.on_result(call.action, call.payload, [3, "", answer], self.now)

    def ready(self):
        """The EV closes S2 when that is its turn."""
        if self.cp.state is CpState.WAITING_EV:
            return self.cp.on_pilot("B", self.now)
        if self.cp.state is CpState.ENERGY_NEGOTIATION:
            return self.cp.on_pilot("C", self.now)
        return []

    def anything(self):
        """Any request."""
        return self.send(self.rng.choice(ALL))

    def junk(self):
        """Damaged bytes."""
        return self.cp.on_message(junk(self.rng), self.now)

    def pilot(self):
        """Any edge."""
        return self.cp.on_pilot(self.rng.choice("ABCD"), self.now)

    def timer(self):
        """Any timer, whether it runs or not."""
        return self.cp.on_timer(self.rng.choice(CP_TIMERS), self.now)

    def nonsense(self):
        """An answer of any shape to any call."""
        call = {"idTag": self.rng.choice(["EV1", "x"])}
        action, result = self.rng.choice(ACTIONS), self.rng.choice(RESULTS)
        return self.cp.on_result(action, call, result, self.now)

    def limit(self):
        """Another limit, or an orphan."""
        if self.rng.random() < 0.3:
            return self.cp.on_orphan(self.rng.randrange(9), self.now)
        return self.cp.on_limit(self.rng.choice([0, 7_000, 11_000]), self.now, 1)


LIVE = (CpState.CHARGING, CpState.RESTARTING_SESSION, CpState.ENERGY_NEGOTIATION)


@pytest.mark.parametrize("current", ["AC", "DC"])
def test_a_charge_point_under_fire(current):
    """Valid, out of order, damaged; pilot edges; timers; answers of every shape."""
    states = set()
    for seed in range(8):
        siege = Besieger(seed, current)
        cp, closed = siege.cp, False
        cp.boot(0, "A")
        for _ in range(4_000):
            for effect in siege.act():
                if type(effect) is fx.Contactor:
                    closed = effect.closed
            states.add(cp.state)
            assert closed == cp.contactor_closed
            assert not closed or cp.state in LIVE
            assert (cp.ev_pilot == "A") == (cp.state is CpState.WAITING_EV)
    assert states == set(CpState)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("current", ["AC", "DC"])
def test_an_ev_under_fire(seed, current):
    """The same for the other end of the cable."""
    rng = random.Random(seed)
    ev = make_ev(current=current, smart=bool(seed % 2))
    states, now = set(), 0
    for _ in range(5_000):
        now += rng.randrange(S)
        effects = _assault(ev, rng, now)
        states.add(ev.state)
        assert isinstance(effects, list)
        assert 0 <= ev.demand_w() <= 11_000
        if ev.demand_w():
            assert ev.pilot_state in ("C", "D")
        assert (ev.pilot_state == "A") == (ev.state is EvState.NOT_CONNECTED)
        if rng.random() < 0.01:
            ev.battery.energy_uj = ev.battery.capacity_uj // 3
    profile = EvState.CHARGING_WITH_PROFILE if seed % 2 else EvState.CHARGING_WITHOUT_PROFILE
    assert {EvState.SEND_NEEDS, EvState.RECEIVE_SCHEDULING, profile} <= states


DRIVER = ["plug_in", "plug_in", "unplug", "stop_charging", "pause_charging", "resume_charging"]
RESPONSES = [negative(type(request), ResponseCode.FAILED, b"\x01" * 8) for request in REQUESTS]
RESPONSES += [attrs.evolve(response, response_code=ResponseCode.OK) for response in RESPONSES]


def _assault(ev, rng, now):
    """One input of some kind, mostly what the EV waits for; returns the effects."""
    roll = rng.randrange(40)
    if roll < 24:
        if ev.awaiting is None:
            name = "repeat" if ev.repeats is not None else "retry"
            return ev.on_timer(name, now) + ev.on_pilot(True, 50, now)
        return ev.on_message(encode(_good(ev, rng)), now)
    if roll < 26:
        return ev.on_message(junk(rng), now)
    if roll == 26:
        return ev.on_message(encode(rng.choice(RESPONSES)), now)
    if roll == 27:
        return ev.on_pilot(rng.random() < 0.5, rng.choice([50, 1_000, 267, 0]), now)
    if roll == 28:
        return ev.on_timer(rng.choice(EV_TIMERS), now)
    if roll == 29:
        return getattr(ev, rng.choice(DRIVER))(now)
    if roll == 30:
        return ev.plug_in(now) + ev.resume_charging(now)
    ev.battery.charge(ev.demand_w() * S)
    return ev.on_tick(now)


def _good(ev, rng):
    """A positive answer to what the EV waits for."""
    cls = m.RESPONSE_OF[type(ev.awaiting)]
    session_id = ev.session_id if ev.session_id != m.NO_SESSION else b"\x05" * 8
    response = negative(type(ev.awaiting), ResponseCode.OK, session_id)
    changes = {"response_code": ResponseCode.OK}
    names = {a.name for a in attrs.fields(cls)}
    if "evse_processing" in names and rng.random() < 0.3:
        changes["evse_processing"] = EVSEProcessing.ONGOING
    if "evse_notification" in names and rng.random() < 0.1:
        changes["evse_notification"] = rng.choice(list(EVSENotification))
    if "receipt_required" in names and rng.random() < 0.1:
        changes["receipt_required"] = True
    if cls is m.ServiceDiscoveryRes:
        changes["payment_options"] = (PaymentOption.EXTERNAL_PAYMENT,)
        changes["energy_transfer_modes"] = tuple(EnergyTransferMode)
    if cls is m.ChargeParameterDiscoveryRes and rng.random() < 0.9:
        entries = tuple((900 * i, rng.choice([0, 5_000, 9_000])) for i in range(40))
        changes["sa_schedule_list"] = ((1, 86_400, entries),)
    for name in ("evse_max_current", "evse_maximum_power_limit"):
        if name in names:
            changes[name] = rng.choice([0, 3_000, 16_000])
    if "evse_present_voltage" in names:
        changes["evse_present_voltage"] = rng.choice([100, 400])
    return decode(encode(attrs.evolve(response, **changes)))


@pytest.mark.parametrize("seed", range(6))
def test_a_site_in_a_storm(seed):
    """Crashes, cuts, unplugging, pauses: the capacity holds, and in the end all charge again."""
    rng = random.Random(seed)
    spots = [("CP1", 11_000, "AC"), ("CP2", 11_000, "AC"), ("CP3", 50_000, "DC")]
    pump = Pump(*spots, capacity_w=30_000)
    cars = {
        name: make_ev(f"EV-{name}", current=current, max_w=rated, capacity_wh=500_000)
        for name, rated, current in spots
    }
    for _ in range(150):
        pump.run(rng.random() * 6)
        name = rng.choice(list(pump.spots))
        _strike(pump, name, cars[name], rng)
        assert pump.peak_w <= 30_000
        assert pump.network.held_w() <= 30_000
        assert pump.network.digest() == pump.network.full_digest()
    for name, spot in pump.spots.items():
        if not spot.cp:
            pump.start(name)
        pump.join(name)
        if spot.ev:
            pump.unplug(name)
    pump.run(5)
    assert pump.network.held_w() == 0
    for name in pump.spots:
        pump.plug(cars[name], name)
    pump.run(60)
    assert {spot.ev.state for spot in pump.spots.values()} == {EvState.CHARGING_WITH_PROFILE}
    assert sum(spot.power_w for spot in pump.spots.values()) == pytest.approx(30_000, abs=3)
    assert pump.peak_w <= 30_000


def _strike(pump, name, car, rng):
    """One fault or one whim of a driver."""
    spot = pump.spots[name]
    roll = rng.randrange(7)
    if roll == 0 and spot.cp:
        pump.crash(name)
    elif roll == 1 and not spot.cp:
        pump.start(name)
    elif roll == 2:
        spot.cut_off = True
    elif roll == 3 and spot.cp:
        pump.join(name)
    elif roll >= 4 and not spot.ev:
        pump.plug(car, name)
    elif roll == 4:
        pump.unplug(name)
    elif roll >= 5:
        pump.ev(rng.choice(["stop_charging", "pause_charging", "resume_charging"]), name)
