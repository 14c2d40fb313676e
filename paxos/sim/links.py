"""One direction of one connection: latency, loss, duplication, reordering, corruption, cuts.

A link delivers in order, as a TCP connection would, except for the share of frames that
``reorder_ppm`` lets overtake. Each frame costs exactly one draw of 92 bits, whatever the faults:
turning one fault on leaves the draws for the others as they were.
"""

from random import Random

from attrs import define, field

from paxos.sim.streams import log_normal_us

MILLION = 1_000_000
_RATE_BITS = 20


@define
class Link:
    """A directed link; rates in parts per million, times in µs."""

    random: Random
    latencies_us: tuple[int, ...]
    usual: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Loss, duplication, reordering and damage without any fault: what healing goes back to."""
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    reorder_ppm: int = 0
    corrupt_ppm: int = 0
    extra_us: int = 0
    cut: bool = False
    held: bool = False
    """Whether what is sent waits, until somebody lets it go."""
    last_arrival_us: int = 0
    """When the latest of the frames arrives that keep their order."""
    latest_us: int = 0
    """When the latest of all frames arrives, copies aside: what comes earlier has overtaken it."""
    sent: int = 0
    lost: int = 0
    took_us: int = 0
    """How long the latest frame is under way that was not lost at once; 0 before there is one."""
    late_us: dict[int, int] = field(factory=dict)
    """How long frames of these numbers take, from 1 on; all others as long as is drawn."""

    def is_faulty(self) -> bool:
        """Whether any fault but a cut is on: the link is not as it usually is."""
        return self.held or bool(self.extra_us) or self.rates != self.usual

    @property
    def rates(self) -> tuple[int, int, int, int]:
        """Loss, duplication, reordering and damage now."""
        return self.loss_ppm, self.duplicate_ppm, self.reorder_ppm, self.corrupt_ppm

    def settle(self, usual: tuple[int, int, int, int]) -> None:
        """Make these rates the usual ones, and have them now."""
        self.usual = usual
        self.loss_ppm, self.duplicate_ppm, self.reorder_ppm, self.corrupt_ppm = usual

    def carry(self, now_us: int, frame: bytes) -> list[tuple[int, bytes]]:
        """When which bytes arrive of a frame sent now: nothing, once, or twice."""
        self.sent += 1
        draw = self.random.getrandbits(92)
        latency_us = self.latencies_us[draw & 0xFFF] + self.extra_us
        if self.late_us and self.sent in self.late_us:
            latency_us = self.late_us[self.sent] + self.extra_us
        if self.cut:
            self.lost += 1
            return []
        arrival_us = now_us + latency_us
        if not (self.loss_ppm or self.duplicate_ppm or self.reorder_ppm or self.corrupt_ppm):
            if arrival_us < self.last_arrival_us:
                arrival_us = self.last_arrival_us
            self.last_arrival_us = arrival_us
            self.took_us = arrival_us - now_us
            return [(arrival_us, frame)]
        arrivals = self._carry_faulty(draw >> 12, arrival_us, latency_us, frame)
        if arrivals:
            self.took_us = arrivals[0][0] - now_us
        return arrivals

    def _carry_faulty(
        self, draw: int, arrival_us: int, latency_us: int, frame: bytes
    ) -> list[tuple[int, bytes]]:
        chances = [(draw >> shift & 0xFFFFF) * MILLION >> _RATE_BITS for shift in (0, 20, 40, 60)]
        lost, duplicated, reordered, corrupted = chances
        if lost < self.loss_ppm:
            self.lost += 1
            return []
        if corrupted < self.corrupt_ppm:
            frame = flip_bit(frame, draw)
        if reordered < self.reorder_ppm:
            # Late by up to 15 latencies, and nothing waits for it.
            arrival_us += latency_us * (draw & 0xF)
        else:
            arrival_us = max(arrival_us, self.last_arrival_us)
            self.last_arrival_us = arrival_us
        arrivals = [(arrival_us, frame)]
        if duplicated < self.duplicate_ppm:
            arrivals.append((arrival_us + latency_us * (draw >> 4 & 0xF), frame))
        return arrivals

    def clear_faults(self) -> None:
        """Undo every fault, also a cut; what was held is the bus's to let go."""
        self.cut = self.held = False
        self.extra_us = 0
        self.settle(self.usual)


def flip_bit(frame: bytes, draw: int) -> bytes:
    """The frame with one bit flipped."""
    at = draw % (len(frame) * 8)
    damaged = bytearray(frame)
    damaged[at // 8] ^= 1 << at % 8
    return bytes(damaged)


def new_link(random: Random, median_us: int, sigma: float) -> Link:
    """A healthy link with log-normal latency."""
    return Link(random, log_normal_us(median_us, sigma))
