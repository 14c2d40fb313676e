"""Reads in a group stepped by hand: what each way costs, and when it must wait."""

from typing import Any

import msgpack
import pytest

from paxos.ballot import NO_BALLOT, Ballot
from paxos.check.laboratory import Laboratory
from paxos.check.mutants import find
from paxos.check.violation import InvariantViolation
from paxos.effects import Answered, LeaseLapsed, ReadKind, Timer, Withheld
from paxos.election import Role
from paxos.messages import (
    Accept,
    Accepted,
    Commit,
    Decisions,
    Heartbeat,
    HeartbeatAck,
    Nack,
    Prepare,
    PreVote,
    PreVoteReply,
    Promise,
    ReadIndex,
    ReadSlot,
)
from tests.paxos.steps import (
    SECOND,
    TIMING,
    Group,
    Letter,
    config,
    leader,
    messages,
    of,
    op,
    query,
    sent,
    started,
    timers,
    value,
)

LATE = 4 * SECOND
WAYS = list(ReadKind)


class Readers(Group):
    """A group that remembers its answers."""

    def __init__(self, *args: Any) -> None:
        self.answers: list[tuple[int, Answered]] = []
        super().__init__(*args)

    def take(self, node: int, effects: list[Any]) -> list[Any]:
        """Carry out what a step asks for."""
        self.answers += [(node, effect) for effect in of(effects, Answered)]
        return super().take(node, effects)

    def told(self) -> list[tuple[int, int, Any]]:
        """Who was told, from which slot, what; and forget it."""
        answers, self.answers = self.answers, []
        return [(node, each.slot, msgpack.unpackb(each.result)) for node, each in answers]


def led(settings: Any = None) -> Readers:
    """A group that node 1 leads; slot 1 sets register 1 to 1, and everybody has applied it."""
    group = Readers(settings or config())
    group.elect(1)
    group.submit(1, 1)
    group.deliver()
    group.beat(1)
    return group


@pytest.mark.parametrize("how", WAYS, ids=lambda how: how.name)
@pytest.mark.parametrize("node", [1, 2, 4])
def test_a_read_says_what_the_state_says(node: int, how: ReadKind) -> None:
    """At the leader, a follower and a learner."""
    group = led(config(learners=(4,)))
    group.read(node, 1, how)
    group.deliver()
    group.beat(1)
    slot = 2 if how is ReadKind.LOG else 1
    (answer,) = group.answers
    assert (answer[0], answer[1].how, answer[1].served) == (node, how, how)
    assert group.told() == [(node, slot, 1)]
    assert not any(replica.reads or replica.pending for replica in group.replicas.values())


def test_a_leader_with_a_lease_answers_at_once() -> None:
    """No message, no slot, no time."""
    group = led()
    effects = group.read(1, 1, ReadKind.LEASE)
    assert sent(effects) == []
    assert group.told() == [(1, 1, 1)]


def test_a_follower_asks_the_leader_how_new_it_must_be() -> None:
    """Two short messages, whatever is read."""
    group = led()
    assert sent(group.read(2, 1, ReadKind.LEASE)) == [(1, ReadIndex(1, 1, True))]
    group.deliver(lambda letter: letter[1] == 1)
    assert group.letters == [(1, 2, ReadSlot(1, 1, 1, True))]
    group.deliver()
    assert group.told() == [(2, 1, 1)]


def test_many_questions_share_a_round() -> None:
    """The first sends a round at once; those that come meanwhile share the next."""
    group = led()
    rounds = [sent(group.read(1, 1, ReadKind.INDEX), Heartbeat) for _ in range(5)]
    assert [len(each) for each in rounds] == [2, 0, 0, 0, 0]
    assert group.told() == []
    group.deliver()
    assert group.told() == [(1, 1, 1)] * 5
    replica = group.replicas[1]
    assert replica._rounds is not None
    # Two heartbeats, and two rounds for the five questions.
    assert (replica._rounds.sent, replica._rounds.confirmed) == (4, 4)


