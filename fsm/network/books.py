"""Books: accounts as they follow from entries alone, to check those of the state by."""

from collections.abc import Iterable, Sequence

from fsm.network.records import Account, Entry


def replay(entries: Iterable[Entry]) -> dict[str, Account]:
    """What the accounts must be when just these entries were made; bills owed are left out."""
    accounts: dict[str, Account] = {}
    for entry in entries:
        post(accounts, entry)
    return accounts


def post(accounts: dict[str, Account], entry: Entry) -> None:
    """Bring a book of accounts forward by an entry."""
    for name, sign in ((entry.payer, -1), (entry.payee, 1)):
        old = accounts.get(name) or Account(name)
        accounts[name] = old._replace(
            cents=old.cents + sign * entry.cents, tokens=old.tokens + sign * entry.tokens
        )


def books_balance(accounts: Sequence[Account], entries: Sequence[Entry]) -> bool:
    """Whether entries are numbered from 1, and the accounts are what they say."""
    said = replay(entries)
    return (
        [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        and all(
            said.pop(account.name, Account(account.name)) == account._replace(owed_cents=0)
            for account in accounts
        )
        and not said
    )
