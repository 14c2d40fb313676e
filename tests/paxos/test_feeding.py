"""Feeding learners: many slots a message, nothing to answer, and nobody is left behind."""

from collections import Counter
from typing import Any

import pytest

from paxos.check.laboratory import Laboratory
from paxos.effects import AppliedRun, SetTimer, Timer
from paxos.messages import Accepted, Commit, Decisions, Heartbeat, HeartbeatAck
from paxos.records import COMMITTED, DECIDED_RUN, recover
from paxos.replica import Replica
from paxos.sim.faults import Fault
from tests.paxos.steps import (
    SECOND,
    TIMING,
    Group,
    config,
    leader,
    messages,
    of,
    persisted,
    sent,
    started,
    timers,
    value,
)

LATE = 4 * SECOND


def choose(head: Replica, count: int) -> list[Any]:
    """Let a leader of three choose so many commands; returns the effects of the last ack."""
    effects: list[Any] = []
    for _ in range(count):
        head.submit(b"\x92\x01\x01", LATE)
        slot = head.proposer.next_slot - 1
        for voter in (1, 2):
            ack = Accepted(head.proposer.ballot, slot, 1)
            effects = head.on_message(voter, ack, LATE)
    return effects


def test_the_first_command_sets_the_timer_and_the_rest_join() -> None:
    """The leader waits ``feed_us`` from the first command that it has to tell."""
    head = leader(settings=config(3, (4, 5)))
    feed_us = TIMING.feed_us
    assert timers(choose(head, 1))[Timer.FEED] == (feed_us, feed_us)
    assert Timer.FEED not in timers(choose(head, 1))
    effects = head.on_timer(Timer.FEED, LATE)
    (fed,) = messages(effects, Decisions)
    assert (fed.first_slot, len(fed.values), fed.commit_slot) == (1, 2, 2)
    assert [target for target, _ in sent(effects, Decisions)] == [4, 5]
    assert of(effects, SetTimer) == []
    assert timers(choose(head, 1))[Timer.FEED] == (feed_us, feed_us)


def test_a_full_message_goes_at_once() -> None:
    """When there are ``run_slots`` to tell, nobody waits for the timer."""
    head = leader(settings=config(3, (4,), run_slots=3))
    assert messages(choose(head, 2), Decisions) == []
    (fed,) = messages(choose(head, 1), Decisions)
    assert (fed.first_slot, len(fed.values)) == (1, 3)


def test_a_group_without_learners_is_not_fed() -> None:
    """No timer, no message."""
    head = leader(settings=config(3))
    effects = choose(head, 3)
    assert Timer.FEED not in timers(effects)
    assert messages(head.on_timer(Timer.FEED, LATE), Decisions) == []


def test_commits_go_to_voters_only() -> None:
    """A commit index by itself is for those who hold the values; learners get these."""
    head = leader(settings=config(3, (4, 5)))
    assert [target for target, _ in sent(choose(head, 1), Commit)] == [2, 3]


def test_the_rest_is_fed_before_a_heartbeat() -> None:
    """So what the heartbeat tells, a learner has: links deliver in order."""
    head = leader(settings=config(3, (4,)))
    choose(head, 1)
    effects = head.on_timer(Timer.HEARTBEAT, LATE)
    kinds = [type(message) for target, message in sent(effects) if target == 4]
    assert kinds == [Decisions, Heartbeat]


def test_nothing_is_fed_by_who_no_longer_leads() -> None:
    """A timer that fires after a step-down says nothing."""
    head = leader(settings=config(3, (4,)))
    choose(head, 1)
    head.on_message(2, Heartbeat(head.proposer.ballot._replace(round=9, node=2), 0), LATE)
    assert messages(head.on_timer(Timer.FEED, LATE), Decisions) == []


def test_what_is_about_to_be_forgotten_is_fed_first() -> None:
    """A leader that compacts keeps nothing here: only a snapshot could tell it later."""
    head = leader(settings=config(3, (4,), snapshot_slots=2, retain_slots=0))
    effects = choose(head, 2)
    assert head.learner.floor_slot == 2
    (fed,) = messages(effects, Decisions)
    assert (fed.first_slot, len(fed.values)) == (1, 2)


def test_an_up_to_date_learner_does_not_answer() -> None:
    """It answers a heartbeat only when it lacks or wants something; a voter always does."""
    settings = config(3, (4,))
    head = leader(settings=settings)
    ballot = head.proposer.ballot
    learner, voter = started(4, settings), started(2, settings)
    assert sent(learner.on_message(1, Heartbeat(ballot, 0, 1), LATE)) == []
    assert sent(voter.on_message(1, Heartbeat(ballot, 0), LATE)) == [
        (1, HeartbeatAck(ballot, 0, 0))
    ]
    assert sent(learner.on_message(1, Heartbeat(ballot, 3, 2), LATE)) == [
        (1, HeartbeatAck(ballot, 3, 0, 2))
    ]
    asked = sent(learner.on_message(1, Heartbeat(ballot, 0, 0), LATE))
    assert asked == [(1, HeartbeatAck(ballot, 0, 0))], "one of no round asks for an answer"


