"""What a plan in force says: who is to have how much power in which second.

A plan's record holds the allocation problem that it solves beside its rows, so what it means is a
pure function of its bytes: all replicas find the same, and what was found once is kept.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgpack
from attrs import frozen

from fsm.energy.instants import Interval, on_time
from fsm.energy.problem import Cabinet, Plan, Problem, Request, Row
from fsm.energy.verify import laid_out
from fsm.network.demand import ONLY
from fsm.network.records import EnergyPlan, EnergyRequest, PlanTurn
from fsm.network.tables import Draft, Tables

Runs = Sequence[Sequence[Sequence[int]]]
"""Rows of a plan, each as runs of equal steps: ``[times, J]``."""

_KEPT = 64
"""Plans that are in force at the same time are few, also with many replicas that lag."""


@frozen
class Content:
    """What the record of a plan holds; its steps count from that of the record."""

    problem: Problem
    plan: Plan
    short: tuple[int, ...]
    """Transactions whose promise cannot be kept any more."""


def pack(asked: Problem, rows: Runs, short: Sequence[int]) -> bytes:
    """The content of a plan's record."""
    packed: bytes = msgpack.packb([_flat(asked), rows, list(short)])
    return packed


@lru_cache(_KEPT)
def unpack(content: bytes) -> Content:
    """What :func:`pack` has packed."""
    flat, rows, short = msgpack.unpackb(content, use_list=False)
    step_s, steps, cabinets, site_w, loads_w, pv_w, prices, requests = flat
    problem = Problem(
        step_s=step_s,
        steps=steps,
        cabinets=tuple(Cabinet(*cabinet) for cabinet in cabinets),
        requests=tuple(Request(*request) for request in requests),
        site_capacity_w=site_w,
        other_loads_w=loads_w,
        pv_firm_w=pv_w,
        price_micro=prices,
    )
    return Content(problem, as_plan(problem, "", rows), short)


def digest(asked: Problem) -> str:
    """SHA-256 of an allocation problem: equal problems have equal ones, in any process."""
    return sha256(msgpack.packb(_flat(asked))).hexdigest()


def _flat(asked: Problem) -> list[Any]:
    return [
        asked.step_s,
        asked.steps,
        [[it.name, it.capacity_w] for it in asked.cabinets],
        asked.site_capacity_w,
        asked.other_loads_w,
        asked.pv_firm_w,
        asked.price_micro,
        [
            [it.id, it.cabinet, it.arrive, it.depart, it.energy_j, it.max_w, it.min_w]
            for it in asked.requests
        ],
    ]


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


# --- what it wants ---------------------------------------------------------------------------


def targets_w(draft: Draft) -> dict[str, int]:
    """What the plan wants now for each charge point whose transaction it has, in W."""
    plan, turn = draft.find(EnergyPlan, ONLY), draft.find(PlanTurn, ONLY)
    if plan is None or turn is None:
        return {}
    found = {}
    content, step = at_step(plan, turn.step)
    for number, power_w in powers_w(content, step, turn.second).items():
        request = draft.find(EnergyRequest, number)
        if request is not None and draft.open_by_cp(request.cp_id) == number:
            found[request.cp_id] = power_w
    return found


def at_step(plan: EnergyPlan, step: int) -> tuple[bytes, int]:
    """What holds in a step of the run, and which of its own steps that is; empty for nothing.

    A plan is made before it begins: until then the one before it holds.
    """
    if step >= plan.step:
        return plan.content, step - plan.step
    return plan.earlier, step - plan.earlier_step


@lru_cache(_KEPT)
def powers_w(content: bytes, step: int, second: int) -> dict[int, int]:
    """What each transaction of a plan gets in a second of one of its steps, in W."""
    if not content or step < 0:
        return {}
    asked = unpack(content).problem
    powers = {int(it.id): 0 for it in asked.requests if step < it.depart}
    # What is left of the step when all is laid out goes on as it is.
    second = min(second, unpack(content).problem.step_s - 1)
    for interval in intervals(content, step):
        number = int(interval.id)
        if interval.from_s <= second < interval.until_s and number in powers:
            powers[number] += interval.power_w
    return powers


