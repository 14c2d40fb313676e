"""A charge point answers its EV: which requests are legal, and what their responses lead to.

The responders themselves are :mod:`fsm.v2g.responders`.
"""

from fsm.effects import SendV2g
from fsm.ocpp.actions import ChargePointError
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codec import encode, negative
from fsm.v2g.codes import ChargingSession, EVSEProcessing, ResponseCode
from fsm.v2g.cp_table import CP_TABLE, CpEvent, CpState
from fsm.v2g.responders import PROGRESS_EVENT, RESPONDERS
from fsm.v2g.sequence import ALLOWED
from fsm.v2g.service import Served

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


class Answering(Served):
    """What becomes of a request: the responder of its row answers, if it may come now."""

    _error = ChargePointError.NO_ERROR
    _refuses = False
    """Whether the last session failed because its driver may not charge.

    Nothing is broken then, also when the EV does not try again.
    """

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
            self._respond(request, refusal(request, ResponseCode.FAILED_SEQUENCE_ERROR), now_us)
            return
        if not self._knows(request):
            self._respond(request, refusal(request, ResponseCode.FAILED_UNKNOWN_SESSION), now_us)
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


def refusal(request: m.Request, code: ResponseCode) -> m.Response:
    """The negative response to a request."""
    session_id = m.NO_SESSION
    if type(request) is not m.SupportedAppProtocolReq:
        session_id = request.session_id  # type: ignore[union-attr]
    return negative(type(request), code, session_id)


def _ongoing(response: m.Response) -> bool:
    processing = getattr(response, "evse_processing", EVSEProcessing.FINISHED)
    return processing is not EVSEProcessing.FINISHED
