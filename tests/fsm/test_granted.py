"""A charge point's grant: when it renews, curbs and follows, and what it programs its guard to."""

from fsm.effects import Call, Contactor, Curbed, Guard, SetTimer
from fsm.energy.grants import FOLLOW_US, GrantTerms
from fsm.energy.meter import Meter
from fsm.ocpp.frames import CALL_RESULT
from fsm.v2g import messages as m
from fsm.v2g.charge_point import ChargePoint
from fsm.v2g.codec import decode, encode
from fsm.v2g.codes import ChargeProgress, EnergyTransferMode, PaymentOption

S = 1_000_000
TERMS = GrantTerms(60 * S, 4_140)


class Cable:
    """A charge point of 11 kW, the EV's side of its cable, and the log."""

    def __init__(self, terms=TERMS):
        self.cp = ChargePoint(
            id="CP1", rated_w=11_000, current="AC", meter=Meter(), meter_interval_us=10 * S
        )
        self.cp.terms = terms
        self.begin = self.cp.boot(0, "A")
        self.session = m.NO_SESSION
        self.seen = []

    def take(self, effects):
        """Note effects; returns them by kind."""
        self.seen += effects
        return effects

    def ask(self, request, now_us):
        """A request of the EV's; returns the response, if there is one at once."""
        effects = self.take(self.cp.on_message(encode(request), now_us))
        bodies = [decode(effect.body) for effect in effects if hasattr(effect, "body")]
        return bodies[0] if bodies else None

    def answer(self, action, payload, made_us, now_us):
        """The log has answered a call."""
        call = next(e for e in reversed(self.seen) if isinstance(e, Call) and e.action == action)
        self.take(self.cp.on_result(action, call.payload, [CALL_RESULT, "1", payload], now_us))
        return self.take(self.cp.on_answer(made_us, now_us))

    def charge(self, limit_w=11_000):
        """A session up to the charging loop, at 1 s; the log has answered all at once."""
        accepted = {"idTagInfo": {"status": "Accepted"}}
        self.take(self.begin)
        now_us = 1 * S
        self.answer("BootNotification", {"status": "Accepted", "interval": 60}, now_us, now_us)
        self.take(self.cp.on_pilot("B", now_us))
        self.ask(m.SupportedAppProtocolReq(((*m.PROTOCOL, 1, 1),)), now_us)
        self.session = self.ask(m.SessionSetupReq(m.NO_SESSION, "EV1"), now_us).session_id
        sid = self.session
        self.ask(m.ServiceDiscoveryReq(sid), now_us)
        self.ask(m.PaymentServiceSelectionReq(sid, PaymentOption.EXTERNAL_PAYMENT, (1,)), now_us)
        self.ask(m.AuthorizationReq(sid), now_us)
        self.answer("Authorize", accepted, now_us, now_us)
        self.ask(m.AuthorizationReq(sid), now_us)
        mode = EnergyTransferMode.AC_THREE_PHASE_CORE
        needs = m.ChargeParameterDiscoveryReq(sid, 0, mode, 0, 20_000, 230, 16_000, 6_000, 11_000)
        self.ask(needs, now_us)
        self.take(self.cp.on_limit(limit_w, now_us, 0))
        self.answer("StartTransaction", {"transactionId": 1, **accepted}, now_us, now_us)
        self.ask(needs, now_us)
        self.take(self.cp.on_pilot("C", now_us))
        self.ask(m.PowerDeliveryReq(sid, ChargeProgress.START, 1, ()), now_us)
        assert self.cp.contactor_closed

    def status(self, now_us):
        """One turn of the charging loop; what the EV is told, in mA."""
        return self.ask(m.ChargingStatusReq(self.session), now_us).evse_max_current

    @property
    def guard(self):
        """What the guard was programmed to last."""
        return [e for e in self.seen if isinstance(e, Guard)][-1]

    def timer(self, name):
        """What a timer was set to last."""
        return [e.delay_us for e in self.seen if isinstance(e, SetTimer) and e.name == name][-1]

    def calls(self, action):
        """How many calls of an action were made."""
        return sum(isinstance(e, Call) and e.action == action for e in self.seen)


def test_it_counts_from_the_making_of_the_call():
    """An answer that comes 7 s late renews the grant by 7 s less."""
    cable = Cable()
    cable.charge()
    assert cable.guard == Guard(11_000, 61 * S, 4_140)
    cable.take(cable.cp.on_timer("meter", 11 * S))
    cable.answer("MeterValues", {}, 11 * S, 18 * S)
    assert cable.guard == Guard(11_000, 71 * S, 4_140)
    assert cable.timer("grant") == 13 * S, "a third of the grant after the call"
    cable.take(cable.cp.on_answer(3 * S, 19 * S))
    assert cable.guard == Guard(11_000, 71 * S, 4_140), "an older call says nothing new"


