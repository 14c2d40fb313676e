"""What a run of a campaign has cost: stalls, energy, time to recover; computed by hand here."""

import pytest
from attrs import evolve

from scenarios.campaign import run_seed
from scenarios.campaign.costs import costs_of
from scenarios.campaign.finding import Finding
from scenarios.campaign.measuring import Measures
from scenarios.campaign.profiles import CALM, EVERYTHING
from scenarios.loader import loads
from scenarios.schema import Scenario

HEAD = """
duration = "2m"
cps = 3
[campaign]
quiet = "30s"
"""
EV = """
[[ev]]
id = "EV1"
battery = "40kWh"
soc = "20%"
target = "60%"
max_power = "11kW"
"""


def lines(*rows: tuple[str, str, str]) -> str:
    """A script."""
    return "".join(f'[[at]]\nt = "{t}"\ndo = "{do}"\n{rest}\n' for t, do, rest in rows)


def measures(text: str, from_: str = "", head: str = "cps = 3") -> Measures:
    """Of one calm run."""
    head = HEAD.replace("cps = 3", head) + (f'from = "{from_}"\n' if from_ else "")
    found = run_seed(loads(head + text, "x.toml"), 1, profile=CALM).measures
    assert found is not None
    return found


def test_nothing_happens_and_nothing_is_lost() -> None:
    """Three charge points and nobody who comes."""
    assert measures("") == Measures(False, 0, 0, 0, 0)


PLUGGED = ("10s", "plug_in", 'ev = "EV1"\ncp = "CP1"')


def test_what_an_ev_could_have_taken_and_did_not_get() -> None:
    """11 kW for 110 s are 336 Wh; its charge point is down from 40 s to the end."""
    whole = measures(EV + lines(PLUGGED)).undelivered_wh
    assert whole < 20, "what the session takes to begin"
    crashed = measures(EV + lines(PLUGGED, ("40s", "crash", 'cp = "CP1"')))
    assert crashed.undelivered_wh - whole == pytest.approx(11_000 * 80 / 3600, abs=2)


def test_no_more_is_missing_than_was_wanted() -> None:
    """Of the 100 Wh up to its target all that it did not get, however long it stands there."""
    small = EV.replace("60%", "21%").replace("40kWh", "10kWh")
    down = ("9s", "crash", 'cp = "CP1"')
    assert measures(small + lines(down, PLUGGED)).undelivered_wh == 100


def test_who_leaves_early_loses_no_more_than_the_time_gave() -> None:
    """Ten seconds at 11 kW are 30 Wh."""
    text = EV + lines(PLUGGED, ("20s", "unplug", 'ev = "EV1"'), ("10s", "crash", 'cp = "CP1"'))
    assert measures(text).undelivered_wh == pytest.approx(30, abs=4)


def test_who_leaves_later_has_time_left() -> None:
    """A departure after the end of the faults: nothing is missing yet."""
    flexible = EV + 'departs = "1h"\n'
    text = flexible.replace('"2m"', '"2m"') + lines(PLUGGED, ("11s", "crash", 'cp = "CP1"'))
    found = run_seed(
        loads(HEAD.replace('"2m"', '"2h"') + text, "x.toml"), 1, healed_us=120_000_000,
        profile=CALM,
    ).measures  # fmt: skip
    assert found is not None
    assert found.undelivered_wh == 0


def test_a_majority_that_is_gone_is_one_stall() -> None:
    """From 20 s to the end nobody decides what CP1 has to say; then it recovers."""
    text = EV + lines(PLUGGED, ("20s", "crash", 'cp = "CP2"'), ("20s", "crash", 'cp = "CP3"'))
    found = measures(text)
    assert found.stalls == 1
    assert found.stalled_us == pytest.approx(100_000_000, abs=12_000_000)
    assert found.recovered_us is not None
    assert 88_000_000 < found.recovered_us < 115_000_000, "as long as it lasted"


