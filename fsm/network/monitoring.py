"""Who is heard, who is not, and the one word that people see for each charge point.

Somebody has to notice that a charge point says nothing: it cannot say so itself. The charge point
that leads listens to all others, each of which it hears once a second; it is their observer until
another one leads. It writes down only what has changed, so a network that is well writes nothing.

* ``Observe``: from now on I listen. It counts up the observers' number.
* ``Observed``: whom I hear otherwise than the log says. With an older number it is refused: one who
  was cut off, and takes the whole network for lost, is an observer no more when its call gets
  through.

A charge point that is heard again is written down in the same way.
"""

from enum import StrEnum
from typing import Any, Final

from fsm.network.booking import UNWELL
from fsm.network.checks import integer, required
from fsm.network.handler import Handler, Result
from fsm.network.instructions import condition_of
from fsm.network.losing import lose_all
from fsm.network.records import Asset, Condition, Observer
from fsm.network.tables import Draft, Tables
from fsm.ocpp.actions import OBSERVE, OBSERVED, AvailabilityType
from fsm.ocpp.frames import CallError, ErrorCode, Operation
from fsm.ocpp.monitor import Hearing
from fsm.ocpp.status import ConnectorStatus


class Monitored(StrEnum):
    """What people see of a charge point at a glance."""

    ACTIVATED = "activated"
    SUPPLYING = "supplying"
    STOPPED = "stopped"
    """By the operator."""
    OUT_OF_ORDER = "out of order"
    """A fault: its engine does not answer its monitor, or its connector has one."""
    DISCONNECTED = "disconnected"
    """Nobody hears it, or it has never booted."""


def monitored(tables: Tables, cp_id: str) -> Monitored:
    """The word for a charge point as the log knows it; the worst that holds."""
    asset: Asset | None = tables.assets.get(cp_id)
    condition = tables.conditions.get(cp_id) or Condition(cp_id)
    if asset is None or condition.hearing == Hearing.UNHEARD:
        return Monitored.DISCONNECTED
    if condition.hearing == Hearing.SILENT or asset.status == ConnectorStatus.FAULTED:
        return Monitored.OUT_OF_ORDER
    if tables.open_by_cp.get(cp_id):
        return Monitored.SUPPLYING
    if condition.availability == AvailabilityType.INOPERATIVE:
        return Monitored.STOPPED
    return Monitored.ACTIVATED


_ONLY: Final = 1
"""The key of the one record of an observer."""


def _observe(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    before = draft.find(Observer, _ONLY)
    number = 1 if before is None else before.number + 1
    draft.put(Observer(number, operation.cp_id, operation.at_us))
    return {"status": "Accepted", "data": {"number": number}}


def _observed(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    number = integer(data, "number", 1)
    found = required(data, "found")
    if type(found) is not list or not all(map(_is_finding, found)):
        raise CallError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "found is no list of [cp, hearing]")
    observer = draft.find(Observer, _ONLY)
    if observer is None or (observer.number, observer.cp_id) != (number, operation.cp_id):
        return {"status": "Rejected", "data": {"why": "another one observes by now"}}
    lost = {}
    for cp_id, hearing in found:
        if draft.find(Asset, cp_id) is None:
            continue
        condition = condition_of(draft, cp_id)
        if condition.hearing != hearing:
            draft.put(condition._replace(hearing=hearing, hearing_us=operation.at_us))
            if hearing in UNWELL:
                lost[cp_id] = UNWELL[hearing]
    # When all are known: no reservation is moved to one that is not heard either.
    for cp_id, why in lost.items():
        lose_all(draft, cp_id, why, operation.at_us)
    return {"status": "Accepted"}


def _is_finding(pair: object) -> bool:
    return (
        type(pair) is list
        and len(pair) == 2
        and type(pair[0]) is str
        and pair[1] in tuple(hearing.value for hearing in Hearing)
    )


TRANSFERS: dict[str, Handler] = {OBSERVE: _observe, OBSERVED: _observed}
"""By ``messageId``."""
