"""A charge point acts on events: the actions of its table's rows."""

from typing import Any, ClassVar

from fsm.effects import SendV2g
from fsm.ocpp.actions import ChargePointError, Reason
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.answering import Answering, refusal
from fsm.v2g.codec import encode
from fsm.v2g.codes import ResponseCode
from fsm.v2g.cp_table import CP_TABLE, CpEvent, CpState
from fsm.v2g.evse import CONSTANT_DUTY, DIGITAL_DUTY, SeccSession
from fsm.v2g.responders import RESPONDERS


class Acting(Answering):
    """What a row of the table (:mod:`fsm.v2g.cp_table`) lets a charge point do."""

    def _fire(self, event: CpEvent, now_us: int) -> None:
        """Let the table decide."""
        row = CP_TABLE.row(self.state, event)
        if row is None:
            return
        self.state = row.next_state
        if row.action:
            self._ACTIONS[row.action](self, now_us)

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
            self._respond(pending, refusal(pending, ResponseCode.FAILED_CONTACTOR_ERROR), now_us)

    _ACTIONS: ClassVar[dict[str, Any]] = {
        "offer": _offer,
        "offer_again": _offer_again,
        "unplugged": _unplugged,
        "fail": _fail,
        "rest": _rest,
        "ev_ready": _ev_ready,
        "contactor_timeout": _contactor_timeout,
    }
