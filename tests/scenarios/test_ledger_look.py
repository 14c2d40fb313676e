"""Looking at the ledger: rows against the records, and sums that find what does not agree."""

from collections.abc import Callable

import pytest

from fsm.network.ledger import BANK, cp_account, driver_account
from fsm.network.records import Account, Bill
from fsm.network.tables import Tables
from scenarios.ledger_look import sums
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import LedgerView, LedgerWindow
from scenarios.till import newest
from scenarios.view import Window

S = 1_000_000
ALL = LedgerWindow(rows=1_000)


def ran(scenario: str, seconds: int, seed: int = 1) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session, window: LedgerWindow = ALL) -> LedgerView:
    """What the view shows of the ledger."""
    found = session.view(Window(ledger=window)).ledger
    assert found is not None
    return found


def state_of(session: Session) -> Tables:
    """The newest state."""
    return newest(session.world).state


def test_a_view_has_the_ledger_only_where_it_is_asked_for() -> None:
    """It costs all records."""
    assert ran("tariffs", 5).view().ledger is None


@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [("tariffs", 200), ("flexibility-tokens", 480), ("empty-account", 360), ("contracts", 200)],
)
def test_all_sums_agree_in_a_run(scenario: str, seconds: int) -> None:
    """While bills run, when one is open, and at the end."""
    session = ran(scenario, seconds)
    found = seen(session)
    assert [it.says for it in found.sums if not it.agrees] == []
    assert len(found.accounts) == found.account_total == len(state_of(session).accounts)
    assert found.running + found.open + found.paid == found.bill_total


def test_rows_are_the_records() -> None:
    """With who owes, whose account it is, and the newest first."""
    session = ran("empty-account", 360)
    found, state = seen(session), state_of(session)
    accounts = {it.name: it for it in found.accounts}
    kinds = list(dict.fromkeys(it.kind for it in found.accounts))
    assert kinds == ["driver", "charge point", "outside, for money"]
    poor = accounts[driver_account("EV1")]
    assert (poor.holder, poor.kind, poor.owed_cents) == ("EV1", "driver", 25)
    assert poor.opening_cents == poor.cents
    assert accounts[cp_account("CP3")].kind == "charge point"
    assert accounts[BANK].cents == -sum(
        it.opening_cents for it in found.accounts if it.opening_cents > 0
    )
    assert [it.transaction for it in found.bills] == sorted(state.bills, reverse=True)
    unpaid = next(it for it in found.bills if it.status == "open")
    assert (unpaid.ev, unpaid.cents, unpaid.paid_us) == ("EV1", 25, None)
    assert [it.number for it in found.entries] == sorted(state.entries, reverse=True)


def test_a_window_is_a_part_of_the_lists() -> None:
    """Counted from the newest; beyond the end there is nothing."""
    session = ran("flexibility-tokens", 480)
    whole = seen(session)
    part = seen(session, LedgerWindow(2, 1, 3, rows=2))
    assert part.accounts == whole.accounts[2:4]
    assert part.bills == whole.bills[1:3]
    assert part.entries == whole.entries[3:5]
    beyond = seen(session, LedgerWindow(99, 99, 99, rows=5))
    assert (beyond.accounts, beyond.bills, beyond.entries) == ((), (), ())
    assert beyond.entry_total == whole.entry_total == 10


def with_account(name: str, **changes: int) -> Callable[[Tables], Tables]:
    """A state in which an account is another."""

    def forge(state: Tables) -> Tables:
        account: Account = state.accounts[name]
        changed = account._replace(**changes)
        return state._replace(accounts=state.accounts.updated({name: changed}))

    return forge


def with_bill(status: str) -> Callable[[Tables], Tables]:
    """A state in which a paid bill is not."""

    def forge(state: Tables) -> Tables:
        bill: Bill = state.bills[1]
        return state._replace(bills=state.bills.updated({1: bill._replace(status=status)}))

    return forge


@pytest.mark.parametrize(
    ("forge", "wrong"),
    [
        (
            with_account("tag:EV1", cents=9_999),
            {"money is conserved", "an account is what its entries say"},
        ),
        (
            with_account("tag:EV1", tokens=1),
            {"tokens are conserved", "an account is what its entries say"},
        ),
        (with_account("tag:EV1", owed_cents=5), {"what is open is owed"}),
        (
            with_account("cp:CP1", cents=0),
            {"money is conserved", "an account is what its entries say", "what is paid is earned"},
        ),
        (with_bill("open"), {"what is paid is earned", "what is open is owed"}),
    ],
)
def test_what_does_not_agree_is_found(forge: Callable[[Tables], Tables], wrong: set[str]) -> None:
    """Each forgery by the sums that it spoils, and by no other."""
    state = state_of(ran("flexibility-tokens", 480))
    assert all(it.agrees for it in sums(state))
    assert {it.says for it in sums(forge(state)) if not it.agrees} == wrong


def test_an_account_that_is_missing_does_not_agree() -> None:
    """Its entries are there."""
    state = state_of(ran("flexibility-tokens", 480))
    accounts = {name: it for name, it in state.accounts.items() if name != "cp:CP4"}
    forged = state._replace(accounts=type(state.accounts)(accounts))
    assert "an account is what its entries say" in {it.says for it in sums(forged) if not it.agrees}


def test_looking_changes_nothing() -> None:
    """A run that is looked at has the digest of one that is not."""
    looked, left_alone = ran("tariffs", 100), ran("tariffs", 100)
    for second in range(100, 200, 3):
        seen(looked)
        looked.run(second * S, 100_000)
        left_alone.run(second * S, 100_000)
    assert looked.world.cluster.trace.digest() == left_alone.world.cluster.trace.digest()
