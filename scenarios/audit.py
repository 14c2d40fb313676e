"""The audit: promises about money and tokens, checked each time the network's state moves on.

It keeps books of its own and brings them forward with the ledger's new entries, so that a check
costs what has changed. :func:`findings` is the same from the beginning, by other ways, for the end
of a run.
"""

from collections.abc import Iterator

from fsm.network.bills import OPEN, PAID, RUNNING, bill_total
from fsm.network.books import post, replay
from fsm.network.evidence import billable_wh
from fsm.network.flexibility import tokens
from fsm.network.ledger import cp_account, driver_account
from fsm.network.records import Account, Bill, Entry
from fsm.network.tables import Tables
from paxos.check.violation import InvariantViolation
from scenarios.checked import Checked

SENTENCES = {
    "M1": "money and tokens are conserved: an account is what its ledger entries say",
    "M2": "a transaction that is closed has its bill, and one that is open owes nothing yet",
    "M3": "a bill is paid at most once, and just what it says",
}
"""What each invariant of money means."""


class Audit:
    """Follows the state of whoever has applied most."""

    def __init__(self, begin: Tables, checked: Checked | None = None) -> None:
        self._checked = Checked() if checked is None else checked
        self.applied = begin.applied
        self._books = dict(begin.accounts)
        self._entries = len(begin.entries)
        self._transactions = 0
        self._open: dict[int, None] = {}
        self._places: object = begin.open_by_cp
        self._accounts: object = begin.accounts
        self._paid: dict[int, None] = {}

    def check(self, state: Tables) -> None:
        """Look at what is new in a state. Raises :class:`InvariantViolation`."""
        if state.applied <= self.applied:
            return
        self.applied = state.applied
        if state.accounts is not self._accounts:
            self._accounts = state.accounts
            self._check_entries(state)
        if state.open_by_cp is not self._places:
            self._places = state.open_by_cp
            self._check_bills(state)

    def _check_entries(self, state: Tables) -> None:
        touched: dict[str, None] = {}
        while (entry := state.entries.get(self._entries + 1)) is not None:
            self._entries += 1
            post(self._books, entry)
            touched |= {entry.payer: None, entry.payee: None}
            if entry.what == "bill":
                self._check_payment(state, entry)
        for name in touched or state.accounts:
            # Without an entry any account may be the one that moved.
            self._check_account(state, name)

    def _check_account(self, state: Tables, name: str) -> None:
        self._checked.count("M1")
        found, books = state.accounts.get(name), self._books.get(name) or Account(name)
        if found is None or (found.cents, found.tokens) != (books.cents, books.tokens):
            has = "is missing" if found is None else f"has {found.cents} ct, {found.tokens} tokens"
            said = f"its entries say {books.cents} ct, {books.tokens} tokens"
            self._fail("M1", f"the account {name} {has}; {said}")

    def _check_payment(self, state: Tables, entry: Entry) -> None:
        self._checked.count("M3")
        bill = state.bills.get(entry.transaction)
        if entry.transaction in self._paid:
            self._fail("M3", f"the bill of transaction {entry.transaction} is paid a second time")
        self._paid[entry.transaction] = None
        if bill is None or bill.cents != entry.cents:
            says = "there is none" if bill is None else f"it says {bill.cents} ct"
            found = f"{entry.cents} ct are paid for the bill of transaction {entry.transaction}"
            self._fail("M3", f"{found}; {says}")

    def _check_bills(self, state: Tables) -> None:
        while self._transactions + 1 in state.transactions:
            self._transactions += 1
            self._open[self._transactions] = None
        for number in list(self._open):
            self._checked.count("M2")
            transaction, bill = state.transactions[number], state.bills.get(number)
            running = bill is not None and bill.status == RUNNING
            if bill is None or transaction.is_open is not running:
                has = "no bill" if bill is None else f"a bill that is {bill.status}"
                what = "open" if transaction.is_open else "closed"
                self._fail("M2", f"transaction {number} is {what} and has {has}")
            if not transaction.is_open:
                del self._open[number]

    def _fail(self, name: str, found: str) -> None:
        raise InvariantViolation(name, found, sentence=SENTENCES[name])


