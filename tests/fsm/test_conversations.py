"""EV and charge point talk over a real network state; the transcripts say what must happen."""

import copy
import pickle
import re

import pytest

from fsm.network.state import describe
from fsm.v2g import messages as m
from fsm.v2g.codec import encode
from fsm.v2g.cp_table import CpState
from fsm.v2g.ev_table import EvState
from tests.fsm.pump import MS, Pump, S, make_ev

LOOP = re.compile(r"> (ChargingStatus|CurrentDemand)Re[qs]( \d+ mA)?( 400 V)?$")


def transcript(pump, *, since=0.0, loops=False):
    """The lines without their times; the charging loop only where it says something new."""
    lines = [line for line in pump.lines if float(line[:8]) >= since]
    return "\n".join(line[9:] for line in lines if loops or not LOOP.search(line))


def test_an_ac_session():
    """Plugged in, identified, scheduled, charged, stopped by the driver, unplugged."""
    pump = Pump()
    pump.run(1)
    pump.plug(make_ev())
    pump.run(60)
    pump.ev("stop_charging")
    pump.run(1)
    pump.unplug()
    assert transcript(pump, since=0.9) == (
        "EV1 pilot B\n"
        "CP1 pilot 5 %\n"
        "EV1 > SupportedAppProtocolReq\n"
        "CP1 calls StatusNotification\n"
        "CP1 > SupportedAppProtocolRes OK_SuccessfulNegotiation\n"
        "EV1 > SessionSetupReq\n"
        "CP1 > SessionSetupRes OK_NewSessionEstablished\n"
        "EV1 > ServiceDiscoveryReq\n"
        "CP1 > ServiceDiscoveryRes\n"
        "EV1 > PaymentServiceSelectionReq\n"
        "CP1 > PaymentServiceSelectionRes\n"
        "EV1 > AuthorizationReq\n"
        "CP1 calls Authorize\n"
        "CP1 > AuthorizationRes Ongoing\n"
        "EV1 > AuthorizationReq\n"
        "CP1 > AuthorizationRes\n"
        "EV1 > ChargeParameterDiscoveryReq\n"
        "CP1 calls StartTransaction\n"
        "CP1 > ChargeParameterDiscoveryRes Ongoing\n"
        "CP1 charging: transaction 1 of EV1 begins\n"
        "EV1 > ChargeParameterDiscoveryReq\n"
        "CP1 > ChargeParameterDiscoveryRes 15942 mA\n"
        "EV1 > PowerDeliveryReq Start [(0, 11000)]\n"
        "EV1 pilot C\n"
        "CP1 contactor closed\n"
        "CP1 charging: power is on, at most 11,000 W\n"
        "CP1 > PowerDeliveryRes\n"
        "CP1 calls StatusNotification\n"
        "CP1 calls MeterValues\n"
        "CP1 calls MeterValues\n"
        "CP1 calls MeterValues\n"
        "CP1 calls MeterValues\n"
        "CP1 calls MeterValues\n"
        "CP1 calls Heartbeat\n"
        "EV1 > PowerDeliveryReq Stop\n"
        "CP1 contactor open\n"
        "CP1 > PowerDeliveryRes\n"
        "EV1 pilot B\n"
        "EV1 > SessionStopReq Terminate\n"
        "CP1 calls StopTransaction\n"
        "CP1 charging: the session ends; the meter says 181 Wh\n"
        "CP1 pilot 100 %\n"
        "CP1 > SessionStopRes\n"
        "CP1 calls StatusNotification\n"
        "EV1 > TransportClose\n"
        "EV1 pilot A\n"
        "CP1 calls StatusNotification"
    )
    statuses = ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert pump.spots["CP1"].statuses == statuses


