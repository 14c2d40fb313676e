"""Whom a replica asks that does not lead: the leader, or, where that is silent, one by one."""

import pytest

from paxos.ballot import Ballot
from paxos.clients import Client, Command, Purpose, encode
from paxos.effects import ReadKind, Timer
from paxos.election import Timing
from paxos.membership import Change, Step
from paxos.messages import Commit, Decisions, Forward, Heartbeat, Message, ReadIndex
from paxos.replica import Replica
from tests.paxos import steps
from tests.paxos.steps import SECOND, config, query, sent, started

TIMING = Timing()
LED_BY_1 = Heartbeat(Ballot(1, 1), 0, 1)
LATE = SECOND + TIMING.election_high_us


def a_learner_of_1() -> Replica:
    """Learner 5 of voters 1 to 3, of which 1 leads, and learner 4."""
    replica = started(5, config(3, (4, 5)))
    replica.on_message(1, LED_BY_1, SECOND)
    return replica


def asked(replica: Replica, now_us: int) -> list[int]:
    """Whom it asks when its timer fires."""
    effects = replica.on_timer(Timer.RETRY, now_us)
    return [to for to, message in sent(effects) if type(message) in (Forward, ReadIndex)]


def test_a_silent_leader_is_doubted_by_who_waits_for_something() -> None:
    """One node is asked at a time, voters before learners, and the silent one last."""
    replica = a_learner_of_1()
    replica.submit(steps.op(), SECOND)
    assert asked(replica, LATE - 1) == [1]
    assert [asked(replica, LATE + n) for n in range(5)] == [[2], [3], [4], [1], [2]]


def test_commands_and_questions_go_to_the_same_node() -> None:
    """What it wants to know is who leads."""
    replica = a_learner_of_1()
    replica.submit(steps.op(), SECOND)
    replica.read(query(0), ReadKind.INDEX, SECOND)
    assert asked(replica, LATE) == [2, 2]


def test_a_leader_that_speaks_again_is_asked_again() -> None:
    """Whoever it is by now."""
    replica = a_learner_of_1()
    replica.submit(steps.op(), SECOND)
    assert asked(replica, LATE) == [2]
    replica.on_message(3, Heartbeat(Ballot(2, 3), 0, 1), LATE)
    assert asked(replica, LATE + 1) == [3]


def test_who_waits_for_nothing_asks_nobody() -> None:
    """A thousand learners must not speak because a leader died."""
    replica = a_learner_of_1()
    assert sent(replica.on_timer(Timer.RETRY, LATE)) == []
    assert replica.leader == 1


def test_a_voter_leaves_it_to_its_election() -> None:
    """It asks for votes instead."""
    replica = started(2)
    replica.on_message(1, LED_BY_1, SECOND)
    replica.submit(steps.op(), SECOND)
    assert asked(replica, LATE) == [1]


def a_follower_of_1(*, told: int = 0) -> Replica:
    """Voter 2 of voters 1 to 3."""
    replica = started(2)
    replica.on_message(1, Heartbeat(Ballot(1, 1), told, 1), SECOND)
    return replica


@pytest.mark.parametrize("message", [Forward([steps.value(1, 9)]), ReadIndex(1, 1, False)])
def test_a_stranger_is_told_who_leads(message: Message) -> None:
    """In the leader's own last words: this node may hold fewer slots, and tells none of its own."""
    replica = a_follower_of_1(told=7)
    effects = replica.on_message(9, message, SECOND + 1)
    assert sent(effects, Commit) == [(9, Commit(Ballot(1, 1), 7))]


def test_a_member_is_not_referred() -> None:
    """It hears the leader itself."""
    replica = a_follower_of_1()
    assert sent(replica.on_message(3, ReadIndex(1, 1, False), SECOND + 1)) == []


def test_a_leader_that_may_be_dead_is_not_recommended() -> None:
    """The stranger would take it for alive, and wait for it as long again."""
    replica = a_follower_of_1()
    assert sent(replica.on_message(9, ReadIndex(1, 1, False), LATE)) == []


def test_who_restarted_recommends_nobody() -> None:
    """It does not know who leads."""
    assert sent(started(2).on_message(9, ReadIndex(1, 1, False), SECOND)) == []


def test_a_hint_makes_nobody_leave() -> None:
    """A follower that lags takes a member for a stranger: that must learn nothing else from it."""
    replica = a_learner_of_1()
    replica.submit(steps.op(), SECOND)
    replica.on_message(2, Commit(Ballot(2, 3), 9), LATE)
    assert (replica.leader, replica.commit_slot, list(replica.group.gone)) == (3, 0, [])
    assert asked(replica, LATE + 1) == [3]
    assert replica.pending


def test_only_decided_slots_make_a_node_leave() -> None:
    """Then it gives up what it waits for."""
    replica = started(5, config(3, (4, 5), window=1))
    replica.submit(steps.op(), SECOND)
    change = Change(Step.REMOVE, 5).pack()
    left = encode(Command(Client(1, 1), 1, 1, change, Purpose.CHANGE))
    replica.on_message(3, Decisions(Ballot(2, 3), 1, [left], 1), LATE)
    assert list(replica.group.gone) == [5]
    assert asked(replica, LATE + 1) == []
    assert not replica.pending
