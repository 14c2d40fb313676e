"""How a run fails, and what fails in the same way."""

import pytest
from attrs import evolve

from scenarios.loader import load, loads
from scenarios.schema import Scenario
from scenarios.shrink.failing import (
    control,
    fails_like,
    failure_of,
    watched_for,
    without_names,
)
from scenarios.verbs import HARMLESS, VERBS
from tests.scenarios.shrink.trials import line, scenario

CUT_SHORT = """\
duration = "1m"
cps = 3
[[ev]]
id = "EV1"
[[at]]
t = "10s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "30s"
do = "crash"
cp = "CP1"
[[expect]]
t = "20s"
ev = "EV1"
state = "charging_with_profile"
[[expect]]
ev = "EV1"
state = "charging_with_profile"
[[expect]]
replicas = "equal"
[[expect]]
sessions = 1
"""

STALE = """\
duration = "15s"
cps = 3
[network]
tail = 0.0
[[ev]]
id = "EV1"
[[at]]
t = "0s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
[[at]]
t = "10s"
do = "clock_drift"
cp = "leader"
drift = "-50%"
[[at]]
t = "11s"
do = "pause"
cp = "leader"
[[at]]
t = "12.9s"
do = "resume"
cp = "leader"
[[at]]
t = "12.9s"
do = "read"
cp = "CP3"
how = "lease"
[[expect]]
violation = "L2"
"""
"""A clock beyond the bound breaks a lease."""


def cut_short(**changes: str) -> Scenario:
    """A session that a crash ends, with words of its file replaced."""
    text = CUT_SHORT
    for old, new in changes.items():
        text = text.replace({"crash_t": '"30s"', "plug_t": '"10s"'}[old], f'"{new}"')
    return loads(text, "cut.toml")


def test_a_scenario_that_holds_does_not_fail() -> None:
    """All as expected."""
    assert failure_of(load("leader-crash")) is None


def test_the_first_expectation_that_failed_counts() -> None:
    """With what was found, names and amounts aside; it would have held without the crash."""
    failure = failure_of(cut_short())
    assert failure is not None
    assert (failure.kind, failure.name) == ("expectation", "connected_not_charging")
    assert failure.time_us == 60_000_000
    assert failure.expect == cut_short().expectations[1]
    assert failure.caused
    assert watched_for(cut_short(), failure).expectations == (failure.expect,)


def test_what_has_had_no_time_to_come_is_another_failure() -> None:
    """An EV that is not plugged in yet, or just now: no fault is to blame."""
    failure = failure_of(cut_short())
    assert failure is not None
    alike = watched_for(cut_short(), failure)
    assert fails_like(alike, failure)
    assert fails_like(evolve(alike, cps=alike.cps[:1]), failure)
    late = watched_for(cut_short(plug_t="59.999s", crash_t="59.999s"), failure)
    assert not fails_like(late, failure)
    assert not fails_like(evolve(alike, script=()), failure)
    assert not fails_like(evolve(alike, script=alike.script[:1]), failure)


def test_a_violation_counts_more_than_an_expectation() -> None:
    """And one that is expected counts where nothing else is wrong."""
    expected = loads(STALE, "stale.toml")
    failure = failure_of(expected)
    assert failure is not None
    assert (failure.kind, failure.name, failure.expect) == ("violation", "L2", None)
    assert watched_for(expected, failure).expectations == ()
    assert fails_like(watched_for(expected, failure), failure)
    other = evolve(failure, name="A5")
    assert not fails_like(watched_for(expected, failure), other)
    wrong = evolve(expected.expectations[0], violation="A5")
    unexpected = failure_of(evolve(expected, expectations=(wrong,)))
    assert unexpected is not None
    assert (unexpected.kind, unexpected.name) == ("violation", "L2")


def test_the_control_has_no_faults() -> None:
    """What people do stays; so do the ends of faults."""
    whole = scenario(
        line("1s", "plug_in", ev='"EV1"', cp='"CP1"')
        + line("2s", "loss", rate='"10%"')
        + line("3s", "crash", cp='"CP2"')
        + line("4s", "restart", cp='"CP2"')
    )
    assert [it.verb for it in control(whole).script] == ["plug_in", "restart"]


def test_every_harmless_verb_is_one() -> None:
    """A name that is misspelt would be a fault."""
    assert sorted(HARMLESS - frozenset(VERBS)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CP1 is crashed", "CP is crashed"),
        ("EV1 waits at CP12 for 17 s", "EV waits at CP12 for # s"),
        ("0 sessions", "0 sessions"),
        ("between 0.95 kWh and 1,000 kWh", "between # kWh and # kWh"),
        ("CP1-x is no name", "CP#-x is no name"),
    ],
)
def test_names_and_amounts_are_left_out(text: str, words: str) -> None:
    """Nothing at all is another finding than too little."""
    known = scenario("")
    assert without_names(text, known) == words.replace("CP12", "CP#")
