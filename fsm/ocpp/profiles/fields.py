"""Reading plain values strictly: JSON or msgpack in, integers and texts out.

A reader takes a value and returns its meaning, or raises :class:`WrongError`. An object is read
through :class:`Fields`, which knows where it stands and turns what is wrong into a
:class:`~fsm.ocpp.profiles.errors.ProfileError`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from attrs import frozen

from fsm.ocpp.profiles.errors import At, ProfileError

T = TypeVar("T")

MAX_INTEGER: Final = 2**31 - 1
"""OCPP's integers have 32 bits."""

MAX_LIMIT: Final = 1_000_000_000
"""Greatest limit, in A or W; no charge point comes near it."""

_SHOWN = 60
_TENTH = Decimal("0.1")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - offsets are added by hand, exactly
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)

TIMESTAMP: Final = "a date and time with its offset, such as 2026-03-02T08:00:00Z"


class WrongError(Exception):
    """A value that its reader does not take: what was found, what is allowed."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed {allowed}")
        self.found = found
        self.allowed = allowed


def shown(value: object) -> str:
    """A value for a sentence: short, on one line."""
    match value:
        case dict():
            return "an object"
        case list() | tuple():
            return "an array" if value else "an empty array"
        case Decimal():
            text = str(value)
        case str() | int() | float() | None:
            text = json.dumps(value)
        case _:
            text = type(value).__name__
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def whole(low: int, high: int = MAX_INTEGER) -> Callable[[object], int]:
    """Reads an integer from ``low`` to ``high``; true and 1.0 are none."""

    def read(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise WrongError(shown(value), f"a whole number from {low} to {high}")
        return value

    return read


def deci(value: object) -> int:
    """Reads a limit of at most one decimal, 0 or more; the integer tenths."""
    allowed = f"a number from 0 to {MAX_LIMIT} with at most one decimal, such as 8.1"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise WrongError(shown(value), allowed)
    # The shortest text of a float is the number that was written: 8.1, not 8.0999….
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or not 0 <= number <= MAX_LIMIT:
        raise WrongError(shown(value), allowed)
    tenths = number.quantize(_TENTH)
    if tenths != number:
        raise WrongError(shown(value), allowed)
    return int(tenths.scaleb(1))


def text(longest: int) -> Callable[[object], str]:
    """Reads a text of 1 to ``longest`` characters."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise WrongError(shown(value), f"a text of 1 to {longest} characters")
        return value

    return read


def choice(meanings: Mapping[str, T]) -> Callable[[object], T]:
    """Reads one of the names, as what it means."""

    def read(value: object) -> T:
        if not isinstance(value, str) or value not in meanings:
            raise WrongError(shown(value), ", ".join(meanings))
        return meanings[value]

    return read


def timestamp(value: object) -> int:
    """Reads a time of RFC 3339; whole seconds since 1970, fractions of a second are dropped."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WrongError(shown(value), TIMESTAMP)
    day, time, sign, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{time}") - _EPOCH
    except ValueError:
        raise WrongError(shown(value), f"{TIMESTAMP}, that exists") from None
    offset_min = 0 if sign is None else int(hours) * 60 + int(minutes)
    if offset_min >= 24 * 60 or int(minutes or 0) > 59:
        raise WrongError(shown(value), f"{TIMESTAMP}, that exists")
    offset_s = -offset_min * 60 if sign == "-" else offset_min * 60
    return local.days * 86_400 + local.seconds - offset_s


def items(least: int, most: int) -> Callable[[object], list[object]]:
    """Reads an array by its length; what is in it is read by others."""

    def read(value: object) -> list[object]:
        if not isinstance(value, list):
            raise WrongError(shown(value), f"an array of {least} to {most}")
        if not least <= len(value) <= most:
            raise WrongError(f"an array of {len(value)}", f"an array of {least} to {most}")
        return value

    return read


def anything(value: object) -> object:
    """Takes an object that is of no meaning here (customData, salesTariff)."""
    if not isinstance(value, dict):
        raise WrongError(shown(value), "an object")
    return value


@frozen
class Fields:
    """An object, and where it stands."""

    value: Mapping[str, object]
    at: At

    @classmethod
    def of(cls, value: object, at: At, needed: Iterable[str], maybe: Iterable[str]) -> "Fields":
        """An object with these keys and no others.

        Raises:
            ProfileError: it is no object, lacks a key, or has one too many.

        """
        needed, known = tuple(needed), (*needed, *maybe)
        if not isinstance(value, dict):
            raise ProfileError(at, shown(value), "an object", "FormatViolation")
        for key in value:
            if key not in known:
                allowed = ", ".join(known)
                key = key if isinstance(key, str) else shown(key)
                raise ProfileError(
                    (*at, key), "an unknown key", allowed, "FormatViolation", key=key, known=known
                )
        for key in needed:
            if key not in value:
                raise ProfileError((*at, key), "nothing", "a value", "MissingParam")
        return cls(value, at)

    def read(self, key: str, reader: Callable[[object], T]) -> T:
        """The meaning of a needed field. Raises :class:`ProfileError`."""
        try:
            return reader(self.value[key])
        except WrongError as error:
            raise self.wrong(key, error.found, error.allowed) from None

    def maybe(self, key: str, reader: Callable[[object], T]) -> T | None:
        """The meaning of a field, or None where there is none. Raises :class:`ProfileError`."""
        return self.read(key, reader) if key in self.value else None

    def wrong(
        self, key: str, found: str, allowed: str, reason: str = "InvalidValue"
    ) -> ProfileError:
        """An error about a field."""
        return ProfileError((*self.at, key), found, allowed, reason)