def test_a_learner_that_waits_for_its_command_answers() -> None:
    """So the leader knows how far it is, whatever the command asks for."""
    settings = config(3, (4,))
    ballot = leader(settings=settings).proposer.ballot
    learner = started(4, settings)
    learner.submit(b"\x92\x01\x01", LATE)
    assert sent(learner.on_message(1, Heartbeat(ballot, 0), LATE)) == [
        (1, HeartbeatAck(ballot, 0, 0))
    ]


def test_a_run_is_applied_and_written_in_one_step() -> None:
    """One effect, one row for all values, one for the commit index; the disk gives them back."""
    learner = started(4, config(3, (4,)))
    values = [value(number) for number in (1, 2, 3)]
    fed = Decisions(leader().proposer.ballot, 1, values, 3)
    effects = learner.on_message(1, fed, LATE)
    (run,) = of(effects, AppliedRun)
    assert [outcome.slot for outcome in run.outcomes] == [1, 2, 3]
    assert persisted(effects) == [[DECIDED_RUN, 1, *values], [COMMITTED, 3]]
    found = recover([list(row) for row in persisted(effects)])
    assert (found.commit_slot, found.decided) == (3, dict(enumerate(values, 1)))
    again = started(4, config(3, (4,)), rows=persisted(effects))
    assert again.commit_slot == 3
    assert again.learner.state_digest() == learner.learner.state_digest()


def test_a_run_with_a_hole_before_it_waits() -> None:
    """What comes beyond a hole is kept and not applied; a run that overlaps fills in."""
    learner = started(4, config(3, (4,)))
    values = [value(number) for number in range(1, 7)]
    ballot = leader().proposer.ballot
    assert of(learner.on_message(1, Decisions(ballot, 4, values[3:], 6), LATE), AppliedRun) == []
    assert learner.commit_slot == 0
    learner.on_message(1, Decisions(ballot, 1, values[:4], 4), LATE)
    assert learner.commit_slot == 6
    assert learner.learner.decided == dict(enumerate(values, 1))


def test_a_new_leader_feeds_the_latest_slots_anew() -> None:
    """The leader before may have kept them back, and nobody need ask."""
    group = Group(config(3, (4, 5)))
    group.elect(1)
    for number in range(3):
        group.submit(1, number)
        group.deliver()
    assert group.replicas[4].commit_slot == 0
    group.drop()
    group.elect(2)
    assert [group.replicas[node].commit_slot for node in (4, 5)] == [3, 3]


def lab_with(learners: int, commands: int, **options: Any) -> Laboratory:
    """Seven voters and some learners, all of whose clients submit, over eight seconds."""
    nodes = 7 + learners
    lab = Laboratory(config(7, tuple(range(8, nodes + 1))), seed=3, share=True, **options)
    for number in range(commands):
        lab.submit_at(LATE + number * 8 * SECOND // commands, number % nodes + 1, number, 1)
    lab.cluster.run(LATE + 12 * SECOND)
    assert len(lab.results) == commands
    assert lab.leader() is not None
    return lab


def slots(lab: Laboratory) -> Counter[int]:
    """How many replicas are at which slot."""
    return Counter(r.commit_slot for node in lab.cluster.nodes if (r := lab.replica(node)))


@pytest.mark.parametrize(("learners", "most"), [(10, 7), (40, 4)])
def test_messages_a_command_fall_with_load(learners: int, most: int) -> None:
    """Ten times the commands cost less than so many times the messages."""
    few, many = lab_with(learners, 80), lab_with(learners, 800)
    assert slots(few).total() == slots(many).total() == 7 + learners
    assert len(slots(few)) == len(slots(many)) == 1
    assert many.cluster.bus.sent < most * few.cluster.bus.sent


def test_learners_that_miss_feeds_catch_up() -> None:
    """A tenth of all frames is lost: learners lack runs, say so, and all end level."""
    lab = Laboratory(config(3, tuple(range(4, 24))), seed=9, share=True)
    lab.schedule([Fault(LATE, "loss", {"rate_ppm": 100_000}), Fault(10 * SECOND, "heal", {})])
    for number in range(300):
        lab.submit_at(LATE + number * 20_000, number % 23 + 1, number, 1)
    lab.cluster.run(16 * SECOND)
    assert len(slots(lab)) == 1
    assert len(lab.results) == 300
    covered = lab.cluster.covered()
    assert covered["catch_ups"] > 20
    assert covered["feeds"] > 15
