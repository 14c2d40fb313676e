"""Charging profiles as commands: installed by what was answered, bound, ended, told, kept."""

import msgpack
import pytest
from attrs import evolve

from fsm.network.charging import stored
from fsm.network.state import NetworkState
from fsm.ocpp.actions import INSTRUCT, INSTRUCTION_RESULT, VENDOR_ID
from fsm.ocpp.frames import pack_operation
from fsm.ocpp.limiting import limit_w, running, supply_of
from fsm.ocpp.profiles.model import (
    Kind,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
    Version,
)
from fsm.ocpp.profiles.packing import pack

DEFAULT = Profile(
    version=Version.V16, id=1, connector=1, stack_level=0, purpose=Purpose.TX_DEFAULT,
    kind=Kind.ABSOLUTE, schedules=(Schedule(Unit.W, (Period(0, 60_000),), 0),),
)  # fmt: skip
OF_TRANSACTION = evolve(DEFAULT, id=2, purpose=Purpose.TX)
OF_STATION = evolve(DEFAULT, id=3, purpose=Purpose.STATION_MAX, connector=0)


class Network:
    """A state machine and the calls of charge points, one after the other."""

    def __init__(self):
        self.state = NetworkState(44_000)
        self.number = 0
        for cp_id in ("CP1", "CP2"):
            boot = {"chargePointVendor": "evtui", "chargePointModel": "AC", "ratedPower": 11_000}
            self.call(cp_id, "BootNotification", boot)

    def call(self, cp_id, action, payload):
        """The answer's payload, or the error code."""
        self.number += 1
        op = pack_operation(cp_id, self.number * 1_000_000, f"{cp_id}-{self.number}", action,
                            payload)  # fmt: skip
        return msgpack.unpackb(self.state.apply(op))[2]

    def transfer(self, cp_id, name, data):
        """A DataTransfer of the network's own."""
        payload = {"vendorId": VENDOR_ID, "messageId": name, "data": data}
        return self.call(cp_id, "DataTransfer", payload)

    def instruct(self, action, payload, cp_id="CP1"):
        """Somebody at CP2 wants something of another one."""
        return self.transfer("CP2", INSTRUCT, {"cp": cp_id, "action": action, "payload": payload})

    def answer(self, number, status="Accepted", cp_id="CP1"):
        """The charge point answers."""
        data = {"id": number, "payload": {"status": status}}
        return self.transfer(cp_id, INSTRUCTION_RESULT, data)

    def set(self, profile, status="Accepted", cp_id="CP1"):
        """Ask for a profile, and have it answered if it got that far."""
        result = self.instruct("SetChargingProfile", {"profile": pack((profile,))[0]}, cp_id)
        if type(result) is dict and result["status"] == "Accepted":
            self.answer(result["data"]["ids"][0], status, cp_id)
        return result

    def start(self, cp_id="CP1"):
        """A transaction; its number."""
        payload = {"connectorId": 1, "idTag": cp_id, "meterStart": 0, "timestamp": 5_000_000}
        return self.call(cp_id, "StartTransaction", payload)["transactionId"]

    def ids(self, cp_id="CP1"):
        """What is installed."""
        return [profile.id for profile in stored(self.state.state, cp_id)]


def test_what_was_accepted_is_installed_and_nothing_else():
    """By the answer, not by the question; each charge point has its own."""
    network = Network()
    network.instruct("SetChargingProfile", {"profile": pack((DEFAULT,))[0]})
    assert network.ids() == []
    network.answer(1)
    assert network.ids() == [1]
    network.set(evolve(DEFAULT, id=7, stack_level=1), "Rejected")
    assert network.ids() == [1]
    assert network.ids("CP2") == []
    network.set(evolve(DEFAULT, id=9))
    assert network.ids() == [9], "in 1.6 a profile in the same place is replaced"


def test_a_profile_of_a_transaction_is_bound_to_it_and_ends_with_it():
    """Without a transaction there is none; what else is installed stays."""
    network = Network()
    assert network.set(OF_TRANSACTION)["status"] == "Rejected"
    network.set(DEFAULT)
    number = network.start()
    network.set(OF_TRANSACTION)
    assert network.ids() == [1, 2]
    assert stored(network.state.state, "CP1")[1].transaction_id == str(number)
    stop = {"transactionId": number, "meterStop": 10, "timestamp": 9_000_000}
    network.call("CP1", "StopTransaction", stop)
    assert network.ids() == [1]


def test_an_answer_that_comes_after_the_end_installs_nothing():
    """The transaction was there when it was asked for, and is over when it is answered."""
    network = Network()
    number = network.start()
    network.instruct("SetChargingProfile", {"profile": pack((OF_TRANSACTION,))[0]})
    network.call("CP1", "StopTransaction",
                 {"transactionId": number, "meterStop": 10, "timestamp": 9_000_000})  # fmt: skip
    network.answer(1)
    assert network.ids() == []


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        ({}, []),
        ({"id": 1}, [3]),
        ({"purpose": "ChargingStationMaxProfile"}, [1]),
        ({"connectorId": 1, "stackLevel": 0}, [3]),
        ({"id": 1, "stackLevel": 5}, [3, 1]),
    ],
)
def test_what_fits_is_cleared(payload, left):
    """All criteria must fit."""
    network = Network()
    network.set(DEFAULT)
    network.set(OF_STATION)
    network.instruct("ClearChargingProfile", payload)
    network.answer(3)
    assert network.ids() == left


