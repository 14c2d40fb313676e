"""Reads and leases: answers that are older than what was known."""

from typing import Any

from paxos.check.campaign.sieges import besiege, siege_of
from paxos.check.campaign.weather import reading_of
from paxos.check.mutants.patch import Patch
from paxos.check.mutants.planting import mutant
from paxos.election import Election
from paxos.lease import Grant, Lease
from paxos.messages import ReadSlot
from paxos.replica import Replica
from paxos.rounds import Asker, Rounds


@mutant("L2", weather=reading_of, number=25, clients=True)
def read_served_before_the_quorum_confirmed(patch: Patch) -> None:
    """Whoever believes to lead tells its commit slot."""

    def on_question(self: Replica, asker: Asker, number: int, now_us: int, *, lease: bool) -> None:
        self._tell(asker, number, self.commit_slot, lease=lease)

    patch.setattr(Replica, "_on_question", on_question)


@mutant("L2", weather=siege_of, play=besiege, number=26, clients=True)
def lease_counted_from_receipt(patch: Patch) -> None:
    """It begins when a quorum's answers have arrived."""
    original = Lease.renew
    patch.setattr(Lease, "renew", lambda self, sent_us, now_us: original(self, now_us, now_us))


@mutant("L2", weather=siege_of, play=besiege, number=26, clients=True)
def drift_ignored(patch: Patch) -> None:
    """The holder counts on as long a time as the grantors are bound, by its own clock."""
    original = Lease.__init__
    patch.setattr(Lease, "__init__", lambda self, lease_us, drift_ppm: original(self, lease_us, 0))


@mutant("L2", weather=reading_of, number=27, clients=True)
def laggard_serves_old_state(patch: Patch) -> None:
    """What the leader tells is taken for permission: the own state will do."""
    original = Replica._on_slot

    def on_slot(self: Replica, number: int, slot: int, *, lease: bool) -> None:
        original(self, number, min(slot, self.commit_slot), lease=lease)

    patch.setattr(Replica, "_on_slot", on_slot)


@mutant("L2", first=60, weather=reading_of)
def leader_reads_before_it_has_caught_up(patch: Patch) -> None:
    """What phase 1 found is not waited for, though clients may know of it."""
    patch.setattr(Replica, "_knows_all", lambda self: True)


@mutant("L2", weather=siege_of, play=besiege)
def restarted_grantor_forgets(patch: Patch) -> None:
    """A node that comes back promises at once, whatever it has granted."""
    original, untimed = Grant.__init__, Election.__init__

    def init(self: Grant, lease_us: int, now_us: int, *, forgot: bool) -> None:
        original(self, lease_us, now_us, forgot=False)

    def long_silent(self: Election, *args: Any) -> None:
        untimed(self, *args)
        self.leader_heard_us -= self.timing.election_low_us

    patch.setattr(Grant, "__init__", init)
    patch.setattr(Election, "__init__", long_silent)


@mutant("L2", weather=siege_of, play=besiege)
def grants_are_not_kept(patch: Patch) -> None:
    """A voter that has granted a lease promises to whoever asks."""
    patch.setattr(Replica, "_withholds", lambda self, ballot, now_us: False)


@mutant("L2", scripted="it takes an answer that outlives the election of another leader")
def a_round_sent_before_the_question_confirms(patch: Patch) -> None:
    """What is under way when the question comes counts for it.

    It takes an answer that left before a new leader was elected, and arrives after its clients
    were told something.
    """
    original = Rounds.ask

    def ask(self: Rounds, asker: Asker, number: int) -> None:
        if self.confirmed == self.sent:
            original(self, asker, number)
        else:
            self._waiting.setdefault(self.sent, {})[asker] = number

    patch.setattr(Rounds, "ask", ask)


@mutant("L2", scripted="it takes an old leader at the very border of two eras")
def rounds_survive_an_era(patch: Patch) -> None:
    """What those before confirmed is taken for confirmed by those who decide now."""
    patch.setattr(Rounds, "regroup", lambda self, membership: None)


@mutant("L2", scripted="it takes an answer that outlives its asker and meets another question")
def answers_of_an_earlier_life_counted(patch: Patch) -> None:
    """Numbers of reads begin anew with each life, and old answers are taken for new ones.

    It takes an answer that arrives after its asker crashed, came back, and asked again.
    """

    def on_read_slot(self: Replica, source: int, told: ReadSlot, now_us: int) -> None:
        self._on_slot(told.number, told.slot, lease=told.lease)

    patch.setitem(Replica._HANDLERS, ReadSlot, on_read_slot)
