"""Proposers: one value per ballot and slot, one user per ballot, nothing beyond the window.

And what was chosen at one ballot is what every higher ballot proposes there (A5), whichever of
the two is seen first.
"""

from paxos.ballot import Ballot
from paxos.check.memory import Memory, note
from paxos.check.violation import InvariantViolation
from paxos.messages import Accept, Prepare, Value
from paxos.replica import Replica


class Proposers(Memory):
    """A4 and A5 for what is proposed, L1 and R5."""

    def accept_produced(self, replica: Replica, accept: Accept) -> None:
        """R5 for a proposal, where it is made."""
        last = accept.first_slot + len(accept.values) - 1
        allowed = replica.commit_slot + replica.config.window
        self.tally.window(allowed - last)
        if last > allowed:
            raise InvariantViolation(
                "R5",
                f"{self.node(replica.node)} proposes slot {last} at ballot "
                f"{self.ballot(accept.ballot)}, but its window ends at slot {allowed}",
                slot=last,
                ballots=(accept.ballot,),
                nodes=(replica.node,),
            )

    def accept_released(self, node: int, accept: Accept) -> None:
        """A4 and A5 for a proposal that leaves."""
        ballot = accept.ballot
        for slot, value in enumerate(accept.values, accept.first_slot):
            if slot <= self._forgotten:
                continue
            self.tally.proposed += 1
            known = self.proposed.setdefault(slot, {}).setdefault(ballot, value)
            if known != value:
                raise InvariantViolation(
                    "A4",
                    f"{self.node(node)} proposes {self.value(value)} in slot {slot} at ballot "
                    f"{self.ballot(ballot)}, which proposed {self.value(known)} before",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )
            decision = self.chosen.get(slot)
            if decision is not None and ballot > decision[0] and value != decision[1]:
                self._raise_a5(slot, decision, ballot, value)

    def _check_higher(self, slot: int, ballot: Ballot, value: Value) -> None:
        """A5 for what is proposed already at ballots above the one at which a value was chosen."""
        proposed = self.proposed[slot]
        for other in sorted(proposed):
            if other > ballot and proposed[other] != value:
                self._raise_a5(slot, (ballot, value), other, proposed[other])

    def _raise_a5(
        self, slot: int, decision: tuple[Ballot, Value], ballot: Ballot, value: Value
    ) -> None:
        voters = tuple(sorted(self.votes[slot][decision[0]]))
        raise InvariantViolation(
            "A5",
            f"{self.value(decision[1])} was chosen for slot {slot} "
            f"at ballot {self.ballot(decision[0])} by {', '.join(self.node(v) for v in voters)}, "
            f"but ballot {self.ballot(ballot)} proposes {self.value(value)}",
            slot=slot,
            ballots=(decision[0], ballot),
            nodes=(*voters, ballot.node),
        )

    def prepare_released(self, node: int, prepare: Prepare) -> None:
        """L1 for a ballot that somebody begins to use."""
        self.tally.prepares += 1
        ballot, incarnation = prepare.ballot, self._lives[node].incarnation
        user = note(self.users, ballot, (node, incarnation))
        if user != (node, incarnation):
            raise InvariantViolation(
                "L1",
                f"{self.node(node)} prepares ballot {self.ballot(ballot)} in its life "
                f"{incarnation}, but {self.node(user[0])} used it in its life {user[1]}",
                ballots=(ballot,),
                nodes=(user[0], node),
            )

    def _check_leader(self, node: int, ballot: Ballot) -> None:
        self.tally.led += 1
        known = note(self.leaders, ballot, node)
        if known != node:
            raise InvariantViolation(
                "L1",
                f"{self.node(node)} leads at ballot {self.ballot(ballot)}, "
                f"as {self.node(known)} did",
                ballots=(ballot,),
                nodes=(known, node),
            )
