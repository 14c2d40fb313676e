"""A lesson as data: what each step says, what is to be done, and how that is seen."""

from attrs import field, frozen


@frozen
class Condition:
    """Something that can be seen of a run, or of who watches it (:mod:`.conditions`).

    ``subject`` is a key of :data:`scenarios.lessons.format.SUBJECTS`, ``of`` what stands behind
    it, and ``args`` what is said of it.
    """

    subject: str
    of: object
    args: dict[str, object] = field(factory=dict)


@frozen
class Spoil:
    """What makes a step impossible from here on, and the sentence that says so."""

    condition: Condition
    says: str


@frozen(kw_only=True)
class Step:
    """One step: it is done when all of its conditions hold at one instant."""

    says: str
    """Text, with ``{fact}``, ``{key:ID}``, ``*bold*`` (:mod:`scenarios.lessons.words`)."""
    task: str
    """What is to be done."""
    hint: str = ""
    done: tuple[Condition, ...]
    spoils: tuple[Spoil, ...] = ()
    after: str = ""
    """What is said when it is done; ``{now.fact}`` is a fact of then."""
    keep: dict[str, str] = field(factory=dict)
    """Names for facts of the instant in which the step begins, for later steps, too; for later ones
    alone with ``now.`` before the fact, as it is when the step is done."""


@frozen(kw_only=True)
class Lesson:
    """One lesson; the scenario around it is what it is shown on."""

    number: int
    title: str
    goal: str = ""
    """What is understood afterwards, in a sentence."""
    speed: float = 1.0
    """Virtual seconds in a second, at first."""
    select: str = ""
    """The charge point that is selected at first; empty for the first one."""
    steps: tuple[Step, ...] = ()
