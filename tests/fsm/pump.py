"""A tiny host: real EVs, charge points and network state over virtual time, without consensus.

Messages take 1 ms over the cable, a CALL 10 ms to be applied and answered. Whatever would be a
replicated log is a list here. The pump writes a transcript: one line for each thing that happens.
"""

import heapq
from typing import Any

import msgpack

from fsm import effects as fx
from fsm.energy.battery import Battery
from fsm.energy.meter import Meter
from fsm.network.state import NetworkState
from fsm.ocpp.client import CallClient
from fsm.ocpp.status import TRANSITIONS, ConnectorStatus
from fsm.v2g import messages as m
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.codec import decode
from fsm.v2g.ev import ElectricVehicle

MS = 1_000
S = 1_000_000


def make_ev(name="EV1", *, soc=300_000, target=800_000, current="AC", max_w=11_000, **more):
    """An EV with a battery of 40 kWh."""
    battery = Battery.at_soc(more.pop("capacity_wh", 40_000), soc)
    smart = more.pop("smart", True)
    return ElectricVehicle(
        id=name,
        id_tag=more.pop("id_tag", name),
        battery=battery,
        target_ppm=target,
        max_w=max_w,
        current=current,
        smart=smart,
    )


class Spot:
    """One charge point's place: hardware, controller, queue, and the EV at its cable."""

    def __init__(self, name, rated_w, current):
        self.name, self.rated_w, self.current = name, rated_w, current
        self.meter = Meter()
        self.cp: ChargePoint | None = None
        self.calls = CallClient(name)
        self.contactor_closed = False
        self.ev: ElectricVehicle | None = None
        self.power_w = 0
        self.settled_us = 0
        self.limit_version = 0
        self.statuses: list[str] = []
        self.timers: dict[tuple[str, str], int] = {}
        self.cut_off = False
        self.mute = False
        """Messages of the charge point are lost (a hung controller)."""


