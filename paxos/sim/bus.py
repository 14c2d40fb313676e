"""The msgpack bus: frames of bytes between endpoints, over directed links.

An endpoint is a number. A frame carries its checksum; whoever unpacks it finds damage. The bus
knows nothing of what is inside.
"""

from paxos.sim.kernel import Kernel
from paxos.sim.links import Link, new_link
from paxos.sim.streams import stream


class Bus:
    """Links by ``(source, target)``, and the counts of what went over them."""

    def __init__(self, kernel: Kernel, seed: int, median_us: int, sigma: float) -> None:
        self.kernel = kernel
        self.seed = seed
        self.median_us = median_us
        self.sigma = sigma
        self.links: dict[tuple[int, int], Link] = {}
        self.sent = 0
        self.delivered = 0
        self.lost = 0
        self.duplicated = 0
        self.damaged = 0

    def link(self, source: int, target: int) -> Link:
        """The link from one endpoint to another, made when first used."""
        link = self.links.get((source, target))
        if link is None:
            link = self.connect(source, target, self.median_us, self.sigma)
        return link

    def connect(self, source: int, target: int, median_us: int, sigma: float) -> Link:
        """Make the link from one endpoint to another with a latency of its own."""
        random = stream(self.seed, f"link/{source}/{target}")
        link = self.links[source, target] = new_link(random, median_us, sigma)
        return link

    def send(self, kind: int, source: int, target: int, frame: bytes) -> None:
        """Put a frame on its way; to the sender itself it takes no time and is never lost."""
        self.sent += 1
        now_us = self.kernel.now_us
        if source == target:
            self.kernel.push(now_us, kind, target, source, frame)
            return
        arrivals = self.link(source, target).carry(now_us, frame)
        if not arrivals:
            self.lost += 1
        self.duplicated += len(arrivals) > 1
        for arrival_us, body in arrivals:
            self.kernel.push(arrival_us, kind, target, source, body)

    def arrives(self, source: int, target: int) -> bool:
        """Whether a frame that is due now gets through: a link cut on the way loses it."""
        if source != target and self.links[source, target].cut:
            self.miss(source, target)
            return False
        self.delivered += 1
        return True

    def miss(self, source: int, target: int) -> None:
        """Count a frame that was on its way and reaches nobody."""
        self.lost += 1
        if source != target:
            self.links[source, target].lost += 1
