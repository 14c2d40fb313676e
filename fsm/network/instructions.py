"""CALLs of the CSMS: what somebody at one charge point wants of another one, or of all.

Together the charge points are the CSMS, so nobody could call from outside: a CALL *to* a charge
point is decided in the log. ``Instruct`` makes a record of it; whoever it is for finds it there
when it applies that slot, answers with ``InstructionResult``, and acts when that answer is in the
log. So an instruction waits for a charge point that is down or cut off, is answered once, and is
carried out at most once: a charge point that dies between its answer and the deed has lost it.
What must not be lost is in the log (availability, what a restart was for).

A new action is a line of :data:`INSTRUCTIONS`, and one of :mod:`fsm.v2g.instructions`.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgpack

from fsm.network import charging
from fsm.network.checks import integer, one_of, required, text
from fsm.network.handler import CONNECTOR_MAX, Handler, NotPossibleError, Result
from fsm.network.losing import lose_all
from fsm.network.records import Asset, Condition, Instruction
from fsm.network.tables import Draft
from fsm.ocpp.actions import (
    EVERYONE,
    ID_TAG_MAX,
    INSTRUCT,
    INSTRUCTION_RESULT,
    AvailabilityType,
    Instructed,
    ResetType,
)
from fsm.ocpp.frames import CP_ID_MAX, CallError, ErrorCode, Operation
from fsm.ocpp.reserving import Why

RESULT_MAX: Final = 100_000
"""Longest answer in bytes."""

Payload = dict[str, Any]


class Kind(NamedTuple):
    """One kind of instruction."""

    check: Callable[[Draft, str, Payload], Payload]
    """The payload for this charge point, checked and completed.

    Raises CallError for a wrong one, :class:`NotPossibleError` for one that makes no sense now.
    """
    answered: Callable[[Draft, Instruction, Payload], None] | None = None
    """What an answer changes in the network; gets the instruction, answered, and its payload."""


def _instruct(draft: Draft, operation: Operation, data: Payload) -> Result:
    target = text(data, "cp", CP_ID_MAX)
    action = text(data, "action", 50)
    payload = required(data, "payload")
    if type(payload) is not dict:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "payload is not an object")
    kind = INSTRUCTIONS.get(action)
    if kind is None:
        return _rejected(f"there is no instruction {action}")
    everyone = target == EVERYONE
    if not everyone and draft.find(Asset, target) is None:
        return _rejected(f"{target} has not booted")
    ids: list[int] = []
    why = "no charge point has booted"
    for cp_id in draft.tables.assets if everyone else (target,):
        try:
            checked = kind.check(draft, cp_id, payload)
        except NotPossibleError as error:
            why = str(error)
            continue
        number = len(draft.tables.instructions) + len(ids) + 1
        packed = _packed(checked)
        draft.put(Instruction(number, cp_id, action, packed, operation.at_us, operation.cp_id))
        ids.append(number)
    return {"status": "Accepted", "data": {"ids": ids}} if ids else _rejected(why)


def _rejected(why: str) -> Result:
    return {"status": "Rejected", "data": {"why": why}}


def _instruction_result(draft: Draft, operation: Operation, data: Payload) -> Result:
    number = integer(data, "id", 1)
    payload = required(data, "payload")
    if type(payload) is not dict:
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "payload is not an object")
    status = text(payload, "status", 50)
    result = _packed(payload)
    instruction = draft.find(Instruction, number)
    if instruction is None or instruction.cp_id != operation.cp_id:
        raise CallError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "the instruction is another's")
    if not instruction.is_pending:
        return {"status": "Accepted", "data": {"first": False}}
    instruction = instruction._replace(
        status="answered", answer=status, result=result, answered_us=operation.at_us
    )
    draft.put(instruction)
    answered = INSTRUCTIONS[instruction.action].answered
    if answered is not None:
        answered(draft, instruction, msgpack.unpackb(instruction.payload))
    return {"status": "Accepted", "data": {"first": True}}


def _packed(payload: Payload) -> bytes:
    try:
        packed: bytes = msgpack.packb(payload)
    except ValueError as error:
        raise CallError(ErrorCode.FORMATION_VIOLATION, "it is nested too deeply") from error
    if len(packed) > RESULT_MAX:
        raise CallError(ErrorCode.FORMATION_VIOLATION, f"it is longer than {RESULT_MAX} bytes")
    return packed


# -- the actions ---------------------------------------------------------------------------------


def _change_availability(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    connector_id = integer(payload, "connectorId", 0, CONNECTOR_MAX)
    return {"connectorId": connector_id, "type": one_of(payload, "type", AvailabilityType).value}


def _availability_changed(draft: Draft, instruction: Instruction, payload: Payload) -> None:
    if instruction.answer in ("Accepted", "Scheduled"):
        condition = condition_of(draft, instruction.cp_id)
        draft.put(condition._replace(availability=payload["type"]))
        if payload["type"] == AvailabilityType.INOPERATIVE:
            # Also when a transaction ends first: who has been promised the time after it is told.
            lose_all(draft, instruction.cp_id, Why.STOPPED, instruction.answered_us or 0)


def _remote_start(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    id_tag = text(payload, "idTag", ID_TAG_MAX)
    if draft.open_by_cp(cp_id):
        raise NotPossibleError(f"a transaction runs at {cp_id}")
    return {
        "connectorId": integer({"connectorId": 1, **payload}, "connectorId", 1),
        "idTag": id_tag,
    }


def _remote_stop(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    """Without a transaction's id it is the one that runs there: the log knows it."""
    running = draft.open_by_cp(cp_id)
    number = integer(payload, "transactionId", 1) if "transactionId" in payload else running
    if not running or number != running:
        raise NotPossibleError(
            f"transaction {number} does not run at {cp_id}"
            if number
            else f"no transaction runs at {cp_id}"
        )
    return {"transactionId": number}


def _reset(draft: Draft, cp_id: str, payload: Payload) -> Payload:
    return {"type": one_of(payload, "type", ResetType).value}


def _reset_accepted(draft: Draft, instruction: Instruction, payload: Payload) -> None:
    if instruction.answer == "Accepted":
        condition = condition_of(draft, instruction.cp_id)
        boots = draft.asset(instruction.cp_id).boots
        draft.put(condition._replace(reset=payload["type"], reset_boots=boots))


def condition_of(draft: Draft, cp_id: str) -> Condition:
    """What is known of a charge point's condition; a fresh record when nothing is."""
    return draft.find(Condition, cp_id) or Condition(cp_id)


INSTRUCTIONS: dict[str, Kind] = {
    Instructed.CHANGE_AVAILABILITY.value: Kind(_change_availability, _availability_changed),
    Instructed.REMOTE_START.value: Kind(_remote_start),
    Instructed.REMOTE_STOP.value: Kind(_remote_stop),
    Instructed.RESET.value: Kind(_reset, _reset_accepted),
    Instructed.SET_CHARGING_PROFILE.value: Kind(charging.check_set, charging.was_set),
    Instructed.CLEAR_CHARGING_PROFILE.value: Kind(charging.check_clear, charging.was_cleared),
    Instructed.GET_COMPOSITE_SCHEDULE.value: Kind(charging.check_composite),
}
"""By action."""

TRANSFERS: dict[str, Handler] = {
    INSTRUCT: _instruct,
    INSTRUCTION_RESULT: _instruction_result,
}
"""By ``messageId``."""
