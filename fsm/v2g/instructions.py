"""What a charge point answers to a CALL of the CSMS, and what it does about it.

Two steps for each action. The **answer** is given at once, and goes into the log. The **deed** is
done when the answer stands there (:mod:`fsm.network.instructions`), so it happens once at the most.
ChangeAvailability has none: its charge point follows what the log says of it, also after a restart,
and so it is with charging profiles.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fsm.effects import Restart
from fsm.ocpp.actions import AvailabilityType, Instructed, Reason, ResetType
from fsm.ocpp.profiles.clearing import Criteria
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.model import Purpose
from fsm.ocpp.profiles.packing import unpack
from fsm.ocpp.profiles.store import install
from fsm.v2g import timeouts

if TYPE_CHECKING:
    from fsm.v2g.service import Served

Payload = dict[str, Any]


class Kind(NamedTuple):
    """One action: ``answer(charge point, payload, age_us)``, ``deed(charge point, payload, now)``.

    ``age_us`` is how long the instruction has waited.
    """

    answer: Callable[["Served", Payload, int], Payload]
    deed: Callable[["Served", Payload, int], None] | None = None


def _status(status: str) -> Payload:
    return {"status": status}


def _availability(cp: "Served", payload: Payload, age_us: int) -> Payload:
    """Scheduled while a transaction runs: it takes effect when that has ended (OCPP 1.6, 5.2)."""
    waits = payload["type"] == AvailabilityType.INOPERATIVE and cp.station.busy
    return _status("Scheduled" if waits else "Accepted")


def _remote_start(cp: "Served", payload: Payload, age_us: int) -> Payload:
    """Refused when it is too late: the driver may have left long ago."""
    free = cp.in_service and not cp.station.busy
    return _status("Accepted" if free and age_us <= timeouts.REMOTE_START_US else "Rejected")


def _start(cp: "Served", payload: Payload, now_us: int) -> None:
    cp.remote_tag = payload["idTag"]
    cp.set_timer("remote", timeouts.REMOTE_START_US)
    cp.notice("charging", f"is to start a transaction of {cp.remote_tag}")
    cp.wake(now_us)


def _remote_stop(cp: "Served", payload: Payload, age_us: int) -> Payload:
    runs = cp.transaction_id == payload["transactionId"]
    return _status("Accepted" if runs else "Rejected")


def _stop(cp: "Served", payload: Payload, now_us: int) -> None:
    if cp.transaction_id == payload["transactionId"]:
        cp.end_transaction(Reason.REMOTE, now_us)


def _reset(cp: "Served", payload: Payload, age_us: int) -> Payload:
    return _status("Accepted")


def _restart(cp: "Served", payload: Payload, now_us: int) -> None:
    """Hard: at once; what was under way is ended after the restart. Soft: in good order."""
    cp.notice("fault", f"{payload['type'].lower()} reset")
    if payload["type"] == ResetType.HARD:
        cp.out.append(Restart(hard=True))
        return
    cp.resetting = True
    if cp.transaction_id is not None:
        cp.end_transaction(Reason.SOFT_RESET, now_us)


def _set_profile(cp: "Served", payload: Payload, age_us: int) -> Payload:
    """Rejected if it does not fit any more: its transaction is over, or its place is taken."""
    try:
        install(cp.profiles, unpack([payload["profile"]])[0], cp.running)
    except ProfileError:
        return _status("Rejected")
    return _status("Accepted")


def _clear_profile(cp: "Served", payload: Payload, age_us: int) -> Payload:
    """Unknown when none fits (OCPP 1.6, 5.5)."""
    purpose = payload.get("purpose")
    criteria = Criteria(
        id=payload.get("id"),
        connector=payload.get("connectorId"),
        purpose=None if purpose is None else Purpose(purpose),
        stack_level=payload.get("stackLevel"),
    )
    fits = any(criteria.fits(profile) for profile in cp.profiles)
    return _status("Accepted" if fits else "Unknown")


def _composite(cp: "Served", payload: Payload, age_us: int) -> Payload:
    return cp.composite_schedule(payload, cp.station.clock.wall_us(cp.now_us))


INSTRUCTIONS: Final[dict[str, Kind]] = {
    Instructed.CHANGE_AVAILABILITY.value: Kind(_availability),
    Instructed.REMOTE_START.value: Kind(_remote_start, _start),
    Instructed.REMOTE_STOP.value: Kind(_remote_stop, _stop),
    Instructed.RESET.value: Kind(_reset, _restart),
    Instructed.SET_CHARGING_PROFILE.value: Kind(_set_profile),
    Instructed.CLEAR_CHARGING_PROFILE.value: Kind(_clear_profile),
    Instructed.GET_COMPOSITE_SCHEDULE.value: Kind(_composite),
}
"""By action; the network lets no other action through."""
