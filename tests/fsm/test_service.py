"""A charge point in service and out of it: what the CSMS calls for, and what breaks."""

from fsm import effects as fx
from fsm.ocpp.status import ConnectorStatus
from fsm.v2g.cp_table import CpState
from fsm.v2g.ev import EvState
from tests.fsm.pump import Pump, S, make_ev


def charging(**more):
    """EV1 charges at CP1."""
    pump = Pump()
    pump.run(1)
    pump.plug(make_ev(**more))
    pump.run(10)
    assert pump.spots["CP1"].cp.state is CpState.CHARGING
    return pump


def do(pump, action, age_us=0, **payload):
    """A CALL of the CSMS: the answer's status; the deed follows when it is accepted."""
    spot = pump.spots["CP1"]
    answer, effects = spot.cp.on_call(action, payload, pump.now_us, age_us)
    pump._cp(spot, effects)
    if answer["status"] == "Accepted":
        effects = spot.cp.carry_out(action, payload, pump.now_us)
        pump._cp(spot, [effect for effect in effects if type(effect) is not fx.Restart])
        return answer["status"], [effect for effect in effects if type(effect) is fx.Restart]
    return answer["status"], []


def availability(pump, operative):
    """What the log says of it."""
    spot = pump.spots["CP1"]
    pump._cp(spot, spot.cp.on_availability(operative, pump.now_us))


def last(pump):
    """The newest transaction."""
    return list(pump.network.transactions.values())[-1]


def test_out_of_service_nothing_is_offered():
    """Unavailable; an EV that comes waits without an offer, and is served when it is back."""
    pump = Pump()
    pump.run(1)
    availability(pump, False)
    assert pump.spots["CP1"].cp.ocpp_status == "Unavailable"
    pump.plug(make_ev())
    pump.run(100)
    assert pump.network.transactions == {}
    assert pump.spots["CP1"].cp.state is CpState.BEGIN_SESSION
    assert pump.spots["CP1"].statuses == ["Available", "Unavailable"]
    availability(pump, True)
    pump.run(40)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE
    assert pump.spots["CP1"].statuses[-2:] == ["Preparing", "Charging"]


def test_what_charges_goes_on():
    """Scheduled: it takes effect when the transaction has ended (OCPP 1.6, 5.2)."""
    pump = charging()
    assert do(pump, "ChangeAvailability", connectorId=0, type="Inoperative") == ("Scheduled", [])
    assert do(pump, "ChangeAvailability", connectorId=0, type="Operative") == ("Accepted", [])
    availability(pump, False)
    pump.run(20)
    assert pump.spots["CP1"].cp.ocpp_status == "Charging"
    pump.ev("stop_charging")
    pump.run(2)
    assert pump.spots["CP1"].cp.ocpp_status == "Unavailable"
    pump.unplug()
    pump.run(1)
    assert pump.spots["CP1"].statuses == ["Available", "Preparing", "Charging", "Unavailable"]


def test_a_session_that_has_not_begun_to_charge_is_ended():
    """In the middle of its set-up: state F, and no offer after it."""
    pump = Pump()
    pump.run(1)
    pump.plug(make_ev())
    pump.run(0.02)
    assert pump.spots["CP1"].cp.state is not CpState.WAITING_EV
    assert pump.network.transactions == {}
    availability(pump, False)
    pump.run(60)
    assert pump.network.transactions == {}
    assert pump.spots["CP1"].statuses == ["Available", "Preparing", "Finishing", "Unavailable"]
    availability(pump, True)
    pump.run(40)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE


def test_a_remote_stop_asks_the_ev():
    """StopCharging with the next status; the session ends in order, for Remote."""
    pump = charging()
    assert do(pump, "RemoteStopTransaction", transactionId=9) == ("Rejected", [])
    assert do(pump, "RemoteStopTransaction", transactionId=1) == ("Accepted", [])
    pump.run(3)
    assert "EV1 > SessionStopReq Terminate" in "\n".join(pump.lines)
    assert (last(pump).reason, last(pump).is_open) == ("Remote", False)
    pump.run(60)
    assert len(pump.network.transactions) == 1, "the EV has understood"


