"""Days carried out: requests come one after the other, and nobody who was accepted goes short."""

import pytest
from attrs import evolve

from fsm.energy.admission import Refusal
from fsm.energy.problem import Cabinet, Problem, Request, figures
from fsm.energy.rolling import begin
from fsm.energy.verify import verify
from tools.compare_planners import carry_out, day


def keeps_its_promises(seed, *, minimum=False):
    """A whole day; how many promises it had."""
    run = carry_out(day(seed, minimum=minimum))
    assert verify(run.accepted, run.delivered) is None
    assert figures(run.accepted, run.delivered).missed == ()
    assert run.refused
    return len(run.accepted.requests)


@pytest.mark.parametrize("seed", range(1, 11))
def test_a_day_without_a_missed_promise(seed):
    """Ten of the days of the table in docs/smart-charging.md."""
    assert keeps_its_promises(seed) > 30


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(11, 201))
def test_every_day_without_a_missed_promise(seed):
    """All the others."""
    assert keeps_its_promises(seed) > 30


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 21))
def test_a_day_with_minimum_powers(seed):
    """At every instant 0 or at least 6 A."""
    assert keeps_its_promises(seed, minimum=True) > 30


LIMITS = Problem(900, 8, (Cabinet("A", (11_000,) * 8),), ())
ONE = Request("ev1", "A", 0, 4, 3_600 * 5_500, 11_000)
TWO = Request("ev2", "A", 0, 6, 3_600 * 8_250, 11_000)


def test_a_request_in_mid_day():
    """What is promised comes first; what has been delivered counts; a begun window is cut."""
    state = begin(LIMITS).admit(ONE)
    assert not isinstance(state, Refusal)
    state = state.planned()
    assert state.due_j() == {"ev1": 9_900_000}
    state = state.after(state.due_j())
    assert [it.energy_j for it in state.problem.requests] == [9_900_000]
    assert verify(state.problem, state.plan) is None
    refusal = state.admit(evolve(TWO, energy_j=3_600 * 13_750))
    assert isinstance(refusal, Refusal)
    state = state.admit(TWO)
    assert not isinstance(state, Refusal)
    assert state.day.request("ev2").arrive == 1
    while state.step < 8:
        assert verify(state.problem, state.plan) is None
        state = state.after(state.due_j())
    assert state.delivered_j == {"ev1": ONE.energy_j, "ev2": TWO.energy_j}


def test_less_than_was_due_is_caught_up():
    """Planned anew, the rest fits where there is slack; where there is none, the plan says so."""
    state = begin(LIMITS).admit(ONE)
    assert not isinstance(state, Refusal)
    late = state.planned().after({"ev1": 900})
    assert verify(late.problem, late.plan) is not None
    again = late.planned()
    assert verify(again.problem, again.plan) is None
    hopeless = again.after({}).after({}).planned()
    assert hopeless.plan.algorithm == "llf"
    assert hopeless.due_j() == {"ev1": 9_900_000}
