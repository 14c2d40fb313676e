"""The steps of an EV through a session: what it does when the table says so.

A step gets the EV and the response that led to it (None where an event is no response), and adds
to the EV's effects.
"""

from collections.abc import Callable
from typing import Any, Final

from fsm.effects import Notice, SetTimer
from fsm.energy.supply import phases
from fsm.v2g import messages as m
from fsm.v2g import timeouts
from fsm.v2g.codes import ChargeProgress, EnergyTransferMode, EVSENotification, PaymentOption
from fsm.v2g.ev_table import EvState
from fsm.v2g.evcc import DC_VOLTAGE_V, MODES, Evcc, Intent, duty_current_ma


def plug(ev: Evcc, response: m.Response | None) -> None:
    """A new stay at a charge point: nothing of an earlier one counts."""
    ev.intent = Intent.CHARGE
    ev.failures = 0
    ev.paused_id = m.NO_SESSION
    ev.pilot_ok, ev.duty_permille = False, 0
    ev.set_pilot("B")
    ev.watch("setup", timeouts.EVCC_SETUP_TIMEOUT_US)


def unplug(ev: Evcc, response: m.Response | None) -> None:
    """Gone, whatever was under way."""
    ev.set_pilot("A")
    ev.reset()
    ev.paused_id = m.NO_SESSION


def offered_digital(ev: Evcc, response: m.Response | None) -> None:
    """Begin a session, unless one runs, none is wanted, or a pause has to pass first."""
    wanted = ev.intent is Intent.CHARGE and not ev.target_reached
    if ev.active or ev.retry_pending or not wanted:
        return
    ev.connected = True
    namespace, major, minor = m.PROTOCOL
    ev.watch("setup", timeouts.EVCC_SETUP_TIMEOUT_US)
    ev.send(m.SupportedAppProtocolReq(((namespace, major, minor, 1, 1),)))


def wake(ev: Evcc, response: m.Response | None) -> None:
    """Try again: at once when it is offered, else ask for an offer by B, C, B."""
    if ev.intent is not Intent.CHARGE or ev.active:
        return
    if ev.offers_digital:
        offered_digital(ev, response)
    elif ev.pilot_ok:
        ev.set_pilot("C")
        ev.set_pilot("B")


def session_setup(ev: Evcc, response: m.Response | None) -> None:
    """The protocol is agreed: begin a session, or join the paused one."""
    if not ev.wants_end():
        ev.send(m.SessionSetupReq(ev.paused_id, ev.id_tag))


def service_discovery(ev: Evcc, response: m.SessionSetupRes) -> None:
    """The session has an id."""
    ev.unwatch("setup")
    ev.session_id = response.session_id
    ev.paused_id = m.NO_SESSION
    if not ev.wants_end():
        ev.send(m.ServiceDiscoveryReq(ev.session_id))


def payment_service_selection(ev: Evcc, response: m.ServiceDiscoveryRes) -> None:
    """Choose the first mode that both know, and how it is paid."""
    if ev.wants_end():
        return
    common = [mode for mode in MODES[ev.current] if mode in response.energy_transfer_modes]
    contract = ev.contract is not None
    option = PaymentOption.CONTRACT if contract else PaymentOption.EXTERNAL_PAYMENT
    if not common or option not in response.payment_options:
        how = " by contract" if common and contract else ""
        ev.out.append(Notice("fault", f"no {ev.current} charging{how} is on offer here"))
        ev.intent = Intent.STOP
        ev.begin_end()
        return
    ev.mode = common[0]
    ev.phases = 1 if ev.mode is EnergyTransferMode.AC_SINGLE_PHASE_CORE else 3
    service = (response.charge_service_id,)
    ev.send(m.PaymentServiceSelectionReq(ev.session_id, option, service))


def identification(ev: Evcc, response: m.Response | None) -> None:
    """By contract: show the certificate first. Else ask for leave to charge at once."""
    if ev.contract is None:
        authorization(ev, response)
    elif not ev.wants_end():
        contract = ev.contract
        ev.send(m.PaymentDetailsReq(ev.session_id, contract.emaid, contract.chain))


