"""Liveness: groups that never come to rest."""

from typing import Any

from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import LIVENESS, mutant
from paxos.election import Election, Role
from paxos.messages import HeartbeatAck
from paxos.proposer import Proposer
from paxos.replica import Replica


@mutant(LIVENESS, number=29)
def nothing_is_sent_again(patch: Patch) -> None:
    """What was lost stays lost: accepts, decisions and commands of clients."""
    patch.setattr(Proposer, "unacknowledged", lambda self: [])
    patch.setattr(Replica, "on_retry_timer", lambda self, now_us: None)
    patch.setitem(Replica._HANDLERS, HeartbeatAck, _alive)


def _alive(self: Replica, source: int, ack: Any, now_us: int) -> None:
    if self.role is Role.LEADER and ack.ballot == self.proposer.ballot:
        self.election.heard_us[source] = now_us


@mutant(LIVENESS, seeds=5, number=28)
def no_backoff(patch: Patch) -> None:
    """A refused proposer tries again at once, and everybody lets it: proposers duel."""
    patch.setattr(Election, "backoff_us", lambda self: (0, 2_000))
    patch.setattr(Election, "would_vote", lambda self, ballot, promised, now_us: ballot > promised)


@mutant(LIVENESS, scripted="it takes a cut that lasts, and every weather heals in the end")
def leader_without_a_quorum_stays(patch: Patch) -> None:
    """A leader that is heard and hears nobody keeps the others from electing one."""
    patch.setattr(Election, "reaches_quorum", lambda self, now_us, membership: True)


@mutant(LIVENESS, scripted="it costs an election, and nothing is wrong in the end")
def prevotes_granted_to_anybody(patch: Patch) -> None:
    """A node that was cut off comes back with a higher ballot and unseats the leader."""
    patch.setattr(Election, "would_vote", lambda self, ballot, promised, now_us: True)
    patch.setattr(Replica, "_withholds", lambda self, ballot, now_us: False)
