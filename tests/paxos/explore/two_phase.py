"""Two-phase commit, as Gray and Lamport specify it (*Consensus on Transaction Commit*, 2004, §2).

The counts of its states are published with Stateright's example: 288 for three resource managers,
8,832 for five.
"""

from collections.abc import Iterator
from typing import NamedTuple

WORKING, PREPARED, COMMITTED, ABORTED = "working", "prepared", "committed", "aborted"


class State(NamedTuple):
    """Resource managers, the transaction manager, whom it knows to be prepared, all messages."""

    rms: tuple[str, ...]
    tm: str
    known: frozenset[int]
    messages: frozenset[tuple[str, int]]


COMMIT, ABORT = ("commit", -1), ("abort", -1)


class TwoPhase:
    """So many resource managers, one transaction manager; messages are never lost."""

    def __init__(self, managers: int) -> None:
        self.managers = managers

    def initial(self) -> list[State]:
        """All work, nothing was said."""
        return [State((WORKING,) * self.managers, "init", frozenset(), frozenset())]

    def actions(self, state: State) -> Iterator[tuple[str, State]]:
        """The paper's actions, in its order."""
        rms, tm, known, messages = state
        if tm == "init":
            if len(known) == self.managers:
                yield "commit", state._replace(tm=COMMITTED, messages=messages | {COMMIT})
            yield "abort", state._replace(tm=ABORTED, messages=messages | {ABORT})
        for rm in range(self.managers):
            if tm == "init" and ("prepared", rm) in messages:
                yield f"hear {rm}", state._replace(known=known | {rm})
            if rms[rm] == WORKING:
                said = messages | {("prepared", rm)}
                yield f"prepare {rm}", self._set(state, rm, PREPARED)._replace(messages=said)
                yield f"give up {rm}", self._set(state, rm, ABORTED)
            if COMMIT in messages:
                yield f"commit {rm}", self._set(state, rm, COMMITTED)
            if ABORT in messages:
                yield f"abort {rm}", self._set(state, rm, ABORTED)

    @staticmethod
    def _set(state: State, rm: int, word: str) -> State:
        return state._replace(rms=(*state.rms[:rm], word, *state.rms[rm + 1 :]))

    def broken(self, state: State) -> str:
        """Nobody commits where another aborts."""
        both = {COMMITTED, ABORTED} <= set(state.rms)
        return "one has committed and another has aborted" if both else ""

    def key(self, state: State) -> State:
        """No state stands for another."""
        return state
