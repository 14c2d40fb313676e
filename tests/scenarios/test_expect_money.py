"""Expectations about money: what they say, when they hold, and what is found when they do not."""

import pytest

from scenarios.expect import evaluate
from scenarios.expectation import Expect
from tests.scenarios.views import cp, ev, session, view

SEEN = view(
    cps=(cp("CP1", earned_cents=90),),
    unplugged=(ev("EV1", paid_cents=90, owes_cents=25, tokens=233),),
    sessions=(
        session("EV1", 0, 1, bill="paid"),
        session("EV1", 2, 3, bill="open"),
        session("EV1", 4, None, bill="running"),
    ),
)


@pytest.mark.parametrize(
    ("held", "expect", "claim", "found"),
    [
        (True, Expect(t_us=0, ev="EV1", paid_cents=(90, 90)), "EV1 has paid 0.90 EUR",
         "paid 0.90 EUR"),
        (False, Expect(t_us=0, ev="EV1", paid_cents=(91, 95)),
         "EV1 has paid between 0.91 EUR and 0.95 EUR", "paid 0.90 EUR"),
        (True, Expect(t_us=0, ev="EV1", owes_cents=(20, 30)),
         "EV1 owes between 0.20 EUR and 0.30 EUR", "owes 0.25 EUR"),
        (False, Expect(t_us=0, ev="EV1", owes_cents=(0, 0)), "EV1 owes 0.00 EUR", "owes 0.25 EUR"),
        (False, Expect(t_us=0, ev="EV1", tokens=(234, 240)),
         "EV1 has got between 234 and 240 tokens", "233 tokens"),
        (True, Expect(t_us=0, cp="CP1", paid_cents=(90, 90)), "CP1 has earned 0.90 EUR",
         "earned 0.90 EUR"),
        (False, Expect(t_us=0, cp="CP1", paid_cents=(0, 89)),
         "CP1 has earned between 0.00 EUR and 0.89 EUR", "earned 0.90 EUR"),
        (True, Expect(t_us=0, bills=2), "2 bills were closed", "2 closed"),
        (False, Expect(t_us=0, bills=3), "3 bills were closed", "2 closed"),
    ],
)  # fmt: skip
def test_what_is_expected_of_money(held: bool, expect: Expect, claim: str, found: str) -> None:
    """In a sentence, with a verdict and what was seen."""
    outcome = evaluate(expect, SEEN)
    assert (outcome.held, outcome.text, outcome.found) == (held, f"at 0s, {claim}", found)


def test_money_is_conserved_when_nothing_is_found() -> None:
    """Else what was found is told."""
    expect = Expect(t_us=0, money="conserved")
    assert evaluate(expect, SEEN).held
    broken = evaluate(expect, SEEN, problems=("M1: a cent is missing",))
    assert (broken.held, broken.found) == (False, "M1: a cent is missing")
