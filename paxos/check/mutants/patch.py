"""Changes to the program's own classes that are undone exactly.

What was an object's own is put back; what it had only inherited, or did not have, is taken away
again. So nothing of a change is left, not even in an object that is copied or packed later.
"""

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

_NOTHING: Final = object()


class Patch:
    """Changes made so far, the newest undone first."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def setattr(self, target: object, name: str, value: object) -> None:
        """Set an attribute of a class or of an object.

        Raises:
            AttributeError: there is none of that name; a mistake is planted where something is.
        """
        found = getattr(target, name)
        own = vars(target).get(name, _NOTHING) if hasattr(target, "__dict__") else found
        setattr(target, name, value)
        self._undo.append(lambda: _put_back(target, name, own))

    def setitem(self, target: MutableMapping[Any, Any], key: Any, value: object) -> None:
        """Set an item of a mapping.

        Raises:
            KeyError: there is none of that key.
        """
        before = target[key]
        target[key] = value
        self._undo.append(lambda: target.__setitem__(key, before))

    def undo(self) -> None:
        """Make everything what it was."""
        while self._undo:
            self._undo.pop()()

    @classmethod
    @contextmanager
    def context(cls) -> Iterator["Patch"]:
        """Changes that last as long as a block, also one that raises."""
        patch = cls()
        try:
            yield patch
        finally:
            patch.undo()


def _put_back(target: object, name: str, own: object) -> None:
    if own is _NOTHING:
        delattr(target, name)
    else:
        setattr(target, name, own)
