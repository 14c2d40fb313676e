"""Looking over a driver's shoulder: builds the :class:`~scenarios.driver_view.DriversView`.

The app knows what its driver asked, what he was told, what stands in the log under his id tag, and
what the EV's own display shows.
"""

from collections.abc import Sequence
from typing import Final

from fsm.network.authorization import standing
from fsm.network.records import IdTag
from fsm.v2g.messages import NO_SESSION
from scenarios.booked import reservation
from scenarios.car import CarProcess
from scenarios.connector import Car
from scenarios.driver_acts import ACTS, objection
from scenarios.driver_view import ActView, DriverRow, DriversView, DriverView
from scenarios.driver_words import words
from scenarios.ev_look import ev_view
from scenarios.plan_look import plan
from scenarios.sessions_look import sessions
from scenarios.tables_view import DriverWindow
from scenarios.till import Till
from scenarios.view import RequestView
from scenarios.world import World

SESSIONS_SHOWN: Final = 20
"""So many of those that are over are given; a driver with more has them in the ledger."""


def drivers(world: World, till: Till, window: DriverWindow) -> DriversView:
    """The drivers of one world, in the order in which they came."""
    names = list(world.cars)
    at = place(names, window)
    first = first_row(at, len(names), window.rows)
    return DriversView(
        first=first,
        rows=tuple(row(world, world.cars[it]) for it in names[first : first + window.rows]),
        total=len(names),
        at=at,
        chosen=driver(world, till, world.cars[names[at]], window.words) if names else None,
    )


def place(names: Sequence[str], window: DriverWindow) -> int:
    """The place of the one that is wanted among all; 0 where there are none."""
    if window.at is None:
        return names.index(window.ev) if window.ev in names else 0
    return max(min(window.at, len(names) - 1), 0)


def first_row(at: int, total: int, rows: int) -> int:
    """The first of so many rows, with the one at a place in their middle."""
    return min(max(at - rows // 2, 0), max(total - rows, 0))


def row(world: World, car: Car, site: str = "") -> DriverRow:
    """One line of the list."""
    connector = car.connector
    return DriverRow(
        ev=car.ev.id,
        cp=world.ids[connector.node] if connector else "",
        site=site,
        soc=car.ev.battery.soc_ppm / 10_000,
        power_w=connector.power_w if connector else 0,
    )


def driver(world: World, till: Till, car: Car, count: int) -> DriverView:
    """One driver's app, with the newest ``count`` words of the network."""
    ev, vehicle, drivers_ = car.ev, world.vehicles[car.ev.id], world.drivers
    asked = drivers_.held(ev.id) if drivers_.holds(ev.id) else drivers_.newest(ev.id)
    mine = [it for it in sessions(world, till) if it.ev == ev.id]
    over = [it for it in reversed(mine) if it.stop_us is not None]
    process = world.cluster.hosts[car.endpoint].process
    card = till.network.id_tags.get(ev.account) or IdTag(ev.account)
    return DriverView(
        ev=ev_view(world, car, till),
        site="",
        battery_wh=vehicle.battery_wh,
        max_w=ev.max_w,
        current=ev.current,
        smart=ev.smart,
        intent=ev.intent.value,
        paused=ev.paused_id != NO_SESSION,
        hangs=isinstance(process, CarProcess) and process.mute,
        broke=ev.why if ev.failures else "",
        departs_us=ev.departure_us,
        limit_w=_limit_w(world, car),
        price_ueur=_price_ueur(world, car, till),
        drives=vehicle.drives,
        id_tag=ev.account,
        contract=ev.contract is not None,
        card=standing(card, world.now_us),
        card_reason=card.reason,
        ask=None if asked is None else reservation(asked, till.network),
        asked_us=0 if asked is None else asked.asked_us,
        asked_wh=0 if asked is None else asked.energy_wh,
        request=_request(world, till, ev.id),
        session=next((it for it in mine if it.stop_us is None), None),
        sessions=tuple(over[:SESSIONS_SHOWN]),
        sessions_total=len(over),
        words=words(world, car, till, mine, count),
        acts=tuple(ActView(verb, objection(world, car, verb)) for verb in ACTS),
    )


def _limit_w(world: World, car: Car) -> int:
    node = None if car.connector is None else world.node(car.connector.node)
    return 0 if node is None else node.network.limit_w(node.cp_id)


def _price_ueur(world: World, car: Car, till: Till) -> int:
    if car.connector is None:
        return 0
    return till.price_ueur(world.ids[car.connector.node], world.now_us)


def _request(world: World, till: Till, ev: str) -> RequestView | None:
    """What he asked of the power last."""
    seen = plan(world, till.network)
    asked = () if seen is None else seen.requests
    return next((it for it in reversed(asked) if it.ev == ev), None)
