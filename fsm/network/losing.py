"""Reservations that are lost to a fault: moved to the nearest charge point that can, or removed.

A charge point that is faulted, stopped by the operator, out of order or disconnected keeps no
promise (OCPP 1.6, 5.13). Whatever says so in the log takes its reservations away in the same
command, so nobody ever holds one that everybody knows to be void:

* The reservation keeps its id, its driver and its energy. Only the place changes, and where its
  window has begun, its times: it begins now, and waits for the driver as long as it would have.
* The new place is looked for around the old one: that is where the driver is, or will be.
* What cannot be moved is removed, and the record says why each of the nearest could not have it.
* Two charge points tell the driver: the one that he asked, and one that is in order now, the new
  one if there is one. Either may be down, so both do, and again when they start; a driver knows
  by ``times`` what he has heard already.
"""

import msgpack

from fsm.network.booking import Search, Wish, is_well, nearest, search
from fsm.network.holding import end
from fsm.network.records import Asset, Loss, Reservation
from fsm.network.tables import Draft
from fsm.ocpp.actions import AuthorizationStatus
from fsm.ocpp.reserving import ReservationStatus, Why
from fsm.ocpp.status import ConnectorStatus

_FAULTS = {
    ConnectorStatus.FAULTED: Why.FAULTED,
    ConnectorStatus.UNAVAILABLE: Why.UNAVAILABLE,
}

_NOTHING = Search(None, [], 0)


def note_status(draft: Draft, cp_id: str, status: ConnectorStatus, at_us: int) -> None:
    """A connector that is out of order keeps no promise."""
    if status in _FAULTS:
        lose_all(draft, cp_id, _FAULTS[status], at_us)


def lose_all(draft: Draft, cp_id: str, why: Why, at_us: int) -> None:
    """Take every reservation of a charge point away, those that begin first before the others."""
    here = [record for record in draft.reserved() if record.cp_id == cp_id]
    for record in sorted(here, key=lambda each: (each.from_us, each.id)):
        lose(draft, record, why, at_us)


def lose(draft: Draft, record: Reservation, why: Why, at_us: int) -> None:
    """Move a reservation away from its charge point, or remove it."""
    lost = draft.asset(record.cp_id)
    others = nearest(draft, lost, None)
    refused = _objection(draft, record, at_us)
    from_us = max(record.from_us, at_us)
    there = _NOTHING if refused else search(draft, others, _wish(record, lost, from_us, at_us))
    if there.found is None:
        end(draft, record, ReservationStatus.REMOVED, at_us)
    else:
        hold_us = record.held_until_us - record.from_us
        held_us = min(record.until_us, from_us + hold_us)
        moved = record._replace(cp_id=there.found.cp_id, from_us=from_us, held_until_us=held_us)
        draft.put(moved)
    before = draft.find(Loss, record.id)
    draft.put(
        Loss(
            reservation_id=record.id,
            times=1 if before is None else before.times + 1,
            cp_id=lost.cp_id,
            why=why.value,
            at_us=at_us,
            moved_to="" if there.found is None else there.found.cp_id,
            refused="" if refused is None else refused.value,
            asked_cp=record.asked_cp,
            teller=_teller(draft, there.found, others, record.asked_cp, at_us),
            obstacles=_packed([each.data() for each in there.obstacles]),
            more=there.more,
        )
    )


def _packed(told: list[dict[str, object]]) -> bytes:
    packed: bytes = msgpack.packb(told)
    return packed


def _objection(draft: Draft, record: Reservation, at_us: int) -> Why | None:
    """What stands against any other place."""
    if record.held_until_us <= at_us:
        return Why.TOO_LATE
    if draft.id_tag(record.id_tag, at_us).status != AuthorizationStatus.ACCEPTED:
        return Why.NOT_AUTHORISED
    return None


def _wish(record: Reservation, lost: Asset, from_us: int, at_us: int) -> Wish:
    """The same need, as far as there is time left for it; what fitted the driver's EV must fit."""
    return Wish(
        id_tag=record.id_tag,
        from_us=from_us,
        until_us=record.until_us,
        energy_wh=record.energy_wh,
        at_us=at_us,
        current=lost.current,
    )


def _teller(
    draft: Draft, found: Asset | None, others: list[Asset], asked_cp: str, at_us: int
) -> str:
    """Who tells the driver beside the charge point that he asked."""
    if found is not None:
        return found.cp_id
    well = (asset for asset in others if asset.cp_id != asked_cp and is_well(draft, asset, at_us))
    return next((asset.cp_id for asset in well), "")
