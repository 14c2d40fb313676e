"""What a person can do in a lesson besides: for bindings, the lesson's own line, help, palette."""

from textual.binding import Binding

from evtui.actions import Action

GROUP = "Lesson"

LESSON_ACTIONS: tuple[Action, ...] = (
    Action(
        id="lesson_next", keys="n", shown="n", label="next",
        title="Next step", group=GROUP, method="lesson_next",
        help="When the step is done",
    ),
    Action(
        id="lesson_hint", keys="I", shown="I", label="hint",
        title="Hint", group=GROUP, method="lesson_hint",
        help="How the step is done",
    ),
    Action(
        id="lesson_again", keys="R", shown="R", label="again", other="before",
        title="Step again", group=GROUP, method="lesson_again",
        help="Back to where the step began; from there to the step before",
    ),
    Action(
        id="lesson_anew", keys="E", shown="E", label="anew",
        title="Lesson anew", group=GROUP, method="lesson_anew",
        help="From its first step; asks by a second press",
    ),
    Action(
        id="lesson_text", keys="T", shown="T", label="fold", other="unfold",
        title="Fold the text", group=GROUP, method="lesson_text",
        help="Only what is to be done, or all of it",
    ),
)  # fmt: skip
"""In the order in which the lesson's line and the help list them."""


def lesson_bindings() -> list[Binding]:
    """Their bindings."""
    return [action.binding() for action in LESSON_ACTIONS]
