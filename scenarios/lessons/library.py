"""The lessons that come with the program, and files of one's own."""

from importlib import resources
from pathlib import Path

from scenarios import loader
from scenarios.errors import ScenarioError
from scenarios.kinds import did_you_mean, one_of, printable
from scenarios.lessons.lesson import Lesson
from scenarios.schema import Scenario

_FOLDER = "lessons"
_SUFFIX = ".toml"


def lessons() -> list[Scenario]:
    """All lessons that come with the program, in the order of the course."""
    files = (resources.files("scenarios") / _FOLDER).iterdir()
    found = [
        loader.loads(file.read_text(encoding="utf-8"), str(file))
        for file in sorted(files, key=lambda it: it.name)
        if file.name.endswith(_SUFFIX)
    ]
    return sorted(found, key=lambda it: lesson_of(it).number)


def lesson_of(scenario: Scenario) -> Lesson:
    """The lesson of a scenario.

    Raises:
        ScenarioError: it has none.

    """
    if scenario.lesson is None:
        raise ScenarioError(f"{printable(scenario.path)}: found no [lesson]; allowed a lesson file")
    return scenario.lesson


def key_of(scenario: Scenario) -> str:
    """What a lesson goes by where it is remembered: its name, of a file of one's own its path.

    A file of one's own may have the name of any lesson of the course.
    """
    path = Path(scenario.path).resolve()
    course = Path(str(resources.files("scenarios") / _FOLDER)).resolve()
    return scenario.name if path.parent == course else str(path)


def find(text: str) -> Scenario:
    """A lesson by its number or name, or of a file with a path separator or ``.toml``.

    Raises:
        ScenarioError: there is no such lesson, or its file cannot be used.

    """
    if loader.is_path(text):
        found = loader.load(text)
        lesson_of(found)
        return found
    known = lessons()
    for scenario in known:
        if text.isdecimal() and text.isascii() and len(text) < 4:
            if int(text) == lesson_of(scenario).number:
                return scenario
        elif text == scenario.name:
            return scenario
    names = [scenario.name for scenario in known]
    raise ScenarioError(
        f'lesson: found "{printable(text)}"; allowed 1 to {len(known)}, {one_of(names)}, or the '
        f"path of a .toml file{did_you_mean(text, names)}"
    )