def test_an_ev_that_does_not_stop_is_cut_off():
    """After ten seconds the contactor opens; the reason is the same."""
    pump = charging()
    pump.spots["CP1"].mute = True
    do(pump, "RemoteStopTransaction", transactionId=1)
    pump.spots["CP1"].ev.awaiting = None
    pump.spots["CP1"].timers = {k: v for k, v in pump.spots["CP1"].timers.items() if k[0] == "cp"}
    pump.run(9)
    assert pump.spots["CP1"].contactor_closed
    pump.run(2)
    assert not pump.spots["CP1"].contactor_closed
    assert last(pump).reason == "Remote"


def test_a_remote_start_lends_its_id_tag():
    """To the next session; one that is too late, or unused for a minute, is worth nothing."""
    pump = Pump()
    pump.run(1)
    late = do(pump, "RemoteStartTransaction", 61 * S, connectorId=1, idTag="HOTLINE")
    assert late == ("Rejected", [])
    assert do(pump, "RemoteStartTransaction", connectorId=1, idTag="HOTLINE")[0] == "Accepted"
    pump.plug(make_ev())
    pump.run(10)
    assert last(pump).id_tag == "HOTLINE"
    assert do(pump, "RemoteStartTransaction", connectorId=1, idTag="X") == ("Rejected", [])
    pump.unplug()
    pump.run(2)
    do(pump, "RemoteStartTransaction", connectorId=1, idTag="HOTLINE")
    pump.run(61)
    pump.plug(make_ev())
    pump.run(10)
    assert last(pump).id_tag == "EV1"


def test_a_soft_reset_ends_what_runs_first():
    """SoftReset, then the restart; what comes meanwhile is not offered anything."""
    pump = charging()
    status, restarts = do(pump, "Reset", type="Soft")
    assert (status, restarts) == ("Accepted", [])
    spot = pump.spots["CP1"]
    found = []
    pump._cp, plain = lambda at, out: (found.extend(out), plain(at, [
        effect for effect in out if type(effect) is not fx.Restart
    ])), pump._cp  # fmt: skip
    pump.run(5)
    assert last(pump).reason == "SoftReset"
    assert [effect.hard for effect in found if type(effect) is fx.Restart] == [False]
    assert spot.cp.ocpp_status == "Unavailable"


def test_a_hard_reset_is_at_once():
    """Nothing is said to the EV; the process goes down."""
    pump = charging()
    assert do(pump, "Reset", type="Hard") == ("Accepted", [fx.Restart(hard=True)])
    assert last(pump).is_open


def test_a_soft_reset_of_one_that_is_out_of_service():
    """It restarts all the same."""
    pump = Pump()
    pump.run(1)
    availability(pump, False)
    assert do(pump, "Reset", type="Soft") == ("Accepted", [fx.Restart(hard=False)])


def test_a_defect_stays_until_it_is_repaired():
    """Faulted, also without an EV, and no offer; then it passes its test and serves."""
    pump = Pump()
    pump.run(1)
    spot = pump.spots["CP1"]
    spot.cp.contactor_stuck = True
    pump.plug(make_ev())
    pump.run(60)
    assert spot.cp.ocpp_status == ConnectorStatus.FAULTED
    assert len(pump.network.transactions) == 1, "it does not try again and again"
    pump.unplug()
    pump.run(10)
    assert spot.cp.ocpp_status == ConnectorStatus.FAULTED
    pump.plug(make_ev("EV2"))
    pump.run(5)
    spot.cp.contactor_stuck = False
    pump.run(30)
    assert spot.ev.state is EvState.CHARGING_WITH_PROFILE
    assert spot.statuses[:4] == ["Available", "Preparing", "Faulted", "Preparing"]


def test_a_pause_that_the_operator_ends():
    """Nobody speaks in a pause: the transaction is ended at once; the next session is new."""
    pump = charging()
    pump.ev("pause_charging")
    pump.run(5)
    assert pump.spots["CP1"].cp.ocpp_status == "SuspendedEV"
    do(pump, "RemoteStopTransaction", transactionId=1)
    pump.run(1)
    assert (last(pump).reason, pump.spots["CP1"].cp.ocpp_status) == ("Remote", "Finishing")
    pump.ev("resume_charging")
    pump.run(10)
    assert (last(pump).id, last(pump).is_open) == (2, True)
