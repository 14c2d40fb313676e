"""Plans in the log: requests, what a plan must be to be taken, and what limits follow from it."""

import msgpack
import pytest

from fsm.network.demand import ONLY
from fsm.network.planner import make_plan
from fsm.network.records import Planning
from fsm.network.state import NetworkState
from fsm.network.tables import Draft
from fsm.network.targets import break_before, digest, schedule, targets_w, unpack
from fsm.ocpp.actions import PLAN, TURN, VENDOR_ID
from fsm.ocpp.frames import pack_operation

S = 1_000_000
STEP_US = 900 * S


class Planned:
    """A state machine that plans in quarter-hours, and the calls of its charge points."""

    def __init__(self, capacity_w=22_000, algorithm="flow", tariff="", cps=3):
        self.state = NetworkState(capacity_w, [Planning(STEP_US, algorithm, tariff)])
        self.number = 0
        for cp_id in (f"CP{number}" for number in range(1, cps + 1)):
            boot = {"chargePointVendor": "evtui", "chargePointModel": "AC", "ratedPower": 11_000}
            self.call(cp_id, "BootNotification", **boot)

    def call(self, cp_id, action, **payload):
        """The answer's payload, or the error code."""
        self.number += 1
        op = pack_operation(cp_id, self.number, f"{cp_id}-{self.number}", action, payload)
        return msgpack.unpackb(self.state.apply(op))[2]

    def transfer(self, cp_id, name, data):
        """Why it was rejected; empty where it was accepted."""
        answer = self.call(cp_id, "DataTransfer", vendorId=VENDOR_ID, messageId=name, data=data)
        if type(answer) is not dict:
            return answer
        return "" if answer["status"] == "Accepted" else answer["data"]["why"]

    def start(self, cp_id):
        """A transaction of an EV of the same name; its number."""
        return self.call(
            cp_id, "StartTransaction", connectorId=1, idTag=f"EV{cp_id[2:]}", meterStart=0,
            timestamp=self.number, flexiblePower=11_000,
        )["transactionId"]  # fmt: skip

    def ask(self, cp_id, energy_wh, departs_step, max_w=11_000):
        """What an EV needs until a step."""
        return self.call(
            cp_id, "NotifyEVChargingNeeds", evseId=1, requestedEnergyTransfer="AC_three_phase",
            energyAmount=energy_wh, departureTime=departs_step * STEP_US, maxPower=max_w,
        )["status"]  # fmt: skip

    def read(self, cp_id, number, wh):
        """A reading of the meter."""
        sample = {"value": str(wh), "unit": "Wh"}
        values = [{"timestamp": self.number, "sampledValue": [sample]}]
        self.call(cp_id, "MeterValues", connectorId=1, transactionId=number, meterValue=values)

    def stop(self, cp_id, number, wh, reason="Local"):
        """The end of a transaction."""
        self.call(cp_id, "StopTransaction", transactionId=number, meterStop=wh,
                  timestamp=self.number, reason=reason)  # fmt: skip

    def plan(self, step, /, **changes):
        """The plan that who leads would make, with changes; why it was rejected."""
        data = make_plan(self.state.state, step)
        assert data is not None
        return self.transfer("CP2", PLAN, {**data, **changes})

    def turn(self, step, second=0):
        """Go on to a second of a step."""
        return self.transfer("CP2", TURN, {"step": step, "second": second})

    def request(self, number):
        """The record of a request."""
        return self.state.state.energy_requests[number]

    def follow(self):
        """Everybody confirms the limit that he has yet to confirm."""
        for cp_id in self.state.assets:
            version = self.state.unconfirmed_version(cp_id)
            if version:
                self.transfer(cp_id, "LimitApplied", {"version": version})

    def limits_w(self):
        """All limits."""
        return [asset.limit_w for asset in self.state.assets.values()]


def two(capacity_w=11_000, **how):
    """Two EVs that want 5.5 kWh each by step 9, at a site for one: two hours are enough."""
    network = Planned(capacity_w, **how)
    network.start("CP1")
    network.start("CP2")
    assert network.ask("CP1", 5_500, 9) == "Processing"
    assert network.ask("CP2", 5_500, 9) == "Processing"
    return network


