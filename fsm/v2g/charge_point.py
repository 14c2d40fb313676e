"""The charge point: SECC and EVSE controller in one, driven by messages, timers and the pilot.

Each input is turned into an event, the table (:mod:`fsm.v2g.cp_table`) says what it leads to, and
the effects are returned in order. Nothing that an EV sends makes it raise: what is illegal gets
the standard's response and ends in ``failure``, what is no message is dropped with a notice.

The object is the memory of the charge point's computer: lost in a crash, built anew on a restart.
The meter is hardware and outlives it.
"""

from typing import Any, ClassVar

from fsm.clock import WallClock
from fsm.effects import CancelTimer, Contactor, Effect, PilotDuty, SendV2g
from fsm.energy.meter import Beginning, Meter
from fsm.energy.supply import Current
from fsm.ocpp.actions import ChargePointError, Reason
from fsm.ocpp.bookings import LOOK_US
from fsm.ocpp.reserving import FORCE_US, Booking, Stay
from fsm.ocpp.status import ConnectorStatus
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codec import decode, encode, negative
from fsm.v2g.codes import ChargingSession, EVSEProcessing, ResponseCode
from fsm.v2g.cp_table import CP_TABLE, CpEvent, CpState
from fsm.v2g.evse import CONSTANT_DUTY, DIGITAL_DUTY, SeccSession
from fsm.v2g.kinds import MalformedMessageError
from fsm.v2g.plug_and_charge import SeccTrust
from fsm.v2g.responders import PROGRESS_EVENT, RESPONDERS
from fsm.v2g.sequence import ALLOWED
from fsm.v2g.service import Served

_PLUGGED = ("B", "C", "D")
_READY = ("C", "D")
_BROKEN = (ChargePointError.POWER_SWITCH_FAILURE, ChargePointError.OVER_CURRENT_FAILURE)
_ASKS_LEAVE = (m.PaymentDetailsReq, m.AuthorizationReq)


def request_event(request: m.Request) -> CpEvent:
    """The event that a request is."""
    if type(request) is m.PowerDeliveryReq:
        return CpEvent(PROGRESS_EVENT[request.charge_progress])
    if type(request) is m.SessionStopReq:
        if request.charging_session is ChargingSession.PAUSE:
            return CpEvent.SESSION_PAUSE
        return CpEvent.SESSION_TERMINATE
    return CpEvent(type(request).__name__)


