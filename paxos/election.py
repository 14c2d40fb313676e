"""Who should try to lead, and when.

A failure detector over the leader's messages; pre-votes before a ballot is raised; a randomised
back-off that grows with each preemption, so that duelling proposers part; and a leader that does
not hear from a quorum gives up (etcd's CheckQuorum). None of it matters for safety.
"""

from enum import IntEnum

from attrs import Factory, field, frozen

from paxos.ballot import NO_BALLOT, Ballot
from paxos.membership import Membership


class TimingError(ValueError):
    """Time-outs that contradict each other."""


def _as_election(timing: "Timing") -> int:
    return timing.election_low_us


@frozen(kw_only=True)
class Timing:
    """Time-outs in microseconds, each on its node's own clock.

    Raises:
        TimingError: a lease outlasts the shortest election time-out, or the drift is not below 1.
    """

    heartbeat_us: int = 500_000
    election_low_us: int = 1_500_000
    election_high_us: int = 3_000_000
    prepare_us: int = 300_000
    """How long a candidate waits before it repeats its Prepare or pre-vote."""
    retry_us: int = 400_000
    """How long a command or a read waits before it is handed in again."""
    feed_us: int = 100_000
    """How often, at the most, a leader tells learners what was chosen meanwhile."""
    lease_us: int = field(default=Factory(_as_election, takes_self=True))
    """How long a voter that answers a heartbeat promises nothing to others; 0 for no leases."""
    drift_ppm: int = 10_000
    """How far the rate of any node's clock may be from true, in parts per million."""

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.lease_us <= self.election_low_us:
            raise TimingError(
                f"a lease of {self.lease_us} µs and an election time-out from "
                f"{self.election_low_us} µs on: who waited for the one would still be bound by "
                f"the other"
            )
        if not 0 <= self.drift_ppm < 1_000_000:
            raise TimingError(f"a drift of {self.drift_ppm} ppm: a clock that may stand still")

    @property
    def doubt_us(self) -> int:
        """After how long a silence a node takes itself for cut off.

        The middle of an election's time-outs: among several voters somebody will most likely have
        begun to campaign by then, and would have been heard.
        """
        return (self.election_low_us + self.election_high_us) // 2


class Role(IntEnum):
    """What a replica is doing; ``PRECANDIDATE`` asks for pre-votes, ``CANDIDATE`` for promises."""

    FOLLOWER = 0
    PRECANDIDATE = 1
    CANDIDATE = 2
    LEADER = 3


MAX_TRIES = 4
"""How often a candidate asks before it stands back."""


class Election:
    """One node's view of who leads."""

    def __init__(self, node: int, timing: Timing, now_us: int) -> None:
        self.node = node
        self.timing = timing
        self.role = Role.FOLLOWER
        self.leader: int | None = None
        self.leader_ballot: Ballot = NO_BALLOT
        # As if a leader had just been heard: one may lead whom this node has forgotten.
        self.leader_heard_us = now_us
        self.highest_seen: Ballot = NO_BALLOT
        self.preemptions = 0
        self.tries = 0
        self.heard_us: dict[int, int] = {}
        self._granted: set[int] = set()
        self._asked: Ballot = NO_BALLOT

    def see(self, ballot: Ballot) -> None:
        """Remember the highest ballot that anybody was seen to use."""
        if ballot > self.highest_seen:
            self.highest_seen = ballot

    def follow(self, ballot: Ballot, now_us: int) -> bool:
        """Note a message of the leader of ``ballot``; False when a later leader is known."""
        if ballot < self.leader_ballot:
            return False
        self.see(ballot)
        self.leader_ballot = ballot
        self.leader = ballot.node
        self.leader_heard_us = now_us
        if self.leader != self.node:
            self.preemptions = 0
        return True

    def backoff_us(self) -> tuple[int, int]:
        """The next time-out's range; its width doubles with each preemption, 3 times at most."""
        low, high = self.timing.election_low_us, self.timing.election_high_us
        return low, low + (high - low) * (1 << min(self.preemptions, 3))

    def would_vote(self, ballot: Ballot, promised: Ballot, now_us: int) -> bool:
        """Whether to grant a pre-vote: a higher ballot, and no leader heard of lately."""
        if ballot <= promised:
            return False
        if self.role is Role.LEADER:
            return False
        return now_us - self.leader_heard_us >= self.timing.election_low_us

    def next_ballot(self, promised: Ballot) -> Ballot:
        """A ballot of this node above every ballot promised or seen."""
        return Ballot(max(promised.round, self.highest_seen.round) + 1, self.node)

    def ask(self, ballot: Ballot) -> None:
        """Start to gather pre-votes for ``ballot``."""
        self._asked = ballot
        self._granted = set()

    @property
    def asked(self) -> Ballot:
        """The ballot for which pre-votes were gathered last."""
        return self._asked

    @property
    def granted_by(self) -> tuple[int, ...]:
        """Whose pre-votes for it were counted, in the order of their numbers."""
        return tuple(sorted(self._granted))

    def on_grant(self, source: int, ballot: Ballot, membership: Membership) -> bool:
        """Count a pre-vote; True when a phase 1 quorum would promise."""
        if self.role is not Role.PRECANDIDATE or ballot != self._asked:
            return False
        self._granted.add(source)
        return membership.is_phase1_quorum(self._granted)

    def silence_us(self, now_us: int, membership: Membership) -> int:
        """For how long nothing has shown that somebody leads whom a quorum follows.

        A follower listens to its leader; a leader hears itself, and listens to a quorum's answers.
        """
        if self.role is not Role.LEADER:
            return now_us - self.leader_heard_us
        heard, last_us = {self.node}, now_us
        answers = sorted(self.heard_us.items(), key=lambda answer: (-answer[1], answer[0]))
        for node, at_us in answers:
            if membership.is_phase2_quorum(heard):
                break
            heard.add(node)
            last_us = at_us
        return now_us - last_us if membership.is_phase2_quorum(heard) else now_us

    def is_cut_off(self, now_us: int, membership: Membership) -> bool:
        """Whether the silence has lasted longer than :attr:`Timing.doubt_us`.

        It may be an election that takes long. Nothing but courtesy rests on the answer.
        """
        return self.silence_us(now_us, membership) > self.timing.doubt_us

    def reaches_quorum(self, now_us: int, membership: Membership) -> bool:
        """Whether a phase 2 quorum, this node included, answered within an election time-out."""
        since = now_us - self.timing.election_high_us
        heard = {node for node, at in self.heard_us.items() if at >= since}
        heard.add(self.node)
        return membership.is_phase2_quorum(heard)
