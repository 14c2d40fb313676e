"""Lamport's specification of Paxos without leaders: a set of messages that only grows.

TLC's MCPaxosTiny (three acceptors, two values, ballots 0 and 1) has 3,921 distinct states.
"""

from collections.abc import Iterator
from typing import NamedTuple

NONE = -1


class State(NamedTuple):
    """Of each acceptor its highest ballot, and its last vote; and every message ever sent."""

    highest: tuple[int, ...]
    votes: tuple[tuple[int, int], ...]
    messages: frozenset[tuple[object, ...]]


class Lamport:
    """Acceptors, values and ballots, each counted from 0."""

    def __init__(self, acceptors: int, values: int, ballots: int) -> None:
        self.acceptors, self.values, self.ballots = acceptors, values, ballots
        self.quorum = acceptors // 2 + 1

    def initial(self) -> list[State]:
        """Nothing was said."""
        empty = ((NONE, NONE),) * self.acceptors
        return [State((NONE,) * self.acceptors, empty, frozenset())]

    def actions(self, state: State) -> Iterator[tuple[str, State]]:
        """Phases 1a and 2a of each ballot, 1b and 2b of each acceptor."""
        for ballot in range(self.ballots):
            yield f"1a {ballot}", self._say(state, ("1a", ballot))
            for value in range(self.values):
                if self._may_propose(state, ballot, value):
                    yield f"2a {ballot} {value}", self._say(state, ("2a", ballot, value))
        for acceptor in range(self.acceptors):
            for message in state.messages:
                ballot = message[1]
                assert isinstance(ballot, int)
                if message[0] == "1a" and ballot > state.highest[acceptor]:
                    said = ("1b", acceptor, ballot, *state.votes[acceptor])
                    yield f"1b {acceptor}", self._say(self._raise(state, acceptor, ballot), said)
                elif message[0] == "2a" and ballot >= state.highest[acceptor]:
                    value = message[2]
                    assert isinstance(value, int)
                    after = self._raise(state, acceptor, ballot)
                    votes = list(state.votes)
                    votes[acceptor] = (ballot, value)
                    said = ("2b", acceptor, ballot, value)
                    yield f"2b {acceptor}", self._say(after._replace(votes=tuple(votes)), said)

    @staticmethod
    def _say(state: State, message: tuple[object, ...]) -> State:
        return state._replace(messages=state.messages | {message})

    @staticmethod
    def _raise(state: State, acceptor: int, ballot: int) -> State:
        highest = list(state.highest)
        highest[acceptor] = ballot
        return state._replace(highest=tuple(highest))

    def _may_propose(self, state: State, ballot: int, value: int) -> bool:
        """Whether some quorum's promises show that the value is safe at the ballot."""
        if any(m[0] == "2a" and m[1] == ballot for m in state.messages):
            return False
        promises = [m for m in state.messages if m[0] == "1b" and m[2] == ballot]
        told = {m[1]: (m[3], m[4]) for m in promises}
        # A quorum must be found whose highest vote is for the value, or that has not voted at all.
        silent = sum(vote[0] == NONE for vote in told.values())
        if silent >= self.quorum:
            return True
        return any(
            vote[1] == value and sum(other[0] <= vote[0] for other in told.values()) >= self.quorum
            for vote in told.values()
            if vote[0] != NONE
        )

    def broken(self, state: State) -> str:
        """No two values are ever chosen."""
        cast: dict[tuple[object, object], set[object]] = {}
        for message in state.messages:
            if message[0] == "2b":
                cast.setdefault((message[2], message[3]), set()).add(message[1])
        chosen = {vote[1] for vote, voters in cast.items() if len(voters) >= self.quorum}
        return "two values are chosen" if len(chosen) > 1 else ""

    def key(self, state: State) -> State:
        """No state stands for another."""
        return state
