"""Replicas that share their states: the same run byte for byte, with one state instead of many."""

from typing import Any

import msgpack
import pytest

from paxos.acceptor import Acceptor
from paxos.check.campaign.run import run
from paxos.check.campaign.weather import compact_of, shape_of
from paxos.check.invariants import Invariants
from paxos.check.laboratory import Laboratory, Register
from paxos.check.violation import InvariantViolation
from paxos.clients import Sessions
from paxos.learner import Learner
from paxos.messages import Message
from paxos.records import Recovered
from paxos.replica import Replica
from paxos.transitions import REMEMBERED_RUNS, REMEMBERED_SLOTS, Transitions
from paxos.wire import pack, unpack
from tests.paxos.steps import SECOND, a_learner, config, value


def learners(count: int) -> tuple[Transitions, list[Learner]]:
    """Learners of one process."""
    transitions = Transitions()
    return transitions, [a_learner(transitions=transitions) for _ in range(count)]


def decide(learner: Learner, first: int, last: int) -> None:
    """Let a learner know of slots, one after the other."""
    for slot in range(first, last + 1):
        learner.decide(slot, [value(slot)], Acceptor(Recovered()))


def feed(learner: Learner, first: int, last: int) -> None:
    """Let a learner know of a run of slots at once."""
    values = [value(slot) for slot in range(first, last + 1)]
    assert learner.decide_run(first, values, Acceptor(Recovered())) is not None


def state(learner: Learner) -> tuple[object, Sessions]:
    """The machine's value and the table's."""
    return learner.machine.state, learner.sessions.state


def is_same(one: Learner, other: Learner) -> bool:
    """Whether two learners hold the very same objects."""
    return all(a is b for a, b in zip(state(one), state(other), strict=True))


def test_a_command_is_carried_out_once() -> None:
    """Ten learners apply five slots: five steps are computed, 45 taken over."""
    transitions, many = learners(10)
    for learner in many:
        decide(learner, 1, 5)
    assert (transitions.misses, transitions.hits) == (5, 45)
    assert all(is_same(many[0], learner) for learner in many)


def test_slots_at_once_and_one_by_one_lead_to_the_same_state() -> None:
    """Who was fed a run holds the very state of who applied its slots singly, and both ways."""
    _, (one, two, three, four) = learners(4)
    decide(one, 1, 6)
    feed(two, 1, 4)
    feed(two, 5, 6)
    feed(three, 1, 6)
    feed(four, 1, 6)
    assert is_same(one, two)
    assert is_same(one, three)
    assert is_same(one, four)
    assert [learner.commit_slot for learner in (one, two, three, four)] == [6] * 4


def test_what_is_shared_is_what_each_would_compute() -> None:
    """State, sessions, decisions and rows of a learner that shares and of one that does not."""
    _, (first, second) = learners(2)
    alone = a_learner()
    for learner in (first, second, alone):
        feed(learner, 1, 8)
        decide(learner, 9, 10)
    assert state(second) == state(alone)
    assert second.decided == alone.decided
    assert second.unsaved == alone.unsaved
    assert second.state_digest() == alone.state_digest()


def test_who_installs_a_snapshot_shares_again() -> None:
    """The restored state has the digest of the family's, so it is the family's."""
    _, (ahead, behind) = learners(2)
    decide(ahead, 1, 7)
    ahead.compact(0)
    behind.install(ahead.snapshot)
    assert is_same(ahead, behind)
    decide(ahead, 8, 8)
    decide(behind, 8, 8)
    assert is_same(ahead, behind)


def test_who_lags_too_far_computes_and_comes_back() -> None:
    """Its first step is forgotten, so it makes its own; where steps are remembered it joins."""
    transitions, (ahead, behind) = learners(2)
    decide(ahead, 1, REMEMBERED_SLOTS + 50)
    misses = transitions.misses
    decide(behind, 1, 50)
    assert transitions.misses == misses + 50
    assert behind.commit_slot == 50
    assert not is_same(ahead, behind)
    assert len(transitions._steps) == REMEMBERED_SLOTS
    decide(behind, 51, 51)
    assert transitions.misses == misses + 51
    decide(behind, 52, REMEMBERED_SLOTS + 50)
    assert transitions.misses == misses + 51
    assert is_same(ahead, behind)


def test_it_remembers_a_bounded_past() -> None:
    """However long the log: steps, runs and snapshots are let go."""
    transitions, (one,) = learners(1)
    for first in range(1, 4_000, 4):
        feed(one, first, first + 3)
        if first % 100 == 1:
            one.compact(10)
    assert len(transitions._steps) == REMEMBERED_SLOTS
    assert len(transitions._runs) == REMEMBERED_RUNS
    assert len(transitions._snapshots) <= 4


