"""Sessions written to files: by a key, and before something worse happens."""

import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen
from platformdirs import user_state_path

from scenarios.session_file import Kept, to_log
from scenarios.timeline import Timeline
from scenarios.writer import to_toml

ENDS = (".toml", ".log", ".txt")
"""Of the files that belong together: one branch, all branches, a traceback."""


def free_stem(folder: Path, name: str) -> str:
    """A name of which no file is there yet: nothing is ever overwritten."""
    number = 1
    while any((folder / f"{name}-{number}{end}").exists() for end in ENDS):
        number += 1
    return f"{name}-{number}"


def write(kept: Kept, folder: Path, name: str) -> tuple[Path, Path]:
    """The branch that is shown as a scenario, all branches as a log, both under a free name.

    Another program may write into the same folder at this moment. Raises OSError.
    """
    texts = (to_toml(kept.only(kept.shown)), to_log(kept))
    while True:
        stem = free_stem(folder, name)
        scenario, log = folder / f"{stem}.toml", folder / f"{stem}.log"
        try:
            _write_all((scenario, log), texts)
        except FileExistsError:
            continue
        return scenario, log


def _write_all(paths: Sequence[Path], texts: Sequence[str]) -> None:
    """Write each, or none."""
    written = []
    try:
        for path, text in zip(paths, texts, strict=True):
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def write_new(folder: Path, name: str, text: str) -> Path:
    """A scenario under a free name. Raises OSError."""
    while True:
        path = folder / f"{free_stem(folder, name)}.toml"
        try:
            _write_all((path,), (text,))
        except FileExistsError:
            continue
        return path


def refuges(folder: Path) -> Iterator[Path]:
    """Where a rescue may be written: its folder, the platform's for state, one in the temporary.

    Each is made only when it is asked for, as the one before it could not be written.
    """
    yield folder
    state = user_state_path("evtui", appauthor=False)
    try:
        state.mkdir(parents=True, exist_ok=True)
        yield state
    except OSError:
        pass  # there is another
    try:
        yield Path(tempfile.mkdtemp(prefix="evtui-"))
    except OSError:
        return


def rescue_session(kept: Kept, folder: Path, name: str) -> Path | None:
    """Write a session as :func:`write` does, wherever that is possible; its log, if it is."""
    for each in refuges(folder):
        try:
            return write(kept, each, name)[1]
        except OSError:
            continue
    return None


def signature(timeline: Timeline) -> tuple[object, ...]:
    """What a person has done in a session: as long as it is the same, nothing is to be kept."""
    branches = tuple((n, tuple(it.inputs)) for n, it in timeline.branches.items())
    return (branches, tuple(timeline.bookmarks), timeline.breakpoints.kept)


@frozen
class Rescue:
    """What was saved when something failed; what could not be written is None."""

    what: str
    """Which view failed, or the app itself."""
    error: str
    """Empty where nothing failed, but somebody outside has ended the app."""
    log: Path | None
    trace: Path | None = None

    @property
    def sentence(self) -> str:
        """What failed, how, and where to find what was saved."""
        saved = f"the session is saved in {self.log}" if self.log else "the session is not saved"
        trace = f", the traceback in {self.trace}" if self.trace else ""
        failed = f"{self.what} failed ({self.error})" if self.error else self.what
        return f"{failed}; {saved}{trace}"


def named(error: BaseException) -> str:
    """An error as one short line: its type, and what it says."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:100]}" if said else type(error).__name__


def write_trace(error: BaseException, folder: Path, stem: str) -> Path | None:
    """The traceback in a file, wherever that is possible; None where it is not."""
    text = "".join(traceback.format_exception(error))
    for each in refuges(folder):
        path = each / f"{stem}.txt"
        try:
            if path.exists():
                path = each / f"{free_stem(each, stem.rpartition('-')[0])}.txt"
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            continue
        return path
    return None


def place_of(error: BaseException) -> tuple[str, str, int]:
    """Type, file and line of an error: the same fault again has the same."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    at = (last[0].filename, last[0].lineno or 0) if last else ("", 0)
    return (type(error).__name__, *at)
