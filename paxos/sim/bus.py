"""The msgpack bus: frames of bytes between endpoints, over directed links.

An endpoint is a number. A frame carries its checksum; whoever unpacks it finds damage. The bus
knows nothing of what is inside.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from paxos.membership import place_of
from paxos.sim.fates import Fate, Oddity
from paxos.sim.kernel import Event, Kernel
from paxos.sim.links import Link, new_link
from paxos.sim.recorder import Recorder
from paxos.sim.streams import stream
from paxos.sim.weather import Weather

_PAXOS = 0
"""The kind of frames between replicas, of which what a node says to itself can be held."""
_COPY, _DAMAGED, _LATE = int(Oddity.COPY), int(Oddity.DAMAGED), int(Oddity.LATE)


class Bus:
    """Links by ``(source, target)``, and the counts of what went over them.

    ``nodes`` are the endpoints of the group, whose links share one weather.
    """

    def __init__(
        self, kernel: Kernel, seed: int, median_us: int, sigma: float, nodes: Iterable[int] = ()
    ) -> None:
        self.kernel = kernel
        self.seed = seed
        self.median_us = median_us
        self.sigma = sigma
        self.links: dict[tuple[int, int], Link] = {}
        self.weather = Weather(nodes)
        self.late_us: dict[tuple[int, int], dict[int, int]] = {}
        """How long single frames of a link take, by their numbers on it (:class:`Link`)."""
        self.held: dict[int, Event] = {}
        """Frames that wait on held links, by sequence number (:mod:`paxos.sim.hands`)."""
        self.held_own: dict[int, bool] = {}
        """Places where what a node says to itself over Paxos is held, too."""
        self.sent = 0
        self.delivered = 0
        self.lost = 0
        self.duplicated = 0
        self.damaged = 0
        self.delayed = 0
        self.reordered = 0
        self.cuts = 0
        """How often a link was cut both ways; of one direction alone ``one_way_cuts``."""
        self.one_way_cuts = 0
        self.partitions = 0
        self.heals = 0
        """How often all faults of links were undone at once, where there were any."""
        self.recorder: Recorder | None = None
        """Who remembers every frame, if somebody wants to see them."""

    def __getstate__(self) -> dict[str, Any]:
        """All but the recorder, which is no part of the run and would be copied with it."""
        return {**self.__dict__, "recorder": None}

    def record(self, recorder: Recorder, last_kind: int) -> None:
        """Let somebody remember every frame from now on.

        What is under way already (events of kinds up to ``last_kind``) counts as sent now.
        """
        self.recorder = recorder
        for due_us, sequence, kind, target, source, frame in self.under_way(last_kind):
            ends = source, target
            recorder.sent(kind, ends, frame, self.kernel.now_us, (due_us, sequence))

    def under_way(self, last_kind: int) -> list[Event]:
        """Every frame (events of kinds up to ``last_kind``) that has not arrived, held or not.

        In the order in which they are due.
        """
        moving = [event for event in self.kernel.waiting() if event[2] <= last_kind]
        return sorted([*moving, *self.held.values()], key=lambda event: event[:2])

    def link(self, source: int, target: int) -> Link:
        """The link from one endpoint to another, made when first used.

        It belongs to the places: a node on a new disk has the links of the one before.
        """
        link = self.links.get((source, target))
        if link is None:
            places = place_of(source), place_of(target)
            if places != (source, target):
                link = self.links[source, target] = self.link(*places)
            else:
                link = self.connect(source, target, self.median_us, self.sigma)
        return link

    def connect(self, source: int, target: int, median_us: int, sigma: float) -> Link:
        """Make the link from one endpoint to another with a latency of its own."""
        link = new_link(self._chance(source, target), median_us, sigma)
        self.links[source, target] = link
        link.late_us = self.late_us.get((source, target), {})
        self.weather.shape(link, source, target)
        return link

    def reseed(self, seed: int) -> None:
        """From now on draw as another seed's links do at its beginning; what is sent is sent."""
        self.seed = seed
        for (source, target), link in self.links.items():
            if (place_of(source), place_of(target)) == (source, target):
                link.random = self._chance(source, target)

    def _chance(self, source: int, target: int) -> Random:
        """What a link draws from."""
        return stream(self.seed, f"link/{source}/{target}")

    def settle(self, usual: tuple[int, int, int, int]) -> None:
        """Make these the usual rates of every link between nodes, and let them have them now."""
        self.weather.usual = usual
        self.weather.faults = {}
        for _, _, link in self.made():
            link.settle(usual)

    def made(self) -> Iterator[tuple[int, int, Link]]:
        """The links between nodes that are made already, with their ends."""
        covers = self.weather.covers
        for (source, target), link in self.links.items():
            if covers(source, target):
                yield source, target, link

    def is_cut(self, source: int, target: int) -> bool:
        """Whether a link is cut; asking does not make it."""
        link = self.links.get((source, target))
        return link.cut if link is not None else self.weather.is_cut(source, target)

    def is_faulty(self, source: int, target: int) -> bool:
        """Whether a link between nodes has any other fault; asking does not make it."""
        link = self.links.get((source, target))
        return link.is_faulty() if link is not None else self.weather.is_faulty()

    def is_held(self, source: int, target: int) -> bool:
        """Whether a link is held; asking does not make it."""
        link = self.links.get((source, target))
        if link is not None:
            return link.held
        return self.weather.held and self.weather.covers(source, target)

    def send(self, kind: int, source: int, target: int, frame: bytes) -> None:
        """Put a frame on its way; to the sender itself it takes no time and is never lost."""
        self.sent += 1
        now_us = self.kernel.now_us
        recorder = self.recorder
        ends = source, target
        if source == target:
            if self.held_own and kind == _PAXOS and place_of(source) in self.held_own:
                sequence = self._hold((now_us, 0, kind, target, source, frame))
            else:
                sequence = self.kernel.push(now_us, kind, target, source, frame)
            if recorder is not None:
                recorder.sent(kind, ends, frame, now_us, (now_us, sequence))
            return
        link = self.link(source, target)
        arrivals = link.carry(now_us, frame)
        if not arrivals:
            self.lost += 1
            if recorder is not None:
                recorder.lost(kind, ends, frame, now_us, Fate.CUT if link.cut else Fate.LOST)
            return
        if link.extra_us:
            self.delayed += 1
        first_us = arrivals[0][0]
        if first_us < link.latest_us:
            self.reordered += 1
        else:
            link.latest_us = first_us
        self.duplicated += len(arrivals) > 1
        copy = 0
        for arrival_us, body in arrivals:
            if link.held:
                sequence = self._hold((arrival_us, 0, kind, target, source, body))
            else:
                sequence = self.kernel.push(arrival_us, kind, target, source, body)
            if recorder is not None:
                late = arrival_us - now_us > link.latencies_us[-1]
                odd = copy | (_DAMAGED if body is not frame else 0) | (_LATE if late else 0)
                recorder.sent(kind, ends, frame, now_us, (arrival_us, sequence), odd)
            copy = _COPY

    def _hold(self, event: Event) -> int:
        """Let a frame wait; returns the sequence number that it gets."""
        sequence = self.kernel.number()
        self.held[sequence] = (event[0], sequence, *event[2:])
        return sequence

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
            self.link(source, target).lost += 1
