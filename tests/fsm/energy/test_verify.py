"""What a replica sees in a plan that it must refuse; and what makes no problem."""

import pytest
from attrs import evolve

from fsm.energy.problem import Cabinet, Plan, Problem, ProblemError, Request, Row
from fsm.energy.verify import laid_out, verify

KJ = 900_000
"""1 kW for a step of 900 s, J."""

PROBLEM = Problem(
    900,
    3,
    (Cabinet("A", (8_000, 8_000, 8_000)), Cabinet("B", (8_000, 8_000, 8_000))),
    (
        Request("ev1", "A", 0, 3, 9 * KJ, 7_000, 1_000),
        Request("ev2", "A", 1, 3, 6 * KJ, 7_000),
        Request("ev3", "B", 0, 2, 6 * KJ, 7_000),
    ),
    (12_000, 12_000, 10_000),
)


def plan(one=(4, 3, 2), two=(3, 3), three=(3, 3)):
    """A plan in kW for each step."""
    rows = (("ev1", 0, one), ("ev2", 1, two), ("ev3", 0, three))
    return Plan(
        "flow",
        tuple(Row(name, start, tuple(round(kw * KJ) for kw in row)) for name, start, row in rows),
    )


def test_a_plan_that_is_right():
    """Nothing is found, and every step is laid out."""
    assert verify(PROBLEM, plan()) is None
    assert all(laid_out(PROBLEM, plan(), step) is not None for step in range(3))


@pytest.mark.parametrize(
    ("wrong", "limit", "text"),
    [
        (Plan("flow", plan().rows[:2]), "shape",
         "the rows of the plan are not those of the requests"),
        (evolve(plan(), rows=plan().rows[::-1]), "shape",
         "the rows of the plan are not those of the requests"),
        (plan(two=(3, 3, 0)), "shape", "ev2: found steps 1 to 4; allowed 1 to 3"),
        (plan(one=(8, 1, 0)), "power", "ev1: found 7,200,000 J in step 0; allowed 0 to 6,300,000"),
        (plan(one=(5, 5, -1)), "power", "ev1: found -900,000 J in step 2; allowed 0 to 6,300,000"),
        (plan(one=(4, 4.9995, 0.0005)), "minimum",
         ("ev1: found 450 J in step 2; allowed what whole seconds of 1,000 to 7,000 W give")),
        (plan(one=(2, 5, 2), two=(4, 2)), "cabinet",
         "cabinet A: found 8,100,000 J in step 1; allowed 7,200,000 (8,000 W)"),
        (plan(one=(5.5, 2, 1.5), three=(6.8, 0)), "promise",
         "ev3: found 1,700 Wh; allowed 1,500 Wh"),
        (plan(one=(4, 3, 1)), "promise", "ev1: found 2,000 Wh; allowed 2,250 Wh, as promised"),
    ],
)  # fmt: skip
def test_the_first_broken_limit_is_named(wrong, limit, text):
    """Each by its own kind."""
    breach = verify(PROBLEM, wrong)
    assert breach is not None
    assert breach.limit == limit
    assert breach.text == text


def test_the_site_and_the_instants():
    """The site on average; and an EV whose minimum has no room although its mean has."""
    narrow = evolve(PROBLEM, site_capacity_w=(6_999, 12_000, 12_000))
    breach = verify(narrow, plan())
    assert breach is not None
    assert breach.text == "the site: found 6,300,000 J in step 0; allowed 6,299,100 (6,999 W)"
    shy = evolve(PROBLEM.requests[0], min_w=5_000)
    tight = evolve(PROBLEM, requests=(shy, *PROBLEM.requests[1:]))
    breach = verify(tight, plan(one=(5, 3.4, 0.6), two=(4, 2)))
    assert breach is not None
    assert (breach.limit, breach.text) == (
        "instant",
        "step 1: found no order of on-times that keeps the limits at every instant",
    )


def test_less_than_promised_is_no_broken_limit():
    """For planners that promise nothing; more than asked for is one all the same."""
    assert verify(PROBLEM, plan(one=(4, 3, 1)), promises=False) is None
    breach = verify(PROBLEM, plan(one=(4, 3, 3)), promises=False)
    assert breach is not None
    assert breach.limit == "promise"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"step_s": 0}, "found 3 steps of 0 s; allowed 1 or more"),
        ({"site_capacity_w": (1,)}, "site_capacity_w: found 1 values; allowed 3"),
        ({"pv_firm_w": (1, 1, -1)}, "pv_firm_w: found -1 W; allowed 0 or more"),
        ({"price_micro": (1, 1)}, "price_micro: found 2 values; allowed 3"),
        ({"cabinets": (PROBLEM.cabinets[0],) * 2}, "found a cabinet twice; allowed once"),
        ({"cabinets": PROBLEM.cabinets[:1]}, "ev3: found no cabinet B"),
        ({"requests": PROBLEM.requests[:1] * 2}, "ev1: found two of this id; allowed one"),
        ({"requests": (Request("e", "A", 2, 2, 1, 1),)},
         "e: found steps 2 to 2; allowed within 3"),
        ({"requests": (Request("e", "A", 0, 2, -1, 1),)},
         ("e: found -1 J at 0 to 1 W; allowed none below 0, and a maximum that is not below the "
         "minimum")),
    ],
)  # fmt: skip
def test_what_makes_no_problem(change, text):
    """Refused when it is made."""
    with pytest.raises(ProblemError) as caught:
        evolve(PROBLEM, **change)
    assert str(caught.value) == text


def test_the_site_has_what_others_leave_and_the_sun_gives():
    """Never less than nothing."""
    problem = evolve(PROBLEM, other_loads_w=(1_000, 13_000, 0), pv_firm_w=(500, 500, 500))
    assert problem.site_w == (11_500, 0, 10_500)
    assert evolve(problem, site_capacity_w=None).site_w is None


def test_what_remains_is_on_the_grid():
    """Windows are cut, who is done or gone is left out, odd joules are rounded up."""
    rest = PROBLEM.remaining(2, {"ev1": 5 * KJ + 1, "ev2": 6 * KJ})
    assert [(it.id, it.arrive, it.energy_j) for it in rest.requests] == [("ev1", 2, 4 * KJ)]
