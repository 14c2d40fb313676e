"""Charging profiles in the log: what is installed where, and what EVs need and plan.

SetChargingProfile, ClearChargingProfile and GetCompositeSchedule are instructions
(:mod:`fsm.network.instructions`): the charge point answers, and what it accepted is installed where
its answer is applied, so every replica knows what limits whom, also after a restart.

* SetChargingProfile: ``{profile}``, as :mod:`fsm.ocpp.profiles.packing` packs one; times in it are
  seconds from the run's beginning. A TxProfile needs its transaction, and goes with it.
* ClearChargingProfile: ``{id, connectorId, purpose, stackLevel}``, all optional.
* GetCompositeSchedule: ``{connectorId, duration, chargingRateUnit}``, the last optional.

Of an EV at a charge point with profiles the network is told its needs, and the schedule that it
has chosen, which is checked against the profiles.
"""

from typing import Any

import msgpack

from fsm.energy.supply import Current
from fsm.network.checks import integer, required, text
from fsm.network.demand import ask
from fsm.network.handler import CONNECTOR_MAX, Handler, NotPossibleError, Result
from fsm.network.records import Asset, ChargingProfiles, Instruction, Needs, Transaction
from fsm.network.tables import Draft, Tables
from fsm.ocpp.actions import Action
from fsm.ocpp.frames import CallError, ErrorCode, Operation
from fsm.ocpp.limiting import CONNECTOR, limit_w, running, supply_of
from fsm.ocpp.profiles.clearing import Criteria
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.model import Purpose, Unit
from fsm.ocpp.profiles.model import Transaction as Running
from fsm.ocpp.profiles.packing import PackedError, pack, unpack
from fsm.ocpp.profiles.store import EMPTY, Store, clear, end_transaction, install
from fsm.ocpp.profiles_outside import checked

Payload = dict[str, Any]

STORE_MAX = 100
"""Most profiles of one charge point (ChargingProfileMaxInstalled of 1.6)."""

PERIODS_MAX = 1_024
DURATION_MAX_S = 31 * 86_400


def stored(tables: Tables, cp_id: str) -> Store:
    """The profiles installed at a charge point."""
    record: ChargingProfiles | None = tables.charging_profiles.get(cp_id)
    return EMPTY if record is None else unpack(msgpack.unpackb(record.store))


def is_store(data: bytes) -> bool:
    """Whether a record's bytes are those of profiles."""
    try:
        unpack(msgpack.unpackb(data))
    except (PackedError, ValueError, TypeError, msgpack.UnpackException):
        return False
    return True


def criteria(payload: Payload) -> Criteria:
    """What ClearChargingProfile of the log says."""
    purpose = payload.get("purpose")
    return Criteria(
        id=payload.get("id"),
        connector=payload.get("connectorId"),
        purpose=None if purpose is None else Purpose(purpose),
        stack_level=payload.get("stackLevel"),
    )


def _store(draft: Draft, cp_id: str) -> Store:
    record = draft.find(ChargingProfiles, cp_id)
    return EMPTY if record is None else unpack(msgpack.unpackb(record.store))


def _keep(draft: Draft, cp_id: str, store: Store) -> None:
    draft.put(ChargingProfiles(cp_id, msgpack.packb(pack(store))))


def _running(draft: Draft, cp_id: str) -> Running | None:
    number = draft.open_by_cp(cp_id)
    if not number:
        return None
    return running(number, draft.get(Transaction, number).start_us)


# --- instructions ----------------------------------------------------------------------------


