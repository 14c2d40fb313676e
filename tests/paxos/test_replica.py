"""The replica as pure steps: what each event makes it ask of its host, and in which order."""

from collections.abc import Callable

import pytest

from paxos.ballot import NO_BALLOT, Ballot
from paxos.clients import Client, decode
from paxos.effects import Applied, CancelTimer, Persist, SetTimer, Timer
from paxos.election import MAX_TRIES, Role
from paxos.messages import (
    NOOP,
    Accept,
    Accepted,
    Commit,
    Decisions,
    Forward,
    Heartbeat,
    HeartbeatAck,
    Message,
    Nack,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
)
from paxos.records import ACCEPTED, COMMITTED, INCARNATION, PROMISED
from paxos.replica import Replica
from tests.paxos.steps import (
    SECOND,
    TIMING,
    Group,
    Letter,
    candidate,
    config,
    heard_from,
    leader,
    messages,
    of,
    op,
    persisted,
    roles,
    sent,
    started,
    timers,
    value,
)

Make = Callable[[], Replica]

LATE = 4 * SECOND
"""Long enough after the start for any election time-out."""


# What must be durable comes first.


def test_a_start_writes_its_incarnation_and_waits_for_a_leader() -> None:
    """A first start is incarnation 1; a voter sets its election timer and says nothing."""
    replica = started()
    assert replica.client == Client(1, 1)
    again = started(rows=[[INCARNATION, 1], [INCARNATION, 2]])
    assert again.client == Client(1, 3)
    fresh = Group(config()).replicas[1]
    effects = fresh.on_timer(Timer.ELECTION, 0)
    assert list(timers(effects)) == [Timer.ELECTION], "nothing was silent long enough yet"


def test_a_promise_is_written_before_it_is_sent() -> None:
    """One step, in this order: persist with sync, then the answer."""
    effects = started().on_message(2, Prepare(Ballot(1, 2), 1), LATE)
    assert type(effects[0]) is Persist
    assert effects[0].sync
    assert effects[0].rows[-1] == [PROMISED, 1, 2]
    assert sent(effects[1:]) == [(2, Promise(Ballot(1, 2), 1, [], 0))]


def test_an_acceptance_is_written_before_it_is_acknowledged() -> None:
    """All slots of a run stand in one persist before the one ack."""
    replica = started()
    effects = replica.on_message(2, Accept(Ballot(1, 2), 1, [value(1), value(2)], 0), LATE)
    assert type(effects[0]) is Persist
    assert effects[0].sync
    assert [row[0] for row in effects[0].rows] == [PROMISED, ACCEPTED, ACCEPTED]
    assert sent(effects[1:]) == [(2, Accepted(Ballot(1, 2), 1, 2))]


def test_a_ballot_is_written_before_anybody_hears_of_it() -> None:
    """A candidate that crashed with its Prepare sent must not use the ballot a second time."""
    replica = started()
    replica.on_timer(Timer.ELECTION, LATE)
    effects = replica.on_message(2, PreVoteReply(Ballot(1, 1), True, NO_BALLOT), LATE)
    assert type(effects[0]) is Persist
    assert effects[0].sync
    assert effects[0].rows == [[PROMISED, 1, 1]]
    assert sent(effects, Prepare) == [(v, Prepare(Ballot(1, 1), 1)) for v in (1, 2, 3)]


def test_a_ballot_is_not_used_again_after_a_restart() -> None:
    """The rows a candidate wrote before its Prepare left lead it to a higher ballot next time."""
    group = Group()
    group.now_us = LATE
    group.fire(1, Timer.ELECTION)
    group.deliver(lambda letter: isinstance(letter[2], PreVote | PreVoteReply))
    assert group.replicas[1].proposer.ballot == Ballot(1, 1)
    group.drop()
    group.start(1)
    group.now_us += LATE
    group.fire(1, Timer.ELECTION)
    group.deliver(lambda letter: isinstance(letter[2], PreVote | PreVoteReply))
    assert group.replicas[1].proposer.ballot == Ballot(2, 1)