def test_a_dc_session():
    """The cable is tested and the voltage brought up before, the output checked after."""
    pump = Pump(("CP1", 50_000, "DC"), capacity_w=60_000)
    pump.plug(make_ev(current="DC", max_w=50_000))
    pump.run(20)
    pump.ev("stop_charging")
    pump.run(1)
    text = transcript(pump)
    text = re.sub(r"(EV1 > CableCheckReq\nCP1 > CableCheckRes Ongoing\n)+", "(tests)\n", text)
    assert text[text.index("CP1 > ChargeParameterDiscoveryRes\n") :] == (
        "CP1 > ChargeParameterDiscoveryRes\n"
        "EV1 pilot C\n"
        "(tests)\n"
        "EV1 > CableCheckReq\n"
        "CP1 > CableCheckRes\n"
        "EV1 > PreChargeReq\n"
        "CP1 > PreChargeRes 100 V\n"
        "EV1 > PreChargeReq\n"
        "CP1 > PreChargeRes 200 V\n"
        "EV1 > PreChargeReq\n"
        "CP1 > PreChargeRes 300 V\n"
        "EV1 > PreChargeReq\n"
        "CP1 > PreChargeRes 400 V\n"
        "EV1 > PowerDeliveryReq Start [(0, 50000)]\n"
        "CP1 contactor closed\n"
        "CP1 charging: power is on, at most 50,000 W\n"
        "CP1 > PowerDeliveryRes\n"
        "CP1 calls StatusNotification\n"
        "CP1 calls MeterValues\n"
        "EV1 > PowerDeliveryReq Stop\n"
        "CP1 contactor open\n"
        "CP1 > PowerDeliveryRes\n"
        "EV1 pilot B\n"
        "EV1 > WeldingDetectionReq\n"
        "CP1 > WeldingDetectionRes\n"
        "EV1 > SessionStopReq Terminate\n"
        "CP1 calls StopTransaction\n"
        "CP1 charging: the session ends; the meter says 218 Wh\n"
        "CP1 pilot 100 %\n"
        "CP1 > SessionStopRes\n"
        "CP1 calls StatusNotification\n"
        "EV1 > TransportClose"
    )


def test_the_log_of_a_session():
    """What the network keeps of it, in words."""
    pump = Pump()
    pump.run(1)
    pump.plug(make_ev())
    pump.run(15)
    pump.ev("stop_charging")
    pump.run(1)
    assert [describe(op) for op in pump.log] == [
        "CP1 BootNotification",
        "CP1 StatusNotification Available",
        "CP1 StatusNotification Preparing",
        "CP1 Authorize EV1",
        "CP1 StartTransaction EV1",
        "CP1 StatusNotification Charging",
        "CP1 MeterValues 30 Wh",
        "CP1 StopTransaction #1 (Local)",
        "CP1 StatusNotification Finishing",
    ]
    transaction = pump.network.transactions[1]
    assert transaction.energy_wh == pump.spots["CP1"].meter.energy_wh
    assert transaction.duration_us == 14_740 * MS


def test_without_opting_in_there_is_no_profile():
    """The EV obeys the limit of each status all the same, and is never asked to negotiate."""
    pump = Pump(*((f"CP{i}", 11_000, "AC") for i in (1, 2, 3)))
    for i in (1, 2, 3):
        pump.plug(make_ev(f"EV{i}", smart=False), f"CP{i}")
        pump.run(5)
    states = {spot.ev.state for spot in pump.spots.values()}
    assert states == {EvState.CHARGING_WITHOUT_PROFILE}
    assert [spot.power_w for spot in pump.spots.values()] == [7_334, 7_333, 7_333]
    assert "ReNegotiation" not in transcript(pump)
    assert "PowerDeliveryReq Start\n" in transcript(pump)


