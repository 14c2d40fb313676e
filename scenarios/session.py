"""A run that somebody steers: step it, run it, act on it, look at it."""

from typing import Protocol

from scenarios.view import View, Window


class Controls(Protocol):
    """What the interface may do with a run. :class:`Session` is the real one."""

    @property
    def time_us(self) -> int:
        """Virtual time now."""
        ...

    @property
    def finished(self) -> bool:
        """Whether the run has ended: the scenario's duration is over or an invariant broke."""
        ...

    def step(self) -> bool:
        """Let exactly one event happen; False when there is none left."""
        ...

    def run(self, until_us: int, max_events: int) -> bool:
        """Run to ``until_us``, for at most ``max_events``; True when that time was reached.

        When it returns True, virtual time is ``until_us`` even if nothing happened then. A
        violated invariant finishes the run; it does not raise.
        """
        ...

    def act(self, verb: str, **args: object) -> str:
        """Act on the world now, through the journal; returns a sentence that says what was done.

        Raises:
            scenarios.errors.InputError: the verb or an argument is not possible now; nothing
                was changed.

        """
        ...

    def view(self, window: Window = ...) -> View:
        """A frozen picture of now."""
        ...
