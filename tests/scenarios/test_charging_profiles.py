"""Charging profiles in whole runs: obeyed under random faults, on DC, by who is cut off."""

import pytest

from fsm.v2g.limited import Limited
from scenarios.campaign import run_seed
from scenarios.loader import load, loads
from scenarios.obeying import SENTENCES
from scenarios.runner import run
from scenarios.session import Session

S = 1_000_000

CUT_OFF = """
duration = "4m"
cps = 3
[[ev]]
id = "EV1"
max_power = "11kW"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "30s"
do = "set_profile"
cp = "CP1"
limit = "5kW"
from = "2m"
[[at]]
t = "1m"
do = "partition"
groups = [["CP1"], ["CP2", "CP3"]]
"""

DC = """
duration = "3m"
[[cp]]
id = "CP1"
rated = "50kW"
current = "DC"
[[cp]]
id = "CP2"
[[cp]]
id = "CP3"
[site]
capacity = "60kW"
[[ev]]
id = "EV1"
current = "DC"
max_power = "50kW"
[[at]]
t = "5s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "1m30s"
do = "set_profile"
cp = "CP1"
limit = "20kW"
"""


def power_w(session, from_s, to_s):
    """Mean power of the first EV, in W."""
    while not session.run(from_s * S, 10**6):
        pass
    before = session.view().evs[0].energy_wh
    while not session.run(to_s * S, 10**6):
        pass
    return (session.view().evs[0].energy_wh - before) * 3600 / (to_s - from_s)


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_no_seed_breaks_it(first):
    """Crashes, cuts, lost disks, clocks that are set: who has profiles obeys them (P2)."""
    scenario = load("charging-profiles")
    findings = [run_seed(scenario, seed) for seed in range(first, first + 5)]
    assert [finding for finding in findings if finding.problems] == []


@pytest.mark.soak
def test_no_seed_of_many_breaks_it():
    """200 of them."""
    scenario = load("charging-profiles")
    findings = [run_seed(scenario, seed) for seed in range(200)]
    assert [finding for finding in findings if finding.problems] == []


def test_a_charge_point_without_its_timer_breaks_c1(monkeypatch):
    """It goes on with what was allowed when it looked last."""
    monkeypatch.setattr(Limited, "review_profiles", _only_once(Limited.review_profiles))
    report = run(load("charging-profiles"))
    assert [violation.invariant for violation in report.violations] == ["P2"]
    assert list(SENTENCES) == ["P2"]


def _only_once(review):
    seen = {}

    def reviewed(self, now_us):
        if id(self) not in seen:
            seen[id(self)] = self
            review(self, now_us)

    return reviewed


def test_who_is_cut_off_follows_the_next_period():
    """It has the profile in its own replica."""
    session = Session(loads(CUT_OFF, "cut.toml"))
    assert power_w(session, 70, 118) > 10_000
    assert power_w(session, 125, 200) == pytest.approx(5_000, abs=30)


def test_a_dc_charge_point_gives_less_without_renegotiation():
    """Its converter follows at once; the EV is told with the next response."""
    session = Session(loads(DC, "dc.toml"))
    assert power_w(session, 60, 88) > 30_000
    assert power_w(session, 95, 150) == pytest.approx(20_000, abs=200)


def test_a_network_without_profiles_has_no_command_more():
    """Needs and schedules are told where somebody sets profiles, and nowhere else."""
    session = Session(load("ten-minutes"))
    while not session.run(600 * S, 10**6):
        pass
    state = session.world.node(1).network.state
    assert len(state.charging_profiles) == len(state.needs) == 0
