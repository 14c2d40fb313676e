"""Which cases every run of the tests takes, and which wait for ``make soak``."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def early(kept: int, cases: Iterable[Any]) -> list[Any]:
    """The first of them always, the others in ``make soak``."""
    return only(lambda index, _: index < kept, cases)


def one_in(number: int, cases: Iterable[Any]) -> list[Any]:
    """The first of each ``number`` of them; the others in ``make soak``."""
    return only(lambda index, _: index % number == 0, cases)


def without(long: Iterable[Any], cases: Iterable[Any]) -> list[Any]:
    """Those that take long in ``make soak`` alone."""
    names, there = tuple(long), list(cases)
    unknown = [name for name in names if name not in there]
    assert not unknown, f"no such cases: {unknown}"
    return only(lambda _, case: case not in names, there)


def only(is_kept: Callable[[int, Any], bool], cases: Iterable[Any]) -> list[Any]:
    """Those that are kept always, the others in ``make soak``; a tuple is several arguments."""
    return [case if is_kept(index, case) else _late(case) for index, case in enumerate(cases)]


def _late(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.soak)
