"""The search against the outside: published counts of states, and what it does at its limits."""

from collections.abc import Iterator

import pytest

from paxos.check.explore.search import explore
from tests.paxos.explore.lamport import Lamport
from tests.paxos.explore.register import Register
from tests.paxos.explore.two_phase import TwoPhase


@pytest.mark.parametrize(("managers", "states"), [(3, 288), (5, 8_832)])
def test_two_phase_commit(managers: int, states: int) -> None:
    """As published with Stateright's example."""
    found = explore(TwoPhase(managers))
    assert (found.states, found.exhausted, found.violation) == (states, True, "")


def test_lamport_s_paxos() -> None:
    """As TLC counts for MCPaxosTiny: three acceptors, two values, ballots 0 and 1."""
    found = explore(Lamport(acceptors=3, values=2, ballots=2))
    assert (found.states, found.exhausted, found.violation) == (3_921, True, "")


def test_paxos_with_clients() -> None:
    """As published with Stateright's Paxos: two clients, three servers, all linearizable."""
    found = explore(Register(servers=3, clients=2))
    assert (found.states, found.exhausted, found.violation) == (16_668, True, "")


class Careless(Lamport):
    """Lamport's Paxos whose leaders do not ask what was voted for."""

    def _may_propose(self, state: object, ballot: int, value: int) -> bool:
        said = getattr(state, "messages", frozenset())
        promises = {m[1] for m in said if m[0] == "1b" and m[2] == ballot}
        proposed = any(m[0] == "2a" and m[1] == ballot for m in said)
        return len(promises) >= self.quorum and not proposed


def test_a_violation_comes_with_a_shortest_path() -> None:
    """Each ballot needs 1a, two 1b, 2a and two 2b; and every step leads to the next."""
    model = Careless(acceptors=3, values=2, ballots=2)
    found = explore(model)
    assert found.violation == "two values are chosen"
    assert not found.exhausted
    assert len(found.path) == 12
    state = model.initial()[0]
    for step in found.path:
        state = next(s for a, s in model.actions(state) if (a, s) == (step.action, step.state))
    assert model.broken(state) == found.violation


class Counter:
    """Counts to ten, by ones and by threes."""

    def initial(self) -> list[int]:
        """At nothing."""
        return [0]

    def actions(self, state: int) -> Iterator[tuple[int, int]]:
        """One more, or three more."""
        yield from ((by, state + by) for by in (1, 3) if state + by <= 10)

    def broken(self, state: int) -> str:
        """All is well."""
        return ""

    def key(self, state: int) -> int:
        """Each for itself."""
        return state


def test_counts() -> None:
    """States, transitions, depth and ends of a model that is easy to count."""
    found = explore(Counter())
    assert (found.states, found.transitions, found.depth, found.terminal) == (11, 18, 4, 1)
    assert found.exhausted
    assert found.path == ()


def test_a_limit_ends_it() -> None:
    """It is said that there is more."""
    found = explore(Counter(), most_states=5)
    assert 5 <= found.states < 11
    assert not found.exhausted
    assert found.violation == ""


def test_an_initial_state_may_be_broken() -> None:
    """Then the path is empty, and nothing was explored."""

    class Broken(Counter):
        def broken(self, state: int) -> str:
            return "wrong from the beginning"

    found = explore(Broken())
    assert (found.violation, found.path, found.states) == ("wrong from the beginning", (), 1)
