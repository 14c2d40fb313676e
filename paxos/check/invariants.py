"""What must hold after every event, checked from outside while the run goes on.

The checker believes no replica. It counts votes itself, from the messages that leave once their
sender's disk is safe, and remembers what was chosen: a majority that held a chosen value may later
hold newer ballots, so scanning acceptors could miss a broken promise. Only what lies far below
every compaction floor is forgotten (:data:`REMEMBERED_SLOTS`).

Each check costs a look at what one event changed, never a walk through the log.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from attrs import Factory, define

from paxos.ballot import NO_BALLOT, Ballot
from paxos.check.eras import Eras
from paxos.check.floors import Floors
from paxos.check.once import Once
from paxos.check.reads import ReadKey, Reads
from paxos.check.violation import InvariantViolation, show
from paxos.effects import Answered, Applied, AppliedRun, Asked, Installed
from paxos.election import Role
from paxos.learner import StateMachine
from paxos.membership import label
from paxos.messages import Accept, Accepted, Message, Prepare, Promise, Value
from paxos.replica import Config, Replica

_T = TypeVar("_T")

REMEMBERED_SLOTS = 5_000
"""How many slots below every compaction floor are still checked."""
REMEMBERED_BALLOTS = 5_000
"""How many ballots are still checked for a second user or leader, the newest."""


@define
class _Voter:
    """What one node has bound itself to by answers that left."""

    answered: Ballot = NO_BALLOT
    acknowledged: dict[int, Ballot] = Factory(dict)


@define
class _Life:
    """What one process did since it started."""

    incarnation: int
    promised: Ballot = NO_BALLOT
    entries: int = 0
    floor_slot: int = 0
    applied_slot: int = 0
    state_slot: int = 0
    """Up to where the state was compared."""


class Invariants:
    """The observer of a cluster that raises :class:`InvariantViolation`.

    ``names`` maps a node's number to what people call it. ``machine`` is a fresh state machine,
    for comparing the results of reads (:mod:`paxos.check.reads`).
    """

    def __init__(
        self,
        config: Config,
        names: dict[int, str] | None = None,
        machine: StateMachine | None = None,
    ) -> None:
        self.eras = Eras(config)
        self.names = names or {}
        self.checks = 0
        self.proposed: dict[int, dict[Ballot, Value]] = {}
        self.votes: dict[int, dict[Ballot, set[int]]] = {}
        self.chosen: dict[int, tuple[Ballot, Value]] = {}
        self.digests: dict[int, tuple[int, int]] = {}
        self.leaders: dict[Ballot, int] = {}
        self.users: dict[Ballot, tuple[int, int]] = {}
        self.reads = Reads(machine)
        self.once = Once(self.node)
        self._run: AppliedRun | None = None
        """The latest run that was checked slot by slot."""
        self._floors = Floors(self.eras)
        self._forgotten = 0
        self._voters: dict[int, _Voter] = {}
        self._lives: dict[int, _Life] = {}

    def node(self, node: int) -> str:
        """What people call a node."""
        return label(node, self.names) if self.names else f"node {node}"

    def ballot(self, ballot: Ballot) -> str:
        """A ballot as people read it."""
        return f"{ballot.round}.{label(ballot.node, self.names)}"

    # What the cluster tells.

    def restarted(self, replica: Replica) -> None:
        """A1 and A3 over a restart: what was answered for is remembered."""
        self.checks += 2
        node, acceptor = replica.node, replica.acceptor
        self.reads.forget(node)
        voter = self._voters.setdefault(node, _Voter())
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
        self._lives[node] = _Life(
            replica.client.incarnation,
            acceptor.promised,
            len(acceptor.accepted),
            acceptor.floor_slot,
            replica.commit_slot,
        )

    def produced(self, replica: Replica, message: Message) -> None:
        """A2, A3, A4 and R5, where the message is made."""
        check = self._PRODUCED.get(type(message))
        if check is not None:
            check(self, replica, message)

    def released(self, node: int, message: Message) -> None:
        """A1, A2, A4, A5, L1 and R1, where the message leaves."""
        check = self._RELEASED.get(type(message))
        if check is not None:
            check(self, node, message)

    def applied(self, replica: Replica, applied: Applied) -> None:
        """R1, R2, R3 and C1 for a slot that a replica applied."""
        self.checks += 4
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
            self.checks += 4 * count
            life.applied_slot += count
            for outcome in run.by_client.get(replica.client, ()):
                self.reads.told(self.node(replica.node), outcome.slot)
            return
        for outcome in run.outcomes:
            self.applied(replica, outcome)
        self._run = run

    def installed(self, replica: Replica, installed: Installed) -> None:
        """R3 and R4 for a replica that jumped to a snapshot."""
        self.checks += 2
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

    def asked(self, replica: Replica, asked: Asked) -> None:
        """Remember what a read must be as new as."""
        self.reads.asked(ReadKey(*replica.client, asked.number), asked)

    def answered(self, replica: Replica, answered: Answered) -> None:
        """L2 for an answer that a client was given."""
        self.checks += 2
        key = ReadKey(*replica.client, answered.number)
        self.reads.answered(self.node(replica.node), key, answered)

    def compacted(self, node: int, floor_slot: int) -> None:
        """A node will never again say or apply anything up to ``floor_slot``.

        What lies far below every node's floor is forgotten, so that a long run needs no more
        memory than a short one. Not what lies just below: a new leader that did not know of the
        floor would propose there, and A5 must see it.
        """
        voter = self._voters[node]
        voter.acknowledged = {s: b for s, b in voter.acknowledged.items() if s > floor_slot}
        forgotten = self._floors.move(node, floor_slot) - REMEMBERED_SLOTS
        for slot in range(self._forgotten + 1, forgotten + 1):
            for table in (self.proposed, self.votes, self.chosen, self.digests, self.once.verdicts):
                table.pop(slot, None)
        self._forgotten = max(self._forgotten, forgotten)

    def stepped(self, replica: Replica) -> None:
        """A1, A3, R3, R4 and L1 for a replica that finished a step."""
        self.checks += 5
        node, acceptor = replica.node, replica.acceptor
        life = self._lives[node]
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
        if replica.role is Role.LEADER:
            self._check_leader(node, replica.proposer.ballot)

    # The checks.

    def _check_state(self, replica: Replica) -> None:
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

    def _check_leader(self, node: int, ballot: Ballot) -> None:
        known = _note(self.leaders, ballot, node)
        if known != node:
            raise InvariantViolation(
                "L1",
                f"{self.node(node)} leads at ballot {self.ballot(ballot)}, "
                f"as {self.node(known)} did",
                ballots=(ballot,),
                nodes=(known, node),
            )

    def _check_decision(self, node: int, slot: int, value: Value) -> None:
        decision = self.chosen.get(slot)
        if decision is None:
            raise InvariantViolation(
                "R1",
                f"{self.node(node)} applied {show(value)} in slot {slot}, "
                f"but no quorum has accepted anything there: {self._votes_text(slot)}",
                slot=slot,
                nodes=(node,),
            )
        if decision[1] != value:
            raise InvariantViolation(
                "R1",
                f"{self.node(node)} applied {show(value)} in slot {slot}, "
                f"but {show(decision[1])} was chosen at ballot {self.ballot(decision[0])}",
                slot=slot,
                ballots=(decision[0],),
                nodes=(node,),
            )

    def _accept_produced(self, replica: Replica, accept: Accept) -> None:
        self.checks += 1
        last = accept.first_slot + len(accept.values) - 1
        allowed = replica.commit_slot + replica.config.window
        if last > allowed:
            raise InvariantViolation(
                "R5",
                f"{self.node(replica.node)} proposes slot {last} at ballot "
                f"{self.ballot(accept.ballot)}, but its window ends at slot {allowed}",
                slot=last,
                ballots=(accept.ballot,),
                nodes=(replica.node,),
            )

    def _accepted_produced(self, replica: Replica, accepted: Accepted) -> None:
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
            self.checks += 2
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
                    f"{self.node(node)} accepted {show(entry.value)} in slot {slot} at ballot "
                    f"{self.ballot(ballot)}, which proposed {show(proposed)}",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )

    def _prepare_released(self, node: int, prepare: Prepare) -> None:
        self.checks += 1
        ballot, incarnation = prepare.ballot, self._lives[node].incarnation
        user = _note(self.users, ballot, (node, incarnation))
        if user != (node, incarnation):
            raise InvariantViolation(
                "L1",
                f"{self.node(node)} prepares ballot {self.ballot(ballot)} in its life "
                f"{incarnation}, but {self.node(user[0])} used it in its life {user[1]}",
                ballots=(ballot,),
                nodes=(user[0], node),
            )

    def _promise_released(self, node: int, promise: Promise) -> None:
        self.checks += 1
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

    def _accept_released(self, node: int, accept: Accept) -> None:
        ballot = accept.ballot
        for slot, value in enumerate(accept.values, accept.first_slot):
            if slot <= self._forgotten:
                continue
            self.checks += 2
            known = self.proposed.setdefault(slot, {}).setdefault(ballot, value)
            if known != value:
                raise InvariantViolation(
                    "A4",
                    f"{self.node(node)} proposes {show(value)} in slot {slot} at ballot "
                    f"{self.ballot(ballot)}, which proposed {show(known)} before",
                    slot=slot,
                    ballots=(ballot,),
                    nodes=(node,),
                )
            decision = self.chosen.get(slot)
            if decision is not None and ballot > decision[0] and value != decision[1]:
                self._raise_a5(slot, decision, ballot, value)

    def _accepted_released(self, node: int, accepted: Accepted) -> None:
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
            self.checks += 1
            voter.acknowledged[slot] = ballot
            votes = self.votes.setdefault(slot, {}).setdefault(ballot, set())
            if node in votes:
                continue
            votes.add(node)
            if self.eras.at(slot).is_phase2_quorum(votes):
                self._choose(slot, ballot)

    def _choose(self, slot: int, ballot: Ballot) -> None:
        proposed = self.proposed[slot]
        value = proposed[ballot]
        decision = self.chosen.get(slot)
        if decision is None:
            self.chosen[slot] = (ballot, value)
            self.eras.read(self.chosen)
        elif decision[1] != value:
            raise InvariantViolation(
                "R1",
                f"slot {slot} is decided twice: {show(decision[1])} at ballot "
                f"{self.ballot(decision[0])} and {show(value)} at {self.ballot(ballot)}",
                slot=slot,
                ballots=(decision[0], ballot),
                nodes=tuple(sorted(self.votes[slot][ballot])),
            )
        elif ballot < decision[0]:
            self.chosen[slot] = (ballot, value)
        for other in sorted(proposed):
            if other > ballot and proposed[other] != value:
                self._raise_a5(slot, (ballot, value), other, proposed[other])

    def _raise_a5(
        self, slot: int, decision: tuple[Ballot, Value], ballot: Ballot, value: Value
    ) -> None:
        voters = tuple(sorted(self.votes[slot][decision[0]]))
        raise InvariantViolation(
            "A5",
            f"{show(decision[1])} was chosen for slot {slot} at ballot {self.ballot(decision[0])} "
            f"by {', '.join(self.node(v) for v in voters)}, "
            f"but ballot {self.ballot(ballot)} proposes {show(value)}",
            slot=slot,
            ballots=(decision[0], ballot),
            nodes=(*voters, ballot.node),
        )

    def _votes_text(self, slot: int) -> str:
        votes = self.votes.get(slot)
        if not votes:
            return "no votes"
        return "; ".join(
            f"ballot {self.ballot(ballot)} has {', '.join(self.node(n) for n in sorted(nodes))}"
            for ballot, nodes in sorted(votes.items())
        )

    _PRODUCED: ClassVar[dict[type[Message], Callable[["Invariants", Replica, Any], None]]] = {
        Accept: _accept_produced,
        Accepted: _accepted_produced,
    }
    _RELEASED: ClassVar[dict[type[Message], Callable[["Invariants", int, Any], None]]] = {
        Prepare: _prepare_released,
        Promise: _promise_released,
        Accept: _accept_released,
        Accepted: _accepted_released,
    }


def _note(table: dict[Ballot, _T], ballot: Ballot, first: _T) -> _T:
    """Who is known to stand at a ballot, ``first`` if nobody; the oldest ballot may go for it."""
    known = table.get(ballot)
    if known is not None:
        return known
    table[ballot] = first
    if len(table) > REMEMBERED_BALLOTS:
        del table[next(iter(table))]
    return first
