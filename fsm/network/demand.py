"""What is asked of the network's power: requests, and the allocation problem they make.

A request stands beside its transaction. Steps are counted from the run's beginning, by the wall
clocks of the charge points; only who plans says what time it is.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from fsm.energy.instants import whole_seconds
from fsm.energy.problem import J_PER_WH, Cabinet, Problem, Request
from fsm.energy.supply import least_power_w
from fsm.network.checks import integer
from fsm.network.records import EnergyRequest, Grant, Planning, PlanTurn, Transaction
from fsm.network.tables import Draft, Tables
from fsm.network.tariff import tariff_of
from fsm.ocpp.actions import Reason
from fsm.ocpp.frames import Operation

ONLY: Final = 1
"""The key of a record of which there is one."""

NO_CABINET: Final = ""
"""Behind which charge points stand that are connected to the site's own rail."""

PENDING, ACCEPTED, REFUSED = "pending", "accepted", "refused"

RESERVE_STEPS: Final = 1
"""How many steps before a departure a promise does not count on."""

ENERGY_MAX_WH: Final = 1_000_000
"""Most energy of one request."""

_FAULTS: Final = frozenset(
    (Reason.EMERGENCY_STOP, Reason.OTHER, Reason.POWER_LOSS, Reason.REBOOT, Reason.HARD_RESET)
)
"""Why a transaction ends that its driver did not want to end."""

LONG_STEP_S: Final = 300
SETTLE_S: Final = 2

MAX_STEPS: Final = 1_344
"""How far a plan may reach: 14 days of quarter-hours."""


def planning(draft: Draft) -> Planning | None:
    """How the network plans; None where it does not."""
    return draft.find(Planning, ONLY)


def usable_s(step_us: int) -> int:
    """How many seconds of a step are planned with.

    When limits move, EVs follow within two seconds. In a long step that is nothing, and the reserve
    before a departure makes up for it; in many short ones it adds up.
    """
    step_s = step_us // 1_000_000
    return step_s if step_s >= LONG_STEP_S else max(1, step_s - SETTLE_S)


def last_step(departure_us: int, step_us: int) -> int:
    """The step in which a departure falls: energy comes before it.

    An EV says when it leaves in whole seconds from now, rounded down: up to one is added.
    """
    return (departure_us + 1_000_000) // step_us


def powers_w(draft: Draft, request: EnergyRequest) -> tuple[int, int]:
    """The least and the greatest limit that an EV can be given and use.

    A limit below 6 A on each phase of its charge point is none (IEC 61851-1), also for an EV that
    takes less than that: one that is nearly full, or of a single phase.
    """
    asset = draft.asset(request.cp_id)
    least_w = least_power_w(asset.rated_w, asset.current)
    return least_w, max(least_w, request.max_w)


