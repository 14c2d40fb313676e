"""The charge point: SECC and EVSE controller in one, driven by messages, timers and the pilot.

Each input is turned into an event, the table (:mod:`fsm.v2g.cp_table`) says what it leads to, and
the effects are returned in order. Nothing that an EV sends makes it raise: what is illegal gets
the standard's response and ends in ``failure``, what is no message is dropped with a notice.

The object is the memory of the charge point's computer: lost in a crash, built anew on a restart.
The meter is hardware and outlives it.
"""

from typing import Any, ClassVar

from fsm.effects import CancelTimer, Contactor, Effect, PilotDuty
from fsm.energy.meter import Beginning
from fsm.ocpp.actions import ChargePointError, Reason
from fsm.ocpp.reserving import Booking
from fsm.ocpp.status import ConnectorStatus
from fsm.v2g import messages as m
from fsm.v2g.codec import decode
from fsm.v2g.cp_table import CpEvent, CpState
from fsm.v2g.evse import CONSTANT_DUTY
from fsm.v2g.kinds import MalformedMessageError
from fsm.v2g.staying import Staying

_PLUGGED = ("B", "C", "D")
_READY = ("C", "D")
_BROKEN = (ChargePointError.POWER_SWITCH_FAILURE, ChargePointError.OVER_CURRENT_FAILURE)


class ChargePoint(Staying):
    """One charge point with one connector. Power in W, times in µs.

    Every input returns the effects that it asks for, in order. ``clock`` is the wall clock, for
    time stamps; ``now_us`` comes from the monotonic one.
    """

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

    def _on_readiness(self, ready: bool, now_us: int) -> None:
        if self.state is CpState.END_SESSION and self.session.closed and ready:
            self._fire(CpEvent.RESUMED if self.session.paused else CpEvent.WOKEN, now_us)
            return
        self._why = "the EV left state C"
        self._fire(CpEvent.EV_READY if ready else CpEvent.EV_NOT_READY, now_us)

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
