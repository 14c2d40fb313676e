"""E1: an accepted EV has its energy when it leaves, or a fault is named that kept it from it.

What the plan promises is followed through the log: from the acceptance of a request to the end of
its transaction. Meanwhile, once a second, it is noted whether the charge point was out of reach
(down, cut off, or nobody led), or could not charge though it was allowed to. A promise that is
broken must be explained by that: what is missing is no more than what could not flow in that time,
in the steps that it touched, and in the time that faults of links and disks cost.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from attrs import define, field

from fsm.energy.problem import J_PER_WH
from fsm.network.demand import ACCEPTED, ONLY
from fsm.network.records import EnergyRequest, Transaction
from fsm.network.state import NetworkState
from fsm.network.tables import Tables
from paxos.check.violation import InvariantViolation
from paxos.sim.host import Status
from scenarios.chosen import Chosen

if TYPE_CHECKING:
    from scenarios.world import World

SENTENCES: Final = {"E1": "an accepted EV has its energy when it leaves, or a fault kept it"}

KEPT, BROKEN, RELEASED, OPEN = "kept", "broken", "released", "open"

RESOLUTION_WH: Final = 1
"""A register shows whole Wh, at the beginning and at the end."""

HARMLESS: Final = frozenset(
    (
        "plug_in",
        "unplug",
        "stop_charging",
        "reserve",
        "change_reservation",
        "cancel_reservation",
        "change_departure",
        "read",
        "heal",
        "join",
        "restart",
        "resume",
        "resume_charging",
        "resume_cp",
        "disarm",
        "free_disk",
        "free_contactor",
        "unmute_ev",
        "unblock_tag",
        "composite_schedule",
        "clear_profile",
    )
)
"""Verbs after which a promise is to be kept all the same."""


@define
class Promise:
    """What one driver was promised, and what became of it. Times in µs, of virtual time.

    It is his until he leaves: where a fault ends the transaction, the next one goes on with it.
    """

    ev: str
    id_tag: str
    number: int
    transaction: int
    """The one in which it was promised."""
    meter_wh: int
    """That one's register when it was asked for."""
    promised_wh: int
    departure_us: int
    max_w: int
    status: str = OPEN
    delivered_wh: int = 0
    left_us: int | None = None
    """When the EV was seen to be gone."""
    out_s: int = 0
    """For how many seconds its charge point was out of reach."""
    idle_s: int = 0
    """For how many seconds nothing flowed though its limit allowed it, or it had none."""
    causes: dict[str, None] = field(factory=dict)
    """What went wrong meanwhile, in order."""

    @property
    def missing_wh(self) -> int:
        """What it did not get of what was promised."""
        missing_wh = self.promised_wh - self.delivered_wh
        return missing_wh if missing_wh > RESOLUTION_WH else 0


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
        self._step_us = 0 if settings is None else settings.step_us
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
            if promise.left_us is None:
                continue
            mine = _of_driver(promise, state)
            promise.delivered_wh = sum(it.energy_wh for it in mine) - promise.meter_wh
            if not any(it.is_open for it in mine):
                self._settle(promise)

    def _promised(self, request: EnergyRequest, transaction: Transaction) -> None:
        known = self.of(transaction)
        for promise in self._open():
            if promise.id_tag == transaction.id_tag and promise.left_us is None:
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
        """Note an input that may keep a promise from being kept."""
        if verb in HARMLESS:
            return
        for promise in self._open():
            about = [str(args[key]) for key in ("cp", "ev") if key in args]
            promise.causes[" ".join([verb, *about])] = None

    def tick(self) -> None:
        """A second has passed."""
        promises = self._open()
        if not promises:
            return
        leads = self.world.leader() is not None
        for promise in promises:
            if promise.left_us is not None:
                continue
            connector = self.world.connectors[promise.number]
            if connector.ev is None or connector.ev.id != promise.ev:
                promise.left_us = self.world.now_us
                continue
            why = "" if leads else "nobody leads"
            why = self._out_of_reach(promise.number) or why
            if why:
                promise.out_s += 1
                promise.causes[why] = None
            elif self._is_idle(promise):
                promise.idle_s += 1

    def _out_of_reach(self, number: int) -> str:
        """Why the network does not reach a charge point now; empty when it does."""
        world = self.world
        host, node = world.cluster.hosts[number], world.node(number)
        name = world.ids[number]
        if host.status is not Status.ALIVE or node is None:
            return f"{name} is {host.status.name.lower()}"
        if node.replica.is_cut_off(world.cluster.local_us(number)):
            return f"{name} is cut off"
        return ""

    def _is_idle(self, promise: Promise) -> bool:
        node, connector = self.world.node(promise.number), self.world.connectors[promise.number]
        if node is None or connector.power_w:
            return False
        return node.controller.limit_w > 0 or node.controller.transaction_id is None

    def _settle(self, promise: Promise) -> None:
        """The driver has left, and the log knows what he got."""
        left_us = promise.left_us or 0
        spare_wh = promise.delivered_wh - promise.promised_wh + RESOLUTION_WH
        if spare_wh < 0:
            self.world.checked.count("E1")
        else:
            self.world.checked.note("E1", spare_wh, self.world.now_us, promise.ev)
        if not promise.missing_wh:
            promise.status = KEPT
        elif left_us < promise.departure_us - self._step_us:
            promise.status = RELEASED
        else:
            promise.status = BROKEN
            if self._exact and not self._is_explained(promise):
                self._accuse(promise)

    def _is_explained(self, promise: Promise) -> bool:
        """Whether what is missing could not flow for what went wrong."""
        if not promise.causes:
            return False
        # A fault costs the time until it is noticed and a plan that knows of it is in force.
        lost_us = (promise.out_s + promise.idle_s) * 1_000_000
        lost_us += 3 * self._step_us * len(promise.causes)
        return promise.missing_wh * J_PER_WH * 1_000_000 <= promise.max_w * lost_us

    def _accuse(self, promise: Promise) -> None:
        if self.violation is None:
            causes = ", ".join(promise.causes) or "no fault"
            self.violation = InvariantViolation(
                "E1",
                f"{promise.ev} was promised {promise.promised_wh:,} Wh and got "
                f"{promise.delivered_wh:,} Wh, with {causes}",
                sentence=SENTENCES["E1"],
                nodes=(promise.number,),
            )

    def broken(self) -> Iterator[Promise]:
        """Promises that were broken, in the order in which they were made."""
        return (promise for promise in self.promises if promise.status == BROKEN)


def _of_driver(promise: Promise, state: Tables) -> list[Transaction]:
    """The driver's transactions since the promise."""
    return [
        it
        for it in state.transactions.values()
        if it.id >= promise.transaction and it.id_tag == promise.id_tag
    ]
