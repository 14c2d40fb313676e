"""What conditions are judged by: the frozen view, the journal, and what a person looked at."""

from enum import StrEnum

from attrs import field, frozen

from scenarios.journal import Input
from scenarios.view import View


class Looked(StrEnum):
    """What a person did that changes nothing in the world."""

    ASKED = "asked"
    """Why: ``kind`` is what the question was about, ``of`` its subject."""
    OPENED = "opened"
    """A view: ``kind`` is its name."""
    DECODED = "decoded"
    """A message was read in full: ``kind`` is its name."""
    BACK = "back"
    """Went back in time."""


@frozen
class Deed:
    """One of these."""

    what: Looked
    kind: str = ""
    of: str = ""


@frozen
class Moment:
    """One instant as a person sees it.

    The view has every event and every slot since the step began.
    """

    view: View
    inputs: tuple[Input, ...] = ()
    """What was done by hand up to now, on the course that is shown."""
    selected: str = ""
    branch: int = 1
    """The number of the branch that is shown."""
    paused: bool = False
    looking: bool = False
    """Whether a view is open before the network."""


@frozen
class Began:
    """The instant in which a step began, as far as conditions look back at it."""

    time_us: int
    inputs: tuple[Input, ...]
    events: int
    """How many there were."""
    slots: int
    """The last slot of the log."""
    branch: int
    reads: int
    over: bool = False
    """Whether the run had ended."""
    facts: dict[str, str] = field(factory=dict)
    """Facts of then, and what earlier steps kept."""

    def since(self, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        """The inputs that were not there when the step began."""
        same = 0
        for old, new in zip(self.inputs, inputs, strict=False):
            if old != new:
                break
            same += 1
        return inputs[same:]