def test_what_is_committed_is_written_without_haste() -> None:
    """Losing a commit row costs a catch-up, so nothing waits for it."""
    replica = started()
    replica.on_message(2, Accept(Ballot(1, 2), 1, [value(1)], 0), LATE)
    effects = replica.on_message(2, Commit(Ballot(1, 2), 1), LATE)
    assert effects[0] == Persist([[COMMITTED, 1]], sync=False)
    assert [e.slot for e in of(effects, Applied)] == [1]


# Phase 1 and elections.


def test_an_election_from_silence_to_leadership() -> None:
    """Silence, pre-vote, Prepare, promises, heartbeat: with the timers that belong to each."""
    replica = started()
    asked = replica.on_timer(Timer.ELECTION, LATE)
    assert roles(asked) == ["candidate"]
    assert sent(asked) == [(v, PreVote(Ballot(1, 1), 0)) for v in (2, 3)]
    assert Timer.ELECTION in timers(asked)
    granted = replica.on_message(3, PreVoteReply(Ballot(1, 1), True, NO_BALLOT), LATE)
    assert sent(granted) == [(v, Prepare(Ballot(1, 1), 1)) for v in (1, 2, 3)]
    first = replica.on_message(1, Promise(Ballot(1, 1), 1, [], 0), LATE)
    assert first == []
    won = replica.on_message(2, Promise(Ballot(1, 1), 1, [], 0), LATE)
    assert roles(won) == ["leader"]
    assert of(won, CancelTimer) == [CancelTimer(Timer.ELECTION)]
    assert sent(won) == [(v, Heartbeat(Ballot(1, 1), 0, 1)) for v in (2, 3)]
    assert (replica.leader, replica.role) == (1, Role.LEADER)


def test_an_election_timer_that_fires_too_early_waits_for_the_rest() -> None:
    """A leader heard meanwhile moves the time-out: the rest of it is waited for."""
    replica = started()
    heard_from(replica, Ballot(1, 2), 3 * SECOND)
    effects = replica.on_timer(Timer.ELECTION, LATE)
    low, high = TIMING.election_low_us - SECOND, TIMING.election_high_us - SECOND
    assert effects == [SetTimer(Timer.ELECTION, low, high)]


def test_a_prevote_promises_nothing() -> None:
    """Answering a pre-vote writes nothing, raises no ballot and unseats nobody."""
    follower = started()
    effects = follower.on_message(2, PreVote(Ballot(9, 2), 0), LATE)
    assert sent(effects) == [(2, PreVoteReply(Ballot(9, 2), True, NO_BALLOT))]
    assert persisted(effects) == []
    assert follower.acceptor.promised == NO_BALLOT
    head = leader()
    effects = head.on_message(2, PreVote(Ballot(9, 2), 0), LATE)
    assert sent(effects) == [(2, PreVoteReply(Ballot(9, 2), False, Ballot(1, 1)))]
    assert head.role is Role.LEADER


def test_a_prevote_is_denied_while_a_leader_is_heard() -> None:
    """A node that was cut off comes back and disturbs nobody: no ballot rises."""
    replica = started()
    heard_from(replica, Ballot(1, 2), LATE)
    effects = replica.on_message(3, PreVote(Ballot(2, 3), 0), LATE + SECOND)
    assert sent(effects) == [(3, PreVoteReply(Ballot(2, 3), False, NO_BALLOT))]


def test_a_denied_prevote_tells_which_round_to_go_beyond() -> None:
    """The next pre-vote asks for a ballot above the promise that a denial carried."""
    replica = started()
    replica.on_timer(Timer.ELECTION, LATE)
    replica.on_message(2, PreVoteReply(Ballot(1, 1), False, Ballot(6, 3)), LATE)
    effects = replica.on_timer(Timer.ELECTION, LATE + SECOND)
    assert sent(effects) == [(v, PreVote(Ballot(7, 1), 0)) for v in (2, 3)]