def test_a_plan_accepts_those_who_can_be_met_in_the_order_of_asking():
    """The third would need what the first two were promised."""
    network = two()
    network.start("CP3")
    network.ask("CP3", 11_001, 9)
    assert [network.request(number).status for number in (1, 2, 3)] == ["pending"] * 3
    assert network.plan(1) == ""
    assert [network.request(number).status for number in (1, 2, 3)] == [
        "accepted", "accepted", "refused",
    ]  # fmt: skip
    assert "site" in network.request(3).reason
    record = network.state.state.energy_plans[ONLY]
    assert (record.number, record.step, record.algorithm, record.by) == (1, 1, "flow", "CP2")
    assert record.inputs == digest(unpack(record.content).problem)


def test_limits_go_towards_the_plan_turn_by_turn_and_never_above_the_capacity():
    """Down at once, up when the power is free."""
    network = two()
    assert network.plan(1) == ""
    delivered = [0, 0]
    for step in range(1, 8):
        assert network.turn(step) == ""
        assert network.state.held_w() <= 11_000
        network.follow()
        wanted = targets_w(Draft(network.state.state))
        assert network.limits_w()[:2] == [wanted["CP1"], wanted["CP2"]]
        assert sum(network.limits_w()) <= 11_000
        delivered = [sum(pair) for pair in zip(delivered, network.limits_w(), strict=False)]
    # 5.5 kWh are 22 kW in quarters of an hour.
    assert delivered == [22_000, 22_000]


def test_who_is_not_planned_shares_what_the_plan_leaves():
    """He did not ask for anything."""
    network = Planned(16_000)
    network.start("CP1")
    network.start("CP3")
    network.ask("CP1", 5_500, 4)
    assert network.plan(1) == ""
    network.turn(1)
    network.follow()
    assert network.limits_w() == [11_000, 0, 5_000]


def test_a_turn_does_not_go_back():
    """Who leads late, or a second leader, changes nothing."""
    network = two()
    network.plan(1)
    assert network.turn(3, 5) == ""
    before = network.limits_w()
    assert network.turn(3, 5) == "the network is there already"
    assert network.turn(2, 800) == "the network is there already"
    assert network.limits_w() == before


ALL_J = 5_500 * 3_600
WANT_2 = [2, ALL_J, 8]

REJECTED = {
    "another number": ({"number": 3}, "found plan 3"),
    "a step that has passed": ({"step": 0}, "begins with step 1"),
    "another planner": ({"version": "0"}, "allowed version 1"),
    "a promise that is dropped": ({"wants": [], "rows": []}, None),
    "a row that is missing": ({"rows": []}, "rows of the plan"),
    "an unknown transaction": ({"wants": [[9, 3_600, 8]], "rows": [[[7, 0]]]}, "transaction 9"),
    "a want twice": ({"wants": [[1, 3_600, 8]] * 2, "rows": [[[7, 0]]] * 2}, "two wants"),
    "less than is missing": ({"wants": [[1, 3_600, 8], WANT_2], "rows": []}, "wants less"),
    "after the departure": ({"wants": [[1, ALL_J, 10], WANT_2], "rows": []}, "leaves before"),
    "an accepted one refused": ({"refused": [[1, "no"]]}, "was accepted"),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_a_plan_that_is_wrong_changes_nothing(name):
    """And the answer says why."""
    network = two()
    assert network.plan(1) == ""
    changes, words = REJECTED[name]
    before = network.state.state
    why = network.plan(2, **changes)
    assert why
    assert words is None or words in why
    assert network.state.state.energy_plans == before.energy_plans
    assert network.state.state.energy_requests == before.energy_requests


def test_a_plan_above_a_limit_is_rejected():
    """Every replica verifies it."""
    network = two()
    data = make_plan(network.state.state, 1)
    data["rows"] = [[[2, 9_900_000], [5, 0]], [[2, 9_900_000], [5, 0]]]
    assert "allowed 9,900,000 (11,000 W)" in network.transfer("CP2", PLAN, data)
    data["rows"] = [[[2, 9_900_001], [5, 0]], [[5, 0], [2, 9_900_000]]]
    assert "allowed 0 to 9,900,000" in network.transfer("CP2", PLAN, data)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"wants": None},
        {"wants": [[1, 2]]},
        {"rows": [[[0, 1]]]},
        {"rows": [[[1, -1]]]},
        {"rows": [[[2_000, 0]]]},
        {"rows": [[["a", 0]]]},
        {"refused": [[1]]},
        {"short": "x"},
        {"short": [0]},
        {"algorithm": ""},
    ],
)
def test_a_malformed_plan_is_a_callerror(change):
    """Whatever comes, replicas answer the same."""
    network = two()
    answer = network.plan(1, **change)
    assert answer.endswith("ConstraintViolation"), answer
    assert not network.state.state.energy_plans


