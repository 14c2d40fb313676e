"""Places on the map of a scenario: metres east and north of a point, as people write them."""

from attrs import frozen

from scenarios.kinds import Json, Quantity, RefusedError, shown
from scenarios.units import Unit

DISTANCE = Unit(
    "distance",
    "a",
    {"km": 1_000, "m": 1},
    ("120m", "-1.5km"),
    "metre",
    signed=True,
)
REACH_M = 100_000
"""How far from the middle anything may stand."""

Point = tuple[int, int]

_DISTANCE = Quantity(DISTANCE, -REACH_M, REACH_M)


@frozen
class Place:
    """Two distances: to the east, and to the north."""

    of: Quantity = _DISTANCE
    allowed: str = 'how far to the east and to the north, such as ["120m", "-40m"]'

    def read(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        if not isinstance(value, list) or len(value) != 2:
            raise RefusedError(shown(value), self.allowed)
        ends = []
        for index, item in enumerate(value):
            try:
                ends.append(self.of.read(item))
            except RefusedError as refused:
                raise RefusedError(refused.found, refused.allowed, (index,)) from None
        return tuple(ends)

    def write(self, value: object) -> object:
        """See :class:`scenarios.kinds.Kind`."""
        assert isinstance(value, tuple)  # noqa: S101 - kinds write what they read
        return [self.of.write(end) for end in value]

    def json_schema(self) -> Json:
        """See :class:`scenarios.kinds.Kind`."""
        return {
            "type": "array",
            "items": self.of.json_schema(),
            "minItems": 2,
            "maxItems": 2,
        }


def square_m(a: Point, b: Point) -> int:
    """The square of the distance between two places, in m²."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