def test_somebody_alive_ends_a_prevote() -> None:
    """Who only asks follows again as soon as anybody leads or prepares; no ballot was raised."""
    for message in (Heartbeat(Ballot(1, 2), 0), Prepare(Ballot(1, 2), 1), Commit(Ballot(1, 2), 0)):
        replica = started()
        replica.on_timer(Timer.ELECTION, LATE)
        assert replica.role is Role.PRECANDIDATE
        effects = replica.on_message(2, message, LATE)
        assert roles(effects) == ["follower"]
        assert replica.election.preemptions == 0
        assert Timer.ELECTION in timers(effects)


def test_a_candidate_repeats_its_prepare_to_who_has_not_promised() -> None:
    """A Prepare or Promise may be lost: the ballot stays, those who answered are left alone."""
    replica = candidate(settings=config(5))
    replica.on_message(2, Promise(Ballot(1, 1), 1, [], 0), LATE)
    effects = replica.on_timer(Timer.ELECTION, LATE + SECOND)
    assert sent(effects) == [(v, Prepare(Ballot(1, 1), 1)) for v in (1, 3, 4, 5)]
    assert timers(effects) == {Timer.ELECTION: (TIMING.prepare_us, 2 * TIMING.prepare_us)}


@pytest.mark.parametrize("start", [started, candidate], ids=["pre-votes", "promises"])
def test_a_candidate_nobody_answers_stands_back(start: Make) -> None:
    """After some tries it follows again, waits an election time-out, and then tries anew."""
    replica = start()
    tries = 0
    now_us = LATE
    while True:
        effects = replica.on_timer(Timer.ELECTION, now_us)
        if roles(effects) == ["follower"]:
            break
        tries += 1
        now_us += SECOND
    assert tries == MAX_TRIES
    assert timers(effects)[Timer.ELECTION][0] == TIMING.election_low_us
    assert roles(replica.on_timer(Timer.ELECTION, now_us + LATE)) == ["candidate"]


def test_each_preemption_waits_longer() -> None:
    """A proposer that is refused again and again widens its back-off until it leads."""
    replica = candidate()
    widths = []
    for number in range(4):
        ballot = replica.proposer.ballot
        effects = replica.on_message(2, Nack(ballot, Ballot(ballot.round + 1, 2)), LATE)
        low, high = timers(effects)[Timer.ELECTION]
        widths.append(high - low)
        replica.on_timer(Timer.ELECTION, LATE * (number + 2) * 8)
        asked = replica.election._asked
        assert asked.round == ballot.round + 2, "above the ballot that the nack carried"
        replica.on_message(3, PreVoteReply(asked, True, NO_BALLOT), LATE)
    span = TIMING.election_high_us - TIMING.election_low_us
    assert widths == [2 * span, 4 * span, 8 * span, 8 * span]


def test_only_a_choice_ends_the_back_off() -> None:
    """Winning phase 1 proves nothing: proposers that preempt each other by turns must part, too."""
    group = Group(config(3))
    group.replicas[1].election.preemptions = 2
    head = group.elect(1)
    assert head.election.preemptions == 2
    group.submit(1, 1)
    group.deliver()
    assert head.commit_slot == 1
    assert head.election.preemptions == 0


@pytest.mark.parametrize("make", [candidate, leader])
def test_a_nack_of_the_own_ballot_ends_it(make: Make) -> None:
    """Somebody promised more: candidate and leader stand down; a nack of a past ballot is old."""
    replica = make()
    assert replica.on_message(2, Nack(Ballot(0, 1), Ballot(1, 1)), LATE) == []
    effects = replica.on_message(2, Nack(Ballot(1, 1), Ballot(3, 2)), LATE)
    assert roles(effects) == ["follower"]
    assert replica.election.highest_seen == Ballot(3, 2)
    again = replica.on_message(3, Nack(Ballot(1, 1), Ballot(3, 2)), LATE)
    assert again == [], "one preemption, however many say so"
    assert replica.election.preemptions == 1


def test_a_refused_heartbeat_tells_the_leader_what_was_promised() -> None:
    """A deposed leader learns of it from the first follower that has promised more."""
    replica = started()
    replica.on_message(3, Prepare(Ballot(2, 3), 1), LATE)
    effects = heard_from(replica, Ballot(1, 2), LATE)
    assert sent(effects) == [(2, Nack(Ballot(1, 2), Ballot(2, 3)))]
    assert replica.leader is None


