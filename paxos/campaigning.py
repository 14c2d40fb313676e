"""Campaigning: time-outs, pre-votes, and phase 1 over all slots."""

from paxos.ballot import Ballot
from paxos.effects import Broadcast, Effect, RoleChanged, Send, SetTimer, Timer
from paxos.election import MAX_TRIES, Role
from paxos.leading import Leading
from paxos.messages import Prepare, PreVote, PreVoteReply, Promise, SnapshotPull


class Campaigning(Leading):
    """How a replica comes to lead."""

    def on_election_timer(self, now_us: int) -> None:
        """The leader was silent for too long, or an answer is."""
        election = self.election
        if election.role is Role.LEADER or not self.votes:
            return
        silent_us = now_us - election.leader_heard_us
        low, high = election.backoff_us()
        if election.role is Role.FOLLOWER:
            if silent_us < low:
                self._out.append(SetTimer(Timer.ELECTION, low - silent_us, high - silent_us))
                return
            election.role = Role.PRECANDIDATE
            election.leader = None
            election.tries = 0
            why = f"no leader heard for {silent_us / 1e6:.1f} s"
            self._out.append(RoleChanged("candidate", why))
        election.tries += 1
        if election.tries > MAX_TRIES:
            self._stand_down("no quorum answers")
            return
        prepare_us = self.config.timing.prepare_us
        self._out.append(SetTimer(Timer.ELECTION, prepare_us, prepare_us * 2))
        if election.role is Role.PRECANDIDATE:
            self._ask_for_votes(now_us)
        else:
            proposer = self.proposer
            again = Prepare(proposer.ballot, proposer.from_slot)
            self._out.append(Broadcast(proposer.waiting_for(), again))

    def _ask_for_votes(self, now_us: int) -> None:
        ballot = self.election.next_ballot(self.acceptor.promised)
        self.election.ask(ballot)
        voters = tuple(v for v in self.group.present.voters if v != self.node)
        self._out.append(Broadcast(voters, PreVote(ballot, self.commit_slot)))
        if self.election.on_grant(self.node, ballot, self.group.present):
            self._prepare(ballot, now_us)

    def why_not_stand(self, now_us: int) -> str:
        """Why this node may not stand for leader now; empty where it may."""
        if not self.votes:
            return "it does not vote"
        ballot = self.election.next_ballot(self.acceptor.promised)
        holder = self.grant.bound_to(ballot, now_us)
        if holder is None:
            return ""
        # Its own promise counts at once, and would break what it has granted.
        return "a lease that it has granted has not ended" + ("" if holder else ", or it forgot")

    def stand(self, now_us: int) -> list[Effect]:
        """Begin phase 1 of a new ballot at once: no time-out, no pre-votes.

        Whoever leads gives up its ballot first. What is lost is asked again when the election timer
        fires that runs already. Only when :meth:`why_not_stand` says nothing.
        """
        if self.role is Role.LEADER:
            self._stand_down("it stands for a new ballot")
        self._out.append(RoleChanged("candidate", "it was told to stand"))
        self._prepare(self.election.next_ballot(self.acceptor.promised), now_us)
        return self._effects()

    def on_prevote(self, source: int, prevote: PreVote, now_us: int) -> None:
        """Say whether a promise would be given; nothing is promised by it."""
        promised = self.acceptor.promised
        granted = (
            prevote.commit_slot >= self.acceptor.floor_slot
            and self.election.would_vote(prevote.ballot, promised, now_us)
            and not self._withholds(prevote.ballot, now_us)
        )
        self._out.append(Send(source, PreVoteReply(prevote.ballot, granted, promised)))
        self._greet(source)
        if prevote.commit_slot < self.acceptor.floor_slot:
            # It may be the only one that can lead, and nobody but this node knows what it lacks.
            self._send_chunk(source, 0)

    def on_prevote_reply(self, source: int, reply: PreVoteReply, now_us: int) -> None:
        """Count a pre-vote; a quorum of them starts phase 1."""
        self.election.see(reply.promised)
        present = self.group.present
        if reply.granted and self.election.on_grant(source, reply.ballot, present):
            self._prepare(reply.ballot, now_us)

    def _prepare(self, ballot: Ballot, now_us: int) -> None:
        """Phase 1, for every slot that this node does not know to be decided."""
        self.election.role = Role.CANDIDATE
        self.election.tries = 0
        self.election.see(ballot)
        self.acceptor.promise(ballot)
        self.proposer.prepare(ballot, self.commit_slot + 1)
        prepare = Prepare(ballot, self.commit_slot + 1)
        self._out.append(Broadcast(self.proposer.waiting_for(), prepare))

    def on_promise(self, source: int, promise: Promise, now_us: int) -> None:
        """Phase 1b: count a promise; a quorum of them makes the leader, or opens an era to it."""
        if promise.ballot == self.proposer.ballot and promise.floor_slot > self.commit_slot:
            # What that node has compacted may be decided and known to nobody else who answers.
            proposes = self.role in (Role.CANDIDATE, Role.LEADER)
            if self.role is Role.CANDIDATE:
                self._stand_down("{node} has compacted slots that are unknown here", node=source)
            if proposes:
                self._out.append(Send(source, SnapshotPull(0, 0)))
        elif self.proposer.on_promise(source, promise):
            self._become_leader(now_us)
        elif self.role is Role.LEADER:
            self._flush()
