"""Opening lessons in the terminal: the chooser, a lesson, the one after it."""

from attrs import evolve

from evtui.learn.app import LessonApp
from evtui.learn.checking import check
from evtui.learn.chooser import Chooser
from evtui.learn.progress import Store
from evtui.options import Learning
from evtui.settings.force import Settings, told_settings
from scenarios.lessons.library import key_of, lesson_of, lessons
from scenarios.schema import Scenario


def learn(store: Store, chosen: Scenario | None, options: Learning) -> int:
    """Show the list, unless a lesson is named; then lesson after lesson until somebody leaves."""
    settings = told_settings(options.said())
    code = 0
    if chosen is None:
        chosen, code = choose(store, settings)
    while chosen is not None:
        check(chosen)
        app = LessonApp(chosen, store, speed=options.speed, settings=settings)
        settings = evolve(settings, problems=())  # they have been told
        code = app.run() or app.return_code or 0
        if code or not app.leads_on:
            return code
        chosen = after(chosen)
        if chosen is None:
            chosen, code = choose(store, settings)
    return code


def choose(store: Store, settings: Settings) -> tuple[Scenario | None, int]:
    """The lesson that somebody chooses, or None where nobody does; and the exit code then."""
    store.renew()
    app = Chooser(lessons(), store, settings)
    return app.run(), app.return_code or 0


def after(scenario: Scenario) -> Scenario | None:
    """The next lesson of the course; None after the last one, and after a file of one's own."""
    if key_of(scenario) != scenario.name:
        return None
    number = lesson_of(scenario).number
    return next((it for it in lessons() if lesson_of(it).number > number), None)
