"""Campaigns with a fault that lasts, and that a right group lives with: it does not wait for help.

Other weathers heal in the end, and judge what comes then. Here the leader hears nobody, or nobody
hears it, and the others must answer their clients all the same; or a follower is away time and
again, and its return must unseat nobody.
"""

from collections.abc import Callable
from typing import Any

from paxos.check.campaign.run import Campaign, check_history
from paxos.check.campaign.settled import NotSettled, check_settled
from paxos.check.campaign.shape import SECOND, Shape
from paxos.check.laboratory import FAULT, majority_of
from paxos.effects import RoleChanged
from paxos.election import Timing
from paxos.replica import Config
from paxos.sim.faults import Fault
from paxos.sim.kernel import Event
from paxos.sim.streams import named

BEGIN_US = 10 * SECOND
LASTS_US = 40 * SECOND
"""Many election time-outs: what has not happened by then does not happen."""
REST_US = 20 * SECOND
RETURN_US, AWAY_US = 5 * SECOND, 4 * SECOND
"""How often a follower comes back, and how long it is away: longer than an election time-out."""
COMMANDS = 10
BEGIN, JUDGE = "begin", "judge"


def lasting_of(seed: int) -> Shape:
    """3 or 5 voters, with time-outs and disks as usual."""
    random = named(f"lasting/{seed}")
    voters = random.choice((3, 5))
    config = Config(membership=majority_of(voters), timing=Timing())
    fsync_us = tuple(random.choice((1_000, 5_000)) for _ in range(voters))
    return Shape(config, fsync_us, 0)


class Lasting(Campaign):
    """One run, with one fault; it begins and ends at times of a kind of their own."""

    def __init__(self, shape: Shape, *, seed: int, **options: Any) -> None:
        self.elected = 0
        """How often somebody has come to lead."""
        self.before = 0
        """How often before the fault."""
        self.returns = False
        """Whether it is a follower that was away."""
        super().__init__(shape, seed=seed, **options)
        self.draw = named(f"fault/{seed}")
        begin_us = BEGIN_US + self.draw.randint(0, SECOND)
        self.schedule([Fault(begin_us, BEGIN, {}), Fault(begin_us + LASTS_US, JUDGE, {})])
        self.end_us = begin_us + LASTS_US + REST_US

    def happen(self, event: Event) -> None:
        """The fault begins, or what came of it is judged."""
        play: dict[str, Callable[[], None]] = {BEGIN: self._begin, JUDGE: self._judge}
        if event[2] == FAULT and event[5].verb in play:
            play[event[5].verb]()
        else:
            super().happen(event)

    def perform(self, node: int, effect: Any) -> None:
        """Count who comes to lead."""
        super().perform(node, effect)
        self.elected += type(effect) is RoleChanged and effect.role == "leader"

    def _begin(self) -> None:
        leader = self.leader()
        if leader is None:
            raise NotSettled("nobody leads, though nothing has happened yet")
        self.before = self.elected
        others = [node for node in self.cluster.nodes if node != leader.node]
        kind = self.draw.choice(("deaf", "mute", "away"))
        self.returns = kind == "away"
        away = self.draw.choice(others) if self.returns else leader.node
        now_us = self.cluster.now_us
        times = range(now_us, now_us + LASTS_US, RETURN_US) if self.returns else (now_us,)
        for time_us in times:
            for node in self.cluster.nodes:
                if node != away:
                    ends = {"a": away, "b": node} if kind == "mute" else {"a": node, "b": away}
                    verb = "cut" if self.returns else "cut_oneway"
                    self.schedule([Fault(time_us, verb, ends)])
            if self.returns:
                self.schedule([Fault(time_us + AWAY_US, "heal", {})])
        speakers = [node for node in self.cluster.nodes if node != away]
        for number in range(COMMANDS):
            time_us = self.cluster.now_us + self.draw.randint(0, LASTS_US // 2)
            self.submit_at(time_us, self.draw.choice(speakers), self.draw.randrange(5), number)

    def _judge(self) -> None:
        """Whoever is not cut off has been answered long ago."""
        open_ = [command for command in self.submitted if command not in self.results]
        if open_:
            raise NotSettled(f"commands wait for as long as the fault lasts: {open_}")
        self.do(Fault(self.cluster.now_us, "heal", {}))

    def check_undisturbed(self) -> None:
        """Whoever was away for long has unseated nobody.

        Raises:
            NotSettled: it has.
        """
        if self.returns and self.elected > self.before:
            raise NotSettled("a follower that was away has unseated the leader")


def endure(seed: int, shape: Shape | None = None, *, check: bool = True) -> Lasting:
    """The whole run of a seed; raises what is wrong with it."""
    lab = Lasting(shape or lasting_of(seed), seed=seed, check=check)
    lab.cluster.run(lab.end_us)
    check_settled(lab)
    check_history(lab)
    lab.check_undisturbed()
    return lab
