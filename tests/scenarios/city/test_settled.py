"""Whether a city has come to rest: who may still wait for an answer, and who may not."""

import pytest

from scenarios.city.settled import come_to_rest_everywhere, unsettled
from scenarios.city.travellers import Travellers
from tests.scenarios.city.cities import TWO, ask, drivers, run_to, session


def test_who_has_just_asked_may_wait_for_an_answer() -> None:
    """Drivers come to a city to the very end: seed 197 of `city` from 15:00 on, 25 ms before it."""
    run = run_to(session(TWO + drivers(1)), 60)
    ask(run, "EV1")
    come_to_rest_everywhere(run.city)
    (driver,) = run.city.travellers.all
    assert driver.status == "asks"
    assert list(unsettled(run.city, None)) == []


def test_who_is_not_answered_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A charge point that says nothing is given up after six seconds: longer is a mistake."""
    monkeypatch.setattr(Travellers, "hear", lambda *_: None)
    run = run_to(session(TWO + drivers(1)), 60)
    ask(run, "EV1")
    run_to(run, 66)
    assert list(unsettled(run.city, None)) == []
    run_to(run, 67)
    come_to_rest_everywhere(run.city)
    assert list(unsettled(run.city, None)) == ["EV1 waits for an answer"]
