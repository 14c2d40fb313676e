"""The audit: each invariant of money fires on a network that breaks it, and on no other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsm.network import bills, payments, transactions
from fsm.network.ledger import MINT, account, driver_account
from fsm.network.records import Account, Bill, Entry
from fsm.network.state import NetworkState
from fsm.network.tables import Draft, Tables
from paxos.check.violation import InvariantViolation
from scenarios.audit import SENTENCES, Audit, findings, has_no_credit, unsettled_money
from scenarios.loader import load
from scenarios.runner import run
from tests.fsm.test_money import Shop

Mutant = Callable[[pytest.MonkeyPatch], None]


def debit_twice(patch: pytest.MonkeyPatch) -> None:
    """The payer's account is charged a second time, with one entry."""
    right = payments.transfer

    def wrong(draft: Draft, entry: Entry) -> None:
        right(draft, entry)
        payer = account(draft, entry.payer)
        draft.put(payer._replace(cents=payer.cents - entry.cents))

    patch.setattr(payments, "transfer", wrong)


def pay_twice(patch: pytest.MonkeyPatch) -> None:
    """A payment is made as often as it is applied: two entries."""
    right = payments.transfer

    def wrong(draft: Draft, entry: Entry) -> None:
        right(draft, entry)
        right(draft, entry)

    patch.setattr(payments, "transfer", wrong)


def pay_less(patch: pytest.MonkeyPatch) -> None:
    """A cent is forgotten, on both sides."""
    right = payments.transfer
    patch.setattr(
        payments,
        "transfer",
        lambda draft, entry: right(draft, entry._replace(cents=entry.cents - 1)),
    )


def mint_without_entry(patch: pytest.MonkeyPatch) -> None:
    """Tokens are given, and nobody writes it down."""

    def wrong(draft: Draft, entry: Entry) -> None:
        mine = account(draft, entry.payee)
        draft.put(mine._replace(tokens=mine.tokens + entry.tokens))

    patch.setattr(bills, "transfer", wrong)


def no_bill(patch: pytest.MonkeyPatch) -> None:
    """A transaction begins without its bill."""
    patch.setattr(transactions.bills, "begin", lambda *_: None)


def drop_bill(patch: pytest.MonkeyPatch) -> None:
    """A transaction is closed, and its bill is forgotten."""
    patch.setattr(transactions.bills, "close", lambda *_: None)


def close_early(patch: pytest.MonkeyPatch) -> None:
    """A bill is closed with the first reading."""
    patch.setattr(
        transactions.bills,
        "begin",
        lambda draft, transaction, *_: draft.put(
            Bill(transaction.id, transaction.cp_id, transaction.id_tag, "", "open")
        ),
    )


MUTANTS: list[tuple[Mutant, str]] = [
    (debit_twice, "M1"),
    (mint_without_entry, "M1"),
    (no_bill, "M2"),
    (drop_bill, "M2"),
    (close_early, "M2"),
    (pay_twice, "M3"),
    (pay_less, "M3"),
]


@pytest.mark.parametrize(("mutant", "name"), MUTANTS, ids=[m.__name__ for m, _ in MUTANTS])
def test_a_broken_network_is_caught_in_a_run(
    mutant: Mutant, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run stops with the invariant, its sentence, and what was found."""
    mutant(monkeypatch)
    report = run(load("flexibility-tokens"))
    assert [violation.invariant for violation in report.violations] == [name]
    assert SENTENCES[name] in report.violations[0].text
    assert report.exit_code == 1


def test_every_invariant_has_a_mutant() -> None:
    """And each one fires for its own reason only."""
    assert {name for _, name in MUTANTS} == set(SENTENCES)


def test_the_right_network_is_not_accused() -> None:
    """The same run without a mutant."""
    report = run(load("flexibility-tokens"))
    assert report.violations == ()
    assert report.money.problems == ()
    assert report.exit_code == 0


def shop() -> Shop:
    """One session that is paid, one that is open, one that runs."""
    made = Shop()
    made.begin("CP1", "EV1", 11_000)
    made.end("CP1", 1, 1_000, 60_000_000)
    made.pay(1)
    made.begin("CP1", "EV1", wh=1_000)
    made.end("CP1", 2, 3_000, 60_000_000)
    made.begin("CP2", "EV2")
    return made


def changed(tables: Tables, *records: Any) -> Tables:
    """The tables with some records that no command would put there."""
    draft = Draft(tables)
    for record in records:
        draft.put(record)
    return draft.keep()


def corruptions(state: Tables) -> Iterator[tuple[str, Tables]]:
    """Each promise broken once, and what is found first."""
    driver = state.accounts[driver_account("EV1")]
    paid, opened, running = state.bills.values()
    entry = list(state.entries.values())[-1]
    yield "M1: the account tag:EV1", changed(state, driver._replace(cents=driver.cents + 1))
    yield "M1: the account tag:EV1", changed(state, driver._replace(owed_cents=0))
    yield "M1: the account mint", changed(state, Account(MINT, tokens=3))
    yield (
        "M2: the bill of transaction 2 is running",
        changed(state, opened._replace(status="running")),
    )
    yield "M2: the bill of transaction 3 is open", changed(state, running._replace(status="open"))
    yield "M2: the bill of transaction 1 says 44 ct", changed(state, paid._replace(cents=44))
    yield "M2: the bill of transaction 1 says 9 tokens", changed(state, paid._replace(tokens=9))
    yield (
        "M3: the bill of transaction 2 is paid, paid []",
        changed(
            state,
            opened._replace(status="paid"),
            driver._replace(owed_cents=0),
        ),
    )
    twice = entry._replace(number=len(state.entries) + 1)
    payer, payee = state.accounts[entry.payer], state.accounts[entry.payee]
    yield (
        "M3: the bill of transaction 1 is paid, paid [",
        changed(
            state,
            twice,
            payer._replace(cents=payer.cents - entry.cents),
            payee._replace(cents=payee.cents + entry.cents),
        ),
    )


def test_findings_see_each_thing_that_is_wrong() -> None:
    """From the records alone, by other ways than the commands; nothing where nothing is wrong."""
    state = shop().state.state
    assert list(findings(state)) == []
    for expected, broken in corruptions(state):
        assert any(found.startswith(expected) for found in findings(broken)), expected


def test_a_bill_that_could_be_paid_is_unsettled() -> None:
    """When everything has come to rest; one that cannot be paid is not."""
    made = shop()
    (found,) = unsettled_money(made.state.state)
    assert found.startswith("the bill of transaction 2 was never paid: 90 ct")
    made.pay(2)
    assert list(unsettled_money(made.state.state)) == []
    poor = Shop(balances={"EV1": 1})
    poor.begin("CP1", "EV1")
    poor.end("CP1", 1, 1_000, 60_000_000)
    assert list(unsettled_money(poor.state.state)) == []
    assert has_no_credit(poor.state.state, "EV1")
    assert has_no_credit(poor.state.state, "EV2")
    assert not has_no_credit(made.state.state, "EV1")


def test_the_audit_looks_at_what_is_new_only() -> None:
    """A state that was seen, or an older one, is passed over; a jump over many is not."""
    made = shop()
    audit = Audit(Shop().state.state)
    audit.check(made.state.state)
    broken = changed(made.state.state, Account("tag:EV1", 1))
    audit.check(broken._replace(applied=audit.applied))
    with pytest.raises(InvariantViolation, match="M1"):
        audit.check(broken)
    assert NetworkState(1).applied == 0
