"""Simulated days of a car park at work: what each planner makes of the same promises.

``python -m tools.compare_planners [days] [first seed] [--minimum]`` prints the tables of
docs/smart-charging.md; with ``--minimum`` no EV draws less than 6 A.

A request becomes known when its EV arrives. Admission and the flow plan go by what has been
accepted so far; the other planners, which do not look ahead either, serve the same EVs.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from attrs import frozen

from fsm.energy.admission import Refusal
from fsm.energy.planners import PLANNERS
from fsm.energy.problem import (
    J_PER_WH,
    MICRO_J_PER_KWH,
    Cabinet,
    Plan,
    Problem,
    Request,
    figures,
    plan_of,
)
from fsm.energy.rolling import Rolling, begin
from fsm.energy.verify import verify
from paxos.sim.streams import stream

STEP_S, STEPS = 900, 96
CABINETS, EVSES = 4, 18
CABINET_W, SITE_W = 33_000, 120_000
EVS = 80

KINDS = ((3_680, 1_380), (7_360, 1_380), (11_000, 4_140), (22_000, 4_140))
"""(most, least) W: 16 A and 32 A on one phase, 16 A and 32 A on three."""

PRICES = ((24, 220_000), (36, 310_000), (44, 260_000), (60, 180_000), (84, 380_000), (96, 260_000))
"""Until this step, millionths of a currency unit for a kWh."""


def day(seed: int, *, minimum: bool = False) -> Problem:
    """A day: morning and noon arrivals, a canteen at noon, sun behind clouds."""
    draw = stream(seed, "charging day")
    requests: list[Request] = []
    for number in range(EVS):
        morning = draw.random() < 0.7
        arrive = min(max(round(draw.gauss(33, 4) if morning else draw.gauss(52, 8)), 0), 88)
        stay = min(max(round(draw.gauss(30, 9) if morning else draw.gauss(14, 6)), 2), 95 - arrive)
        max_w, min_w = KINDS[draw.choices(range(4), (2, 3, 5, 1))[0]]
        min_w = min_w if minimum else 0
        most_wh = max_w * stay * STEP_S // J_PER_WH
        wanted_wh = min(round(draw.lognormvariate(9.5, 0.6)), 60_000, most_wh)
        cabinet = f"C{draw.randrange(CABINETS) + 1}"
        energy_j = max(wanted_wh, 500) * J_PER_WH
        if energy_j <= max_w * STEP_S * stay:
            requests.append(
                Request(f"EV{number}", cabinet, arrive, arrive + stay, energy_j, max_w, min_w)
            )
    requests.sort(key=lambda it: it.arrive)
    sun_w = draw.randrange(10_000, 60_000)
    pv_w = [max(0, sun_w - (step - 52) ** 2 * sun_w // 400) for step in range(STEPS)]
    loads_w = [draw.randrange(30_000, 50_000) + 50_000 * (44 <= t < 54) for t in range(STEPS)]
    return Problem(
        STEP_S,
        STEPS,
        tuple(Cabinet(f"C{n + 1}", (CABINET_W,) * STEPS, EVSES) for n in range(CABINETS)),
        tuple(requests),
        (SITE_W,) * STEPS,
        tuple(loads_w),
        # Firm: what is left when a cloud comes.
        tuple(w * draw.randrange(40, 80) // 100 for w in pv_w),
        tuple(next(price for until, price in PRICES if t < until) for t in range(STEPS)),
    )


@frozen
class Run:
    """A day carried out: what was accepted, and what the flow plan delivered."""

    accepted: Problem
    refused: tuple[Refusal, ...]
    delivered: Plan


def carry_out(offered: Problem) -> Run:
    """The quarter-hours of a day: requests are taken, the plan is made, the step is carried out.

    Raises:
        AssertionError: a plan breaks a limit, or a promise, of what is left.

    """
    state: Rolling = begin(offered)
    refused: list[Refusal] = []
    given: dict[tuple[str, int], int] = {}
    for step in range(offered.steps):
        before = len(state.day.requests)
        for request in offered.requests:
            if request.arrive == step:
                answer = state.admit(request)
                if isinstance(answer, Refusal):
                    refused.append(answer)
                else:
                    state = answer
        if len(state.day.requests) > before:
            state = state.planned()
        breach = verify(state.problem, state.plan)
        if breach is not None:
            raise AssertionError(f"step {step}: {breach}")
        due_j = state.due_j()
        given |= {(name, step): energy_j for name, energy_j in due_j.items()}
        state = state.after(due_j)
    numbers = {it.id: number for number, it in enumerate(state.day.requests)}
    energy_j = {(numbers[name], step): energy for (name, step), energy in given.items()}
    return Run(state.day, tuple(refused), plan_of(state.day, "flow", energy_j))


@frozen
class Line:
    """What a planner made of a day."""

    kept: int
    missed: int
    delivered_wh: int
    peak_w: int
    cost: int


def compare(seed: int, minimum: bool = False) -> tuple[dict[str, Line], int]:
    """A line for each planner, and how many requests of the day were refused.

    Raises:
        AssertionError: a plan breaks a limit.

    """
    run = carry_out(day(seed, minimum=minimum))
    lines: dict[str, Line] = {}
    for name, planner in PLANNERS.items():
        plan = run.delivered if name == "flow" else planner(run.accepted)
        breach = verify(run.accepted, plan, promises=name == "flow")
        if breach is not None:
            raise AssertionError(f"day {seed}, {name}: {breach}")
        it = figures(run.accepted, plan)
        lines[name] = Line(
            len(run.accepted.requests) - len(it.missed),
            len(it.missed),
            it.delivered_j // J_PER_WH,
            it.peak_j // STEP_S,
            it.cost,
        )
    return lines, len(run.refused)


def main() -> int:
    """Print the table."""
    minimum = "--minimum" in sys.argv
    words = [int(word) for word in sys.argv[1:] if word != "--minimum"]
    days, first = (*words, *(200, 1)[len(words) :])
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(compare, range(first, first + days), repeat(minimum), chunksize=5))
    refused = sum(count for _, count in found)
    promises = sum(lines["flow"].kept + lines["flow"].missed for lines, _ in found)
    print(f"{days} days, {promises:,} requests accepted, {refused:,} refused\n")
    print("| plan | promises kept | missed | delivered, MWh | mean of the daily peaks, kW | cost |")
    print("|---|---|---|---|---|---|")
    for name in PLANNERS:
        rows = [lines[name] for lines, _ in found]
        missed = sum(it.missed for it in rows)
        cells = (
            f"{promises - missed:,}",
            f"{missed:,} ({100 * missed / promises:.1f} %)",
            f"{sum(it.delivered_wh for it in rows) / 1e6:.2f}",
            f"{sum(it.peak_w for it in rows) / days / 1000:.1f}",
            f"{sum(it.cost for it in rows) / MICRO_J_PER_KWH:,.0f}",
        )
        print(f"| {name} | {' | '.join(cells)} |")
    missed_by_flow = sum(lines["flow"].missed for lines, _ in found)
    return 1 if missed_by_flow else 0


if __name__ == "__main__":
    sys.exit(main())
