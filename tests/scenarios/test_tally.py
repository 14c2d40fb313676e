"""Counts of checks are real: each against what the observer was told, counted beside it."""

from collections import Counter
from typing import Any

import pytest

from paxos.check.tally import Tally
from paxos.check.violation import SENTENCES
from paxos.messages import Accept, Accepted, Prepare, Promise
from scenarios.loader import load
from scenarios.session import Session
from scenarios.sharing import Sharing

S = 1_000_000


def counted(scenario: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Tally, Counter[str]]:
    """A whole run: what its checker has counted, and what it was told."""
    session = Session(load(scenario), 1)
    observer = session.world.invariants
    assert observer is not None
    told: Counter[str] = Counter()
    # What a fresh world has done already: its members have started.
    told["restarted"], told["stepped"] = observer.tally.restarts, observer.tally.steps

    def hear(name: str, count: Any = lambda *_: 1) -> None:
        real = getattr(observer, name)

        def wrapper(*args: Any) -> None:
            for key, value in named(count(*args)).items():
                told[key] += value
            real(*args)

        def named(value: Any) -> dict[str, int]:
            return value if isinstance(value, dict) else {name: value}

        monkeypatch.setattr(observer, name, wrapper)

    hear("restarted")
    hear("stepped")
    hear("answered")
    hear("installed")
    hear("applied")
    hear("produced", lambda _, message: {f"made {type(message).__name__}": 1})
    hear("released", lambda _, message: {f"left {type(message).__name__}": 1})
    session.run(session.scenario.duration_us, 10**9)
    assert session.world.violation is None
    return observer.tally, told


@pytest.mark.parametrize("scenario", ["lease-reads", "bad-weather", "snapshot-catch-up"])
def test_comparisons_are_counted_where_they_are_made(
    scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages, steps, answers and slots, each as often as they came."""
    tally, told = counted(scenario, monkeypatch)
    assert tally.steps == told["stepped"] > 500
    assert tally.restarts == told["restarted"] > 0
    assert tally.answered == told["answered"]
    assert tally.installed == told["installed"]
    assert tally.windows == told[f"made {Accept.__name__}"] > 0
    assert tally.acknowledging == told[f"made {Accepted.__name__}"] > 0
    assert tally.voted == told[f"left {Accepted.__name__}"] > 0
    assert tally.promised == told[f"left {Promise.__name__}"] > 0
    assert tally.prepares == told[f"left {Prepare.__name__}"] > 0
    assert tally.applied == told["applied"] > 0


@pytest.mark.parametrize("scenario", ["rush-hour", "snapshot-catch-up"])
def test_what_is_known_of_a_run_that_is_shared_counts_like_the_rest(scenario: str) -> None:
    """Replicas that share their states are looked at less, and have as many checks."""

    def tally(*, sharing: Sharing) -> Tally:
        session = Session(load(scenario), 1, sharing=sharing)
        session.run(session.scenario.duration_us, 10**9)
        assert session.world.invariants is not None
        return session.world.invariants.tally

    assert tally(sharing=Sharing.ALL) == tally(sharing=Sharing.NOBODY)


def test_every_invariant_of_consensus_has_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the sentences; with reads each of them is checked."""
    tally, _ = counted("lease-reads", monkeypatch)
    assert list(tally.by_name()) == list(SENTENCES)
    assert min(tally.by_name().values()) > 0


def test_margins_are_the_smallest_there_were() -> None:
    """Of the window in slots, and of reads in slots."""
    tally = Tally()
    assert (tally.window_left, tally.slots_ahead) == (None, None)
    for left in (7, 3, 5):
        tally.window(left)
        tally.read(left - 3)
    assert (tally.window_left, tally.slots_ahead) == (3, 0)
    assert (tally.windows, tally.answered) == (3, 3)


def test_the_window_is_never_left_and_its_margin_fits_it() -> None:
    """A run with many proposals at once."""
    session = Session(load("rush-hour"), 1)
    session.run(60 * S, 10**9)
    assert session.world.invariants is not None
    left = session.world.invariants.tally.window_left
    assert left is not None
    assert 0 <= left < session.world.config.window
