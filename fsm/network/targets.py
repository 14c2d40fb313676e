"""What a plan in force says: who is to have how much power in which second.

Pure functions of the records, so all replicas find the same; what was computed once is kept by the
records that it follows from.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256

import msgpack

from fsm.energy.instants import Interval, on_time
from fsm.energy.problem import Plan, Problem, Request, Row
from fsm.energy.verify import laid_out
from fsm.network.demand import ONLY, Want, planning, problem
from fsm.network.records import EnergyPlan, EnergyRequest, Planning, PlanTurn
from fsm.network.tables import Draft, Tables

Rows = tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=256)
def contents(packed: bytes) -> tuple[tuple[Want, ...], Rows, tuple[int, ...]]:
    """Wants, rows and what is short of a plan's record."""
    wants, rows, short = msgpack.unpackb(packed)
    return (
        tuple(Want(*want) for want in wants),
        tuple(tuple((times, energy_j) for times, energy_j in row) for row in rows),
        tuple(short),
    )


def as_plan(asked: Problem, algorithm: str, rows: Iterable[Iterable[Sequence[int]]]) -> Plan:
    """Rows of a plan written out; a row that is missing is empty, and fails the check."""
    written = [tuple(energy_j for times, energy_j in row for _ in range(times)) for row in rows]
    return Plan(
        algorithm,
        tuple(
            Row(it.id, it.arrive, energy_j)
            for it, energy_j in zip(asked.requests, written, strict=False)
        ),
    )


def digest(asked: Problem) -> str:
    """SHA-256 of an allocation problem: equal problems have equal ones, in any process."""
    content = [
        asked.step_s,
        asked.steps,
        [[it.name, list(it.capacity_w)] for it in asked.cabinets],
        None if asked.site_capacity_w is None else list(asked.site_capacity_w),
        list(asked.other_loads_w),
        list(asked.pv_firm_w),
        list(asked.price_micro),
        [
            [it.id, it.cabinet, it.arrive, it.depart, it.energy_j, it.max_w, it.min_w]
            for it in asked.requests
        ],
    ]
    return sha256(msgpack.packb(content)).hexdigest()


def targets_w(draft: Draft) -> dict[str, int]:
    """What the plan wants now for each charge point whose transaction it has, in W."""
    plan, turn = draft.find(EnergyPlan, ONLY), draft.find(PlanTurn, ONLY)
    settings = planning(draft)
    if plan is None or turn is None or settings is None or turn.step < plan.step:
        return {}
    found = {}
    for number, power_w in _powers(draft, plan, turn, settings).items():
        request = draft.find(EnergyRequest, number)
        if request is not None and draft.open_by_cp(request.cp_id) == number:
            found[request.cp_id] = power_w
    return found


def _powers(draft: Draft, plan: EnergyPlan, turn: PlanTurn, settings: Planning) -> dict[int, int]:
    wants, _, _ = contents(plan.content)
    ends = {want.transaction: want.until for want in wants}
    powers = {number: 0 for number, until in ends.items() if turn.step < until}
    for interval in intervals(draft, plan, turn.step, settings):
        if interval.from_s <= turn.second < interval.until_s and int(interval.id) in powers:
            powers[int(interval.id)] += interval.power_w
    return powers


def intervals(
    draft: Draft, plan: EnergyPlan, step: int, settings: Planning
) -> tuple[Interval, ...]:
    """Who draws how much in which second of a step; of a watt more or less nobody takes turns."""
    wants, _, _ = contents(plan.content)
    return _laid_out(plan, step, problem(draft, plan.step, wants, settings))


def schedule(tables: Tables, cp_id: str) -> tuple[tuple[int, int], ...]:
    """What the plan has for the transaction at a charge point, as (s of the run, W from then on).

    Of a step in which it takes turns, the power while it is on. Before and after the plan's steps
    nothing but its own power limits it. Empty where it is not planned.
    """
    draft = Draft(tables)
    plan, settings = draft.find(EnergyPlan, ONLY), planning(draft)
    number = tables.open_by_cp.get(cp_id) or 0
    if plan is None or settings is None or not number:
        return ()
    wants, rows, _ = contents(plan.content)
    step_s = settings.step_us // 1_000_000
    for want, it, row in zip(wants, problem(draft, plan.step, wants, settings).requests, rows,
                             strict=True):  # fmt: skip
        if want.transaction == number:
            entries = [(0, it.max_w)]
            step = plan.step
            for times, energy_j in row:
                entries.append((step * step_s, _power_w(energy_j, step_s, it)))
                step += times
            return (*entries, (step * step_s, it.max_w))
    return ()


def _power_w(energy_j: int, step_s: int, it: Request) -> int:
    """The power of an EV while it is on, in a step that gives it so much."""
    on_s, excess_j = on_time(energy_j, step_s, it.min_w, it.max_w) or (0, 0)
    return -(-(energy_j + excess_j) // on_s) if on_s else 0


def break_before(tables: Tables, step: int, second: int) -> int:
    """The last second of a step, up to ``second``, at which an EV of the plan begins or ends."""
    draft = Draft(tables)
    plan, settings = draft.find(EnergyPlan, ONLY), planning(draft)
    if plan is None or settings is None or step < plan.step:
        return 0
    found = intervals(draft, plan, step, settings)
    breaks = {0, *(it.from_s for it in found), *(it.until_s for it in found)}
    return max(it for it in breaks if it <= second)


@lru_cache(maxsize=256)
def _laid_out(plan: EnergyPlan, step: int, asked: Problem) -> tuple[Interval, ...]:
    _, rows, _ = contents(plan.content)
    if step - plan.step >= asked.steps:
        return ()
    found = laid_out(asked, as_plan(asked, plan.algorithm, rows), step - plan.step)
    return tuple(it for it in found or () if it.power_w > 1)