def test_rounds_for_reads_do_not_put_off_the_heartbeat() -> None:
    """With it come the check of the quorum and what is sent again."""
    group = led()
    assert Timer.HEARTBEAT not in timers(group.read(1, 1, ReadKind.INDEX))


def test_an_answer_waits_until_it_is_applied() -> None:
    """A laggard knows how new it must be, and is not."""
    group = led()
    group.submit(1, 8)
    group.drop(lambda letter: letter[1] == 3)
    group.deliver(lambda letter: letter[1] != 3)
    group.drop()
    group.read(3, 1, ReadKind.INDEX)
    group.deliver(lambda letter: not isinstance(letter[2], Decisions))
    assert group.replicas[3].reads[1].slot == 2
    assert group.told() == []
    group.drop()
    group.beat(1)
    assert group.told() == [(3, 2, 8)]


def test_without_a_leader_a_read_waits_and_is_asked_again() -> None:
    """Nobody is asked while nobody is known; the retry timer asks for all in one message."""
    replica = started(2)
    for how in (ReadKind.INDEX, ReadKind.LEASE, ReadKind.INDEX):
        number, effects = replica.read(query(1), how, LATE)
        assert sent(effects) == []
        assert (Timer.RETRY in timers(effects)) is (number == 1)
    replica.on_message(1, Heartbeat(Ballot(1, 1), 0, 1), LATE)
    again = replica.on_timer(Timer.RETRY, LATE)
    assert sent(again) == [(1, ReadIndex(1, 3, False)), (1, ReadIndex(1, 2, True))]
    assert timers(again) == {Timer.RETRY: (TIMING.retry_us, TIMING.retry_us)}
    (late,) = of(replica.on_message(1, ReadSlot(1, 2, 0, True), LATE), Answered)
    assert (late.number, late.served, late.tries) == (2, ReadKind.LEASE, 2)
    both = of(replica.on_message(1, ReadSlot(1, 3, 0, False), LATE), Answered)
    assert [(each.number, each.served) for each in both] == [
        (1, ReadKind.INDEX),
        (3, ReadKind.INDEX),
    ]
    assert replica.on_timer(Timer.RETRY, LATE) == []


def test_a_lease_does_not_serve_who_asked_for_a_quorum() -> None:
    """By read index means: trust no clock. The other way round it is more than was asked for."""
    replica = started(2)
    replica.read(query(1), ReadKind.INDEX, LATE)
    replica.read(query(1), ReadKind.LEASE, LATE)
    by_lease = of(replica.on_message(1, ReadSlot(1, 2, 0, True), LATE), Answered)
    assert [each.number for each in by_lease] == [2]
    replica.read(query(1), ReadKind.LEASE, LATE)
    by_index = of(replica.on_message(1, ReadSlot(1, 3, 0, False), LATE), Answered)
    assert [(e.number, e.how.name, e.served.name) for e in by_index] == [
        (1, "INDEX", "INDEX"),
        (3, "LEASE", "INDEX"),
    ]


def test_of_several_answers_the_lowest_slot_will_do() -> None:
    """Each is new enough by itself, and a slot that was told may never be filled again."""
    replica = started(2)
    replica.read(query(1), ReadKind.INDEX, LATE)
    assert of(replica.on_message(1, ReadSlot(1, 1, 7, False), LATE), Answered) == []
    assert of(replica.on_message(1, ReadSlot(1, 1, 9, False), LATE), Answered) == []
    assert replica.reads[1].slot == 7
    (answer,) = of(replica.on_message(3, ReadSlot(1, 1, 0, False), LATE), Answered)
    assert answer.slot == 0


