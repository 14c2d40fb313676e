"""``evtui learn``: lists lessons, opens one, forgets what was done. Textual only for the app."""

import json
import sys
from collections.abc import Iterator

from evtui.errors import UsageError
from evtui.learn.progress import Store
from evtui.options import Learning
from evtui.terminal import no_terminal
from scenarios.lessons.library import find, key_of, lesson_of, lessons
from scenarios.schema import Scenario

DONE, BEGUN, NEW = "done", "begun", "new"
SIGNS = {DONE: "✓", BEGUN: "…", NEW: " "}


def run_learn(name: str | None, options: Learning) -> int:
    """Do what was asked; the exit code.

    Raises:
        UsageError: there is no terminal for the app.
        ScenarioError: there is no such lesson, or its file cannot be used.

    """
    store = Store()
    if store.warning:
        sys.stderr.write(f"evtui: {store.warning}\n")
    chosen = find(name) if name is not None else None
    if options.reset:
        return _reset(store, chosen)
    if options.as_json:
        rows = _rows(store) if chosen is None else _whole(store, chosen)
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return 0
    if options.as_list:
        sys.stdout.write("\n".join(listing(store, chosen)) + "\n")
        return 0
    why = no_terminal()
    if not why:
        from evtui.learn.opening import learn

        return learn(store, chosen, options)
    if chosen is None:
        sys.stdout.write("\n".join(listing(store)) + "\n")
        return 0
    raise UsageError(f"a lesson needs a terminal, and {why}; without one: evtui learn --list")


def state(store: Store, key: str) -> str:
    """Whether a lesson was done, begun, or neither."""
    if store.way(key) is not None:
        return BEGUN
    return DONE if store.done(key) else NEW


def listing(store: Store, chosen: Scenario | None = None) -> Iterator[str]:
    """The lessons, a line each, and how many are done; or the line of the one that is named."""
    found = [chosen] if chosen is not None else lessons()
    wide = max(len(it.name) for it in found)
    for it in found:
        lesson, key = lesson_of(it), key_of(it)
        sign = "✓" if store.done(key) else SIGNS[state(store, key)]
        line = f"{sign} {lesson.number:2}  {it.name:{wide}}  {lesson.title}"
        way = store.way(key)
        if way is not None:
            line += f" (step {way.step + 1} of {len(lesson.steps)} comes next)"
        yield line
    if chosen is not None:
        return
    done = sum(store.done(key_of(it)) for it in found)
    yield f"{done} of {len(found)} done; evtui learn NAME opens one"


def _rows(store: Store) -> list[dict[str, object]]:
    return [_row(store, it) for it in lessons()]


def _row(store: Store, scenario: Scenario) -> dict[str, object]:
    lesson = lesson_of(scenario)
    key = key_of(scenario)
    way = store.way(key)
    return {
        "number": lesson.number,
        "name": scenario.name,
        "title": lesson.title,
        "goal": lesson.goal,
        "steps": len(lesson.steps),
        "state": state(store, key),
        "done": store.done(key),
        "next_step": None if way is None else way.step + 1,
    }


def _whole(store: Store, scenario: Scenario) -> dict[str, object]:
    """One lesson with its texts; what the run fills in stands in braces."""
    steps = [
        {"say": it.says, "do": it.task, "hint": it.hint, "after": it.after}
        for it in lesson_of(scenario).steps
    ]
    return {**_row(store, scenario), "texts": steps}


def _reset(store: Store, chosen: Scenario | None) -> int:
    refused = store.forget() if chosen is None else store.reset(key_of(chosen))
    if refused:
        raise UsageError(refused)
    what = "all lessons" if chosen is None else chosen.name
    sys.stdout.write(f"forgotten: what was done of {what}\n")
    return 0
