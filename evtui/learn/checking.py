"""What a lesson says of the app must be there: the actions whose keys it names, and the views."""

from collections.abc import Iterator

from evtui.actions import ACTIONS
from evtui.errors import UsageError
from evtui.keys.names import of_view
from evtui.learn.actions import LESSON_ACTIONS
from evtui.screens.panels import Panel
from evtui.screens.views import TABLES
from scenarios.kinds import did_you_mean, one_of, printable
from scenarios.lessons import words
from scenarios.lessons.lesson import Lesson
from scenarios.lessons.library import lesson_of
from scenarios.schema import Scenario


def check(scenario: Scenario) -> None:
    """Refuse a lesson that names what the app does not have.

    Raises:
        UsageError: with a sentence for each key and view that there is not.

    """
    problems = [f"{printable(scenario.path)}: {it}" for it in _problems(lesson_of(scenario))]
    if problems:
        raise UsageError(*problems)


def _problems(lesson: Lesson) -> Iterator[str]:
    keys = [action.id for action in (*LESSON_ACTIONS, *ACTIONS)]
    known = views()
    for index, step in enumerate(lesson.steps):
        texts = {"say": step.says, "do": step.task, "hint": step.hint, "after": step.after}
        texts |= {f"spoils[{n}].say": spoil.says for n, spoil in enumerate(step.spoils)}
        for field, text in texts.items():
            for key in words.keys(text):
                if key not in keys:
                    allowed = f"the id of an action: {one_of(keys, limit=99)}"
                    yield _sentence(f"step[{index}].{field}", key, allowed, keys)
        for n, it in enumerate((*step.done, *(spoil.condition for spoil in step.spoils))):
            if it.subject == "opened" and it.of not in known:
                late = n - len(step.done)
                field = f"done[{n}]" if late < 0 else f"spoils[{late}]"
                allowed = one_of(known, limit=99)
                yield _sentence(f"step[{index}].{field}.opened", str(it.of), allowed, known)


def _sentence(field: str, found: str, allowed: str, known: list[str]) -> str:
    shown = printable(found)
    return f'{field}: found "{shown}"; allowed {allowed}{did_you_mean(found, known)}'


def views() -> list[str]:
    """The names of all views, as conditions name them."""
    assert TABLES  # noqa: S101 - importing them has made their classes known
    kinds, found = [*Panel.__subclasses__()], set()
    while kinds:
        kind = kinds.pop()
        found.add(of_view(kind))
        kinds += kind.__subclasses__()
    return sorted(found - {"live", "table", "lesson-help", "city-help"})
