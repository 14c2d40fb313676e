"""Bookmarks: places of a session that a person wants to find again."""

from attrs import evolve, frozen

from scenarios.checkpoints import Place
from scenarios.course import NAME_MAX
from scenarios.errors import InputError


@frozen
class Bookmark:
    """A place that a person wants to find again."""

    branch: int
    place: Place
    name: str


def is_name(text: str) -> bool:
    """Whether a bookmark can be called that."""
    return 0 < len(text) <= NAME_MAX and text.isprintable()


def named(bookmark: Bookmark, name: str) -> Bookmark:
    """The bookmark under another name, without the blanks around it.

    Raises:
        InputError: the name is empty, too long, or has characters that cannot be seen.
    """
    name = name.strip()
    if not is_name(name):
        raise InputError(f"a name has 1 to {NAME_MAX} characters that can be seen")
    return evolve(bookmark, name=name)
