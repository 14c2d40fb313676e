"""Random faults where grants end: no cable is overloaded, and no guard has to trip."""

import pytest
from attrs import evolve

from fsm.energy.grants import GrantTerms
from paxos.sim.streams import stream
from scenarios.campaign import run_seed
from scenarios.loader import load
from scenarios.schema import At, Scenario
from scenarios.session import Session
from scenarios.sharing import Sharing

S = 1_000_000

SCENARIOS = (
    "cut-off-under-load",
    "bakery-oven",
    "pv-cloud",
    "clock-drift-at-the-bound",
    "ev-ignores-its-limit",
)
BROKEN = ("clock-drift-at-the-bound", "ev-ignores-its-limit")
"""Where an EV hangs or lies, and a guard trips as it should."""

OTHERS = ("charging-profiles", "pause-and-resume", "silent-ev", "dc-fast", "remote-control")
"""Sessions of every kind, with grants of 40 s."""

BOUND_PPM = 10_000

SEEDS = 200
BLOCK = 20
FEW = 3


def check(scenario: Scenario, first: int, last: int) -> None:
    """No problem in any of these runs."""
    findings = [run_seed(scenario, seed) for seed in range(first, last)]
    assert [f for f in findings if f.problems] == []
    assert all(finding.faults > 20 for finding in findings)
    if scenario.name not in BROKEN:
        assert sum(finding.coverage["guard_trips"] for finding in findings) == 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_power_is_safe_under_random_faults(name: str) -> None:
    """P1, P3 and P4 at every event; and all is served after the faults."""
    check(load(name), 0, FEW)


@pytest.mark.parametrize("name", OTHERS)
def test_sessions_of_every_kind_bear_grants(name: str) -> None:
    """Profiles, pauses, DC, resets: nothing trips, and nothing hangs."""
    scenario = load(name)
    check(evolve(scenario, site=evolve(scenario.site, grant_us=40 * S)), 0, 1)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(FEW, SEEDS, BLOCK))
@pytest.mark.parametrize("name", SCENARIOS)
def test_power_is_safe_under_random_faults_of_200_seeds(name: str, first: int) -> None:
    """The rest of the seeds."""
    check(load(name), first, min(first + BLOCK, SEEDS))


def long_silence(seed: int) -> Scenario:
    """Every clock is wrong within the bound, and one CP after the other is gone for a minute.

    What cuts it off is drawn: a cut cable, one in one direction, a crash, a pause.
    """
    scenario, random = load("cut-off-under-load"), stream(seed, "long silence")
    ids = [cp.id for cp in scenario.cps]
    script = []
    for cp in ids:
        drift_ppm = random.choice((-BOUND_PPM, BOUND_PPM, random.randint(-BOUND_PPM, BOUND_PPM)))
        script += [At(t_us=S, verb="clock_drift", args={"cp": cp, "drift_ppm": drift_ppm})]
    evs = [ev.id for ev in scenario.evs]
    script += [
        At(t_us=random.randint(5, 60) * S, verb="plug_in", args={"ev": ev, "cp": cp})
        for ev, cp in zip(evs, random.sample(ids, len(evs)), strict=True)
    ]
    for start_s in (70, 200, 330):
        cp, others = random.choice(ids), list(ids)
        others.remove(cp)
        begin_us = start_s * S + random.randint(0, 10 * S)
        end_us = begin_us + random.randint(50 * S, 100 * S)
        kind = random.choice(("partition", "cut_oneway", "crash", "pause"))
        if kind == "partition":
            script += [At(t_us=begin_us, verb=kind, args={"groups": [[cp]]})]
        elif kind == "cut_oneway":
            deaf = random.random() < 0.5
            for other in others:
                a, b = (other, cp) if deaf else (cp, other)
                script += [At(t_us=begin_us, verb=kind, args={"a": a, "b": b})]
        else:
            back = {"crash": "restart", "pause": "resume"}[kind]
            script += [At(t_us=begin_us, verb=kind, args={"cp": cp})]
            script += [At(t_us=end_us, verb=back, args={"cp": cp})]
        script += [At(t_us=end_us, verb="heal", args={})]
    ordered = tuple(sorted(script, key=lambda line: line.t_us))
    return evolve(scenario, script=ordered, expectations=(), duration_us=480 * S)


def survive(first: int, last: int) -> dict[str, int]:
    """Run these seeds; returns what happened to grants in all of them."""
    total: dict[str, int] = {}
    for seed in range(first, last):
        run = Session(long_silence(seed), seed, sharing=Sharing.NOBODY)
        run.run(run.scenario.duration_us, 10**9)
        assert run.world.violation is None, (seed, str(run.world.violation))
        for name, count in run.world.powering.counts.items():
            total[name] = total.get(name, 0) + count
        assert run.world.grid.site.flow_peak_w > 20_000, "the limit was of some use"
    return total


def test_long_silence_overloads_nothing() -> None:
    """Grants do end, and what they set free is used at once."""
    total = survive(0, 8)
    assert total["grants_ended"] > 4
    assert total["guard_trips"] == 0


def test_long_silence_finds_a_leader_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three quarters of a grant are too short: it is seen within a few seeds."""
    monkeypatch.setattr(GrantTerms, "wait_us", property(lambda terms: terms.grant_us * 3 // 4))
    with pytest.raises(AssertionError, match=r"P[14] "):
        survive(0, 8)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(8, SEEDS, BLOCK))
def test_long_silence_overloads_nothing_in_200_seeds(first: int) -> None:
    """The rest of the seeds."""
    assert survive(first, min(first + BLOCK, SEEDS))["guard_trips"] == 0