def test_a_third_ev_makes_the_others_negotiate_again():
    """Lower limits are obeyed first, then confirmed, and only then the third gets power."""
    pump = Pump(*((f"CP{i}", 11_000, "AC") for i in (1, 2, 3)))
    for i in (1, 2, 3):
        pump.plug(make_ev(f"EV{i}"), f"CP{i}")
        pump.run(5)
    assert [spot.power_w for spot in pump.spots.values()] == [7_334, 7_333, 7_333]
    text = transcript(pump, since=10)
    assert (
        text.index("CP1 > ChargingStatusRes ReNegotiation 10628 mA")
        < text.index("CP1 > PowerDeliveryRes")
        < text.index("CP3 contactor closed")
    )
    confirmed = text.index("CP1 calls DataTransfer")
    assert text.index("EV1 > PowerDeliveryReq Renegotiate") < confirmed
    assert confirmed < text.index("CP3 contactor closed")
    assert pump.peak_w == 22_000
    pump.ev("stop_charging", "CP1")
    pump.run(3)
    assert [spot.power_w for spot in pump.spots.values()] == [0, 11_000, 11_000]
    assert [spot.cp.state for spot in pump.spots.values()] == [
        CpState.END_SESSION,
        CpState.CHARGING,
        CpState.CHARGING,
    ]


def test_a_renegotiation_in_its_states():
    """restarting_session and send_needs are seen, the contactor stays closed, power flows on."""
    pump = Pump(("CP1", 11_000, "AC"), ("CP2", 11_000, "AC"), capacity_w=11_000)
    pump.plug(make_ev("EV1"))
    pump.run(5)
    pump.plug(make_ev("EV2"), "CP2")
    spot, seen = pump.spots["CP1"], []
    while pump.now_us < 9 * S:
        pump.step()
        pair = (spot.cp.state.value, spot.ev.state.value)
        if not seen or seen[-1] != pair:
            seen.append(pair)
        assert spot.contactor_closed
        assert spot.power_w >= 5_500
    assert seen == [
        ("charging", "charging_with_profile"),
        ("restarting_session", "charging_with_profile"),
        ("restarting_session", "send_needs"),
        ("energy_negotiation", "send_needs"),
        ("energy_negotiation", "receive_scheduling"),
        ("charging", "receive_scheduling"),
        ("charging", "charging_with_profile"),
    ]
    assert spot.statuses == ["Available", "Preparing", "Charging"]


@pytest.mark.parametrize("current", ["AC", "DC"])
def test_at_its_target_it_stops_by_itself(current):
    """It stays plugged in, not charging, and the energy is what was missing."""
    pump = Pump(("CP1", 11_000, current))
    pump.plug(make_ev(soc=795_000, current=current))
    pump.run(240)
    ev = pump.spots["CP1"].ev
    assert ev.state is EvState.CONNECTED_NOT_CHARGING
    assert ev.battery.soc_ppm >= 800_000
    assert pump.network.transactions[1].energy_wh == pytest.approx(200, abs=4)
    assert pump.network.transactions[1].reason == "Local"
    assert pump.spots["CP1"].cp.ocpp_status == "Finishing"


def test_who_is_full_already_does_not_begin():
    """The charge point offers, nobody speaks, and it rests without a failed session in the log."""
    pump = Pump()
    pump.plug(make_ev(soc=900_000))
    pump.run(60)
    assert pump.spots["CP1"].cp.state is CpState.END_SESSION
    assert pump.network.transactions == {}


def test_pause_and_resume():
    """The old session is joined; the transaction goes on; nobody is asked again."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(10)
    pump.ev("pause_charging")
    pump.run(10)
    assert pump.spots["CP1"].cp.ocpp_status == "SuspendedEV"
    assert pump.network.open_transaction("CP1") is not None
    pump.ev("resume_charging")
    pump.run(0.003)
    assert pump.spots["CP1"].cp.state is CpState.RESTARTING_SESSION
    pump.run(5)
    text = transcript(pump, since=19)
    assert "SessionSetupRes OK_OldSessionJoined" in text
    assert "Authorize\n" not in text
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE
    assert len(pump.network.transactions) == 1
    assert pump.spots["CP1"].statuses[-2:] == ["SuspendedEV", "Charging"]


def test_a_new_session_after_a_pause_ends_the_old_one():
    """Who does not name the paused session gets a new one, and a new transaction."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(10)
    pump.ev("pause_charging")
    pump.run(1)
    pump.spots["CP1"].ev.paused_id = b"\x07" * 8
    pump.ev("resume_charging")
    pump.run(5)
    assert "SessionSetupRes OK_NewSessionEstablished" in transcript(pump, since=10.5)
    assert [t.is_open for t in pump.network.transactions.values()] == [False, True]
    assert pump.spots["CP1"].cp.state is CpState.CHARGING


