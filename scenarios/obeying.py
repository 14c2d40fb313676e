"""The promise of charging profiles, checked while it runs: who has them obeys them.

What holds is computed anew from the replicated state, by the charge point's own wall clock. One
that stood still, was slow, or had its clock set is left out until it has looked again.
"""

from typing import TYPE_CHECKING

from fsm.energy.supply import Current
from fsm.network.charging import stored
from fsm.ocpp.limiting import limit_w, running, supply_of
from paxos.check.violation import InvariantViolation

if TYPE_CHECKING:
    from scenarios.world import World

SENTENCES: dict[str, str] = {
    "P2": "a charge point offers no more than its charging profiles allow",
}

LOOK_US = 70_000_000
"""After so long a charge point has looked at its clock again, and a little more."""


class Obeying:
    """The check of one world; each charge point once a second, and when something changes."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._checked: dict[int, tuple[object, ...]] = {}

    def check(self, number: int) -> None:
        """Look at a charge point at which something has happened.

        Raises:
            InvariantViolation: it offers more than it may.
        """
        world = self.world
        node = world.node(number) if number in world.ids else None
        if node is None:
            return
        tables = node.network.state
        record = tables.charging_profiles.get(node.cp_id)
        if record is None or not world.connectors[number].contactor_closed:
            return
        now_s = node.wiring.clock.wall_us(world.cluster.local_us(number)) // 1_000_000
        transaction, offered_w = tables.open_transaction(node.cp_id), node.controller.limit_w
        looked = (record, now_s, transaction, offered_w)
        if self._checked.get(number) == looked:
            return
        self._checked[number] = looked
        if world.promises.is_disturbed(number, max(0, world.now_us - LOOK_US)):
            return
        current: Current = node.controller.current
        runs = None if transaction is None else running(transaction.id, transaction.start_us)
        # At the turn of a second its timer may be the next event.
        allowed_w = max(
            limit_w(stored(tables, node.cp_id), runs,
                    supply_of(node.controller.rated_w, current), at_s)[0]
            for at_s in (max(0, now_s - 1), now_s)
        )  # fmt: skip
        world.checked.note("P2", allowed_w - offered_w, world.now_us, node.cp_id)
        if offered_w > allowed_w:
            found = f"{node.cp_id} offers {offered_w:,} W, its profiles allow {allowed_w:,} W"
            raise InvariantViolation("P2", found, sentence=SENTENCES["P2"], nodes=(number,))
