"""A mapping that is never changed: setting keys makes another one that shares most of it.

Two layers: a large dict below and a small one of what was set since. A new version copies the small
one; when that has grown to the square root of the large one, both are made one. So a version costs
about √n, for n keys. A hash trie would cost log n, but its order is that of the hashes, and hashes
of texts differ from process to process: here keys stand in the order in which they were first set,
as in a dict, so that nothing can come to depend on a process.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_LEAST = 16
"""Below so many keys the upper layer is as small as it need be."""


class Layers(Mapping[K, V]):
    """An immutable mapping; iterates in the order in which keys were first set."""

    __slots__ = ("_base", "_top")

    def __init__(self, content: Mapping[K, V] | None = None) -> None:
        self._base: dict[K, V] = dict(content or {})
        self._top: dict[K, V] = {}

    def updated(self, changes: dict[K, V]) -> "Layers[K, V]":
        """The mapping with these keys set; itself when there are none."""
        if not changes:
            return self
        new: Layers[K, V] = Layers.__new__(Layers)
        top = {**self._top, **changes}
        if len(top) > _LEAST and len(top) ** 2 > len(self._base):
            new._base, new._top = {**self._base, **top}, {}
        else:
            new._base, new._top = self._base, top
        return new

    def changed_since(self, before: Mapping[K, V]) -> Iterator[K]:
        """Keys that may have been set since an earlier version: few, where it is a recent one."""
        base = before._base if isinstance(before, Layers) else None  # noqa: SLF001 - of its kind
        if base is self._base:
            return iter(self._top)
        return iter(self)

    def __getitem__(self, key: K) -> V:
        top = self._top
        return top[key] if key in top else self._base[key]

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, or the default."""
        top = self._top
        return top[key] if key in top else self._base.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._top or key in self._base

    def __iter__(self) -> Iterator[K]:
        base = self._base
        yield from base
        yield from (key for key in self._top if key not in base)

    def __len__(self) -> int:
        base = self._base
        return len(base) + sum(key not in base for key in self._top)

    def __repr__(self) -> str:
        return f"Layers({dict(self)!r})"
