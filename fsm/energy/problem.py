"""The allocation problem: how much energy which EV gets in which step.

Time is cut into steps of equal length. A request wants an energy between two steps, cabinets and
the site have a power for each step (docs/smart-charging.md).

Energy is counted in joules (watt-seconds). A power over a whole step and a whole Wh are both whole
joules, so nothing is rounded: the energy asked for is delivered exactly, and a limit is never
below what it is in watts.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import repeat
from math import gcd

from attrs import evolve, frozen

from fsm.energy.instants import whole_seconds

J_PER_WH = 3_600
MICRO_J_PER_KWH = 3_600_000 * 1_000_000
"""What the sum of J times millionths of a currency unit per kWh is divided by."""


class ProblemError(ValueError):
    """Data that make no allocation problem; the sentence says what was found and is allowed."""


@frozen
class Cabinet:
    """A distribution cabinet: the charging group that shares it."""

    name: str
    capacity_w: tuple[int, ...]
    """What it carries in each step, W."""
    evse_count: int | None = None
    """How many EVs it can hold at once; None if that is no limit."""


@frozen
class Request:
    """An EV that wants ``energy_j`` in the steps from ``arrive`` up to, not including, ``depart``.

    At every instant it draws 0, or between ``min_w`` and ``max_w``.
    """

    id: str
    cabinet: str
    arrive: int
    depart: int
    energy_j: int
    max_w: int
    min_w: int = 0


@frozen
class Problem:
    """All that a plan depends on. Lists have one integer for each step.

    Raises:
        ProblemError: a list of another length, a window outside of the steps, a cabinet that is
            not there, an id twice, a figure below zero.

    """

    step_s: int
    steps: int
    cabinets: tuple[Cabinet, ...]
    requests: tuple[Request, ...]
    site_capacity_w: tuple[int, ...] | None = None
    """None: the site limits nothing beyond its cabinets."""
    other_loads_w: tuple[int, ...] = ()
    pv_firm_w: tuple[int, ...] = ()
    """What PV gives for sure; what comes above is not planned with."""
    price_micro: tuple[int, ...] = ()
    """Millionths of a currency unit per kWh; may be below zero."""

    def __attrs_post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.step_s < 1 or self.steps < 1:
            raise ProblemError(f"found {self.steps} steps of {self.step_s} s; allowed 1 or more")
        for name, values in (
            ("site_capacity_w", self.site_capacity_w),
            ("other_loads_w", self.other_loads_w or None),
            ("pv_firm_w", self.pv_firm_w or None),
            *((f"cabinet {it.name}", it.capacity_w) for it in self.cabinets),
        ):
            if values is not None:
                self._long_enough(name, values)
                if min(values) < 0:
                    raise ProblemError(f"{name}: found {min(values)} W; allowed 0 or more")
        if self.price_micro:
            self._long_enough("price_micro", self.price_micro)
        if len(self.cabinet_index) != len(self.cabinets):
            raise ProblemError("found a cabinet twice; allowed once")
        seen: set[str] = set()
        for request in self.requests:
            self._check(request)
            if request.id in seen:
                raise ProblemError(f"{request.id}: found two of this id; allowed one")
            seen.add(request.id)

    def _long_enough(self, name: str, values: tuple[int, ...]) -> None:
        if len(values) != self.steps:
            raise ProblemError(f"{name}: found {len(values)} values; allowed {self.steps}")

    def _check(self, it: Request) -> None:
        if it.cabinet not in self.cabinet_index:
            raise ProblemError(f"{it.id}: found no cabinet {it.cabinet}")
        if not 0 <= it.arrive < it.depart <= self.steps:
            raise ProblemError(
                f"{it.id}: found steps {it.arrive} to {it.depart}; allowed within {self.steps}"
            )
        if it.energy_j < 0 or not 0 <= it.min_w <= it.max_w or it.max_w < 1:
            raise ProblemError(
                f"{it.id}: found {it.energy_j} J at {it.min_w} to {it.max_w} W; allowed none "
                "below 0, and a maximum that is not below the minimum"
            )

    @cached_property
    def cabinet_index(self) -> dict[str, int]:
        """Which cabinet has a name."""
        return {it.name: number for number, it in enumerate(self.cabinets)}

    @cached_property
    def site_w(self) -> tuple[int, ...] | None:
        """What the site has for EVs in each step, W: its capacity less other loads plus firm PV.

        0 where other loads need all of it.
        """
        if self.site_capacity_w is None:
            return None
        loads = self.other_loads_w or repeat(0)
        solar = self.pv_firm_w or repeat(0)
        return tuple(
            max(0, capacity - load + pv)
            for capacity, load, pv in zip(self.site_capacity_w, loads, solar, strict=False)
        )

    @cached_property
    def unit_j(self) -> int:
        """The greatest energy in J of which all that is planned is a multiple."""
        return gcd(self.step_s, *(it.energy_j for it in self.requests))

    def request(self, name: str) -> Request:
        """The request of an id. Raises KeyError."""
        for it in self.requests:
            if it.id == name:
                return it
        raise KeyError(name)

    def only(self, requests: Iterable[Request]) -> "Problem":
        """The same with these requests."""
        return evolve(self, requests=tuple(requests))

    def remaining(self, step: int, delivered_j: Mapping[str, int]) -> "Problem":
        """What is left to plan when ``step`` begins and so much has been delivered (J, by id).

        Steps keep their numbers; those before ``step`` are in no window any more. Who has his
        energy or has gone is left out. What is missing is rounded up to the grid of step and Wh
        (900 J for quarter-hours), so a meter's odd joules make no odd plan, and no promise short.
        """
        grid_j = gcd(self.step_s, J_PER_WH)
        left = []
        for it in self.requests:
            missing_j = it.energy_j - delivered_j.get(it.id, 0)
            if missing_j > 0 and it.depart > step:
                missing_j = whole_seconds(-(-missing_j // grid_j) * grid_j, it.min_w, it.max_w)
                left.append(evolve(it, arrive=max(it.arrive, step), energy_j=missing_j))
        return self.only(left)


@frozen
class Row:
    """What one EV gets: ``energy_j[k]`` joules in step ``start + k``."""

    id: str
    start: int
    energy_j: tuple[int, ...]

    def at(self, step: int) -> int:
        """The energy in a step, J; 0 outside of the row."""
        index = step - self.start
        return self.energy_j[index] if 0 <= index < len(self.energy_j) else 0


@frozen
class Plan:
    """A row for each request of a problem, in its order. Plain integers: it goes into the log."""

    algorithm: str
    rows: tuple[Row, ...]

    def row(self, name: str) -> Row:
        """The row of an id. Raises KeyError."""
        for it in self.rows:
            if it.id == name:
                return it
        raise KeyError(name)

    def from_step(self, step: int) -> "Plan":
        """What of it is still to come when ``step`` begins."""
        rows = [
            Row(it.id, max(it.start, step), it.energy_j[max(0, step - it.start) :])
            for it in self.rows
            if it.start + len(it.energy_j) > step
        ]
        return evolve(self, rows=tuple(rows))


def plan_of(problem: Problem, algorithm: str, energy_j: Mapping[tuple[int, int], int]) -> Plan:
    """A plan from joules by (number of the request, step); what is not named gets 0."""
    return Plan(
        algorithm,
        tuple(
            Row(
                it.id,
                it.arrive,
                tuple(energy_j.get((i, t), 0) for t in range(it.arrive, it.depart)),
            )
            for i, it in enumerate(problem.requests)
        ),
    )


@frozen
class Figures:
    """What a plan comes to."""

    delivered_j: int
    missed: tuple[str, ...]
    """Ids of requests that do not get all they asked for."""
    peak_j: int
    """Most energy of all EVs together in one step, J; over the step's length, the peak power."""
    cost: int
    """Sum of J times price: ``cost / MICRO_J_PER_KWH`` currency units."""


def figures(problem: Problem, plan: Plan) -> Figures:
    """Add a plan up."""
    sums = [0] * problem.steps
    for row in plan.rows:
        for step, energy_j in enumerate(row.energy_j, row.start):
            sums[step] += energy_j
    got = {row.id: sum(row.energy_j) for row in plan.rows}
    missed = tuple(it.id for it in problem.requests if got.get(it.id, 0) < it.energy_j)
    prices = problem.price_micro or (0,) * problem.steps
    cost = sum(energy * price for energy, price in zip(sums, prices, strict=True))
    return Figures(sum(sums), missed, max(sums), cost)
