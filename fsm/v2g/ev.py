"""The EV: EVCC, battery and driver in one, driven by messages, timers and the pilot.

Each input is turned into an event, the table (:mod:`fsm.v2g.ev_table`) says what it leads to, and
the effects are returned in order. Nothing that a charge point sends makes it raise: whatever
breaks a session ends it, and an EV that is plugged in, not full enough and whose driver still
wants to charge tries again after a pause that grows.
"""

from enum import StrEnum
from typing import Any, ClassVar

from fsm.effects import CancelTimer, Effect, Notice, PilotState, SendV2g, SetTimer
from fsm.energy.battery import Battery, Current
from fsm.network.records import LEAST_A, PHASE_V, phases
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codec import decode, encode
from fsm.v2g.codes import (
    ChargeProgress,
    ChargingSession,
    EnergyTransferMode,
    EVSENotification,
    EVSEProcessing,
    PaymentOption,
)
from fsm.v2g.ev_table import EV_TABLE, EvEvent
from fsm.v2g.ev_table import EvState as EvState
from fsm.v2g.kinds import ChargingProfile, MalformedMessageError, PMaxEntry

DC_VOLTAGE_V = 400
"""Voltage of every battery here; a choice that makes DC power a matter of current alone."""

MAX_DUTY_PERMILLE = 970
"""Above it the pilot is constant."""

_MODES: dict[Current, tuple[EnergyTransferMode, ...]] = {
    "AC": (EnergyTransferMode.AC_THREE_PHASE_CORE, EnergyTransferMode.AC_SINGLE_PHASE_CORE),
    "DC": (EnergyTransferMode.DC_EXTENDED, EnergyTransferMode.DC_CORE),
}

_TIMERS = ("message", "ongoing", "setup", "cable_check", "pre_charge", "repeat", "retry")


class Intent(StrEnum):
    """What the EV is up to."""

    CHARGE = "charge"
    STOP = "stop"
    PAUSE = "pause"
    REST = "rest"
    """Ended for good, until it is plugged in again or its driver asks for more."""


def duty_current_ma(duty_permille: int) -> int:
    """The current that a duty allows, in mA (IEC 61851-1, table A.8); 0 outside of 8 to 97 %."""
    if 80 <= duty_permille <= 850:
        return max(LEAST_A * 1_000, duty_permille * 60)
    if 850 < duty_permille <= MAX_DUTY_PERMILLE:
        return min(80_000, (duty_permille - 640) * 250)
    return 0


