"""What is asked of a run: by the interface of a session, by a session of what it steps."""

from typing import Protocol

from paxos.check.violation import InvariantViolation
from paxos.sim.kernel import Event
from scenarios.event_log import EventLog
from scenarios.log.lines import LogLines
from scenarios.messages.view import Diagram, Filter, FrameView, Grip, Span
from scenarios.ocpp_history import HistoryView
from scenarios.view import View, Window
from scenarios.why.view import Answer, Question


class Controls(Protocol):
    """What the interface may do with a run; :class:`scenarios.session.Session` is the real one."""

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

    def why(self, question: Question) -> Answer:
        """Why something is as it is now; looking changes nothing.

        Raises:
            scenarios.errors.InputError: there is nothing of that id or number.
        """
        ...

    def record(self) -> None:
        """Remember every message, and the whole log, from now on."""
        ...

    def log_lines(self, text: str = "") -> LogLines:
        """The log as it is now, a line of JSON for each slot that a filter lets through.

        Raises:
            scenarios.errors.InputError: a word of the filter says nothing.
        """
        ...

    def messages(self, span: Span) -> Diagram:
        """A window of the space-time diagram, up to now."""
        ...

    def frame(self, number: int) -> FrameView | None:
        """One message, decoded; None where it is forgotten."""
        ...

    def grip(self, number: int) -> Grip:
        """What hands can be laid on, of one message."""
        ...

    def message_filter(self, text: str) -> Filter:
        """What a filter's words say; raises InputError for a word that says nothing."""
        ...

    def message_place(self, time_us: int) -> int:
        """The place in the diagram of the first thing at this time or later."""
        ...

    def ocpp_history(self) -> HistoryView:
        """The OCPP messages so far on which answers to questions rest."""
        ...


class Whole(Protocol):
    """What a session steps: a world, or a city of them."""

    log: EventLog
    """What happened, in words."""

    @property
    def now_us(self) -> int:
        """Virtual time."""
        ...

    @property
    def violation(self) -> InvariantViolation | None:
        """The invariant that was violated; then nothing happens any more."""
        ...

    @property
    def events(self) -> int:
        """How many events have happened."""
        ...

    def digest(self) -> str:
        """128 bits in hexadecimal over all that has happened, inputs included."""
        ...

    def next_us(self) -> int | None:
        """When the next event may happen, if there is one."""
        ...

    def step(self, until_us: int | None = None) -> Event | None:
        """Let one event happen, no later than ``until_us``; None when there is none."""
        ...

    def pass_over(self, until_us: int) -> None:
        """Let what stands in the queue up to a time, and does not happen, stand first no more."""
        ...

    def advance(self, time_us: int) -> None:
        """Move the clock to a time before the next event."""
        ...

    def act(self, verb: str, args: dict[str, object]) -> str:
        """Do something now, through the journal; raises InputError where that is not possible."""
        ...

    def note(self, severity: str, subject: str, text: str) -> None:
        """Write a line into the event log."""
        ...

    def covered(self) -> dict[str, int]:
        """How often each feature happened."""
        ...
