"""Commands of reservations: ask for a connector, reserve, cancel, and what ends a reservation.

The decision is made where the command is applied, by every replica alike, so two drivers who ask
at the same moment at two charge points stand one behind the other in the log. Choices where OCPP
leaves one:

* A command may come through any charge point on behalf of a driver: ReserveNow also carries
  ``chargePoint`` (the caller's by default), ``from`` (now), ``until`` (``expiryDate``) and
  ``energy`` (Wh). ``expiryDate`` is how long the connector waits for the driver.
* The id is chosen by who asks, and means one reservation for ever: a driver who got no answer can
  call it off by its id, and what is called off before it arrives is refused when it does.
* A driver (id tag) holds one reservation. What he asks for later replaces it when it is granted;
  what he asked for earlier, and arrives later, is refused.
* A charge point that can keep no promise (faulted, stopped, not heard) loses its reservations
  (:mod:`fsm.network.losing`): each is moved to the nearest that can, or removed.
* Only its own charge point lets a reservation expire, when its clock says so
  (ReservationStatusUpdate, OCPP 2.0.1 E.11): while that is cut off, nobody can use the connector.
"""

from typing import Any

from fsm.network.booking import Wish, nearest, obstacle, search
from fsm.network.checks import integer, one_of, text
from fsm.network.handler import CONNECTOR_MAX, Handler, Result
from fsm.network.holding import end, point
from fsm.network.losing import lose
from fsm.network.records import Asset, Loss, Reservation
from fsm.network.tables import Draft
from fsm.ocpp.actions import ID_TAG_MAX, Action, AuthorizationStatus
from fsm.ocpp.frames import CP_ID_MAX, CallError, ErrorCode, Operation
from fsm.ocpp.reserving import (
    HOLD_US,
    REQUEST_CONNECTOR,
    RESERVATION_ID_MAX,
    RESERVE_STATUS,
    ReservationStatus,
    ReserveStatus,
    Why,
)

CONNECTOR_ID = 1
"""Charge points of this network have one connector."""

_ENDED = (ReservationStatus.EXPIRED.value, ReservationStatus.REMOVED.value)


# A driver asks.


def _request_connector(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    """The connector that was asked for, or the nearest other that meets the need, or why not."""
    wish = _wish(data, operation, integer(data, "from"), integer(data, "until"))
    number = integer(data, "reservationId", 1, RESERVATION_ID_MAX)
    hold_us = integer(data, "hold", 1) if "hold" in data else HOLD_US
    at = point(data) if "x" in data or "y" in data else None
    held_us = min(wish.until_us, wish.from_us + hold_us)
    asked = draft.asset(operation.cp_id)
    objection = _objection(draft, wish, number, held_us)
    if objection is not None:
        return _answer({"status": "Refused", "cp": asked.cp_id, "reason": objection.value})
    found: Asset | None = asked
    why = obstacle(draft, asked, wish)
    told: dict[str, object] = {}
    if why is not None:
        there = search(draft, nearest(draft, asked, at), wish)
        found = there.found
        obstacles = [each.data() for each in (why, *there.obstacles)]
        told = {"reason": why.why.value, "obstacles": obstacles, "more": there.more}
    if found is None:
        return _answer({"status": "Refused", "cp": asked.cp_id, **told})
    _promise(draft, operation, found, wish, number, held_us)
    return _answer(
        {
            "status": "Reserved" if found is asked else "Redirected",
            "cp": found.cp_id,
            "connectorId": CONNECTOR_ID,
            "reservationId": number,
            "from": wish.from_us,
            "until": wish.until_us,
            "heldUntil": held_us,
            **told,
        }
    )


def _answer(data: dict[str, object]) -> Result:
    return {"status": "Accepted", "data": data}


def _wish(data: dict[str, Any], operation: Operation, from_us: int, until_us: int) -> Wish:
    if until_us <= from_us:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the window ends before it begins")
    current = data.get("current", "")
    if current not in ("", "AC", "DC"):
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "current is AC or DC")
    return Wish(
        id_tag=text(data, "idTag", ID_TAG_MAX),
        from_us=from_us,
        until_us=until_us,
        energy_wh=integer(data, "energy") if "energy" in data else 0,
        at_us=operation.at_us,
        current=current,
    )


def _objection(draft: Draft, wish: Wish, number: int, held_us: int) -> Why | None:
    """What stands against any promise to this driver under this id, wherever the connector is."""
    if draft.id_tag(wish.id_tag, wish.at_us).status != AuthorizationStatus.ACCEPTED:
        return Why.NOT_AUTHORISED
    if held_us <= wish.at_us:
        return Why.TOO_LATE
    if draft.find(Reservation, number) is not None:
        return Why.ID_IN_USE
    return Why.SUPERSEDED if draft.holder("reserved_by_tag", wish.id_tag) > number else None