def missing_j(draft: Draft, request: EnergyRequest) -> int:
    """What is still to be planned for it by the log, in J of its limit; 0 when all is there.

    An EV that takes less than the least limit needs its limit for longer than the energy says. And
    limits are for whole seconds: what is asked for is rounded up to those.
    """
    transaction = draft.get(Transaction, request.transaction_id)
    delivered_wh = transaction.meter_wh - request.meter_wh
    energy_j = max(0, request.energy_wh - delivered_wh) * J_PER_WH
    least_w, most_w = powers_w(draft, request)
    if request.max_w < most_w:
        energy_j = -(-energy_j * most_w // request.max_w)
    return whole_seconds(energy_j, least_w, most_w)


def waiting(tables: Tables) -> list[EnergyRequest]:
    """Requests of open transactions that are accepted or to be decided on, in their order.

    Not those of a charge point whose grant has ended: what is planned for it would be lost, and
    missing to others, until it is heard again.
    """
    found = []
    for number in sorted(number for number in tables.open_by_cp.values() if number):
        request = tables.energy_requests.get(number)
        if request is None or request.status == REFUSED:
            continue
        grant = tables.grants.get(request.cp_id)
        if grant is None or not grant.is_ended:
            found.append(request)
    return found


class Want(NamedTuple):
    """What a plan is to give an EV: joules until a step, not including it."""

    transaction: int
    energy_j: int
    until: int


def problem(draft: Draft, step: int, wants: Sequence[Want], settings: Planning) -> Problem:
    """The allocation problem from ``step`` on; its own steps count from 0.

    Raises :class:`fsm.energy.problem.ProblemError` where a want makes no sense.
    """
    steps = max(1, max((want.until for want in wants), default=step) - step)
    tables = draft.tables
    # No cabinet limits nothing: what is above the site's capacity is never the limit that binds.
    cabinets = [Cabinet(NO_CABINET, (2 * tables.capacity_w + 1,) * steps)]
    cabinets += [Cabinet(it.id, (it.capacity_w,) * steps) for it in tables.cabinets.values()]
    return Problem(
        step_s=usable_s(settings.step_us),
        steps=steps,
        cabinets=tuple(cabinets),
        requests=tuple(_request(draft, step, want) for want in wants),
        site_capacity_w=(tables.capacity_w,) * steps,
        price_micro=_prices(settings, step, steps),
    )


def _request(draft: Draft, step: int, want: Want) -> Request:
    asked = draft.get(EnergyRequest, want.transaction)
    least_w, most_w = powers_w(draft, asked)
    grant = draft.find(Grant, asked.cp_id)
    return Request(
        id=str(want.transaction),
        cabinet=NO_CABINET if grant is None else grant.cabinet,
        arrive=0,
        depart=want.until - step,
        energy_j=want.energy_j,
        max_w=most_w,
        min_w=least_w,
    )


def _prices(settings: Planning, step: int, steps: int) -> tuple[int, ...]:
    """What energy costs in each step, in µEUR per kWh; none where it is free."""
    if not settings.tariff:
        return ()
    tariff = tariff_of(settings.tariff)
    times = range(step * settings.step_us, (step + steps) * settings.step_us, settings.step_us)
    return tuple(tariff.energy_ueur_at(at_us) for at_us in times)


def ask(draft: Draft, operation: Operation, payload: dict[str, Any], number: int) -> bool:
    """Take a request out of NotifyEVChargingNeeds; whether the next plan is to decide about it.

    Another departure of a request that was accepted is a change: until it is decided on, and where
    it cannot be met, what was promised stands.
    """
    settings = planning(draft)
    if settings is None or "maxPower" not in payload or "departureTime" not in payload:
        return False
    departure_us = integer(payload, "departureTime")
    turn = draft.find(PlanTurn, ONLY)
    now_step = 0 if turn is None else turn.step
    if not 0 < last_step(departure_us, settings.step_us) - now_step <= MAX_STEPS:
        return False
    energy_wh = integer(payload, "energyAmount", 0, ENERGY_MAX_WH)
    most_w = integer(payload, "maxPower", 1)
    before = draft.find(EnergyRequest, number)
    if before is not None and before.status == ACCEPTED:
        draft.put(before._replace(change_us=departure_us))
        return True
    promised = _broken_off(draft, number, now_step, settings)
    # Who leaves earlier than he was promised asks for a change, also after a fault.
    sooner = promised is not None and departure_us + settings.step_us < promised.departure_us
    draft.put(
        EnergyRequest(
            transaction_id=number,
            cp_id=operation.cp_id,
            asked=draft.tables.applied,
            asked_us=operation.at_us,
            departure_us=promised.departure_us if promised and sooner else departure_us,
            change_us=departure_us if sooner else 0,
            energy_wh=energy_wh,
            meter_wh=draft.get(Transaction, number).meter_wh,
            max_w=min(most_w, draft.asset(operation.cp_id).rated_w),
            status=PENDING if promised is None else ACCEPTED,
        )
    )
    return True


def _broken_off(draft: Draft, number: int, step: int, settings: Planning) -> EnergyRequest | None:
    """What the driver was promised and a fault has kept from him: it still holds."""
    id_tag = draft.get(Transaction, number).id_tag
    for request in reversed(tuple(draft.tables.energy_requests.values())):
        before = draft.get(Transaction, request.transaction_id)
        if before.id_tag == id_tag and before.id != number:
            holds = (
                request.status == ACCEPTED
                and before.reason in _FAULTS
                and last_step(request.departure_us, settings.step_us) > step
                and missing_j(draft, request) > 0
            )
            return request if holds else None
    return None
