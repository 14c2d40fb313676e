"""``evtui explore --save``: the path to a violation as a scenario that runs and opens."""

import shlex
from pathlib import Path

from attrs import frozen

from evtui.errors import UsageError
from paxos.check.explore.group import Group, Move, State
from paxos.check.explore.search import Found
from scenarios.explored import DiffersError, reopen
from scenarios.kinds import printable
from scenarios.writer import to_toml

ENDING = ".toml"


@frozen
class Saved:
    """What became of ``--save``."""

    file: str
    """Empty where nothing was written."""
    violated: str
    """What the network violates on that path, in its own words; empty for nothing."""
    why: str
    """One sentence for people."""


def check_target(file: str) -> None:
    """Whether a scenario can be written there. Before all is explored, as that may take long.

    Raises:
        UsageError: the name ends otherwise, its folder is not there, or it is a folder.
    """
    path = Path(file)
    if path.suffix != ENDING:
        raise UsageError(f'--save: found "{printable(file)}"; allowed a file that ends in .toml')
    if not path.parent.is_dir():
        raise _cannot(file, "No such file or directory")
    if path.is_dir():
        raise _cannot(file, "Is a directory")


def _cannot(file: str, why: str) -> UsageError:
    return UsageError(f'--save: cannot write "{printable(file)}" ({why})')


def save(group: Group, found: Found[State, Move], file: str, mutant: str = "") -> Saved:
    """Write the path to the violation as a scenario, with the mistake that was planted.

    Raises:
        UsageError: the file cannot be written.
    """
    if not found.violation:
        return Saved("", "", f"nothing to save in {file}: nothing is violated")
    title = f"Explored: {found.violation}"
    try:
        reopened = reopen(group, found.path, Path(file).stem, title, mutant)
    except DiffersError as error:
        return Saved("", "", f"not saved, as the network differs: {error}")
    try:
        Path(file).write_text(to_toml(reopened.scenario), encoding="utf-8", newline="\n")
    except OSError as error:
        raise _cannot(file, error.strerror or str(error)) from None
    return Saved(file, reopened.violated, _judged(file, found.violation, reopened.violated))


def _judged(file: str, explored: str, violated: str) -> str:
    """Whether the network violates what the explorer has found."""
    wanted = explored.partition(":")[0]
    code = violated.partition(" ")[0]
    if code == wanted:
        again = f"evtui run {shlex.quote(file)}"
        return f"saved {file}, in which the network violates {wanted}, too: {again}"
    does = f"violates {code}" if code else "violates nothing"
    return f"saved {file}, in which the network {does}, and not {wanted}"