def test_without_a_lease_a_quorum_is_asked() -> None:
    """A new leader has none until its first heartbeat is answered."""
    head = leader()
    effects = head.read(query(1), ReadKind.LEASE, LATE)[1]
    assert of(effects, Answered) == []
    ballot = head.proposer.ballot
    # The first heartbeat left before the question: it begins the lease, and confirms nothing.
    first = head.on_message(2, HeartbeatAck(ballot, 0, 0, 1), LATE)
    assert of(first, Answered) == []
    assert messages(first, Heartbeat) == [Heartbeat(ballot, 0, 2)]
    (answer,) = of(head.on_message(2, HeartbeatAck(ballot, 0, 0, 2), LATE), Answered)
    assert (answer.how, answer.served) == (ReadKind.LEASE, ReadKind.INDEX)
    assert head.lease.holds(LATE)


def test_a_new_leader_answers_for_what_it_took_over() -> None:
    """Clients may know of any slot that phase 1 found; until all are applied the asker waits."""
    found = [(1, Ballot(1, 2), value(1)), (2, Ballot(1, 2), value(2))]
    head = leader(accepted=found)
    head.read(query(1), ReadKind.LEASE, LATE)
    ballot = head.proposer.ballot
    for number in (1, 2):
        head.on_message(2, HeartbeatAck(ballot, 0, 0, number), LATE)
    assert head.reads[1].slot is None
    effects = []
    for node in (1, 2):
        effects += head.on_message(node, Accepted(ballot, 1, 2), LATE)
    (answer,) = of(effects, Answered)
    assert (answer.slot, msgpack.unpackb(answer.result)) == (2, 1)


def test_questions_of_a_leader_that_stands_down_are_asked_again() -> None:
    """Of itself and of others; whoever leads next answers."""
    group = led()
    group.read(1, 1, ReadKind.INDEX)
    group.read(2, 1, ReadKind.INDEX)
    group.deliver(lambda letter: isinstance(letter[2], ReadIndex))
    group.drop()
    head = group.replicas[1]
    higher = Ballot(9, 3)
    group.take(1, head.on_message(3, Nack(head.proposer.ballot, higher), group.now_us))
    assert head.role is Role.FOLLOWER
    group.letters.clear()
    group.elect(3)
    assert group.told() == []
    for node in (1, 2):
        group.fire(node, Timer.RETRY)
    group.deliver()
    assert sorted(group.told()) == [(1, 1, 1), (2, 1, 1)]


def test_a_read_through_the_log_that_a_snapshot_holds_is_answered() -> None:
    """Which slot it had is not known any more: the snapshot's own is as good."""
    group = led(config(snapshot_slots=2, retain_slots=0))
    group.read(3, 1, ReadKind.LOG)
    group.deliver(lambda letter: letter[1] == 1 or set(letter[:2]) <= {1, 2})
    for number in (8, 15):
        group.submit(1, number)
        group.deliver(lambda letter: 3 not in letter[:2])
    group.drop()
    group.beat(1)
    assert [slot.slot for node, slot in group.installed if node == 3] != []
    assert group.told() == [(3, 4, 15)]


def test_nobody_waits_for_the_reads_of_an_earlier_life() -> None:
    """They are in memory only."""
    group = led()
    group.read(2, 1, ReadKind.INDEX)
    group.start(2)
    group.deliver()
    assert group.replicas[2].reads == {}
    assert group.told() == []


# Grants.


def granted(now_us: int = LATE) -> Any:
    """Node 2, which has answered a heartbeat of node 1."""
    replica = started(2)
    (ack,) = messages(replica.on_message(1, Heartbeat(Ballot(1, 1), 0, 7), now_us), HeartbeatAck)
    assert ack.round == 7
    return replica


def test_a_grantor_is_silent_to_other_candidates() -> None:
    """No promise and no nack, until the lease is over; then the repeated Prepare is answered."""
    replica = granted()
    prepare = Prepare(Ballot(2, 3), 1)
    effects = replica.on_message(3, prepare, LATE + TIMING.lease_us - 1)
    assert effects == [Withheld(Ballot(2, 3), 1)]
    assert replica.acceptor.promised == NO_BALLOT
    effects = replica.on_message(3, prepare, LATE + TIMING.lease_us)
    assert sent(effects) == [(3, Promise(Ballot(2, 3), 1, [], 0))]


