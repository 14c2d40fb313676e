"""Looking at charging over time: a row for each EV, and what the charts below it need."""

from itertools import pairwise
from typing import TYPE_CHECKING

from fsm.network.demand import ONLY
from fsm.network.state import NetworkState
from fsm.network.targets import means_w
from scenarios.charging.cells import Cells, Spread, fitting
from scenarios.charging.course import Points, energy
from scenarios.charging.stack import stack
from scenarios.charging.subject import Subject, subjects
from scenarios.charging.view import MINUTE_US, ChargingView, ChargingWindow, GanttRow
from scenarios.view import PlanView, SessionView

if TYPE_CHECKING:
    from scenarios.world import World


def charging(
    world: "World",
    network: NetworkState,
    sessions: tuple[SessionView, ...],
    plan: PlanView | None,
    window: ChargingWindow,
) -> ChargingView:
    """The part that is wanted; ``sessions`` and ``plan`` as the rest of the view has them."""
    found = subjects(world, network, sessions, plan)
    evs = tuple(found)
    chosen = _chosen(found, window)
    cells = _cells(world, found, window)
    at = evs.index(chosen) if chosen else 0
    first = min(max(window.first, at - window.rows + 1), at, max(len(evs) - window.rows, 0))
    wanted = found[chosen] if chosen else None
    cabinet = wanted.cabinet if wanted is not None and window.cabinet else ""
    return ChargingView(
        from_us=cells.from_us,
        until_us=cells.until_us,
        evs=evs,
        first=max(first, 0),
        rows=tuple(
            _row(world, network, found[ev], plan, cells)
            for ev in evs[max(first, 0) : max(first, 0) + window.rows]
        ),
        chosen=chosen,
        stack=stack(world, cells, cabinet, _plans(network, found, plan, cells)),
        energy=None
        if wanted is None
        else energy(world, network, wanted, _plan(network, wanted, plan), cells),
        planned=plan is not None,
    )


def _chosen(found: dict[str, Subject], window: ChargingWindow) -> str:
    """The EV that is looked at."""
    if window.ev in found:
        return window.ev
    there = (ev for ev, it in found.items() if it.is_here and it.cp == window.at)
    return next(there, next(iter(found), ""))


def _cells(world: "World", found: dict[str, Subject], window: ChargingWindow) -> Cells:
    """The cells that are wanted; where no time is said, those in which all can be seen."""
    if window.from_us is not None and window.until_us is not None:
        return Cells(window.from_us, window.until_us, window.cells)
    now_us = world.now_us
    came = min((it.car.visits[0][0] for it in found.values()), default=0)
    ends = (it.departure_us for it in found.values() if it.is_here)
    return fitting(came, max(now_us, came + MINUTE_US, *ends), window.cells)


# --- the plan --------------------------------------------------------------------------------


def _plan(network: NetworkState, it: Subject, plan: PlanView | None) -> Points:
    """What is planned for it: from when on how much, and where that ends; empty for nothing."""
    number = it.open
    if plan is None or not number or not it.is_here:
        return []
    steps = means_w(network.state, number)
    points = [(step * plan.step_us, power_w) for step, power_w in steps]
    return [*points, ((steps[-1][0] + 1) * plan.step_us, 0)] if steps else []


def _plans(
    network: NetworkState, found: dict[str, Subject], plan: PlanView | None, cells: Cells
) -> dict[str, Spread] | None:
    """What is planned behind each cabinet; None where nothing is planned at all."""
    if plan is None or ONLY not in network.state.energy_plans:
        return None
    spreads: dict[str, Spread] = {}
    for it in found.values():
        points = _plan(network, it, plan)
        spread = spreads.setdefault(it.cabinet, Spread(cells)) if points else None
        for (from_us, power_w), (until_us, _) in pairwise(points):
            if spread is not None and power_w:
                spread.draws(from_us, until_us, power_w)
    return spreads


# --- an EV -----------------------------------------------------------------------------------


def _row(
    world: "World", network: NetworkState, it: Subject, plan: PlanView | None, cells: Cells
) -> GanttRow:
    car, past = it.car, world.past
    departure_us = it.departure_us if it.is_here else 0
    return GanttRow(
        ev=car.ev.id,
        cp=it.cp,
        word=it.word,
        top_w=it.top_w,
        power_w=_power(world, network, it, plan, cells),
        came_us=tuple(at_us for at_us, _ in car.visits),
        left_us=tuple(car.left_us),
        departure_us=departure_us,
        asked_us=tuple(
            at_us for each in it.sessions for at_us in past.asked_us.get(each.transaction, ())[1:]
        ),
        got_wh=it.got_wh(past.readings),
        wanted_wh=0 if it.request is None else it.request.energy_wh,
    )


def _power(
    world: "World", network: NetworkState, it: Subject, plan: PlanView | None, cells: Cells
) -> tuple[int, ...]:
    """As its meter said up to now, then as it is planned."""
    now_us, car, spread = world.now_us, it.car, Spread(cells)
    for index, (came_us, _) in enumerate(car.visits):
        spread.there(came_us, car.left_us[index] if index < len(car.left_us) else now_us)
    for session in it.sessions:
        readings = world.past.readings.get(session.transaction)
        for from_us, until_us, power_w in readings.stretches() if readings else ():
            spread.draws(from_us, until_us, power_w)
        if readings and not readings.closed and car.connector is not None:
            spread.draws(readings.last_us, now_us, car.connector.power_w)
    if it.is_here and it.departure_us > now_us:
        spread.there(now_us, it.departure_us)
    points = _plan(network, it, plan)
    for (from_us, power_w), (until_us, _) in pairwise(points):
        spread.draws(max(from_us, now_us), max(until_us, now_us), power_w)
    return spread.means_w()
