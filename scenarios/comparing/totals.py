"""The figures of two runs at one virtual time."""

from collections.abc import Iterator

from scenarios.comparing.strands import at, sites
from scenarios.comparing.view import Total
from scenarios.connector import Car
from scenarios.promised import BROKEN, KEPT
from scenarios.session import Session
from scenarios.till import Till

UJ_PER_WH = 3_600_000_000

Figures = dict[tuple[str, str], int]
"""By name and unit."""


def totals(left: Session, right: Session) -> tuple[Total, ...]:
    """The same figures of both, those of EVs in the order of the first run."""
    one, other = _figures(left), _figures(right)
    return tuple(
        Total(*key, (one.get(key, 0), other.get(key, 0))) for key in dict.fromkeys((*one, *other))
    )


def _figures(session: Session) -> Figures:
    found: Figures = {}
    for key, value in _all(session):
        found[key] = found.get(key, 0) + value
    return found


def _all(session: Session) -> Iterator[tuple[tuple[str, str], int]]:
    """Every figure, site by site; those of one name add up."""
    now_us = session.time_us
    for _, world in sites(session):
        for name, car in world.cars.items():
            energy_wh = taken_uj(car, now_us) // UJ_PER_WH
            yield (name, "Wh"), energy_wh
            yield ("all EVs", "Wh"), energy_wh
    for site, world in sites(session):
        fates = [promise.status for promise in world.kept.promises]
        yield ("promises kept", ""), fates.count(KEPT)
        yield ("promises broken", ""), fates.count(BROKEN)
        till = Till(world)
        accounts = dict.fromkeys(car.ev.account for car in world.cars.values())
        purses = [till.purse(account) for account in accounts]
        yield ("paid", "cents"), sum(purse.paid_cents for purse in purses)
        yield ("owed", "cents"), sum(purse.owes_cents for purse in purses)
        yield ("elections", ""), world.covered()["elections"]
        chosen = {} if world.invariants is None else world.invariants.chosen
        yield ("slots chosen", ""), max(chosen, default=0)
        yield ("messages sent", ""), world.cluster.bus.sent
        yield ("messages lost", ""), world.cluster.bus.lost
        yield ("invariants violated", ""), int(world.violation is not None)
        for rail in world.grid.rails:
            yield (f"peak of {at(site, rail.id) or 'the site'}", "W"), rail.flow_peak_w


def taken_uj(car: Car, now_us: int) -> int:
    """What an EV has taken by now, in µJ: what was counted, and what has flowed since."""
    connector = car.connector
    if connector is None:
        return car.taken_uj
    flowed_uj = connector.power_w * (now_us - connector.since_us)
    room_uj = car.ev.battery.capacity_uj - car.ev.battery.energy_uj
    return car.taken_uj + min(flowed_uj, room_uj)