@pytest.mark.parametrize(
    "message",
    [
        Prepare(Ballot(2, 2), 1),
        Accept(Ballot(2, 2), 1, [b""], 0),
        Heartbeat(Ballot(2, 2), 0),
        Commit(Ballot(2, 2), 0),
        Decisions(Ballot(2, 2), 1, [NOOP], 1),
    ],
    ids=lambda m: type(m).__name__,
)
@pytest.mark.parametrize("make", [candidate, leader])
def test_a_higher_ballot_in_use_ends_the_own(make: Make, message: Message) -> None:
    """Whatever shows that somebody uses a higher ballot: candidate and leader give way."""
    replica = make()
    effects = replica.on_message(2, message, LATE)
    assert roles(effects) == ["follower"]
    assert replica.election.next_ballot(replica.acceptor.promised) > Ballot(2, 2)


def test_a_leader_that_was_overtaken_tells_nothing_decided_above_it() -> None:
    """A follower would take its word for what was proposed at the lower ballot, and be wrong."""
    head = leader(settings=config(5, phase1=2, phase2=4))
    head.submit(op(1), LATE)
    effects = head.on_message(5, Decisions(Ballot(2, 5), 1, [value(9, 5)], 1), LATE)
    assert head.commit_slot == 1
    assert sent(effects, Commit) == sent(effects, Accept) == []
    assert sent(head.on_timer(Timer.HEARTBEAT, LATE + SECOND)) == []


def test_a_leader_without_a_quorum_stands_down() -> None:
    """CheckQuorum: no answers from a quorum within the election time-out, no leader."""
    head = leader(settings=config(5))
    head.on_message(2, HeartbeatAck(Ballot(1, 1), 0, 0), LATE + 3 * SECOND)
    effects = head.on_timer(Timer.HEARTBEAT, LATE + TIMING.election_high_us)
    assert roles(effects) == [], "it has just become leader"
    effects = head.on_timer(Timer.HEARTBEAT, LATE + TIMING.election_high_us + 1)
    assert roles(effects) == ["follower"]
    assert (head.leader, sent(effects)) == (None, [])
    assert of(effects, CancelTimer) == [CancelTimer(Timer.HEARTBEAT)]


def test_a_leader_with_a_quorum_stays() -> None:
    """Acks of heartbeats and of accepts count, those of learners and of older ballots do not."""
    head = leader(settings=config(5, (6, 7)))
    now_us = LATE + TIMING.election_high_us + 1
    head.on_message(2, HeartbeatAck(Ballot(1, 1), 0, 0), now_us)
    for stale in (HeartbeatAck(Ballot(0, 1), 0, 0), Accepted(Ballot(0, 1), 1, 1)):
        head.on_message(3, stale, now_us)
    for learner in (6, 7):
        head.on_message(learner, HeartbeatAck(Ballot(1, 1), 0, 0), now_us)
    assert not head.election.reaches_quorum(now_us, head.group.present)
    head.on_message(3, Accepted(Ballot(1, 1), 1, 1), now_us)
    assert roles(head.on_timer(Timer.HEARTBEAT, now_us)) == []


def test_a_leader_paused_through_an_election_gives_way_when_it_goes_on() -> None:
    """Its stale heartbeat is refused, and so are its proposals: it decides nothing meanwhile."""
    group = Group()
    group.elect(1)
    group.drop()
    group.now_us += LATE
    group.fire(2, Timer.ELECTION)
    group.deliver(lambda letter: 1 not in letter[:2])
    assert group.replicas[2].role is Role.LEADER
    group.drop()
    group.submit(1, 1)
    assert group.replicas[1].role is Role.LEADER, "it does not know yet"
    group.deliver()
    assert group.replicas[1].role is Role.FOLLOWER
    assert group.replicas[1].commit_slot == 0