def test_everybody_who_waits_counts() -> None:
    """One charge point that is cut off, or two of them, each alone."""
    cut = [("20s", "partition", 'groups = [["CP1"], ["CP2", "CP3", "CP4", "CP5"]]')]
    also = [("20s", "partition", 'groups = [["CP1"], ["CP2"], ["CP3", "CP4", "CP5"]]')]
    two = EV + EV.replace("EV1", "EV2")
    plugged = [PLUGGED, ("10s", "plug_in", 'ev = "EV2"\ncp = "CP2"')]
    heal = ("60s", "heal", "")
    one, both = (measures(two + lines(*plugged, *it, heal), head="cps = 5") for it in (cut, also))
    assert (one.stalls, both.stalls) == (1, 2)
    assert both.stalled_us > 1.5 * one.stalled_us


def test_the_time_without_service_is_what_recovery_takes() -> None:
    """A leader that dies: the others elect another one, in seconds, whenever it was."""
    for from_ in ("60s", "50s", ""):
        found = measures(EV + lines(PLUGGED, ("60s", "crash", 'cp = "leader"')), from_)
        assert found.recovered_us is not None
        assert 500_000 <= found.recovered_us <= 6_000_000
    assert measures(EV + lines(PLUGGED), "60s").recovered_us == 0


def test_a_leader_that_is_cut_off_is_no_service() -> None:
    """It leads in its own eyes; whoever has something to say waits until all heals."""
    text = EV + lines(PLUGGED, ("60s", "partition", 'groups = [["CP1"], ["CP2"], ["CP3"]]'))
    found = measures(text, "60s")
    assert found.recovered_us is not None
    assert found.recovered_us > 45_000_000


def test_a_violation_is_one() -> None:
    """A planted mistake that forgets what it accepted; such a run never recovers."""
    scenario = evolve(lab(), mutant="accepted_values_in_promises_ignored")
    found = [run_seed(scenario, seed, profile=EVERYTHING) for seed in range(12)]
    violated = [it for it in found if it.measures is not None and it.measures.violated]
    assert violated
    for it in violated:
        assert it.problems
    costs = costs_of(found)
    assert costs is not None
    assert (costs.runs, costs.violated) == (12, len(violated))
    others = [it.measures for it in found if it.measures is not None and not it.measures.violated]
    assert costs.whole == len(others)
    assert costs.undelivered_wh == sum(it.undelivered_wh for it in others), "whole runs alone"


def lab() -> Scenario:
    """A short one."""
    from scenarios.loader import load

    return load("lab-three")


def test_the_costs_of_many_runs() -> None:
    """Sums, the middle one and the longest; never is the longest of all, and is not passed over."""
    assert costs_of_times(3, None, 1, 2, 9) == (5, 4, 3, 9)
    assert costs_of_times(3, None, None, None, 1) == (5, 2, None, 3)
    assert costs_of_times(None) == (1, 0, None, None)
    assert costs_of_times() is None
    assert costs_of([finding(1, measured=False)]) is None
    ended = costs_of([finding(2, violated=True), finding(4)])
    assert ended is not None
    assert (ended.runs, ended.violated, ended.whole, ended.stalls) == (2, 1, 1, 1)
    assert (ended.stalled_us, ended.undelivered_wh, ended.median_us) == (7, 5, 4)


def costs_of_times(*times: int | None) -> tuple[int, int, int | None, int | None] | None:
    """Runs, those that have recovered, the middle and the longest of their times."""
    costs = costs_of([finding(time) for time in times])
    return costs and (costs.runs, costs.recovered, costs.median_us, costs.longest_us)


def finding(time: int | None, *, violated: bool = False, measured: bool = True) -> Finding:
    """Of a run that took so long to recover."""
    found = Measures(violated, 1, 7, 5, time)
    return Finding(1, (), "", 0, 0, 0, 0, {}, measures=found if measured else None)
