"""Campaigns against leaders that return: what they once asked for is answered when they lead anew.

A vote of an earlier ballot does harm only if five things happen in a row, which they hardly ever do
by chance. A leader proposes, and the one node that hears it is asleep. Others elect somebody who
proposes something else, which nobody but itself accepts. The first leads again, takes that over,
and one node accepts it. Then the sleeper wakes up, and votes as it was asked to long ago. Here each
episode tries just that; who is elected, and who tells what, is left to chance.
"""

from random import Random
from typing import Any

from attrs import define

from paxos.check.campaign.run import Campaign, check_history
from paxos.check.campaign.settled import NotSettled, check_settled
from paxos.check.campaign.shape import Shape
from paxos.check.laboratory import FAULT
from paxos.effects import RoleChanged
from paxos.election import Timing
from paxos.membership import Membership
from paxos.replica import Config
from paxos.sim.faults import Fault
from paxos.sim.host import Status
from paxos.sim.kernel import Event
from paxos.sim.streams import named

TIMING = Timing(retry_us=200_000)
HIGH_US = TIMING.election_high_us
EPISODES = 5
EPISODE_US = 6 * HIGH_US
MS = 1_000
RETURN = "return"
HEALTHY = "healthy"


@define
class Episode:
    """Who plays which part in an episode, as far as it is known."""

    first: int
    """It led, and is to lead again."""
    sleeper: int
    rival: int = 0
    """It led in between; 0 as long as nobody does."""
    ended: bool = False


def returns_of(seed: int) -> Shape:
    """Five voters, now and then with a learner, and disks of any speed."""
    random = named(f"returns/{seed}")
    learners = random.choice(((), (), (6,)))
    config = Config(
        membership=Membership((1, 2, 3, 4, 5), learners),
        timing=TIMING,
        run_slots=random.choice((1, 64)),
    )
    fsync_us = tuple(random.choice((1_000, 1_000, 5_000)) for _ in config.membership.everyone)
    return Shape(config, fsync_us, 0)


class Returns(Campaign):
    """One run; the episodes are faults of a kind of their own."""

    def __init__(self, shape: Shape, *, seed: int, **options: Any) -> None:
        self.episode: Episode | None = None
        self.returned = 0
        """In how many episodes the first leader has led again."""
        super().__init__(shape, seed=seed, **options)
        self.draw: Random = named(f"parts/{seed}")
        begin_us = 3 * HIGH_US
        for number in range(EPISODES):
            start_us = begin_us + number * EPISODE_US
            self.schedule([Fault(start_us, RETURN, {})])
            self.schedule([Fault(start_us + EPISODE_US - HIGH_US, HEALTHY, {})])
        self.end_us = begin_us + (EPISODES + 1) * EPISODE_US

    def happen(self, event: Event) -> None:
        """An episode begins or ends, or what belongs to it happens."""
        if event[2] == FAULT and event[5].verb == RETURN:
            self._begin()
        elif event[2] == FAULT and event[5].verb == HEALTHY:
            self._end()
        else:
            super().happen(event)

    def perform(self, node: int, effect: Any) -> None:
        """The play goes on when somebody comes to lead."""
        super().perform(node, effect)
        episode = self.episode
        if type(effect) is not RoleChanged or effect.role != "leader" or episode is None:
            return
        if not episode.rival and node != episode.first:
            self._rival(episode, node)
        elif episode.rival and node == episode.first and not episode.ended:
            self._return(episode)

    def _begin(self) -> None:
        """The leader is parted from all others; one of them falls asleep, and is asked."""
        leader = self.leader()
        if leader is None:
            return
        voters = [v for v in leader.group.present.voters if v != leader.node]
        sleeper = self.draw.choice(voters)
        self.episode = Episode(leader.node, sleeper)
        now_us = self.cluster.now_us
        self._at(now_us, "pause", cp=sleeper)
        for node in self.cluster.nodes:
            if node not in (leader.node, sleeper):
                self._at(now_us, "cut", a=leader.node, b=node)
        self.submit_at(now_us + MS, leader.node, self.draw.randrange(5), now_us)

    def _rival(self, episode: Episode, rival: int) -> None:
        """Another leads: nobody hears what it proposes; it dies and comes back."""
        episode.rival = rival
        now_us = self.cluster.now_us
        for node in self.cluster.nodes:
            if node not in (rival, episode.sleeper):
                self._do("cut_oneway", a=rival, b=node)
        self.submit_at(now_us + MS, rival, self.draw.randrange(5), now_us)
        crash_us = now_us + self.draw.randint(10 * MS, 40 * MS)
        self._at(crash_us, "crash", cp=rival)
        self._at(crash_us + MS, "heal")
        self._at(crash_us + self.draw.randint(2 * MS, HIGH_US // 2), "restart", cp=rival)

    def _return(self, episode: Episode) -> None:
        """The first leads again: its rival alone hears it, and the sleeper wakes up."""
        episode.ended = True
        self.returned += 1
        for node in self.cluster.nodes:
            if node not in (episode.first, episode.rival):
                self._do("cut_oneway", a=episode.first, b=node)
        wakes_us = self.cluster.now_us + self.draw.randint(MS, 100 * MS)
        self._at(wakes_us, "resume", cp=episode.sleeper)

    def _end(self) -> None:
        """Everybody is awake, and hears everybody."""
        self._do("heal")
        self.episode = None
        for node, host in self.cluster.hosts.items():
            if host.status is Status.PAUSED:
                self._do("resume", cp=node)
            elif host.status is Status.CRASHED:
                self._do("restart", cp=node)

    def _at(self, time_us: int, verb: str, **args: Any) -> None:
        self.schedule([Fault(time_us, verb, args)])

    def _do(self, verb: str, **args: Any) -> None:
        self.do(Fault(self.cluster.now_us, verb, args))


def let_return(seed: int, shape: Shape | None = None, *, check: bool = True) -> Returns:
    """The whole run of a seed; raises what is wrong with it."""
    lab = Returns(shape or returns_of(seed), seed=seed, check=check)
    lab.cluster.run(lab.end_us)
    if any(host.status is not Status.ALIVE for host in lab.cluster.hosts.values()):
        raise NotSettled("not every node is up")
    check_settled(lab)
    check_history(lab)
    return lab