def check_set(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    """A profile that OCPP allows and that fits what is installed and runs there now."""
    profile = checked(required(payload, "profile"))
    if not 0 <= profile.connector <= CONNECTOR:
        raise NotPossibleError(f"{cp_id} has no connector {profile.connector}")
    store = _store(draft, cp_id)
    try:
        after = install(store, profile, _running(draft, cp_id))
    except ProfileError as error:
        raise NotPossibleError(str(error)[:200]) from None
    if len(after) > STORE_MAX:
        raise NotPossibleError(f"{cp_id} has {STORE_MAX} profiles")
    (bound,) = [each for each in after if each.id == profile.id]
    return {"profile": pack((bound,))[0]}


def was_set(draft: Draft, instruction: Instruction, payload: Payload) -> None:
    """Install it; what it belongs to may be over by now, and then there is nothing to limit."""
    if instruction.answer != "Accepted":
        return
    cp_id = instruction.cp_id
    (profile,) = unpack([payload["profile"]])
    try:
        after = install(_store(draft, cp_id), profile, _running(draft, cp_id))
    except ProfileError:
        return
    _keep(draft, cp_id, after)


def check_clear(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    """Criteria of whole numbers and of a purpose's name."""
    found: Payload = {}
    for key in ("id", "connectorId", "stackLevel"):
        if key in payload:
            found[key] = integer(payload, key, -(2**31), 2**31 - 1)
    if "purpose" in payload:
        found["purpose"] = text(payload, "purpose", 50)
        if found["purpose"] not in tuple(each.value for each in Purpose):
            raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "purpose is none")
    return found


def was_cleared(draft: Draft, instruction: Instruction, payload: Payload) -> None:
    """Take away what fits."""
    if instruction.answer == "Accepted":
        before = _store(draft, instruction.cp_id)
        _keep(draft, instruction.cp_id, clear(before, criteria(payload)))


def check_composite(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    """A question for a connector that is there."""
    found: Payload = {
        "connectorId": integer(payload, "connectorId", 0, CONNECTOR),
        "duration": integer(payload, "duration", 1, DURATION_MAX_S),
    }
    if "chargingRateUnit" in payload:
        found["chargingRateUnit"] = text(payload, "chargingRateUnit", 1)
        if found["chargingRateUnit"] not in tuple(each.value for each in Unit):
            raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "chargingRateUnit is A or W")
    return found


def end_profiles(draft: Draft, transaction: Transaction) -> None:
    """Its TxProfiles end with a transaction (OCPP 1.6, 3.13.1)."""
    if draft.find(ChargingProfiles, transaction.cp_id) is None:
        return
    before = _store(draft, transaction.cp_id)
    after = end_transaction(before, str(transaction.id))
    if after is not before:
        _keep(draft, transaction.cp_id, after)


# --- what EVs need and plan ------------------------------------------------------------------


def _needs(draft: Draft, operation: Operation, payload: Payload) -> Result:
    """Processing: whoever sets profiles may look at them, and set another one."""
    integer(payload, "evseId", 1, CONNECTOR_MAX)
    number = draft.open_by_cp(operation.cp_id)
    if not number:
        return {"status": "Rejected"}
    draft.put(
        Needs(
            operation.cp_id,
            number,
            operation.at_us,
            text(payload, "requestedEnergyTransfer", 20),
            integer(payload, "energyAmount"),
            integer(payload, "departureTime") if "departureTime" in payload else 0,
        )
    )
    ask(draft, operation, payload, number)
    return {"status": "Processing"}


def _schedule(draft: Draft, operation: Operation, payload: Payload) -> Result:
    """Rejected if the EV wants to begin with more than the profiles allow then (2.0.1, K15)."""
    integer(payload, "evseId", 1, CONNECTOR_MAX)
    base_us = integer(payload, "timeBase")
    periods = required(payload, "periods")
    if type(periods) is not list or not 0 < len(periods) <= PERIODS_MAX:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "periods is no list of 1 to 1,024")
    for period in periods:
        if type(period) is not list or len(period) != 2:
            raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "a period is [start, limit]")
        integer({"start": period[0]}, "start")
        integer({"limit": period[1]}, "limit")
    needs = draft.find(Needs, operation.cp_id)
    if needs is None or needs.transaction_id != draft.open_by_cp(operation.cp_id):
        return {"status": "Rejected"}
    asset: Asset = draft.asset(operation.cp_id)
    current: Current = "DC" if asset.current == "DC" else "AC"
    allowed_w, _ = limit_w(
        _store(draft, operation.cp_id),
        _running(draft, operation.cp_id),
        supply_of(asset.rated_w, current),
        base_us // 1_000_000,
    )
    within = int(periods[0][1]) <= allowed_w
    draft.put(needs._replace(planned_us=base_us, plan=msgpack.packb(periods)))
    return {"status": "Accepted" if within else "Rejected"}


HANDLERS: dict[str, Handler] = {
    Action.NOTIFY_EV_CHARGING_NEEDS.value: _needs,
    Action.NOTIFY_EV_CHARGING_SCHEDULE.value: _schedule,
}
"""By action."""
