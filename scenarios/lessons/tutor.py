"""Leads through a lesson: which step it is, whether it is done, what is said now.

The tutor sees :class:`~scenarios.lessons.moment.Moment` alone; it neither runs nor changes a world.
Its state is plain data, so that a lesson can be kept and gone on with.
"""

from attrs import define, evolve, field

from scenarios.lessons import words
from scenarios.lessons.conditions import holds
from scenarios.lessons.facts import facts
from scenarios.lessons.lesson import Lesson, Step
from scenarios.lessons.moment import Began, Deed, Moment
from scenarios.lessons.view import Standing

ENDED = "The run has ended before this was done."
BROKEN = "An invariant was violated, and the run ends there."


@define
class Tutor:
    """One person's way through one lesson."""

    name: str
    lesson: Lesson
    began: Began
    """Of the step that is shown."""
    index: int = 0
    """Of that step."""
    deeds: list[Deed] = field(factory=list)
    """What was looked at since it began."""
    told: str | None = None
    """What was said when it was done; None while it is open."""
    spoiled: str = ""
    hinted: bool = False

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.lesson.steps[self.index]

    @property
    def done(self) -> bool:
        """Whether that step is done."""
        return self.told is not None

    @property
    def complete(self) -> bool:
        """Whether the last one is."""
        return self.done and self.index == len(self.lesson.steps) - 1

    def note(self, deed: Deed) -> None:
        """Something was looked at."""
        self.deeds.append(deed)

    def judge(self, moment: Moment) -> bool:
        """Look at an instant; whether the step has just been done. What is done stays done."""
        if self.done:
            return False
        if moment.view.time_us < self.began.time_us:
            # Somebody went back beyond the beginning: what happens there is of this step, too.
            view = moment.view
            self.began = evolve(
                self.began,
                time_us=view.time_us,
                events=min(self.began.events, view.event_total),
                slots=min(self.began.slots, view.log_last),
            )
        self.spoiled = self._spoiled(moment)
        step = self.step
        if self.spoiled or not all(holds(it, moment, self.began, self.deeds) for it in step.done):
            self.spoiled = self.spoiled or self._over(moment)
            return False
        self.spoiled = ""
        texts = self._texts(moment)
        self.told = words.filled(step.after, texts)
        late = {name: texts[fact] for name, fact in step.keep.items() if words.is_late(fact)}
        self.began = evolve(self.began, facts={**self.began.facts, **late})
        return True

    def _spoiled(self, moment: Moment) -> str:
        for spoil in self.step.spoils:
            if holds(spoil.condition, moment, self.began, self.deeds):
                return words.filled(spoil.says, self._texts(moment))
        return ""

    def _over(self, moment: Moment) -> str:
        """Nothing can be done in a run that has ended since; where it had, there is more to see."""
        if not moment.view.finished or self.began.over:
            return ""
        return BROKEN if moment.view.violation else ENDED

    def _texts(self, moment: Moment) -> dict[str, str]:
        now = {words.NOW + name: found for name, found in facts(moment.view).items()}
        return {**self.began.facts, **now}

    def next(self, moment: Moment) -> None:
        """On to the next step, which begins here."""
        assert self.done  # noqa: S101 - who asks has looked
        self.index += 1
        self.begin(moment)

    def begin(self, moment: Moment) -> None:
        """Begin the step here."""
        self.began = begin(moment, self.step, self.kept(self.index))
        self.deeds = []
        self.told, self.spoiled, self.hinted = None, "", False

    def resume(self, index: int, kept: dict[str, str], moment: Moment) -> None:
        """Begin a step here, with what the steps before it have kept."""
        self.index = index
        self.began = evolve(self.began, facts={**self.began.facts, **kept})
        self.begin(moment)

    def kept(self, index: int) -> dict[str, str]:
        """What the steps before one have kept."""
        return {
            name: self.began.facts[name]
            for step in self.lesson.steps[:index]
            for name in step.keep
            if name in self.began.facts
        }

    def standing(self, *, hidden: bool = False) -> Standing:
        """How the lesson stands."""
        step, known = self.step, self.began.facts
        return Standing(
            name=self.name,
            number=self.lesson.number,
            title=self.lesson.title,
            step=self.index + 1,
            steps=len(self.lesson.steps),
            says=words.filled(step.says, known),
            task=words.filled(step.task, known),
            hint=words.filled(step.hint, known) if self.hinted else "",
            has_hint=bool(step.hint),
            done=self.done,
            after=self.told or "",
            spoiled=self.spoiled,
            complete=self.complete,
            hidden=hidden,
        )


def begin(moment: Moment, step: Step, kept: dict[str, str]) -> Began:
    """How a step begins at an instant."""
    now = facts(moment.view)
    named = {name: now[fact] for name, fact in step.keep.items() if not words.is_late(fact)}
    view = moment.view
    return Began(
        view.time_us,
        moment.inputs,
        view.event_total,
        view.log_last,
        moment.branch,
        view.reads_answered,
        view.finished,
        {**now, **kept, **named},
    )


def tutor_of(name: str, lesson: Lesson, moment: Moment) -> Tutor:
    """A tutor at the beginning of a lesson."""
    return Tutor(name, lesson, begin(moment, lesson.steps[0], {}))
