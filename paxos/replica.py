"""A Multi-Paxos replica: acceptor, proposer and learner of one node, and the client it serves.

``step(event) -> effects``: every public method takes what happened and the node's time, and returns
what its host must do (:mod:`paxos.effects`), in order. There is no I/O here, no clock, no
randomness.

One phase 1 covers every slot from the commit index on; after it the leader runs phase 2 alone, slot
after slot, as a pipeline. Parts that could be mistaken for each other are kept apart: the
acceptor's promised ballot, the ballot at which a slot was accepted, and the ballot under which this
node leads.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from paxos.core import Config as Config
from paxos.effects import Effect, Timer
from paxos.election import Role
from paxos.messages import (
    Accept,
    Accepted,
    Commit,
    Decisions,
    Forward,
    Heartbeat,
    HeartbeatAck,
    Message,
    Nack,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
    ReadIndex,
    ReadSlot,
    SnapshotChunk,
    SnapshotPull,
)
from paxos.records import INCARNATION
from paxos.serving import Serving

ROLE_NAMES = {
    Role.FOLLOWER: "follower",
    Role.PRECANDIDATE: "candidate",
    Role.CANDIDATE: "candidate",
    Role.LEADER: "leader",
}


class Replica(Serving):
    """One node of the group; see :meth:`start`."""

    def start(self, now_us: int) -> list[Effect]:
        """Begin, or begin again after a restart: count the incarnation, replay what is decided."""
        recovered, self._recovered = self._recovered, None
        assert recovered is not None, "a replica starts once"  # noqa: S101 - the host's mistake
        self.acceptor.unsaved.append([INCARNATION, self.client.incarnation])
        self._out += self.learner.replay(recovered, self.acceptor)
        return self._effects()

    def on_message(self, source: int, message: Message, now_us: int) -> list[Effect]:
        """Take a message from a node; it may be this node itself."""
        self._HANDLERS[type(message)](self, source, message, now_us)
        return self._effects()

    def on_timer(self, timer: Timer, now_us: int) -> list[Effect]:
        """Take the firing of a timer."""
        if timer is Timer.ELECTION:
            self.on_election_timer(now_us)
        elif timer is Timer.HEARTBEAT:
            self.on_heartbeat_timer(now_us)
        elif timer is Timer.FEED:
            self.on_feed_timer()
        else:
            self.on_retry_timer(now_us)
        return self._effects()

    _HANDLERS: ClassVar[dict[type[Message], Callable[["Replica", int, Any, int], None]]] = {
        Prepare: Serving.on_prepare,
        Promise: Serving.on_promise,
        Accept: Serving.on_accept,
        Accepted: Serving.on_accepted,
        Nack: Serving.on_nack,
        Heartbeat: Serving.on_heartbeat,
        HeartbeatAck: Serving.on_heartbeat_ack,
        Commit: Serving.on_commit,
        Decisions: Serving.on_decisions,
        Forward: Serving.on_forward,
        PreVote: Serving.on_prevote,
        PreVoteReply: Serving.on_prevote_reply,
        SnapshotChunk: Serving.on_snapshot_chunk,
        SnapshotPull: Serving.on_snapshot_pull,
        ReadIndex: Serving.on_read_index,
        ReadSlot: Serving.on_read_slot,
    }
