"""Random transcripts hold; a planted mistake breaks one, which shrinks to a few lines."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.paxos import mutants
from tests.paxos.rules import Broken, Rules, Safety
from tests.paxos.script import Script

STEPS = 40
QUICK = settings(
    max_examples=400,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""The same transcripts every time.

As far as Hypothesis goes: it also tries constants that it finds in the modules that are loaded, so
a test that must find something may not count on the first few hundred.
"""

LONG = settings(QUICK, max_examples=5_000, stateful_step_count=80, derandomize=False)


def test_no_transcript_breaks_the_protocol() -> None:
    """Crashes, pauses, partitions, slow disks; messages lost, doubled, late and out of order."""
    run_state_machine_as_test(Rules, settings=QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_no_transcript_of_many_breaks_the_protocol(part: int) -> None:
    """Thousands of longer ones, other ones every time."""
    run_state_machine_as_test(Rules, settings=LONG)


def counterexample(machine: type[Rules]) -> Broken:
    """The shortest transcript that Hypothesis finds."""
    search = settings(
        QUICK,
        max_examples=4_000,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    with pytest.raises(Broken) as caught:
        run_state_machine_as_test(machine, settings=search)
    return caught.value


def performed(lines: list[str]) -> list[str]:
    """What a transcript prints."""
    script = Script()
    return [text for line in lines for text in script.run(line)]


@pytest.mark.parametrize(
    ("plant", "invariants"),
    [
        (mutants.promise_forgotten_on_restart, ("A1",)),
        (mutants.accept_does_not_raise_the_promise, ("A2",)),
        (mutants.phase_2_quorum_off_by_one, ("R1", "A5")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_mistake_becomes_a_transcript(
    plant: Callable[[pytest.MonkeyPatch], None],
    invariants: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It breaks the invariant that it must, in a few lines that show it again, and only with it."""
    with monkeypatch.context() as planted:
        plant(planted)
        broken = counterexample(Safety)
        assert broken.found.removeprefix("VIOLATION ").startswith(invariants), broken
        assert len(broken.lines) <= 15, broken
        assert broken.found in performed(broken.lines)
    assert not [text for text in performed(broken.lines) if text.startswith("VIOLATION")]


def test_what_does_not_settle_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost message that nobody sends again leaves somebody waiting for ever."""
    mutants.nothing_is_sent_again(monkeypatch)
    broken = counterexample(Rules)
    assert broken.found.startswith(("NOT SETTLED", "NOT ANSWERED")), broken
    assert len(broken.lines) <= 20, broken
