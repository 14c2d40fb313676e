"""One EV at a site: what it was promised, and which of its transactions count for that."""

from typing import TYPE_CHECKING, Final

from attrs import frozen

from fsm.network.state import NetworkState
from scenarios.charging.series import Readings
from scenarios.connector import Car
from scenarios.view import PlanView, RequestView, SessionView

if TYPE_CHECKING:
    from scenarios.world import World

SLACK_US: Final = 2_000_000
"""By so much a charge point's clock may say that a session began before its EV came."""


@frozen
class Subject:
    """An EV with its sessions, in their order, and its last request for energy by a departure."""

    car: Car
    sessions: tuple[SessionView, ...]
    request: RequestView | None
    """None where its last stay has none."""
    counts: tuple[int, ...]
    """Transactions that count for the request; without one, those of its last stay."""
    before_wh: int
    """What the first of these had counted when it was asked."""
    rated_w: int
    cp: str
    cabinet: str

    @property
    def is_here(self) -> bool:
        """Whether it is plugged in."""
        return self.car.connector is not None

    @property
    def top_w(self) -> int:
        """The most that it takes where it is, or was last."""
        return min(self.car.ev.max_w, self.rated_w)

    @property
    def open(self) -> int:
        """Its open transaction; 0 for none."""
        return next((it.transaction for it in self.sessions if it.stop_us is None), 0)

    @property
    def departure_us(self) -> int:
        """When it will leave, as promised or as its driver said; 0 where nobody knows."""
        if self.request is not None:
            return self.request.departure_us
        return self.car.ev.departure_us

    @property
    def word(self) -> str:
        """What became of it."""
        if self.request is not None:
            return self.request.promise or self.request.status
        connector = self.car.connector
        if connector is None:
            return "left"
        if connector.power_w:
            return "charging"
        return "full" if self.car.ev.target_reached else "waiting"

    def readings(self, past: dict[int, Readings]) -> list[Readings]:
        """Those that count."""
        return [past[number] for number in self.counts if number in past]

    def got_wh(self, past: dict[int, Readings]) -> int:
        """What the log has counted of it."""
        if self.request is not None:
            return self.request.delivered_wh
        return sum(it.energy_wh for it in self.readings(past))


def subjects(
    world: "World", network: NetworkState, sessions: tuple[SessionView, ...], plan: PlanView | None
) -> dict[str, Subject]:
    """All EVs that ever came; those that are here first, then those that have left.

    In the order of their arrivals, and the last one that has left first.
    """
    by_ev: dict[str, list[SessionView]] = {}
    for session in sessions:
        by_ev.setdefault(session.ev, []).append(session)
    asked = {it.ev: it for it in plan.requests} if plan is not None else {}
    came = [car for car in world.cars.values() if car.visits]
    here = sorted((car for car in came if car.connector is not None), key=_came_us)
    gone = sorted((car for car in came if car.connector is None), key=_left_us, reverse=True)
    return {
        car.ev.id: _subject(world, network, car, by_ev.get(car.ev.id, []), asked.get(car.ev.id))
        for car in (*here, *gone)
    }


def _came_us(car: Car) -> int:
    return car.visits[-1][0]


def _left_us(car: Car) -> int:
    return car.left_us[-1]


def _subject(
    world: "World",
    network: NetworkState,
    car: Car,
    sessions: list[SessionView],
    request: RequestView | None,
) -> Subject:
    since_us, number = car.visits[-1]
    latest = {it.transaction for it in sessions if it.start_us >= since_us - SLACK_US}
    counts, before_wh = tuple(it.transaction for it in sessions if it.transaction in latest), 0
    if request is not None:
        of_it, start_wh = _of_request(world, network, request)
        # What was asked in an earlier stay says nothing of this one.
        if latest and latest.isdisjoint(of_it):
            request = None
        else:
            counts, before_wh = of_it, start_wh
    cp = world.scenario.cps[number - 1]
    return Subject(car, tuple(sessions), request, counts, before_wh, cp.rated_w, cp.id, cp.cabinet)


def _of_request(
    world: "World", network: NetworkState, request: RequestView
) -> tuple[tuple[int, ...], int]:
    """The transactions of a promise or a request, and what the first had counted by then."""
    transaction = network.transactions[request.transaction]
    promise = world.kept.of(transaction)
    if promise is not None:
        over_us = promise.over_us
        numbers = tuple(
            it.id
            for it in promise.transactions(network.state)
            if over_us is None or it.start_us <= over_us
        )
        return numbers, promise.meter_wh
    record = network.state.energy_requests[request.transaction]
    return (request.transaction,), record.meter_wh - transaction.meter_start_wh
