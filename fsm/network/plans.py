"""Plans in the log: made by who leads, checked by every replica, followed turn by turn.

* ``Plan``: ``{number, step, algorithm, version, wants: [[transaction, J, until step], …],
  refused: [[transaction, why], …], short: [transaction, …], rows: [[[times, J], …], …]}``, a row
  for each want, in runs of equal steps. ``short`` are accepted requests that cannot be met any
  more: their wants are what can still be had.
* ``Turn``: ``{step, second}``: from now on the limits go towards what the plan wants then.

A plan that fails a check changes nothing, and the answer says ``why``. What was delivered since the
planner read the log is not held against a plan: it wants a little more than is missing by then.
"""

from collections.abc import Sequence
from typing import Any, Final

from fsm.energy.problem import J_PER_WH, ProblemError
from fsm.energy.verify import verify
from fsm.network.checks import integer, required, text
from fsm.network.demand import (
    ACCEPTED,
    ENERGY_MAX_WH,
    MAX_STEPS,
    ONLY,
    REFUSED,
    Want,
    last_step,
    missing_j,
    planning,
    problem,
    waiting,
)
from fsm.network.handler import Handler, Result
from fsm.network.limits import share
from fsm.network.records import EnergyPlan, EnergyRequest, Planning, PlanTurn
from fsm.network.tables import Draft
from fsm.network.targets import as_plan, digest, pack
from fsm.ocpp.actions import PLAN, TURN
from fsm.ocpp.frames import INT_MAX, CallError, ErrorCode, Operation

VERSION: Final = "1"
"""Of the planners: it changes when equal problems may get other plans."""

WHY_MAX: Final = 200

ENERGY_MAX_J: Final = ENERGY_MAX_WH * J_PER_WH


def _refuse(why: str) -> Result:
    return {"status": "Rejected", "data": {"why": why}}


def _wrong(what: str) -> CallError:
    return CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, what)


# --- Plan ------------------------------------------------------------------------------------


