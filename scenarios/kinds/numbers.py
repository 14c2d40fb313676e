"""Kinds of numbers, with and without a unit."""

import math

from attrs import field, frozen

from scenarios.kinds.kind import Json, RefusedError
from scenarios.kinds.phrases import shown
from scenarios.units import Unit, UnitError


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
class Pair:
    """Two quantities."""

    of: Quantity
    allowed: str

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
class Span(Pair):
    """Two quantities, the lower first."""

    allowed: str = field(init=False)

    @allowed.default
    def _sentence(self) -> str:
        return f"two values, the lower first, each {self.of.allowed}"

    def read(self, value: object) -> object:
        """See :class:`Kind`."""
        ends = super().read(value)
        assert isinstance(ends, tuple)  # noqa: S101 - it reads two
        if ends[0] > ends[1]:
            raise RefusedError(shown(value), self.allowed)
        return ends
