"""``evtui plan``: admission and plan for the requests in a JSON file.

Never imports Textual.
"""

import json
import sys
from collections.abc import Sequence
from decimal import Decimal

from attrs import frozen

from evtui.errors import UsageError
from evtui.profile_file import parse, read, sentence
from evtui.source import source_name
from fsm.energy.admission import Admission, admit_all
from fsm.energy.planners import PLANNERS, flow
from fsm.energy.problem import (
    J_PER_WH,
    MICRO_J_PER_KWH,
    Figures,
    Plan,
    Problem,
    ProblemError,
    Row,
    figures,
)
from fsm.ocpp.profiles.errors import ProfileError
from scenarios.kinds import did_you_mean, one_of, printable

Number = int | float


@frozen
class Order:
    """What ``evtui plan`` was asked to do; the options as they were written."""

    file: str
    algorithm: str
    as_json: bool = False
    compare: bool = False


@frozen
class Outcome:
    """One planner's plan for the accepted requests, and what it comes to."""

    plan: Plan
    figures: Figures


def print_plan(order: Order) -> None:
    """Answer a file on standard output.

    Raises:
        UsageError: the file cannot be read, or holds no problem; no such algorithm.

    """
    if order.algorithm not in PLANNERS:
        names = list(PLANNERS)
        raise UsageError(
            f'--algorithm: found "{printable(order.algorithm)}"; allowed {one_of(names)}'
            + did_you_mean(order.algorithm, names)
        )
    source = source_name(order.file)
    problem = load(order.file, source)
    try:
        admission = admit_all(problem)
        names = list(PLANNERS) if order.compare else [order.algorithm]
        outcomes = {name: outcome(admission, name) for name in names}
    except ProblemError as error:
        raise UsageError(f"{source}: {error}") from None
    if order.as_json:
        document = answer(admission, outcomes[order.algorithm], order.algorithm)
        if order.compare:
            document["comparison"] = comparison(admission.problem, outcomes)
        sys.stdout.write(as_json(document))
        return
    from evtui.plan.plots import show

    show(problem, admission, outcomes, order.algorithm, compare=order.compare)


def load(file: str, source: str) -> Problem:
    """The problem in a file. Raises :class:`UsageError`."""
    from evtui.plan.file import read_problem

    content = read(file, source)
    document = parse(content, source)
    errors: list[ProfileError] = []
    try:
        problem = read_problem(document, errors)
    except ProfileError as error:
        raise UsageError(sentence(error, content, source)) from None
    if errors:
        raise UsageError(*(sentence(error, content, source) for error in errors))
    return problem


def outcome(admission: Admission, name: str) -> Outcome:
    """The plan of an algorithm for what was accepted."""
    problem = admission.problem
    plan = flow.plan(problem, admission.plan) if name == flow.NAME else PLANNERS[name](problem)
    return Outcome(plan, figures(problem, plan))


# --- the answer ------------------------------------------------------------------------------


def answer(admission: Admission, found: Outcome, algorithm: str) -> dict[str, object]:
    """The answer as JSON values: W, Wh, and the price's currency."""
    problem = admission.problem
    return {
        "algorithm": algorithm,
        "accepted": list(admission.accepted),
        "refused": [{"id": it.id, "reason": it.reason} for it in admission.refused],
        "missed": list(found.figures.missed),
        "power_w": {row.id: powers(problem, row) for row in found.plan.rows},
        "energy_wh": {row.id: exact(sum(row.energy_j), J_PER_WH) for row in found.plan.rows},
        "cost": cost(found.figures),
        "peak_w": exact(found.figures.peak_j, problem.step_s),
    }


def comparison(problem: Problem, outcomes: dict[str, Outcome]) -> list[dict[str, object]]:
    """A row for each algorithm."""
    return [
        {
            "algorithm": name,
            "delivered_wh": exact(it.figures.delivered_j, J_PER_WH),
            "missed": len(it.figures.missed),
            "peak_w": exact(it.figures.peak_j, problem.step_s),
            "cost": cost(it.figures),
        }
        for name, it in outcomes.items()
    ]


def powers(problem: Problem, row: Row) -> list[Number]:
    """The mean power in W of every step."""
    return [exact(row.at(step), problem.step_s) for step in range(problem.steps)]


def exact(value: int, divisor: int) -> Number:
    """A quotient: whole if it is, else to a thousandth."""
    whole, rest = divmod(value, divisor)
    return round(value / divisor, 3) if rest else whole


def cost(found: Figures) -> float:
    """In units of the price's currency, to a millionth."""
    return float(round(Decimal(found.cost) / MICRO_J_PER_KWH, 6))


def as_json(document: dict[str, object]) -> str:
    """One JSON object: a line for each key, and for each member of what is long."""
    lines: list[str] = []
    for key, value in document.items():
        start = f"  {json.dumps(key)}: "
        if isinstance(value, dict) and value:
            lines.append(f"{start}{{{_members(_pairs(value))}\n  }}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{start}[{_members([json.dumps(it) for it in value])}\n  ]")
        else:
            lines.append(f"{start}{json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _pairs(value: dict[str, object]) -> list[str]:
    return [f"{json.dumps(key)}: {json.dumps(it)}" for key, it in value.items()]


def _members(rows: Sequence[str]) -> str:
    return ",".join(f"\n    {row}" for row in rows)