class Pump:
    """The host."""

    def __init__(self, *spots, capacity_w=22_000):
        self.now_us = 0
        self.network = NetworkState(capacity_w)
        self.capacity_w = capacity_w
        self.spots = {}
        for name, rated_w, current in spots or (("CP1", 11_000, "AC"),):
            self.spots[name] = Spot(name, rated_w, current)
        self.heap: list[tuple[int, int, str, Any]] = []
        self.sequence = 0
        self.lines: list[str] = []
        self.log: list[bytes] = []
        self.peak_w = 0
        for spot in self.spots.values():
            self.start(spot.name)
        self._push(S, "tick", None)

    # -- what a test does --------------------------------------------------------------------

    def start(self, name):
        """Start a charge point's computer."""
        spot = self.spots[name]
        spot.cp = ChargePoint(
            id=name,
            rated_w=spot.rated_w,
            current=spot.current,
            meter=spot.meter,
            meter_interval_us=10 * S,
        )
        spot.calls = CallClient(name, spot.calls.next_number)
        spot.limit_version = self.network.limit_version(name)
        self._cp(spot, spot.cp.boot(self.now_us, spot.ev.pilot_state if spot.ev else "A"))

    def crash(self, name):
        """The computer stops; the hardware opens the contactor and the pilot dies."""
        spot = self.spots[name]
        spot.cp = None
        spot.timers = {key: at for key, at in spot.timers.items() if key[0] != "cp"}
        self._contactor(spot, False)
        if spot.ev:
            self._ev(spot, spot.ev.on_pilot(False, 0, self.now_us))

    def plug(self, ev, name="CP1"):
        """Plug an EV in."""
        spot = self.spots[name]
        spot.ev = ev
        self._ev(spot, ev.plug_in(self.now_us))
        if spot.cp is None:
            self._ev(spot, ev.on_pilot(False, 0, self.now_us))

    def unplug(self, name="CP1"):
        """Unplug it."""
        spot = self.spots[name]
        self._ev(spot, spot.ev.unplug(self.now_us))
        self.settle(spot)
        spot.ev = None

    def ev(self, method, name="CP1"):
        """Call one of the EV's methods."""
        spot = self.spots[name]
        self._ev(spot, getattr(spot.ev, method)(self.now_us))

    def to_cp(self, body, name="CP1"):
        """A message out of nowhere to the charge point."""
        spot = self.spots[name]
        self._cp(spot, spot.cp.on_message(body, self.now_us))

    def run(self, seconds):
        """Let time pass."""
        until = self.now_us + int(seconds * S)
        while self.heap and self.heap[0][0] <= until:
            self.step()
        self.now_us = until
        for spot in self.spots.values():
            self.settle(spot)

    def step(self):
        """One event."""
        self.now_us, _, kind, data = heapq.heappop(self.heap)
        for spot in self.spots.values():
            self.settle(spot)
        getattr(self, f"_on_{kind}")(data)
        power_w = 0
        for spot in self.spots.values():
            self.settle(spot)
            power_w += spot.power_w
        self.peak_w = max(self.peak_w, power_w)

    # -- inside --------------------------------------------------------------------------------

    def _push(self, delay_us, kind, data):
        self.sequence += 1
        heapq.heappush(self.heap, (self.now_us + delay_us, self.sequence, kind, data))

    def say(self, text):
        """Write a line of the transcript."""
        self.lines.append(f"{self.now_us / S:8.3f} {text}")

    def settle(self, spot):
        """Count the energy that has flowed since the last time."""
        if spot.power_w and spot.ev:
            energy_uj = spot.meter.add(spot.power_w, self.now_us - spot.settled_us)
            spot.ev.battery.charge(energy_uj)
        spot.settled_us = self.now_us
        flows = spot.contactor_closed and spot.ev and spot.ev.pilot_state in ("C", "D")
        spot.power_w = spot.ev.demand_w() if flows else 0

    def _contactor(self, spot, closed):
        self.settle(spot)
        spot.contactor_closed = closed
        self.settle(spot)

    def _on_tick(self, _):
        for spot in self.spots.values():
            if spot.power_w:
                self._ev(spot, spot.ev.on_tick(self.now_us))
        self._push(S, "tick", None)

    def _on_timer(self, data):
        spot, side, name, at_us = data
        if spot.timers.get((side, name)) != at_us:
            return
        del spot.timers[(side, name)]
        if side == "cp":
            self._cp(spot, spot.cp.on_timer(name, self.now_us))
        elif spot.ev:
            self._ev(spot, spot.ev.on_timer(name, self.now_us))

    def _on_to_cp(self, data):
        spot, body = data
        if spot.cp and spot.ev:
            self._cp(spot, spot.cp.on_message(body, self.now_us))

    def _on_to_ev(self, data):
        spot, body = data
        if spot.ev and spot.cp and not spot.mute:
            self._ev(spot, spot.ev.on_message(body, self.now_us))

    def _on_apply(self, data):
        spot, op, cp = data
        self.log.append(op)
        result = msgpack.unpackb(self.network.apply(op))
        if spot.cp is cp and cp is not None:
            call = spot.calls.answer(result)
            if call:
                self._cp(spot, cp.on_result(call.action, call.payload, result, self.now_us))
                self._propose(spot)
                if call.action == "BootNotification":
                    orphan = self.network.open_transaction(spot.name)
                    if orphan:
                        begun = (orphan.id_tag, orphan.start_us, orphan.meter_start_wh)
                        self._cp(spot, cp.on_orphan(orphan.id, self.now_us, begun))
        for other in self.spots.values():
            version = self.network.limit_version(other.name)
            if other.cp and not other.cut_off and version != other.limit_version:
                other.limit_version = version
                self._limit(other)

    def _propose(self, spot):
        if spot.cut_off:
            return
        op = spot.calls.take()
        if op is not None:
            self._push(10 * MS, "apply", (spot, op, spot.cp))

    def join(self, name):
        """A charge point hears the network again."""
        spot = self.spots[name]
        spot.cut_off = False
        version = self.network.limit_version(name)
        if version != spot.limit_version:
            spot.limit_version = version
            self._limit(spot)
        self._propose(spot)

    def _limit(self, spot):
        """Tell a charge point what the network allows, and what it waits for."""
        limit_w = self.network.limit_w(spot.name)
        version = self.network.unconfirmed_version(spot.name)
        self._cp(spot, spot.cp.on_limit(limit_w, self.now_us, version))

    def _timer(self, spot, side, effect):
        if type(effect) is fx.CancelTimer:
            spot.timers.pop((side, effect.name), None)
        else:
            at_us = self.now_us + effect.delay_us
            spot.timers[(side, effect.name)] = at_us
            self._push(effect.delay_us, "timer", (spot, side, effect.name, at_us))

    def _cp(self, spot, effects):
        for effect in effects:
            kind = type(effect)
            if kind is fx.SendV2g:
                self.say(f"{spot.name} > {short(effect.body)}")
                self._push(MS, "to_ev", (spot, effect.body))
            elif kind in (fx.SetTimer, fx.CancelTimer):
                self._timer(spot, "cp", effect)
            elif kind is fx.Call:
                self._call(spot, effect)
            elif kind is fx.Contactor:
                self.say(f"{spot.name} contactor {'closed' if effect.closed else 'open'}")
                self._contactor(spot, effect.closed)
            elif kind is fx.PilotDuty:
                shown = f"{effect.duty_permille / 10:g} %" if effect.state_ok else "F"
                self.say(f"{spot.name} pilot {shown}")
                if spot.ev:
                    args = (effect.state_ok, effect.duty_permille, self.now_us)
                    self._ev(spot, spot.ev.on_pilot(*args))
            elif kind is fx.Refused:
                self.say(f"{spot.name} refuses {effect.who}: {effect.code}")
            else:
                assert kind is fx.Notice
                self.say(f"{spot.name} {effect.severity}: {effect.text}")

    def _call(self, spot, effect):
        self.say(f"{spot.name} calls {effect.action}")
        if effect.action == "StatusNotification":
            self._check_status(spot, effect.payload["status"])
        spot.calls.submit(effect.action, effect.payload, self.now_us)
        self._propose(spot)

    def _check_status(self, spot, status):
        booted = any(call.action == "BootNotification" for call in spot.calls._queue)
        if spot.statuses and not booted:
            pair = (ConnectorStatus(spot.statuses[-1]), ConnectorStatus(status))
            assert pair in TRANSITIONS, pair
        spot.statuses.append(status)

    def _ev(self, spot, effects):
        name = spot.ev.id
        for effect in effects:
            kind = type(effect)
            if kind is fx.SendV2g:
                self.say(f"{name} > {short(effect.body)}")
                self._push(MS, "to_cp", (spot, effect.body))
            elif kind in (fx.SetTimer, fx.CancelTimer):
                self._timer(spot, "ev", effect)
            elif kind is fx.PilotState:
                self.say(f"{name} pilot {effect.state}")
                self.settle(spot)
                if spot.cp:
                    self._cp(spot, spot.cp.on_pilot(effect.state, self.now_us))
            else:
                assert kind is fx.Notice, effect
                self.say(f"{name} {effect.severity}: {effect.text}")
        self.settle(spot)


def short(body):
    """A message in a few words for the transcript."""
    message = decode(body)
    words = [type(message).__name__]
    if isinstance(message, m.PowerDeliveryReq):
        words.append(str(message.charge_progress))
        if message.charging_profile:
            words.append(str(list(message.charging_profile)))
    if isinstance(message, m.SessionStopReq):
        words.append(str(message.charging_session))
    code = getattr(message, "response_code", "")
    if code and code != "OK":
        words.append(str(code))
    for name in ("evse_processing", "evse_notification"):
        value = getattr(message, name, None)
        if value is not None and str(value) not in ("Finished", "None"):
            words.append(str(value))
    for name, unit in (("evse_max_current", "mA"), ("evse_present_voltage", "V")):
        value = getattr(message, name, 0)
        if value:
            words.append(f"{value} {unit}")
    return " ".join(words)
