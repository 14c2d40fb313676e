"""The help in a lesson: its own keys before all others."""

from evtui.actions import as_bound
from evtui.keys.keymap import Keymap
from evtui.learn.actions import GROUP, LESSON_ACTIONS
from evtui.render import help as pages
from evtui.render.line import Line
from evtui.screens.help import HelpPanel


def _lesson_keys(width: int, bound: Keymap) -> list[Line]:
    """The keys that only a lesson has."""
    return pages.rows(GROUP, as_bound(LESSON_ACTIONS, bound), width)


class LessonHelp(HelpPanel):
    """The help, with the keys of a lesson before the others."""

    PAGES = {"Lesson": _lesson_keys, **pages.PAGES}  # noqa: RUF012 (annotated where it is declared)
