"""Leading: phase 2 as a pipeline, heartbeats, sending again, helping those that lag."""

from paxos.clients import Purpose, decode
from paxos.effects import Broadcast, CancelTimer, RoleChanged, Send, SetTimer, Timer
from paxos.election import Role
from paxos.messages import (
    NOOP,
    Accept,
    Accepted,
    Commit,
    Decisions,
    Forward,
    HeartbeatAck,
    Nack,
    Value,
)
from paxos.proposer import Phase
from paxos.ushering import Ushering


class Leading(Ushering):
    """The proposer's side of a replica once it has a quorum's promises."""

    def _become_leader(self, now_us: int) -> None:
        proposer, election = self.proposer, self.election
        # Late decisions may have come since the Prepare. What they cover is not proposed again:
        # who has compacted it no longer tells of it, and it would look like a hole.
        proposer.from_slot = max(proposer.from_slot, self.commit_slot + 1)
        found = proposer.lead()
        election.role = Role.LEADER
        election.follow(proposer.ballot, now_us)
        election.heard_us = dict.fromkeys(self.group.present.voters, now_us)
        self.progress = {}
        self._start_ushering()
        self._proposed = set()
        for value in found:
            if value != NOOP:
                command = decode(value)
                self._proposed.add((command.client, command.sequence))
        count = max(0, proposer.last_found + 1 - proposer.from_slot)
        slots = "1 slot" if count == 1 else f"{count} slots"
        why = f"a quorum promised ballot {{ballot}}; {slots} to propose again"
        self._out.append(RoleChanged("leader", why, proposer.ballot, self.node))
        self._out.append(CancelTimer(Timer.ELECTION))
        self._begin_reign()
        self._start_feeding()
        self._beat(now_us)
        self._flush()
        self._hand_in(list(self.pending.values()))
        self._ask_again(now_us)

    def on_decisions(self, source: int, decisions: Decisions, now_us: int) -> None:
        """Learn chosen values, and ask for more while there are more."""
        # Its sender leads at that ballot: whoever proposes at a lower one must not go on to tell
        # what was chosen above, as followers take it for what was proposed below.
        self.election.see(decisions.ballot)
        self._yield_to(decisions.ballot, now_us)
        before = self.learner.commit_slot
        first_slot, values = decisions.first_slot, decisions.values
        run = None if self.votes else self.learner.decide_run(first_slot, values, self.acceptor)
        if run is not None:
            self._apply_run(run)
        else:
            self._apply(self.learner.decide(first_slot, values, self.acceptor))
        self._apply(self.learner.follow(self.acceptor))
        if self.role is Role.LEADER:
            self.proposer.settle(self.commit_slot)
            self._feed_soon()
            self._flush()
        if before < self.learner.commit_slot < decisions.commit_slot:
            more = HeartbeatAck(decisions.ballot, decisions.commit_slot, self.commit_slot)
            self._out.append(Send(source, more))

    def _enqueue(self, value: Value) -> None:
        command = decode(value)
        key = (command.client, command.sequence)
        if command.purpose is Purpose.CHANGE and not self._is_timely(command.op):
            return
        if key not in self._proposed and not self.learner.sessions.is_done(*key):
            self._proposed.add(key)
            self.proposer.queue.append(value)

    def _flush(self) -> bool:
        """Propose what is queued, as far as pipeline and window allow; whether anything was."""
        proposer = self.proposer
        sent = False
        while values := proposer.take(self.commit_slot, self.config.run_slots):
            voters = self.group.at(proposer.next_slot).voters
            first = proposer.propose(values)
            accept = Accept(proposer.ballot, first, values, self.commit_slot)
            self._out.append(Broadcast(voters, accept))
            sent = True
        return sent

    def on_accepted(self, source: int, accepted: Accepted, now_us: int) -> None:
        """Phase 2b: count acks; what a quorum has accepted is chosen."""
        proposer = self.proposer
        if accepted.ballot != proposer.ballot:
            return
        self.election.heard_us[source] = now_us
        chosen = proposer.on_accepted(source, accepted)
        if not chosen:
            return
        before = self.commit_slot
        for slot in chosen:
            self._apply(self.learner.decide(slot, [proposer.proposals[slot]], self.acceptor))
        if self.commit_slot == before:
            return
        proposer.settle(self.commit_slot)
        if self._revision != self.group.revision:
            self._regroup()
            if self.role is not Role.LEADER:
                return
        # Only now: proposers that win phase 1 by turns, and choose nothing, must part as well.
        self.election.preemptions = 0
        if not self._flush() and not proposer.acks:
            # Nothing under way that would carry the commit index: tell it by itself.
            commit = Commit(proposer.ballot, self.commit_slot)
            self._out.append(Broadcast(self.other_voters, commit))
        self._feed_soon()

    def on_nack(self, source: int, nack: Nack, now_us: int) -> None:
        """Give a ballot up that somebody has refused."""
        self.election.see(nack.promised)
        proposer = self.proposer
        if nack.ballot == proposer.ballot and proposer.phase is not Phase.IDLE:
            self.election.preemptions += 1
            self._stand_down(
                "{node} has promised the higher ballot {ballot}", nack.promised, source
            )

    def on_heartbeat_timer(self, now_us: int) -> None:
        """Give up without a quorum, send again what is unanswered, and beat."""
        if self.role is not Role.LEADER:
            return
        present = self.group.present
        for voter in present.voters:
            # Who came to vote since the last time was never asked: let it have its time.
            self.election.heard_us.setdefault(voter, now_us)
        if not self.election.reaches_quorum(now_us, present):
            self._stand_down("no quorum answered within the election time-out")
            return
        proposer = self.proposer
        for first, values, owing in proposer.unacknowledged():
            for start in range(0, len(values), self.config.run_slots):
                part = values[start : start + self.config.run_slots]
                accept = Accept(proposer.ballot, first + start, part, self.commit_slot)
                self._out.append(Broadcast(owing, accept))
        self._ask_new_voters()
        self._beat(now_us)

    def _beat(self, now_us: int) -> None:
        self._feed()
        heartbeat_us = self.config.timing.heartbeat_us
        self._send_round(now_us)
        self._count_farewells()
        self._out.append(SetTimer(Timer.HEARTBEAT, heartbeat_us, heartbeat_us))

    def on_heartbeat_ack(self, source: int, ack: HeartbeatAck, now_us: int) -> None:
        """Help a follower that lags: with decisions, or a snapshot."""
        if self.role is not Role.LEADER or ack.ballot != self.proposer.ballot:
            return
        self.election.heard_us[source] = now_us
        self._note_progress(source, ack)
        self._on_round_answered(source, ack.round, now_us)
        if ack.commit_slot < self.learner.floor_slot:
            self._send_chunk(source, 0)
        elif ack.commit_slot < ack.told_slot:
            first = ack.commit_slot + 1
            last = min(self.commit_slot, ack.commit_slot + self.config.run_slots)
            values = [self.learner.decided[slot] for slot in range(first, last + 1)]
            decisions = Decisions(self.proposer.ballot, first, values, self.commit_slot)
            self._out.append(Send(source, decisions))

    def _hand_in(self, values: list[Value]) -> None:
        """Propose own commands, or forward them to the leader; without one they wait."""
        if not values:
            return
        if self.role is Role.LEADER:
            for value in values:
                self._enqueue(value)
            self._flush()
        else:
            self._forward(self._whom_to_ask(), values)

    def _forward(self, to: tuple[int, ...], values: list[Value]) -> None:
        for start in range(0, len(values), self.config.run_slots):
            part = Forward(values[start : start + self.config.run_slots])
            self._out += [Send(node, part) for node in to]

    def on_forward(self, source: int, forward: Forward, now_us: int) -> None:
        """Propose the commands of another node."""
        self._greet(source)
        self._refer(source, now_us)
        if self.role is Role.LEADER:
            for value in forward.values:
                self._enqueue(value)
            self._flush()
        elif self.leader not in (None, self.node, source) and source not in self.group.everyone:
            # It cannot know who leads. Members do, so nothing is passed on twice.
            self._forward((self.leader,), forward.values)
