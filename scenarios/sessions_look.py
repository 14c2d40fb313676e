"""Looking at charging transactions: each with the name of the EV that was there."""

from fsm.network.evidence import billable_wh
from fsm.network.records import Bill, Evidence, Transaction
from scenarios.connector import Car
from scenarios.till import Till, tokens_of
from scenarios.view import SessionView
from scenarios.world import World


def sessions(world: World, till: Till) -> tuple[SessionView, ...]:
    """The transactions, with the EVs' names."""
    network = till.network
    owners: dict[str, list[Car]] = {}
    for car in world.cars.values():
        owners.setdefault(car.ev.account, []).append(car)
    return tuple(
        _session(
            t,
            network.evidence[t.id],
            _who_charged(world, t, owners.get(t.id_tag, [])),
            till.bill(t.id),
        )
        for t in network.transactions.values()
    )


def _who_charged(world: World, transaction: Transaction, owners: list[Car]) -> str:
    """The EV of a transaction: of those with its id tag the one that was there.

    Where none has it, as after a remote start, whoever was there; else the id tag itself.
    """
    if len(owners) == 1:
        return owners[0].ev.id
    number = world.nodes.get(transaction.cp_id)

    def came_us(car: Car) -> int:
        """When it last came there before the transaction began; -1 if it never did."""
        before = [t for t, cp in car.visits if cp == number and t <= transaction.start_us]
        return max(before, default=-1)

    latest = max(owners or world.cars.values(), key=came_us, default=None)
    if latest is None or (not owners and came_us(latest) < 0):
        return transaction.id_tag
    return latest.ev.id


def _session(
    transaction: Transaction, evidence: Evidence, ev: str, bill: Bill | None
) -> SessionView:
    return SessionView(
        ev=ev,
        cp=transaction.cp_id,
        transaction=transaction.id,
        start_us=transaction.start_us,
        stop_us=transaction.stop_us,
        energy_wh=transaction.energy_wh,
        reason=transaction.reason or "",
        id_tag=transaction.id_tag,
        authorized_by=evidence.id_token_type,
        receipt=evidence.receipt,
        billable_wh=0 if transaction.is_open else billable_wh(transaction, evidence),
        cents=bill.cents if bill is not None else 0,
        tokens=tokens_of(bill) if bill is not None else 0,
        bill=bill.status if bill is not None else "",
    )