def _promise(
    draft: Draft, operation: Operation, asset: Asset, wish: Wish, number: int, held_us: int
) -> None:
    """Reserve; what the driver held before is given up."""
    before = draft.holder("reserved_by_tag", wish.id_tag)
    if before and before != number:
        old = draft.get(Reservation, before)
        end(draft, old, ReservationStatus.REPLACED, operation.at_us)
    same = draft.find(Reservation, number)
    draft.put(
        Reservation(
            id=number,
            cp_id=asset.cp_id,
            connector_id=CONNECTOR_ID,
            id_tag=wish.id_tag,
            from_us=wish.from_us,
            until_us=wish.until_us,
            held_until_us=held_us,
            energy_wh=wish.energy_wh,
            asked_cp=operation.cp_id if same is None else same.asked_cp,
            made_us=operation.at_us,
            replaced=0 if same is None else same.replaced + 1,
        )
    )


# OCPP's own commands.


def _reserve_now(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    """Reserve at one charge point, never elsewhere; an id that is in force gets other times."""
    integer(payload, "connectorId", 0, CONNECTOR_MAX)
    expiry_us = integer(payload, "expiryDate")
    number = integer(payload, "reservationId", 1, RESERVATION_ID_MAX)
    from_us = integer(payload, "from") if "from" in payload else operation.at_us
    until_us = integer(payload, "until") if "until" in payload else expiry_us
    target = operation.cp_id
    if "chargePoint" in payload:
        target = text(payload, "chargePoint", CP_ID_MAX)
    asset = draft.find(Asset, target)
    if asset is None or until_us <= from_us:
        return {"status": ReserveStatus.REJECTED.value}
    wish = _wish(payload, operation, from_us, until_us)
    held_us = min(expiry_us, until_us)
    same = draft.find(Reservation, number)
    if same is not None and same.is_active and same.id_tag == wish.id_tag:
        # OCPP 1.6, 5.13: the same id replaces; when that cannot be, the old times stay.
        why = Why.TOO_LATE if held_us <= wish.at_us else None
    else:
        why = _objection(draft, wish, number, held_us)
    if why is None:
        against = obstacle(draft, asset, wish)
        why = None if against is None else against.why
    if why is not None:
        return {"status": RESERVE_STATUS.get(why, ReserveStatus.REJECTED).value}
    _promise(draft, operation, asset, wish, number, held_us)
    return {"status": ReserveStatus.ACCEPTED.value}


def _cancel_reservation(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    """End a reservation; with ``idTag`` it must be that driver's.

    Then an id that is not known yet is used up: a request for it that is on its way is too late.
    """
    number = integer(payload, "reservationId", 1, RESERVATION_ID_MAX)
    name = text(payload, "idTag", ID_TAG_MAX) if "idTag" in payload else ""
    record = draft.find(Reservation, number)
    if record is None and name:
        draft.id_tag(name, operation.at_us)
        empty = Reservation(number, "", 0, name, 0, 0, 0, 0, operation.cp_id, operation.at_us)
        cancelled = ReservationStatus.CANCELLED.value
        draft.put(empty._replace(status=cancelled, ended_us=operation.at_us))
    if record is None or not record.is_active or name not in ("", record.id_tag):
        return {"status": ReserveStatus.REJECTED.value}
    end(draft, record, ReservationStatus.CANCELLED, operation.at_us)
    return {"status": ReserveStatus.ACCEPTED.value}


def _status_update(draft: Draft, operation: Operation, payload: dict[str, Any]) -> Result:
    """Its own charge point says that a reservation has expired or was removed."""
    number = integer(payload, "reservationId", 1, RESERVATION_ID_MAX)
    status = one_of(payload, "reservationUpdateStatus", ReservationStatus)
    if status.value not in _ENDED:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "it is Expired or Removed")
    record = draft.find(Reservation, number)
    if record is not None and record.cp_id != operation.cp_id:
        if draft.find(Loss, number) is not None:
            # It was there once: a charge point that was cut off says so when it is heard again.
            return {}
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the reservation is another's")
    if record is not None and record.is_active:
        if status is ReservationStatus.REMOVED:
            lose(draft, record, Why.UNAVAILABLE, operation.at_us)
        else:
            end(draft, record, status, operation.at_us)
    return {}


HANDLERS: dict[str, Handler] = {
    Action.RESERVE_NOW.value: _reserve_now,
    Action.CANCEL_RESERVATION.value: _cancel_reservation,
    Action.RESERVATION_STATUS_UPDATE.value: _status_update,
}
"""By action."""

TRANSFERS: dict[str, Handler] = {REQUEST_CONNECTOR: _request_connector}
"""By ``messageId``."""
