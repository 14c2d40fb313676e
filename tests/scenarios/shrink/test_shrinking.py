"""The whole search: what was done by hand is shrunk, too, and what comes out says what it is."""

import pytest
from attrs import evolve

from paxos.check.shrink import EnoughError
from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.shrink.failing import failure_of
from scenarios.shrink.shrinking import (
    ENOUGH,
    FINISHED,
    INTERRUPTED,
    NotFailingError,
    Progress,
    presented,
    shrink,
)
from scenarios.shrink.trying import candidate_fails
from scenarios.writer import to_toml
from tests.scenarios.shrink.test_failing import STALE


def stale() -> Scenario:
    """A lease that a clock breaks, without the expectation of it, and with a line too much."""
    extra = '[[at]]\nt = "3s"\ndo = "crash"\ncp = "CP2"\n[[at]]\nt = "4s"\ndo = "restart"\n'
    return evolve(loads(STALE + extra + 'cp = "CP2"\n', "stale.toml"), expectations=())


def test_what_was_done_by_hand_is_shrunk_too() -> None:
    """It becomes lines of the script; the file is no saved session any more."""
    whole = stale()
    by_hand = tuple(evolve(line, after=7) for line in whole.script[3:])
    found = shrink(evolve(whole, script=whole.script[:3], inputs=by_hand), most_runs=25)
    assert found.end == ENOUGH
    assert (found.scenario.inputs, found.scenario.saved) == ((), None)
    assert len(found.scenario.script) < len(whole.script)
    failure = failure_of(found.scenario)
    assert failure is not None
    assert failure.name == "L2"


def test_a_run_that_holds_is_refused() -> None:
    """With its seed."""
    with pytest.raises(NotFailingError, match="does not fail with seed 1"):
        shrink(evolve(stale(), script=()))


def test_the_file_says_what_it_shows() -> None:
    """Which invariant, from what, from how much to how much, and in which order messages come."""
    progress: list[Progress] = []
    found = shrink(stale(), most_runs=30, tell=progress.append, origin="stale\x1b, seed 1")
    assert [it.runs for it in progress] == list(range(1, found.runs + 1))
    assert progress[-1].best.script == found.scenario.script
    again = loads(to_toml(found.scenario), "again.toml")
    assert again.title == "Shrunk: L2"
    assert again.description.startswith("L2 (a read is as new as")
    assert f"from 7 to {len(again.script)} steps" in again.description
    assert "Shrunk from stale\\x1b, seed 1: " in again.description
    assert "Messages come in the order in which they were sent.\n" in again.description


def test_a_long_list_of_problems_is_cut_short() -> None:
    """The file must be one that can be read."""
    failure = failure_of(stale())
    assert failure is not None
    wordy = evolve(failure, text="CP1 is \x07 crashed; " * 1_000)
    loads(to_toml(presented(stale(), wordy, stale(), "stale", finished=True)), "long.toml")


@pytest.mark.parametrize(
    ("error", "end"), [(EnoughError, ENOUGH), (KeyboardInterrupt, INTERRUPTED)]
)
def test_somebody_may_end_the_search(error: type[BaseException], end: str) -> None:
    """Also in the middle of a run; what was found so far is kept."""
    calls = 0

    def halt() -> None:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise error

    found = shrink(stale(), halt=halt)
    assert found.end == end
    assert found.end != FINISHED
    assert failure_of(found.scenario) is not None


@pytest.mark.parametrize("text", ["", "duration = 7", to_toml(stale()).replace("CP1", "CP9", 1)])
def test_what_is_no_scenario_does_not_fail(text: str) -> None:
    """However it is broken."""
    failure = failure_of(stale())
    assert failure is not None
    assert not candidate_fails(text, failure)


def test_what_breaks_the_program_fails_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake may make a smaller run stumble before it shows what it is known for."""
    failure = failure_of(stale())
    assert failure is not None
    text = to_toml(stale())
    assert candidate_fails(text, failure)

    def stumble(*_: object) -> None:
        raise KeyError("stumbled")

    monkeypatch.setattr("scenarios.shrink.trying.fails_like", stumble)
    assert not candidate_fails(text, failure)