@lru_cache(_KEPT)
def intervals(content: bytes, step: int) -> tuple[Interval, ...]:
    """Who draws how much in which second of a step; of one watt more nobody takes turns."""
    if not content:
        return ()
    known = unpack(content)
    if not 0 <= step < known.problem.steps:
        return ()
    return tuple(it for it in laid_out(known.problem, known.plan, step) or () if it.power_w > 1)


def break_before(plan: EnergyPlan | None, step: int, second: int) -> int:
    """The last second of a step, up to ``second``, at which an EV of the plan begins or ends."""
    if plan is None:
        return 0
    found = intervals(*at_step(plan, step))
    breaks = {0, *(it.from_s for it in found), *(it.until_s for it in found)}
    return max(it for it in breaks if it <= second)


def schedule(tables: Tables, cp_id: str) -> tuple[tuple[int, int], ...]:
    """What the plan has for the transaction at a charge point, as (s of the run, W from then on).

    Of a step in which it takes turns, the power while it is on. Before and after the plan's steps
    nothing but its own power limits it. Empty where it is not planned.
    """
    plan, number = tables.energy_plans.get(ONLY), tables.open_by_cp.get(cp_id) or 0
    settings = tables.planning.get(ONLY)
    if plan is None or settings is None or not number:
        return ()
    return _schedule(plan.content, plan.step, number, settings.step_us // 1_000_000)


@lru_cache(_KEPT)
def _schedule(content: bytes, first: int, number: int, step_s: int) -> tuple[tuple[int, int], ...]:
    known = unpack(content)
    for it, row in zip(known.problem.requests, known.plan.rows, strict=True):
        if it.id == str(number):
            entries = [(0, it.max_w)]
            for step, energy_j in enumerate(row.energy_j, first):
                power_w = _power_w(energy_j, known.problem.step_s, it)
                if power_w != entries[-1][1] or len(entries) == 1:
                    entries.append((step * step_s, power_w))
            return (*entries, ((first + it.depart) * step_s, it.max_w))
    return ()


def means_w(tables: Tables, number: int) -> tuple[tuple[int, int], ...]:
    """What the plan in force has for a transaction, as (step of the run, W on the step's mean).

    An EV that cannot use the least limit gets less than its limit, for longer: it counts as what
    it takes. Empty where it is not planned.
    """
    plan, settings = tables.energy_plans.get(ONLY), tables.planning.get(ONLY)
    request = tables.energy_requests.get(number)
    if plan is None or settings is None or request is None:
        return ()
    step_us, most_w = settings.step_us, request.max_w
    earlier = _means_w(plan.earlier, plan.earlier_step, step_us).get(number, ())
    now = _means_w(plan.content, plan.step, step_us).get(number, ())
    steps = (*(it for it in earlier if it[0] < plan.step), *now)
    return tuple(
        (step, mean_w * min(most_w, limit_w) // limit_w) for step, mean_w, limit_w in steps
    )


@lru_cache(_KEPT)
def _means_w(
    content: bytes, first: int, step_us: int
) -> dict[int, tuple[tuple[int, int, int], ...]]:
    """By transaction: steps of the run, with W on the mean and the greatest limit."""
    if not content:
        return {}
    known = unpack(content)
    return {
        int(it.id): tuple(
            (step, energy_j * 1_000_000 // step_us, it.max_w)
            for step, energy_j in enumerate(row.energy_j, first + it.arrive)
        )
        for it, row in zip(known.problem.requests, known.plan.rows, strict=True)
    }


def short(tables: Tables) -> tuple[int, ...]:
    """The transactions of which the plan in force says that their promise cannot be kept."""
    plan = tables.energy_plans.get(ONLY)
    return unpack(plan.content).short if plan is not None and plan.content else ()


def _power_w(energy_j: int, step_s: int, it: Request) -> int:
    """The power of an EV while it is on, in a step that gives it so much."""
    on_s, excess_j = on_time(energy_j, step_s, it.min_w, it.max_w) or (0, 0)
    return -(-(energy_j + excess_j) // on_s) if on_s else 0
