"""The app in a lesson: the same run and the same keys, with a text panel and a tutor."""

from typing import Any, ClassVar

from attrs import evolve
from textual.binding import BindingType
from textual.command import Provider

from evtui import pace
from evtui.actions import ACTIONS
from evtui.app import EvtuiApp
from evtui.learn.actions import LESSON_ACTIONS, lesson_bindings
from evtui.learn.help import LessonHelp
from evtui.learn.keys import keys_now
from evtui.learn.palette import Lessons
from evtui.learn.progress import Store, Way
from evtui.learn.screen import LessonScreen
from evtui.render.picture import Picture
from evtui.screens.network import NetworkScreen
from evtui.settings.force import Settings
from evtui.taking import name_of
from evtui.widgets.lesson import LessonPanel
from scenarios.checkpoints import START, Place
from scenarios.city.session import open_session
from scenarios.lessons.library import lesson_of
from scenarios.lessons.moment import Deed, Looked, Moment
from scenarios.lessons.tutor import Tutor, tutor_of
from scenarios.schema import Scenario
from scenarios.view import Window
from scenarios.why.view import Answer, Question

CHECK_US = 250_000
"""Virtual time from one look at the step to the next: where a step is done, does not hang on the
wall clock."""
MANY = 5_000
"""More events and slots than there are in a step."""
BEFORE = 60
"""Slots before the step that are seen, too."""


