"""Random transcripts hold; a planted mistake breaks one, which shrinks to a few lines."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from paxos.check.mutants import find
from tests.paxos.faults_as_rules import Broken
from tests.paxos.rules import Rules, Safety
from tests.paxos.script import Script
from tests.paxos.stage import Seat, Stage

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
    """Whatever :mod:`tests.paxos.faults_as_rules` does; reads; nodes that come and go."""
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


def a_wiped_disk_comes_back(patch: pytest.MonkeyPatch) -> None:
    """Who lost its disk starts under its old number, with nothing that it has promised."""
    wipe = Stage.wipe

    def leave_empty(self: Stage, node: int) -> None:
        wipe(self, node)
        self.seats[node] = Seat()

    patch.setattr(Stage, "wipe", leave_empty)


@pytest.mark.parametrize(
    ("plant", "invariants"),
    [
        (find("promise_forgotten_on_restart").plant, ("A1",)),
        pytest.param(
            find("accept_does_not_raise_the_promise").plant, ("A2",), marks=pytest.mark.soak
        ),
        (find("phase_2_quorum_off_by_one").plant, ("R1", "A5")),
        (a_wiped_disk_comes_back, ("A1", "A3")),
        pytest.param(
            find("a_change_takes_effect_at_once").plant,
            ("R1", "A5", "R2", "R5"),
            marks=pytest.mark.soak,
        ),
        pytest.param(
            find("read_served_before_the_quorum_confirmed").plant, ("L2",), marks=pytest.mark.soak
        ),
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
        assert len(broken.lines) <= 20, broken
        assert broken.found in performed(broken.lines)
    assert not [text for text in performed(broken.lines) if text.startswith("VIOLATION")]


def test_what_does_not_settle_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost message that nobody sends again leaves somebody waiting for ever."""
    find("nothing_is_sent_again").plant(monkeypatch)
    broken = counterexample(Rules)
    assert broken.found.startswith(("NOT SETTLED", "NOT ANSWERED")), broken
    assert len(broken.lines) <= 25, broken


STALE_READ = [
    "group 5", "run 2s", "pause 1", "run 5s", "submit 2 x=1", "run 100ms", "resume 1",
    "read 1 x index",
]  # fmt: skip
"""A leader does not know that it was replaced."""

TWO_GROUPS = [
    "group 5", "change 1 demote 1", "join 6", "crash 2 keep=0", "run 5s", "change 1 promote 1",
    "crash 4 keep=0", "run 100ms",
]  # fmt: skip
"""Who votes changes while slots are under way."""


@pytest.mark.parametrize(
    ("plant", "lines", "invariant"),
    [
        (find("read_served_before_the_quorum_confirmed").plant, STALE_READ, "L2"),
        (find("a_change_takes_effect_at_once").plant, TWO_GROUPS, "R1"),
    ],
)
def test_what_takes_long_to_find_is_found(
    plant: Callable[[pytest.MonkeyPatch], None],
    lines: list[str],
    invariant: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Transcripts as the rules have found them; to find them anew is for the long runs."""
    assert not [text for text in performed(lines) if text.startswith("VIOLATION")]
    plant(monkeypatch)
    assert performed(lines)[-1].startswith(f"VIOLATION {invariant}")


def test_a_silent_learner_is_promoted_at_the_word_of_another() -> None:
    """More slots ago than one message carries, the leader heard of it last, or never."""
    lines = [
        "group 5 learners=6", "run 2s", "change 1 demote 1", "pause 1", "run 5s", "submit 2 x=1",
        "run 100ms", "resume 1", "change 2 promote 6", "stabilise",
    ]  # fmt: skip
    assert performed(lines)[-1].startswith("quiet")
