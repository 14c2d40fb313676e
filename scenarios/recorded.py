"""The part of a session that remembers messages and log, and shows what it remembers."""

from scenarios.errors import InputError
from scenarios.log.lines import LogLines
from scenarios.messages import query, recording
from scenarios.messages.look import Columns, between, diagram, frame_view, grip
from scenarios.messages.view import Diagram, Filter, FrameView, Grip, Span
from scenarios.ocpp_history import HistoryView, OcppHistory
from scenarios.world import World


class Recorded:
    """Messages and log of a run; nothing is remembered before :meth:`record`."""

    world: World
    """The world that is looked at."""

    def __init__(self) -> None:
        self._histories: dict[str, OcppHistory] = {}
        """What is remembered of the OCPP messages of each world, by its scenario's name."""

    @property
    def time_us(self) -> int:
        """Virtual time now."""
        raise NotImplementedError

    def worlds(self) -> tuple[World, ...]:
        """Every world of this run."""
        return (self.world,)

    def record(self) -> None:
        """Remember messages and log from now on; where that is on already, nothing changes."""
        recording.record(self.worlds())
        for world in self.worlds():
            name = world.scenario.name
            if name not in self._histories:
                self._histories[name] = OcppHistory(self.time_us)

    def log_lines(self, text: str = "") -> LogLines:
        """The log of the world that is looked at, as lines of JSON (:mod:`scenarios.log.lines`).

        Raises:
            scenarios.errors.InputError: a word of the filter says nothing, or the log is not
                remembered.
        """
        return LogLines(self.world, text)

    def messages(self, span: Span) -> Diagram:
        """A window of the space-time diagram of the world that is looked at.

        Raises:
            scenarios.errors.InputError: messages are not recorded.
        """
        return diagram(self.world, recording.recorder_of(self.world), span)

    def messages_between(self, times_us: tuple[int, int], it: Filter, rows_max: int) -> Diagram:
        """All rows from one time to another, ``newest`` False where there are more than that."""
        return between(self.world, recording.recorder_of(self.world), times_us, it, rows_max)

    def frame(self, number: int) -> FrameView | None:
        """One message, decoded; None where it is forgotten.

        Raises:
            scenarios.errors.InputError: messages are not recorded.
        """
        return frame_view(self.world, recording.recorder_of(self.world), number)

    def grip(self, number: int) -> Grip:
        """What hands can be laid on, of one message.

        Raises:
            scenarios.errors.InputError: messages are not recorded.
        """
        return grip(self.world, recording.recorder_of(self.world), number)

    def message_filter(self, text: str) -> Filter:
        """What a filter's words say (:mod:`scenarios.messages.query`).

        Raises:
            scenarios.errors.InputError: a word that says nothing.
        """
        return query.read(text, Columns(self.world).names)

    def message_place(self, time_us: int) -> int:
        """The place in the diagram of the first thing at this time or later.

        Raises:
            scenarios.errors.InputError: messages are not recorded.
        """
        return recording.recorder_of(self.world).place(time_us)

    def ocpp_history(self) -> HistoryView:
        """The OCPP messages of the world that is looked at, as far as answers rest on them.

        Raises:
            scenarios.errors.InputError: messages are not recorded.
        """
        history = self._histories.get(self.world.scenario.name)
        if history is None:
            raise InputError("messages are not recorded in this run")
        return history.view(self.world, self.time_us)
