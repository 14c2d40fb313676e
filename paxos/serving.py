"""Serving: the client of a replica. What it hands in is handed in again until it is applied."""

from paxos.campaigning import Campaigning
from paxos.clients import Command, Purpose, encode
from paxos.effects import Effect, ReadKind
from paxos.group import Answer
from paxos.membership import Change, Goal, Step


class Serving(Campaigning):
    """Commands, changes of membership, and a newcomer's way into the group."""

    def submit(
        self, op: bytes, now_us: int, purpose: Purpose = Purpose.UPDATE
    ) -> tuple[int, list[Effect]]:
        """Hand in an operation of this node's own client.

        Returns:
            Its sequence number, which comes back in :class:`~paxos.effects.Applied` with this
            replica's ``client``, and the effects. It is handed in again until it is applied.
        """
        return self._submit(op, purpose), self._effects()

    def read(self, op: bytes, how: ReadKind, now_us: int) -> tuple[int, list[Effect]]:
        """Ask something of the state, for this node's own client; linearizable in all three ways.

        Returns:
            The number of the read, which comes back in :class:`~paxos.effects.Answered`, and the
            effects. It is asked again until it is answered; when this node crashes, nobody waits.
        """
        number = self._open_read(op, how)
        if how is ReadKind.LOG:
            self.reads[number].sequence = self._submit(op, Purpose.READ)
        else:
            self._ask(number, how, now_us)
        return number, self._effects()

    def change(self, step: Step, node: int, now_us: int) -> tuple[int, list[Effect]]:
        """Hand in a change of membership; its result is a :class:`~paxos.group.Answer`.

        A node is promoted once it has caught up. PROMOTE and DEMOTE speak of the membership that
        this replica knows to be the latest; if another change comes first they are refused.
        """
        versioned = step in (Step.PROMOTE, Step.DEMOTE)
        version = self.group.latest.version if versioned else 0
        return self.submit(Change(step, node, version).pack(), now_us, Purpose.CHANGE)

    def join(self, goal: Goal, now_us: int) -> list[Effect]:
        """Ask to become a member, until it is so; then, if it is the goal, to vote."""
        self._goal = goal
        self._set_retry()
        self._pursue()
        return self._effects()

    def on_retry_timer(self, now_us: int) -> None:
        """Hand in again what was not seen applied, ask again, and go on towards the goal."""
        if self.node in self.group.gone:
            # Nobody tells it any more what became of its commands, and its state is of the past.
            self.pending.clear()
            self.reads.clear()
        if self.pending or self.reads or self._goal is not None:
            self._doubt_leader(now_us)
        if self.pending:
            self._hand_in(list(self.pending.values()))
        self._ask_again(now_us)
        self._pursue()
        if self.pending or self.reads or self._goal is not None:
            self._set_retry()

    def _doubt_leader(self, now_us: int) -> None:
        """Who does not vote, and waits for something, forgets a leader that is silent.

        Nobody that has left, or is no member yet, is told who leads now: it would go on to ask one
        that is down, for ever. A newcomer asks everybody it knows; others ask one node at a time,
        the voters first, as at a leader's crash there may be a thousand of them.
        """
        if self.votes or not self._hears_no_leader(now_us):
            return
        doubted, self.election.leader = self.leader, None
        others = (*self.other_voters, *self._learners)
        if others[self._doubts % len(others)] == doubted:
            self._doubts += 1
        self._asked_instead = others[self._doubts % len(others)]
        self._doubts += 1

    def _submit(self, op: bytes, purpose: Purpose) -> int:
        self._sequence += 1
        sequence = self._sequence
        first = next(iter(self.pending), sequence)
        value = encode(Command(self.client, sequence, first, op, purpose))
        self._await_answers()
        self.pending[sequence] = value
        self._hand_in([value])
        return sequence

    def _pursue(self) -> None:
        """Ask for the next step towards the goal, unless an answer is still to come."""
        goal, group = self._goal, self.group
        if goal is None or self._asked_for in self.pending:
            return
        membership = group.latest.membership
        if self.node in group.gone or self.node in membership.voters:
            self._goal = None
        elif self.node not in membership.everyone:
            self._ask_for(Step.JOIN, 0)
        elif goal.vote:
            self._ask_for(Step.PROMOTE, group.latest.version)
        else:
            self._goal = None

    def _ask_for(self, step: Step, version: int) -> None:
        op = Change(step, self.node, version).pack()
        self._asked_version = version
        self._asked_for = self._submit(op, Purpose.CHANGE)

    def _resolve(self, sequence: int, result: bytes) -> None:
        waited = sequence in self.pending
        super()._resolve(sequence, result)
        if waited and sequence == self._asked_for and result:
            self._take_answer(Answer.unpack(result))

    def _take_answer(self, answer: Answer) -> None:
        """A refusal is the end of the goal, unless only the membership was another by then."""
        if answer.why_not and self._asked_version in (0, answer.version):
            self._goal = None

    def _regroup(self) -> None:
        super()._regroup()
        self._pursue()
