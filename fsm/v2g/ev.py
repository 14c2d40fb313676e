"""The EV: EVCC, battery and driver in one, driven by messages, timers and the pilot.

Each input is turned into an event, the table (:mod:`fsm.v2g.ev_table`) says what it leads to, and
the effects are returned in order. Nothing that a charge point sends makes it raise: whatever
breaks a session ends it, and an EV that is plugged in, not full enough and whose driver still
wants to charge tries again after a pause that grows.
"""

from typing import Final

from fsm.effects import CancelTimer, Effect, Notice
from fsm.v2g import messages as m
from fsm.v2g.codec import decode
from fsm.v2g.codes import ChargeProgress, EVSEProcessing, ResponseCode
from fsm.v2g.ev_steps import STEPS
from fsm.v2g.ev_table import EV_TABLE, EvEvent
from fsm.v2g.ev_table import EvState as EvState
from fsm.v2g.evcc import Evcc, Intent, duty_current_ma
from fsm.v2g.kinds import MalformedMessageError

_CERTIFICATE = (
    ResponseCode.FAILED_NO_CERTIFICATE_AVAILABLE,
    ResponseCode.FAILED_CERT_CHAIN_ERROR,
    ResponseCode.FAILED_CERTIFICATE_EXPIRED,
    ResponseCode.FAILED_CERTIFICATE_REVOKED,
    ResponseCode.FAILED_CERTIFICATE_NOT_ALLOWED_AT_THIS_EVSE,
)
REFUSALS: Final[dict[type[m.Message], tuple[ResponseCode, ...]]] = {
    m.PaymentDetailsRes: _CERTIFICATE,
    m.AuthorizationRes: (
        *_CERTIFICATE,
        ResponseCode.FAILED,
        ResponseCode.FAILED_CHALLENGE_INVALID,
        ResponseCode.FAILED_SIGNATURE_ERROR,
    ),
}
"""Responses that refuse the driver: what else breaks a session is tried again."""


class ElectricVehicle(Evcc):
    """One EV; see :class:`fsm.v2g.evcc.Evcc` for what it is made of.

    Every input returns the effects that it asks for, in order.
    """

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
        if self.intent is Intent.REST and self.awaiting is None:
            self.intent = Intent.CHARGE
            self.failures = 0
            return self._run(EvEvent.RESUMED, now_us)
        return []

    def change_departure(self, departure_us: int) -> None:
        """The driver leaves at another time: it is told with the next status, or at the start."""
        self.departure_us = departure_us
        self.renegotiates = self.power_on and not self.basic

    def restart(self, now_us: int) -> list[Effect]:
        """Its computer starts anew: the session is lost, the driver's wish is not."""
        return self._break("its computer has started anew", now_us)

    def on_tick(self, now_us: int) -> list[Effect]:
        """A second has passed while power flowed: see whether the target is reached."""
        self.now_us = now_us
        if self.power_on and self.target_reached:
            return self._end(Intent.STOP, now_us)
        return []

    def on_pilot(self, state_ok: bool, duty_permille: int, now_us: int) -> list[Effect]:
        """The charge point's oscillator shows this; ``state_ok`` False is F, or a dead pilot."""
        self.pilot_ok, self.duty_permille = state_ok, duty_permille
        if not state_ok:
            if self.active:
                return self._break("the pilot shows state F", now_us)
            return []
        if self.offers_digital:
            return self._run(EvEvent.OFFERED, now_us)
        if duty_current_ma(duty_permille):
            return self._run(EvEvent.BASIC_OFFERED, now_us)
        return self._run(EvEvent.BASIC_ENDED, now_us) if self.basic else []

    def on_timer(self, name: str, now_us: int) -> list[Effect]:
        """Take the firing of a timer; one that means nothing any more is ignored."""
        if name == "repeat":
            return self._run(EvEvent.REPEAT, now_us)
        if name == "retry":
            self.retry_pending = False
            return self._run(EvEvent.RETRY, now_us)
        if name == "message" and self.awaiting is not None:
            return self._break(f"no answer to {type(self.awaiting).__name__}", now_us)
        if name == "setup" and self.state is EvState.CONNECTED_NOT_CHARGING:
            return self._break("no session within 20 s", now_us)
        if name in self.watched:
            return self._break(f"{name.replace('_', ' ')} takes too long", now_us)
        return []

    def on_message(self, body: bytes, now_us: int) -> list[Effect]:
        """Take a message of the charge point."""
        try:
            message = decode(body)
        except MalformedMessageError as error:
            return [Notice("fault", f"a damaged V2G message is dropped: {error}")]
        if type(message) is m.TransportClose:
            self.connected = False
            return self._break("the charge point ended the connection", now_us)
        request = self.awaiting
        if request is None:
            # Of a session that this EV has ended already.
            return []
        if type(message) is not m.RESPONSE_OF[type(request)]:
            return self._break(f"a {type(message).__name__} came unexpectedly", now_us)
        response = message
        if not self._knows(response):
            return self._break("a response of another session came", now_us)
        if response.response_code.is_negative:
            if response.response_code in REFUSALS.get(type(response), ()):
                # The driver is refused; asking again would not change that.
                self.intent = Intent.REST
            return self._break(f"{type(response).__name__} {response.response_code}", now_us)
        self.awaiting = None
        return self._run(self._response_event(request, response), now_us, response)

    # -- events --------------------------------------------------------------------------------

    def _run(self, event: EvEvent, now_us: int, response: m.Response | None = None) -> list[Effect]:
        """Let the table decide; returns the effects."""
        self.now_us = now_us
        row = EV_TABLE.row(self.state, event)
        if row is None:
            return []
        out: list[Effect] = []
        self.out = out
        if response is not None:
            out.append(CancelTimer("message"))
        self.state = row.next_state
        STEPS[row.action](self, response)
        self.out = []
        return out

    def _break(self, why: str, now_us: int) -> list[Effect]:
        self.why = why
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
        return response.session_id == self.session_id

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
