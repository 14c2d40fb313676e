"""What a view shows of reservations: each question of a driver, and what came of it."""

from fsm.network.state import NetworkState
from scenarios.asks import Ask
from scenarios.node import Node
from scenarios.view import ReservationView
from scenarios.world import World

ANSWERS = {
    "": "asked",
    "Reserved": "reserved",
    "Redirected": "redirected",
    "Refused": "refused",
    "NoAnswer": "unanswered",
}


def reservations(world: World, network: NetworkState) -> tuple[ReservationView, ...]:
    """All that drivers asked for, in the order in which they asked."""
    return tuple(reservation(ask, network) for ask in world.drivers.asks.values())


def reservation(ask: Ask, network: NetworkState) -> ReservationView:
    """One question of a driver."""
    record = network.reservations.get(ask.number)
    known = ask.granted and record is not None and record.cp_id != ""
    return ReservationView(
        number=ask.number,
        ev=ask.ev,
        asked_cp=ask.asked_cp,
        cp=ask.cp,
        answer=ANSWERS.get(ask.answer, "refused"),
        fate=record.status.lower() if known and record is not None else "",
        reason=ask.why,
        from_us=ask.from_us,
        until_us=ask.until_us,
        held_until_us=ask.held_until_us,
        news=ask.lost,
        left=ask.news.loss.cp_id if ask.news is not None else "",
    )


def kept_for(world: World, node: Node | None) -> tuple[str, int]:
    """The EV whose reservation comes first at a charge point, and until when that waits."""
    if node is None or not node.bookings:
        return "", 0
    first = min(node.bookings, key=lambda booking: (booking.from_us, booking.id))
    names = {car.ev.account: name for name, car in world.cars.items()}
    return names.get(first.id_tag, first.id_tag), first.held_until_us
