"""The acceptor: what it promises, accepts and says of it."""

from paxos.acceptor import Acceptor
from paxos.ballot import NO_BALLOT, Ballot
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import Exploration, mutant
from paxos.effects import Effect
from paxos.messages import Accept, Accepted, Message, Nack, Prepare, Promise
from paxos.replica import Replica


@mutant("A2", number=14)
def accepts_below_its_promise(patch: Patch) -> None:
    """No look at the promise before accepting."""

    def on_accept(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised, self.promised = self.promised, NO_BALLOT
        reply = original(self, accept)
        self.promised = max(promised, self.promised)
        return reply

    original = Acceptor.on_accept
    patch.setattr(Acceptor, "on_accept", on_accept)


@mutant("A2", number=13, explored=Exploration(Bounds()))
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


@mutant("A2", "A5", "R1", number=15)
def ack_sent_after_a_newer_promise(patch: Patch) -> None:
    """An Accept is looked at when it comes and done when the next message has been: too late.

    As where the promise is checked before a write and not after it. What is promised meanwhile
    does not tell of the value, and the ack of the old ballot leaves all the same.
    """
    on_accept, on_message, looked = Replica.on_accept, Replica.on_message, Acceptor.on_accept

    def unlooked(self: Acceptor, accept: Accept) -> Accepted | Nack:
        promised, self.promised = self.promised, NO_BALLOT
        reply = looked(self, accept)
        self.promised = max(promised, self.promised)
        return reply

    def put_aside(self: Replica, source: int, accept: Accept, now_us: int) -> None:
        if accept.ballot < self.acceptor.promised:
            on_accept(self, source, accept, now_us)
        else:
            vars(self).setdefault("aside", []).append((source, accept))

    def and_then(self: Replica, source: int, message: Message, now_us: int) -> list[Effect]:
        waiting = vars(self).pop("aside", [])
        effects = on_message(self, source, message, now_us)
        for leader, accept in waiting:
            with Patch.context() as inner:
                inner.setattr(Acceptor, "on_accept", unlooked)
                on_accept(self, leader, accept, now_us)
            effects += self._effects()
        return effects

    patch.setitem(Replica._HANDLERS, Accept, put_aside)
    patch.setattr(Replica, "on_message", and_then)


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


@mutant("A1", "A2", "A4", "L1", number=17)
def leader_and_acceptor_share_a_ballot(patch: Patch) -> None:
    """One variable for the ballot that is promised and the one that is led with.

    A leader that promises another's ballot goes on with that one, and whoever starts a ballot
    forgets what was promised between its question and the answers.
    """
    on_prepare, prepare = Replica.on_prepare, Replica._prepare

    def promised(self: Replica, source: int, message: Prepare, now_us: int) -> None:
        if message.ballot > self.acceptor.promised:
            self.proposer.ballot = message.ballot
        on_prepare(self, source, message, now_us)

    def begun(self: Replica, ballot: Ballot, now_us: int) -> None:
        self.acceptor.promised = NO_BALLOT
        prepare(self, ballot, now_us)

    patch.setitem(Replica._HANDLERS, Prepare, promised)
    patch.setattr(Replica, "_prepare", begun)


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