def authorization(ev: Evcc, response: m.Response | None) -> None:
    """Ask for leave to charge."""
    if type(response) is m.PaymentDetailsRes:
        ev.challenge = response.gen_challenge
    if not ev.wants_end():
        ev.watch("ongoing", timeouts.ONGOING_TIMEOUT_US)
        ev.send(ev.authorization_request())


def ongoing(ev: Evcc, response: m.Response) -> None:
    """Ask the same again in a moment."""
    if ev.wants_end():
        return
    if type(response) is m.AuthorizationRes:
        ev.later(ev.authorization_request(), timeouts.POLL_US)
    elif type(response) is m.CableCheckRes:
        ev.later(m.CableCheckReq(ev.session_id), timeouts.POLL_US)
    else:
        ev.later(ev.needs(), timeouts.POLL_US)


def send_needs(ev: Evcc, response: m.Response | None) -> None:
    """ChargeParameterDiscovery, the first time or again; in AC the power stays on."""
    ev.unwatch("ongoing")
    if ev.wants_end():
        return
    if ev.current == "DC":
        ev.power_on = False
    ev.watch("ongoing", timeouts.ONGOING_TIMEOUT_US)
    ev.send(ev.needs())


def schedule(ev: Evcc, response: m.ChargeParameterDiscoveryRes) -> None:
    """The schedule has come: AC goes on to power, DC tests the cable first."""
    ev.unwatch("ongoing")
    if ev.wants_end():
        return
    if not response.sa_schedule_list:
        ev.state = EvState.CONNECTED_NOT_CHARGING
        ev.why = "the schedule is empty"
        fail(ev, None)
        return
    ev.tuple_id, _, ev.offered = response.sa_schedule_list[0]
    if ev.current == "AC":
        ev.limit_w = ev.ac_limit_w(response.evse_max_current)
        ev.request_power()
    else:
        ev.limit_w = response.evse_maximum_power_limit
        ev.set_pilot("C")
        ev.watch("cable_check", timeouts.CABLE_CHECK_TIMEOUT_US)
        ev.send(m.CableCheckReq(ev.session_id))


def pre_charge(ev: Evcc, response: m.Response | None) -> None:
    """The isolation is good: bring the output to the battery's voltage."""
    ev.unwatch("cable_check")
    if not ev.wants_end():
        ev.watch("pre_charge", timeouts.PRE_CHARGE_TIMEOUT_US)
        ev.send(m.PreChargeReq(ev.session_id, DC_VOLTAGE_V))


def pre_charged(ev: Evcc, response: m.PreChargeRes) -> None:
    """Go on when the voltage is there."""
    if ev.wants_end():
        return
    if response.evse_present_voltage < DC_VOLTAGE_V:
        ev.later(m.PreChargeReq(ev.session_id, DC_VOLTAGE_V), timeouts.POLL_US)
        return
    ev.unwatch("pre_charge")
    ev.request_power()


def power_on(ev: Evcc, response: m.Response | None) -> None:
    """The contactor is closed: draw, and begin the loop."""
    ev.power_on = True
    ev.failures = 0
    ev.profile = ev.plan() if ev.smart else ()
    ev.profile_from_us = ev.now_us
    if not ev.wants_end():
        ev.send(ev.loop_request())


def status(ev: Evcc, response: Any) -> None:
    """Obey the limit at once; then what the charge point wishes; then go on."""
    if type(response) is m.ChargingStatusRes:
        ev.limit_w = ev.ac_limit_w(response.evse_max_current)
    elif type(response) is m.CurrentDemandRes:
        ev.limit_w = response.evse_maximum_power_limit
    if getattr(response, "receipt_required", False):
        # First of all: nothing else may follow a response that asks for it.
        ev.send(ev.receipt_request(response.meter_reading))
    elif ev.wants_end():
        return
    elif response.evse_notification is EVSENotification.STOP_CHARGING:
        ev.intent = Intent.STOP
        ev.begin_end()
    elif response.evse_notification is EVSENotification.RE_NEGOTIATION or ev.renegotiates:
        progress = ChargeProgress.RENEGOTIATE
        ev.send(m.PowerDeliveryReq(ev.session_id, progress, ev.tuple_id))
    else:
        ev.later(ev.loop_request(), ev.status_period_us)


