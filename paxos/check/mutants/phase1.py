"""Phase 1 and ballots: what a new leader asks, and what it makes of the answers."""

from collections.abc import Callable

from paxos.acceptor import Acceptor
from paxos.ballot import Ballot
from paxos.check.campaign.weather import ailing_of, storm_of
from paxos.check.explore.nodes import Bounds
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import Exploration, mutant
from paxos.election import Election
from paxos.messages import Nack, Prepare, Promise
from paxos.proposer import Phase, Proposer
from paxos.replica import Replica


@mutant("A5", "R1", number=1, explored=Exploration(Bounds()))
def accepted_values_in_promises_ignored(patch: Patch) -> None:
    """The new leader starts from an empty slate."""
    original = Proposer.on_promise

    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        return original(self, source, Promise(promise.ballot, promise.from_slot, [], 0))

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("A5", "R1", number=1)
def nothing_told_in_promises(patch: Patch) -> None:
    """The acceptor promises, and keeps what it accepted to itself."""
    original = Acceptor.on_prepare

    def on_prepare(self: Acceptor, prepare: Prepare) -> Promise | Nack:
        reply = original(self, prepare)
        return reply if type(reply) is Nack else Promise(prepare.ballot, prepare.from_slot, [], 0)

    patch.setattr(Acceptor, "on_prepare", on_prepare)


def _adopt(patch: Patch, better: Callable[[Ballot, Ballot], bool]) -> None:
    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        if self.phase is not Phase.PREPARING or promise.ballot != self.ballot:
            return False
        if source in self._promised_by:
            return False
        self._promised_by.add(source)
        for slot, ballot, value in promise.accepted:
            held = self._highest.get(slot)
            if held is None or better(ballot, held[0]):
                self._highest[slot] = (ballot, value)
                self.last_found = max(self.last_found, slot)
        return self.group.present.is_phase1_quorum(self._promised_by)

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("A5", "R1", number=2, explored=Exploration(Bounds()))
def first_value_adopted(patch: Patch) -> None:
    """The value that came first wins, not the one of the highest ballot."""
    _adopt(patch, lambda new, held: False)


@mutant("A5", "R1", number=2, explored=Exploration(Bounds()))
def lowest_ballot_adopted(patch: Patch) -> None:
    """The value of the lowest ballot wins."""
    _adopt(patch, lambda new, held: new < held)


@mutant(
    "A5",
    "R1",
    first=20,
    weather=storm_of,
    number=3,
    explored=Exploration(Bounds(), keeps=(Promise,)),
)
def promises_of_older_ballots_counted(patch: Patch) -> None:
    """Any promise counts for the ballot of the hour."""
    original = Proposer.on_promise

    def on_promise(self: Proposer, source: int, promise: Promise) -> bool:
        # Another message: who gets the same bytes shares this one, also in runs that come later.
        counted = Promise(self.ballot, promise.from_slot, promise.accepted, promise.floor_slot)
        return original(self, source, counted)

    patch.setattr(Proposer, "on_promise", on_promise)


@mutant("L1", "A4", "A5", "R1", number=7)
def ballots_without_node(patch: Patch) -> None:
    """Two nodes may use the same ballot."""
    original = Election.next_ballot

    def next_ballot(self: Election, promised: Ballot) -> Ballot:
        return Ballot(original(self, promised).round, 1)

    patch.setattr(Election, "next_ballot", next_ballot)


@mutant("L1", weather=ailing_of)
def ballot_used_before_it_is_written(patch: Patch) -> None:
    """The Prepare leaves before the own promise is on the disk."""
    original = Replica._prepare

    def prepare(self: Replica, ballot: Ballot, now_us: int) -> None:
        with Patch.context() as inner:
            inner.setattr(self.acceptor, "promise", lambda ballot: None)
            original(self, ballot, now_us)

    patch.setattr(Replica, "_prepare", prepare)


@mutant("L1", number=8)
def ballot_reused_after_restart(patch: Patch) -> None:
    """Rounds are counted in memory, and pre-votes do not look at them."""

    def next_ballot(self: Election, promised: Ballot) -> Ballot:
        return Ballot(self.highest_seen.round + 1, self.node)

    original = Election.would_vote

    def would_vote(self: Election, ballot: Ballot, promised: Ballot, now_us: int) -> bool:
        return original(self, Ballot(promised.round + 1, ballot.node), promised, now_us)

    patch.setattr(Election, "next_ballot", next_ballot)
    patch.setattr(Election, "would_vote", would_vote)
