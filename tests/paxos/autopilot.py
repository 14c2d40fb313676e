"""Letting a stage run by itself: messages arrive in their order, timers fire when due.

Where the host of a real run draws a timer's moment at random, here each node has its own fixed
place within the range, by its rank: the same run every time, and no two nodes at the same moment.
"""

from collections.abc import Set as AbstractSet

from paxos.effects import Timer
from paxos.election import MAX_TRIES, Role
from paxos.messages import MESSAGES, PreVote, PreVoteReply
from paxos.replica import Replica
from tests.paxos.stage import Refused, Stage

PATIENCE_US = 60_000_000
ENDLESS = 10_000


def settle(stage: Stage, kinds: AbstractSet[type] = frozenset(MESSAGES)) -> None:
    """Deliver all that is under way and not held, and the answers, while time stands still."""
    for _ in range(ENDLESS):
        under_way = (x for x in stage.letters if stage.can_arrive(x) and type(x.message) in kinds)
        letter = next(under_way, None)
        if letter is None:
            return
        stage.deliver(letter)
    raise Refused(f"still messages under way after {ENDLESS}")


def campaign(stage: Stage, node: int) -> None:
    """Let a node find no leader and win its pre-votes: what it sends then is a Prepare.

    Nobody else's timer fires. A node whose round was too low learns that and asks again.
    """
    stage.now_us += stage.config.timing.election_low_us
    for _ in range(MAX_TRIES):
        due_us = stage.seat(node).timers.get(Timer.ELECTION, (0, 0))[0]
        stage.now_us = max(stage.now_us, due_us)
        stage.fire(node, Timer.ELECTION)
        settle(stage, frozenset((PreVote, PreVoteReply)))
        if stage.replica(node).role is not Role.PRECANDIDATE:
            return
    raise Refused(f"node {node} gets no pre-votes")


def run(stage: Stage, until_us: int) -> None:
    """Let everything happen up to a time."""
    settle(stage)
    while (due := _next_timer(stage)) is not None and due[0] <= until_us:
        _fire(stage, due)
    stage.now_us = until_us


def stabilise(stage: Stage) -> bool:
    """Let everything happen until nothing is left to do; False when that takes too long."""
    until_us = stage.now_us + PATIENCE_US
    settle(stage)
    while not is_quiet(stage):
        due = _next_timer(stage)
        if due is None or due[0] > until_us:
            return False
        _fire(stage, due)
    return True


def is_quiet(stage: Stage) -> bool:
    """A leader leads; whoever it reaches follows it, knows all it knows, and waits for nothing."""
    going = [r for r in stage.alive() if not stage.seats[r.node].paused]
    leaders = [r for r in going if r.role is Role.LEADER]
    leader = max(leaders, key=lambda r: r.proposer.ballot, default=None)
    if leader is None or leader.proposer.acks or leader.proposer.queue:
        return False
    members = leader.group.everyone
    living = [r for r in going if r.node in members]
    reached = [r for r in living if stage.connected(r.node, leader.node)]
    voting = {r.node for r in reached}
    return leader.group.present.is_phase2_quorum(voting) and all(
        _follows(replica, leader) for replica in reached
    )


def _follows(replica: Replica, leader: Replica) -> bool:
    return (
        replica.leader == leader.node
        and replica.commit_slot == leader.commit_slot
        and not replica.pending
        and not replica.reads
    )


def _next_timer(stage: Stage) -> tuple[int, int, Timer] | None:
    size = len(stage.seats)
    moments = []
    for rank, (node, seat) in enumerate(stage.seats.items()):
        if seat.paused:
            continue
        for timer, (low_us, high_us) in seat.timers.items():
            moment_us = low_us + (high_us - low_us) * rank // size
            moments.append((max(moment_us, stage.now_us), node, timer))
    return min(moments, default=None)


def _fire(stage: Stage, due: tuple[int, int, Timer]) -> None:
    stage.now_us, node, timer = due
    stage.fire(node, timer)
    settle(stage)
