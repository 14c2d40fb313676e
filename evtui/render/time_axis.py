"""A time axis of cells: where its labels stand, and how it is moved and zoomed."""

from attrs import evolve, frozen

from evtui.render import units
from scenarios.charging.view import SPANS_US

SECOND_US = 1_000_000
STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600,
    43_200, 86_400, 172_800, 604_800, 2_419_200, 9_676_800,
)  # fmt: skip
"""How far labels stand from each other, in seconds."""
TICK = "╵"
ROOM = 4
"""Least cells between two labels."""


@frozen
class Axis:
    """Which part of time is seen. ``span_us`` None: all there is.

    With ``before_us`` it follows: so much before now is seen. Else it stands at ``from_us``.
    """

    span_us: int | None = None
    before_us: int | None = None
    from_us: int = 0

    def seen(self, now_us: int) -> tuple[int, int] | None:
        """From when until when; None for all."""
        if self.span_us is None:
            return None
        from_us = self.from_us if self.before_us is None else now_us - self.before_us
        from_us = max(from_us, 0)
        return from_us, from_us + self.span_us

    def zoomed(self, by: int, seen: tuple[int, int], now_us: int) -> "Axis":
        """Longer (``by`` below 0) or shorter; what is now stays where it is, or else the middle."""
        from_us, until_us = seen
        old_us = until_us - from_us
        longer = [span_us for span_us in SPANS_US if span_us > old_us]
        shorter = [span_us for span_us in SPANS_US if span_us < old_us]
        span_us = next(iter(longer), old_us) if by < 0 else next(reversed(shorter), old_us)
        if from_us <= now_us <= until_us:
            return Axis(span_us, before_us=(now_us - from_us) * span_us // old_us)
        middle_us = (from_us + until_us) // 2
        return Axis(span_us, from_us=max(middle_us - span_us // 2, 0))

    def moved(self, by: int, seen: tuple[int, int]) -> "Axis":
        """A quarter of it later or earlier; from then on it stands."""
        from_us, until_us = seen
        span_us = until_us - from_us
        return Axis(span_us, from_us=max(from_us + by * span_us // 4, 0))

    def following(self, seen: tuple[int, int]) -> "Axis":
        """As long as it is, with now in the middle."""
        span_us = seen[1] - seen[0]
        return evolve(self, span_us=span_us, before_us=span_us // 2)


def labels(from_us: int, until_us: int, cells: int) -> str:
    """Times, each right of a mark in the cell in which it is; as many as have room."""
    span_us = until_us - from_us
    wide = len(units.clock(until_us, millis=False)) + 1 + ROOM
    if cells < wide - ROOM:
        return " " * cells
    steps = [s * SECOND_US for s in STEPS_S]
    roomy = [step_us for step_us in steps if span_us * wide <= step_us * cells]
    finer = [step_us for step_us in reversed(steps) if step_us not in roomy]
    text = " " * cells
    # Where no multiple of a step is seen, a finer one may have one.
    for step_us in (*roomy[:1], *finer):
        text = _placed(from_us, span_us, cells, step_us)
        if TICK in text:
            break
    return text


def _placed(from_us: int, span_us: int, cells: int, step_us: int) -> str:
    """A label at each multiple of a step, where the one before it leaves room."""
    text, free = [" "] * cells, 0
    for at_us in range(-(-from_us // step_us) * step_us, from_us + span_us, step_us):
        at, label = (at_us - from_us) * cells // span_us, TICK + units.clock(at_us, millis=False)
        if free <= at <= cells - len(label):
            text[at : at + len(label)] = label
            free = at + len(label) + 1
    return "".join(text)
