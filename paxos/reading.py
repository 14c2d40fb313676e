"""Reading: questions to the state, each answered as new as all that was known when it was asked.

Three ways (:class:`~paxos.effects.ReadKind`). Through the log a read is a command like any other.
By read index or by lease the asking node learns from the leader *how new* its answer must be, a
slot; when it has applied that slot, it asks its own state machine. So what the leader tells is a
few bytes, whatever is read, and it serves every read that this node had asked by then.

What the leader tells is its commit slot, once it has committed all that phase 1 found: an earlier
leader may have told its clients of any of it. Raft commits an entry of its own term to find out
(Ongaro's thesis §6.4); in Paxos phase 1 has shown all that may have been chosen, so nothing needs
to be proposed. Where a later era has other voters, phase 1 is over when they have promised, too:
an earlier leader may have decided slots there that nobody else has heard of.
"""

from attrs import define

from paxos.ballot import NO_BALLOT, Ballot
from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Broadcast,
    LeaseLapsed,
    ReadKind,
    Send,
    SetTimer,
    Timer,
)
from paxos.election import Role
from paxos.following import Following
from paxos.lease import Lease
from paxos.membership import Membership
from paxos.messages import Commit, Heartbeat, ReadIndex, ReadSlot
from paxos.rounds import Asker, Rounds


@define
class Read:
    """A question of this node's client that has no answer yet."""

    how: ReadKind
    op: bytes
    sequence: int = 0
    """Through the log: the sequence of its command."""
    slot: int | None = None
    """Otherwise: which slot must be applied before it is answered; None until the leader said."""
    served: ReadKind = ReadKind.LOG
    """What that slot rests on."""
    tries: int = 1


