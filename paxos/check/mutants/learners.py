"""Learning and clients: what is committed, applied, and applied at most once."""

from typing import Any

from paxos.acceptor import Acceptor
from paxos.check.campaign.whispers import whispers_of
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import HISTORY, LIVENESS, TWO_PROCESSES, mutant
from paxos.clients import Command, SessionTable, Verdict
from paxos.learner import Learner
from paxos.messages import Value
from paxos.replica import Replica


@mutant("R1", number=18)
def follower_commits_by_index(patch: Patch) -> None:
    """Any entry in a told slot is taken for the chosen one, whatever its ballot."""

    def follow(self: Learner, acceptor: Acceptor) -> list[Any]:
        for slot in range(self.commit_slot + 1, self.told[1] + 1):
            entry = acceptor.accepted.get(slot)
            if entry is None:
                break
            self.decided.setdefault(slot, entry.value)
        return self.apply_ready(acceptor)

    patch.setattr(Learner, "follow", follow)


@mutant("R1")
def leader_tells_what_is_not_chosen(patch: Patch) -> None:
    """The commit index runs ahead of the quorum: it counts what was proposed."""
    original = Replica._beat

    def beat(self: Replica, now_us: int) -> None:
        with Patch.context() as inner:
            ahead = property(lambda replica: replica.proposer.next_slot - 1)
            inner.setattr(Replica, "commit_slot", ahead)
            original(self, now_us)

    patch.setattr(Replica, "_beat", beat)


@mutant("C1", weather=whispers_of, number=23, clients=True)
def executed_twice_after_failover(patch: Patch) -> None:
    """No table of sessions: what was chosen twice is applied twice."""
    original = SessionTable.admit

    def admit(self: SessionTable, command: Command) -> Verdict:
        original(self, command)
        return Verdict.FRESH

    patch.setattr(SessionTable, "admit", admit)


@mutant(LIVENESS, HISTORY, "C1")
def only_the_last_sequence_remembered(patch: Patch) -> None:
    """A late first copy of a lower sequence is taken for a duplicate: a command is lost."""
    original = SessionTable.admit

    def admit(self: SessionTable, command: Command) -> Verdict:
        verdict = original(self, command)
        session = self.state.find(command.client.node)
        results = session.results if session else {}
        if verdict is Verdict.FRESH and results and command.sequence < max(results):
            return Verdict.STALE
        return verdict

    patch.setattr(SessionTable, "admit", admit)


@mutant(TWO_PROCESSES, number=30)
def waiting_commands_in_a_set(patch: Patch) -> None:
    """What waits is handed in in the order of a set, which is another one in each process.

    No order is wrong in itself, and no invariant sees it: it is the run that cannot be repeated.
    """
    original = Replica._hand_in

    def hand_in(self: Replica, values: list[Value]) -> None:
        original(self, list(set(values)))

    patch.setattr(Replica, "_hand_in", hand_in)


@mutant("R3")
def machine_sees_the_node(patch: Patch) -> None:
    """The state depends on who applies: a clock, a random number, an unordered set."""
    original = Replica.__init__

    def init(self: Replica, node: int, config: Any, machine: Any, *rest: Any) -> None:
        original(self, node, config, machine, *rest)
        machine._digest = b"%d" % (node == 1)

    patch.setattr(Replica, "__init__", init)
