"""The ledger: accounts, and entries that move money and tokens from one to another.

Double entry: an entry takes from one account what it gives to another, so over all accounts the
sum of cents and the sum of tokens are 0 for ever. What comes from outside comes from an account,
too: drivers' money from the ``bank``, tokens from the ``mint``, which may go below 0; a driver may
not. Each charge point has an account of its own into which its bills are paid.

One token is one Wh of flexibility given (:mod:`fsm.network.flexibility`).
"""

from collections.abc import Mapping
from typing import Final

from fsm.network.books import replay
from fsm.network.records import Account, Entry, Record
from fsm.network.tables import Draft

BANK: Final = "bank"
"""Where drivers' money comes from."""

MINT: Final = "mint"
"""Where tokens come from."""


def driver_account(id_tag: str) -> str:
    """The name of a driver's account."""
    return f"tag:{id_tag}"


def cp_account(cp_id: str) -> str:
    """The name of the account into which a charge point's bills are paid."""
    return f"cp:{cp_id}"


def account(draft: Draft, name: str) -> Account:
    """An account as it is now; an empty one that nobody has used yet."""
    return draft.find(Account, name) or Account(name)


def transfer(draft: Draft, entry: Entry) -> None:
    """Write an entry, and move what it says. Its number is given here.

    Raises ValueError for one that moves nothing forth, or from an account to itself: a handler's
    mistake, not a caller's.
    """
    if entry.cents < 0 or entry.tokens < 0 or entry.payer == entry.payee:
        raise ValueError(f"an entry moves something from one account to another: {entry}")
    draft.put(entry._replace(number=_next_number(draft)))
    payer, payee = account(draft, entry.payer), account(draft, entry.payee)
    draft.put(payer._replace(cents=payer.cents - entry.cents, tokens=payer.tokens - entry.tokens))
    draft.put(payee._replace(cents=payee.cents + entry.cents, tokens=payee.tokens + entry.tokens))


def _next_number(draft: Draft) -> int:
    number = len(draft.tables.entries) + 1
    while draft.find(Entry, number) is not None:
        number += 1
    return number


def opening(balances: Mapping[str, int]) -> tuple[Record, ...]:
    """The records with which a network begins: what each id tag's driver has, in cents."""
    entries = [
        Entry(number, 0, "opening", 0, BANK, driver_account(id_tag), cents)
        for number, (id_tag, cents) in enumerate(balances.items(), 1)
    ]
    return (*replay(entries).values(), *entries)
