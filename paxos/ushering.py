"""Ushering: a leader's care for those who come to the group, come to vote, and leave."""

from typing import NamedTuple

from paxos.effects import Broadcast, Send
from paxos.election import Role
from paxos.feeding import Feeding
from paxos.membership import Change, Refusal, Step
from paxos.messages import Commit, Heartbeat, HeartbeatAck, Prepare

FAREWELLS = 20
"""How many heartbeats a node that has left gets at the most, until it knows."""


class Farewell(NamedTuple):
    """What a leader owes to a node that has left: the news, up to ``slot``, in so many beats."""

    slot: int
    beats: int


class Ushering(Feeding):
    """Between two eras, what a leader does besides choosing values."""

    def _equip(self) -> None:
        super()._equip()
        self._leaving: dict[int, Farewell] = {}

    def _start_ushering(self) -> None:
        """Begin to lead: who left under another leader was that one's to tell."""
        self._leaving = {}

    def _audience(self) -> tuple[int, ...]:
        return (*super()._audience(), *self._leaving)

    def _count_farewells(self) -> None:
        """A heartbeat was sent: who has had enough of them hears no more."""
        leaving = self._leaving.items()
        self._leaving = {n: Farewell(slot, left - 1) for n, (slot, left) in leaving if left > 1}

    def _regroup(self) -> None:
        before = self.others
        super()._regroup()
        if self.role is not Role.LEADER:
            return
        gone = tuple(n for n in before if n not in self.others)
        proposer = self.proposer
        if not self.votes:
            # The last thing it says: with it the others know who decides the next slot.
            commit = Commit(proposer.ballot, self.commit_slot)
            self._out.append(Broadcast((*self.others, *gone), commit))
            self._stand_down("it no longer votes")
            return
        self._leaving.update(dict.fromkeys(gone, Farewell(self.commit_slot, FAREWELLS)))
        newcomers = tuple(n for n in self.others if n not in before)
        if newcomers:
            self._out.append(Broadcast(newcomers, Heartbeat(proposer.ballot, self.commit_slot, 0)))
        self._ask_new_voters()

    def _ask_new_voters(self) -> None:
        """Phase 1 for the eras of which no quorum has promised yet; at the same ballot."""
        if waiting_for := self.proposer.waiting_for():
            prepare = Prepare(self.proposer.ballot, self.commit_slot + 1)
            self._out.append(Broadcast(waiting_for, prepare))

    def _is_timely(self, op: bytes) -> bool:
        """Whether to propose a change now: who is to vote must first have caught up.

        Otherwise the group could lose the fault that it can bear to a node that knows nothing. It
        is asked for again, and proposed when its time has come; or when it will be refused anyway.
        """
        try:
            change = Change.unpack(op)
        except Refusal:
            return True
        latest = self.group.latest
        if change.node not in latest.membership.learners or change.version != latest.version:
            return True
        if change.step is not Step.PROMOTE or change.node == self.node:
            return True
        if self.progress.get(change.node, 0) >= self.commit_slot - self.config.run_slots:
            return True
        # A learner that lacks nothing does not say so by itself: a heartbeat of no round asks it.
        heartbeat = Heartbeat(self.proposer.ballot, self.commit_slot, 0)
        self._out.append(Send(change.node, heartbeat))
        return False

    def _note_progress(self, source: int, ack: HeartbeatAck) -> None:
        """How far a node has come; who has left and knows it needs no more heartbeats."""
        self.progress[source] = ack.commit_slot
        if source in self._leaving and ack.commit_slot >= self._leaving[source].slot:
            del self._leaving[source]
