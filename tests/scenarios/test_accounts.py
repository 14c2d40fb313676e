"""With how much money whom a scenario begins."""

from fsm.network.ledger import BANK, driver_account
from fsm.trust.certificates import emaid_of
from scenarios.loader import load, loads
from scenarios.runner import run
from scenarios.world import World

TEXT = """
duration = "1m"
cps = 2
[[ev]]
id = "EV1"
payment = "contract"
balance = "7EUR"
[[ev]]
id = "EV2"
id_tag = "FAMILY"
balance = "8EUR"
[[ev]]
id = "EV3"
id_tag = "FAMILY"
balance = "9EUR"
[[ev]]
id = "EV4"
balance = "0ct"
[[id_tag]]
id = "FAMILY"
balance = "1EUR"
[[id_tag]]
id = "HOTLINE"
balance = "2EUR"
[[id_tag]]
id = "GUEST"
"""


def test_an_account_is_of_the_contract_or_the_id_tag() -> None:
    """One for all EVs with the same id tag; the EV says it before ``[[id_tag]]`` does."""
    accounts = World(loads(TEXT, "small.toml"), 1).beginning.accounts
    found = {name: account.cents for name, account in accounts.items()}
    assert found == {
        BANK: -(700 + 800 + 200 + 5_000),
        driver_account(emaid_of("EV1")): 700,
        driver_account("FAMILY"): 800,
        driver_account("HOTLINE"): 200,
        driver_account("GUEST"): 5_000,
    }


def test_balances_are_a_part_of_the_chain() -> None:
    """Whoever begins with other balances has another chain from the first moment."""
    rich = World(loads(TEXT.replace("7EUR", "8EUR"), "small.toml"), 1)
    assert rich.machine().chain != World(loads(TEXT, "small.toml"), 1).machine().chain


def test_a_contract_pays_from_its_account() -> None:
    """And no account of the EV's name comes to be."""
    report = run(load("plug-and-charge"))
    accounts = report.money.accounts
    paid = sum(session.cents for session in report.sessions if session.ev == "EV2")
    assert paid > 0
    assert accounts[driver_account(emaid_of("EV2"))].cents == 5_000 - paid
    assert driver_account("EV2") not in accounts
