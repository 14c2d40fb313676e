"""Small groups of the program's own replicas, explored exhaustively; and wrong ones, found out."""

from collections.abc import Callable, Iterator

import pytest

from paxos.check.explore.group import Faults, Group, Move, Play, Seat, State
from paxos.check.explore.nodes import BEGIN, CRASH, Bounds, shown
from paxos.check.explore.search import explore
from paxos.check.mutants import MUTANTS
from paxos.messages import Accepted, Message, Promise

TINY = Bounds(nodes=3, proposers=2, ballots=(1, 1))
BY_NAME = {mutant.name: mutant.plant for mutant in MUTANTS}


@pytest.mark.parametrize(
    ("bounds", "faults", "states", "chosen"),
    [
        (TINY, Faults(), 788, {"A1", "B1"}),
        (TINY, Faults(crashes=1), 6_744, {"A1", "A2", "B1", "B2"}),
        (Bounds(3, 2, (1, 1), 2), Faults(), 3_467, {"A1", "B1"}),
        (Bounds(4, 1, (2,)), Faults(), 365, {"A1"}),
        (Bounds(3, 2, (1, 1), 1, True), Faults(), 5_400, {"A1", "B1"}),
        (TINY, Faults(losses=1, duplicates=1), 14_198, {"A1", "B1"}),
    ],
    ids=["plain", "crash", "two slots", "symmetric", "own later", "lossy"],
)
def test_the_protocol_is_right_in_every_state(
    bounds: Bounds, faults: Faults, states: int, chosen: set[str]
) -> None:
    """All of them, and something was chosen in some; the counts are a fingerprint."""
    group = Group(bounds, faults)
    found = explore(group)
    assert (found.violation, found.exhausted) == ("", True)
    assert {shown(value) for value in group.chosen} == chosen
    assert found.states == states


class OneByOne(Group):
    """Without the partial order reduction: each step by itself, silent or not."""

    def _look(self, number: int) -> Iterator[Play]:
        local, inbox = self._seats[number]
        node = self.nodes.locals[local].node
        own = [BEGIN] if self.nodes.may_begin(local) else []
        for what in (*inbox, *own, *([CRASH] if self.faults.crashes else [])):
            done = self.nodes.step(local, what)
            after = tuple(p for p in inbox if p != what and self._matters(done.local, p))
            sent = self._by_target(done.sent)
            yield Play(Move(node, (what,)), self._seat(done.local, after), sent)


class EachForItself(Group):
    """Without symmetry: every state stands for itself alone."""

    def key(self, state: State) -> State:
        """The state."""
        return state


def said(group: Group) -> set[tuple[object, ...]]:
    """All that nodes may have told each other, together, in any state."""
    faces = [(face.votes, face.proposed) for face in group._known]
    return {tuple(faces[it] for it in numbers) for numbers in group._judged}


@pytest.mark.parametrize(
    ("bounds", "faults"),
    [(TINY, Faults()), (Bounds(3, 1, (2,)), Faults()), (Bounds(3, 1, (1,)), Faults(crashes=1))],
)
def test_silent_steps_may_wait(bounds: Bounds, faults: Faults) -> None:
    """With and without the reduction the same can be proposed and accepted, in the same states."""
    reduced, plain = Group(bounds, faults), OneByOne(bounds, faults)
    few, many = explore(reduced), explore(plain)
    assert few.states < many.states
    assert few.exhausted
    assert many.exhausted
    assert said(reduced) == said(plain)


def test_nodes_that_never_propose_are_interchangeable() -> None:
    """Each state that is left stands for as many as there are ways to exchange them, at most."""
    bounds = Bounds(4, 1, (2,))
    symmetric, all_of_them = Group(bounds), EachForItself(bounds)
    few, many = explore(symmetric), explore(all_of_them)
    assert few.states < many.states <= 6 * few.states
    seen: set[State] = set()
    waiting = all_of_them.initial()
    for state in waiting:
        for _, after in all_of_them.actions(state):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    assert len({Group.key(all_of_them, state) for state in seen}) == few.states - 1


MISTAKES = [
    ("1", BY_NAME["accepted_values_in_promises_ignored"], Bounds(), Faults(), (), 7, "A5"),
    ("2", BY_NAME["first_value_adopted"], Bounds(), Faults(), (), 10, "A5"),
    ("2b", BY_NAME["lowest_ballot_adopted"], Bounds(), Faults(), (), 10, "A5"),
    ("3", BY_NAME["promises_of_older_ballots_counted"], Bounds(), Faults(), (Promise,), 8, "A5"),
    ("4", BY_NAME["acks_of_any_ballot_counted"], Bounds(3, 2, (2, 1), 1, True), Faults(),
     (Accepted,), 11, "R1"),
    ("5", BY_NAME["acks_counted_as_a_number"], Bounds(3, 1, (1,), 1, True), Faults(duplicates=1),
     (Accepted,), 7, "R1"),
    ("9", BY_NAME["promise_not_written"], TINY, Faults(crashes=1), (), 2, "A1"),
    ("13", BY_NAME["accept_does_not_raise_the_promise"], Bounds(), Faults(), (), 4, "A2"),
]  # fmt: skip
"""Of the gallery, by their numbers: what finds each, after how many moves, and what is broken."""


@pytest.mark.parametrize(
    ("plant", "bounds", "faults", "keeps", "moves", "broken"),
    [row[1:] for row in MISTAKES],
    ids=[row[0] for row in MISTAKES],
)
def test_mistakes_are_found_on_a_shortest_path(
    plant: Callable[[pytest.MonkeyPatch], None],
    bounds: Bounds,
    faults: Faults,
    keeps: tuple[type[Message], ...],
    moves: int,
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each with the invariant that it breaks, and a path that leads there."""
    plant(monkeypatch)
    group = Group(bounds, faults, keeps)
    found = explore(group)
    assert found.violation.startswith(broken)
    assert len(found.path) == moves
    assert group.broken(found.path[-1].state) == found.violation
    assert all(not group.broken(step.state) for step in found.path[:-1])
    assert all(group.words(step.action) for step in found.path)


@pytest.mark.soak
@pytest.mark.parametrize(("crashes", "states"), [(0, 136_935), (1, 1_357_824)])
def test_two_ballots_each(crashes: int, states: int) -> None:
    """Three nodes, two proposers with two ballots each, and one crash: every state."""
    found = explore(Group(Bounds(), Faults(crashes=crashes)))
    assert (found.states, found.violation, found.exhausted) == (states, "", True)


def test_seats_are_values() -> None:
    """A state is small: numbers of what is kept once."""
    group = Group(TINY)
    (state,) = group.initial()
    assert all(isinstance(seat, int) for seat in state.seats)
    assert group._seats[state.seats[0]] == Seat(state.seats[0], ())
