"""The order book of the network: who calls it, has an id tag blocked or a certificate revoked.

An order goes through the log like any call of a charge point. The one that takes it may crash
before it is in the log; so it is handed in again, at another one where need be, until its
outcome is seen in a replica's state. Orders are numbered: one that comes twice, or late, does
nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define, evolve

from fsm.effects import Call
from fsm.network.records import IdTag, Revocation
from fsm.network.state import NetworkState
from fsm.ocpp.actions import (
    REVOKE_CERTIFICATE,
    SET_ID_TAG,
    VENDOR_ID,
    Action,
    AuthorizationStatus,
)
from fsm.trust.certificates import KINDS, emaid_of, issue, serial_of
from paxos.sim.host import Status
from scenarios.errors import InputError

if TYPE_CHECKING:
    from scenarios.node import Node
    from scenarios.world import World

PATIENCE_US = 10_000_000
"""After this long it is asked for again."""


@define
class Order:
    """Something that is to be in the log: about an id tag, or a certificate. Plain data."""

    call: Call
    id_tag: str = ""
    number: int = 0
    """Of an order about an id tag."""
    serial: str = ""
    """Of the certificate that is to be revoked; empty for an order about an id tag."""
    asked_us: int = -PATIENCE_US

    def is_done(self, network: NetworkState) -> bool:
        """Whether its outcome is seen there, or that of a later one about the id tag."""
        if self.serial:
            revoked: Revocation | None = network.state.revocations.get(self.serial)
            return revoked is not None
        tag: IdTag | None = network.id_tags.get(self.id_tag)
        return tag is not None and tag.order >= self.number


class OrderBook:
    """Orders that are not seen in the network's state yet, in their order."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.orders: list[Order] = []
        self._number = 0

    def tick(self) -> None:
        """Once a second: forget the first order if it is done, else see that it is asked for.

        One at a time: two orders about one id tag must not overtake each other.
        """
        while self.orders and self._is_done(self.orders[0]):
            self.orders.pop(0)
        if not self.orders or self.world.now_us - self.orders[0].asked_us < PATIENCE_US:
            return
        node = self._anybody()
        if node is not None:
            order = self.orders[0]
            order.asked_us = self.world.now_us
            host = self.world.cluster.hosts[node.number]
            asked = node.call(order.call, self.world.cluster.local_us(node.number))
            self.world.cluster.execute(host, asked)

    def _is_done(self, order: Order) -> bool:
        nodes = [node for number in self.world.ids if (node := self.world.node(number))]
        newest = max(nodes, key=lambda node: node.replica.commit_slot, default=None)
        return newest is not None and order.is_done(newest.network)

    def _anybody(self) -> "Node | None":
        """The leader, or whoever runs."""
        leader = self.world.leader()
        if leader is not None:
            return leader
        for number in self.world.ids:
            node = self.world.node(number)
            if node is not None and self.world.cluster.hosts[number].status is Status.ALIVE:
                return node
        return None

    def _order(self, message_id: str, data: dict[str, object], order: Order) -> None:
        order.call.payload.update(vendorId=VENDOR_ID, messageId=message_id, data=data)
        self.orders.append(order)
        self.tick()

    def set_tag(self, id_tag: str, status: AuthorizationStatus, reason: str = "") -> None:
        """Change what the network thinks of an id tag."""
        self._number += 1
        number = self._number
        # A charge point that was asked and cut off may hand it in when a later order is done.
        data: dict[str, object] = {"idTag": id_tag, "status": status.value, "order": number}
        if reason:
            data["reason"] = reason
        self._order(SET_ID_TAG, data, Order(_call(), id_tag, number))

    def revoke(self, ev_id: str) -> None:
        """Put an EV's contract certificate on the list of revoked ones."""
        serial, emaid = f"{serial_of(ev_id):x}", emaid_of(ev_id)
        data: dict[str, object] = {"serialNumber": serial, "emaid": emaid}
        self._order(REVOKE_CERTIFICATE, data, Order(_call(), serial=serial))


def _call() -> Call:
    return Call(Action.DATA_TRANSFER.value, {})


# Verbs: each returns severity, subject and sentence.


def _block_tag(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    tag = str(args["id_tag"])
    world.trust.order_book.set_tag(tag, AuthorizationStatus.BLOCKED)
    return "fault", tag, "is to be blocked"


def _unblock_tag(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    tag = str(args["id_tag"])
    world.trust.order_book.set_tag(tag, AuthorizationStatus.ACCEPTED)
    return "repair", tag, "is to be accepted"


def _report_stolen(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    tag = str(args["id_tag"])
    world.trust.order_book.set_tag(tag, AuthorizationStatus.BLOCKED, "stolen")
    return "fault", tag, "is reported stolen, and is to be blocked"


def _revoke(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    car = world.cars.get(str(args["ev"]))
    if car is None:
        there = ", ".join(world.cars) or "no EVs in this scenario"
        raise InputError(f"no EV {args['ev']!r}; there are {there}")
    if car.ev.contract is None:
        raise InputError(f"{car.ev.id} has no contract")
    world.trust.order_book.revoke(car.ev.id)
    return "fault", car.ev.id, "its contract certificate is to be revoked"


def _change_contract(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    car, kind = world.cars.get(str(args["ev"])), args["contract"]
    if car is None:
        there = ", ".join(world.cars) or "no EVs in this scenario"
        raise InputError(f"no EV {args['ev']!r}; there are {there}")
    kinds = [each for each in KINDS if each != "revoked"]
    if kind not in kinds:
        raise InputError(f"contract is one of {', '.join(kinds)}, found {kind!r}")
    vehicle = world.vehicles[car.ev.id]
    if car.ev.contract is None:
        raise InputError(f"{car.ev.id} has no contract")
    if vehicle.contract == kind:
        raise InputError(f"the contract of {car.ev.id} is {kind} already")
    vehicle = world.vehicles[car.ev.id] = evolve(vehicle, contract=str(kind))
    start_s = world.scenario.start_us // 1_000_000
    car.ev.contract = issue(world.seed, start_s, car.ev.id, vehicle.contract)
    severity = "repair" if kind == "valid" else "fault"
    return (
        severity,
        car.ev.id,
        f"its next contract certificate is {kind}: {KINDS[vehicle.contract]}",
    )


def _tamper_meter(world: "World", args: dict[str, object]) -> tuple[str, str, str]:
    number = world.nodes.get(str(args["cp"]))
    if number is None:
        raise InputError(f"no charge point {args['cp']!r}; there are {', '.join(world.nodes)}")
    energy_wh = args["energy_wh"]
    if type(energy_wh) is not int or not 0 <= energy_wh <= 10_000_000:
        raise InputError(f"energy_wh is an integer from 0 to 10000000, found {energy_wh!r}")
    world.connectors[number].meter.forged_wh = energy_wh
    if energy_wh:
        return "fault", world.ids[number], f"adds {energy_wh:,} Wh to what its meter has signed"
    return "repair", world.ids[number], "tells what its meter has signed"


TRUST: dict[str, Callable[["World", dict[str, object]], tuple[str, str, str]]] = {
    "block_tag": _block_tag,
    "unblock_tag": _unblock_tag,
    "report_stolen": _report_stolen,
    "revoke": _revoke,
    "change_contract": _change_contract,
    "tamper_meter": _tamper_meter,
}
"""Every verb about who may charge and what proves it."""
