"""Grants that end: the log's part (the rule, and why it is safe: :mod:`fsm.energy.grants`).

``GrantEnded`` says that a charge point was not heard for longer than its grant lasts, by whoever
leads. The log has no clock, so it checks the one thing that it can: that no call of that charge
point has been applied since those that were counted. Two leaders, or one that was cut off and
whose word comes late, can do no harm.

A charge point whose grant has ended holds its fallback share, until the next of its calls.
"""

from typing import Any

from fsm.network.checks import integer, text
from fsm.network.handler import Handler, Result
from fsm.network.limits import curb, share
from fsm.network.records import Asset, Grant
from fsm.network.tables import Draft, Tables
from fsm.ocpp.actions import GRANT_ENDED
from fsm.ocpp.frames import Operation

ID_MAX = 255


def heard(draft: Draft, cp_id: str) -> None:
    """A call of a charge point is applied: a grant that had ended begins anew."""
    grant = draft.find(Grant, cp_id)
    if grant is None:
        return
    draft.put(grant._replace(calls=grant.calls + 1))
    if grant.is_ended and draft.open_by_cp(cp_id):
        share(draft)


def to_watch(tables: Tables) -> list[tuple[str, int]]:
    """Charge points that hold more than their fallback share, with how many calls were applied."""
    found = []
    for cp_id, grant in tables.grants.items():
        asset = tables.assets.get(cp_id)
        if grant.grant_us and asset is not None and asset.held_w > grant.fallback_w:
            found.append((cp_id, grant.calls))
    return found


def _grant_ended(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    cp_id, calls = text(data, "cp", ID_MAX), integer(data, "calls", 1)
    grant, asset = draft.find(Grant, cp_id), draft.find(Asset, cp_id)
    if grant is None or asset is None or not grant.grant_us:
        return {"status": "Rejected", "data": {"why": "it has no grant that ends"}}
    if grant.calls != calls:
        return {"status": "Rejected", "data": {"why": "it was heard since"}}
    draft.put(grant._replace(ended=calls))
    draft.put(curb(asset, grant.fallback_w))
    share(draft)
    return {"status": "Accepted"}


TRANSFERS: dict[str, Handler] = {GRANT_ENDED: _grant_ended}
"""By ``messageId``."""
