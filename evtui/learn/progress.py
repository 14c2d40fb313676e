"""What a person has learned, kept in the platform's data folder.

A lesson that was left is kept as the step, the inputs that led there, and the run's digest; it is
run again from its beginning, which takes a moment, and goes on.
"""

import json
import os
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


class Store:
    """The file of what was learned. A broken one is told of, and begun afresh."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (data_folder() if folder is None else folder) / FILE
        self.warning = ""
        """One line on what was wrong with the file; empty while it is right."""
        self._lessons: dict[str, dict[str, Any]] = {}
        self._broken = False
        try:
            self._lessons = _read(self.path)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            self._broken = True
            self.warning = f"{printable(str(self.path))}: {why}; what was learned begins afresh"

    def done(self, name: str) -> bool:
        """Whether a lesson was done to its end, at any time."""
        return bool(self._lessons.get(name, {}).get("done"))

    def way(self, name: str) -> Way | None:
        """Where a lesson was left; None where it is not begun, or was done."""
        raw = self._lessons.get(name, {}).get("way")
        return None if raw is None else _way(raw)

    def leave(self, name: str, way: Way) -> str:
        """Remember where a lesson was left; why that cannot be written, else nothing."""
        self._lessons.setdefault(name, {})["way"] = {
            "step": way.step,
            "place": list(way.place),
            "inputs": [[it.time_us, it.after_event, it.verb, it.args] for it in way.inputs],
            "digest": way.digest,
            "kept": dict(way.kept),
            "selected": way.selected,
        }
        return self._write()

    def finish(self, name: str) -> str:
        """Remember that a lesson was done; why that cannot be written, else nothing."""
        self._lessons[name] = {"done": True}
        return self._write()

    def forget(self, name: str | None = None) -> str:
        """Forget where a lesson was left, or (without a name) everything."""
        if name is None:
            self._lessons = {}
        else:
            self._lessons.get(name, {}).pop("way", None)
        return self._write()

    def reset(self, name: str) -> str:
        """Forget all about one lesson."""
        self._lessons.pop(name, None)
        return self._write()

    def _write(self) -> str:
        text = json.dumps({"format": FORMAT, "lessons": self._lessons}, indent=1) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._broken:
                self.path.replace(self.path.with_suffix(".broken"))
                self._broken = False
            new = self.path.with_suffix(f".{os.getpid()}.new")
            new.write_text(text, encoding="utf-8")
            new.replace(self.path)
        except OSError as error:
            return f"Not kept: {error.strerror or error}: {printable(str(self.path))}"
        return ""


def _read(path: Path) -> dict[str, dict[str, Any]]:
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