def test_a_grantor_gives_the_holder_its_next_ballot() -> None:
    """Its own lease does not stand in its way."""
    effects = granted().on_message(1, Prepare(Ballot(2, 1), 1), LATE + 1)
    assert sent(effects, Promise) == [(1, Promise(Ballot(2, 1), 1, [], 0))]


def test_a_prevote_is_refused_for_a_lease() -> None:
    """Even if no leader was heard for long, as the other rule has it."""
    replica = granted()
    replica.election.leader_heard_us = 0
    effects = replica.on_message(3, PreVote(Ballot(2, 3), 0), LATE + 1)
    assert effects[0] == Withheld(Ballot(2, 3), 1)
    assert sent(effects) == [(3, PreVoteReply(Ballot(2, 3), False, NO_BALLOT))]


def test_a_promise_once_given_is_given_again() -> None:
    """A lease that was granted before it is over, and one after it cannot be."""
    replica = started(2)
    prepare = Prepare(Ballot(2, 3), 1)
    first = sent(replica.on_message(3, prepare, LATE))
    replica.grant.give(Ballot(1, 1), LATE)
    assert sent(replica.on_message(3, prepare, LATE)) == first


def test_a_restarted_node_promises_nothing_at_first() -> None:
    """It may have granted what it has forgotten; a node on a blank disk has not."""
    blank, again = started(2, now_us=LATE), started(2, rows=[[1, 1]], now_us=LATE)
    prepare = Prepare(Ballot(2, 3), 1)
    assert sent(blank.on_message(3, prepare, LATE))
    assert again.on_message(3, prepare, LATE) == [Withheld(Ballot(2, 3), 0)]
    assert sent(again.on_message(3, prepare, LATE + TIMING.lease_us), Promise)


def test_a_leader_that_is_past_gets_no_lease() -> None:
    """A heartbeat below a later leader's neither confirms nor grants; no promise forbids it."""
    replica = started(2)
    replica.on_message(3, Heartbeat(Ballot(2, 3), 0, 1), LATE)
    assert replica.acceptor.promised == NO_BALLOT
    (ack,) = messages(replica.on_message(1, Heartbeat(Ballot(1, 1), 0, 9), LATE), HeartbeatAck)
    assert ack.round == 0
    assert replica.grant.bound_to(Ballot(3, 1), LATE) == 3


def test_nobody_stands_for_election_within_its_own_grant() -> None:
    """The time-out is not shorter than the lease, and begins with the same heartbeat."""
    replica = granted()
    over_us = LATE + TIMING.election_low_us
    assert sent(replica.on_timer(Timer.ELECTION, over_us - 1)) == []
    assert sent(replica.on_timer(Timer.ELECTION, over_us), PreVote)
    assert replica.grant.bound_to(Ballot(1, 2), over_us) is None


def test_a_lease_lapses_without_answers() -> None:
    """A leader that nobody answers finds out by its own clock, and says so once."""
    head = leader()
    head.on_message(2, HeartbeatAck(head.proposer.ballot, 0, 0, 1), LATE)
    assert head.lease.holds(LATE)
    later = LATE + TIMING.lease_us
    effects = head.read(query(1), ReadKind.LEASE, later)[1]
    assert of(effects, LeaseLapsed) == [LeaseLapsed(head.proposer.ballot)]
    assert of(effects, Answered) == []
    assert of(head.on_timer(Timer.HEARTBEAT, later), LeaseLapsed) == []


def test_a_leader_gives_its_lease_up_with_its_ballot() -> None:
    """It knows that another may be elected now."""
    head = leader()
    head.on_message(2, HeartbeatAck(head.proposer.ballot, 0, 0, 1), LATE)
    head.on_message(3, Prepare(Ballot(9, 3), 1), LATE)
    assert head.role is Role.FOLLOWER
    assert not head.lease.holds(LATE)


