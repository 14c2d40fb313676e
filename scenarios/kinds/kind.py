"""What every kind of value has: how it is read, described and written."""

from typing import Protocol

Json = dict[str, object]


class RefusedError(Exception):
    """A value that its kind does not allow.

    ``at`` is where inside the value, for arrays.
    """

    def __init__(self, found: str, allowed: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"found {found}; allowed {allowed}")
        self.found = found
        self.allowed = allowed
        self.at = at


class Kind(Protocol):
    """One kind of value."""

    @property
    def allowed(self) -> str:
        """What may be written, as the end of a sentence."""
        ...

    def read(self, value: object) -> object:
        """The meaning of a TOML value.

        Raises:
            RefusedError: the value is not of this kind.

        """
        ...

    def write(self, value: object) -> object:
        """The plain TOML value that :meth:`read` turns into ``value``."""
        ...

    def json_schema(self) -> Json:
        """The kind in JSON Schema."""
        ...
