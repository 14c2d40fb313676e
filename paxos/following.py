"""Following: what a replica does with what candidates and leaders say, and with snapshots."""

from paxos.ballot import Ballot
from paxos.core import Core
from paxos.effects import Installed, Send, Withheld
from paxos.election import Role
from paxos.messages import (
    Accept,
    Accepted,
    Commit,
    Heartbeat,
    HeartbeatAck,
    Nack,
    Prepare,
    Promise,
    SnapshotChunk,
    SnapshotPull,
)
from paxos.wire import WireError


class Following(Core):
    """The acceptor's and the learner's side of a replica."""

    def on_prepare(self, source: int, prepare: Prepare, now_us: int) -> None:
        """Phase 1a: promise, or refuse.

        Whoever asks knows who votes on the slots it asks for; this node may not have heard of it.
        """
        if prepare.ballot > self.acceptor.promised and self._withholds(prepare.ballot, now_us):
            # No word to the candidate: it asks again, and a nack would make it give up.
            return
        reply = self.acceptor.on_prepare(prepare)
        self.election.see(prepare.ballot)
        if type(reply) is Promise:
            self._yield_to(prepare.ballot, now_us)
            # Whoever was promised gets time to lead before the next one tries.
            self.election.leader_heard_us = now_us
        self._out.append(Send(source, reply))

    def _withholds(self, ballot: Ballot, now_us: int) -> bool:
        """Whether to promise that ballot would break a lease that this node has granted."""
        holder = self.grant.bound_to(ballot, now_us)
        if holder is None:
            return False
        self._out.append(Withheld(ballot, holder))
        return True

    def on_accept(self, source: int, accept: Accept, now_us: int) -> None:
        """Phase 2a: accept and follow, or refuse."""
        reply = self.acceptor.on_accept(accept)
        if type(reply) is Accepted:
            self._yield_to(accept.ballot, now_us)
            self._hear(accept.ballot, accept.commit_slot, now_us)
        self._out.append(Send(source, reply))

    def on_heartbeat(self, source: int, heartbeat: Heartbeat, now_us: int) -> None:
        """Follow the leader, and tell how far this node got; refuse one that is past.

        A leader needs the voters' answers to know that it still leads, and a learner's only if
        that lacks something or waits for a command: so a learner that asks for something is known
        to be level, or is helped.
        """
        if heartbeat.ballot < self.acceptor.promised:
            self._out.append(Send(source, Nack(heartbeat.ballot, self.acceptor.promised)))
            return
        self._yield_to(heartbeat.ballot, now_us)
        follows = self._hear(heartbeat.ballot, heartbeat.commit_slot, now_us)
        if follows:
            self.grant.give(heartbeat.ballot, now_us)
        # The bare answer helps a leader that is past to learn; it neither confirms nor grants.
        number = heartbeat.round if follows else 0
        behind = self.commit_slot < heartbeat.commit_slot
        if self.votes or self.pending or behind or not heartbeat.round:
            told = HeartbeatAck(heartbeat.ballot, heartbeat.commit_slot, self.commit_slot, number)
            self._out.append(Send(source, told))

    def on_commit(self, source: int, commit: Commit, now_us: int) -> None:
        """Learn what the leader tells to be chosen."""
        if commit.ballot >= self.acceptor.promised:
            self._yield_to(commit.ballot, now_us)
            self._hear(commit.ballot, commit.commit_slot, now_us)

    def _hear(self, ballot: Ballot, commit_slot: int, now_us: int) -> bool:
        """Take what the leader of ``ballot`` tells; False when a later leader is known."""
        if not self.election.follow(ballot, now_us):
            return False
        self.learner.tell(ballot, commit_slot)
        self._apply(self.learner.follow(self.acceptor))
        return True

    def _send_chunk(self, to: int, offset: int) -> None:
        data, slot = self.learner.snapshot, self.learner.snapshot_slot
        if offset < len(data):
            piece = data[offset : offset + self.config.chunk_bytes]
            self._out.append(Send(to, SnapshotChunk(slot, offset, len(data), piece)))

    def on_snapshot_pull(self, source: int, pull: SnapshotPull, now_us: int) -> None:
        """Send the piece that is asked for."""
        same = pull.slot == self.learner.snapshot_slot
        self._send_chunk(source, pull.offset if same else 0)

    def on_snapshot_chunk(self, source: int, chunk: SnapshotChunk, now_us: int) -> None:
        """Take a piece of a snapshot, and ask for the next."""
        if chunk.slot <= self.commit_slot:
            return
        if chunk.slot != self.download.slot and not self._is_to_be_followed(source, chunk):
            return
        before = (self.download.slot, self.download.offset)
        whole = self.download.take(chunk.slot, chunk.offset, chunk.size, chunk.data)
        after = (self.download.slot, self.download.offset)
        if whole is not None:
            self._install(whole, now_us)
        elif after != before or chunk.offset == 0:
            # The leader begins anew with each heartbeat: go on from where this node is.
            self._out.append(Send(source, SnapshotPull(*after)))

    def _is_to_be_followed(self, source: int, chunk: SnapshotChunk) -> bool:
        """Whether to turn to another snapshot than the one that is arriving.

        To the leader's, or while none is known to that of whoever helps: two nodes that take turns
        would each begin anew, for ever. From another node it may be older than the one given up.
        """
        if source != self.leader and self.leader not in (None, self.node):
            return False
        if source != self._helper and chunk.offset == 0:
            self._helper = source
            self.download.clear()
        return True

    def _install(self, data: bytes, now_us: int) -> None:
        """Jump to a snapshot's slot."""
        self.download.clear()
        try:
            self.learner.install(data)
        except WireError:
            return
        if self.role is not Role.FOLLOWER:
            self._stand_down("a snapshot showed how far the others are")
        slot, sessions = self.commit_slot, self.learner.sessions
        self.acceptor.compact(slot)
        done = [s for s in self.pending if sessions.is_done(self.client, s)]
        results = [(s, sessions.result(self.client, s) or b"") for s in done]
        for sequence, result in results:
            self._resolve(sequence, result)
        self._out.append(Installed(slot, results))
        self._checkpoint_due = True
        self._apply(self.learner.apply_ready(self.acceptor))
        self._apply(self.learner.follow(self.acceptor))
