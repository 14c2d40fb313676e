"""What other commands mean for reservations: boots and starts of transactions."""

from typing import Any

from fsm.network.checks import integer, required
from fsm.network.records import Place, Reservation, Stay, Transaction
from fsm.network.tables import Draft
from fsm.ocpp.frames import CallError, ErrorCode
from fsm.ocpp.reserving import TURNAROUND_US, ReservationStatus

PLACE_MAX_M = 10_000_000


def end(
    draft: Draft, record: Reservation, status: ReservationStatus, at_us: int, transaction: int = 0
) -> None:
    """End a reservation: what became of it, when, and which transaction used it."""
    draft.put(record._replace(status=status.value, ended_us=at_us, transaction_id=transaction))


def point(data: dict[str, Any]) -> tuple[int, int]:
    """A place of a payload, in metres. Raises :class:`CallError`."""
    x_m = integer(data, "x", -PLACE_MAX_M, PLACE_MAX_M)
    return x_m, integer(data, "y", -PLACE_MAX_M, PLACE_MAX_M)


def note_place(draft: Draft, cp_id: str, payload: dict[str, Any]) -> None:
    """Where a charge point stands, as its BootNotification says: ``at``, metres east and north."""
    if "at" not in payload:
        return
    at = required(payload, "at")
    if type(at) is not list or len(at) != 2:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "at is not [x, y]")
    x_m, y_m = point({"x": at[0], "y": at[1]})
    place = Place(cp_id, x_m, y_m)
    if draft.find(Place, cp_id) != place:
        draft.put(place)


def is_kept_from(draft: Draft, cp_id: str, name: str, payload: dict[str, Any], at_us: int) -> bool:
    """Whether a start of this driver would meet what was promised to another, there and then.

    Also a start on a reservation that is not his. The turnaround before a reservation is kept free.
    """
    if "reservationId" in payload:
        record = draft.find(Reservation, integer(payload, "reservationId"))
        if record is None or record.id_tag != name:
            return True
    return any(
        record.cp_id == cp_id and record.id_tag != name and record.from_us - TURNAROUND_US <= at_us
        for record in draft.reserved()
    )


def begin_stay(draft: Draft, transaction: Transaction) -> None:
    """Use the driver's reservation up, and fix the end where others have been promised the place.

    A driver who comes so early that somebody else's window lies before his own only uses the time
    before that.
    """
    here = [r for r in draft.reserved() if r.cp_id == transaction.cp_id]
    others = [r.from_us - TURNAROUND_US for r in here if r.id_tag != transaction.id_tag]
    own = next((r for r in here if r.id_tag == transaction.id_tag), None)
    ends = min(others, default=None)
    used = 0
    if own is not None and (ends is None or ends >= own.until_us):
        used, ends = own.id, own.until_us
        end(draft, own, ReservationStatus.USED, transaction.start_us, transaction.id)
    if ends is not None:
        draft.put(Stay(transaction.id, transaction.cp_id, ends, used))