# Mistakes that random weather seldom meets.


def _elect_without_1(group: Readers) -> None:
    """Nodes 2 and 3 hear nothing of node 1 for long, and make node 3 their leader."""
    group.now_us += 20 * SECOND
    group.fire(3, Timer.ELECTION)
    group.deliver(lambda letter: 1 not in letter[:2])
    assert group.replicas[3].role is Role.LEADER
    group.submit(3, 8)
    group.deliver(lambda letter: 1 not in letter[:2])
    assert group.replicas[3].commit_slot == 2


def _late_answer_to_an_early_round() -> list[tuple[int, int, Any]]:
    """Node 2 answers a heartbeat; the answer arrives when node 3 leads, and its client knows."""
    group = led()
    group.fire(1, Timer.HEARTBEAT)
    group.deliver(lambda letter: letter[:2] == (1, 2))
    late = [letter for letter in group.letters if letter[:2] == (2, 1)]
    group.drop()
    _elect_without_1(group)
    group.drop()
    group.read(1, 1, ReadKind.INDEX)
    for source, target, message in late:
        group.take(target, group.replicas[1].on_message(source, message, group.now_us))
    return group.told()


def test_a_round_under_way_confirms_nothing_that_comes_after_it() -> None:
    """Its answer may have left before another was elected."""
    assert _late_answer_to_an_early_round() == []


def test_a_round_under_way_that_confirms_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a stale read."""
    find("a_round_sent_before_the_question_confirms").plant(monkeypatch)
    with pytest.raises(InvariantViolation, match="L2"):
        _late_answer_to_an_early_round()


def _answer_to_an_earlier_life() -> list[tuple[int, int, Any]]:
    """Node 2 asks and crashes; its answer arrives when it asks again, and others know more."""
    group = led()

    def old(letter: Letter) -> bool:
        return isinstance(letter[2], ReadSlot)

    group.read(2, 1, ReadKind.LEASE)
    group.deliver(lambda letter: not old(letter))
    (answer,) = filter(old, group.letters)
    group.start(2)
    group.drop()
    group.submit(1, 8)
    group.deliver(lambda letter: isinstance(letter[2], Accept | Accepted))
    group.drop(lambda letter: isinstance(letter[2], Commit))
    assert group.replicas[1].commit_slot == 2
    group.read(2, 1, ReadKind.LEASE)
    group.take(2, group.replicas[2].on_message(1, answer[2], group.now_us))
    return group.told()


def test_an_answer_to_an_earlier_life_answers_nothing() -> None:
    """Its number now means another read."""
    assert _answer_to_an_earlier_life() == []


def test_answers_of_an_earlier_life_counted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a stale read."""
    find("answers_of_an_earlier_life_counted").plant(monkeypatch)
    with pytest.raises(InvariantViolation, match="L2"):
        _answer_to_an_earlier_life()


def test_the_register_answers_any_bytes() -> None:
    """A query is other people's data, too."""
    machine: Any = started().learner.machine
    machine.apply(op(1))
    assert machine.query(query(1)) == b"\x01"
    for nonsense in (b"", b"\xc1", b"\x05", msgpack.packb([[1]]), msgpack.packb([1, 2])):
        assert machine.query(nonsense) == b"\xc0"


def test_reads_of_a_life_that_left_no_trace_are_void() -> None:
    """Its incarnation is begun again, so that its questions are not the new client's."""
    lab = Laboratory(config(3), seed=1)
    lab.read_at(200, 1, "x", ReadKind.INDEX)
    lab.cluster.run(300)
    before = lab.replica(1)
    assert before is not None
    assert list(lab.asked) == [(*before.client, 1)]
    lab.cluster.crash(1)
    lab.cluster.start(1)
    after = lab.replica(1)
    assert after is not None
    assert after.client == before.client, "nothing of its life was on the disk"
    assert lab.asked == {}
