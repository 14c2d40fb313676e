"""All that the widgets look at: the view of the world and how the person drives it."""

from collections.abc import Mapping

from attrs import field, frozen

from evtui.render.stops import StopView
from scenarios.city.view import CityView
from scenarios.course import Course
from scenarios.lessons.view import Standing
from scenarios.view import CpView, View


@frozen
class Drive:
    """How the run is driven: at what speed (0 for as fast as it goes), and whether it stands."""

    speed: float
    paused: bool
    behind: bool = False
    """Whether it cannot keep up with that speed."""
    stopped: bool = False
    """Whether it stands because a breakpoint has stopped it."""


@frozen
class Picture:
    """One instant on the screen."""

    view: View
    drive: Drive
    selected: str
    """Id of the selected charge point."""
    city: CityView | None = None
    """The city of which the view shows one site."""
    course: Course | None = None
    """Where the run stands in its own time, and its branches."""
    lesson: Standing | None = None
    """How the lesson stands, where there is one."""
    stop: StopView | None = None
    """Where a breakpoint has stopped the run, as long as it stands there."""

    keys: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Of all actions that do not have their usual keys (:mod:`evtui.keys.keymap`)."""

    @property
    def cp(self) -> CpView | None:
        """The selected charge point."""
        return next((cp for cp in self.view.cps if cp.id == self.selected), None)
