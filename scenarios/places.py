"""Places on the map of a scenario: metres east and north of a point, as people write them."""

from scenarios.kinds import Pair, Quantity
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


PLACE = Pair(
    Quantity(DISTANCE, -REACH_M, REACH_M),
    'how far to the east and to the north, such as ["120m", "-40m"]',
)
"""Two distances: to the east, and to the north."""


def square_m(a: Point, b: Point) -> int:
    """The square of the distance between two places, in m²."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
