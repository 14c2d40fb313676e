"""Expectations: their sentences, when they hold, and what is said when they do not."""

from typing import Any

import pytest

from scenarios.expect import evaluate, sentence
from scenarios.expectation import Expect
from scenarios.view import View
from tests.scenarios.views import cp, ev, session, view

S = 1_000_000


@pytest.mark.parametrize(
    ("expect", "text"),
    [
        ({"ev": "EV1", "state": "send_needs"}, "EV1 is send_needs"),
        ({"ev": "EV1", "energy_wh": (4_000, 6_500)}, "EV1 has taken between 4 kWh and 6.5 kWh"),
        ({"ev": "EV1", "energy_wh": (0, 0)}, "EV1 has taken 0 Wh"),
        ({"ev": "EV1", "soc_ppm": (790_000, 810_000)}, "EV1 is charged to between 79% and 81%"),
        (
            {
                "ev": "EV1",
                "session_start_us": (60 * S, 75 * S),
                "session_stop_us": (80 * S, 80 * S),
            },
            "EV1 began its session between 1m and 1m15s and ended its session at 1m20s",
        ),
        (
            {"ev": "EV1", "state": "not_connected", "energy_wh": (1, 1), "soc_ppm": (1, 1)},
            "EV1 is not_connected, has taken 1 Wh and is charged to 0.0001%",
        ),
        (
            {"cp": "CP1", "state": "charging", "status": "alive", "energy_wh": (1, 2)},
            "CP1 is charging, is alive and has delivered between 1 Wh and 2 Wh",
        ),
        ({"replicas": "equal"}, "all live replicas are equal"),
        ({"leader": "any"}, "exactly one live charge point leads"),
        ({"leader": "none"}, "nobody leads"),
        ({"leader": "CP2"}, "CP2 leads"),
        ({"sessions": 1}, "1 session was begun and ended"),
        ({"sessions": 3}, "3 sessions were begun and ended"),
        ({"power_w": (0, 22_000)}, "the network draws between 0 W and 22 kW"),
        ({"count": "noops", "at_least": 1_000}, "the count of noops is 1,000 or more"),
        ({"count": "noops", "at_most": 2}, "the count of noops is 2 or less"),
        ({"count": "noops", "at_most": 0}, "the count of noops is 0"),
        ({"count": "noops", "at_least": 2, "at_most": 2}, "the count of noops is 2"),
        (
            {"count": "noops", "at_least": 2, "at_most": 4, "since_us": 60 * S},
            "the count of noops is between 2 and 4 since 1m",
        ),
    ],
)
def test_the_sentence(expect: dict[str, Any], text: str) -> None:
    """Plain words, every figure with its unit."""
    assert sentence(Expect(t_us=90_500_000, **expect)) == f"at 1m30.5s, {text}"


EVS = view(
    evs=(ev("EV1", state="charging_with_profile", cp="CP1", soc=80.0, energy_wh=1_999.5),),
    unplugged=(ev("EV2", energy_wh=0.25),),
    sessions=(
        session("EV1", 10 * S, 20 * S),
        session("EV1", 60 * S, None, transaction=2),
        session("EV2", 30 * S, 40 * S, transaction=3),
    ),
)


@pytest.mark.parametrize(
    ("expect", "seen", "held", "found"),
    [
        ({"ev": "EV1", "state": "charging_with_profile"}, EVS, True, "charging_with_profile"),
        ({"ev": "EV1", "state": "not_connected"}, EVS, False, "charging_with_profile"),
        ({"ev": "EV1", "energy_wh": (1_999, 2_000)}, EVS, True, "1.9995 kWh"),
        ({"ev": "EV1", "energy_wh": (2_000, 3_000)}, EVS, False, "1.9995 kWh"),
        ({"ev": "EV2", "energy_wh": (0, 0)}, EVS, False, "0.25 Wh"),
        ({"ev": "EV2", "energy_wh": (0, 1)}, EVS, True, "0.25 Wh"),
        ({"ev": "EV1", "soc_ppm": (800_000, 800_000)}, EVS, True, "80%"),
        ({"ev": "EV1", "soc_ppm": (800_001, 900_000)}, EVS, False, "80%"),
        ({"ev": "EV1", "session_start_us": (60 * S, 60 * S)}, EVS, True, "began at 1m"),
        ({"ev": "EV1", "session_start_us": (10 * S, 10 * S)}, EVS, False, "began at 1m"),
        ({"ev": "EV1", "session_stop_us": (0, 99 * S)}, EVS, False, "still running"),
        ({"ev": "EV2", "session_stop_us": (40 * S, 41 * S)}, EVS, True, "ended at 40s"),
        ({"ev": "EV2", "session_stop_us": (41 * S, 42 * S)}, EVS, False, "ended at 40s"),
        ({"ev": "EV2", "session_start_us": (0, 99 * S)}, view(unplugged=(ev("EV2"),)), False,
         "no session"),
        ({"ev": "EV9", "state": "not_connected"}, EVS, False, "no such EV"),
        # one thing that is wrong fails the whole expectation
        ({"ev": "EV1", "state": "charging_with_profile", "energy_wh": (0, 1)}, EVS, False,
         "charging_with_profile, 1.9995 kWh"),
        ({"cp": "CP2", "state": "waiting_ev", "status": "alive"}, EVS, True, "waiting_ev, alive"),
        ({"cp": "CP2", "status": "crashed"}, EVS, False, "alive"),
        ({"cp": "CP2", "energy_wh": (0, 0)}, EVS, True, "0 Wh"),
        ({"cp": "CP9", "status": "crashed"}, EVS, False, "no such charge point"),
        ({"sessions": 2}, EVS, True, "2 ended, 1 still running"),
        ({"sessions": 3}, EVS, False, "2 ended, 1 still running"),
        ({"power_w": (0, 22_000)}, view(power_w=22_000), True, "22 kW"),
        ({"power_w": (0, 22_000)}, view(power_w=22_001), False, "22.001 kW"),
    ],
)  # fmt: skip
def test_whether_it_holds(expect: dict[str, Any], seen: View, held: bool, found: str) -> None:
    """Both ends of a range are included; what was found is told either way."""
    outcome = evaluate(Expect(t_us=0, **expect), seen)
    assert (outcome.held, outcome.found) == (held, found)
    assert outcome.text == sentence(outcome.expect)


