"""Paths of the explorer, done to the real network: the same is violated, or nothing is."""

import random
from pathlib import Path

import pytest

from evtui.cli import main
from paxos.check.explore.group import Faults, Group, Move, State
from paxos.check.explore.nodes import Bounds
from paxos.check.explore.search import Step, explore
from paxos.check.mutants import find, planted
from paxos.messages import Accepted, Message, Promise
from scenarios.explored import DiffersError, reopen
from scenarios.loader import loads
from scenarios.session import Session
from scenarios.writer import to_toml

SMALL = Bounds(3, 2, (1, 1))
MISTAKES: list[tuple[str, Bounds, Faults, tuple[type[Message], ...]]] = [
    ("accepted_values_in_promises_ignored", Bounds(), Faults(), ()),
    ("first_value_adopted", Bounds(), Faults(), ()),
    ("lowest_ballot_adopted", Bounds(), Faults(), ()),
    ("promises_of_older_ballots_counted", Bounds(), Faults(), (Promise,)),
    ("acks_of_any_ballot_counted", Bounds(3, 2, (2, 1), 1, True), Faults(), (Accepted,)),
    ("acks_counted_as_a_number", Bounds(3, 1, (1,), 1, True), Faults(duplicates=1), (Accepted,)),
    ("promise_not_written", SMALL, Faults(crashes=1), ()),
    ("accept_does_not_raise_the_promise", Bounds(), Faults(), ()),
]
"""1, 2 twice, 3, 4, 5, 9 and 13 of the reference, as the explorer finds each."""


def ran(text: str) -> Session:
    """A scenario file run to its end."""
    session = Session(loads(text, "explored.toml"))
    while not session.run(session.scenario.duration_us, 100_000):
        pass
    return session


@pytest.mark.parametrize(
    ("name", "bounds", "faults", "keeps"), MISTAKES, ids=lambda it: str(it)[:9]
)
def test_a_violation_is_one_of_the_network_too(
    name: str,
    bounds: Bounds,
    faults: Faults,
    keeps: tuple[type[Message], ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the file, by the program; without the mistake the same file violates nothing."""
    with planted(find(name)):
        group = Group(bounds, faults, keeps)
        found = explore(group)
    reopened = reopen(group, found.path, "explored", "Explored", name)
    code = found.violation.partition(":")[0]
    assert reopened.violated.startswith(f"{code} ")
    text = to_toml(reopened.scenario)
    assert f'mutant = "{name}"' in text
    session = ran(text)
    assert str(session.world.violation) == reopened.violated
    assert ran(text).whole.digest() == session.whole.digest()
    file = tmp_path / "explored.toml"
    file.write_text(text, encoding="utf-8")
    assert main(["run", str(file)]) == 1
    assert code in capsys.readouterr().out
    assert ran(text.replace(f'mutant = "{name}"\n', "")).world.violation is None


def walk(seed: int) -> tuple[Group, list[Step[State, Move]]]:
    """A random path through all that may happen to a group of three."""
    draw = random.Random(seed)
    bounds = Bounds(3, 2, (2, 2), 1, draw.random() < 0.4)
    faults = Faults(draw.choice((0, 1, 2)), draw.choice((0, 1)), draw.choice((0, 1)))
    group = Group(bounds, faults)
    (state,) = group.initial()
    path: list[Step[State, Move]] = []
    for _ in range(25):
        moves = list(group.actions(state))
        if not moves:
            break
        move, state = draw.choice(moves)
        path.append(Step(move, state))
    return group, path


@pytest.mark.parametrize("seed", range(12))
def test_the_network_can_go_any_way_that_the_explorer_goes(seed: int) -> None:
    """Whatever is delivered, lost, doubled or crashed; and nothing is violated."""
    group, path = walk(seed)
    reopened = reopen(group, path, "walk", "A walk")
    assert reopened.violated == ""
    verbs = [line.verb for line in reopened.scenario.script]
    steps = [what for step in path for what in step.action.steps]
    assert verbs[0] == "hold"
    assert len(verbs) >= 1 + len(steps)
    written = loads(to_toml(reopened.scenario), "walk.toml")
    assert written.script == tuple(
        line.__class__(t_us=line.t_us, verb=line.verb, args=line.args, line=it.line)
        for line, it in zip(reopened.scenario.script, written.script, strict=True)
    )


def test_a_difference_is_told() -> None:
    """With two slots charge points go on to hand in what the explorer's nodes never do."""
    draw = random.Random(5)
    draw.random()
    group = Group(Bounds(3, 2, (2, 2), 2), Faults())
    told = ""
    for seed in range(60):
        draw = random.Random(seed)
        (state,) = group.initial()
        path: list[Step[State, Move]] = []
        for _ in range(30):
            moves = list(group.actions(state))
            if not moves:
                break
            move, state = draw.choice(moves)
            path.append(Step(move, state))
        try:
            reopen(group, path, "walk", "A walk")
        except DiffersError as error:
            told = str(error)
            break
    assert "in the network no such message is under way" in told
    assert "command" in told
