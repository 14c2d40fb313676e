"""What the panel of messages asks a run for, and what it writes."""

from pathlib import Path

from evtui.diagram.files import write
from scenarios.errors import InputError
from scenarios.kinds import Quantity, RefusedError
from scenarios.messages.view import Diagram, Filter, FrameView, Span
from scenarios.session import Controls
from scenarios.units import DURATION

_TIME = Quantity(DURATION, 0, 31 * 86_400_000_000)


class Messages:
    """A run's messages for the panel; what is refused is a ValueError, with a sentence."""

    def __init__(self, controls: Controls, title: str) -> None:
        self._controls = controls
        self._title = title

    def messages(self, span: Span) -> Diagram:
        """A window of the diagram."""
        return self._controls.messages(span)

    def frame(self, number: int) -> FrameView | None:
        """One message, decoded."""
        return self._controls.frame(number)

    def message_filter(self, text: str) -> Filter:
        """What a filter's words say. Raises ValueError for one that says nothing."""
        try:
            return self._controls.message_filter(text)
        except InputError as error:
            raise ValueError(str(error)) from None

    def place(self, text: str) -> int:
        """Where a time such as 3m20s begins. Raises ValueError for what is none."""
        try:
            time_us = _TIME.read(text)
        except RefusedError as error:
            raise ValueError(str(error)) from None
        assert isinstance(time_us, int)  # noqa: S101 - a quantity is an integer
        return self._controls.message_place(time_us)

    def write(self, name: str, diagram: Diagram) -> str:
        """Write what is shown into a file; says where. Raises ValueError."""
        write(name, diagram, self._title, self.frame)
        rows = "1 row" if len(diagram.moments) == 1 else f"{len(diagram.moments)} rows"
        return f"{rows} written to {Path(name).resolve()}"
