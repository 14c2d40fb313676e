"""What a person has learned, kept in the platform's data folder.

A lesson that was left is kept as the step, the inputs that led there, and the run's digest; it is
run again from its beginning, which takes a moment, and goes on.

Two terminals may have a lesson open each. So a change is one of the file as it stands then, and of
one lesson in it, while a lock keeps others from changing it.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen
from platformdirs import user_data_path

from scenarios.checkpoints import Place
from scenarios.journal import Input
from scenarios.kinds import printable
from scenarios.verbs import VERBS

FOLDER_VARIABLE: Final = "EVTUI_DATA_DIR"
"""Names the folder instead of the platform's."""
FILE: Final = "lessons.json"
FORMAT: Final = 1
MAX_BYTES: Final = 4_194_304


@frozen
class Way:
    """How far a lesson was done: where the step begins that comes next."""

    step: int
    """Its index."""
    place: Place
    inputs: tuple[Input, ...]
    digest: str
    kept: dict[str, str] = field(factory=dict)
    selected: str = ""
    """The charge point that was selected; empty for the one that is at first."""


def data_folder() -> Path:
    """Where the program keeps what it has to remember."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    return Path(named) if named else user_data_path("evtui", appauthor=False)


_Lessons = dict[str, dict[str, Any]]


class Store:
    """The file of what was learned. A broken one is told of, and begun afresh.

    Lessons go by a key: see :func:`scenarios.lessons.library.key_of`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (data_folder() if folder is None else folder) / FILE
        self.warning = ""
        """One line on what was wrong with the file; empty while it is right."""
        self._lessons, broken = self._found()
        if broken:
            self.warning = f"{printable(str(self.path))}: {broken}; what was learned begins afresh"

    def renew(self) -> None:
        """Read the file again: another terminal may have come farther."""
        found, broken = self._found()
        if not broken:
            self._lessons = found

    def done(self, key: str) -> bool:
        """Whether a lesson was done to its end, at any time."""
        return bool(self._lessons.get(key, {}).get("done"))

    def way(self, key: str) -> Way | None:
        """Where a lesson was left; None where it is not begun, or was done."""
        raw = self._lessons.get(key, {}).get("way")
        return None if raw is None else _way(raw)

    def leave(self, key: str, way: Way) -> str:
        """Remember where a lesson was left; why that cannot be written, else nothing."""
        raw = {
            "step": way.step,
            "place": list(way.place),
            "inputs": [[it.time_us, it.after_event, it.verb, it.args] for it in way.inputs],
            "digest": way.digest,
            "kept": dict(way.kept),
            "selected": way.selected,
        }

        def change(lessons: _Lessons) -> None:
            lessons.setdefault(key, {})["way"] = raw

        return self._change(change)

    def finish(self, key: str) -> str:
        """Remember that a lesson was done; why that cannot be written, else nothing."""
        return self._change(lambda lessons: lessons.update({key: {"done": True}}))

    def forget(self, key: str | None = None) -> str:
        """Forget where a lesson was left, or (without a key) everything."""
        if key is None:
            return self._change(lambda lessons: lessons.clear())
        return self._change(lambda lessons: lessons.get(key, {}).pop("way", None))

    def reset(self, key: str) -> str:
        """Forget all about one lesson."""
        return self._change(lambda lessons: lessons.pop(key, None))

    def _found(self) -> tuple[_Lessons, str]:
        """The lessons in the file as it stands now, or none and why it cannot be read."""
        try:
            return _read(self.path), ""
        except FileNotFoundError:
            return {}, ""
        except (OSError, ValueError) as error:
            return {}, str(error.strerror if isinstance(error, OSError) else error)

    def _change(self, change: Callable[[_Lessons], object]) -> str:
        """Change what the file holds now: what another terminal wrote meanwhile stays."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self.path.with_suffix(".lock")):
                found, broken = self._found()
                if not broken:  # else what was read of it before is all that there is
                    self._lessons = found
                change(self._lessons)
                text = json.dumps({"format": FORMAT, "lessons": self._lessons}, indent=1) + "\n"
                if broken:
                    self.path.replace(_aside(self.path))
                new = self.path.with_suffix(f".{os.getpid()}.new")
                new.write_text(text, encoding="utf-8")
                new.replace(self.path)
        except OSError as error:
            return f"Not kept: {error.strerror or error}: {printable(str(self.path))}"
        return ""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile. A change takes a moment, so one waits for another."""
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _aside(path: Path) -> Path:
    """Where a broken file is put: beside those that were put aside before."""
    names = (path.with_suffix(f".broken{'' if n == 1 else n}") for n in count(1))
    return next(name for name in names if not name.exists())


def _read(path: Path) -> _Lessons:
    """The lessons in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: what is in it is not what this program writes, in a clause.

    """
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ValueError(f"found more than {MAX_BYTES >> 20} MiB; allowed what evtui learn writes")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("found no JSON; allowed what evtui learn writes") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f'found another format; allowed an object with "format": {FORMAT}')
    lessons = found.get("lessons")
    if not isinstance(lessons, dict):
        lessons = {"lessons": None}
    for name, lesson in lessons.items():
        if not _is_lesson(lesson):
            shown = printable(name)[:40]
            raise ValueError(f'"{shown}": found no lesson; allowed what evtui learn writes')
    return lessons


def _is_lesson(raw: object) -> bool:
    if not isinstance(raw, dict) or not isinstance(raw.get("done", False), bool):
        return False
    try:
        return raw.get("way") is None or bool(_way(raw["way"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _way(raw: dict[str, Any]) -> Way:
    place = Place(*(_whole(number) for number in raw["place"]))
    inputs = tuple(
        Input(_whole(time_us), _whole(after), _verb(verb), _args(args))
        for time_us, after, verb, args in raw["inputs"]
    )
    kept = raw["kept"]
    selected = raw.get("selected", "")
    texts = {**kept, "digest": raw["digest"], "selected": selected}
    if not all(isinstance(it, str) for pair in texts.items() for it in pair):
        raise ValueError(kept)
    return Way(_whole(raw["step"]), place, inputs, raw["digest"], dict(kept), selected)


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 62:
        raise ValueError(number)
    return number


def _verb(verb: object) -> str:
    if verb not in VERBS:
        raise ValueError(verb)
    return str(verb)


def _args(args: object) -> dict[str, object]:
    """Arguments as an input has them: JSON has arrays where these have tuples."""
    if not isinstance(args, dict):
        raise TypeError(args)
    return {key: _tuples(value) for key, value in args.items()}


def _tuples(value: object) -> object:
    return tuple(_tuples(it) for it in value) if isinstance(value, list) else value
