"""Snapshots: what does not come along, and floors that nobody hears of."""

from paxos.acceptor import Acceptor
from paxos.check.campaign.weather import compact_of, regrouping_of
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import HISTORY, LIVENESS, mutant
from paxos.clients import SessionTable
from paxos.group import Group
from paxos.messages import Nack, Prepare, PreVote, Promise
from paxos.replica import Replica


@mutant("R3", weather=compact_of, number=22)
def snapshot_without_the_session_table(patch: Patch) -> None:
    """The state alone: a command that it contains is applied again."""
    patch.setattr(SessionTable, "restore", lambda self, data: None)


@mutant("C1", "R3", HISTORY, LIVENESS, weather=compact_of, number=22)
def snapshot_without_the_results(patch: Patch) -> None:
    """The table comes along with nothing but its digest: the states look equal at first."""

    def restore(self: SessionTable, data: bytes) -> None:
        original(self, data)
        for node, session in self.state.items():
            self.state = self.state.put(node, session._replace(results={}))

    original = SessionTable.restore
    patch.setattr(SessionTable, "restore", restore)


@mutant("R3", weather=regrouping_of)
def snapshot_without_the_group(patch: Patch) -> None:
    """Who votes is left as it was before the snapshot."""
    patch.setattr(Group, "restore", lambda self, data: None)


@mutant("A5", "R1", weather=compact_of, number=21)
def floor_left_out_of_the_promise(patch: Patch) -> None:
    """Whoever is behind takes compacted slots for free, and pre-votes do not stop it."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        reply = original(self, prepare)
        if type(reply) is Promise:
            return Promise(reply.ballot, reply.from_slot, reply.accepted, 0)
        return reply

    def on_prevote(self: Replica, source: int, prevote: PreVote, now_us: int) -> None:
        far = PreVote(prevote.ballot, self.commit_slot)
        asked(self, source, far, now_us)

    asked = Replica.on_prevote
    patch.setattr(Acceptor, "on_prepare", on_prepare)
    patch.setitem(Replica._HANDLERS, PreVote, on_prevote)