class Reading(Following):
    """The reader's side of every replica, and the leader's answers to it."""

    def _equip(self) -> None:
        super()._equip()
        self.reads: dict[int, Read] = {}
        """By number, in the order in which they were asked."""
        timing = self.config.timing
        self.lease = Lease(timing.lease_us, timing.drift_ppm)
        self._reads_asked = 0
        self._asked_instead: int | None = None
        """Whom a node that does not vote asks while it hears no leader."""
        self._doubts = 0
        """How often another was asked as the leader was silent."""
        self._rounds: Rounds | None = None
        """While this node leads."""

    # The asking node.

    def _hears_no_leader(self, now_us: int) -> bool:
        """Whether the leader has been silent for as long as an election takes at the most."""
        silent_us = now_us - self.election.leader_heard_us
        return silent_us >= self.config.timing.election_high_us

    def _await_answers(self) -> None:
        """Set the timer that asks again, unless something waits already."""
        if not self.pending and not self.reads:
            self._set_retry()

    def _set_retry(self) -> None:
        retry_us = self.config.timing.retry_us
        self._out.append(SetTimer(Timer.RETRY, retry_us, retry_us))

    def _open_read(self, op: bytes, how: ReadKind) -> int:
        """Note a question; returns its number."""
        self._await_answers()
        self._reads_asked += 1
        number = self._reads_asked
        self.reads[number] = Read(how, op)
        self._out.append(Asked(number, how, op))
        return number

    def _ask(self, number: int, how: ReadKind, now_us: int) -> None:
        """Ask the leader for the slot of every such read up to a number; without one they wait."""
        incarnation, lease = self.client.incarnation, how is ReadKind.LEASE
        if self.role is Role.LEADER:
            self._on_question(Asker(self.node, incarnation), number, now_us, lease=lease)
        else:
            question = ReadIndex(incarnation, number, lease)
            self._out += [Send(node, question) for node in self._whom_to_ask()]

    def _whom_to_ask(self) -> tuple[int, ...]:
        """Where a node that does not lead turns with commands and questions: to the leader.

        Without one they wait, but for those whom nobody may tell who leads: whoever does takes it.
        """
        if self.leader is not None:
            return (self.leader,) if self.leader != self.node else ()
        if self._goal is not None and self.node not in self.group.everyone:
            return self._goal.contacts or self.others
        if self._asked_instead is not None and not self.votes:
            return (self._asked_instead,)
        return ()

    def _ask_again(self, now_us: int) -> None:
        """Ask for all that has no answer: what was asked or answered may be lost."""
        newest: dict[ReadKind, int] = {}
        for number, read in self.reads.items():
            read.tries += 1
            newest[read.how] = number
        newest.pop(ReadKind.LOG, None)
        for how, number in newest.items():
            self._ask(number, how, now_us)

    def on_read_slot(self, source: int, told: ReadSlot, now_us: int) -> None:
        """Learn how new the answers must be. Numbers of an earlier life mean other reads."""
        if told.incarnation == self.client.incarnation:
            self._on_slot(told.number, told.slot, lease=told.lease)

    def _on_slot(self, number: int, slot: int, *, lease: bool) -> None:
        for each, read in self.reads.items():
            if each > number:
                break
            if read.how is ReadKind.LOG or (lease and read.how is ReadKind.INDEX):
                continue
            # Each of several answers is new enough by itself.
            if read.slot is None or slot < read.slot:
                read.slot = slot
                read.served = ReadKind.LEASE if lease else ReadKind.INDEX
        self._serve()

    def _apply(self, applied: list[Applied]) -> None:
        super()._apply(applied)
        if self.reads:
            for outcome in applied:
                if outcome.client == self.client:
                    self._on_read_applied(outcome)
            self._serve()
        if applied and self._rounds is not None and self._rounds.holds_questions:
            self._tell_ready()

    def _apply_run(self, run: AppliedRun) -> None:
        super()._apply_run(run)
        if self.reads:
            for outcome in run.by_client.get(self.client, ()):
                self._on_read_applied(outcome)
            self._serve()

    def _on_read_applied(self, outcome: Applied) -> None:
        for number, read in self.reads.items():
            if read.sequence == outcome.sequence:
                self._answer(number, ReadKind.LOG, outcome.slot, outcome.result)
                return

    def _serve(self) -> None:
        """Answer what this node's state is new enough for."""
        for number, read in list(self.reads.items()):
            if read.how is ReadKind.LOG:
                # A snapshot holds its command; the slot of that is not known any more.
                ready = read.sequence not in self.pending
            else:
                ready = read.slot is not None and read.slot <= self.commit_slot
            if ready:
                result = self.learner.machine.query(read.op)
                self._answer(number, read.served, self.commit_slot, result)

    def _answer(self, number: int, served: ReadKind, slot: int, result: bytes) -> None:
        read = self.reads.pop(number)
        self._out.append(Answered(number, read.how, served, slot, result, read.tries))

    # The leader.

    def _electorate(self) -> Membership:
        """Whose answers make a round count: who decides the next slot could decide it otherwise."""
        return self.group.present

    def _knows_all(self) -> bool:
        """Whether whatever was chosen at lower ballots is committed here."""
        proposer = self.proposer
        return self.commit_slot >= proposer.last_found and not proposer.waiting_for()

    def _begin_reign(self) -> None:
        """Count rounds anew for a new ballot."""
        self._rounds = Rounds(self.node)

    def _regroup(self) -> None:
        """Who decides from now on has granted no lease and answered for no round of before."""
        before = self._present
        super()._regroup()
        if self._present is not before:
            self.lease.end()
            if self._rounds is not None:
                self._rounds.regroup(self._electorate())
        self._tell_ready()

    def _stand_down(self, why: str, ballot: Ballot = NO_BALLOT, node: int = 0) -> None:
        """With the reign its lease is over, and its questions; who asked them asks again."""
        super()._stand_down(why, ballot, node)
        self._rounds = None
        self.lease.end()

    def _holds_lease(self, now_us: int) -> bool:
        if self.lease.holds(now_us):
            return True
        if self.lease.end():
            self._out.append(LeaseLapsed(self.proposer.ballot))
        return False

    def _audience(self) -> tuple[int, ...]:
        """Who is to hear a heartbeat."""
        return self.others

    def _send_round(self, now_us: int) -> None:
        """A heartbeat to everybody, whose answers say that this node still leads."""
        assert self._rounds is not None, "only a leader beats"  # noqa: S101
        self._holds_lease(now_us)
        number = self._rounds.begin(now_us)
        heartbeat = Heartbeat(self.proposer.ballot, self.commit_slot, number)
        self._out.append(Broadcast(self._audience(), heartbeat))
        self._on_round_answered(self.node, number, now_us)

    def _on_round_answered(self, source: int, number: int, now_us: int) -> None:
        """Count an answer; with a quorum's, renew the lease and answer what waited for them."""
        rounds = self._rounds
        if rounds is None:
            return
        if not rounds.on_answer(source, number, self._electorate()):
            return
        sent_us = rounds.take_sent_us()
        if sent_us is not None:
            self.lease.renew(sent_us, now_us)
        self._tell_ready()
        if rounds.is_wanted():
            self._send_round(now_us)

    def _tell_ready(self) -> None:
        """Answer what a quorum of those who decide the next slot has confirmed.

        The commit index may just have passed into another era: then :meth:`_regroup` comes first.
        """
        if self._rounds is None or self._revision != self.group.revision:
            return
        if self._knows_all():
            for asker, upto in self._rounds.take():
                self._tell(asker, upto, self.commit_slot, lease=False)

    def _greet(self, source: int) -> None:
        """Who asks for something and is no member may not have heard that it left: let it know."""
        if self.role is Role.LEADER and source != self.node and source not in self.others:
            self._out.append(Send(source, Heartbeat(self.proposer.ballot, self.commit_slot, 0)))

    def _refer(self, source: int, now_us: int) -> None:
        """Who asks a follower and is no member, as far as that knows, is told who leads.

        The follower may lag, and the other be a member by now. So it claims nothing about that: it
        repeats what its leader said last. The leader will greet whoever asks it, and who left
        learns so from the decided slots.
        """
        ballot, told_slot = self.learner.told
        leads = self.leader == ballot.node and self.leader not in (self.node, source)
        if leads and source not in self.group.everyone and not self._hears_no_leader(now_us):
            self._out.append(Send(source, Commit(ballot, told_slot)))

    def on_read_index(self, source: int, question: ReadIndex, now_us: int) -> None:
        """Tell how new an answer must be; who does not lead is silent, and will be asked again."""
        self._greet(source)
        self._refer(source, now_us)
        if self.role is Role.LEADER:
            asker = Asker(source, question.incarnation)
            self._on_question(asker, question.number, now_us, lease=question.lease)

    def _on_question(self, asker: Asker, number: int, now_us: int, *, lease: bool) -> None:
        if lease and self._knows_all() and self._holds_lease(now_us):
            self._tell(asker, number, self.commit_slot, lease=True)
        elif self._rounds is not None:
            self._rounds.ask(asker, number)
            if self._rounds.is_wanted():
                self._send_round(now_us)

    def _tell(self, asker: Asker, number: int, slot: int, *, lease: bool) -> None:
        if asker.node == self.node:
            self._on_slot(number, slot, lease=lease)
        else:
            told = ReadSlot(asker.incarnation, number, slot, lease)
            self._out.append(Send(asker.node, told))