@pytest.mark.parametrize(
    "wrong",
    [
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (Period(5, 60_000),), 0),)),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (Period(0, 1), Period(0, 2)), 0),)),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (), 0),)),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, tuple(Period(i, 1) for i in range(1025)), 0),)),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (Period(0, -10),), 0),)),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (Period(0, 10),), None),)),
        evolve(DEFAULT, kind=Kind.RECURRING),
        evolve(DEFAULT, purpose=Purpose.STATION_MAX),
        evolve(DEFAULT, valid_from_s=20, valid_to_s=10),
        evolve(DEFAULT, schedules=(Schedule(Unit.W, (Period(0, 10),), 2**60),)),
    ],
)
def test_what_ocpp_does_not_allow_is_an_error(wrong):
    """The rules are those of the payload; nothing is written down."""
    network = Network()
    digest_before = len(network.state.state.instructions)
    assert network.set(wrong) in ("PropertyConstraintViolation", "FormationViolation")
    assert len(network.state.state.instructions) == digest_before


@pytest.mark.parametrize("row", [None, 5, [], [1] * 11, pack((DEFAULT,)), "text"])
def test_what_is_no_profile_is_an_error(row):
    """Whatever somebody sends, it never raises."""
    network = Network()
    assert network.instruct("SetChargingProfile", {"profile": row}) == "FormationViolation"


def test_a_snapshot_keeps_the_profiles():
    """And the digest knows them."""
    network = Network()
    before = network.state.digest()
    network.set(DEFAULT)
    assert network.state.digest() != before
    other = NetworkState(1)
    other.restore(network.state.snapshot())
    assert other.digest() == network.state.digest() == network.state.full_digest()
    assert stored(other.state, "CP1") == (DEFAULT,)


def test_needs_and_the_evs_schedule_are_checked():
    """Needs want a transaction; a schedule must begin within what the profiles allow."""
    network = Network()
    needs = {"evseId": 1, "requestedEnergyTransfer": "AC_three_phase", "energyAmount": 9_000,
             "departureTime": 3_600_000_000}  # fmt: skip
    plan = {"evseId": 1, "timeBase": 10_000_000, "periods": [[0, 6_000]]}
    assert network.call("CP1", "NotifyEVChargingNeeds", needs) == {"status": "Rejected"}
    network.set(DEFAULT)
    number = network.start()
    assert network.call("CP1", "NotifyEVChargingSchedule", plan) == {"status": "Rejected"}
    assert network.call("CP1", "NotifyEVChargingNeeds", needs) == {"status": "Processing"}
    assert network.call("CP1", "NotifyEVChargingSchedule", plan) == {"status": "Accepted"}
    more = {**plan, "periods": [[0, 6_001]]}
    assert network.call("CP1", "NotifyEVChargingSchedule", more) == {"status": "Rejected"}
    found = network.state.state.needs["CP1"]
    assert (found.transaction_id, found.energy_wh, found.departure_us) == (
        number, 9_000, 3_600_000_000,
    )  # fmt: skip


def test_the_limit_now_and_how_long_it_holds():
    """Periods, the gap after a duration, days that recur, phases, amperes and DC."""
    supply = supply_of(11_000, "AC")
    steps = Schedule(Unit.W, (Period(0, 60_000), Period(30, 90_000)), 100, 60)
    stepped = evolve(DEFAULT, schedules=(steps,))
    assert limit_w((stepped,), None, supply, 90) == (11_000, 10)
    assert limit_w((stepped,), None, supply, 100) == (6_000, 30)
    assert limit_w((stepped,), None, supply, 130) == (9_000, 30)
    assert limit_w((stepped,), None, supply, 160)[0] == 11_000
    daily = evolve(stepped, kind=Kind.RECURRING, recurrency=Recurrency.DAILY)
    assert limit_w((daily,), None, supply, 86_400 + 130) == (9_000, 30)
    amperes = evolve(DEFAULT, schedules=(Schedule(Unit.A, (Period(0, 80),), 0),))
    assert limit_w((amperes,), None, supply, 5)[0] == 8 * 230 * 3
    assert limit_w((amperes,), None, supply_of(7_360, "AC"), 5)[0] == 8 * 230
    assert limit_w((amperes,), None, supply_of(50_000, "DC"), 5)[0] == 8 * 400
    relative = evolve(
        OF_TRANSACTION, kind=Kind.RELATIVE, transaction_id="4",
        schedules=(Schedule(Unit.W, (Period(0, 70_000), Period(10, 80_000))),),
    )  # fmt: skip
    assert limit_w((relative,), running(4, 50_000_000), supply, 55) == (7_000, 5)
    assert limit_w((relative,), running(5, 50_000_000), supply, 55)[0] == 11_000
