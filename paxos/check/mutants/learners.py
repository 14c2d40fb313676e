"""Learning and clients: what is committed, applied, and applied at most once."""

from typing import Any

from paxos.acceptor import Acceptor
from paxos.check.campaign.whispers import whispers_of
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import HISTORY, LIVENESS, mutant
from paxos.clients import SessionTable, Verdict
from paxos.learner import Learner
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


@mutant("C1", weather=whispers_of, number=23)
def executed_twice_after_failover(patch: Patch) -> None:
    """No table of sessions: what was chosen twice is applied twice."""
    patch.setattr(SessionTable, "admit", lambda self, command: _admit_all(self, command))


def _admit_all(table: SessionTable, command: Any) -> Verdict:
    original_admit(table, command)
    return Verdict.FRESH


original_admit = SessionTable.admit


@mutant(LIVENESS, HISTORY, "C1")
def only_the_last_sequence_remembered(patch: Patch) -> None:
    """A late first copy of a lower sequence is taken for a duplicate: a command is lost."""

    def admit(self: SessionTable, command: Any) -> Verdict:
        verdict = original_admit(self, command)
        session = self.state.find(command.client.node)
        results = session.results if session else {}
        if verdict is Verdict.FRESH and results and command.sequence < max(results):
            return Verdict.STALE
        return verdict

    patch.setattr(SessionTable, "admit", admit)


@mutant("R3")
def machine_sees_the_node(patch: Patch) -> None:
    """The state depends on who applies: a clock, a random number, an unordered set."""
    original = Replica.__init__

    def init(self: Replica, node: int, config: Any, machine: Any, *rest: Any) -> None:
        original(self, node, config, machine, *rest)
        machine._digest = b"%d" % (node == 1)

    patch.setattr(Replica, "__init__", init)