def test_what_was_delivered_is_not_planned_again():
    """By the meter readings in the log."""
    network = two()
    network.plan(1)
    network.read("CP1", 1, 2_500)
    assert network.plan(2) == ""
    problem = unpack(network.state.state.energy_plans[ONLY].content).problem
    assert {it.id: it.energy_j for it in problem.requests} == {
        "1": 3_000 * 3_600,
        "2": 5_500 * 3_600,
    }


def test_what_cannot_be_kept_any_more_gets_what_is_left():
    """A fault took the time away: the rest is shared, and said to be short."""
    network = two()
    network.plan(1)
    assert network.plan(7) == ""
    content = unpack(network.state.state.energy_plans[ONLY].content)
    assert content.short == (2,)
    assert sum(sum(row.energy_j) for row in content.plan.rows) == 2 * 900 * 11_000


def carry_out(network, numbers, steps):
    """Steps in which the EVs of these transactions take what is planned, and the others nothing.

    Each is planned anew; returns what was taken, in Wh, and who was short.
    """
    taken_wh, short = dict.fromkeys(numbers, 0), set()
    for step in steps:
        assert network.plan(step) == ""
        content = unpack(network.state.state.energy_plans[ONLY].content)
        short |= set(content.short)
        for row in content.plan.rows:
            if int(row.id) in numbers:
                taken_wh[int(row.id)] += row.at(0) // 3_600
                network.read(f"CP{row.id}", int(row.id), taken_wh[int(row.id)])
    return taken_wh, short


def test_who_was_out_of_reach_has_what_the_others_leave():
    """Though its transaction is the first: nobody pays for the fault of another charge point."""
    network = two()
    taken_wh, short = carry_out(network, (2,), range(1, 9))
    assert taken_wh == {2: 5_500}
    assert short == {1}


def test_of_three_only_the_one_that_was_out_of_reach_is_short():
    """What the first misses is not taken from the others, though they are behind it in order."""
    network = Planned(11_000)
    for number in (1, 2, 3):
        network.start(f"CP{number}")
        network.ask(f"CP{number}", 5_500, 13)
    taken_wh, short = carry_out(network, (2, 3), range(1, 13))
    assert taken_wh == {2: 5_500, 3: 5_500}
    assert short == {1}


def test_who_comes_back_in_another_transaction_is_owed_what_was_planned_for_him():
    """The plan in force had all for him from now on, and the other one has missed his time."""
    network = two()
    network.plan(1)
    assert network.plan(5) == ""
    before = unpack(network.state.state.energy_plans[ONLY].content).plan
    ahead_j = {row.id: sum(row.energy_j[1:]) for row in before.rows}
    assert ahead_j == {"1": 9_900_000, "2": ALL_J}
    network.stop("CP2", 2, 0, "PowerLoss")
    assert network.start("CP2") == 3
    network.ask("CP2", 5_500, 9)
    assert network.plan(6) == ""
    content = unpack(network.state.state.energy_plans[ONLY].content)
    assert {row.id: sum(row.energy_j) for row in content.plan.rows} == {"1": 9_900_000, "3": ALL_J}
    assert content.short == (1,)


def test_a_change_of_departure_is_decided_on_and_the_old_promise_stands():
    """Sooner than possible: refused. Sooner and possible: the new time holds."""
    network = two(22_000)
    network.plan(1)
    network.ask("CP1", 5_500, 3)
    assert network.request(1).change_us == 3 * STEP_US
    assert network.plan(2) == ""
    kept = network.request(1)
    assert (kept.status, kept.departure_us, kept.change_us) == ("accepted", 9 * STEP_US, 0)
    assert kept.reason
    network.ask("CP1", 5_500, 6)
    assert network.plan(3) == ""
    assert network.request(1).departure_us == 6 * STEP_US


