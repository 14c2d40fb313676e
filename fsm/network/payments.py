"""Paying a bill: DataTransfer ``Pay`` with ``{transactionId}``.

It may come any number of times, from any charge point, before or after a crash: a bill that is
paid stays paid, and asking again says so. Either the whole bill is paid or nothing is.
"""

from typing import Any

from fsm.network.bills import OPEN, PAID, RUNNING
from fsm.network.checks import integer
from fsm.network.handler import Handler, Result
from fsm.network.ledger import account, cp_account, driver_account, transfer
from fsm.network.records import Bill, Entry
from fsm.network.tables import Draft
from fsm.ocpp.actions import PAY, AuthorizationStatus
from fsm.ocpp.frames import Operation


def _pay(draft: Draft, operation: Operation, data: dict[str, Any]) -> Result:
    bill = draft.find(Bill, integer(data, "transactionId"))
    if bill is None or bill.status == RUNNING:
        return {"status": "Rejected", "data": {"reason": "NoBill"}}
    if bill.status == OPEN:
        mine = account(draft, driver_account(bill.id_tag))
        if mine.cents < bill.cents:
            reason = AuthorizationStatus.NO_CREDIT.value
            return {"status": "Rejected", "data": {"reason": reason, "cents": bill.cents}}
        draft.put(mine._replace(owed_cents=mine.owed_cents - bill.cents))
        payee = cp_account(bill.cp_id)
        at_us = operation.at_us
        transfer(
            draft, Entry(0, at_us, "bill", bill.transaction, mine.name, payee, cents=bill.cents)
        )
        draft.put(bill._replace(status=PAID, paid_us=at_us))
    return {"status": "Accepted", "data": {"cents": bill.cents}}


TRANSFERS: dict[str, Handler] = {PAY: _pay}
"""By ``messageId``."""
