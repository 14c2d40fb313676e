"""Known mistakes, planted one at a time, and what must catch each.

One module for each part of the protocol; :mod:`tests.paxos.mutants.planting` says what a mutant is.
Most are found by random weather (:data:`MUTANTS`); those that are too rare for it have tests of
their own, which script what they need. Named here are those that tests plant by name.
"""

from tests.paxos.mutants import learners, phase1, snapshots
from tests.paxos.mutants.acceptors import accept_does_not_raise_the_promise
from tests.paxos.mutants.disks import promise_forgotten_on_restart
from tests.paxos.mutants.liveness import (
    leader_without_a_quorum_stays,
    nothing_is_sent_again,
    prevotes_granted_to_anybody,
)
from tests.paxos.mutants.membership import (
    a_change_takes_effect_at_once,
    a_new_era_without_its_promises,
    nobody_says_who_leads,
    silent_leaders_are_not_doubted,
)
from tests.paxos.mutants.phase2 import acks_of_any_ballot_counted, phase_2_quorum_off_by_one
from tests.paxos.mutants.planting import MUTANTS, Mutant
from tests.paxos.mutants.reads import (
    a_round_sent_before_the_question_confirms,
    answers_of_an_earlier_life_counted,
    drift_ignored,
    read_served_before_the_quorum_confirmed,
    rounds_survive_an_era,
)

__all__ = [
    "MUTANTS",
    "Mutant",
    "a_change_takes_effect_at_once",
    "a_new_era_without_its_promises",
    "a_round_sent_before_the_question_confirms",
    "accept_does_not_raise_the_promise",
    "acks_of_any_ballot_counted",
    "answers_of_an_earlier_life_counted",
    "drift_ignored",
    "leader_without_a_quorum_stays",
    "learners",
    "nobody_says_who_leads",
    "nothing_is_sent_again",
    "phase1",
    "phase_2_quorum_off_by_one",
    "prevotes_granted_to_anybody",
    "promise_forgotten_on_restart",
    "read_served_before_the_quorum_confirmed",
    "rounds_survive_an_era",
    "silent_leaders_are_not_doubted",
    "snapshots",
]
