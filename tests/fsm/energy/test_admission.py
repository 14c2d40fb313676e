"""Admission and the flow plan against an independent linear program."""

import pytest

from fsm.energy.admission import Refusal, admit, admit_all
from fsm.energy.planners import PLANNERS
from fsm.energy.problem import MICRO_J_PER_KWH, Cabinet, Problem, Request, figures
from fsm.energy.verify import verify
from tests.fsm.energy.independent import optimum
from tests.fsm.energy.instances import instance

INSTANCES = 1_000
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_agrees_with_a_linear_program(part):
    """Who is accepted, that the plan keeps all limits, and what it costs; a tenth each."""
    infeasible = 0
    for seed in range(part, INSTANCES, PARTS):
        problem = instance(seed, step_s=(900, 900, 300, 7)[seed % 4])
        found = admit_all(problem)
        accepted, refused = [], []
        for request in problem.requests:
            if optimum(problem, [*accepted, request]) is None:
                refused.append(request.id)
            else:
                accepted.append(request)
        assert found.accepted == tuple(it.id for it in accepted), seed
        assert [it.id for it in found.refused] == refused, seed
        assert verify(found.problem, found.plan) is None, seed
        infeasible += bool(refused)
        plan = PLANNERS["flow"](found.problem)
        assert verify(found.problem, plan) is None, seed
        cost = figures(found.problem, plan).cost / MICRO_J_PER_KWH
        # Integers have an optimum in integers: what differs is the float of the other program.
        assert cost == pytest.approx(optimum(problem, accepted), abs=1e-7), seed
    assert infeasible >= INSTANCES // PARTS / 3


def test_one_by_one_is_the_same_as_all_at_once():
    """Halving finds the first that must be refused."""
    for seed in range(60):
        problem = instance(seed)
        sofar = problem.only(())
        refused = []
        for request in problem.requests:
            answer = admit(sofar, request)
            if isinstance(answer, Refusal):
                refused.append(answer)
            else:
                sofar = sofar.only((*sofar.requests, request))
                assert verify(sofar, answer) is None
        found = admit_all(problem)
        assert found.problem.requests == sofar.requests
        assert found.refused == tuple(refused)


def two(capacity_w=11_000, **more):
    """Two EVs in a cabinet: the first needs half of it."""
    first = Request("ev1", "A", 0, 4, 5_500 * 3_600, 11_000)
    second = Request("ev2", "A", 1, 3, 5_000 * 3_600, 11_000)
    cabinets = (Cabinet("A", (capacity_w,) * 4, more.pop("evse_count", None)),)
    return Problem(900, 4, cabinets, (first, second), **more)


@pytest.mark.parametrize(
    ("problem", "limit", "reason"),
    [
        (two(5_000), "capacity",
         ("at most 0 Wh of 5,000 Wh: cabinet A in steps 0 to 3 has no more, "
          "as ev1 needs it, too")),
        (two(site_capacity_w=(8_000,) * 4), "capacity",
         ("at most 2,500 Wh of 5,000 Wh: the site in steps 0 to 3 has no more, "
          "as ev1 needs it, too")),
        (two(site_capacity_w=(99_000, 99_000, 3_000, 99_000)), "capacity",
         ("at most 3,500 Wh of 5,000 Wh: the site in step 2 has no more, and "
         "its own power of 11,000 W is the limit in step 1")),
        (two(evse_count=1), "evse", "all EVSEs of cabinet A (1) are promised in steps 1 to 2"),
    ],
)  # fmt: skip
def test_the_binding_limit_is_named(problem, limit, reason):
    """As a sentence, with the most that could be had."""
    if problem.cabinets[0].capacity_w[0] == 5_000:
        problem = problem.only(
            (Request("ev1", "A", 0, 4, 5_000 * 3_600, 11_000), problem.requests[1])
        )
    (refusal,) = admit_all(problem).refused
    assert (refusal.id, refusal.limit, refusal.reason) == ("ev2", limit, reason)


def test_an_ev_that_cannot_take_its_energy():
    """Whatever else is free."""
    greedy = Request("ev9", "A", 2, 4, 5_501 * 3_600, 11_000)
    (refusal,) = admit_all(two().only((greedy,))).refused
    assert refusal.limit == "power"
    assert refusal.reason == (
        "its own power of 11,000 W gives 5,500 Wh in steps 2 to 3; it asks for 5,501 Wh"
    )


def test_a_refused_request_is_nobodys_rival():
    """Who comes later is judged with those accepted before him only."""
    third = Request("ev3", "A", 1, 3, 2_500 * 3_600, 11_000)
    problem = two(8_000)
    found = admit_all(problem.only((*problem.requests, third)))
    assert found.accepted == ("ev1", "ev3")
