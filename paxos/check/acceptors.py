"""Acceptors: promises only rise, and what was accepted is kept.

Votes are counted here, from the messages that leave once their sender's disk is safe: so a value
is chosen when a quorum has said so, whatever any replica believes.
"""

from paxos.acceptor import Acceptor
from paxos.ballot import Ballot
from paxos.check.memory import Life, Voter
from paxos.check.proposers import Proposers
from paxos.check.violation import InvariantViolation
from paxos.messages import Accepted, Promise
from paxos.replica import Replica


class Acceptors(Proposers):
    """A1, A2, A3, A4 for what is accepted, and R1 and A5 for what is chosen by it."""

    def _check_restart(self, replica: Replica) -> None:
        """A1 and A3 over a restart: what was answered for is remembered."""
        self.tally.restarts += 1
        node, acceptor = replica.node, replica.acceptor
        voter = self._voters.setdefault(node, Voter())
        if acceptor.promised < voter.answered:
            raise InvariantViolation(
                "A1",
                f"{self.node(node)} came back with ballot {self.ballot(acceptor.promised)}, "
                f"but it had answered at ballot {self.ballot(voter.answered)}",
                ballots=(acceptor.promised, voter.answered),
                nodes=(node,),
            )
        for slot, ballot in voter.acknowledged.items():
            entry = acceptor.accepted.get(slot)
            if slot <= acceptor.floor_slot:
                continue
            self.tally.kept += 1
            if entry is None or entry.ballot < ballot:
                found = "nothing" if entry is None else f"ballot {self.ballot(entry.ballot)}"
                raise InvariantViolation(
                    "A3",
                    f"{self.node(node)} came back with {found} in slot {slot}, "
                    f"but it had accepted it at ballot {self.ballot(ballot)}",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )

    def _check_acceptor(self, node: int, acceptor: Acceptor, life: Life) -> None:
        """A1 and A3 for an acceptor after a step of its replica."""
        if acceptor.promised < life.promised:
            raise InvariantViolation(
                "A1",
                f"{self.node(node)} fell from ballot {self.ballot(life.promised)} "
                f"to {self.ballot(acceptor.promised)}",
                ballots=(life.promised, acceptor.promised),
                nodes=(node,),
            )
        life.promised = acceptor.promised
        entries = len(acceptor.accepted)
        if entries < life.entries and acceptor.floor_slot == life.floor_slot:
            raise InvariantViolation(
                "A3",
                f"{self.node(node)} held {life.entries} accepted slots and now holds {entries}",
                nodes=(node,),
            )
        life.entries, life.floor_slot = entries, acceptor.floor_slot

    def accepted_produced(self, replica: Replica, accepted: Accepted) -> None:
        """A2, A3 and A4 for an acknowledgement, where it is made."""
        self.tally.acknowledging += 1
        node, acceptor, ballot = replica.node, replica.acceptor, accepted.ballot
        if ballot != acceptor.promised:
            raise InvariantViolation(
                "A2",
                f"{self.node(node)} accepts slot {accepted.first_slot} at ballot "
                f"{self.ballot(ballot)}, but it has promised {self.ballot(acceptor.promised)}",
                slot=accepted.first_slot,
                ballots=(ballot, acceptor.promised),
                nodes=(node,),
            )
        for slot in range(accepted.first_slot, accepted.first_slot + accepted.count):
            if slot <= acceptor.floor_slot:
                continue
            self.tally.acknowledged += 1
            entry = acceptor.accepted.get(slot)
            if entry is None or entry.ballot != ballot:
                found = "nothing" if entry is None else f"ballot {self.ballot(entry.ballot)}"
                raise InvariantViolation(
                    "A3",
                    f"{self.node(node)} acknowledges slot {slot} at ballot "
                    f"{self.ballot(ballot)}, but it holds {found} there",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )
            proposed = self.proposed[slot][ballot]
            if entry.value != proposed:
                raise InvariantViolation(
                    "A4",
                    f"{self.node(node)} accepted {self.value(entry.value)} in slot {slot} "
                    f"at ballot {self.ballot(ballot)}, which proposed {self.value(proposed)}",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )

    def promise_released(self, node: int, promise: Promise) -> None:
        """A1 for a promise that leaves."""
        self.tally.promised += 1
        voter, ballot = self._voters[node], promise.ballot
        if ballot < voter.answered:
            raise InvariantViolation(
                "A1",
                f"{self.node(node)} promises ballot {self.ballot(ballot)}, "
                f"but it had answered at ballot {self.ballot(voter.answered)}",
                ballots=(ballot, voter.answered),
                nodes=(node,),
            )
        voter.answered = ballot

    def accepted_released(self, node: int, accepted: Accepted) -> None:
        """A2 for an acknowledgement that leaves, and R1 and A5 for what its vote chooses."""
        self.tally.voted += 1
        voter = self._voters[node]
        ballot = accepted.ballot
        if ballot < voter.answered:
            raise InvariantViolation(
                "A2",
                f"{self.node(node)} acknowledges slot {accepted.first_slot} at ballot "
                f"{self.ballot(ballot)}, but it had answered at {self.ballot(voter.answered)}",
                slot=accepted.first_slot,
                ballots=(ballot, voter.answered),
                nodes=(node,),
            )
        voter.answered = ballot
        for slot in range(accepted.first_slot, accepted.first_slot + accepted.count):
            if slot <= self._forgotten:
                continue
            voter.acknowledged[slot] = ballot
            votes = self.votes.setdefault(slot, {}).setdefault(ballot, set())
            if node in votes:
                continue
            votes.add(node)
            if self.eras.at(slot).is_phase2_quorum(votes):
                self._choose(slot, ballot)

    def _choose(self, slot: int, ballot: Ballot) -> None:
        self.tally.chosen += 1
        proposed = self.proposed[slot]
        value = proposed[ballot]
        decision = self.chosen.get(slot)
        if decision is None:
            self.chosen[slot] = (ballot, value)
            self.eras.read(self.chosen)
        elif decision[1] != value:
            raise InvariantViolation(
                "R1",
                f"slot {slot} is decided twice: {self.value(decision[1])} at ballot "
                f"{self.ballot(decision[0])} and {self.value(value)} at {self.ballot(ballot)}",
                slot=slot,
                ballots=(decision[0], ballot),
                nodes=tuple(sorted(self.votes[slot][ballot])),
            )
        elif ballot < decision[0]:
            self.chosen[slot] = (ballot, value)
        self._check_higher(slot, ballot, value)
