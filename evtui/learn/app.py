"""The app in a lesson: the same run and the same keys, with a text panel and a tutor."""

from typing import Any, ClassVar

from attrs import evolve
from textual.binding import BindingType
from textual.command import Provider

from evtui import pace
from evtui.actions import ACTIONS
from evtui.learn.actions import LESSON_ACTIONS, lesson_bindings
from evtui.learn.course import Course
from evtui.learn.help import LessonHelp
from evtui.learn.keys import keys_now
from evtui.learn.palette import Lessons
from evtui.learn.screen import LessonScreen
from evtui.render.picture import Picture
from evtui.screens.messages import MessagesPanel
from evtui.screens.network import NetworkScreen
from evtui.taking import name_of
from evtui.widgets.lesson import LessonPanel
from scenarios.lessons.moment import Deed, Looked
from scenarios.view import Window
from scenarios.why.view import Answer, Question

CHECK_US = 250_000
"""Virtual time from one look at the step to the next: where a step is done, does not hang on the
wall clock."""


class LessonApp(Course):
    """A run in which a person does what a lesson says.

    Everything goes through the same journal as ever; the tutor only looks. When a step is done,
    time stands, so that there is time to read.
    """

    CSS_PATH = "../app.tcss"
    PALETTE: ClassVar[tuple[type[Provider], ...]] = (Lessons, *Course.PALETTE)
    BINDINGS: ClassVar[list[BindingType]] = [*lesson_bindings()]

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
            # Who has resumed a lesson has no step before the one that was resumed.
            "lesson_anew": tutor.complete
            or bool(tutor.spoiled and tutor.index and not self._earlier),
            "lesson_text": True,
        }
        other = {
            "lesson_text": self._hidden,
            "lesson_again": self._leads_back,
        }
        return [
            (shown[it.id], it.other if it.other and other.get(it.id) else it.label or "")
            for it in LESSON_ACTIONS
            if on[it.id]
        ]

    # What the app does, and the lesson with it.

    def take_picture(self) -> None:
        """Look at the step first. While time runs that is done at fixed times, and only there."""
        if self._tutor is not None and (self.paused or self.controls.finished):
            self._judge()
        super().take_picture()

    def _picture(self, window: Window) -> Picture:
        made = super()._picture(window)
        standing = self.tutor.standing(hidden=self._hidden)
        return evolve(made, lesson=evolve(standing, leads_back=self._leads_back))

    def _run_slice(self, until_us: int) -> bool:
        """No farther than to the next look at the step."""
        stop_us = self._next_look_us(until_us)
        if not super()._run_slice(stop_us):
            return False
        if self.timeline.stop is not None:
            return True
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
            while not self.go_on(stop_us, pace.SLICE_EVENTS):
                pass
            if self.timeline.stop is not None:
                break
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

    def on_messages_panel_decoded(self, message: MessagesPanel.Decoded) -> None:
        """Note which message was read."""
        self.tutor.note(Deed(Looked.DECODED, message.kind))

    def pop_screen(self) -> Any:
        """Look at the step when a view has been closed: some are done then."""
        self.call_after_refresh(self.take_picture)
        return super().pop_screen()

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

    def save_unkept(self, why: str) -> None:
        """Nothing: how far the lesson has come is kept at each step."""

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
        self._earlier.append(self._begun)
        self._begins_here()
        self._finished = None
        self.take_picture()

    def action_lesson_again(self) -> None:
        """Back to where this step began; what was done since stays in its branch.

        Who is there already goes to the step before: something may have been done in that one, with
        which this one cannot be done.
        """
        self.clear_notifications()
        if self._at_beginning and not self.tutor.done:
            if not self._earlier:
                anew = keys_now(self._network)["lesson_anew"]
                self._refuse(f"Here the lesson was opened; {anew} twice begins it anew")
                return
            self._begun = self._earlier.pop()
            self.tutor.index -= 1
        self.set_paused(True)
        self.timeline.go_on_from(*self._begun.where, "the step again")
        self.selected = self._begun.selected
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
        self.selected = self.lesson.select or self.timeline.session.scenario.cps[0].id
        self._tutor = None
        self._resume(None)
        self._last = self.timeline.place
        self._begins_here()
        self.store.forget(self._key)
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
