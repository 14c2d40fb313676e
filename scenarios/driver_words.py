"""What the network has told a driver: answers to what he asked, and what its log says of him."""

from collections.abc import Iterator

from fsm.network.records import EnergyRequest
from fsm.ocpp.reserving import ReservationStatus
from scenarios.asks import Ask
from scenarios.connector import Car
from scenarios.promised import BROKEN, KEPT
from scenarios.till import Till
from scenarios.units import DURATION
from scenarios.view import EventRow, SessionView
from scenarios.world import World

SECOND_US = 1_000_000


def words(
    world: World, car: Car, till: Till, sessions: list[SessionView], count: int
) -> tuple[EventRow, ...]:
    """The newest ``count`` words, the newest last. ``sessions`` are all that this EV had."""
    ev = car.ev.id
    asks = [ask for ask in world.drivers.asks.values() if ask.ev == ev]
    found = [
        *world.drivers.inbox.of(ev),
        *_of_refusals(world, ev),
        *_of_reservations(till, ev, asks),
        *(row for it in sessions for row in _of_session(it)),
        *_of_requests(world, till, car, sessions),
    ]
    found.sort(key=lambda row: row.time_us)
    return tuple(found[max(len(found) - count, 0) :])


def _of_refusals(world: World, ev: str) -> Iterator[EventRow]:
    for it in world.trust.refusals:
        if it.ev == ev:
            yield EventRow(it.time_us, "fault", ev, f"{it.cp} refuses {it.who}: {it.code}")


def _of_reservations(till: Till, ev: str, asks: list[Ask]) -> Iterator[EventRow]:
    """What the log ends by itself; all else he is told by who took his question."""
    for ask in asks:
        record = till.network.reservations.get(ask.number)
        if ask.granted and record is not None and record.status == ReservationStatus.EXPIRED:
            text = f"reservation #{ask.number} at {record.cp_id} has expired: nobody came"
            yield EventRow(record.ended_us, "fault", ev, text)


def _of_session(it: SessionView) -> Iterator[EventRow]:
    begun = f"charging begins at {it.cp}, transaction #{it.transaction}"
    yield EventRow(it.start_us, "charging", it.ev, begun)
    if it.stop_us is None:
        return
    said = f"charging has ended at {it.cp}: {it.reason}, {it.energy_wh:,} Wh"
    yield EventRow(it.stop_us, "charging", it.ev, said)
    if it.receipt and it.receipt != "Unsigned":
        severity = "info" if it.receipt == "Good" else "fault"
        proven = f"its receipt is {it.receipt}: {it.billable_wh:,} Wh are proven"
        yield EventRow(it.stop_us, severity, it.ev, proven)


def _of_requests(
    world: World, till: Till, car: Car, sessions: list[SessionView]
) -> Iterator[EventRow]:
    ev = car.ev.id
    for it in sessions:
        request = till.network.state.energy_requests.get(it.transaction)
        if request is not None and request.decided_us:
            yield _decided(ev, request)
        bill = till.bill(it.transaction)
        if bill is not None and bill.paid_us is not None:
            tokens = f", and {bill.tokens:,} tokens earned" if bill.tokens else ""
            text = f"bill #{bill.transaction} is paid: {bill.cents / 100:,.2f} €{tokens}"
            yield EventRow(bill.paid_us, "charging", ev, text)
    for promise in world.kept.promises:
        if promise.ev == ev and promise.over_us is not None and promise.status in (KEPT, BROKEN):
            text = f"its promise was {promise.status}: {promise.delivered_wh:,} Wh"
            text += f" of {promise.promised_wh:,} Wh"
            severity = "fault" if promise.status == BROKEN else "charging"
            yield EventRow(promise.over_us, severity, ev, text)


def _decided(ev: str, request: EnergyRequest) -> EventRow:
    """What the plan says to what he asked of the power."""
    until = DURATION.format(request.departure_us // SECOND_US * SECOND_US)
    if request.status == "accepted":
        text = f"promised {request.energy_wh:,} Wh until {until}"
        if request.reason:
            text += f"; a change was refused: {request.reason}"
        return EventRow(request.decided_us, "charging", ev, text)
    text = f"no promise of {request.energy_wh:,} Wh until {until}: {request.reason}"
    return EventRow(request.decided_us, "fault", ev, text)
