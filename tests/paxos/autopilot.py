"""Letting a stage run by itself: messages arrive in their order, timers fire when due.

Where the host of a real run draws a timer's moment at random, here each node has its own fixed
place within the range, by its rank: the same run every time, and no two nodes at the same moment.
"""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from paxos.effects import Timer
from paxos.election import MAX_TRIES, Role
from paxos.messages import MESSAGES, PreVote, PreVoteReply
from paxos.replica import Replica
from tests.paxos.letters import Refused
from tests.paxos.stage import Stage

PATIENCE_US = 60_000_000
ENDLESS = 10_000


def settle(stage: Stage, kinds: AbstractSet[type] = frozenset(MESSAGES)) -> None:
    """Deliver all that is under way and not held, and the answers, while time stands still."""
    for _ in range(ENDLESS):
        under_way = (
            x for x in stage.network.letters if stage.can_arrive(x) and type(x.message) in kinds
        )
        letter = next(under_way, None)
        if letter is None:
            return
        stage.deliver(letter)
    raise Refused(f"still messages under way after {ENDLESS}")


def campaign(stage: Stage, node: int) -> None:
    """Let a node find no leader and win its pre-votes: what it sends then is a Prepare.

    Nobody else's timer fires. A node whose round was too low learns that and asks again.
    """
    seat = stage.seat(node)
    silent_us = seat.local_us(stage.now_us) + stage.config.timing.election_low_us
    stage.now_us = seat.clock.when_us(silent_us)
    for _ in range(MAX_TRIES):
        if Timer.ELECTION in seat.timers:
            stage.now_us = max(stage.now_us, seat.timer_us(Timer.ELECTION)[0])
        stage.fire(node, Timer.ELECTION)
        settle(stage, frozenset((PreVote, PreVoteReply)))
        if stage.replica(node).role is not Role.PRECANDIDATE:
            return
    raise Refused(f"node {node} gets no pre-votes")


def run(stage: Stage, until_us: int) -> None:
    """Let everything happen up to a time."""
    settle(stage)
    while (due := _next(stage)) is not None and due.at_us <= until_us:
        _let_happen(stage, due)
    stage.now_us = until_us


def stabilise(stage: Stage) -> bool:
    """Let everything happen until nothing is left to do; False when that takes too long."""
    until_us = stage.now_us + PATIENCE_US
    settle(stage)
    while not is_quiet(stage):
        due = _next(stage)
        if due is None or due.at_us > until_us:
            return False
        _let_happen(stage, due)
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
    reached = [r for r in living if _reach_each_other(stage, r.node, leader.node)]
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


def _reach_each_other(stage: Stage, a: int, b: int) -> bool:
    return stage.network.connected(a, b) and stage.network.connected(b, a)


class Due(NamedTuple):
    """What happens next by itself: a timer, a slow node or disk that is done, a late letter."""

    at_us: int
    node: int
    """0 for a letter: all that are due then arrive."""
    what: int
    """The timer, or ``WORK``, or ``SYNC``."""


WORK, SYNC = -1, -2


def _next(stage: Stage) -> Due | None:
    size = len(stage.seats)
    moments = [
        Due(letter.due_us, 0, WORK) for letter in stage.network.letters
        if letter.due_us > stage.now_us and not letter.held
        and not stage.stands_still(letter.target)
    ]  # fmt: skip
    for rank, (node, seat) in enumerate(stage.seats.items()):
        if seat.paused:
            continue
        if seat.sync_us is not None:
            moments.append(Due(max(seat.sync_us, stage.now_us), node, SYNC))
        if seat.backlog:
            moments.append(Due(max(seat.work_us, stage.now_us), node, WORK))
        for timer, (low_us, high_us) in seat.timers.items():
            if timer not in seat.backlog:
                moment_us = seat.clock.when_us(low_us + (high_us - low_us) * rank // size)
                moments.append(Due(max(moment_us, stage.now_us), node, timer))
    return min(moments, default=None)


def _let_happen(stage: Stage, due: Due) -> None:
    stage.now_us = due.at_us
    if due.what == SYNC:
        stage.fsync(due.node)
    elif due.what != WORK:
        stage.fire(due.node, Timer(due.what))
    elif due.node:
        stage.work(due.node)
    settle(stage)
