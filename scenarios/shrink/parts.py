"""What may be left out of a scenario: lines of the script, EVs, charge points, and the rest.

With a part goes all that speaks of it: of a charge point that is left out no line of the script
says anything any more, and in groups the others stay.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, cast

from attrs import evolve, frozen

from paxos.check.shrink import Search, delete_parts
from scenarios.schema import At, Scenario
from scenarios.verbs import EVERYONE, LEADER

FEW_LINES = 16
"""Up to so many lines, pairs of them are left out as well, and other seeds are tried."""
SEEDS = range(1, 9)
"""With what seeds a smaller scenario is tried that does not fail with its own."""
MANY_CPS = 7
"""Up to so many charge points, pairs of them are left out with other seeds, too."""

_ROWS = ("cps", "evs", "loads", "cabinets", "bands", "id_tags")


@frozen
class Part:
    """One part of a scenario: an element of one of its tuples, by its place there."""

    rows: str
    """The attribute: ``script``, ``cps``, ``evs``, …"""
    place: int


def parts_of(scenario: Scenario, rows: Iterable[str] = ("script", *_ROWS)) -> tuple[Part, ...]:
    """All parts, what is written last first: what comes early in a run rests on nothing later."""
    return tuple(
        Part(name, place)
        for name in rows
        for place in reversed(range(len(getattr(scenario, name))))
    )


def without(scenario: Scenario, *parts: Part) -> Scenario:
    """The scenario without some of its parts."""
    gone = frozenset(parts)
    names = tuple(dict.fromkeys(part.rows for part in parts))
    rows: dict[str, Any] = {
        name: tuple(
            row
            for place, row in enumerate(getattr(scenario, name))
            if Part(name, place) not in gone
        )
        for name in names
    }
    return fitted(evolve(scenario, **rows))


def fitted(scenario: Scenario) -> Scenario:
    """Without what speaks of something that is not there, or is said after the end."""
    cabinets = frozenset(it.id for it in scenario.cabinets)
    cps = tuple(
        cp if cp.cabinet in cabinets or not cp.cabinet else evolve(cp, cabinet="")
        for cp in scenario.cps
    )
    loads = tuple(
        it if it.cabinet in cabinets or not it.cabinet else evolve(it, cabinet="")
        for it in scenario.loads
    )
    lines = (_fitted_line(scenario, line) for line in scenario.script)
    script = tuple(line for line in lines if line is not None)
    ids = frozenset(cp.id for cp in cps)
    late = tuple(it for it in scenario.late if it.source in ids and it.target in ids)
    return evolve(scenario, cps=cps, loads=loads, script=script, late=late)


def _fitted_line(scenario: Scenario, line: At) -> At | None:
    if line.t_us > scenario.duration_us:
        return None
    cps = frozenset(cp.id for cp in scenario.cps)
    known: dict[str, frozenset[str]] = {
        "cp": cps | {LEADER, EVERYONE},
        "a": cps,
        "b": cps,
        "ev": frozenset(ev.id for ev in scenario.evs),
        "load": frozenset(it.id for it in scenario.loads),
        "cabinet": frozenset(it.id for it in scenario.cabinets),
    }
    if any(name in known and value not in known[name] for name, value in line.args.items()):
        return None
    if "groups" not in line.args:
        return line
    groups = cast("Sequence[Sequence[str]]", line.args["groups"])
    sides = (tuple(cp for cp in group if cp in cps) for group in groups)
    staying = tuple(side for side in sides if side)
    if len(staying) < 2:
        return None
    return evolve(line, args={**line.args, "groups": staying})


# --- passes ----------------------------------------------------------------------------------


def delete_lines(search: Search[Scenario]) -> None:
    """Leave out lines of the script: many at once, then one by one."""
    _delete(search, "script")


def delete_all(search: Search[Scenario]) -> None:
    """Leave out any part."""
    for rows in ("evs", "cps", "script", "loads", "cabinets", "bands", "id_tags"):
        _delete(search, rows)


def _delete(search: Search[Scenario], rows: str) -> None:
    base = search.best

    def build(kept: Sequence[Part]) -> Scenario:
        places = sorted(part.place for part in kept)
        kept_rows: dict[str, Any] = {rows: tuple(getattr(base, rows)[it] for it in places)}
        return fitted(evolve(base, **kept_rows))

    delete_parts(search, parts_of(base, (rows,)), build)


def delete_pairs(search: Search[Scenario]) -> None:
    """Leave out two lines at once, what begins something and what ends it; or two charge points.

    A group of four bears no more than one of three: where one is too few, two may not be.
    """
    while len(search.best.script) <= FEW_LINES and search.first(_pairs(search.best)) is not None:
        pass


def _pairs(best: Scenario) -> Iterator[Scenario]:
    for rows in ("script", "cps") if len(best.cps) <= MANY_CPS else ("script",):
        for pair in combinations(parts_of(best, (rows,)), 2):
            yield without(best, *pair)


def delete_with_other_seeds(search: Search[Scenario]) -> None:
    """Leave out any part where that fails with another seed: other time-outs, other latencies."""
    while len(search.best.script) <= FEW_LINES and search.first(_reseeded(search.best)) is not None:
        pass


def _reseeded(best: Scenario) -> Iterator[Scenario]:
    for part in parts_of(best, ("script", "cps", "evs")):
        smaller = without(best, part)
        yield from (evolve(smaller, seed=seed) for seed in SEEDS)
    if len(best.cps) <= MANY_CPS:
        for pair in combinations(parts_of(best, ("cps",)), 2):
            yield from (evolve(without(best, *pair), seed=seed) for seed in SEEDS)


def number(search: Search[Scenario]) -> None:
    """Call charge points CP1, CP2, and so on, and EVs EV1, EV2."""
    best = search.best
    cps = {cp.id: f"CP{number}" for number, cp in enumerate(best.cps, 1)}
    evs = {ev.id: f"EV{number}" for number, ev in enumerate(best.evs, 1)}
    search.first([renamed(best, cps, evs)])


def renamed(scenario: Scenario, cps: dict[str, str], evs: dict[str, str]) -> Scenario:
    """The scenario with other names of charge points and EVs."""
    lines = tuple(
        evolve(line, args={k: _new_name(k, v, cps, evs) for k, v in line.args.items()})
        for line in scenario.script
    )
    expectations = tuple(
        evolve(
            it,
            cp=cps.get(it.cp or "", it.cp),
            ev=evs.get(it.ev or "", it.ev),
            leader=cps.get(it.leader or "", it.leader),
            redirected_to=cps.get(it.redirected_to or "", it.redirected_to),
        )
        for it in scenario.expectations
    )
    return evolve(
        scenario,
        cps=tuple(evolve(cp, id=cps[cp.id]) for cp in scenario.cps),
        evs=tuple(evolve(ev, id=evs[ev.id]) for ev in scenario.evs),
        script=lines,
        late=tuple(
            evolve(it, source=cps[it.source], target=cps[it.target]) for it in scenario.late
        ),
        expectations=expectations,
    )


def _new_name(key: str, value: object, cps: dict[str, str], evs: dict[str, str]) -> object:
    if key == "groups":
        groups = cast("Sequence[Sequence[str]]", value)
        return tuple(tuple(cps[cp] for cp in group) for group in groups)
    if key in ("cp", "a", "b"):
        return cps.get(str(value), value)
    return evs.get(str(value), value) if key == "ev" else value
