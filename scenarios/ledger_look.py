"""Looking at the ledger: accounts, bills, entries, and the sums that must agree.

The sums are computed from the records at every look, by other ways than the state machine's: it
moves money entry by entry, here all entries and all bills are added up.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fsm.network.bills import OPEN, PAID, RUNNING
from fsm.network.ledger import BANK, MINT
from fsm.network.records import Account, Bill, Entry
from fsm.network.tables import Tables
from scenarios.tables_view import (
    AccountView,
    BillView,
    EntryView,
    LedgerView,
    LedgerWindow,
    SumView,
)
from scenarios.till import Till, tokens_of
from scenarios.world import World

_KINDS = {"tag": "driver", "cp": "charge point"}
_OUTSIDE = {BANK: "outside, for money", MINT: "outside, for tokens"}


def ledger(world: World, till: Till, window: LedgerWindow) -> LedgerView:
    """The rows that are asked for, and sums over all there are."""
    state = till.network.state
    owners = _owners(world)
    bills, status = state.bills, Counter(bill.status for bill in state.bills.values())
    return LedgerView(
        applied=state.applied,
        accounts=tuple(
            _account(account, owners, world.beginning.accounts)
            for account in _part(_in_order(state.accounts), window.first_account, window.rows)
        ),
        bills=tuple(
            _bill(bills[number], owners)
            for number in _newest(bills, window.first_bill, window.rows)
        ),
        entries=tuple(
            _entry(state.entries[number])
            for number in _newest(state.entries, window.first_entry, window.rows)
        ),
        account_total=len(state.accounts),
        bill_total=len(bills),
        entry_total=len(state.entries),
        running=status[RUNNING],
        open=status[OPEN],
        paid=status[PAID],
        sums=sums(state),
    )


def _owners(world: World) -> dict[str, str]:
    """The EVs of each id tag and contract."""
    owners: dict[str, list[str]] = {}
    for name, car in world.cars.items():
        owners.setdefault(car.ev.account, []).append(name)
    return {account: " ".join(names) for account, names in owners.items()}


def _in_order(accounts: Mapping[str, Account]) -> list[Account]:
    """Drivers, charge points, then what is outside; each in the order of their first entry."""
    ranks = {"tag": 0, "cp": 1}
    return sorted(
        accounts.values(), key=lambda account: ranks.get(account.name.partition(":")[0], 2)
    )


def _part(rows: Sequence[Any], first: int, count: int) -> Sequence[Any]:
    return rows[first : first + count]


def _newest(table: Mapping[int, object], first: int, count: int) -> Sequence[int]:
    """Numbers from the newest on; they are given out from 1 and none is missing."""
    last = len(table) - first
    return [n for n in range(last, max(last - count, 0), -1) if n in table]


def _account(
    account: Account, owners: Mapping[str, str], opening: Mapping[str, Account]
) -> AccountView:
    kind, _, of = account.name.partition(":")
    before = opening.get(account.name)
    return AccountView(
        name=account.name,
        kind=_KINDS.get(kind) or _OUTSIDE.get(account.name, kind),
        holder=owners.get(of, "") if kind == "tag" else "",
        cents=account.cents,
        tokens=account.tokens,
        owed_cents=account.owed_cents,
        opening_cents=before.cents if before is not None else 0,
    )


def _bill(bill: Bill, owners: Mapping[str, str]) -> BillView:
    return BillView(
        transaction=bill.transaction,
        cp=bill.cp_id,
        ev=owners.get(bill.id_tag, "") or bill.id_tag,
        status=bill.status,
        energy_wh=bill.wh,
        cents=bill.cents,
        tokens=tokens_of(bill),
        closed_us=bill.closed_us,
        paid_us=bill.paid_us,
    )


def _entry(entry: Entry) -> EntryView:
    return EntryView(
        number=entry.number,
        at_us=entry.at_us,
        what=entry.what,
        transaction=entry.transaction,
        payer=entry.payer,
        payee=entry.payee,
        cents=entry.cents,
        tokens=entry.tokens,
    )


# Sums.


def sums(state: Tables) -> tuple[SumView, ...]:
    """What must agree, whatever was applied; a cost of all records, some µs for each."""
    accounts = list(state.accounts.values())
    bills = list(state.bills.values())
    drivers = [it for it in accounts if it.name.startswith("tag:")]
    cents = {it.name: it.cents for it in accounts}
    earned = sum(it.cents for it in accounts if it.name.startswith("cp:"))
    minted = -sum(it.tokens for it in accounts if it.name == MINT)
    return (
        SumView(
            "money is conserved", "bank", -cents.get(BANK, 0),
            "accounts",
            sum(it.cents for it in accounts if it.name != BANK), "cents",
        ),
        SumView(
            "tokens are conserved", "minted", minted, "drivers",
            sum(it.tokens for it in drivers), "tokens",
        ),
        SumView(
            "an account is what its entries say", "by entries", _as_entries_say(state),
            "accounts", len(accounts), "accounts",
        ),
        SumView(
            "what is paid is earned", "paid bills",
            sum(it.cents for it in bills if it.status == PAID), "CPs", earned, "cents",
        ),
        SumView(
            "what is open is owed", "open bills",
            sum(it.cents for it in bills if it.status == OPEN), "drivers",
            sum(it.owed_cents for it in accounts), "cents",
        ),
        SumView(
            "flexibility is paid in tokens", "closed bills",
            sum(it.tokens for it in bills if it.status != RUNNING), "minted", minted, "tokens",
        ),
    )  # fmt: skip


def _as_entries_say(state: Tables) -> int:
    """How many accounts have the cents and tokens that all entries together moved there."""
    cents: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    for entry in state.entries.values():
        cents[entry.payer] -= entry.cents
        cents[entry.payee] += entry.cents
        tokens[entry.payer] -= entry.tokens
        tokens[entry.payee] += entry.tokens
    found = sum(
        (cents[it.name], tokens[it.name]) == (it.cents, it.tokens) for it in state.accounts.values()
    )
    # An account that entries name, and that is missing, is one that does not agree.
    return found - sum(name not in state.accounts for name in cents)
