"""Campaigns against the lease: whoever leads is cut off, paused and asked, again and again.

Random weather seldom asks a leader in the moments in which its lease could be stale. Here each
episode picks the leader of the hour, parts it from the others one link after the other, lets them
hear of it once more, restarts some, slows what they answer and say to each other, lets its clock
run slow and theirs fast by as much as is allowed, and all the while asks the old leader for what
the others change.
"""

from itertools import permutations
from typing import Any

from attrs import evolve

from paxos.check.campaign.run import Campaign, check_history
from paxos.check.campaign.settled import NotSettled, check_settled
from paxos.check.campaign.shape import Shape
from paxos.check.laboratory import FAULT
from paxos.effects import ReadKind
from paxos.election import Timing
from paxos.membership import Membership
from paxos.replica import Config
from paxos.sim import faults
from paxos.sim.faults import Fault
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from paxos.sim.streams import named

TIMING = Timing(retry_us=200_000)
LOW_US = TIMING.election_low_us
PROBE_US = LOW_US // 20
EPISODES = 6
EPISODE_US = 12 * LOW_US
SIEGE = "siege"


def siege_of(seed: int, *, drift_ppm: int | None = None) -> Shape:
    """3 or 5 voters. Clocks are wrong by exactly the bound, or by ``drift_ppm`` if given."""
    random = named(f"siege/{seed}")
    voters = random.choice((3, 3, 5))
    bound_ppm = random.choice((1_000, 10_000, 100_000, 300_000))
    config = Config(
        membership=Membership(tuple(range(1, voters + 1))),
        timing=evolve(TIMING, drift_ppm=bound_ppm),
    )
    return Shape(config, (1_000,) * voters, 0, drifts_ppm=(drift_ppm or bound_ppm,))


class Siege(Campaign):
    """One run; the episodes are faults of a kind of their own."""

    def __init__(self, shape: Shape, *, seed: int, **options: Any) -> None:
        (self.drift_ppm,) = shape.drifts_ppm
        super().__init__(evolve(shape, drifts_ppm=()), seed=seed, **options)
        self.draw = named(f"episodes/{seed}")
        begin_us = 3 * LOW_US
        for number in range(EPISODES):
            self.schedule([Fault(begin_us + number * EPISODE_US, SIEGE, {})])
        self.end_us = begin_us + (EPISODES + 1) * EPISODE_US

    def happen(self, event: Event) -> None:
        """An episode begins, or what belongs to it happens."""
        if event[2] == FAULT and event[5].verb == SIEGE:
            leader = self.leader()
            if leader is not None:
                self._besiege(leader.node)
        elif event[2] == FAULT and event[5].verb == "part":
            faults.cut(self.cluster.bus, *event[5].args["link"], both=event[5].args["both"])
        else:
            super().happen(event)

    def _besiege(self, leader: int) -> None:
        now_us, draw = self.cluster.now_us, self.draw
        others = [node for node in self.cluster.nodes if node != leader]
        crooked = draw.random() < 0.8
        slow_us = draw.choice((0, 0, LOW_US // 4, LOW_US // 2))
        drowsy_us = draw.choice((0, 0, LOW_US // 16, LOW_US // 8))
        for a, b in permutations(others, 2):
            self.cluster.bus.link(a, b).extra_us = drowsy_us
        for node in self.cluster.nodes:
            drift_ppm = (-self.drift_ppm if node == leader else self.drift_ppm) if crooked else 0
            self.cluster.set_drift(node, drift_ppm)
        for node in others:
            self.cluster.bus.link(node, leader).extra_us = slow_us
            part_us = now_us + draw.randint(0, LOW_US)
            args = {"link": (leader, node), "both": draw.random() < 0.7}
            self.schedule([Fault(part_us, "part", args)])
            if draw.random() < 0.5:
                join_us = part_us + LOW_US + draw.randint(0, LOW_US)
                again_us = join_us + draw.randint(TIMING.heartbeat_us // 2, TIMING.heartbeat_us)
                ends = {"a": leader, "b": node}
                self.schedule([Fault(join_us, "join", ends), Fault(again_us, "cut", ends)])
            if draw.random() < 0.3:
                crash_us = part_us + draw.randint(0, PROBE_US)
                back = Fault(crash_us + 10_000, "restart", {"cp": node})
                self.schedule([Fault(crash_us, "crash", {"cp": node}), back])
        if draw.random() < 0.3:
            pause_us = now_us + draw.randint(0, LOW_US)
            resume_us = pause_us + draw.randint(LOW_US // 2, 2 * LOW_US)
            who = {"cp": leader}
            self.schedule([Fault(pause_us, "pause", who), Fault(resume_us, "resume", who)])
        for probe in range(6 * LOW_US // PROBE_US):
            time_us = now_us + probe * PROBE_US
            self.submit_at(time_us, draw.choice(others), 1, time_us)
            how = ReadKind.INDEX if probe % 3 == 2 else ReadKind.LEASE
            self.read_at(time_us + 1, leader, 1, how)
        self.schedule([Fault(now_us + 7 * LOW_US, "heal", {})])


def besiege(seed: int, shape: Shape | None = None, *, check: bool = True) -> Campaign:
    """The whole run of a seed; raises what is wrong with it."""
    lab = Siege(shape or siege_of(seed), seed=seed, check=check)
    lab.cluster.run(lab.end_us)
    if any(host.status is not Status.ALIVE for host in lab.cluster.hosts.values()):
        raise NotSettled("not every node is up")
    check_settled(lab)
    check_history(lab)
    return lab
