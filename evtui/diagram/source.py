"""What the panel of messages asks a run for, and what it writes."""

from pathlib import Path

from evtui.diagram.files import ENDINGS, document, told
from evtui.taking import open_new
from scenarios.ailments import MOST_DELAY_US
from scenarios.controls import Controls
from scenarios.errors import InputError
from scenarios.kinds import Quantity, RefusedError
from scenarios.messages.view import Diagram, Filter, FrameView, Grip, Span
from scenarios.units import DURATION

_TIME = Quantity(DURATION, 0, 31 * 86_400_000_000)
_EXTRA = Quantity(DURATION, 1, MOST_DELAY_US)


class Messages:
    """A run's messages for the panel; what is refused is a ValueError, with a sentence."""

    def __init__(self, controls: Controls, title: str, folder: Path = Path()) -> None:
        self._controls = controls
        self._title = title
        self._folder = folder
        """Where files are written."""

    def messages(self, span: Span) -> Diagram:
        """A window of the diagram."""
        return self._controls.messages(span)

    def frame(self, number: int) -> FrameView | None:
        """One message, decoded."""
        return self._controls.frame(number)

    def grip(self, number: int) -> Grip:
        """What hands can be laid on, of one message."""
        return self._controls.grip(number)

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

    def duration(self, text: str) -> int:
        """A duration such as 200ms, in µs. Raises ValueError for what is none."""
        try:
            extra_us = _EXTRA.read(text)
        except RefusedError as error:
            raise ValueError(str(error)) from None
        assert isinstance(extra_us, int)  # noqa: S101 - a quantity is an integer
        return extra_us

    def write(self, name: str, diagram: Diagram) -> str:
        """Write what is shown into a new file; says where. Raises ValueError.

        Nothing is overwritten: where there is a file of that name, a number is added to it.
        """
        text = document(name, diagram, self._title, self.frame)
        with told(name):
            wanted = self._folder / name
            end = next(it for it in ENDINGS if wanted.name.lower().endswith(it))
            stem, end = wanted.name[: -len(end)], wanted.name[-len(end) :]
            path, file = open_new(wanted.parent, stem, end)
            with file:
                file.write(text)
        rows = "1 row" if len(diagram.moments) == 1 else f"{len(diagram.moments)} rows"
        return f"{rows} written to {path.resolve()}"
