"""Kinds of values that a scenario file may hold: how each is read, described and written.

A kind reads one TOML value into what :mod:`scenarios.schema` holds, or refuses it with what was
found and what is allowed. The same kind describes itself in JSON Schema and writes a value back.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from scenarios.units import Unit, UnitError

Json = dict[str, object]

MAX_SHOWN = 60
"""Longest value that an error message repeats."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOMENT = "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"

_TIME_OF_DAY = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


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


def shown(value: object) -> str:
    """A value for an error message: on one line, short, without control characters."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = f'"{printable(value)}"'
        case int() | float():
            # A thousand digits are slow to print and tell nobody anything.
            text = (
                "a huge number" if isinstance(value, int) and abs(value) >= 10**40 else str(value)
            )
        case list():
            text = "an empty array" if not value else f"the array [{', '.join(map(shown, value))}]"
        case dict():
            text = "a table"
        case dt.datetime() | dt.date() | dt.time():
            text = f"the date or time {value}"
        case _:
            text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def printable(text: str) -> str:
    """``text`` with every character that could steer a terminal written as an escape."""
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
        for char in text
    )


def one_of(names: Sequence[str], limit: int = 24) -> str:
    """A list of names for a sentence; a very long one is cut in the middle."""
    if len(names) > limit:
        return f"one of {', '.join(names[:3])}, … {names[-1]} ({len(names)} in all)"
    return ", ".join(names) if names else "nothing"


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

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        if self.refers:
            return self.what
        text = f"{self.what} of 1 to 20 letters, digits, - and _"
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
class Whole:
    """A whole number without unit."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        return f"a whole number from {self.low:,} to {self.high:,}"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise RefusedError(shown(value), self.allowed)
        if not self.low <= value <= self.high:
            raise RefusedError(shown(value), self.allowed)
        return value

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@frozen
class Share(Whole):
    """How many of those whose number stands elsewhere: who knows it refuses what is beyond."""

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise RefusedError(shown(value), self.allowed)
        return value


@frozen
class Real:
    """A number without unit."""

    low: float
    high: float

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        return f"a number from {self.low:g} to {self.high:g}"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedError(shown(value), self.allowed)
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise RefusedError(shown(value), self.allowed)
        return float(value)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        return value

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@frozen
class Quantity:
    """A text with its unit, between two bounds in the smallest unit, both included."""

    unit: Unit
    low: int
    high: int

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        return f"{self.unit.description}{self._bounds}"

    @property
    def _bounds(self) -> str:
        return f", from {self.unit.format(self.low)} to {self.unit.format(self.high)}"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, str):
            unitless = isinstance(value, int | float) and not isinstance(value, bool)
            found = f"the number {shown(value)} without a unit" if unitless else shown(value)
            raise RefusedError(found, self.allowed)
        try:
            number = self.unit.parse(value)
        except UnitError as error:
            why = f" ({error})" if str(error) else ""
            guess = self.unit.guess(value)
            hint = f'; did you mean "{guess}"?' if guess else ""
            raise RefusedError(shown(value) + why, self.allowed + hint) from None
        if not self.low <= number <= self.high:
            raise RefusedError(shown(value), self.allowed)
        return number

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, int)  # noqa: S101 - kinds write what they read
        return self.unit.format(value)

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "pattern": self.unit.pattern, "examples": [*self.unit.examples]}


@frozen
class Moment:
    """A time of the calendar, in µs since 1970 (UTC)."""

    allowed: str = 'a time of the years 2000 to 2099 in UTC, such as "2026-03-02T08:00:00Z"'

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
            raise RefusedError(shown(value), self.allowed)
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise RefusedError(shown(value), self.allowed) from None
        return (moment - _EPOCH) // dt.timedelta(microseconds=1)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, int)  # noqa: S101 - kinds write what they read
        moment = _EPOCH + dt.timedelta(microseconds=value)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "pattern": f"^{_MOMENT}$", "examples": ["2026-03-02T08:00:00Z"]}


@frozen
class TimeOfDay:
    """A time of the day, in minutes since midnight (UTC)."""

    allowed: str = 'a time of day such as "18:30", from 00:00 to 23:59'

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        found = re.fullmatch(_TIME_OF_DAY, value) if isinstance(value, str) else None
        if not found:
            raise RefusedError(shown(value), self.allowed)
        assert isinstance(value, str)  # noqa: S101 - it matched
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, int)  # noqa: S101 - kinds write what they read
        return f"{value // 60:02}:{value % 60:02}"

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {"type": "string", "pattern": f"^{_TIME_OF_DAY}$", "examples": ["18:30"]}


@frozen
class Span:
    """Two quantities, the lower first."""

    of: Quantity

    @property
    def allowed(self) -> str:
        """See :class:`Kind`."""
        return f"two values, the lower first, each {self.of.allowed}"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        if not isinstance(value, list) or len(value) != 2:
            raise RefusedError(shown(value), self.allowed)
        ends: list[int] = []
        for index, item in enumerate(value):
            try:
                end = self.of.read(item)
            except RefusedError as refused:
                raise RefusedError(refused.found, refused.allowed, (index,)) from None
            assert isinstance(end, int)  # noqa: S101 - a quantity is an integer
            ends.append(end)
        if ends[0] > ends[1]:
            raise RefusedError(shown(value), self.allowed)
        return (ends[0], ends[1])

    def write(self, value: object) -> object:
        """See :class:`Kind`."""
        assert isinstance(value, tuple)  # noqa: S101 - kinds write what they read
        return [self.of.write(end) for end in value]

    def json_schema(self) -> Json:
        """See :class:`Kind`."""
        return {
            "type": "array",
            "items": self.of.json_schema(),
            "minItems": 2,
            "maxItems": 2,
        }


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


def did_you_mean(found: object, known: Sequence[str], likeness: float = 0.6) -> str:
    """``; did you mean "…"?`` for a near miss, else nothing; capitals do not count."""
    if not isinstance(found, str):
        return ""
    from difflib import get_close_matches  # only needed when something is wrong

    lower = {name.lower(): name for name in known}
    matches = get_close_matches(found.lower(), list(lower), n=1, cutoff=likeness)
    return f'; did you mean "{lower[matches[0]]}"?' if matches else ""
