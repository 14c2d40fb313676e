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

from paxos.campaigning import Campaigning
from paxos.clients import Command, encode
from paxos.core import Config as Config
from paxos.effects import Effect, SetTimer, Timer
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
    SnapshotChunk,
    SnapshotPull,
)
from paxos.records import INCARNATION

ROLE_NAMES = {
    Role.FOLLOWER: "follower",
    Role.PRECANDIDATE: "candidate",
    Role.CANDIDATE: "candidate",
    Role.LEADER: "leader",
}


class Replica(Campaigning):
    """One node of the group; see :meth:`start`."""

    def start(self, now_us: int) -> list[Effect]:
        """Begin, or begin again after a restart: count the incarnation, replay what is decided."""
        recovered, self._recovered = self._recovered, None
        assert recovered is not None, "a replica starts once"  # noqa: S101 - the host's mistake
        self.acceptor.unsaved.append([INCARNATION, self.client.incarnation])
        self._out += self.learner.replay(recovered, self.acceptor)
        if self.votes:
            timing = self.config.timing
            self._out.append(
                SetTimer(Timer.ELECTION, timing.election_low_us, timing.election_high_us)
            )
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
            self.on_retry_timer()
        return self._effects()

    def submit(self, op: bytes, now_us: int) -> tuple[int, list[Effect]]:
        """Hand in an operation of this node's own client.

        Returns:
            Its sequence number, which comes back in :class:`~paxos.effects.Applied` with this
            replica's ``client``, and the effects. It is handed in again until it is applied.
        """
        self._sequence += 1
        sequence = self._sequence
        first = next(iter(self.pending), sequence)
        value = encode(Command(self.client, sequence, first, op))
        if not self.pending:
            retry_us = self.config.timing.retry_us
            self._out.append(SetTimer(Timer.RETRY, retry_us, retry_us))
        self.pending[sequence] = value
        self._hand_in([value])
        return sequence, self._effects()

    def on_retry_timer(self) -> None:
        """Hand in again what was not seen applied."""
        if self.pending:
            retry_us = self.config.timing.retry_us
            self._out.append(SetTimer(Timer.RETRY, retry_us, retry_us))
            self._hand_in(list(self.pending.values()))

    _HANDLERS: ClassVar[dict[type[Message], Callable[["Replica", int, Any, int], None]]] = {
        Prepare: Campaigning.on_prepare,
        Promise: Campaigning.on_promise,
        Accept: Campaigning.on_accept,
        Accepted: Campaigning.on_accepted,
        Nack: Campaigning.on_nack,
        Heartbeat: Campaigning.on_heartbeat,
        HeartbeatAck: Campaigning.on_heartbeat_ack,
        Commit: Campaigning.on_commit,
        Decisions: Campaigning.on_decisions,
        Forward: Campaigning.on_forward,
        PreVote: Campaigning.on_prevote,
        PreVoteReply: Campaigning.on_prevote_reply,
        SnapshotChunk: Campaigning.on_snapshot_chunk,
        SnapshotPull: Campaigning.on_snapshot_pull,
    }
