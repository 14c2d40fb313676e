"""Rebinding keys: what follows from it in other views, and whether two things would clash.

An action has the same key in every view that knows it. ``pause`` is bound in the network and, as
``table_pause``, in each view above it: who rebinds the first has rebound the second. The key that
opens a view closes it, and so does the one that quits.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from attrs import frozen

from evtui.keys.catalogue import Catalogue, Row, View, catalogue
from evtui.keys.names import shown

Keys: TypeAlias = tuple[str, ...]
Keymap: TypeAlias = Mapping[str, Keys]
"""Id of an action → its keys, by Textual's names."""
USUAL: Keymap = {}
"""No key is bound otherwise than usual."""

LEAVES = ("quit_leave", "small_quit", "lessons_quit")
"""They quit where only little else can be done."""


def key_of(name: str, keys: Keymap = USUAL) -> str:
    """What the key of an action looks like, by its id, as it is bound."""
    now = keys.get(name)
    return shown((now or _usual()[name])[0])


@cache
def _usual() -> Keymap:
    return {name: row.keys for name, (_, row) in catalogue().ids().items()}


@frozen
class Clash:
    """Two actions of one view that want one key; the first is the one to blame."""

    id: str
    key: str
    view: View
    other: Row

    @property
    def words(self) -> str:
        """What the key does already, and where."""
        named = f" ({self.other.id})" if self.other.id else ""
        return f"“{self.other.title}”{named} in {self.view.title}"


def effective(catalogue: Catalogue, wished: Keymap) -> dict[str, Keys]:
    """The keys of all actions that do not have their own, with what follows from the wishes."""
    found: dict[str, Keys] = {}
    for view in catalogue.views:
        for row in view.rows:
            if row.id and (keys := _keys(catalogue, view, row, wished)) != row.keys:
                found[row.id] = keys
    return found


def _keys(catalogue: Catalogue, view: View, row: Row, wished: Keymap) -> Keys:
    """The keys of one row of a view; what has no id has those that it always has."""
    if not row.id:
        return row.keys
    if row.id in wished:
        # Esc always leads back.
        return (*wished[row.id], *(key for key in row.keys if key == "escape"))
    if view.name == catalogue.network.name:
        return row.keys
    keys: list[str] = []
    soft: set[str] = set()
    for key in row.keys:
        leader, all_of_it = _leader(catalogue, row, key)
        if leader is None or leader.id not in wished:
            keys.append(key)
        else:
            keys += wished[leader.id]
            soft |= set() if all_of_it else set(wished[leader.id])
    # The key that opened a view need not close it where it does something else there.
    taken = {
        key
        for other in view.rows
        if other.id != row.id
        for key in (wished.get(other.id) or other.keys)
    }
    kept = tuple(dict.fromkeys(key for key in keys if key not in soft or key not in taken))
    return kept or row.keys


def _leader(catalogue: Catalogue, row: Row, key: str) -> tuple[Row | None, bool]:
    """The action of the network whose key this is; whether it is the very same action."""
    for other in catalogue.network.rows:
        if not other.id:
            continue  # a chord that nobody rebinds leads nobody
        if row.action == f"app.{other.action}":
            return other, True
        same = row.action in ("close", other.action) or row.id in LEAVES
        if same and key in other.keys:
            return other, False
    return None, False


def clashes(catalogue: Catalogue, wished: Keymap) -> Iterator[Clash]:
    """Every key of a view that would do two things."""
    for view in catalogue.views:
        of: dict[str, Row] = {}
        for row in view.rows:
            for key in _keys(catalogue, view, row, wished):
                other = of.setdefault(key, row)
                if other is row:
                    continue
                pair = sorted((row, other), key=lambda it: _rank(catalogue, it, wished))
                blamed = _blamed(catalogue, pair[1], wished)
                if blamed is not None:
                    yield Clash(blamed, key, view, pair[0])


def _blamed(catalogue: Catalogue, row: Row, wished: Keymap) -> str | None:
    """The wish because of which a row has its keys."""
    if row.id in wished:
        return row.id
    leaders = (_leader(catalogue, row, key)[0] for key in row.keys)
    return next((it.id for it in leaders if it is not None and it.id in wished), None)


def _rank(catalogue: Catalogue, row: Row, wished: Keymap) -> int:
    """What has its own keys comes before what was wished, which comes in the order of wishes."""
    blamed = _blamed(catalogue, row, wished)
    return -1 if blamed is None else list(wished).index(blamed)


def told(text: str, catalogue_rows: Mapping[str, Keys], keymap: Keymap) -> str:
    """A line of keys with those that are rebound in place of the usual ones.

    ``catalogue_rows`` are the actions that the line may speak of, with their usual keys. Only whole
    words of the line are keys; arrows may stand side by side.
    """
    swaps: dict[str, str] = {}
    for name, usual in catalogue_rows.items():
        now = keymap.get(name)
        if now is None:
            continue
        fresh = [key for key in now if key not in usual]
        for key in usual:
            if key not in now:
                swaps[shown(key)] = shown((fresh or now)[0])
    if not swaps:
        return text
    return " ".join(_word(word, swaps) for word in text.split(" "))


def _word(word: str, swaps: Mapping[str, str]) -> str:
    bare = word.rstrip(":;,") if len(word) > 1 else word
    if bare in swaps:
        return swaps[bare] + word[len(bare) :]
    if len(bare) > 1 and all(char in "↑↓←→" for char in bare) and set(bare) & set(swaps):
        return " ".join(swaps.get(char, char) for char in bare) + word[len(bare) :]
    return word