def test_late_promises_and_acks_of_a_past_ballot_have_no_effect() -> None:
    """A replica that stood down and leads again at a new ballot ignores what belongs to the old."""
    replica = candidate()
    replica.on_message(2, Nack(Ballot(1, 1), Ballot(2, 2)), LATE)
    replica.on_timer(Timer.ELECTION, 10 * LATE)
    replica.on_message(3, PreVoteReply(Ballot(3, 1), True, NO_BALLOT), 10 * LATE)
    assert replica.proposer.ballot == Ballot(3, 1)
    assert replica.on_message(2, Promise(Ballot(1, 1), 1, [], 0), 10 * LATE) == []
    replica.on_message(3, Promise(Ballot(3, 1), 1, [], 0), 10 * LATE)
    assert replica.role is Role.CANDIDATE


# Phase 2.


def test_a_new_leader_proposes_again_what_it_found_before_anything_new() -> None:
    """Adopted slots first, holes as no-ops, and then the command that was waiting."""
    group = Group()
    group.submit(1, 7)
    head = group.replicas[1]
    group.now_us = LATE
    group.fire(1, Timer.ELECTION)
    asked = head.election._asked
    group.take(1, head.on_message(2, PreVoteReply(asked, True, NO_BALLOT), LATE))
    head.on_message(2, Promise(asked, 1, [(1, Ballot(0, 2), value(1, 2))], 0), LATE)
    effects = head.on_message(3, Promise(asked, 1, [(3, Ballot(0, 3), value(2, 3))], 0), LATE)
    proposed = [(a.first_slot, a.values) for a in messages(effects, Accept)]
    own = next(iter(head.pending.values()))
    assert proposed == [(1, [value(1, 2), NOOP, value(2, 3)]), (4, [own])]


def test_what_phase_1_found_is_not_proposed_twice() -> None:
    """A command that was adopted and is handed in again has its slot already."""
    found = value(1, 2)
    head = leader(accepted=[(1, Ballot(0, 2), found)])
    assert sent(head.on_message(2, Forward([found]), LATE)) == []
    assert head.proposer.proposals == {1: found}


def test_a_slot_is_chosen_by_a_quorum_of_acks_and_told() -> None:
    """The second ack applies the command and tells the commit slot to all others."""
    head = leader()
    head.submit(op(1), LATE)
    assert head.on_message(1, Accepted(Ballot(1, 1), 1, 1), LATE) == []
    effects = head.on_message(3, Accepted(Ballot(1, 1), 1, 1), LATE)
    assert [(a.slot, a.client, a.sequence) for a in of(effects, Applied)] == [(1, Client(1, 1), 1)]
    assert sent(effects) == [(v, Commit(Ballot(1, 1), 1)) for v in (2, 3)]
    assert head.pending == {}


def test_slots_chosen_out_of_order_are_applied_in_order() -> None:
    """Slot 2 is chosen first and waits; slot 1 brings both."""
    head = leader()
    for number in (1, 2):
        head.submit(op(number), LATE)
    for voter in (1, 2):
        assert of(head.on_message(voter, Accepted(Ballot(1, 1), 2, 1), LATE), Applied) == []
    head.on_message(1, Accepted(Ballot(1, 1), 1, 1), LATE)
    effects = head.on_message(2, Accepted(Ballot(1, 1), 1, 1), LATE)
    assert [a.slot for a in of(effects, Applied)] == [1, 2]


def test_commands_travel_together_when_the_pipeline_is_full() -> None:
    """With two runs under way the next commands wait; one commit sends them as one run."""
    head = leader(settings=config(3, pipeline=2))
    for number in range(6):
        head.submit(op(number), LATE)
    assert head.proposer.next_slot == 3
    assert len(head.proposer.queue) == 4
    head.on_message(1, Accepted(Ballot(1, 1), 1, 1), LATE)
    effects = head.on_message(2, Accepted(Ballot(1, 1), 1, 1), LATE)
    (accept,) = messages(effects, Accept)
    assert (accept.first_slot, len(accept.values), accept.commit_slot) == (3, 4, 1)
    assert messages(effects, Commit) == [], "the accept carries the commit slot"


