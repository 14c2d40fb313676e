"""Trust in a world: what is made from its seed before it begins, and what watches while it runs.

Keys of meters, certificates, and the records that the network has from its first moment on. Nothing
of contracts is made, and X.509 is not loaded, where no EV of the scenario has one.
"""

from typing import TYPE_CHECKING

from fsm.effects import Refused
from fsm.network.authorization import REVOKED
from fsm.network.records import IdTag, Record, Revocation
from fsm.trust.certificates import Contract, emaid_of, issue, root_certificate, serial_of
from fsm.trust.keys import private_key
from fsm.v2g.plug_and_charge import SeccTrust
from paxos.check.violation import InvariantViolation
from scenarios.chosen import Choir
from scenarios.order_book import OrderBook
from scenarios.schema import Scenario, Vehicle
from scenarios.trust_promises import TrustPromises
from scenarios.view import Refusal

if TYPE_CHECKING:
    from scenarios.world import World

SECOND_US = 1_000_000

REFUSALS_KEPT = 500
"""A run of any length keeps so many, the newest."""


def meter_key(seed: int, cp_id: str) -> bytes:
    """The private key in a charge point's meter, 32 bytes."""
    return private_key(seed, f"meter {cp_id}")


def contract(scenario: Scenario, seed: int, vehicle: Vehicle) -> Contract | None:
    """An EV's contract, if it pays by one."""
    if vehicle.payment != "contract":
        return None
    return issue(seed, scenario.start_us // SECOND_US, vehicle.id, vehicle.contract)


def secc_trust(scenario: Scenario, seed: int, cp_id: str, root: bytes) -> SeccTrust | None:
    """What a charge point checks contracts with; None where nobody has one."""
    if not root:
        return None
    return SeccTrust(root, scenario.start_us, private_key(seed, f"secc {cp_id}"))


def trust_anchor(scenario: Scenario, seed: int) -> bytes:
    """The V2G root certificate as DER; empty where nobody has a contract."""
    if all(vehicle.payment != "contract" for vehicle in scenario.evs):
        return b""
    return root_certificate(seed, scenario.start_us // SECOND_US)


def genesis(scenario: Scenario) -> tuple[Record, ...]:
    """The id tags that the scenario names, and the certificates revoked before it begins."""
    records: list[Record] = [
        IdTag(tag.id, tag.status.capitalize(), expiry_us=tag.expires_us) for tag in scenario.id_tags
    ]
    for vehicle in scenario.evs:
        if vehicle.payment == "contract" and vehicle.contract == "revoked":
            emaid = emaid_of(vehicle.id)
            records.append(Revocation(f"{serial_of(vehicle.id):x}", emaid, 0))
            records.append(IdTag(emaid, "Blocked", reason=REVOKED))
    return tuple(records)


class Trust:
    """Who listens to the log, the orders about id tags and contracts, and who was refused."""

    def __init__(self, world: "World", *, check: bool) -> None:
        self.world = world
        self.order_book = OrderBook(world)
        self.choir = Choir()
        self.promises = TrustPromises(world)
        if check:
            self.choir.hearers.append(self.promises.hear)
        self.refusals: list[Refusal] = []

    @property
    def violation(self) -> InvariantViolation | None:
        """The first promise that was broken."""
        return self.promises.violation

    def refused(self, number: int, effect: Refused) -> None:
        """A charge point has refused somebody."""
        ev = self.world.connectors[number].ev
        name = "" if ev is None else ev.id
        cp_id, now_us = self.world.ids[number], self.world.now_us
        self.refusals.append(Refusal(now_us, cp_id, name, effect.who, effect.code))
        del self.refusals[:-REFUSALS_KEPT]
