"""E1: an accepted EV has its energy when it leaves, or a fault is named that kept it from it.

What the plan promises is followed through the log: from the acceptance of a request to the end of
its transaction. Meanwhile, once a second, it is noted what hinders it, by what holds in that second
(:mod:`scenarios.hindrance`). After the last such second the consequences go on for a while: the
next plan must be made and be followed. What is missing in the end must be no more than what could
have flowed in all that time.

Who ends or pauses his charging, or leaves before he said, has released the network.
"""

from typing import TYPE_CHECKING, Final

from fsm.network.demand import ACCEPTED, ONLY
from fsm.network.records import EnergyRequest, Transaction
from fsm.network.state import NetworkState
from paxos.check.violation import InvariantViolation
from scenarios.chosen import Chosen
from scenarios.hindrance import Hindrances
from scenarios.promised import BROKEN, KEPT, OPEN, RELEASED, RESOLUTION_WH, Promise

if TYPE_CHECKING:
    from scenarios.world import World

SENTENCES: Final = {"E1": "an accepted EV has its energy when it leaves, or a fault kept it"}

RECOVERY_STEPS: Final = 1
"""For how many steps what has gone still hinders: by then a plan begins that knows of it.

A session that must begin anew takes less, and the reserve of a promise is for limits that move.
"""

ROUNDING_US: Final = 2_000_000
"""A departure is said in whole seconds from now, and that somebody left is seen once a second."""

_OWN: Final = ("stop_charging", "pause_charging", "unplug")
"""What a driver does himself: it releases the network."""


class Kept:
    """The promises of one world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.promises: list[Promise] = []
        """In the order of their acceptance."""
        self._by_request: dict[int, Promise] = {}
        """By the transactions that have a request."""
        self._late: set[int] = set()
        """Transactions whose request the log accepted when the driver had gone."""
        self.violation: InvariantViolation | None = None
        self._seen: object = None
        settings = world.beginning.planning.get(ONLY)
        step_us = 0 if settings is None else settings.step_us
        self._recovery_us = RECOVERY_STEPS * step_us
        self._exact = settings is not None and settings.algorithm == "flow"
        if settings is not None:
            world.trust.choir.hearers.append(self.hear)

    def of(self, transaction: Transaction) -> Promise | None:
        """The promise that a transaction is to keep."""
        return self._by_request.get(transaction.id)

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """A command was applied: promises are made and changed, and energy is counted."""
        state = network.state
        if state.energy_requests is not self._seen:
            self._seen = state.energy_requests
            for request in state.energy_requests.values():
                if request.status == ACCEPTED:
                    self._promised(request, state.transactions[request.transaction_id])
        for promise in self._open():
            if promise.over_us is None:
                continue
            promise.delivered_wh = promise.counted_wh(state)
            if not any(it.is_open for it in promise.transactions(state)):
                self._settle(promise)

    def _promised(self, request: EnergyRequest, transaction: Transaction) -> None:
        known = self.of(transaction)
        for promise in self._open():
            if promise.id_tag == transaction.id_tag and promise.over_us is None:
                known = self._by_request[transaction.id] = promise
        if known is not None:
            if known.status == OPEN:
                known.departure_us = request.departure_us
            return
        if transaction.id in self._late:
            return
        cars = {car.ev.account: car.ev.id for car in self.world.cars.values()}
        name = cars.get(transaction.id_tag, transaction.id_tag)
        connector = self.world.connectors[self.world.nodes[request.cp_id]]
        if connector.ev is None or connector.ev.id != name:
            # A word that came late, for somebody who had gone already: nobody was promised that.
            self._late.add(transaction.id)
            return
        made = Promise(
            ev=name,
            id_tag=transaction.id_tag,
            number=self.world.nodes[request.cp_id],
            transaction=transaction.id,
            meter_wh=request.meter_wh - transaction.meter_start_wh,
            promised_wh=request.energy_wh,
            departure_us=request.departure_us,
            max_w=request.max_w,
        )
        self.promises.append(made)
        self._by_request[transaction.id] = made

    def _open(self) -> list[Promise]:
        return [promise for promise in self.promises if promise.status == OPEN]

    def disturb(self, verb: str, args: dict[str, object]) -> None:
        """Note an input: a driver may have released the network by it."""
        if verb not in _OWN:
            return
        for promise in self._open():
            if promise.ev == args["ev"] and promise.over_us is None:
                promise.withdrawn = promise.withdrawn or verb
                if verb != "pause_charging":
                    promise.over_us = self.world.now_us

    def tick(self) -> None:
        """A second has passed."""
        world = self.world
        promises = [promise for promise in self._open() if promise.over_us is None]
        if not promises:
            return
        hindrances = Hindrances(world)
        for promise in promises:
            connector = world.connectors[promise.number]
            if connector.ev is None or connector.ev.id != promise.ev:
                promise.over_us = world.now_us
                continue
            why = hindrances.of(promise)
            promise.hinder(why, world.now_us, world.scenario.tick_us, self._recovery_us)

    def _settle(self, promise: Promise) -> None:
        """The driver has left, and the log knows what he got."""
        spare_wh = promise.delivered_wh - promise.promised_wh + RESOLUTION_WH
        if spare_wh < 0:
            self.world.checked.count("E1")
        else:
            self.world.checked.note("E1", spare_wh, self.world.now_us, promise.ev)
        over_us = promise.over_us or 0
        if not promise.missing_wh:
            promise.status = KEPT
        elif promise.withdrawn or over_us < promise.departure_us - ROUNDING_US:
            promise.status = RELEASED
        else:
            promise.status = BROKEN
            if self._exact and not promise.is_explained:
                self._accuse(promise)

    def _accuse(self, promise: Promise) -> None:
        if self.violation is None:
            causes = ", ".join(promise.words()) or "no fault"
            self.violation = InvariantViolation(
                "E1",
                f"{promise.ev} was promised {promise.promised_wh:,} Wh and got "
                f"{promise.delivered_wh:,} Wh, with {causes}",
                sentence=SENTENCES["E1"],
                nodes=(promise.number,),
            )
