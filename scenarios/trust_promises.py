"""What must hold of trust at any moment, looked at with each command of the log as it is applied.

* T1: the energy that good receipts prove is never more than what their meters have counted.
* T2: nobody whose id tag or certificate the log has barred before begins a transaction.

Both are computed by another way than the state machine's: T1 against physics, T2 from the commands
alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgpack

from fsm.network.authorization import standing
from fsm.network.evidence import ReceiptStatus
from fsm.network.state import NetworkState
from fsm.ocpp.actions import REVOKE_CERTIFICATE, SET_ID_TAG, AuthorizationStatus
from paxos.check.violation import InvariantViolation
from scenarios.chosen import Chosen
from scenarios.connector import Car

if TYPE_CHECKING:
    from scenarios.world import World

SENTENCES: Final[dict[str, str]] = {
    "T1": "a receipt proves no energy that the meter has not counted",
    "T2": "who is barred begins no transaction",
}


class TrustPromises:
    """Hears the commands of the log; ``violation`` is the first that broke a promise."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.violation: InvariantViolation | None = None
        self.proven_wh: dict[str, int] = {}
        """By charge point, over the transactions in ``closed``."""
        self.closed: dict[int, None] = {}
        self.barred: dict[str, int] = {}
        """Barred id tags and certificates, and the slot from which on; 0 from the beginning."""
        self.orders: dict[str, int] = {}
        """The highest number of an order about each id tag."""
        network = world.machine()
        self.barred.update(dict.fromkeys(network.state.revocations, 0))
        self.barred.update(
            {tag.id_tag: 0 for tag in network.id_tags.values() if tag.status != "Accepted"}
        )

    def hear(self, chosen: Chosen, network: NetworkState) -> None:
        """Look at one command."""
        if b"StopTransaction" in chosen.command:
            self._on_stop(chosen, network)
        elif b"StartTransaction" in chosen.command:
            self._on_start(chosen)
        elif b"DataTransfer" in chosen.command:
            self._on_transfer(chosen)

    def _on_stop(self, chosen: Chosen, network: NetworkState) -> None:
        cp_id, payload, accepted = _parts(chosen)
        number = payload.get("transactionId")
        evidence = network.evidence.get(number) if type(number) is int else None
        if not accepted or evidence is None or evidence.transaction_id in self.closed:
            return
        self.closed[evidence.transaction_id] = None
        node = self.world.nodes[cp_id]
        meter = self.world.connectors[node].meter
        proven_wh = self.proven_wh.get(cp_id, 0) + evidence.signed_wh
        self.proven_wh[cp_id] = proven_wh
        left_wh = meter.energy_wh - proven_wh
        self.world.checked.note("T1", left_wh, self.world.now_us, cp_id)
        if proven_wh > meter.energy_wh:
            self._break(
                "T1",
                f"receipts of {cp_id} prove {proven_wh:,} Wh, its meter has counted "
                f"{meter.energy_wh:,} Wh",
                chosen,
                node,
            )

    def _on_start(self, chosen: Chosen) -> None:
        cp_id, payload, accepted = _parts(chosen)
        if not accepted or not accepted.get("transactionId"):
            return
        serials = [each["serialNumber"] for each in payload.get("iso15118CertificateHashData", ())]
        for name in (str(payload["idTag"]), *serials):
            self.world.checked.count("T2")
            if name in self.barred:
                slot = self.barred[name]
                self._break(
                    "T2",
                    f"{name} begins a transaction at {cp_id}, and is barred since slot {slot}",
                    chosen,
                    self.world.nodes[cp_id],
                )

    def _on_transfer(self, chosen: Chosen) -> None:
        _, payload, accepted = _parts(chosen)
        data, message_id = payload.get("data"), payload.get("messageId")
        if accepted.get("status") != "Accepted" or type(data) is not dict:
            return
        if message_id == REVOKE_CERTIFICATE:
            self.barred.setdefault(data["serialNumber"], chosen.slot)
            self.barred.setdefault(data["emaid"], chosen.slot)
        elif message_id == SET_ID_TAG and data.get("order", 0) >= self.orders.get(data["idTag"], 0):
            self.orders[data["idTag"]] = data.get("order", 0)
            if data["status"] == AuthorizationStatus.ACCEPTED:
                self.barred.pop(data["idTag"], None)
            else:
                self.barred.setdefault(data["idTag"], chosen.slot)

    def _break(self, name: str, found: str, chosen: Chosen, node: int) -> None:
        if self.violation is None:
            self.violation = InvariantViolation(
                name, found, sentence=SENTENCES[name], slot=chosen.slot, nodes=(node,)
            )


def _parts(chosen: Chosen) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Who called, the call's payload, and the result's; that is empty for a CALLERROR."""
    cp_id, _, (_, _, _, payload) = msgpack.unpackb(chosen.command)
    frame = msgpack.unpackb(chosen.result)
    return cp_id, payload, frame[2] if frame[0] == 3 else {}


def may_charge(world: "World", car: Car, network: NetworkState) -> bool:
    """Whether nothing bars an EV: its contract is valid, its id tag accepted and not expired."""
    vehicle = world.vehicles[car.ev.id]
    if vehicle.payment == "contract" and vehicle.contract != "valid":
        return False
    tag = network.id_tags.get(car.ev.account)
    return tag is None or standing(tag, world.now_us) == AuthorizationStatus.ACCEPTED


def unproven(world: "World", network: NetworkState) -> Iterator[str]:
    """After a run: closed transactions without a good receipt, at a meter that nobody forged.

    For campaigns (:mod:`scenarios.campaign`).
    """
    tampered = {
        cp_id
        for cp_id, number in world.nodes.items()
        if world.connectors[number].meter.forged_wh
        or any(
            line.verb == "tamper_meter" and line.args["cp"] == cp_id
            for line in world.scenario.script
        )
    }
    for transaction in network.transactions.values():
        evidence = network.evidence.get(transaction.id)
        if evidence is None:
            yield f"transaction {transaction.id} has no evidence"
        elif transaction.is_open or transaction.cp_id in tampered:
            continue
        elif evidence.receipt != ReceiptStatus.GOOD:
            yield f"the receipt of transaction {transaction.id} is {evidence.receipt or 'unjudged'}"
        elif evidence.signed_wh != transaction.energy_wh:
            yield (
                f"transaction {transaction.id} of {transaction.energy_wh:,} Wh has a receipt "
                f"over {evidence.signed_wh:,} Wh"
            )
