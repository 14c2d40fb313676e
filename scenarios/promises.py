"""The promises of charging that are checked while it runs: reservations.

B1 and B2 are of the replicated state: they hold whatever is cut off, crashed or wrong with a clock.
B3 and B4 are of the street: what a charge point's computer promises about its connector needs that
computer and its clock, so a charge point that stood still, was slow or had its clock set since then
is left out of them.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from fsm.network.records import Loss, Reservation
from fsm.network.state import NetworkState
from fsm.network.tables import Tables
from fsm.ocpp.reserving import TURNAROUND_US, ReservationStatus
from paxos.check.violation import InvariantViolation
from paxos.sim.host import Status
from scenarios.checked import Checked

if TYPE_CHECKING:
    from scenarios.asks import Ask
    from scenarios.world import World

SENTENCES: dict[str, str] = {
    "B1": "no two active reservations of a connector overlap",
    "B2": "a transaction ends before another driver's reservation of its connector begins",
    "B3": "a connector is free in time for the driver who comes next",
    "B4": "who comes in time finds nobody else charging at the connector that was promised",
}

SLACK_US = 15_000_000
"""How long after its deadline a reservation may be in force, with all well."""

_DISTURBING = ("pause", "resume", "slow", "clock_drift", "clock_offset")


class Promises:
    """The checks of one world; each looks only at what has changed."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._checked: tuple[object, ...] = ()
        """The tables that were looked at last: replicas that are equal share them."""
        self._disturbed_us: dict[int, int] = {}
        self._seen_us: dict[tuple[int, int], int] = {}
        """When a transaction with a fixed end was seen first, by charge point and number."""

    def disturb(self, verb: str, args: dict[str, object]) -> None:
        """Note an input that a charge point cannot help."""
        number = self.world.nodes.get(str(args.get("cp", "")))
        if verb in _DISTURBING:
            for each in self.world.ids if number is None else (number,):
                self._disturbed_us[each] = self.world.now_us

    def check(self, number: int) -> None:
        """Look at what an event at a charge point has changed.

        Raises:
            InvariantViolation: a promise is broken.
        """
        node = self.world.node(number) if number in self.world.ids else None
        if node is None:
            return
        tables = node.network.state
        if not tables.reservations:
            return
        place = (tables.reservations, tables.open_by_cp, tables.stays)
        if len(self._checked) != len(place) or any(
            old is not new for old, new in zip(self._checked, place, strict=True)
        ):
            self._checked = place
            check_tables(tables, self.world.checked, self.world.now_us)
        self._check_stay(number)

    def _check_stay(self, number: int) -> None:
        """B3, of one charge point."""
        world = self.world
        node = world.node(number)
        transaction_id = None if node is None else node.controller.transaction_id
        if node is None or transaction_id is None:
            return
        stay = node.network.stays.get(transaction_id)
        if stay is None or not world.connectors[number].contactor_closed:
            return
        seen_us = self._seen_us.setdefault((number, transaction_id), world.now_us)
        late_us = world.now_us - max(stay.until_us, seen_us) - TURNAROUND_US
        if late_us > 0 and self.is_disturbed(number, seen_us):
            return
        world.checked.note("B3", -late_us, world.now_us, stay.cp_id)
        if late_us > 0:
            raise _violation(
                "B3",
                f"transaction {transaction_id} at {stay.cp_id} was to end "
                f"{(late_us + TURNAROUND_US) / 1e6:g} s ago, and power is still on",
                number,
            )

    def arrived(self, ask: "Ask", number: int) -> None:
        """B4: a driver is there, and looks at the connector.

        Raises:
            InvariantViolation: somebody else charges there.
        """
        world = self.world
        node, other = world.node(number), world.connectors[number].ev
        if node is None or not ask.from_us <= world.now_us < ask.held_until_us:
            return
        world.checked.count("B4")
        if other is None:
            return
        record = node.network.reservations.get(ask.number)
        kept = record is not None and record.is_active and record.cp_id == node.cp_id
        charges = node.controller.transaction_id is not None and other.id_tag != ask.id_tag
        if kept and charges and not self.is_disturbed(number, ask.asked_us):
            raise _violation(
                "B4",
                f"{ask.ev} has reservation #{ask.number} at {node.cp_id}, and {other.id} charges",
                number,
            )

    def is_disturbed(self, number: int, since_us: int) -> bool:
        """Whether something kept a charge point from its duties since then, or does now."""
        host = self.world.cluster.hosts[number]
        return (
            host.status is not Status.ALIVE
            or not host.clock.is_true
            or host.slow_us > 0
            or host.busy
            or self._disturbed_us.get(number, -1) >= since_us
        )

    def unkept(self, network: NetworkState) -> Iterator[str]:
        """What drivers were told, against the log, when all has been well for a while."""
        world = self.world
        for ask in world.drivers.asks.values():
            record = network.reservations.get(ask.number)
            active = record is not None and record.is_active
            if ask.granted and (record is None or not record.cp_id):
                yield f"{ask.ev} was promised {ask.cp}, and the log knows of no #{ask.number}"
            if active and (not ask.granted or ask.gone):
                yield f"#{ask.number} is kept for {ask.ev}, who does not want it"
            if record is not None and not _is_told(ask, record, network.losses.get(ask.number)):
                yield f"{ask.ev} was not told that #{ask.number} was lost"
            if record is not None and active and world.now_us > record.held_until_us + SLACK_US:
                yield f"#{ask.number} of {ask.ev} has not expired"


def _is_told(ask: "Ask", record: Reservation, loss: Loss | None) -> bool:
    """Whether a driver knows of his reservation what a fault made of it."""
    if loss is None or not ask.granted or ask.gone:
        return True
    if not record.is_active and record.status != ReservationStatus.REMOVED:
        # He has used it, or it is over: it does not matter any more.
        return True
    return ask.news is not None and ask.news.loss.times >= loss.times


def check_tables(tables: Tables, checked: Checked | None = None, now_us: int = 0) -> None:
    """B1 and B2 of one state, from its records alone; ``checked`` counts the comparisons.

    Raises:
        InvariantViolation: one of them does not hold.
    """
    checked = Checked() if checked is None else checked
    held = [tables.reservations[number] for number in tables.reserved_by_tag.values() if number]
    held.sort(key=lambda record: (record.cp_id, record.connector_id, record.from_us))
    for first, second in pairwise(held):
        if (first.cp_id, first.connector_id) != (second.cp_id, second.connector_id):
            continue
        checked.note("B1", second.from_us - first.until_us, now_us, first.cp_id)
        if second.from_us < first.until_us:
            raise _violation(
                "B1",
                f"#{first.id} of {first.id_tag} and #{second.id} of {second.id_tag} "
                f"both have {first.cp_id} from {second.from_us / 1e6:g} s on",
            )
    for record in held:
        transaction = tables.open_transaction(record.cp_id)
        if transaction is None or transaction.id_tag == record.id_tag:
            continue
        stay = tables.stays.get(transaction.id)
        if stay is not None:
            checked.note("B2", record.from_us - stay.until_us, now_us, record.cp_id)
        if stay is None or stay.until_us > record.from_us:
            ends = "without an end" if stay is None else f"until {stay.until_us / 1e6:g} s"
            raise _violation(
                "B2",
                f"transaction {transaction.id} of {transaction.id_tag} runs at {record.cp_id} "
                f"{ends}, and #{record.id} of {record.id_tag} begins at "
                f"{record.from_us / 1e6:g} s",
            )


def _violation(name: str, found: str, *nodes: int) -> InvariantViolation:
    return InvariantViolation(name, found, sentence=SENTENCES[name], nodes=nodes)
