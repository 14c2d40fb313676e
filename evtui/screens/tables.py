"""What all views above the network share: they are as wide as the terminal, and time can run on."""

from typing import ClassVar, Generic

from textual.binding import Binding, BindingType
from textual.message import Message

from evtui.render.header import motion
from evtui.render.line import Span
from evtui.render.picture import Picture
from evtui.screens.panels import Panel, Result
from scenarios.view import Window
from scenarios.why.view import Question


class LivePanel(Panel[Result], Generic[Result]):
    """A view in which time can be moved as in the network."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "app.toggle_clock", "Pause or run", id="table_pause"),
        Binding("full_stop", "app.step", "Step", id="table_step"),
        Binding("plus,equals_sign", "app.faster", "Faster", id="table_faster"),
        Binding("minus", "app.slower", "Slower", id="table_slower"),
        Binding("comma", "app.event_back", "One event back", id="table_back"),
        Binding("left_square_bracket", "app.leap(-1)", "10 s back", id="table_leap_back"),
        Binding("right_square_bracket", "app.leap(1)", "10 s on", id="table_leap_on"),
    ]

    def motion(self, picture: Picture) -> Span:
        """Whether time runs, and how fast."""
        return motion(picture.view, picture.drive)


class TablePanel(LivePanel[None]):
    """A live view. It says which part of the long lists it wants, and what is to be done."""

    class Wanted(Message):
        """The view wants another part of a long list."""

    class Act(Message):
        """Something is to be done to the world."""

        def __init__(self, verb: str, args: dict[str, object]) -> None:
            super().__init__()
            self.verb = verb
            self.args = args

    class Ask(Message):
        """Somebody asks why something is so."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.first = picture
        """What was seen when it was opened."""

    def wanted(self, window: Window) -> Window:
        """The window, with what this view shows besides."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Ask for what is to be shown."""
        self.post_message(self.Wanted())

    def on_resize(self) -> None:
        """Another part has room now."""
        self.call_after_refresh(self.post_message, self.Wanted())
