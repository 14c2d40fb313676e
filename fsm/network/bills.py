"""Bills: one for each transaction, begun with it, made when it is closed, paid at most once.

A bill runs along with its transaction, so what a driver owes is known at every reading, and it is
closed by the very command that closes the transaction: there is no moment at which one is there
without the other. It keeps the tariff of the moment at which the transaction began: what was
promised then holds.

Energy is priced by the time of day of the reading before it: the price that held when that energy
began to flow. Amounts are rounded line by line (:mod:`fsm.network.tariff`).

Until it is closed a bill follows the readings as they are told. Then it rests on the meter's signed
receipt (:mod:`fsm.network.evidence`): energy that it does not prove comes off, the dearest first,
and gives no tokens. Where a receipt was due and none was good nothing is owed, no fee either.
"""

from typing import Final

from fsm.network.evidence import billable_wh, is_proven
from fsm.network.flexibility import counted, tokens
from fsm.network.handler import Result
from fsm.network.ledger import MINT, account, driver_account, transfer
from fsm.network.records import Bill, Entry, Evidence, Prices, Transaction
from fsm.network.tables import Draft, Tables
from fsm.network.tariff import energy_cents, tariff_of, time_cents

RUNNING: Final = "running"
OPEN: Final = "open"
PAID: Final = "paid"


def begin(draft: Draft, transaction: Transaction, flexible_w: int, at_us: int) -> None:
    """The bill of a transaction that begins; ``flexible_w`` is 0 for who did not opt in."""
    prices = draft.find(Prices, transaction.cp_id)
    rated_w = draft.asset(transaction.cp_id).rated_w
    bill = Bill(
        transaction.id,
        transaction.cp_id,
        transaction.id_tag,
        tariff="" if prices is None else prices.tariff,
        asked_w=min(flexible_w, rated_w),
        priced_us=transaction.start_us,
        counted_us=at_us,
    )
    draft.put(_summed(bill, transaction))


def run_on(draft: Draft, transaction: Transaction, at_us: int) -> None:
    """A reading of an open transaction, which holds it already, was taken at ``at_us``."""
    bill = draft.find(Bill, transaction.id)
    if bill is not None and bill.status == RUNNING:
        bill = _priced(bill, transaction)
        asset = draft.asset(transaction.cp_id)
        draft.put(_summed(counted(bill, asset, at_us), transaction))


def close(draft: Draft, transaction: Transaction, at_us: int) -> None:
    """The transaction was closed, just now: so is its bill, and tokens are paid out.

    Its receipt was judged before (:func:`fsm.network.evidence.close`).
    """
    bill = draft.find(Bill, transaction.id)
    if bill is None or bill.status != RUNNING:
        return
    evidence = draft.get(Evidence, transaction.id)
    bill = counted(_priced(bill, transaction), draft.asset(bill.cp_id), at_us, last=True)
    bill = _proven(bill, transaction, evidence)
    cents = bill_total(bill, transaction, evidence)
    bill = bill._replace(
        status=OPEN if cents else PAID,
        cents=cents,
        tokens=tokens(bill),
        closed_us=transaction.stop_us,
    )
    draft.put(bill)
    name = driver_account(bill.id_tag)
    if bill.tokens:
        entry = Entry(0, at_us, "tokens", bill.transaction, MINT, name, tokens=bill.tokens)
        transfer(draft, entry)
    if bill.cents:
        mine = account(draft, name)
        draft.put(mine._replace(owed_cents=mine.owed_cents + bill.cents))


def cost(draft: Draft, transaction_id: int) -> Result:
    """What the answer to a StopTransaction says besides: ``totalCost`` in cents, if it costs."""
    bill = draft.find(Bill, transaction_id)
    return {"totalCost": bill.cents} if bill is not None and bill.cents else {}


def unpaid(tables: Tables, cp_id: str) -> list[Bill]:
    """The open bills of a charge point: for one that restarts, as this looks at every bill."""
    return [bill for bill in tables.bills.values() if bill.cp_id == cp_id and bill.status == OPEN]


# Lines.


def energy_lines(bill: Bill) -> list[tuple[int, int, int]]:
    """The lines of energy: Wh, µEUR per kWh, cents; in the order in which prices were met."""
    rows = [row.split(":") for row in bill.lines.split(";") if row]
    parsed = [(int(wh), int(price)) for price, wh in rows]
    return [(wh, price, energy_cents(wh, price)) for wh, price in parsed]


def minutes_cents(bill: Bill, transaction: Transaction) -> int:
    """The line of time."""
    price = tariff_of(bill.tariff).minute_ueur
    return time_cents(transaction.duration_us, price) if price else 0


def bill_total(bill: Bill, transaction: Transaction, evidence: Evidence | None = None) -> int:
    """The sum of all lines, in cents; of a closed bill with its evidence: nothing without proof."""
    if evidence is not None and not is_proven(evidence):
        return 0
    energy = sum(cents for _, _, cents in energy_lines(bill))
    return energy + minutes_cents(bill, transaction) + tariff_of(bill.tariff).start_cents


def _priced(bill: Bill, transaction: Transaction) -> Bill:
    """Put the energy since the last reading onto the line of its price."""
    more_wh = transaction.energy_wh - bill.wh
    at_us = max(bill.priced_us, transaction.meter_us)
    if more_wh <= 0:
        return bill._replace(priced_us=at_us)
    price = tariff_of(bill.tariff).energy_ueur_at(bill.priced_us)
    lines = [(wh, each) for wh, each, _ in energy_lines(bill)]
    for index, (wh, each) in enumerate(lines):
        if each == price:
            lines[index] = (wh + more_wh, each)
            break
    else:
        lines.append((more_wh, price))
    text = ";".join(f"{each}:{wh}" for wh, each in lines)
    return bill._replace(wh=bill.wh + more_wh, lines=text, priced_us=at_us)


def _proven(bill: Bill, transaction: Transaction, evidence: Evidence) -> Bill:
    """Take off what the receipt does not prove: told readings were wrong, so no tokens either."""
    proven_wh = billable_wh(transaction, evidence)
    over_wh = bill.wh - proven_wh
    if over_wh <= 0 and is_proven(evidence):
        return bill
    lines = energy_lines(bill)
    kept = {price: wh for wh, price, _ in lines}
    for price in sorted(kept, reverse=True):
        off_wh = min(over_wh, kept[price])
        kept[price] -= off_wh
        over_wh -= off_wh
    text = ";".join(f"{price}:{kept[price]}" for _, price, _ in lines if kept[price])
    return bill._replace(wh=proven_wh, lines=text, flex_uj=0)


def _summed(bill: Bill, transaction: Transaction) -> Bill:
    return bill._replace(cents=bill_total(bill, transaction))
