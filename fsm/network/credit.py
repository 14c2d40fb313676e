"""Credit: whether who wants to charge can pay for it."""

from fsm.network.ledger import account, driver_account
from fsm.network.records import Prices
from fsm.network.tables import Draft
from fsm.ocpp.actions import AuthorizationStatus


def with_credit(draft: Draft, id_tag: str, cp_id: str, status: str) -> str:
    """What an id tag or eMAID may do at a charge point, where charging costs something.

    Who has no more than is owed for earlier bills gets ``NoCredit`` instead of ``Accepted``.
    """
    if status != AuthorizationStatus.ACCEPTED.value:
        return status
    prices = draft.find(Prices, cp_id)
    if prices is None or not prices.tariff:
        return status
    mine = account(draft, driver_account(id_tag))
    return status if mine.cents > mine.owed_cents else AuthorizationStatus.NO_CREDIT.value
