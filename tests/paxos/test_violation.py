"""A violation goes where its world goes: into a checkpoint, and out again."""

import pickle

from paxos.ballot import Ballot
from paxos.check.violation import InvariantViolation
from scenarios.loader import load
from scenarios.session import Session
from scenarios.timeline import Timeline


def test_a_copy_is_the_same() -> None:
    """Text, name, and who was involved."""
    made = InvariantViolation("A4", "two values", slot=3, ballots=(Ballot(1, 2),), nodes=(1, 2))
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - just made
    assert type(again) is InvariantViolation
    assert (str(again), again.args, again.__dict__) == (str(made), made.args, made.__dict__)


def test_a_run_that_was_violated_can_be_gone_through() -> None:
    """Checkpoints at its very end are opened like all others."""
    line = Timeline(Session(load("broken-clock-bound")))
    while not line.run(line.session.scenario.duration_us, 200):
        pass
    digest, end = line.session.whole.digest(), line.place
    assert line.view().violation
    for back in range(1, 12):
        line.go(end.time_us - back * 900_000)
        line.go_to_end()
        assert line.session.whole.digest() == digest
        assert line.view().violation
    pickle.loads(pickle.dumps(line.session))  # noqa: S301 - just made
