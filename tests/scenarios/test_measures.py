"""What a run of a campaign has cost: stalls, energy, time to recover; computed by hand here."""

import pytest
from attrs import evolve

from scenarios.campaign import run_seed
from scenarios.campaign.costs import costs_of
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


def measures(text: str, from_: str = "") -> Measures:
    """Of one calm run."""
    head = HEAD + (f'from = "{from_}"\n' if from_ else "")
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
    """From 20 s to the end nobody decides what CP1 has to say."""
    text = EV + lines(PLUGGED, ("20s", "crash", 'cp = "CP2"'), ("20s", "crash", 'cp = "CP3"'))
    found = measures(text)
    assert found.stalls == 1
    assert found.stalled_us == pytest.approx(100_000_000, abs=12_000_000)
    assert found.recovered_us is not None
    assert found.recovered_us < 10_000_000, "counted from the moment at which everything heals"


def test_recovery_counts_from_where_futures_part() -> None:
    """A leader that dies right before: the others elect another one, in seconds."""
    text = EV + lines(PLUGGED, ("60s", "crash", 'cp = "leader"'))
    found = measures(text, "60s")
    assert found.recovered_us is not None
    assert 500_000 <= found.recovered_us <= 6_000_000
    assert measures(EV + lines(PLUGGED), "60s").recovered_us == 0


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
    assert costs.violated == len(violated)
    assert costs.recovered <= costs.runs - sum(
        it.measures is not None and it.measures.recovered_us is None for it in found
    )


def lab() -> Scenario:
    """A short one."""
    from scenarios.loader import load

    return load("lab-three")


def test_the_costs_of_many_runs() -> None:
    """Sums, the middle one and the longest; of nothing measured, nothing."""
    base = run_seed(loads(HEAD, "x.toml"), 1, profile=CALM)
    times = (3, None, 1, 2, 9)
    runs = [
        evolve(base, measures=Measures(violated=time is None, stalls=1, stalled_us=7,
                                       undelivered_wh=5, recovered_us=time))
        for time in times
    ]  # fmt: skip
    costs = costs_of(runs)
    assert costs is not None
    assert (costs.runs, costs.violated, costs.stalls, costs.stalled_us) == (5, 1, 5, 35)
    assert (costs.undelivered_wh, costs.recovered) == (25, 4)
    assert (costs.median_us, costs.longest_us) == (2, 9)
    assert costs_of([evolve(base, measures=None)]) is None
