"""What is asked of a run that has several sessions: the one that is shown answers."""

from scenarios.log.lines import LogLines
from scenarios.messages.view import Diagram, Filter, FrameView, Grip, Span
from scenarios.ocpp_history import HistoryView
from scenarios.session import Session
from scenarios.view import View, Window
from scenarios.why.view import Answer, Question


class Shown:
    """Passes on what :class:`scenarios.controls.Controls` asks, but for what changes a run."""

    session: Session
    """The one that is shown; another one after time has been moved."""

    @property
    def time_us(self) -> int:
        """Virtual time now."""
        return self.session.time_us

    @property
    def finished(self) -> bool:
        """Whether the run has ended here; one may still go back."""
        return self.session.finished

    def view(self, window: Window = Window()) -> View:  # noqa: B008 - frozen
        """A frozen picture of now."""
        return self.session.view(window)

    def why(self, question: Question) -> Answer:
        """Why something is as it is now: see :meth:`scenarios.session.Session.why`."""
        return self.session.why(question)

    def log_lines(self, text: str = "") -> LogLines:
        """See :meth:`scenarios.recorded.Recorded.log_lines`."""
        return self.session.log_lines(text)

    def messages(self, span: Span) -> Diagram:
        """See :meth:`scenarios.recorded.Recorded.messages`."""
        return self.session.messages(span)

    def frame(self, number: int) -> FrameView | None:
        """See :meth:`scenarios.recorded.Recorded.frame`."""
        return self.session.frame(number)

    def grip(self, number: int) -> Grip:
        """See :meth:`scenarios.recorded.Recorded.grip`."""
        return self.session.grip(number)

    def message_place(self, time_us: int) -> int:
        """See :meth:`scenarios.recorded.Recorded.message_place`."""
        return self.session.message_place(time_us)

    def message_filter(self, text: str) -> Filter:
        """See :meth:`scenarios.recorded.Recorded.message_filter`."""
        return self.session.message_filter(text)

    def ocpp_history(self) -> HistoryView:
        """See :meth:`scenarios.recorded.Recorded.ocpp_history`."""
        return self.session.ocpp_history()
