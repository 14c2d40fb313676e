"""What people see of money: bills, accounts and earnings as the newest state has them."""

from attrs import frozen

from fsm.network.bills import RUNNING
from fsm.network.flexibility import tokens
from fsm.network.ledger import cp_account, driver_account
from fsm.network.records import Account, Bill
from fsm.network.state import NetworkState
from fsm.network.tariff import tariff_of
from scenarios.world import World


def newest(world: World) -> NetworkState:
    """The network's state as the replica that has applied most knows it."""
    nodes = [node for number in world.ids if (node := world.node(number)) is not None]
    states = [(node.replica.commit_slot, node.network) for node in nodes]
    if not states:
        # Nobody runs: what was known last, which the disks still hold.
        states = [(left.network.applied, left.network) for left in world.remains.values()]
    return max(states, key=lambda state: state[0])[1]


@frozen
class Purse:
    """A driver's money: in cents, and tokens."""

    balance_cents: int
    paid_cents: int
    owes_cents: int
    tokens: int


class Till:
    """Looks one state's money up."""

    def __init__(self, world: World) -> None:
        self.network = newest(world)
        self._opening = world.beginning.accounts

    def purse(self, id_tag: str) -> Purse:
        """What a driver has, has paid, owes, and got for flexibility."""
        name = driver_account(id_tag)
        account = self.network.accounts.get(name) or Account(name)
        opening = self._opening.get(name) or Account(name)
        paid = opening.cents - account.cents
        return Purse(account.cents, paid, account.owed_cents, account.tokens)

    def earned_cents(self, cp_id: str) -> int:
        """What a charge point's bills have brought in."""
        account = self.network.accounts.get(cp_account(cp_id))
        return 0 if account is None else account.cents

    def price_ueur(self, cp_id: str, at_us: int) -> int:
        """What a charge point asks for a kWh at this time; 0 before it has booted."""
        prices = self.network.state.prices.get(cp_id)
        return 0 if prices is None else tariff_of(prices.tariff).energy_ueur_at(at_us)

    def running(self, cp_id: str) -> Bill | None:
        """The bill of a charge point's open transaction."""
        transaction = self.network.open_transaction(cp_id)
        return None if transaction is None else self.network.bills.get(transaction.id)

    def bill(self, transaction: int) -> Bill | None:
        """The bill of a transaction."""
        return self.network.bills.get(transaction)


def tokens_of(bill: Bill) -> int:
    """The tokens of a bill: paid out, or what it would be by now."""
    return tokens(bill) if bill.status == RUNNING else bill.tokens
