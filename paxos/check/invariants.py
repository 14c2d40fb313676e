"""What must hold after every event, checked from outside while the run goes on.

The checker believes no replica. What it remembers by itself is in :mod:`paxos.check.memory`; what
must hold is said by role, in :mod:`paxos.check.proposers`, :mod:`~paxos.check.acceptors` and
:mod:`~paxos.check.learners`, and for clients in :mod:`~paxos.check.once` and
:mod:`~paxos.check.reads`. Here stands what the cluster tells, and who looks at it.

Each check costs a look at what one event changed, never a walk through the log.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from paxos.check.acceptors import Acceptors
from paxos.check.learners import Learners
from paxos.check.memory import Life
from paxos.check.proposers import Proposers
from paxos.check.reads import ReadKey
from paxos.effects import Answered, Asked
from paxos.election import Role
from paxos.messages import Accept, Accepted, Message, Prepare, Promise
from paxos.replica import Replica


class Invariants(Learners):
    """The observer of a cluster that raises :class:`~paxos.check.violation.InvariantViolation`.

    It also takes ``applied``, ``applied_run``, ``installed`` and ``compacted``, from its roles.
    """

    def restarted(self, replica: Replica) -> None:
        """A1 and A3 over a restart; a new life begins."""
        node, acceptor = replica.node, replica.acceptor
        self.reads.forget(node)
        self._check_restart(replica)
        self._lives[node] = Life(
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

    def stepped(self, replica: Replica) -> None:
        """A1, A3, R2, R3, R4 and L1 for a replica that finished a step."""
        self.tally.steps += 1
        node = replica.node
        life = self._lives[node]
        self._check_acceptor(node, replica.acceptor, life)
        self._check_applied(replica, life)
        if replica.role is Role.LEADER:
            self._check_leader(node, replica.proposer.ballot)

    def asked(self, replica: Replica, asked: Asked) -> None:
        """Remember what a read must be as new as."""
        self.reads.asked(ReadKey(*replica.client, asked.number), asked)

    def answered(self, replica: Replica, answered: Answered) -> None:
        """L2 for an answer that a client was given."""
        key = ReadKey(*replica.client, answered.number)
        self.reads.answered(self.node(replica.node), key, answered)

    _PRODUCED: ClassVar[dict[type[Message], Callable[["Invariants", Replica, Any], None]]] = {
        Accept: Proposers.accept_produced,
        Accepted: Acceptors.accepted_produced,
    }
    _RELEASED: ClassVar[dict[type[Message], Callable[["Invariants", int, Any], None]]] = {
        Prepare: Proposers.prepare_released,
        Promise: Acceptors.promise_released,
        Accept: Proposers.accept_released,
        Accepted: Acceptors.accepted_released,
    }