def repeat(ev: Evcc, response: m.Response | None) -> None:
    """Send the next request of a loop, or end it at the target."""
    if ev.repeats is None:
        return
    if ev.power_on and ev.target_reached and ev.intent is Intent.CHARGE:
        ev.intent = Intent.STOP
    if ev.wants_end():
        return
    # In the DC loop the battery has changed since: demand what it wants now.
    dc_loop = ev.power_on and ev.current == "DC"
    ev.send(ev.loop_request() if dc_loop else ev.repeats)


def stop(ev: Evcc, response: m.Response | None) -> None:
    """An end or a pause is wanted."""
    if ev.active:
        ev.begin_end()
    elif ev.basic:
        ev.reset()
        ev.state, ev.intent = EvState.CONNECTED_NOT_CHARGING, Intent.REST
    else:
        ev.reset()
        ev.intent = Intent.REST


def power_stopped(ev: Evcc, response: m.Response | None) -> None:
    """The contactor is open: open S2, and in DC see that the output is free of voltage."""
    ev.set_pilot("B")
    if ev.current == "DC":
        ev.send(m.WeldingDetectionReq(ev.session_id))
    else:
        ev.session_stop()


def session_stop(ev: Evcc, response: m.Response | None) -> None:
    """The output is free of voltage: end the session."""
    ev.session_stop()


def session_ended(ev: Evcc, response: m.Response | None) -> None:
    """The session is over in good order."""
    paused_id = ev.session_id if ev.intent is Intent.PAUSE else m.NO_SESSION
    ev.hang_up()
    ev.reset()
    ev.paused_id = paused_id
    ev.intent = Intent.REST


def fail(ev: Evcc, response: m.Response | None) -> None:
    """The session is over: no power, state B, and another try if there is reason for one."""
    was_active = ev.active or "setup" in ev.watched
    ev.hang_up()
    ev.reset()
    if not was_active:
        return
    ev.out.append(Notice("fault", f"the session fails: {ev.why}"))
    if ev.intent is not Intent.CHARGE:
        ev.intent = Intent.REST
        return
    pause_us = timeouts.RETRY_US[min(ev.failures, len(timeouts.RETRY_US) - 1)]
    ev.failures += 1
    ev.retry_pending = True
    ev.out.append(SetTimer("retry", pause_us))


def basic_charge(ev: Evcc, response: m.Response | None) -> None:
    """IEC 61851-1 alone: close S2 and draw what the duty allows."""
    wanted = ev.intent is Intent.CHARGE and not ev.target_reached
    if ev.current != "AC" or (ev.active and not ev.basic) or not wanted:
        if not ev.power_on:
            ev.state = EvState.CONNECTED_NOT_CHARGING
        return
    ev.unwatch("setup")
    ev.phases = phases(ev.max_w)
    ev.limit_w = ev.ac_limit_w(duty_current_ma(ev.duty_permille))
    ev.power_on = ev.basic = True
    ev.set_pilot("C")


def basic_ended(ev: Evcc, response: m.Response | None) -> None:
    """The duty that allowed a current is gone."""
    ev.reset()


Step = Callable[[Evcc, Any], None]

STEPS: Final[dict[str, Step]] = {
    step.__name__: step
    for step in (
        plug,
        unplug,
        offered_digital,
        wake,
        session_setup,
        service_discovery,
        payment_service_selection,
        identification,
        authorization,
        ongoing,
        send_needs,
        schedule,
        pre_charge,
        pre_charged,
        power_on,
        status,
        repeat,
        stop,
        power_stopped,
        session_stop,
        session_ended,
        fail,
        basic_charge,
        basic_ended,
    )
}
"""Steps by the action name that the state table uses."""
