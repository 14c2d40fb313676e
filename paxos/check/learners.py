"""Learners: one decision per slot, applied in order, and equal states after equal slots."""

from paxos.check.acceptors import Acceptors
from paxos.check.memory import Life
from paxos.check.violation import InvariantViolation
from paxos.effects import Applied, AppliedRun, Installed
from paxos.messages import Value
from paxos.replica import Replica


class Learners(Acceptors):
    """R1, R2, R3, R4 and C1."""

    def applied(self, replica: Replica, applied: Applied) -> None:
        """R1, R2, R3 and C1 for a slot that a replica applied."""
        self.tally.applied += 1
        node, slot = replica.node, applied.slot
        life = self._lives[node]
        if slot != life.applied_slot + 1:
            raise InvariantViolation(
                "R2" if slot > life.applied_slot else "R4",
                f"{self.node(node)} applied slot {slot} after slot {life.applied_slot}",
                slot=slot,
                nodes=(node,),
            )
        life.applied_slot = slot
        self._check_decision(node, slot, applied.value)
        if slot > self._forgotten:
            self.once.check(node, applied)
        self.reads.chosen(slot, applied.value)
        if applied.client == replica.client:
            self.reads.told(self.node(node), slot)

    def applied_run(self, replica: Replica, run: AppliedRun) -> None:
        """The same for every slot of a run.

        Replicas that share their states tell of the very same run, which nobody changes. Whom it
        reaches after the first has applied the same values with the same verdicts to the slots
        that follow: what was found of them is so.
        """
        first, count = run.outcomes[0].slot, len(run.outcomes)
        life = self._lives[replica.node]
        if run is self._run and first == life.applied_slot + 1:
            self.tally.applied += count
            life.applied_slot += count
            for outcome in run.by_client.get(replica.client, ()):
                self.reads.told(self.node(replica.node), outcome.slot)
            return
        for outcome in run.outcomes:
            self.applied(replica, outcome)
        self._run = run

    def installed(self, replica: Replica, installed: Installed) -> None:
        """R3 and R4 for a replica that jumped to a snapshot."""
        self.tally.installed += 1
        life = self._lives[replica.node]
        if installed.slot <= life.applied_slot:
            raise InvariantViolation(
                "R4",
                f"{self.node(replica.node)} went from slot {life.applied_slot} "
                f"back to a snapshot of slot {installed.slot}",
                slot=installed.slot,
                nodes=(replica.node,),
            )
        life.applied_slot = installed.slot
        if installed.results:
            self.reads.told(self.node(replica.node), installed.slot)

    def _check_applied(self, replica: Replica, life: Life) -> None:
        """R2, R3 and R4 for a replica after a step."""
        node = replica.node
        if replica.commit_slot != life.applied_slot:
            raise InvariantViolation(
                "R4" if replica.commit_slot < life.applied_slot else "R2",
                f"{self.node(node)} is at slot {replica.commit_slot}, "
                f"but it has applied up to slot {life.applied_slot}",
                slot=replica.commit_slot,
                nodes=(node,),
            )
        if life.state_slot != life.applied_slot:
            life.state_slot = life.applied_slot
            self._check_state(replica)

    def _check_state(self, replica: Replica) -> None:
        self.tally.states += 1
        node, slot = replica.node, replica.commit_slot
        digest = replica.learner.state_digest()
        first, known = self.digests.setdefault(slot, (node, digest))
        if digest != known:
            raise InvariantViolation(
                "R3",
                f"after slot {slot} the state of {self.node(node)} is {digest:016x}, "
                f"but that of {self.node(first)} was {known:016x}",
                slot=slot,
                nodes=(first, node),
            )

    def _check_decision(self, node: int, slot: int, value: Value) -> None:
        decision = self.chosen.get(slot)
        if decision is None:
            raise InvariantViolation(
                "R1",
                f"{self.node(node)} applied {self.value(value)} in slot {slot}, "
                f"but no quorum has accepted anything there: {self._votes_text(slot)}",
                slot=slot,
                nodes=(node,),
            )
        if decision[1] != value:
            raise InvariantViolation(
                "R1",
                f"{self.node(node)} applied {self.value(value)} in slot {slot}, "
                f"but {self.value(decision[1])} was chosen at ballot {self.ballot(decision[0])}",
                slot=slot,
                ballots=(decision[0],),
                nodes=(node,),
            )