@pytest.mark.parametrize(("reason", "status"), [("PowerLoss", "accepted"), ("Local", "pending")])
def test_a_promise_outlives_a_session_that_a_fault_ends(reason, status):
    """And not one that the driver has ended."""
    network = two()
    network.plan(1)
    network.stop("CP1", 1, 1_000, reason)
    assert network.start("CP1") == 3
    network.ask("CP1", 4_500, 9)
    assert network.request(3).status == status


def test_who_comes_back_from_a_fault_and_leaves_sooner_asks_for_a_change() -> None:
    """What was promised stands until it is decided; it may be impossible by then."""
    network = two()
    network.plan(1)
    network.stop("CP1", 1, 1_000, "PowerLoss")
    network.start("CP1")
    network.ask("CP1", 4_500, 3)
    request = network.request(3)
    assert (request.status, request.departure_us, request.change_us) == (
        "accepted", 9 * STEP_US, 3 * STEP_US,
    )  # fmt: skip
    assert network.plan(2) == ""
    assert network.request(3).departure_us == 9 * STEP_US
    assert network.request(3).reason


@pytest.mark.parametrize(
    "needs",
    [
        {"departureTime": 0},
        {"departureTime": 2_000 * STEP_US},
        {"maxPower": 11_000, "departureTime": 5 * STEP_US, "energyAmount": 0},
    ],
)
def test_needs_that_are_no_request(needs):
    """No departure ahead, one beyond all plans; and nothing wanted is met at once."""
    network = Planned()
    network.start("CP1")
    payload = {"evseId": 1, "requestedEnergyTransfer": "AC_three_phase", "energyAmount": 1,
               "maxPower": 11_000, **needs}  # fmt: skip
    network.call("CP1", "NotifyEVChargingNeeds", **payload)
    if payload["energyAmount"]:
        assert not network.state.state.energy_requests
    else:
        assert network.plan(1) == ""
        assert network.request(1).status == "accepted"


def test_below_six_amperes_evs_take_turns_within_the_step():
    """4,140 W at the least, and each of three gets a third of the time."""
    network = Planned(4_140)
    for number in (1, 2, 3):
        network.start(f"CP{number}")
        network.ask(f"CP{number}", 345, 2 + 1)
    assert network.plan(1) == ""
    plan = network.state.state.energy_plans[ONLY]
    energy_j = [0, 0, 0]
    for second in range(900):
        if second == break_before(plan, 1, second):
            assert network.turn(1, second) == ""
            network.follow()
        limits = network.limits_w()
        assert sum(limit > 0 for limit in limits) <= 1
        assert all(limit in (0, 4_140) for limit in limits)
        energy_j = [sum(pair) for pair in zip(energy_j, limits, strict=True)]
    assert energy_j == [345 * 3_600] * 3


def test_the_schedule_is_the_plan_with_equal_neighbours_joined():
    """As (s of the run, W); before and after it, what the EV can take."""
    network = two(tariff="300000,0,0,0;0,60,500000")
    network.plan(1)
    tables = network.state.state
    for cp_id in ("CP1", "CP2"):
        entries = schedule(tables, cp_id)
        assert entries[0] == (0, 11_000)
        assert entries[-1] == (8 * 900, 11_000)
        # It is cheaper after the first hour, of which three steps are left.
        assert entries[1] == (900, 0)
    assert schedule(tables, "CP3") == ()


def test_without_planning_nothing_is_a_request():
    """Networks of old go on as they were."""
    network = Planned()
    network.state = NetworkState(22_000)
    network.call("CP1", "BootNotification", chargePointVendor="evtui", chargePointModel="AC",
                 ratedPower=11_000)  # fmt: skip
    network.start("CP1")
    network.ask("CP1", 5_500, 9)
    assert not network.state.state.energy_requests
    assert make_plan(network.state.state, 1) is None
    data = {"step": 1, "second": 0}
    assert network.transfer("CP1", TURN, data) == "this network does not plan"


def test_snapshots_hold_requests_plan_and_turn():
    """And what follows from them."""
    network = two()
    network.plan(1)
    network.turn(2, 3)
    other = NetworkState(1)
    other.restore(network.state.snapshot())
    assert other.state.energy_plans == network.state.state.energy_plans
    assert other.digest() == network.state.digest() == other.full_digest()
    assert targets_w(Draft(other.state)) == targets_w(Draft(network.state.state))
