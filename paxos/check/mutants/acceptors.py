"""The acceptor: what it promises, accepts and says of it."""

from paxos.acceptor import Acceptor
from paxos.ballot import Ballot
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import mutant
from paxos.messages import Accept, Accepted, Nack, Prepare, Promise


@mutant("A2", number=14)
def accepts_below_its_promise(patch: Patch) -> None:
    """No look at the promise before accepting."""

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised, self.promised = self.promised, Ballot(0, 0)
        reply = original(self, accept)
        self.promised = max(promised, self.promised)
        return reply

    original = Acceptor.on_accept
    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A2", number=13)
def accept_does_not_raise_the_promise(patch: Patch) -> None:
    """Accepting binds to nothing: a lower ballot may be promised afterwards."""

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised = self.promised
        reply = original(self, accept)
        self.promised = promised
        return reply

    original = Acceptor.on_accept
    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A1", "A2")
def promise_lowered_by_prepare(patch: Patch) -> None:
    """Every Prepare is promised, also a lower one."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        self.promised = min(self.promised, prepare.ballot)
        return original(self, prepare)

    patch.setattr(Acceptor, "on_prepare", on_prepare)


@mutant("A5", "A3", number=16)
def one_ballot_for_promised_and_accepted(patch: Patch) -> None:
    """What was accepted is told at the promised ballot, as if it had just been accepted."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        before = self.promised
        reply = original(self, prepare)
        if type(reply) is Promise:
            told = [(slot, before, value) for slot, _, value in reply.accepted]
            return Promise(reply.ballot, reply.from_slot, told, reply.floor_slot)
        return reply

    patch.setattr(Acceptor, "on_prepare", on_prepare)


@mutant("A3", number=19)
def log_cut_on_conflict(patch: Patch) -> None:
    """Accepting a slot anew drops the accepted slots behind it, as Raft would."""
    original = Acceptor.on_accept

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        held = self.accepted.get(accept.first_slot)
        reply = original(self, accept)
        if type(reply) is Accepted and held is not None and held.ballot < accept.ballot:
            last = accept.first_slot + len(accept.values) - 1
            for slot in [s for s in self.accepted if s > last]:
                del self.accepted[slot]
        return reply

    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A3", "A4")
def keeps_its_older_value_and_acknowledges(patch: Patch) -> None:
    """The first value accepted for a slot stays; the ack says otherwise."""
    original = Acceptor.on_accept

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        kept = dict(self.accepted)
        reply = original(self, accept)
        self.accepted.update(kept)
        return reply

    patch.setattr(Acceptor, "on_accept", on_accept)