class ChargePoint(Served):
    """One charge point with one connector. Power in W, times in µs.

    Every input returns the effects that it asks for, in order. ``clock`` is the wall clock, for
    time stamps; ``now_us`` comes from the monotonic one.
    """

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name that its callers use
        rated_w: int,
        current: Current,
        meter: Meter,
        meter_interval_us: int,
        clock: WallClock | None = None,
        trust: SeccTrust | None = None,
        tariff: dict[str, object] | None = None,
    ) -> None:
        super().__init__(
            id=id,
            rated_w=rated_w,
            current=current,
            meter=meter,
            meter_interval_us=meter_interval_us,
            clock=clock,
            trust=trust,
            tariff=tariff,
        )
        self._error = ChargePointError.NO_ERROR
        self._refuses = False
        """Whether the last session failed because its driver may not charge.

        Nothing is broken then, also when the EV does not try again.
        """
        self._stay: Stay | None = None

    @property
    def ocpp_status(self) -> str:
        """The connector's status as last reported (OCPP 1.6)."""
        status = self.station.status
        return ConnectorStatus.UNAVAILABLE.value if status is None else status.value

    # -- inputs ------------------------------------------------------------------------------

    def boot(self, now_us: int, ev_pilot: str) -> list[Effect]:
        """Start; ``ev_pilot`` is what the EV's resistor shows, as an EV may be there already."""
        # Whatever the hardware did last: no power, no offer, until the state machine says so.
        self.out = [Contactor(closed=False), PilotDuty(True, CONSTANT_DUTY), *self.station.boot()]
        self.reset_guard()
        self.in_service = self._ready
        if ev_pilot in _PLUGGED:
            self.ev_pilot = ev_pilot
            self._fire(CpEvent.EV_PLUGGED, now_us)
        return self._settle(now_us)

    def on_message(self, body: bytes, now_us: int) -> list[Effect]:
        """Take a message of the EV."""
        self.out = []
        try:
            message = decode(body)
        except MalformedMessageError as error:
            self.notice("fault", f"a damaged V2G message is dropped: {error}")
            return self._settle(now_us)
        if type(message) is m.TransportClose:
            self._on_close(now_us)
        elif type(message) in m.RESPONSE_OF:
            self._on_request(message, now_us)  # type: ignore[arg-type]
        else:
            self.notice("fault", f"a {type(message).__name__} is no request and is dropped")
        return self._settle(now_us)

    def on_timer(self, name: str, now_us: int) -> list[Effect]:
        """Take the firing of a timer; one that means nothing any more is ignored."""
        self.out = []
        if name == "meter":
            if self.contactor_closed:
                self.out += self.station.meter_values(now_us)
                self.session.receipt_due = True
                self.set_timer("meter", self.meter_interval_us)
        elif name == "bookings":
            self.out += self.station.bookings.due(now_us, self.session.id_tag)
        elif name == "stay":
            self._end_stay(now_us)
        elif name == "heartbeat":
            self.out += self.station.heartbeat()
        elif name == "boot":
            self.out += self.station.boot()
        elif name == "signal":
            if self.state is CpState.FAILURE:
                self.set_pilot(False, 0)
        elif name == "recover":
            # Out of service nobody could speak: the offer comes when it is back.
            spoke = self.session.spoken or not self.in_service
            self._fire(CpEvent.RECOVERED if spoke else CpEvent.GAVE_UP, now_us)
        elif name in self._TIMERS:
            event, self._why = self._TIMERS[name]
            self._fire(event, now_us)
        else:
            self._on_service_timer(name, now_us)
        return self._settle(now_us)

    def on_pilot(self, ev_state: str, now_us: int) -> list[Effect]:
        """The EV's resistor shows ``ev_state``: A (nobody), B, C or D."""
        self.out = []
        before, self.ev_pilot = self.ev_pilot, ev_state
        was, now = before in _PLUGGED, ev_state in _PLUGGED
        if was != now:
            self._fire(CpEvent.EV_PLUGGED if now else CpEvent.EV_UNPLUGGED, now_us)
        elif (before in _READY) != (ev_state in _READY):
            self._on_readiness(ev_state in _READY, now_us)
        return self._settle(now_us)

    def on_trip(self, signal: str, now_us: int) -> list[Effect]:
        """The guard has opened the contactor: more was drawn than it lets through."""
        self.out = [CancelTimer("meter")]
        self.contactor_closed = False
        self._error = ChargePointError.OVER_CURRENT_FAILURE
        self._why = "its guard has tripped: the EV draws more than it may"
        self._fire(CpEvent.FAULT, now_us)
        return self._settle(now_us)

    def on_result(
        self, action: str, call_payload: dict[str, Any], result: list[Any], now_us: int
    ) -> list[Effect]:
        """Take the answer to a Call: a CALLRESULT or a CALLERROR."""
        self.out = list(self.station.on_result(action, call_payload, result, now_us))
        return self._settle(now_us)

    def on_limit(self, limit_w: int, now_us: int, version: int = 0) -> list[Effect]:
        """The replicated state allows ``limit_w`` and waits for ``version`` to be confirmed."""
        self.out = []
        self.take_limit(limit_w, version)
        return self._settle(now_us)

    def on_orphan(
        self,
        transaction_id: int,
        now_us: int,
        begun: Beginning | None = None,
        reason: Reason = Reason.POWER_LOSS,
    ) -> list[Effect]:
        """The network has an open transaction of before the last boot: it is ended, once.

        ``begun`` is its id tag, start in µs and register in Wh, as the network has them.
        """
        self.out = list(self.station.orphan(transaction_id, now_us, begun, reason))
        return self._settle(now_us)

    def on_unpaid(self, transaction_id: int, now_us: int) -> list[Effect]:
        """A bill of before the last boot is open: ask for the payment again."""
        self.out = list(self.station.pay(transaction_id))
        return self._settle(now_us)

    def on_bookings(self, bookings: tuple[Booking, ...], now_us: int) -> list[Effect]:
        """The reservations of this connector that are in force by the replicated state."""
        self.out = self.station.bookings.take(bookings, now_us, self.session.id_tag)
        return self._settle(now_us)

    def on_stay(self, until_us: int, now_us: int) -> list[Effect]:
        """The transaction that has begun must end at a time of the wall clock.

        That is counted by the monotonic clock, too: whichever says first that it is over.
        """
        self.out = []
        left_us = max(0, until_us - self.station.clock.wall_us(now_us))
        self._stay = Stay(self.transaction_id, until_us, now_us + left_us)
        self.set_timer("stay", min(left_us, LOOK_US))
        return self._settle(now_us)

    def _end_stay(self, now_us: int) -> None:
        """Its time is over: ask the EV to stop, and open the contactor if it does not."""
        stay = self._stay
        if stay is None or stay.transaction_id != self.transaction_id:
            return
        left_us = min(stay.ends_us - now_us, stay.until_us - self.station.clock.wall_us(now_us))
        if left_us > 0:
            self.set_timer("stay", min(left_us, LOOK_US))
        elif self.session.stop_wanted or not self.contactor_closed:
            self._why = "its time at this connector is over"
            self._fire(CpEvent.FAULT, now_us)
        else:
            self.notice("charging", "its time is over: the EV is asked to stop")
            self.session.stop_wanted = True
            self.set_timer("stay", FORCE_US)

    def request_stop(self, now_us: int) -> list[Effect]:
        """Ask the EV to stop (EVSENotification StopCharging) with its next status."""
        self.out = []
        self.session.stop_wanted = True
        return self._settle(now_us)

    def on_barred(self, now_us: int) -> list[Effect]:
        """The network accepts the driver of the running transaction no more: it ends, once."""
        self.out = []
        session = self.session
        if self.transaction_id is None or session.stop_wanted:
            return []
        session.stop_wanted, session.stop_reason = True, Reason.DE_AUTHORIZED
        self.notice("fault", f"{session.id_tag} may charge no more: the charging is ended")
        if session.paused:
            session.paused = False
            self.out += self.station.stop(Reason.DE_AUTHORIZED, now_us)
        return self._settle(now_us)

    # -- events ------------------------------------------------------------------------------

    def _fire(self, event: CpEvent, now_us: int) -> None:
        """Let the table decide."""
        row = CP_TABLE.row(self.state, event)
        if row is None:
            return
        self.state = row.next_state
        if row.action:
            self._ACTIONS[row.action](self, now_us)

    def _on_readiness(self, ready: bool, now_us: int) -> None:
        if self.state is CpState.END_SESSION and self.session.closed and ready:
            self._fire(CpEvent.RESUMED if self.session.paused else CpEvent.WOKEN, now_us)
            return
        self._why = "the EV left state C"
        self._fire(CpEvent.EV_READY if ready else CpEvent.EV_NOT_READY, now_us)

    def _on_close(self, now_us: int) -> None:
        """The end of the connection: usual after SessionStop, a failure before."""
        if not self.session.closed:
            self.session.closed = True
            self._why = "the EV ended the connection"
            self._fire(CpEvent.CLOSED, now_us)

    def _on_request(self, request: m.Request, now_us: int) -> None:
        event = request_event(request)
        row = CP_TABLE.row(self.state, event)
        if row is None:
            self.notice("info", f"a {event} came, and no EV is plugged in")
            return
        self.session.spoken = True
        self._refuses = False
        if self.told:
            self.confirm_limit()
        responder = RESPONDERS.get(row.action)
        legal = self.in_service and type(request) in ALLOWED[self.session.wait]
        if responder is None or not legal:
            self._respond(request, _no(request, ResponseCode.FAILED_SEQUENCE_ERROR), now_us)
            return
        if not self._knows(request):
            self._respond(request, _no(request, ResponseCode.FAILED_UNKNOWN_SESSION), now_us)
            return
        self._conclude(request, responder(self, request, now_us), row.next_state, now_us)

    def _knows(self, request: m.Request) -> bool:
        """Whether it is of this session [V2G2-460]; the first two requests begin one."""
        if isinstance(request, m.SupportedAppProtocolReq | m.SessionSetupReq):
            return True
        return request.session_id == self.session.session_id

    def _conclude(
        self, request: m.Request, response: m.Response | None, next_state: CpState, now_us: int
    ) -> None:
        """Answer, and go on when the answer is positive and final."""
        if response is None:
            return
        if not response.response_code.is_negative and not _ongoing(response):
            self.state = next_state
            if type(response) is m.SessionSetupRes:
                joined = response.response_code is ResponseCode.OK_OLD_SESSION_JOINED
                if self.state is CpState.RESTARTING_SESSION and not joined:
                    self._fire(CpEvent.RENEWED, now_us)
        self._respond(request, response, now_us)

    def _respond(self, request: m.Request, response: m.Response, now_us: int) -> None:
        """Send a response; a negative one ends the session [V2G2-538, V2G2-539]."""
        self.out.append(SendV2g(encode(response)))
        if response.response_code.is_negative:
            self._why = f"{response.response_code} to {request_event(request)}"
            if response.response_code is ResponseCode.FAILED_CONTACTOR_ERROR:
                self._error = ChargePointError.POWER_SWITCH_FAILURE
            self._refuses = type(request) in _ASKS_LEAVE or bool(self.station.start_refused)
            self._fire(CpEvent.FAULT, now_us)
        elif not self.session.closed:
            self.set_timer("sequence", timeouts.SEQUENCE_TIMEOUT_US)

    def _settle(self, now_us: int) -> list[Effect]:
        """Report the status that results, and hand the effects over."""
        self._review_service(now_us)
        if not self.may_draw:
            self.confirm_limit()
        status = self._status()
        error = self._error
        if status is ConnectorStatus.UNAVAILABLE:
            error = ChargePointError.NO_ERROR
        elif self.defective:
            error = ChargePointError.POWER_SWITCH_FAILURE
        self.out += self.station.report(status, error, now_us)
        out, self.out = self.out, []
        return out

    def _status(self) -> ConnectorStatus:
        """The connector's status as it is now."""
        if self.defective:
            return ConnectorStatus.FAULTED
        if not self.in_service:
            return ConnectorStatus.UNAVAILABLE
        state, status = self.state, self._STATUS[self.state]
        if state is CpState.WAITING_EV and self.station.bookings.holder is not None:
            return ConnectorStatus.RESERVED
        if state is CpState.FAILURE and self._error in _BROKEN:
            return ConnectorStatus.FAULTED
        if state is CpState.CHARGING and self.limit_w == 0:
            return ConnectorStatus.SUSPENDED_EVSE
        if state is CpState.END_SESSION and self.session.paused:
            return ConnectorStatus.SUSPENDED_EV
        running = self.session.delivered and self.transaction_id is not None
        undecided = state is CpState.END_SESSION and not self.session.closed
        if running and (status is ConnectorStatus.PREPARING or undecided):
            # A renegotiation or resumption, or an end that may become a pause: it goes on.
            return self.station.status or status
        return status

    # -- actions of the table's rows -----------------------------------------------------------

    def _offer(self, now_us: int) -> None:
        """Ask for digital communication; a new session begins."""
        self.session = SeccSession()
        self.station.begin()
        self._offer_again(now_us)

    def _offer_again(self, now_us: int) -> None:
        """The same with the session that was paused, which may be joined."""
        session = self.session
        if session.paused:
            self.session = session = SeccSession(
                session_id=session.session_id,
                id_tag=session.id_tag,
                authorized=session.authorized,
                delivered=session.delivered,
                paused=True,
            )
        self._error = ChargePointError.NO_ERROR
        if not self.in_service:
            self.set_pilot(True, CONSTANT_DUTY)
            return
        self.set_pilot(True, DIGITAL_DUTY)
        self.set_timer("setup", timeouts.SECC_SETUP_TIMEOUT_US)

    def _unplugged(self, now_us: int) -> None:
        self.open_contactor()
        self.cancel("setup", "sequence", "contactor", "signal", "recover", "stop")
        if self.transaction_id is not None:
            self.notice("charging", f"unplugged; the meter says {self.meter.energy_wh:,} Wh")
        self.out += self.station.stop(Reason.EV_DISCONNECTED, now_us)
        self.session = SeccSession()
        self._refuses = False
        self._error = ChargePointError.NO_ERROR
        self.set_pilot(True, CONSTANT_DUTY)

    def _fail(self, now_us: int) -> None:
        """End a session that is broken: no power, state F, and the transaction is closed."""
        self.open_contactor()
        self.cancel("setup", "sequence", "contactor", "stop")
        session = self.session
        if session.spoken and not session.closed:
            self.out.append(SendV2g(encode(m.TransportClose())))
        session.closed, session.pending, session.paused = True, None, False
        self.set_timer("signal", timeouts.SIGNAL_US)
        if self._error is ChargePointError.NO_ERROR and not self._refuses:
            self._error = ChargePointError.EV_COMMUNICATION_ERROR
        self.out += self.station.stop(self.reason(Reason.OTHER), now_us)
        self.notice("fault", f"the session fails: {self._why}")
        self.set_timer("recover", timeouts.RECOVER_US)

    def _rest(self, now_us: int) -> None:
        """Nobody spoke: wait to be woken or unplugged."""
        self._error = ChargePointError.NO_ERROR
        self.set_pilot(True, CONSTANT_DUTY)

    def _ev_ready(self, now_us: int) -> None:
        """State C: what waited for it can go on."""
        pending, self.session.pending = self.session.pending, None
        if pending is not None:
            self.cancel("contactor")
            response = RESPONDERS["power_start"](self, pending, now_us)
            self._conclude(pending, response, CpState.CHARGING, now_us)

    def _contactor_timeout(self, now_us: int) -> None:
        """State C did not come: the contactor stays open."""
        pending, self.session.pending = self.session.pending, None
        if pending is not None:
            self._respond(pending, _no(pending, ResponseCode.FAILED_CONTACTOR_ERROR), now_us)

    _ACTIONS: ClassVar[dict[str, Any]] = {
        "offer": _offer,
        "offer_again": _offer_again,
        "unplugged": _unplugged,
        "fail": _fail,
        "rest": _rest,
        "ev_ready": _ev_ready,
        "contactor_timeout": _contactor_timeout,
    }

    _TIMERS: ClassVar[dict[str, tuple[CpEvent, str]]] = {
        "setup": (CpEvent.SETUP_TIMEOUT, "no SessionSetupReq within 18 s"),
        "sequence": (CpEvent.SEQUENCE_TIMEOUT, "no request within 60 s"),
        "contactor": (CpEvent.CONTACTOR_TIMEOUT, "no state C within 3 s"),
    }

    _STATUS: ClassVar[dict[CpState, ConnectorStatus]] = {
        CpState.WAITING_EV: ConnectorStatus.AVAILABLE,
        CpState.BEGIN_SESSION: ConnectorStatus.PREPARING,
        CpState.AUTHENTICATION: ConnectorStatus.PREPARING,
        CpState.ENERGY_NEGOTIATION: ConnectorStatus.PREPARING,
        CpState.CHARGING: ConnectorStatus.CHARGING,
        CpState.RESTARTING_SESSION: ConnectorStatus.PREPARING,
        CpState.END_SESSION: ConnectorStatus.FINISHING,
        CpState.FAILURE: ConnectorStatus.FINISHING,
    }


def _no(request: m.Request, code: ResponseCode) -> m.Response:
    session_id = m.NO_SESSION
    if type(request) is not m.SupportedAppProtocolReq:
        session_id = request.session_id  # type: ignore[union-attr]
    return negative(type(request), code, session_id)


def _ongoing(response: m.Response) -> bool:
    processing = getattr(response, "evse_processing", EVSEProcessing.FINISHED)
    return processing is not EVSEProcessing.FINISHED