def test_it_speaks_in_time_and_falls_back_in_time():
    """A Heartbeat at a third; 12 s before the end the EV is told the fallback share."""
    cable = Cable()
    cable.charge()
    cable.take(cable.cp.on_timer("grant", 21 * S))
    assert cable.calls("Heartbeat") == 1
    assert cable.timer("grant") == 28 * S
    assert cable.status(22 * S) == 15_942
    effects = cable.take(cable.cp.on_timer("grant", 49 * S))
    assert any(isinstance(effect, Curbed) for effect in effects)
    assert cable.calls("Heartbeat") == 1, "one at a time"
    assert cable.status(50 * S) == 6_000, "4,140 W on three phases"
    assert cable.guard.ceiling_w == 11_000, "the EV is told, and not known to follow"
    cable.status(51 * S)
    assert cable.guard == Guard(4_140, 61 * S, 4_140)
    cable.answer("Heartbeat", {}, 21 * S, 52 * S)
    assert cable.status(53 * S) == 15_942, "the log had answered all the time"
    assert cable.guard == Guard(11_000, 81 * S, 4_140)


def test_after_the_end_what_was_allowed_before_counts_no_more():
    """The watchdog has fired: the ceiling begins again from the fallback share."""
    cable = Cable()
    cable.charge()
    cable.take(cable.cp.on_timer("grant", 70 * S))  # the computer hung until now
    cable.take(cable.cp.on_limit(5_000, 70 * S, 2))
    cable.answer("Heartbeat", {}, 70 * S, 71 * S)
    assert cable.guard == Guard(5_000, 130 * S, 4_140)


def test_an_ev_has_ten_seconds_to_follow():
    """Then the contactor is opened, and only then is the lower limit confirmed."""
    cable = Cable()
    cable.charge()
    cable.status(2 * S)
    cable.take(cable.cp.on_limit(6_000, 3 * S, 2))
    assert cable.timer("follow") == FOLLOW_US
    assert (cable.guard.ceiling_w, cable.calls("DataTransfer")) == (11_000, 0)
    effects = cable.take(cable.cp.on_timer("follow", 13 * S))
    kinds = [type(effect) for effect in effects]
    assert kinds.index(Contactor) < kinds.index(Guard)
    assert cable.guard.ceiling_w == 6_000
    confirmed = [e for e in effects if isinstance(e, Call) and e.action == "DataTransfer"]
    assert effects.index(confirmed[0]) > kinds.index(Guard)


def test_an_ev_that_follows_is_left_alone():
    """The next request after the response that told it: ceiling, then confirmation."""
    cable = Cable()
    cable.charge()
    cable.take(cable.cp.on_limit(6_000, 3 * S, 2))
    assert cable.status(4 * S) == 8_695
    assert cable.guard.ceiling_w == 11_000
    cable.status(5 * S)
    assert (cable.guard.ceiling_w, cable.calls("DataTransfer")) == (6_000, 1)
    cable.take(cable.cp.on_timer("follow", 13 * S))
    assert cable.cp.contactor_closed


def test_a_higher_limit_is_let_through_before_it_is_told():
    """Else the EV would trip the guard by obeying."""
    cable = Cable()
    cable.charge(6_000)
    assert cable.guard.ceiling_w == 6_000
    cable.take(cable.cp.on_limit(9_000, 3 * S, 0))
    assert cable.guard.ceiling_w == 9_000
    assert cable.status(4 * S) == 13_043


def test_a_trip_ends_the_session_as_over_current():
    """Faulted in the log, no energy metered any more; it recovers as from any failure."""
    cable = Cable()
    cable.charge()
    effects = cable.take(cable.cp.on_trip("tripped", 5 * S))
    reports = [e.payload for e in effects if isinstance(e, Call) and e.action.startswith("Status")]
    assert (reports[-1]["status"], reports[-1]["errorCode"]) == ("Faulted", "OverCurrentFailure")
    assert not cable.cp.contactor_closed
    cable.take(cable.cp.on_timer("recover", 8 * S))
    assert cable.cp.ocpp_status == "Preparing"


def test_without_a_grant_there_is_no_guard_and_no_hurry():
    """As it was: no effect besides, and the power is held until the EV follows."""
    cable = Cable(GrantTerms(0))
    cable.charge()
    cable.take(cable.cp.on_limit(6_000, 3 * S, 2))
    cable.take(cable.cp.on_answer(3 * S, 500 * S))
    names = {effect.name for effect in cable.seen if isinstance(effect, SetTimer)}
    assert not names & {"grant", "follow"}
    assert not any(isinstance(effect, Guard | Curbed) for effect in cable.seen)
    assert cable.status(501 * S) == 8_695
