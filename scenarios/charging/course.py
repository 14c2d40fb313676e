"""The energy of one EV over time: what it got, what is planned, and what is possible at all."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fsm.energy.battery import Battery
from fsm.energy.meter import UJ_PER_WH
from fsm.network.state import NetworkState
from fsm.network.targets import short
from scenarios.charging.cells import Cells
from scenarios.charging.series import US_PER_H
from scenarios.charging.subject import Subject
from scenarios.charging.view import NOTHING, EnergyView

if TYPE_CHECKING:
    from scenarios.world import World

MOMENTS: Final = 64
"""In so many steps it is reckoned what a battery takes until the departure."""

Points = list[tuple[int, int]]
"""Times in µs, and energies in Wh."""


def energy(
    world: "World", network: NetworkState, it: Subject, plan: Points, cells: Cells
) -> EnergyView:
    """Of the EV that is looked at. ``plan``: stretches of its plan by now, from when on how much.

    The last entry of ``plan`` is where it ends.
    """
    now_us, past = world.now_us, world.past.readings
    ev, got_wh = it.car.ev, it.got_wh(past)
    here, departure_us = it.is_here, it.departure_us
    unread_wh = _unread_wh(world, it)
    until_us = departure_us if here and departure_us > now_us else 0
    possible = _possible(it, now_us, until_us, got_wh + unread_wh) if until_us else []
    room_wh = ev.battery.room_uj(ev.target_ppm) // UJ_PER_WH
    soc = ev.battery.soc_ppm / 10_000
    began = (got_wh + unread_wh) * 100 / ev.battery.capacity_wh
    wanted_wh = got_wh + unread_wh + room_wh if it.request is None else it.request.energy_wh
    planned: Points = []
    if plan and until_us:
        planned = _planned(plan, now_us, until_us, (got_wh + unread_wh, wanted_wh))
    return EnergyView(
        ev=ev.id,
        cp=it.cp,
        word=it.word,
        got_wh=got_wh,
        wanted_wh=wanted_wh,
        promised=it.request is not None and bool(it.request.promise),
        short=bool(it.open) and it.open in short(network.state),
        planned_wh=planned[-1][1] if planned else None,
        possible_wh=possible[-1][1] if possible else None,
        departure_us=departure_us,
        soc=soc,
        target=ev.target_ppm / 10_000,
        soc_at_0=max(soc - began, 0.0),
        battery_wh=ev.battery.capacity_wh,
        got=tuple(_got(world, it, cells, index) for index in range(cells.count)),
        planned=_in_cells(planned, cells),
        possible=_in_cells(possible, cells),
    )


def _unread_wh(world: "World", it: Subject) -> int:
    """What its meter has counted since the last reading that is in the log."""
    readings, connector = world.past.readings.get(it.open), it.car.connector
    if readings is None or connector is None:
        return 0
    return max(connector.meter.energy_wh - readings.registers_wh[-1], 0)


def _got(world: "World", it: Subject, cells: Cells, index: int) -> int:
    """By the end of a cell, or by now."""
    readings = it.readings(world.past.readings)
    at_us = min(cells.edge(index + 1), world.now_us)
    left_us = world.now_us if it.is_here else it.car.left_us[-1]
    if not readings or at_us <= readings[0].times_us[0] or cells.edge(index) > left_us:
        return NOTHING
    return max(sum(each.energy_at(at_us) for each in readings) - it.before_wh, 0)


def _possible(it: Subject, now_us: int, until_us: int, got_wh: int) -> Points:
    """Alone at its charge point, with the most that it takes, up to what its driver wants."""
    ev = it.car.ev
    battery = Battery(ev.battery.capacity_wh, ev.battery.energy_uj)
    before_uj, points = battery.energy_uj, [(now_us, got_wh)]
    for moment in range(MOMENTS):
        from_us = now_us + (until_us - now_us) * moment // MOMENTS
        next_us = now_us + (until_us - now_us) * (moment + 1) // MOMENTS
        power_w = min(battery.max_power_w(ev.max_w, ev.current), it.rated_w)
        battery.charge(min(power_w * (next_us - from_us), battery.room_uj(ev.target_ppm)))
        points.append((next_us, got_wh + (battery.energy_uj - before_uj) // UJ_PER_WH))
    return points


def _planned(plan: Points, now_us: int, until_us: int, limits_wh: tuple[int, int]) -> Points:
    """What the plan adds up to, from now on, from what it has to what it wants.

    Limits are for whole seconds, so a plan may give a little more than is wanted.
    """
    got_wh, most_wh = limits_wh
    points, work = [(now_us, got_wh)], 0
    for (from_us, power_w), (next_us, _) in pairwise(plan):
        from_us, end_us = max(from_us, now_us), min(next_us, until_us)
        if from_us < end_us:
            work += power_w * (end_us - from_us)
            if points[-1][0] < from_us:
                points.append((from_us, points[-1][1]))
            points.append((end_us, min(got_wh + work // US_PER_H, max(most_wh, got_wh))))
    if points[-1][0] < until_us:
        points.append((until_us, points[-1][1]))
    return points


def _in_cells(points: Points, cells: Cells) -> tuple[int, ...]:
    """At the end of each cell that has a part of the time between the first point and the last."""
    if not points:
        return (NOTHING,) * cells.count
    found = [NOTHING] * cells.count
    at = 0
    for index in cells.between(points[0][0], points[-1][0]):
        time_us = min(cells.edge(index + 1), points[-1][0])
        while at + 2 < len(points) and points[at + 1][0] < time_us:
            at += 1
        (from_us, from_wh), (until_us, until_wh) = points[at], points[at + 1]
        share_us = min(max(time_us - from_us, 0), until_us - from_us)
        found[index] = from_wh + (until_wh - from_wh) * share_us // (until_us - from_us or 1)
    return tuple(found)