def findings(state: Tables) -> Iterator[str]:
    """What is wrong with a state's money, computed from all its records; nothing when all is well.

    Raises nothing.
    """
    accounts = state.accounts
    said = replay(state.entries.values())
    owed: dict[str, int] = {}
    for bill in state.bills.values():
        if bill.status == OPEN:
            name = driver_account(bill.id_tag)
            owed[name] = owed.get(name, 0) + bill.cents
        yield from _bill_findings(state, bill)
    for name in dict.fromkeys([*said, *accounts, *owed]):
        wanted = (said.get(name) or Account(name))._replace(owed_cents=owed.get(name, 0))
        if accounts.get(name) != wanted:
            yield f"M1: the account {name} is {accounts.get(name)}, its entries say {wanted}"
        if name.startswith("tag:") and wanted.cents < 0:
            yield f"M1: the driver's account {name} is overdrawn, {wanted.cents} ct"
    for kind in ("cents", "tokens"):
        total = sum(getattr(account, kind) for account in accounts.values())
        if total:
            yield f"M1: all accounts together have {total} {kind}, not 0"
    if [*state.bills] != [*state.transactions]:
        yield "M2: there are transactions without a bill, or bills without a transaction"
    yield from _payments(state)


def unsettled_money(state: Tables) -> Iterator[str]:
    """What is wrong, or not done, when everything else has come to rest.

    A bill may be open then only where the driver has less than it says.
    """
    yield from findings(state)
    for bill in state.bills.values():
        holder = state.accounts.get(driver_account(bill.id_tag))
        if bill.status == OPEN and holder is not None and holder.cents >= bill.cents:
            has = f"{bill.cents} ct, and its driver has {holder.cents} ct"
            yield f"the bill of transaction {bill.transaction} was never paid: {has}"


def has_no_credit(state: Tables, id_tag: str) -> bool:
    """Whether a driver is refused for want of money; nobody is where charging is free."""
    if not any(prices.tariff for prices in state.prices.values()):
        return False
    holder = state.accounts.get(driver_account(id_tag))
    return holder is None or holder.cents <= holder.owed_cents


def _bill_findings(state: Tables, bill: Bill) -> Iterator[str]:
    """Its state, its energy, its sum and its tokens."""
    transaction = state.transactions.get(bill.transaction)
    name = f"the bill of transaction {bill.transaction}"
    if transaction is None:
        return
    if transaction.is_open is not (bill.status == RUNNING):
        yield f"M2: {name} is {bill.status}"
    proof = state.evidence[transaction.id]
    proven_wh = billable_wh(transaction, proof)
    if bill.status != RUNNING and bill.wh != proven_wh:
        yield f"M2: {name} is over {bill.wh} Wh, proven are {proven_wh} Wh"
    total = bill_total(bill, transaction, proof)
    if bill.cents != total:
        yield f"M2: {name} says {bill.cents} ct, its lines {total} ct"
    if bill.status != RUNNING and bill.tokens != tokens(bill):
        yield f"M2: {name} says {bill.tokens} tokens for {tokens(bill)} Wh"


def _payments(state: Tables) -> Iterator[str]:
    """Each paid bill has its entry, no other bill has one, and the same for tokens."""
    made: dict[tuple[str, int], list[Entry]] = {}
    for entry in state.entries.values():
        if entry.what != "opening":
            made.setdefault((entry.what, entry.transaction), []).append(entry)
    for bill in state.bills.values():
        paid = made.pop(("bill", bill.transaction), [])
        wanted = 1 if bill.status == PAID and bill.cents else 0
        whole = all(
            (entry.cents, entry.payer, entry.payee)
            == (bill.cents, driver_account(bill.id_tag), cp_account(bill.cp_id))
            for entry in paid
        )
        if len(paid) != wanted or not whole:
            yield f"M3: the bill of transaction {bill.transaction} is {bill.status}, paid {paid}"
        given = sum(entry.tokens for entry in made.pop(("tokens", bill.transaction), []))
        if given != bill.tokens:
            yield f"M3: transaction {bill.transaction} earned {bill.tokens} tokens, got {given}"
    if made:
        yield f"M3: entries for no bill: {[*made]}"