class LessonApp(EvtuiApp):
    """A run in which a person does what a lesson says.

    Everything goes through the same journal as ever; the tutor only looks. When a step is done,
    time stands, so that there is time to read.
    """

    CSS_PATH = "../app.tcss"
    PALETTE: ClassVar[tuple[type[Provider], ...]] = (Lessons, *EvtuiApp.PALETTE)
    BINDINGS: ClassVar[list[BindingType]] = [*lesson_bindings()]

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
        self._resume(None if anew else store.way(scenario.name))
        self.take_picture()

    def make_network(self) -> NetworkScreen:
        """The network, and the text."""
        return LessonScreen(lambda: keys_now(self._network), self.menu)

    def menu(self) -> list[tuple[str, str]]:
        """The keys of a lesson that mean something now, and a word for each."""
        if self._tutor is None:
            return []
        tutor, shown = self._tutor, keys_now(self._network if self._network.is_mounted else None)
        on = {
            "lesson_next": tutor.done,
            "lesson_hint": not tutor.done and bool(tutor.step.hint) and not tutor.hinted,
            "lesson_again": not tutor.done,
            "lesson_anew": tutor.complete,
            "lesson_text": True,
        }
        return [
            (shown[it.id], it.other if it.other and self._hidden else it.label or "")
            for it in LESSON_ACTIONS
            if on[it.id]
        ]

    # Where the lesson stands.

    @property
    def tutor(self) -> Tutor:
        """Who leads through the lesson."""
        assert self._tutor is not None  # noqa: S101 - it is made with the app
        return self._tutor

    def _resume(self, way: Way | None) -> None:
        """Begin, or go on where it was left."""
        timeline = self.timeline
        name = timeline.session.scenario.name
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
        self._begun = (self.timeline.number, self.timeline.place)
        self._selected_at_first = self.selected

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
            refused = self.store.finish(tutor.name)
        else:
            step = tutor.index + tutor.done
            place = self.timeline.place
            inputs = tuple(self.timeline.branch.inputs[: place.acted])
            digest = self.timeline.session.whole.digest()
            way = Way(step, place, inputs, digest, tutor.kept(step), self.selected)
            refused = self.store.leave(tutor.name, way)
        if refused:
            self._refuse(refused)

    # What the app does, and the lesson with it.

    def take_picture(self) -> None:
        """Look at the step first. While time runs that is done at fixed times, and only there."""
        if self._tutor is not None and (self.paused or self.controls.finished):
            self._judge()
        super().take_picture()

    def _picture(self, window: Window) -> Picture:
        made = super()._picture(window)
        standing = self.tutor.standing(hidden=self._hidden)
        return evolve(made, lesson=standing)

    def _run_slice(self, until_us: int) -> bool:
        """No farther than to the next look at the step."""
        stop_us = self._next_look_us(until_us)
        if not super()._run_slice(stop_us):
            return False
        if not self.tutor.done and (stop_us % CHECK_US == 0 or self.controls.finished):
            self._judge()
        return self.paused or stop_us == until_us

    def travel(self, time_us: int) -> None:
        """Where nothing has been yet, no farther than to where the step is done."""
        if self.tutor.done or time_us <= self.timeline.branch.tip.time_us:
            super().travel(time_us)
            return
        self.set_paused(True)
        self.timeline.go_to_end()
        while not (self.tutor.done or self.controls.finished) and self.controls.time_us < time_us:
            stop_us = self._next_look_us(time_us)
            while not self.timeline.run(stop_us, pace.SLICE_EVENTS):
                pass
            if stop_us % CHECK_US == 0:
                self._judge()
        self.take_picture()

    def _next_look_us(self, until_us: int) -> int:
        """When the step is looked at next, or before that the time that is run to."""
        return min((self.controls.time_us // CHECK_US + 1) * CHECK_US, until_us)

    def _why(self, question: Question) -> Answer | str:
        """Note what was asked."""
        told = super()._why(question)
        if not isinstance(told, str):
            self.tutor.note(Deed(Looked.ASKED, question.about, question.subject))
            self.take_picture()
        return told

    def push_screen(self, screen: Any, *args: Any, **kwargs: Any) -> Any:
        """Note which view was opened."""
        if self._tutor is not None and not isinstance(screen, str):
            name = "help" if isinstance(screen, LessonHelp) else name_of(screen)
            self.tutor.note(Deed(Looked.OPENED, name))
            self.call_after_refresh(self.take_picture)
        return super().push_screen(screen, *args, **kwargs)

    def action_help(self) -> None:
        """Keys and symbols; virtual time stands meanwhile."""
        was_paused = self.paused
        self.set_paused(True)
        self.push_screen(LessonHelp(), lambda _: self.set_paused(was_paused))

    async def action_quit(self) -> None:
        """Leave. A violation is what some lessons are about: it is no failure."""
        self.exit(0)

    async def on_lesson_panel_clicked(self, message: LessonPanel.Clicked) -> None:
        """Do what the key would do."""
        shown = keys_now(self._network)
        for action in (*LESSON_ACTIONS, *ACTIONS):
            if shown[action.id] == message.key:
                await self.run_action(action.method)
                return

    # Keys of the lesson.

    def action_lesson_next(self) -> None:
        """To the next step, from where this one was done; at the end to the next lesson."""
        tutor = self.tutor
        if not tutor.done:
            self._refuse("This step is not done yet: see what stands behind ▶")
            return
        if tutor.complete:
            self.leads_on = True
            self.exit(0)
            return
        self.set_paused(True)
        if self._finished is not None:
            self.timeline.go_on_from(*self._finished, "where the step was done")
        self._last = self.timeline.place
        tutor.next(self._moment())
        self._begins_here()
        self._finished = None
        self.take_picture()

    def action_lesson_again(self) -> None:
        """Back to where this step began; what was done since stays in its branch."""
        self.clear_notifications()
        self.set_paused(True)
        self.timeline.go_on_from(*self._begun, "the step again")
        self.selected = self._selected_at_first
        self._last = self.timeline.place
        self.tutor.begin(self._moment())
        self._begins_here()
        self._finished = None
        self.take_picture()

    def action_lesson_anew(self) -> None:
        """From the first step, when it is pressed twice."""
        if not self._asked_anew and not self.tutor.complete:
            self._asked_anew = True
            self._refuse("Press it again to begin the whole lesson anew")
            self.set_timer(4, self._forget_anew)
            return
        self._asked_anew = False
        self.set_paused(True)
        self.timeline.go_on_from(1, self.timeline.begin, "the lesson anew")
        self._tutor = None
        self._resume(None)
        self._last = self.timeline.place
        self._begins_here()
        self.store.forget(self.tutor.name)
        self.take_picture()

    def _forget_anew(self) -> None:
        self._asked_anew = False

    def action_lesson_hint(self) -> None:
        """Help with this step."""
        if not self.tutor.step.hint:
            self._refuse("There is no hint for this step")
            return
        self.tutor.hinted = not self.tutor.hinted
        self.take_picture()

    def action_lesson_text(self) -> None:
        """Fold the text, or unfold it."""
        self._hidden = not self._hidden
        self.take_picture()
