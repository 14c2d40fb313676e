"""Step functions of time: what holds from each moment on, over a window without gaps.

A step function is a tuple of ``(start_s, value)``, the first at the start of the window, each up
to the next, the last up to the end of the window. ``None`` is where nothing is said.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

Steps = tuple[tuple[int, T | None], ...]
Span = tuple[int, int, T]
"""``(start_s, end_s, value)``, the end not included."""


def nothing(start_s: int) -> Steps[T]:
    """Nothing is said from ``start_s`` on."""
    return ((start_s, None),)


def of_spans(spans: Iterable[Span[T]], start_s: int, end_s: int) -> Steps[T]:
    """Spans that follow each other, clipped to the window; nothing is said between them."""
    steps: list[tuple[int, T | None]] = []
    done_s = start_s
    for low_s, high_s, value in spans:
        low_s, high_s = max(low_s, done_s), min(high_s, end_s)
        if low_s >= high_s:
            continue
        if low_s > done_s:
            steps.append((done_s, None))
        steps.append((low_s, value))
        done_s = high_s
    if done_s < end_s:
        steps.append((done_s, None))
    return joined(steps)


def pointwise(
    join: Callable[[T | None, T | None], R | None], one: Steps[T], other: Steps[T]
) -> Steps[R]:
    """At each moment, what ``join`` makes of the two values there."""
    result: list[tuple[int, R | None]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        result.append((max(one[i][0], other[j][0]), join(one[i][1], other[j][1])))
        next_i = one[i + 1][0] if i + 1 < len(one) else None
        next_j = other[j + 1][0] if j + 1 < len(other) else None
        if next_i is None and next_j is None:
            break
        step_i = next_j is None or (next_i is not None and next_i <= next_j)
        step_j = next_i is None or (next_j is not None and next_j <= next_i)
        i, j = i + step_i, j + step_j
    return joined(result)


def either(upper: T | None, lower: T | None) -> T | None:
    """What the upper says, or where it says nothing, the lower: one lies over the other."""
    return lower if upper is None else upper


def mapped(convert: Callable[[T], R], steps: Steps[T]) -> Steps[R]:
    """Each value converted."""
    return joined((at_s, None if value is None else convert(value)) for at_s, value in steps)


def joined(steps: Iterable[tuple[int, T | None]]) -> Steps[T]:
    """Neighbours of the same value as one."""
    result: list[tuple[int, T | None]] = []
    for step in steps:
        if not result or result[-1][1] != step[1]:
            result.append(step)
    return tuple(result)


def folded(
    join: Callable[[T | None, T | None], T | None], many: Sequence[Steps[T]], start_s: int
) -> Steps[T]:
    """:func:`pointwise` over many, from the first to the last; nothing where there is none."""
    result: Steps[T] = nothing(start_s)
    for number, steps in enumerate(many):
        result = pointwise(join, result, steps) if number else steps
    return result