def _plan(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    settings = planning(draft)
    if settings is None:
        return _refuse("this network does not plan")
    number, step = integer(data, "number", 1), integer(data, "step")
    algorithm, version = text(data, "algorithm", 20), text(data, "version", 20)
    wants, rows = _wants(data), _rows(data)
    refused, short = _refusals(data), _numbers(data, "short")
    if version != VERSION:
        return _refuse(f"found a plan of version {version[:20]}; allowed version {VERSION}")
    before = draft.find(EnergyPlan, ONLY)
    if number != (1 if before is None else before.number + 1):
        return _refuse(f"found plan {number}; allowed the one after {before and before.number}")
    if before is not None and step < before.step:
        return _refuse(f"found step {step}; the plan in force begins with step {before.step}")
    why = _stale(draft, step, wants, refused, short, settings)
    if why:
        return _refuse(why)
    try:
        asked = problem(draft, step, wants, settings)
    except ProblemError as error:
        return _refuse(str(error)[:WHY_MAX])
    breach = verify(asked, as_plan(asked, algorithm, rows))
    if breach is not None:
        return _refuse(breach.text[:WHY_MAX])
    draft.put(
        EnergyPlan(
            number=number,
            step=step,
            algorithm=algorithm,
            version=version,
            at_us=operation.at_us,
            by=operation.cp_id,
            inputs=digest(asked),
            content=pack(asked, rows, short),
            earlier_step=0 if before is None else before.step,
            earlier=b"" if before is None else before.content,
        )
    )
    _decide(draft, operation.at_us, wants, refused)
    return {"status": "Accepted", "data": {"number": number}}


def _stale(
    draft: Draft,
    step: int,
    wants: Sequence[Want],
    refused: dict[int, str],
    short: Sequence[int],
    settings: Planning,
) -> str:
    """What of the requests a plan has wrong; empty when it rests on what the log says now."""
    asked = {request.transaction_id: request for request in waiting(draft.tables)}
    planned = {want.transaction for want in wants}
    if len(planned) != len(wants):
        return "a transaction has two wants"
    for number in (*planned, *refused, *short):
        if number not in asked:
            return f"transaction {number} has no request that is open"
    for number, request in asked.items():
        left_j = missing_j(draft, request)
        ends = last_step(request.departure_us, settings.step_us) <= step
        if request.status == ACCEPTED and left_j and not ends and number not in planned:
            return f"transaction {number} was promised {request.energy_wh} Wh and is not planned"
        if number in refused and request.status == ACCEPTED and not request.change_us:
            return f"transaction {number} was accepted, and is refused"
    for want in wants:
        request = asked[want.transaction]
        left_j = missing_j(draft, request)
        if want.energy_j < left_j and want.transaction not in short:
            return f"transaction {want.transaction} is missing {left_j} J and wants less"
        until = max(request.departure_us, request.change_us)
        if not step < want.until <= min(last_step(until, settings.step_us), step + MAX_STEPS):
            return f"transaction {want.transaction} leaves before step {want.until}"
    return ""


def _decide(draft: Draft, at_us: int, wants: Sequence[Want], refused: dict[int, str]) -> None:
    """Accept what is planned, and refuse what is refused; a change that is refused is dropped."""
    for number in (*(want.transaction for want in wants), *refused):
        request = draft.get(EnergyRequest, number)
        why = refused.get(number, "")
        if why and request.status == ACCEPTED:
            after = request._replace(change_us=0, reason=why)
        elif why:
            after = request._replace(status=REFUSED, reason=why, decided_us=at_us, change_us=0)
        elif request.status == ACCEPTED and not request.change_us:
            continue
        else:
            leaves_us = request.change_us or request.departure_us
            after = request._replace(
                status=ACCEPTED, reason="", decided_us=at_us, departure_us=leaves_us, change_us=0
            )
        draft.put(after)


# --- Turn ------------------------------------------------------------------------------------


def _turn(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    if planning(draft) is None:
        return _refuse("this network does not plan")
    turn = PlanTurn(integer(data, "step"), integer(data, "second", 0, 86_400))
    before = draft.find(PlanTurn, ONLY)
    if before is not None and turn <= before:
        return _refuse("the network is there already")
    draft.put(turn)
    share(draft)
    return {"status": "Accepted"}


# --- reading ---------------------------------------------------------------------------------


def _wants(data: dict[str, Any]) -> list[Want]:
    found = []
    for row in _list(data, "wants", 3):
        fields = dict(zip(("transaction", "energy", "until"), row, strict=True))
        found.append(
            Want(
                integer(fields, "transaction", 1),
                integer(fields, "energy", 0, ENERGY_MAX_J),
                integer(fields, "until", 1, INT_MAX),
            )
        )
    return found


def _rows(data: dict[str, Any]) -> list[list[list[int]]]:
    """Runs of equal steps, ``[times, J]``; no row is longer than a plan may be."""
    rows = required(data, "rows")
    if type(rows) is not list:
        raise _wrong("rows is no list")
    for row in rows:
        if type(row) is not list:
            raise _wrong("a row is no list")
        steps = 0
        for run in row:
            if type(run) is not list or len(run) != 2:
                raise _wrong("a run is [times, J]")
            steps += integer({"times": run[0]}, "times", 1, MAX_STEPS)
            integer({"J": run[1]}, "J", 0, ENERGY_MAX_J)
        if steps > MAX_STEPS:
            raise _wrong(f"a row has more than {MAX_STEPS} steps")
    return list(rows)


def _refusals(data: dict[str, Any]) -> dict[int, str]:
    found = {}
    for number, why in _list(data, "refused", 2):
        fields = {"transaction": number, "why": why}
        found[integer(fields, "transaction", 1)] = text(fields, "why", WHY_MAX)
    return found


def _numbers(data: dict[str, Any], key: str) -> list[int]:
    numbers = required(data, key)
    if type(numbers) is not list:
        raise _wrong(f"{key} is no list")
    return [integer({key: number}, key, 1) for number in numbers]


def _list(data: dict[str, Any], key: str, width: int) -> list[list[Any]]:
    rows = required(data, key)
    if type(rows) is not list or any(type(it) is not list or len(it) != width for it in rows):
        raise _wrong(f"{key} is no list of lists of {width}")
    return rows


TRANSFERS: dict[str, Handler] = {PLAN: _plan, TURN: _turn}
"""By ``messageId``."""
