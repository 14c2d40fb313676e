"""The way of news between sites: who tells whom, over which links.

Each few seconds whoever leads a site notes how it stands, as its own replica knows it, and sends
all that it knows of all sites to some others, drawn anew each time. What arrives is heard by
whoever leads there; where nobody does it is lost, as on a link that is cut. A leader that was
deposed and does not know it yet goes on telling: its versions are outdone by its successor's.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from fsm.network.booking import SILENT_US
from fsm.network.state import NetworkState
from fsm.network.tariff import tariff_of
from fsm.ocpp.status import ConnectorStatus
from paxos.election import Role
from paxos.sim.bus import Bus
from paxos.sim.host import Status
from paxos.sim.streams import stream
from paxos.wire import WireError
from scenarios.city.directory import Directory, Entry, unpack
from scenarios.node import Node
from scenarios.world import World

if TYPE_CHECKING:
    from scenarios.city.city import City

NEWS = 0
"""Event kind: a message between sites arrives."""
ROUND = 1
"""Event kind: it is a site's turn to tell others."""


class Gossip:
    """All directories of a city, and the links between its sites."""

    def __init__(self, city: "City") -> None:
        self.city = city
        spec = city.scenario.directory
        numbers = tuple(city.sites)
        seed = _bus_seed(city.seed)
        self.bus = Bus(city.kernel, seed, spec.latency_us, spec.tail, numbers)
        self.bus.settle((spec.loss_ppm, 0, 0, 0))
        self.odd = 0
        """Messages that were whole and of another version."""
        self._peers = self._peers_of(city.seed)
        for turn, number in enumerate(numbers):
            first_us = spec.every_us * (turn + 1) // len(numbers)
            city.kernel.push(first_us, ROUND, number)

    def _peers_of(self, seed: int) -> dict[int, Random]:
        """What each site draws from whom it tells."""
        sites = self.city.sites
        return {number: stream(seed, f"gossip/{site.id}") for number, site in sites.items()}

    def reseed(self, seed: int) -> None:
        """Draw from another seed from now on."""
        self.bus.reseed(_bus_seed(seed))
        self._peers = self._peers_of(seed)

    def tell(self, site: int) -> None:
        """It is this site's turn."""
        city, spec = self.city, self.city.scenario.directory
        others = [number for number in city.sites if number != site]
        told = self._peers[site].sample(others, min(spec.fanout, len(others)))
        world = city.at(site)
        for node in leaders(world):
            local_us = world.cluster.local_us(node.number)
            directory = _directory(node)
            network = node.network
            ballot = node.replica.proposer.ballot
            directory.make(
                site,
                (ballot.round, ballot.node),
                free_connectors(network, node.wiring.clock.wall_us(local_us)),
                max(0, network.capacity_w - network.held_w()),
                _price_ueur(network, node.wiring.clock.wall_us(local_us)),
                local_us,
            )
            frame = directory.pack(local_us)
            for other in told:
                self.bus.send(NEWS, site, other, frame)
        city.kernel.push(city.now_us + spec.every_us, ROUND, site)

    def hear(self, source: int, target: int, frame: bytes) -> None:
        """A message has come: the leader there takes it."""
        world = self.city.at(target)
        node = world.leader()
        if node is None:
            self.bus.miss(source, target)
            return
        if not self.bus.arrives(source, target):
            return
        try:
            told = unpack(frame)
        except WireError:
            self.bus.damaged += 1
            return
        except ValueError:
            self.odd += 1
            return
        local_us = world.cluster.local_us(node.number)
        directory = _directory(node)
        for summary, age_us in told:
            if summary.site != target:
                directory.hear(summary, age_us, local_us)

    def known(self, site: int, asked_cp: str) -> dict[int, tuple[Entry, int]]:
        """What a driver is told at a charge point of a site: each entry with its age in µs.

        It asks whoever leads, if it can; else it says what it knows itself, which is much only if
        it has led.
        """
        world = self.city.at(site)
        number = world.nodes[asked_cp]
        asked, leads = world.node(number), world.leader()
        bus = world.cluster.bus
        if leads is not None and (bus.is_cut(number, leads.number) or asked is None):
            leads = None
        alive = world.cluster.hosts[number].status is Status.ALIVE
        node = leads or (asked if alive else None)
        if node is None or node.directory is None:
            return {}
        local_us = world.cluster.local_us(node.number)
        return {
            other: (entry, entry.age_us(local_us))
            for other, entry in sorted(node.directory.entries.items())
            if other != site
        }

    def cut(self, site: int, other: int | None, *, joined: bool) -> None:
        """Cut the links of a site, to one other or to all; or join them again."""
        others = [number for number in self.city.sites if number != site]
        for peer in others if other is None else [other]:
            for ends in ((site, peer), (peer, site)):
                link = self.bus.link(*ends)
                self.bus.cuts += not (joined or link.cut) and ends[0] == site
                link.cut = not joined

    def is_cut(self, site: int) -> bool:
        """Whether a site can tell nobody, and hears of nobody."""
        others = [number for number in self.city.sites if number != site]
        return bool(others) and all(
            self.bus.is_cut(site, other) and self.bus.is_cut(other, site) for other in others
        )


def leaders(world: World) -> Iterator[Node]:
    """Every process of a site that runs and takes itself for the leader."""
    for number in world.ids:
        node = world.node(number)
        alive = world.cluster.hosts[number].status is Status.ALIVE
        if node is not None and alive and node.replica.role is Role.LEADER:
            yield node


def _directory(node: Node) -> Directory:
    if node.directory is None:
        node.directory = Directory()
    return node.directory


def free_connectors(network: NetworkState, wall_us: int) -> tuple[int, int]:
    """How many connectors of AC and of DC nobody uses and nobody has reserved, as a log knows it.

    A charge point that was not heard for long does not count.
    """
    state = network.state
    held = [state.reservations[number].cp_id for number in state.reserved_by_tag.values() if number]
    free = {"AC": 0, "DC": 0}
    for cp_id, asset in state.assets.items():
        free[asset.current] += (
            asset.status == ConnectorStatus.AVAILABLE.value
            and not state.open_by_cp.get(cp_id, 0)
            and cp_id not in held
            and wall_us - asset.last_seen_us <= SILENT_US
        )
    return free["AC"], free["DC"]


def _price_ueur(network: NetworkState, wall_us: int) -> int:
    """The lowest price of energy at a site now."""
    prices = [tariff_of(p.tariff).energy_ueur_at(wall_us) for p in network.state.prices.values()
              if p.tariff]  # fmt: skip
    return min(prices, default=0)


def _bus_seed(seed: int) -> int:
    return stream(seed, "between sites").getrandbits(62)