def test_going_on_after_an_end():
    """The driver changes his mind: the charge point is woken by B, C, B for a new session."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(10)
    pump.ev("stop_charging")
    pump.run(5)
    pump.ev("resume_charging")
    pump.run(5)
    assert transcript(pump, since=14.9).startswith("EV1 pilot C\nCP1 pilot 5 %\n")
    assert [t.is_open for t in pump.network.transactions.values()] == [False, True]
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE


def test_a_long_schedule_is_joined_to_24_entries():
    """96 quarter-hours: equal neighbours are joined, the rest at the lowest; never above PMax."""
    ev = make_ev(max_w=11_000)
    ev.offered = tuple((900 * i, 7_000 if i < 40 else 4_000 + 100 * (i % 7)) for i in range(96))
    profile = ev.plan()
    assert len(profile) == 24
    assert profile[:2] == ((0, 7_000), (36_000, 4_500))
    for start_s, pmax_w in ev.offered:
        in_force = [power_w for from_s, power_w in profile if from_s <= start_s][-1]
        assert in_force <= pmax_w
    ev.profile, ev.now_us = profile, 36_000 * S
    assert ev.profile_w() == 4_500


def test_the_charge_point_can_ask_for_a_stop():
    """EVSENotification StopCharging ends in good order."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(10)
    spot = pump.spots["CP1"]
    stop = spot.cp.carry_out("RemoteStopTransaction", {"transactionId": 1}, pump.now_us)
    pump._cp(spot, stop)
    pump.run(3)
    assert pump.network.transactions[1].reason == "Remote"
    assert pump.spots["CP1"].ev.state is EvState.CONNECTED_NOT_CHARGING


