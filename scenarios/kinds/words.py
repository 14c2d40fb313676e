"""Kinds of texts: free text, names, words of a list; and true or false."""

import re
import unicodedata

from attrs import frozen

from scenarios.kinds.kind import Json, RefusedError
from scenarios.kinds.phrases import did_you_mean, one_of, shown


@frozen
class Text:
    """Free text of people; control characters are refused, it is printed on terminals."""

    longest: int = 200
    lines: bool = False

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        what = "text" if self.lines else "text on one line"
        return f"{what} of at most {self.longest:,} characters, without control characters"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, str):
            raise RefusedError(shown(value), self.allowed)
        if len(value) > self.longest:
            raise RefusedError(f"{len(value):,} characters", self.allowed)
        keep = "\n\t" if self.lines else ""
        if any(unicodedata.category(char) == "Cc" and char not in keep for char in value):
            raise RefusedError(shown(value), self.allowed)
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "maxLength": self.longest}


@frozen
class Name:
    """A name: of a CP, an EV, an id tag."""

    what: str
    reserved: tuple[str, ...] = ()
    refers: bool = False
    """Whether it names something that stands elsewhere in the file."""
    pattern: str = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$"
    shape: str = "1 to 20 letters, digits, - and _"
    """The pattern in words."""

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        if self.refers:
            return self.what
        text = f"{self.what} of {self.shape}"
        return f"{text}, but not {' or '.join(self.reserved)}" if self.reserved else text

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        # `$` would let a final newline through.
        fits = isinstance(value, str) and re.fullmatch(self.pattern.strip("^$"), value)
        if not fits or value in self.reserved:
            raise RefusedError(shown(value), self.allowed)
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        schema: Json = {"type": "string", "pattern": self.pattern}
        return {**schema, "not": {"enum": list(self.reserved)}} if self.reserved else schema


@frozen
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        # All of them: a vocabulary that is cut short is of no use.
        return one_of(self.words, limit=len(self.words))

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, str) or value not in self.words:
            raise RefusedError(shown(value), self.allowed + did_you_mean(value, self.words))
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"enum": list(self.words)}


@frozen
class Mistake:
    """The name of a mistake that can be planted in the protocol."""

    allowed: str = "the name of a mistake that evtui mutants --list prints"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        names = _mistakes()
        if not isinstance(value, str) or value not in names:
            raise RefusedError(shown(value), self.allowed + did_you_mean(value, names))
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"enum": list(_mistakes())}


def _mistakes() -> tuple[str, ...]:
    # Late: hardly any file has one, and every command reads files.
    from paxos.check.mutants import MUTANTS

    return tuple(mutant.name for mutant in MUTANTS)


@frozen
class Flag:
    """True or false."""

    allowed: str = "true or false"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, bool):
            raise RefusedError(shown(value), self.allowed)
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "boolean"}


@frozen
class Groups:
    """Sides of a partition: arrays of names. Whether they exist is checked by the loader."""

    allowed: str = 'groups of charge points such as [["CP1", "CP2"], ["CP3"]]'

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, list) or not value:
            raise RefusedError(shown(value), self.allowed)
        for index, group in enumerate(value):
            if not isinstance(group, list) or not group:
                raise RefusedError(shown(group), self.allowed, (index,))
            for inner, name in enumerate(group):
                if not isinstance(name, str):
                    raise RefusedError(shown(name), "the id of a charge point", (index, inner))
        return tuple(tuple(group) for group in value)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, tuple)  # noqa: S101 - kinds write what they read
        return [list(group) for group in value]

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return {"type": "array", "items": names, "minItems": 1}