def test_nothing_is_proposed_beyond_the_window() -> None:
    """Adopted values and new commands alike stop at commit slot + window."""
    found = [(slot, Ballot(0, 2), value(slot, 2)) for slot in range(1, 9)]
    head = leader(settings=config(3, window=3), accepted=found)
    assert sorted(head.proposer.proposals) == [1, 2, 3]
    head.submit(op(1), LATE)
    for voter in (1, 2):
        effects = head.on_message(voter, Accepted(Ballot(1, 1), 1, 2), LATE)
    assert [(a.first_slot, len(a.values)) for a in messages(effects, Accept)] == [(4, 2)]


def test_a_run_carries_no_more_slots_than_allowed() -> None:
    """What was found is proposed in several accepts of the configured size."""
    found = [(slot, Ballot(0, 2), value(slot, 2)) for slot in range(1, 6)]
    head = leader(settings=config(3, run_slots=2), accepted=found)
    head.on_timer(Timer.HEARTBEAT, LATE)
    effects = head.on_timer(Timer.HEARTBEAT, LATE + 1)
    accepts = messages(effects, Accept)
    assert [(a.first_slot, len(a.values)) for a in accepts] == [(1, 2), (3, 2), (5, 1)]


def test_what_is_not_acknowledged_is_sent_again() -> None:
    """On the second heartbeat after it, an Accept goes again to the voters that owe an ack."""
    head = leader()
    head.submit(op(1), LATE)
    head.on_message(1, Accepted(Ballot(1, 1), 1, 1), LATE)
    assert sent(head.on_timer(Timer.HEARTBEAT, LATE), Accept) == []
    again = sent(head.on_timer(Timer.HEARTBEAT, LATE + SECOND), Accept)
    assert [(target, type(m)) for target, m in again] == [(2, Accept), (3, Accept)]


def test_an_own_command_is_handed_in_again_until_it_is_applied() -> None:
    """The retry timer forwards it to the leader of the hour, and stops when it is done."""
    replica = started()
    _, effects = replica.submit(op(1), LATE)
    assert list(timers(effects)) == [Timer.RETRY]
    assert sent(replica.on_timer(Timer.RETRY, LATE)) == [], "no leader is known"
    heard_from(replica, Ballot(1, 2), LATE)
    effects = replica.on_timer(Timer.RETRY, LATE)
    own = list(replica.pending.values())
    assert sent(effects) == [(2, Forward(own))]
    assert Timer.RETRY in timers(effects)
    replica.on_message(2, Decisions(Ballot(1, 2), 1, own, 1), LATE)
    assert replica.on_timer(Timer.RETRY, LATE) == []


def test_a_forwarded_command_is_proposed_once() -> None:
    """However often it comes, and also after it was applied, it takes one slot."""
    head = leader()
    theirs = value(1, 2)
    assert len(sent(head.on_message(2, Forward([theirs]), LATE), Accept)) == 3
    assert sent(head.on_message(2, Forward([theirs]), LATE)) == []
    for voter in (1, 2):
        head.on_message(voter, Accepted(Ballot(1, 1), 1, 1), LATE)
    assert head.commit_slot == 1
    assert sent(head.on_message(2, Forward([theirs]), LATE)) == []


def test_a_replica_that_does_not_lead_ignores_forwards() -> None:
    """There are no chains of forwarding: the client's own node tries again."""
    replica = started()
    heard_from(replica, Ballot(1, 2), LATE)
    assert replica.on_message(3, Forward([value(1, 3)]), LATE) == []


def test_a_command_says_which_is_the_first_outstanding() -> None:
    """With nothing pending it is the command itself; else the lowest that was not applied."""
    head = leader()
    for number in (1, 2, 3):
        head.submit(op(number), LATE)
    for voter in (1, 2):
        head.on_message(voter, Accepted(Ballot(1, 1), 1, 1), LATE)
    head.submit(op(4), LATE)
    for voter in (1, 2):
        head.on_message(voter, Accepted(Ballot(1, 1), 2, 3), LATE)
    assert head.pending == {}
    head.submit(op(5), LATE)
    commands = [
        decode(head.proposer.proposals.get(s) or head.learner.decided[s]) for s in range(1, 6)
    ]
    assert [(c.sequence, c.first_outstanding) for c in commands] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 2),
        (5, 5),
    ]


