"""The two arms of a what-if: the run as it is, and without its last fault."""

import pytest
from attrs import evolve

from scenarios.campaign import run_seed
from scenarios.campaign.drawing import draw
from scenarios.campaign.profiles import CALM, EVERYTHING
from scenarios.city.session import open_session
from scenarios.errors import InputError
from scenarios.loader import load, loads
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.whatif.arms import Arms, arms_of
from scenarios.writer import to_toml

S = 1_000_000


def steered(name: str = "ten-minutes", until_us: int = 100 * S) -> Timeline:
    """A run that somebody watches."""
    timeline = Timeline(Session(load(name)))
    timeline.run(until_us, 10**9)
    return timeline


def arms(timeline: Timeline) -> Arms:
    """Its arms, where it stands."""
    return arms_of(timeline.session, timeline.branch.inputs[: timeline.session.acted])


def reached(scenario: Scenario, seed: int, until_us: int) -> str:
    """The digest of one of its futures at a time."""
    drawn = draw(scenario, seed)
    session = Session(drawn.scenario, drawn.seed)
    session.run(until_us, 10**9)
    return session.whole.digest()


def test_every_future_is_the_run_itself_up_to_the_instant() -> None:
    """With what was done by hand, to the byte; a microsecond later seeds differ."""
    timeline = steered()
    timeline.act("crash", cp="leader")
    timeline.run(103 * S + 456_789, 10**9)
    timeline.act("cut", a="CP1", b="CP2")
    for _ in range(5):
        timeline.step()
    made = arms(timeline)
    timeline.run(made.at_us, 10**9)  # what is left of this microsecond
    here = timeline.session.whole.digest()
    for seed in (1, 2):
        assert reached(made.as_it_is, seed, made.at_us) == here
    later_us = made.at_us + 5 * S
    assert reached(made.as_it_is, 1, later_us) != reached(made.as_it_is, 2, later_us)


def test_the_last_fault_of_a_hand_is_left_out() -> None:
    """What ends a fault is none; the other arm is the run that undoing it gives."""
    timeline = steered()
    timeline.act("crash", cp="CP2")
    timeline.act("cut", a="CP1", b="CP3")
    timeline.act("restart", cp="CP2")
    timeline.act("loss", rate_ppm=0)
    timeline.run(101 * S, 10**9)
    made = arms(timeline)
    assert made.fault_words == "cut a=CP1 b=CP3 at 1m40s"
    assert made.without is not None
    assert [it.verb for it in made.as_it_is.inputs] == ["crash", "cut", "restart", "loss"]
    assert [it.verb for it in made.without.inputs] == ["crash", "restart", "loss"]
    again = Timeline(Session(evolve(load("ten-minutes"), inputs=made.without.inputs)))
    again.run(101 * S, 10**9)
    assert reached(made.without, 3, 101 * S) == again.session.whole.digest()


def test_the_last_fault_of_the_script_is_left_out() -> None:
    """Where nobody has broken anything since."""
    timeline = steered("leader-crash", 185 * S)
    made = arms(timeline)
    assert made.fault_words == "crash cp=leader at 3m"
    assert made.without is not None
    gone = [it for it in made.as_it_is.script if it not in made.without.script]
    assert [(it.verb, it.t_us) for it in gone] == [("crash", 180 * S)]
    assert made.without.inputs == ()


def test_the_same_fault_twice() -> None:
    """The later one is the last."""
    timeline = steered()
    timeline.act("crash", cp="CP2")
    timeline.act("restart", cp="CP2")
    timeline.run(101 * S, 10**9)
    timeline.act("crash", cp="CP2")
    made = arms(timeline)
    assert made.without is not None
    assert [it.t_us for it in made.without.inputs] == [100 * S, 100 * S]


def test_all_that_a_script_breaks_at_one_instant_is_one_fault() -> None:
    """Six links at once, of which the last line alone would say little; a change is no fault."""
    timeline = steered("leader-crash", 5 * S)
    timeline.act("stand", cp="CP5")
    made = arms(timeline)
    assert made.fault_words == "cut a=CP3 b=CP4 and 5 more at 0s"
    assert made.without is not None
    assert not [it for it in made.without.script if it.verb == "cut"]
    assert [it.verb for it in made.without.inputs] == ["stand"]


def test_without_any_fault_there_is_one_arm() -> None:
    """Nothing is compared, and the futures can be had all the same."""
    made = arms(steered(until_us=20 * S))
    assert (made.faults, made.without, made.fault_words) == ((), None, "")
    assert made.both == (made.as_it_is,)


def test_in_the_past_nothing_counts_that_was_done_later() -> None:
    """A what-if is of what is shown."""
    timeline = steered()
    timeline.act("crash", cp="CP2")
    timeline.run(110 * S, 10**9)
    timeline.act("cut", a="CP1", b="CP3")
    timeline.run(120 * S, 10**9)
    timeline.go(105 * S)
    made = arms(timeline)
    assert made.fault_words == "crash cp=CP2 at 1m40s"
    assert [it.verb for it in made.as_it_is.inputs] == ["crash"]


def test_both_are_scenario_files() -> None:
    """Written and read again they are the same, and their futures, too."""
    timeline = steered("leader-crash", 181 * S)
    for arm in arms(timeline).both:
        again = loads(to_toml(arm), "arm.toml")
        assert to_toml(again) == to_toml(arm)
        assert run_seed(again, 4, profile=CALM) == run_seed(arm, 4, profile=CALM)


def test_what_is_broken_at_the_instant_heals_in_every_future() -> None:
    """Whether by hand or by the script: a campaign asks that all settles."""
    timeline = steered()
    timeline.act("partition", groups=(("CP1", "CP2"),))
    timeline.act("stop_cp", cp="CP3")
    timeline.act("crash", cp="CP4")
    timeline.run(101 * S, 10**9)
    for profile in (CALM, EVERYTHING):
        finding = run_seed(arms(timeline).as_it_is, 1, profile=profile)
        assert finding.problems == ()
        assert finding.measures is not None
        assert not finding.measures.violated


@pytest.mark.parametrize(
    ("name", "until_us", "text"),
    [
        ("two-sites", 10 * S, "a what-if is of one group; a city has several"),
        ("leader-crash", 10**12, "the run has ended; go back to a time that has a future"),
    ],
)
def test_where_there_is_no_future(name: str, until_us: int, text: str) -> None:
    """It says so."""
    session = open_session(load(name))
    session.run(until_us, 10**9)
    with pytest.raises(InputError, match=text):
        arms_of(session, [])