@pytest.mark.parametrize(
    ("expect", "held"),
    [
        ({"at_least": 3}, True),
        ({"at_least": 4}, False),
        ({"at_most": 3}, True),
        ({"at_most": 2}, False),
        ({"at_least": 1, "at_most": 2}, False),
        ({"at_least": 3, "at_most": 3}, True),
        ({}, False),
    ],
)
def test_a_count(expect: dict[str, int], held: bool) -> None:
    """Both bounds are included; without a bound nothing is said, and nothing holds."""
    outcome = evaluate(Expect(t_us=0, count="elections", **expect), view(), {"elections": 3})
    assert outcome.held is held
    assert outcome.found == ("3" if expect else "nothing to look at")


def test_a_count_that_nobody_keeps_does_not_hold() -> None:
    """Not even as none: whoever looks at it must say what was counted."""
    outcome = evaluate(Expect(t_us=0, count="elections", at_most=0), view())
    assert (outcome.held, outcome.found) == (False, "not counted")


LEADER = cp("CP1", role="leader")


@pytest.mark.parametrize(
    ("cps", "leader", "expected", "held", "found"),
    [
        ((LEADER, cp("CP2")), "CP1", "any", True, "CP1"),
        ((LEADER, cp("CP2")), "CP1", "CP1", True, "CP1"),
        ((LEADER, cp("CP2")), "CP1", "CP2", False, "CP1"),
        ((LEADER, cp("CP2")), "CP1", "none", False, "CP1"),
        ((cp("CP1"), cp("CP2")), None, "any", False, "nobody"),
        ((cp("CP1"), cp("CP2")), None, "none", True, "nobody"),
        # a stale leader beside the new one: two lead, the one with the higher ballot is the leader
        ((LEADER, cp("CP2", role="leader")), "CP2", "any", False, "CP1 and CP2"),
        ((LEADER, cp("CP2", role="leader")), "CP2", "CP2", True, "CP1 and CP2"),
        # one that stands still does not lead
        ((cp("CP1", role="leader", status="paused"), cp("CP2")), None, "any", False, "nobody"),
    ],
)
def test_who_leads(
    cps: tuple[Any, ...], leader: str | None, expected: str, held: bool, found: str
) -> None:
    """Only live leaders count."""
    outcome = evaluate(Expect(t_us=0, leader=expected), view(cps=cps, leader=leader))
    assert (outcome.held, outcome.found) == (held, found)


@pytest.mark.parametrize(
    ("cps", "held", "found"),
    [
        ((cp("CP1"), cp("CP2")), True, "CP1 CP2 at slot 5 with digest abcdef01"),
        (
            (cp("CP1"), cp("CP2", applied_slot=4), cp("CP3")),
            False,
            "CP1 CP3 at slot 5 with digest abcdef01; CP2 at slot 4 with digest abcdef01",
        ),
        (
            (cp("CP1"), cp("CP2", state_digest="ffff")),
            False,
            "CP1 at slot 5 with digest abcdef01; CP2 at slot 5 with digest ffff",
        ),
        (
            (cp("CP1"), cp("CP2", status="crashed", applied_slot=0, state_digest="")),
            True,
            "CP1 at slot 5 with digest abcdef01",
        ),
        ((cp("CP1", status="paused"),), False, "no live replica"),
    ],
)
def test_equal_replicas(cps: tuple[Any, ...], held: bool, found: str) -> None:
    """Slot and digest of all that are alive; none alive is not equal."""
    outcome = evaluate(Expect(t_us=0, replicas="equal"), view(cps=cps))
    assert (outcome.held, outcome.found) == (held, found)


def test_an_expectation_of_nothing_does_not_hold() -> None:
    """A subject without anything to check would hold always, and so prove nothing."""
    assert not evaluate(Expect(t_us=0, ev="EV1"), EVS).held
    assert not evaluate(Expect(t_us=0), EVS).held