# Learning and catching up.


def test_a_follower_commits_only_what_the_telling_leader_proposed() -> None:
    """An entry of an older ballot in a told slot is not committed: it asks for the decisions."""
    replica = started()
    replica.on_message(2, Accept(Ballot(1, 2), 1, [value(1)], 0), LATE)
    effects = heard_from(replica, Ballot(2, 3), LATE, commit_slot=1)
    assert replica.commit_slot == 0
    assert sent(effects) == [(3, HeartbeatAck(Ballot(2, 3), 1, 0))]
    effects = replica.on_message(3, Decisions(Ballot(2, 3), 1, [value(9)], 1), LATE)
    assert [a.value for a in of(effects, Applied)] == [value(9)]


def test_a_follower_that_lags_gets_decisions_in_runs() -> None:
    """The leader answers with as much as fits; each run that helped asks for the next."""
    group = Group(config(3, run_slots=2))
    group.elect(1)
    for number in range(5):
        group.submit(1, number)
        group.deliver(lambda letter: 3 not in letter[:2])
    group.drop()
    assert (group.replicas[1].commit_slot, group.replicas[3].commit_slot) == (5, 0)
    group.now_us += TIMING.heartbeat_us
    group.fire(1, Timer.HEARTBEAT)
    runs = []

    def watch(letter: Letter) -> bool:
        if isinstance(letter[2], Decisions) and letter[2] not in runs:
            runs.append(letter[2])
        return True

    group.deliver(watch)
    assert [(d.first_slot, len(d.values)) for d in runs] == [(1, 2), (3, 2), (5, 1)]
    assert group.replicas[3].commit_slot == 5


def test_decisions_of_an_old_leader_are_still_decisions() -> None:
    """A decision is for ever: a late one helps, and asks its sender for more only if it helped."""
    replica = started()
    replica.on_message(2, Prepare(Ballot(5, 2), 1), LATE)
    late = Decisions(Ballot(1, 3), 1, [value(1)], 2)
    effects = replica.on_message(3, late, LATE)
    assert sent(effects) == [(3, HeartbeatAck(Ballot(1, 3), 2, 1))]
    assert replica.commit_slot == 1
    assert sent(replica.on_message(3, late, LATE)) == []
    assert replica.acceptor.promised == Ballot(5, 2)


def test_late_decisions_do_not_confuse_a_leader() -> None:
    """What an earlier leader decided is settled, and acks that come for it later do no harm."""
    found = [(slot, Ballot(0, 2), value(slot, 2)) for slot in range(1, 5)]
    settings = config(3, run_slots=2)
    head = leader(settings=settings, accepted=found)
    head.on_message(2, Decisions(Ballot(0, 2), 1, [value(1, 2), value(2, 2)], 2), LATE)
    assert (head.commit_slot, head.role) == (2, Role.LEADER)
    for voter in (1, 2):
        head.on_message(voter, Accepted(Ballot(1, 1), 3, 2), LATE)
    assert head.commit_slot == 4
    for voter in (1, 2, 3):
        head.on_message(voter, Accepted(Ballot(1, 1), 1, 2), LATE)
    head.on_timer(Timer.HEARTBEAT, LATE)
    assert sent(head.on_timer(Timer.HEARTBEAT, LATE + 1), Accept) == []


def test_late_decisions_make_room_for_what_waits() -> None:
    """A leader whose window moved by an earlier leader's decisions goes on at once."""
    found = [(slot, Ballot(0, 2), value(slot, 2)) for slot in range(1, 5)]
    head = leader(settings=config(3, window=2), accepted=found)
    effects = head.on_message(2, Decisions(Ballot(0, 2), 1, [value(1, 2), value(2, 2)], 2), LATE)
    assert [(a.first_slot, len(a.values)) for a in messages(effects, Accept)] == [(3, 2)]


