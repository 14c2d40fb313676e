"""Making what a scenario says simpler: settings as usual, whole rates, round amounts, two sides."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from attrs import NOTHING, Factory, evolve, fields

from paxos.check.shrink import Edit, Search, simplify
from scenarios.schema import ChargePoint, Scenario, Vehicle

MILLION = 1_000_000

_TABLES = ("site", "paxos", "prices", "pv", "campaign")
_TOP = ("plans", "monitor", "meter_interval_us", "tick_us", "start_us", "seed")
_KEPT = ("id",)
_LEAN = {"snapshot_slots": (1, 2, 5, 10, 20), "retain_slots": (0, 1, 2, 5, 10)}
"""Where the usual value does not do: small ones, so that little has to happen before it counts."""


def default_settings(search: Search[Scenario]) -> None:
    """Leave out tables and keys: what they say is as usual then."""
    edits: list[Edit[Scenario]] = [_usual_table(name) for name in _TABLES]
    best = search.best
    for name in _TABLES:
        edits += [_usual_key(name, key) for key in _keys(getattr(best, name))]
    edits += [_usual_top(name) for name in _TOP]
    for rows, kind in (("cps", ChargePoint), ("evs", Vehicle)):
        count = len(getattr(best, rows))
        edits += [
            _usual_cell(rows, place, key)
            for place in range(count)
            for key in (it.name for it in fields(kind))
            if key not in _KEPT
        ]
    simplify(search, edits)


def _keys(table: Any) -> list[str]:
    return [it.name for it in fields(type(table))]


def _default(kind: type, key: str) -> Any:
    default = getattr(fields(kind), key).default
    if default is NOTHING:
        return NOTHING
    return default.factory() if isinstance(default, Factory) else default  # type: ignore[arg-type]


def _usual_table(name: str) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        yield evolve(scenario, **{name: _default(Scenario, name)})

    return propose


def _usual_key(name: str, key: str) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        table = getattr(scenario, name)
        default, found = _default(type(table), key), getattr(table, key)
        if found == default:
            return
        for value in (default, *(it for it in _LEAN.get(key, ()) if it < found)):
            yield evolve(scenario, **{name: evolve(table, **{key: value})})

    return propose


def _usual_top(name: str) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        default = _default(Scenario, name)
        if getattr(scenario, name) != default:
            yield evolve(scenario, **{name: default})

    return propose


def _usual_cell(rows: str, place: int, key: str) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        table = list(getattr(scenario, rows))
        default = _default(type(table[place]), key)
        if getattr(table[place], key) != default:
            table[place] = evolve(table[place], **{key: default})
            cells: dict[str, Any] = {rows: tuple(table)}
            yield evolve(scenario, **cells)

    return propose


# --- arguments -------------------------------------------------------------------------------


def simple_arguments(search: Search[Scenario]) -> None:
    """Rates of all or nothing, round amounts, and as few and as small sides as can be."""
    edits: list[Edit[Scenario]] = []
    for place, line in enumerate(search.best.script):
        edits += [_simpler_argument(place, name) for name in line.args]
    simplify(search, edits)


def _simpler_argument(place: int, name: str) -> Edit[Scenario]:
    def propose(scenario: Scenario) -> Iterator[Scenario]:
        line = scenario.script[place]
        for value in simpler_values(name, line.args.get(name)):
            script = list(scenario.script)
            script[place] = evolve(line, args={**line.args, name: value})
            yield evolve(scenario, script=tuple(script))

    return propose


def simpler_values(name: str, value: object) -> Iterator[object]:
    """Simpler values of an argument, the simplest first."""
    if name == "groups":
        yield from _simpler_groups(cast("Sequence[Sequence[str]]", value))
    elif name == "rate_ppm" and isinstance(value, int):
        if value not in (0, MILLION):
            yield MILLION
            yield from rounder_amounts(value)
    elif name.endswith(("_us", "_ppm", "_wh", "_w")) and isinstance(value, int):
        yield from rounder_amounts(value)


def rounder_amounts(value: int) -> Iterator[int]:
    """The amount with fewer digits that count: 123,456 becomes 100,000, 120,000, and so on."""
    sign, amount = (-1, -value) if value < 0 else (1, value)
    grid = 10 ** (len(str(amount)) - 1)
    while grid > 1 and amount % grid:
        yield from (sign * it for it in (amount // grid * grid, -(-amount // grid) * grid) if it)
        grid //= 10


def _simpler_groups(groups: Sequence[Sequence[str]]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Two sides instead of more; then one that is smaller by a charge point."""
    sides = tuple(map(tuple, groups))
    if len(sides) > 2:
        for place in range(1, len(sides)):
            others = (*sides[1:place], *sides[place + 1 :])
            yield ((*sides[0], *sides[place]), *others)
        yield (sides[0], tuple(cp for side in sides[1:] for cp in side))
        return
    small, large = sorted(sides, key=len)
    for cp in small if len(small) > 1 else ():
        yield (tuple(it for it in small if it != cp), (*large, cp))