def test_a_snapshot_is_packed_once() -> None:
    """Replicas that compact at one slot hold the same bytes, not equal ones."""
    _, many = learners(3)
    for learner in many:
        decide(learner, 1, 5)
        learner.compact(1)
    assert all(learner.snapshot is many[0].snapshot for learner in many)


def test_another_value_is_another_step() -> None:
    """A learner that was told something else does not take over what others found."""
    transitions, (one, two) = learners(2)
    decide(one, 1, 1)
    two.decide(1, [value(2, node=3)], Acceptor(Recovered()))
    assert transitions.hits == 0
    assert one.state_digest() != two.state_digest()


@pytest.mark.parametrize("seed", [3, 8, 11, 14, 23])
@pytest.mark.parametrize("weather", [shape_of, compact_of])
def test_a_campaign_is_the_same_with_and_without(seed: int, weather: Any) -> None:
    """Crashes, restarts, snapshots, learners: the same events, results and states."""
    alone, together = (run(seed, weather(seed), share=share) for share in (False, True))
    assert together.transitions is not None
    assert together.transitions.hits > 0
    assert together.cluster.trace.digest() == alone.cluster.trace.digest()
    assert together.results == alone.results
    assert together.cluster.covered() == alone.cluster.covered()


def test_a_laboratory_shares_when_it_is_asked_to() -> None:
    """A quiet group of 12 ends in one state; the run without sharing is the same."""
    labs = []
    for share in (False, True):
        lab = Laboratory(config(5, tuple(range(6, 13))), seed=5, share=share)
        for number in range(200):
            lab.submit_at(4 * SECOND + number * 20_000, number % 12 + 1, number % 9, number)
        lab.cluster.run(12 * SECOND)
        labs.append(lab)
    alone, together = labs
    assert alone.cluster.trace.digest() == together.cluster.trace.digest()
    assert alone.results == together.results
    assert len(alone.results) == 200
    for lab, states in ((alone, 12), (together, 1)):
        replicas = [lab.replica(node) for node in lab.cluster.nodes]
        assert len({id(r.learner.machine.state) for r in replicas if r}) == states
        assert len({r.learner.state_digest() for r in replicas if r}) == 1


def test_without_sharing_a_state_that_differs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """R3 is a check where each computes its own state, and none where they share it."""

    class Moody(Register):
        """A machine that knows which of its kind it is, and lets it show: no pure function."""

        made = 0

        def __init__(self) -> None:
            super().__init__()
            Moody.made += 1
            self.mood = Moody.made

        def apply(self, op: bytes) -> bytes:
            """Set a key; every number but 0 is moody."""
            key, number = msgpack.unpackb(op)
            return super().apply(msgpack.packb([key, number and number + self.mood]))

    monkeypatch.setattr("paxos.check.laboratory.Register", Moody)

    def once(*, share: bool) -> None:
        lab = Laboratory(config(3), seed=1, share=share)
        lab.submit_at(4 * SECOND, 1, "x", 0)
        lab.submit_at(5 * SECOND, 1, "x", 1)
        lab.cluster.run(7 * SECOND)
        assert len(lab.results) == 2

    with pytest.raises(InvariantViolation, match="R3"):
        once(share=False)
    once(share=True)


def test_the_checker_looks_at_a_shared_run_once_and_at_another_again() -> None:
    """The same object for the same slots is passed; an equal one is looked at slot by slot."""
    watch = Invariants(config(3, (4, 5, 6)))
    _, (one, two) = learners(2)
    values = [value(slot) for slot in (1, 2)]
    for slot, each in enumerate(values, 1):
        watch.chosen[slot] = ((1, 1), each)  # type: ignore[assignment]
    runs = [learner.decide_run(1, values, Acceptor(Recovered())) for learner in (one, two)]
    other = a_learner().decide_run(1, values, Acceptor(Recovered()))
    assert runs[0] is runs[1] is not other
    for node, seen in zip((4, 5, 6), (*runs, other), strict=True):
        replica = Replica(node, config(3, (4, 5, 6)), Register(), Recovered())
        watch.restarted(replica)
        assert seen is not None
        watch.applied_run(replica, seen)
        assert watch._lives[node].applied_slot == 2
    again = Replica(4, config(3, (4, 5, 6)), Register(), Recovered())
    assert runs[0] is not None
    with pytest.raises(InvariantViolation, match="R4"):
        watch.applied_run(again, runs[0])


@pytest.mark.parametrize("seed", [4, 17, 31])
def test_nobody_changes_a_message_that_others_share(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame that goes to many is decoded once; after a campaign each message is as it came."""
    decoded: dict[int, tuple[bytes, Message]] = {}

    def noted(frame: bytes) -> Message:
        message = unpack(frame)
        decoded[id(message)] = (frame, message)
        return message

    monkeypatch.setattr("paxos.sim.host.unpack", noted)
    run(seed)
    assert len(decoded) > 200
    assert all(pack(message) == frame for frame, message in decoded.values())
