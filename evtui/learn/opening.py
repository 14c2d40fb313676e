"""Opening lessons in the terminal: the chooser, a lesson, the one after it."""

from evtui.learn.app import LessonApp
from evtui.learn.checking import check
from evtui.learn.chooser import Chooser
from evtui.learn.progress import Store
from evtui.settings.force import told_settings
from scenarios.lessons.library import key_of, lesson_of, lessons
from scenarios.schema import Scenario


def learn(store: Store, chosen: Scenario | None, speed: float | None = None) -> int:
    """Show the list, unless a lesson is named; then lesson after lesson until somebody leaves."""
    settings = told_settings({})
    if chosen is None:
        chosen = choose(store)
    while chosen is not None:
        check(chosen)
        app = LessonApp(chosen, store, speed=speed, settings=settings)
        code = app.run() or app.return_code or 0
        if code or not app.leads_on:
            return code
        chosen = after(chosen) or choose(store)
    return 0


def choose(store: Store) -> Scenario | None:
    """The lesson that somebody chooses; None where nobody does."""
    store.renew()
    return Chooser(lessons(), store).run()


def after(scenario: Scenario) -> Scenario | None:
    """The next lesson of the course; None after the last one, and after a file of one's own."""
    if key_of(scenario) != scenario.name:
        return None
    number = lesson_of(scenario).number
    return next((it for it in lessons() if lesson_of(it).number > number), None)
