"""Exhaustive search: every state of a model, breadth first.

What is explored is a :class:`Model`: initial states, and for each state its actions with what they
lead to. States that a model calls the same (:meth:`Model.key`; symmetric ones) are explored once.
Breadth first, so that the first violation found is one of the shortest there are.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from attrs import frozen

State = TypeVar("State")
Action = TypeVar("Action")
Taken = TypeVar("Taken", covariant=True)

REPORT_STATES = 512
"""After how many states progress is told."""


class Model(Protocol[State, Taken]):
    """What can be explored. States are values: nobody changes one."""

    def initial(self) -> Iterable[State]:
        """The states in which it may begin."""
        ...

    def actions(self, state: State) -> Iterable[tuple[Taken, State]]:
        """Everything that may happen next, in an order that is always the same."""
        ...

    def broken(self, state: State) -> str:
        """What does not hold in this state, as a sentence; empty where all does."""
        ...

    def key(self, state: State) -> Hashable:
        """Equal for states of which one stands for the other."""
        ...


@frozen
class Step(Generic[State, Action]):
    """An action, and the state after it."""

    action: Action
    state: State


@frozen
class Found(Generic[State, Action]):
    """What an exploration has seen."""

    states: int
    """Distinct ones."""
    transitions: int
    """Actions of all explored states, also those that led to a state seen before."""
    depth: int
    """Actions to the farthest state."""
    terminal: int
    """States in which nothing can happen any more."""
    exhausted: bool
    """Whether that was all of them; not after a violation, or when a limit was reached."""
    violation: str
    """What did not hold, empty if all did."""
    path: tuple[Step[State, Action], ...]
    """The shortest way from an initial state to the violation."""


def explore(
    model: Model[State, Action],
    *,
    most_states: int | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> Found[State, Action]:
    """Explore a model until all is seen, something is broken, or ``most_states`` were found.

    ``progress`` is told from time to time: distinct states, those that wait, and the depth.
    """
    search = _Search(model)
    violation = ""
    broken_at: int | None = None
    for state in model.initial():
        at = search.add(state, None)
        if at is not None and not violation and (violation := model.broken(state)):
            broken_at = at
    transitions = terminal = 0
    level, depth = search.take(), 0
    while level and broken_at is None:
        for at, state in level:
            some = False
            for _, after in model.actions(state):
                some = True
                transitions += 1
                new = search.add(after, at)
                if new is None:
                    continue
                if not new % REPORT_STATES and progress is not None:
                    progress(new, len(search.waiting), depth)
                if violation := model.broken(after):
                    broken_at = new
                    break
            terminal += not some
            if broken_at is not None or (most_states is not None and search.count >= most_states):
                break
        else:
            level = search.take()
            depth += bool(level)
            continue
        depth += bool(search.waiting)
        break
    return Found(
        states=search.count,
        transitions=transitions,
        depth=depth,
        terminal=terminal,
        exhausted=not level and broken_at is None,
        violation=violation,
        path=() if broken_at is None else search.path(broken_at),
    )


class _Search(Generic[State, Action]):
    """The states that were seen, and how each was come to."""

    def __init__(self, model: Model[State, Action]) -> None:
        self.model = model
        self.seen: dict[Hashable, int] = {}
        self.before: list[int | None] = []
        """From which state each was reached first, by their numbers."""
        self.waiting: list[tuple[int, State]] = []

    @property
    def count(self) -> int:
        """Of distinct states."""
        return len(self.before)

    def add(self, state: State, before: int | None) -> int | None:
        """The number of a state that is new; None for one that was seen."""
        number = len(self.before)
        if self.seen.setdefault(self.model.key(state), number) != number:
            return None
        self.before.append(before)
        self.waiting.append((number, state))
        return number

    def take(self) -> list[tuple[int, State]]:
        """All that wait: the states of the next depth."""
        taken, self.waiting = self.waiting, []
        return taken

    def path(self, to: int) -> tuple[Step[State, Action], ...]:
        """The way to a state: the actions taken once more, as states stand for symmetric ones."""
        numbers: list[int] = []
        at: int | None = to
        while at is not None:
            numbers.append(at)
            at = self.before[at]
        numbers.reverse()
        model = self.model
        state = next(s for s in model.initial() if self.seen[model.key(s)] == numbers[0])
        steps: list[Step[State, Action]] = []
        for number in numbers[1:]:
            action, state = next(
                (action, after)
                for action, after in model.actions(state)
                if self.seen.get(model.key(after)) == number
            )
            steps.append(Step(action, state))
        return tuple(steps)
