"""What was done in two runs, and up to where that makes them one."""

from collections.abc import Sequence

from attrs import frozen

from scenarios.checkpoints import Place
from scenarios.comparing.view import First
from scenarios.journal import Input

Pair = tuple[Input | None, Input | None]


@frozen
class Parting:
    """Up to ``place`` two runs of one scenario and seed are one; then comes ``inputs``.

    One of ``inputs`` is None where nothing more is done in that run; both are, where the same was
    done in both.
    """

    place: Place
    inputs: Pair


def parting(left: Sequence[Input], right: Sequence[Input], end: Place) -> Parting:
    """Where two runs part, no later than ``end``, the earlier of the places they were run to."""
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    one = left[count] if count < len(left) else None
    other = right[count] if count < len(right) else None
    places = [Place(it.after_event, count, it.time_us) for it in (one, other) if it is not None]
    place = min([*places, end])
    return Parting(Place(place.events, min(place.acted, count), place.time_us), (one, other))


def first_input(found: Parting, until_us: int) -> First:
    """The first input that only one of them has by then, or has so."""
    times = [it.time_us for it in found.inputs if it is not None]
    if not times or min(times) > until_us:
        return First("input")
    time_us = min(times)
    one, other = (
        it.words() if it is not None and it.time_us == time_us else "" for it in found.inputs
    )
    return First("input", time_us, "", (one, other))