def test_old_acks_of_heartbeats_are_not_answered() -> None:
    """Only the leader answers, at its ballot, and only who is behind what it was told."""
    head = leader()
    head.submit(op(1), LATE)
    for voter in (1, 2):
        head.on_message(voter, Accepted(Ballot(1, 1), 1, 1), LATE)
    assert sent(head.on_message(3, HeartbeatAck(Ballot(0, 1), 1, 0), LATE)) == []
    assert sent(head.on_message(3, HeartbeatAck(Ballot(1, 1), 0, 0), LATE)) == []
    (answer,) = sent(head.on_message(3, HeartbeatAck(Ballot(1, 1), 1, 0), LATE))
    assert (answer[0], type(answer[1])) == (3, Decisions)
    follower = started(2)
    assert follower.on_message(3, HeartbeatAck(Ballot(1, 1), 1, 0), LATE) == []


def test_a_message_told_at_an_older_leaders_ballot_is_not_followed() -> None:
    """A late heartbeat of a leader that was followed by another changes nobody's mind."""
    replica = started()
    heard_from(replica, Ballot(2, 3), LATE)
    heard_from(replica, Ballot(1, 2), LATE + SECOND, commit_slot=7)
    assert (replica.leader, replica.learner.told) == (3, (Ballot(2, 3), 0))
    assert replica.election.leader_heard_us == LATE


# Small groups, and nodes that do not vote.


def test_a_single_voter_is_a_group() -> None:
    """It elects itself with its own promise and decides with its own ack."""
    group = Group(config(1))
    group.elect(1)
    group.submit(1, 1)
    group.deliver()
    assert [a.slot for a in group.applied[1]] == [1]
    group.beat(1)
    group.now_us += 60 * SECOND
    group.fire(1, Timer.HEARTBEAT)
    assert group.replicas[1].role is Role.LEADER


def test_learners_catch_up_and_never_vote() -> None:
    """A node that does not vote learns all decisions; nobody asks it, and it asks for nothing."""
    group = Group(config(3, (4,)))
    group.elect(2)
    for number in range(3):
        group.submit(4, number)
        group.deliver()
    group.beat(2)
    group.beat(2)
    learner = group.replicas[4]
    assert (learner.commit_slot, learner.leader, learner.pending) == (3, 2, {})
    assert learner.learner.state_digest() == group.replicas[2].learner.state_digest()
    assert learner.on_timer(Timer.ELECTION, 99 * SECOND) == []
    assert learner.acceptor.promised == NO_BALLOT


def test_a_restarted_replica_is_where_its_disk_left_it() -> None:
    """Promise, entries and decisions come back; commands still pending belong to a past life."""
    group = Group()
    group.elect(1)
    for number in range(4):
        group.submit(2, number)
        group.deliver()
    group.beat(1)
    before = group.replicas[2]
    group.start(2)
    after = group.replicas[2]
    assert after.acceptor.promised == before.acceptor.promised
    assert after.acceptor.accepted == before.acceptor.accepted
    assert after.commit_slot == before.commit_slot == 4
    assert after.learner.state_digest() == before.learner.state_digest()
    assert after.client == Client(2, 2)
    assert (after.role, after.pending) == (Role.FOLLOWER, {})


def test_a_restarted_follower_denies_votes_at_first() -> None:
    """A leader may live whom it has forgotten: it behaves as if it had just heard one."""
    replica = started(now_us=LATE)
    effects = replica.on_message(2, PreVote(Ballot(9, 2), 0), LATE + TIMING.election_low_us - 1)
    assert sent(effects) == [(2, PreVoteReply(Ballot(9, 2), False, NO_BALLOT))]


# Flexible quorums.


def test_flexible_quorums_decide_with_few_and_elect_with_many() -> None:
    """Five voters, phase 1 of four, phase 2 of two: the second ack decides."""
    group = Group(config(5, phase1=4, phase2=2))
    group.now_us = LATE
    group.fire(3, Timer.ELECTION)
    group.deliver(lambda letter: not {4, 5} & set(letter[:2]))
    assert group.replicas[3].role is not Role.LEADER
    group.deliver()
    assert group.replicas[3].role is Role.LEADER
    group.submit(3, 1)
    group.deliver(lambda letter: not {2, 4, 5} & set(letter[:2]))
    assert group.replicas[3].commit_slot == 1
