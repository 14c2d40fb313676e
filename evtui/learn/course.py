"""Where a lesson stands: its tutor, where each step began, what was kept of it."""

from attrs import frozen

from evtui.app import EvtuiApp
from evtui.learn.progress import Store, Way
from evtui.settings.force import Settings
from scenarios.checkpoints import START, Place
from scenarios.city.session import open_session
from scenarios.lessons.library import key_of, lesson_of
from scenarios.lessons.moment import Deed, Looked, Moment
from scenarios.lessons.tutor import Tutor, tutor_of
from scenarios.schema import Scenario
from scenarios.view import Window

MANY = 5_000
"""More events and slots than there are in a step."""
BEFORE = 60
"""Slots before the step that are seen, too."""


@frozen
class Beginning:
    """Where a step began."""

    branch: int
    place: Place
    selected: str

    @property
    def where(self) -> tuple[int, Place]:
        """The branch and the place in it."""
        return self.branch, self.place


class Course(EvtuiApp):
    """The part of the app in a lesson that knows how far somebody has come."""

    def __init__(
        self,
        scenario: Scenario,
        store: Store,
        *,
        speed: float | None = None,
        anew: bool = False,
        settings: Settings | None = None,
    ) -> None:
        self.lesson = lesson_of(scenario)
        self._key = key_of(scenario)
        self._hidden = False
        self._asked_anew = False
        self._last = START
        self._tutor: Tutor | None = None
        self.store = store
        self.leads_on = False
        """Whether the next lesson is wanted."""
        wanted = self.lesson.speed if speed is None else speed
        super().__init__(open_session(scenario), speed=wanted, paused=True, settings=settings)
        if self.lesson.select:
            self.selected = self.lesson.select
        store.renew()
        self._resume(None if anew else store.way(self._key))
        self.take_picture()

    @property
    def tutor(self) -> Tutor:
        """Who leads through the lesson."""
        assert self._tutor is not None  # noqa: S101 - it is made with the app
        return self._tutor

    def _resume(self, way: Way | None) -> None:
        """Begin, or go on where it was left."""
        timeline = self.timeline
        name = timeline.session.scenario.name
        self._earlier: list[Beginning] = []
        self._begins_here()
        self._finished: tuple[int, Place] | None = None
        self._tutor = tutor_of(name, self.lesson, self._moment())
        if way is None or not 0 < way.step < len(self.lesson.steps):
            return
        timeline.branch.inputs = list(way.inputs)
        timeline.session.coming = list(way.inputs)
        timeline.run_to(way.place)
        if (timeline.place, timeline.session.whole.digest()) != (way.place, way.digest):
            self.warning = "The lesson or the program has changed since; it begins anew"
            timeline.go_on_from(1, timeline.begin, "the lesson anew")
            self._last = timeline.place
            self._begins_here()
            self._tutor = tutor_of(name, self.lesson, self._moment())
            return
        self._last = timeline.place
        if way.selected in {cp.id for cp in timeline.session.scenario.cps}:
            self.selected = way.selected
        self._tutor.resume(way.step, way.kept, self._moment())
        self._begins_here()

    def _begins_here(self) -> None:
        """Remember where a step began, and what was selected then."""
        self._begun = Beginning(self.timeline.number, self.timeline.place, self.selected)

    @property
    def _leads_back(self) -> bool:
        """Whether the step before is what going back leads to."""
        return self._at_beginning and bool(self._earlier)

    @property
    def _at_beginning(self) -> bool:
        """Whether this is where the step began, and nothing was done in it."""
        return (self.timeline.number, self.timeline.place) == self._begun.where

    def _moment(self) -> Moment:
        """The instant, as far as conditions ask for it."""
        timeline = self.timeline
        began = self._tutor.began if self._tutor is not None else None
        window = Window(
            log_first=max(1, (began.slots if began else 0) - BEFORE),
            log_rows=MANY,
            event_first=began.events if began else 0,
            event_rows=MANY,
        )
        view = self.controls.view(window)
        if began is not None and view.time_us < began.time_us:
            view = self.controls.view(Window(log_first=1, log_rows=MANY, event_rows=MANY))
        return Moment(
            view,
            tuple(timeline.branch.inputs[: timeline.session.acted]),
            self.selected,
            timeline.number,
            self.paused,
            looking=self._looking,
        )

    def _judge(self) -> None:
        """Let the tutor look; what is done is kept, and time stands."""
        here = self.timeline.place
        if here < self._last:
            self.tutor.note(Deed(Looked.BACK))
        self._last = here
        if not self.tutor.judge(self._moment()):
            return
        self._finished = (self.timeline.number, here)
        self._keep()
        if not self.paused:
            self.set_paused(True)

    def _keep(self) -> None:
        """Write down how far the lesson has come; that it cannot be written is told, once."""
        tutor = self.tutor
        if tutor.complete:
            refused = self.store.finish(self._key)
        else:
            step = tutor.index + tutor.done
            place = self.timeline.place
            inputs = tuple(self.timeline.branch.inputs[: place.acted])
            digest = self.timeline.session.whole.digest()
            way = Way(step, place, inputs, digest, tutor.kept(step), self.selected)
            refused = self.store.leave(self._key, way)
        if refused:
            self._refuse(refused)

    @property
    def _looking(self) -> bool:
        """Whether a view stands before the network."""
        return self._network.is_mounted and self.screen is not self._network