class ElectricVehicle:
    """One EV. Power in W, times in µs, states of charge in ppm.

    ``target_ppm`` is where it stops by itself, ``smart`` whether its driver opted in to a charging
    profile. Every input returns the effects that it asks for, in order.
    """

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name that its callers use
        id_tag: str,
        battery: Battery,
        target_ppm: int,
        max_w: int,
        current: Current,
        smart: bool,
    ) -> None:
        self.id = id
        self.id_tag = id_tag
        self.battery = battery
        self.target_ppm = target_ppm
        self.max_w = max_w
        self.current: Current = current
        self.smart = smart
        self.state = EvState.NOT_CONNECTED
        self.pilot_state = "A"
        self.intent = Intent.CHARGE
        self.departure_s = 0
        """When the driver leaves, in s from the negotiation; 0 when it is not said."""
        self._out: list[Effect] = []
        self._now_us = 0
        self._pilot_ok = False
        self._duty_permille = 0
        self._session_id = m.NO_SESSION
        self._paused_id = m.NO_SESSION
        self._awaiting: m.Request | None = None
        """The request that is not answered yet."""
        self._repeats: m.Request | None = None
        """What is sent again when the timer ``repeat`` fires."""
        self._connected = False
        """Whether there is a connection to end."""
        self._watched: dict[str, None] = {}
        """Timers of loops that run."""
        self._failures = 0
        self._retry_pending = False
        self._mode = EnergyTransferMode.AC_THREE_PHASE_CORE
        self._phases = 3
        self._power_on = False
        self._basic = False
        self._limit_w = 0
        self._profile: tuple[PMaxEntry, ...] = ()
        self._profile_from_us = 0
        self._tuple_id = 0
        self._offered: tuple[PMaxEntry, ...] = ()

    # -- what flows ----------------------------------------------------------------------------

    def demand_w(self) -> int:
        """What it draws now, in W; 0 unless power is on.

        The least of what the battery takes, the limit it was last told, and its profile. An AC
        EV cannot charge with less than 6 A, so a limit below that is none to it.
        """
        if not self._power_on or self.battery.soc_ppm >= self.target_ppm:
            return 0
        allowed_w = min(self.max_w, self._limit_w)
        if self._profile:
            allowed_w = min(allowed_w, self._profile_w())
        if self.current == "AC" and allowed_w < LEAST_A * PHASE_V * self._phases:
            return 0
        return min(allowed_w, self.battery.max_power_w(self.max_w, self.current))

    def _profile_w(self) -> int:
        elapsed_s = (self._now_us - self._profile_from_us) // timeouts.S
        power_w = 0
        for start_s, entry_w in self._profile:
            if start_s > elapsed_s:
                break
            power_w = entry_w
        return power_w

    # -- inputs --------------------------------------------------------------------------------

    def plug_in(self, now_us: int) -> list[Effect]:
        """The driver plugs it in and wants it charged."""
        return self._run(EvEvent.PLUGGED, now_us)

    def unplug(self, now_us: int) -> list[Effect]:
        """The driver pulls the plug; possible at any time."""
        return self._run(EvEvent.UNPLUGGED, now_us)

    def stop_charging(self, now_us: int) -> list[Effect]:
        """The driver ends charging; the EV stays plugged in."""
        return self._end(Intent.STOP, now_us)

    def pause_charging(self, now_us: int) -> list[Effect]:
        """The driver pauses: the session can be joined again (:meth:`resume_charging`)."""
        return self._end(Intent.PAUSE, now_us)

    def resume_charging(self, now_us: int) -> list[Effect]:
        """The driver wants to go on after a pause or an end."""
        if self.intent is Intent.REST and self._awaiting is None:
            self.intent = Intent.CHARGE
            self._failures = 0
            return self._run(EvEvent.RESUMED, now_us)
        return []

    def on_tick(self, now_us: int) -> list[Effect]:
        """A second has passed while power flowed: see whether the target is reached."""
        self._now_us = now_us
        if self._power_on and self.battery.soc_ppm >= self.target_ppm:
            return self._end(Intent.STOP, now_us)
        return []

    def on_pilot(self, state_ok: bool, duty_permille: int, now_us: int) -> list[Effect]:
        """The charge point's oscillator shows this; ``state_ok`` False is F, or a dead pilot."""
        self._pilot_ok, self._duty_permille = state_ok, duty_permille
        if not state_ok:
            if self._active:
                return self._break("the pilot shows state F", now_us)
            return []
        if self._offers_digital:
            return self._run(EvEvent.OFFERED, now_us)
        if duty_current_ma(duty_permille):
            return self._run(EvEvent.BASIC_OFFERED, now_us)
        return self._run(EvEvent.BASIC_ENDED, now_us) if self._basic else []

    def on_timer(self, name: str, now_us: int) -> list[Effect]:
        """Take the firing of a timer; one that means nothing any more is ignored."""
        if name == "repeat":
            return self._run(EvEvent.REPEAT, now_us)
        if name == "retry":
            self._retry_pending = False
            return self._run(EvEvent.RETRY, now_us)
        if name == "message" and self._awaiting is not None:
            return self._break(f"no answer to {type(self._awaiting).__name__}", now_us)
        if name == "setup" and self.state is EvState.CONNECTED_NOT_CHARGING:
            return self._break("no session within 20 s", now_us)
        if name in self._watched:
            return self._break(f"{name.replace('_', ' ')} takes too long", now_us)
        return []

    def on_message(self, body: bytes, now_us: int) -> list[Effect]:
        """Take a message of the charge point."""
        try:
            message = decode(body)
        except MalformedMessageError as error:
            return [Notice("fault", f"a damaged V2G message is dropped: {error}")]
        if type(message) is m.TransportClose:
            self._connected = False
            return self._break("the charge point ended the connection", now_us)
        request = self._awaiting
        if request is None:
            # Of a session that this EV has ended already.
            return []
        if type(message) is not m.RESPONSE_OF[type(request)]:
            return self._break(f"a {type(message).__name__} came unexpectedly", now_us)
        response = message
        if not self._knows(response):
            return self._break("a response of another session came", now_us)
        if response.response_code.is_negative:
            if type(response) is m.AuthorizationRes and response.response_code == "FAILED":
                # The driver is refused; asking again would not change that.
                self.intent = Intent.REST
            return self._break(f"{type(response).__name__} {response.response_code}", now_us)
        self._awaiting = None
        return self._run(self._response_event(request, response), now_us, response)

    # -- events --------------------------------------------------------------------------------

    @property
    def _active(self) -> bool:
        """Whether a session, or an attempt at one, is under way."""
        return self._awaiting is not None or self._repeats is not None or self._power_on

    @property
    def _offers_digital(self) -> bool:
        return self._pilot_ok and 30 <= self._duty_permille <= 70

    def _run(self, event: EvEvent, now_us: int, response: m.Response | None = None) -> list[Effect]:
        """Let the table decide; returns the effects."""
        self._now_us = now_us
        row = EV_TABLE.row(self.state, event)
        if row is None:
            return []
        out: list[Effect] = []
        self._out = out
        if response is not None:
            out.append(CancelTimer("message"))
        self.state = row.next_state
        self._ACTIONS[row.action](self, response)
        self._out = []
        return out

    def _break(self, why: str, now_us: int) -> list[Effect]:
        self._why = why
        return self._run(EvEvent.BROKEN, now_us)

    def _end(self, intent: Intent, now_us: int) -> list[Effect]:
        if self.intent is Intent.CHARGE:
            self.intent = intent
            return self._run(EvEvent.STOPPED, now_us)
        return []

    def _knows(self, response: m.Response) -> bool:
        """Whether it is of this session; SessionSetupRes brings the id."""
        if isinstance(response, m.SupportedAppProtocolRes | m.SessionSetupRes):
            return True
        return response.session_id == self._session_id

    def _response_event(self, request: m.Request, response: m.Response) -> EvEvent:
        """The event that a positive response is."""
        if type(request) is m.PowerDeliveryReq:
            if request.charge_progress is ChargeProgress.STOP:
                return EvEvent.POWER_STOP
            if request.charge_progress is ChargeProgress.RENEGOTIATE:
                return EvEvent.POWER_RENEGOTIATE
            if request.charging_profile:
                return EvEvent.POWER_ON_WITH_PROFILE
            return EvEvent.POWER_ON_WITHOUT_PROFILE
        name = type(response).__name__
        processing = getattr(response, "evse_processing", EVSEProcessing.FINISHED)
        return EvEvent(name if processing is EVSEProcessing.FINISHED else f"{name}(Ongoing)")

    # -- tools ---------------------------------------------------------------------------------

    def _send(self, request: m.Request) -> None:
        self._awaiting, self._repeats = request, None
        self._out.append(SendV2g(encode(request)))
        self._out.append(SetTimer("message", timeouts.MESSAGE_TIMEOUT_US[type(request)]))

    def _later(self, request: m.Request, delay_us: int) -> None:
        """Send ``request`` when the timer ``repeat`` fires."""
        self._repeats = request
        self._out.append(SetTimer("repeat", delay_us))

    def _watch(self, name: str, timeout_us: int) -> None:
        """Let a loop take ``timeout_us`` at most."""
        if name not in self._watched:
            self._watched[name] = None
            self._out.append(SetTimer(name, timeout_us))

    def _unwatch(self, name: str) -> None:
        if name in self._watched:
            del self._watched[name]
            self._out.append(CancelTimer(name))

    def _set_pilot(self, state: str) -> None:
        if self.pilot_state != state:
            self.pilot_state = state
            self._out.append(PilotState(state))

    def _reset(self) -> None:
        """Forget the session: no power, S2 open, no timers."""
        self._power_on = self._basic = False
        self._awaiting = self._repeats = None
        self._session_id = m.NO_SESSION
        self._connected = self._retry_pending = False
        self._limit_w, self._profile, self._offered = 0, (), ()
        self._watched.clear()
        self._out.extend(CancelTimer(name) for name in _TIMERS)
        if self.pilot_state in ("C", "D"):
            self._set_pilot("B")

    def _wants_end(self) -> bool:
        """Whether to end here instead of going on; then the end has been begun."""
        if self.intent is Intent.CHARGE:
            return False
        self._begin_end()
        return True

    def _begin_end(self) -> None:
        """Send what ends the session from here, once nothing is outstanding."""
        if self._awaiting is not None:
            return
        self._out.append(CancelTimer("repeat"))
        self._repeats = None
        if self._power_on and self.state not in (EvState.SEND_NEEDS, EvState.RECEIVE_SCHEDULING):
            # Nothing is drawn any more when the contactor opens: it must not break a current.
            self._power_on = False
            self._send(m.PowerDeliveryReq(self._session_id, ChargeProgress.STOP, self._tuple_id))
        elif self._session_id != m.NO_SESSION:
            self._power_on = False
            self._session_stop(None)
        else:
            self._hang_up()
            self._reset()
            self.intent = Intent.REST

    def _hang_up(self) -> None:
        if self._connected:
            self._connected = False
            self._out.append(SendV2g(encode(m.TransportClose())))

    # -- actions of the table's rows -------------------------------------------------------------

    def _plug(self, _response: m.Response | None) -> None:
        self.intent = Intent.CHARGE
        self._failures = 0
        self._paused_id = m.NO_SESSION
        self._pilot_ok, self._duty_permille = False, 0
        self._set_pilot("B")
        self._watch("setup", timeouts.EVCC_SETUP_TIMEOUT_US)

    def _unplug(self, _response: m.Response | None) -> None:
        self._reset()
        self._set_pilot("A")
        self._paused_id = m.NO_SESSION

    def _offered_digital(self, _response: m.Response | None) -> None:
        """Begin a session, unless one runs, none is wanted, or a pause has to pass first."""
        wanted = self.intent is Intent.CHARGE and self.battery.soc_ppm < self.target_ppm
        if self._active or self._retry_pending or not wanted:
            return
        self._connected = True
        namespace, major, minor = m.PROTOCOL
        self._watch("setup", timeouts.EVCC_SETUP_TIMEOUT_US)
        self._send(m.SupportedAppProtocolReq(((namespace, major, minor, 1, 1),)))

    def _wake(self, response: m.Response | None) -> None:
        """Try again: at once when it is offered, else ask for an offer by B, C, B."""
        if self.intent is not Intent.CHARGE or self._active:
            return
        if self._offers_digital:
            self._offered_digital(response)
        elif self._pilot_ok:
            self._set_pilot("C")
            self._set_pilot("B")

    def _session_setup(self, _response: m.Response | None) -> None:
        if not self._wants_end():
            self._send(m.SessionSetupReq(self._paused_id, self.id_tag))

    def _service_discovery(self, response: m.SessionSetupRes) -> None:
        self._unwatch("setup")
        self._session_id = response.session_id
        self._paused_id = m.NO_SESSION
        if not self._wants_end():
            self._send(m.ServiceDiscoveryReq(self._session_id))

    def _payment_service_selection(self, response: m.ServiceDiscoveryRes) -> None:
        if self._wants_end():
            return
        common = [mode for mode in _MODES[self.current] if mode in response.energy_transfer_modes]
        if not common or PaymentOption.EXTERNAL_PAYMENT not in response.payment_options:
            self._out.append(Notice("fault", f"no {self.current} charging is on offer here"))
            self.intent = Intent.STOP
            self._begin_end()
            return
        self._mode = common[0]
        self._phases = 1 if self._mode is EnergyTransferMode.AC_SINGLE_PHASE_CORE else 3
        service = (response.charge_service_id,)
        option = PaymentOption.EXTERNAL_PAYMENT
        self._send(m.PaymentServiceSelectionReq(self._session_id, option, service))

    def _authorization(self, _response: m.Response | None) -> None:
        if not self._wants_end():
            self._watch("ongoing", timeouts.ONGOING_TIMEOUT_US)
            self._send(m.AuthorizationReq(self._session_id))

    def _ongoing(self, response: m.Response) -> None:
        """Ask the same again in a moment."""
        if self._wants_end():
            return
        requests: dict[type[m.Response], Any] = {
            m.AuthorizationRes: m.AuthorizationReq,
            m.CableCheckRes: m.CableCheckReq,
        }
        request = requests.get(type(response))
        again = self._needs() if request is None else request(self._session_id)
        self._later(again, timeouts.POLL_US)

    def _needs(self) -> m.ChargeParameterDiscoveryReq:
        voltage = DC_VOLTAGE_V if self.current == "DC" else PHASE_V
        amperes = self.max_w * 1_000 // (voltage * (1 if self.current == "DC" else self._phases))
        return m.ChargeParameterDiscoveryReq(
            self._session_id,
            24,
            self._mode,
            self.departure_s,
            self.battery.room_uj(self.target_ppm) // 3_600_000_000,
            voltage,
            amperes,
            min(amperes, LEAST_A * 1_000),
            self.max_w,
            self.battery.soc_ppm // 10_000,
        )

    def _send_needs(self, _response: m.Response | None) -> None:
        """ChargeParameterDiscovery, the first time or again; in AC the power stays on."""
        self._unwatch("ongoing")
        if self._wants_end():
            return
        if self.current == "DC":
            self._power_on = False
        self._watch("ongoing", timeouts.ONGOING_TIMEOUT_US)
        self._send(self._needs())

    def _schedule(self, response: m.ChargeParameterDiscoveryRes) -> None:
        """The schedule has come: AC goes on to power, DC tests the cable first."""
        self._unwatch("ongoing")
        if self._wants_end():
            return
        if not response.sa_schedule_list:
            self.state = EvState.CONNECTED_NOT_CHARGING
            self._why = "the schedule is empty"
            self._fail(None)
            return
        self._tuple_id, _, self._offered = response.sa_schedule_list[0]
        if self.current == "AC":
            self._limit_w = self._ac_limit_w(response.evse_max_current)
            self._request_power()
        else:
            self._limit_w = response.evse_maximum_power_limit
            self._set_pilot("C")
            self._watch("cable_check", timeouts.CABLE_CHECK_TIMEOUT_US)
            self._send(m.CableCheckReq(self._session_id))

    def _ac_limit_w(self, current_ma: int) -> int:
        """A phase current in W, rounded up: the charge point rounded it down from whole watts."""
        return -(-current_ma * PHASE_V * self._phases // 1_000)

    def _pre_charge(self, _response: m.Response | None) -> None:
        self._unwatch("cable_check")
        if not self._wants_end():
            self._watch("pre_charge", timeouts.PRE_CHARGE_TIMEOUT_US)
            self._send(m.PreChargeReq(self._session_id, DC_VOLTAGE_V))

    def _pre_charged(self, response: m.PreChargeRes) -> None:
        if self._wants_end():
            return
        if response.evse_present_voltage < DC_VOLTAGE_V:
            self._later(m.PreChargeReq(self._session_id, DC_VOLTAGE_V), timeouts.POLL_US)
            return
        self._unwatch("pre_charge")
        self._request_power()

    def _request_power(self) -> None:
        """PowerDelivery(Start); state C follows it within 250 ms [V2G2-847]."""
        profile = self._plan() if self.smart else ()
        start = ChargeProgress.START
        self._send(m.PowerDeliveryReq(self._session_id, start, self._tuple_id, profile))
        self._set_pilot("C")

    def _plan(self) -> tuple[PMaxEntry, ...]:
        """A profile below PMax [V2G2-225]: equal neighbours joined, 24 entries at most.

        What does not fit is joined at the lower power of its entries.
        """
        entries: list[PMaxEntry] = []
        for start_s, pmax_w in self._offered:
            power_w = min(pmax_w, self.max_w)
            if entries and entries[-1][1] == power_w:
                continue
            if len(entries) == 24:
                entries[-1] = (entries[-1][0], min(entries[-1][1], power_w))
                continue
            entries.append((start_s, power_w))
        return tuple(entries)

    def _power_on_now(self, _response: m.Response | None) -> None:
        self._power_on = True
        self._failures = 0
        self._profile = self._plan() if self.smart else ()
        self._profile_from_us = self._now_us
        if not self._wants_end():
            self._send(self._loop_request())

    def _loop_request(self) -> m.Request:
        if self.current == "AC":
            return m.ChargingStatusReq(self._session_id)
        milliamperes = self.demand_w() * 1_000 // DC_VOLTAGE_V
        soc = self.battery.soc_ppm // 10_000
        return m.CurrentDemandReq(self._session_id, soc, DC_VOLTAGE_V, milliamperes)

    def _status(self, response: Any) -> None:
        """Obey the limit at once; then what the charge point wishes; then go on."""
        if type(response) is m.ChargingStatusRes:
            self._limit_w = self._ac_limit_w(response.evse_max_current)
        elif type(response) is m.CurrentDemandRes:
            self._limit_w = response.evse_maximum_power_limit
        if self._wants_end():
            return
        if getattr(response, "receipt_required", False):
            reading = response.meter_reading
            self._send(m.MeteringReceiptReq(self._session_id, self._tuple_id, reading))
        elif response.evse_notification is EVSENotification.STOP_CHARGING:
            self.intent = Intent.STOP
            self._begin_end()
        elif response.evse_notification is EVSENotification.RE_NEGOTIATION:
            progress = ChargeProgress.RENEGOTIATE
            self._send(m.PowerDeliveryReq(self._session_id, progress, self._tuple_id))
        else:
            self._later(m.ChargingStatusReq(self._session_id), timeouts.STATUS_PERIOD_US)

    def _repeat(self, _response: m.Response | None) -> None:
        if self._repeats is None:
            return
        if self._power_on and self.current == "DC":
            # The battery has changed since: demand what it wants now.
            self._send(self._loop_request())
        else:
            self._send(self._repeats)

    def _stop(self, _response: m.Response | None) -> None:
        if self._active:
            self._begin_end()
        elif self._basic:
            self._reset()
            self.state, self.intent = EvState.CONNECTED_NOT_CHARGING, Intent.REST
        else:
            self._reset()
            self.intent = Intent.REST

    def _power_stopped(self, _response: m.Response | None) -> None:
        """The contactor is open: open S2, and in DC see that the output is free of voltage."""
        self._set_pilot("B")
        if self.current == "DC":
            self._send(m.WeldingDetectionReq(self._session_id))
        else:
            self._session_stop(None)

    def _session_stop(self, _response: m.Response | None) -> None:
        pause = self.intent is Intent.PAUSE
        kind = ChargingSession.PAUSE if pause else ChargingSession.TERMINATE
        self._send(m.SessionStopReq(self._session_id, kind))

    def _session_ended(self, _response: m.Response | None) -> None:
        paused_id = self._session_id if self.intent is Intent.PAUSE else m.NO_SESSION
        self._hang_up()
        self._reset()
        self._paused_id = paused_id
        self.intent = Intent.REST

    def _fail(self, _response: m.Response | None) -> None:
        """The session is over: no power, state B, and another try if there is reason for one."""
        was_active = self._active or "setup" in self._watched
        self._hang_up()
        self._reset()
        if not was_active:
            return
        self._out.append(Notice("fault", f"the session fails: {self._why}"))
        if self.intent is not Intent.CHARGE:
            self.intent = Intent.REST
            return
        pause_us = timeouts.RETRY_US[min(self._failures, len(timeouts.RETRY_US) - 1)]
        self._failures += 1
        self._retry_pending = True
        self._out.append(SetTimer("retry", pause_us))

    def _basic_charge(self, _response: m.Response | None) -> None:
        """IEC 61851-1 alone: close S2 and draw what the duty allows."""
        wanted = self.intent is Intent.CHARGE and self.battery.soc_ppm < self.target_ppm
        if self.current != "AC" or (self._active and not self._basic) or not wanted:
            if not self._power_on:
                self.state = EvState.CONNECTED_NOT_CHARGING
            return
        self._unwatch("setup")
        self._phases = phases(self.max_w)
        self._limit_w = self._ac_limit_w(duty_current_ma(self._duty_permille))
        self._power_on = self._basic = True
        self._set_pilot("C")

    def _basic_ended(self, _response: m.Response | None) -> None:
        self._reset()

    _why: str = ""

    _ACTIONS: ClassVar[dict[str, Any]] = {
        "plug": _plug,
        "unplug": _unplug,
        "offered": _offered_digital,
        "wake": _wake,
        "session_setup": _session_setup,
        "service_discovery": _service_discovery,
        "payment_service_selection": _payment_service_selection,
        "authorization": _authorization,
        "ongoing": _ongoing,
        "send_needs": _send_needs,
        "schedule": _schedule,
        "pre_charge": _pre_charge,
        "pre_charged": _pre_charged,
        "power_on": _power_on_now,
        "status": _status,
        "repeat": _repeat,
        "stop": _stop,
        "power_stopped": _power_stopped,
        "session_stop": _session_stop,
        "session_ended": _session_ended,
        "fail": _fail,
        "basic": _basic_charge,
        "basic_ended": _basic_ended,
    }


__all__ = ["ChargingProfile", "ElectricVehicle", "EvState"]