def test_a_crash_and_a_restart():
    """The dead pilot ends the session; after the restart the orphan is closed, a new one runs."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(20)
    pump.crash("CP1")
    pump.run(1)
    assert pump.spots["CP1"].ev.state is EvState.CONNECTED_NOT_CHARGING
    assert pump.spots["CP1"].power_w == 0
    pump.run(20)
    pump.start("CP1")
    pump.run(20)
    first, second = pump.network.transactions.values()
    assert (first.reason, first.is_open, second.is_open) == ("PowerLoss", False, True)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE
    pump.run(20)
    pump.unplug()
    pump.run(1)
    total = sum(t.energy_wh for t in pump.network.transactions.values())
    assert total == pump.spots["CP1"].meter.energy_wh


def test_a_restart_before_the_start_was_answered():
    """The transaction that nobody knows of is closed when the replica says it is there."""
    pump = Pump()
    pump.plug(make_ev())
    while not any("StartTransaction" in line for line in pump.lines):
        pump.step()
    pump.crash("CP1")
    pump.run(2)
    assert pump.network.open_transaction("CP1") is not None
    pump.start("CP1")
    pump.run(20)
    assert [t.is_open for t in pump.network.transactions.values()] == [False, True]


def test_cut_off_from_the_network():
    """No session without the log; when it is back one begins, and one Authorize was enough."""
    pump = Pump()
    pump.run(1)
    pump.spots["CP1"].cut_off = True
    pump.plug(make_ev())
    pump.run(150)
    assert pump.spots["CP1"].ev.state is not EvState.CHARGING_WITH_PROFILE
    assert "ongoing takes too long" in transcript(pump)
    pump.join("CP1")
    pump.run(60)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE
    assert [describe(op) for op in pump.log].count("CP1 Authorize EV1") == 1


def test_a_stop_while_cut_off_waits_in_the_queue():
    """The driver can always end; the network learns of it later, with the right times."""
    pump = Pump()
    pump.plug(make_ev())
    pump.run(10)
    pump.spots["CP1"].cut_off = True
    pump.run(60)
    pump.ev("stop_charging")
    pump.run(60)
    assert pump.network.open_transaction("CP1") is not None
    pump.join("CP1")
    pump.run(1)
    transaction = pump.network.transactions[1]
    assert transaction.stop_us == pytest.approx(70 * S, abs=S)
    assert transaction.energy_wh == pump.spots["CP1"].meter.energy_wh
    queued = [describe(op) for op in pump.log[5:]]
    assert sum("MeterValues" in text for text in queued) <= 3


def test_waiting_for_power():
    """Who comes last waits; before its time-out it gets 0 W, and power when there is some."""
    pump = Pump(("CP1", 11_000, "AC"), ("CP2", 11_000, "AC"), capacity_w=7_000)
    pump.plug(make_ev("EV1"))
    pump.run(5)
    pump.plug(make_ev("EV2"), "CP2")
    pump.run(50)
    spot = pump.spots["CP2"]
    assert (spot.ev.state, spot.power_w) == (EvState.CHARGING_WITH_PROFILE, 0)
    assert spot.cp.ocpp_status == "SuspendedEVSE"
    pump.ev("stop_charging")
    pump.run(5)
    assert (spot.power_w, spot.cp.ocpp_status) == (7_000, "Charging")
    assert pump.peak_w == 7_000


def test_who_does_not_confirm_keeps_his_power():
    """A cut-off charge point goes on with its old limit, so nobody else gets that power."""
    pump = Pump(*((f"CP{i}", 11_000, "AC") for i in (1, 2, 3)))
    pump.plug(make_ev("EV1"), "CP1")
    pump.plug(make_ev("EV2"), "CP2")
    pump.run(5)
    pump.spots["CP1"].cut_off = True
    pump.plug(make_ev("EV3"), "CP3")
    pump.run(60)
    assert pump.spots["CP1"].power_w == 11_000
    assert pump.peak_w <= 22_000
    pump.join("CP1")
    pump.run(20)
    assert sum(spot.power_w for spot in pump.spots.values()) == 22_000
    assert pump.peak_w == 22_000


def test_one_driver_cannot_charge_at_two_places():
    """ConcurrentTx: the second session fails, and works when the first has ended."""
    pump = Pump(("CP1", 11_000, "AC"), ("CP2", 11_000, "AC"))
    pump.plug(make_ev("EV1", id_tag="card"))
    pump.run(5)
    pump.plug(make_ev("EV2", id_tag="card"), "CP2")
    pump.run(30)
    assert "StartTransaction is refused: ConcurrentTx" in transcript(pump)
    pump.ev("stop_charging")
    pump.run(60)
    assert pump.spots["CP2"].ev.state is EvState.CHARGING_WITH_PROFILE


def test_a_blocked_id_tag_is_refused_and_does_not_try_again():
    """FAILED to AuthorizationReq; the EV rests."""
    pump = Pump()
    pump.run(1)
    data = {"idTag": "EV1", "status": "Blocked"}
    payload = {"vendorId": "evtui", "messageId": "SetIdTag", "data": data}
    pump.spots["CP1"].calls.submit("DataTransfer", payload, pump.now_us)
    pump._propose(pump.spots["CP1"])
    pump.run(1)
    pump.plug(make_ev())
    pump.run(100)
    assert transcript(pump).count("CP1 > AuthorizationRes FAILED") == 1
    assert pump.network.transactions == {}
    asset = pump.network.assets["CP1"]
    assert (asset.status, asset.error_code) == ("Finishing", "NoError"), "nothing is broken"


def test_an_ev_that_speaks_out_of_turn_is_an_error_of_communication():
    """Other than a driver who may not charge."""
    pump = Pump()
    pump.run(1)
    pump.plug(make_ev())
    pump.run(10)
    pump.to_cp(encode(m.SessionSetupReq(m.NO_SESSION, "EV9")))
    pump.run(3)
    assert pump.network.assets["CP1"].error_code == "EVCommunicationError"


@pytest.mark.parametrize("current", ["AC", "DC"])
@pytest.mark.parametrize("action", ["unplug", "stop_charging", "pause_charging", "crash"])
def test_at_any_moment(action, current):
    """Whenever it ends, it ends in order: contactor open, no transaction left, next one works."""
    for moment in [*range(40), *range(240, 280), *range(500, 540), 3_900, 4_300, 5_517]:
        pump = Pump(("CP1", 11_000, current))
        pump.run(1)
        pump.plug(make_ev(current=current))
        pump.run(moment / 1_000)
        if action == "unplug":
            pump.unplug()
        elif action == "crash":
            pump.crash("CP1")
            pump.start("CP1")
        else:
            pump.ev(action)
        pump.run(2)
        if action != "crash":
            assert not pump.spots["CP1"].contactor_closed
            assert pump.spots["CP1"].power_w == 0
        if action == "unplug":
            assert pump.spots["CP1"].cp.state is CpState.WAITING_EV
        else:
            pump.run(58)
            pump.unplug()
        pump.run(2)
        assert pump.network.open_transaction("CP1") is None, moment
        assert pump.network.limit_w("CP1") == 0
        pump.plug(make_ev("EV2", current=current))
        pump.run(30)
        assert pump.spots["CP1"].cp.state is CpState.CHARGING, (action, moment)


def test_an_ev_of_the_other_current_goes_away():
    """No mode in common: a clear line, the session ends in order."""
    pump = Pump(("CP1", 11_000, "AC"))
    pump.plug(make_ev(current="DC"))
    pump.run(40)
    assert "no DC charging is on offer here" in transcript(pump)
    assert pump.network.transactions == {}
    assert pump.spots["CP1"].cp.state is CpState.END_SESSION


def test_a_stuck_contactor():
    """FAILED_ContactorError, Faulted with PowerSwitchFailure, and a new try after the pause."""
    pump = Pump()
    pump.run(1)
    pump.spots["CP1"].cp.contactor_stuck = True
    pump.plug(make_ev())
    pump.run(3)
    assert "PowerDeliveryRes FAILED_ContactorError" in transcript(pump)
    assert pump.spots["CP1"].cp.ocpp_status == "Faulted"
    assert "CP1 StatusNotification Faulted (PowerSwitchFailure)" in map(describe, pump.log)
    pump.spots["CP1"].cp.contactor_stuck = False
    pump.run(20)
    assert pump.spots["CP1"].ev.state is EvState.CHARGING_WITH_PROFILE


def test_basic_charging_by_duty():
    """IEC 61851-1 alone: 26.7 % is 16 A; without a profile; it ends with the duty."""
    ev = make_ev(max_w=11_000)
    ev.plug_in(0)
    ev.on_pilot(True, 267, 1)
    assert (ev.state, ev.pilot_state) == (EvState.CHARGING_WITHOUT_PROFILE, "C")
    assert ev.demand_w() == 16_020 * 690 // 1_000 + 1 > 11_000 or ev.demand_w() == 11_000
    ev.on_pilot(True, 100, 2)
    assert ev.demand_w() == 6_000 * 690 // 1_000
    ev.on_pilot(True, 1_000, 3)
    assert (ev.state, ev.pilot_state) == (EvState.CONNECTED_NOT_CHARGING, "B")
    assert ev.demand_w() == 0


def test_the_whole_world_can_be_copied():
    """A copy in the middle of a session goes on exactly as the original does."""
    pump = Pump(("CP1", 11_000, "AC"), ("CP2", 50_000, "DC"), capacity_w=40_000)
    pump.plug(make_ev("EV1"))
    pump.plug(make_ev("EV2", current="DC", max_w=50_000), "CP2")
    pump.run(4.7)
    other, third = copy.deepcopy(pump), pickle.loads(pickle.dumps(pump))  # noqa: S301
    for world in (pump, other, third):
        world.run(30)
    assert pump.lines == other.lines == third.lines
    assert pump.network.digest() == other.network.digest() == third.network.digest()
