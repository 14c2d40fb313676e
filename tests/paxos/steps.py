"""Replicas stepped by hand: no clock, no bus, no disk, only effects."""

from collections.abc import Callable, Iterable
from typing import Any

import msgpack

from paxos import group
from paxos.ballot import Ballot
from paxos.check.invariants import Invariants
from paxos.check.laboratory import Register
from paxos.clients import Client, Command, encode
from paxos.effects import (
    Answered,
    Applied,
    AppliedRun,
    Asked,
    Broadcast,
    Checkpoint,
    Effect,
    Installed,
    Persist,
    ReadKind,
    RoleChanged,
    Send,
    SetTimer,
    Timer,
)
from paxos.election import Role, Timing
from paxos.learner import Learner
from paxos.membership import Membership
from paxos.messages import Heartbeat, Message, PreVoteReply, Promise, Value
from paxos.records import Recovered, recover
from paxos.replica import Config, Replica
from paxos.transitions import Transitions

SECOND = 1_000_000
TIMING = Timing()

Letter = tuple[int, int, Message]
"""Source, target, message."""


def op(number: int = 0) -> bytes:
    """An operation of the register machine."""
    return bytes(msgpack.packb([number % 7, number]))


def query(key: int) -> bytes:
    """A question to the register machine."""
    return bytes(msgpack.packb([key]))


def value(sequence: int, node: int = 1, *, incarnation: int = 1, first: int = 1) -> Value:
    """A command as the value of a slot."""
    return encode(Command(Client(node, incarnation), sequence, first, op(sequence)))


def config(voters: int = 3, learners: tuple[int, ...] = (), **changes: Any) -> Config:
    """A group numbered from 1; ``phase1`` and ``phase2`` go to the membership."""
    sizes = {name: changes.pop(name) for name in ("phase1", "phase2") if name in changes}
    membership = Membership(tuple(range(1, voters + 1)), learners, **sizes)
    return Config(membership=membership, **changes)


def a_learner(
    recovered: Recovered | None = None, transitions: Transitions | None = None
) -> Learner:
    """The learner of a register in a group of three."""
    three = group.Group(config().membership, 64)
    return Learner(Register(), three, recovered or Recovered(), transitions)


def started(
    node: int = 1, settings: Config | None = None, rows: Iterable[list[Any]] = (), now_us: int = 0
) -> Replica:
    """A replica after its start, recovered from rows."""
    recovered = recover(list(rows)) if rows else Recovered()
    replica = Replica(node, settings or config(), Register(), recovered, now_us)
    replica.start(now_us)
    return replica


def candidate(node: int = 1, settings: Config | None = None, now_us: int = 4 * SECOND) -> Replica:
    """A replica that was granted its pre-votes and has sent Prepare."""
    replica = started(node, settings)
    replica.on_timer(Timer.ELECTION, now_us)
    for voter in replica.config.membership.voters:
        ballot = replica.election._asked
        replica.on_message(voter, PreVoteReply(ballot, True, Ballot(0, 0)), now_us)
    assert replica.role is Role.CANDIDATE
    return replica


def leader(
    node: int = 1,
    settings: Config | None = None,
    *,
    accepted: Iterable[tuple[int, Ballot, Value]] = (),
    now_us: int = 4 * SECOND,
) -> Replica:
    """A replica that leads; its promises told of ``accepted``."""
    replica = candidate(node, settings, now_us)
    promise = Promise(replica.proposer.ballot, 1, list(accepted), 0)
    for voter in replica.config.membership.voters:
        if replica.role is not Role.LEADER:
            replica.on_message(voter, promise, now_us)
    assert replica.role is Role.LEADER
    return replica


def sent(effects: Iterable[Effect], kind: type[Message] | None = None) -> list[tuple[int, Message]]:
    """Who gets which message, in order."""
    out: list[tuple[int, Message]] = []
    for effect in effects:
        if isinstance(effect, Send):
            out.append((effect.to, effect.message))
        elif isinstance(effect, Broadcast):
            out += [(target, effect.message) for target in effect.to]
    return [letter for letter in out if kind is None or isinstance(letter[1], kind)]


def messages(effects: Iterable[Effect], kind: type[Any]) -> list[Any]:
    """Messages of a kind, one for each Send or Broadcast."""
    return [
        e.message
        for e in effects
        if isinstance(e, Send | Broadcast) and isinstance(e.message, kind)
    ]


def of(effects: Iterable[Effect], kind: type[Any]) -> list[Any]:
    """Effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def timers(effects: Iterable[Effect]) -> dict[Timer, tuple[int, int]]:
    """The timers that a step sets, with their ranges."""
    return {e.timer: (e.low_us, e.high_us) for e in of(effects, SetTimer)}


def roles(effects: Iterable[Effect]) -> list[str]:
    """The roles a step passes through."""
    return [effect.role for effect in of(effects, RoleChanged)]


def persisted(effects: Iterable[Effect]) -> list[list[Any]]:
    """The rows a step writes."""
    return [row for effect in of(effects, Persist) for row in effect.rows]


class Group:
    """Replicas and the letters between them, delivered when the test says so; all checked."""

    def __init__(self, settings: Config | None = None) -> None:
        self.settings = settings or config()
        self.now_us = 0
        self.rows: dict[int, list[list[Any]]] = {}
        self.replicas: dict[int, Replica] = {}
        self.letters: list[Letter] = []
        self.applied: dict[int, list[Any]] = {}
        self.installed: list[tuple[int, Installed]] = []
        self.invariants = Invariants(self.settings, machine=Register())
        for node in self.settings.membership.everyone:
            self.start(node)

    def start(self, node: int) -> None:
        """Start a node from its rows, or start it again."""
        recovered = recover(self.rows.setdefault(node, []))
        replica = Replica(node, self.settings, Register(), recovered, self.now_us)
        self.replicas[node] = replica
        self.applied[node] = []
        self.invariants.restarted(replica)
        self.take(node, replica.start(self.now_us))

    def take(self, node: int, effects: list[Effect]) -> list[Effect]:
        """Carry out the effects of a node: its disk is at once durable, its letters wait."""
        replica, watch = self.replicas[node], self.invariants
        self.rows[node] += persisted(effects)
        self.letters += [(node, target, message) for target, message in sent(effects)]
        for effect in effects:
            if isinstance(effect, Send | Broadcast):
                watch.produced(replica, effect.message)
                watch.released(node, effect.message)
            elif isinstance(effect, Applied):
                self.applied[node].append(effect)
                watch.applied(replica, effect)
            elif isinstance(effect, Asked):
                watch.asked(replica, effect)
            elif isinstance(effect, Answered):
                watch.answered(replica, effect)
            elif isinstance(effect, AppliedRun):
                self.applied[node] += effect.outcomes
                watch.applied_run(replica, effect)
            elif isinstance(effect, Installed):
                self.installed.append((node, effect))
                watch.installed(replica, effect)
            elif isinstance(effect, Checkpoint):
                self.rows[node] = list(effect.rows)
                watch.compacted(node, effect.floor_slot)
        watch.stepped(replica)
        return effects

    def fire(self, node: int, timer: Timer) -> list[Effect]:
        """Let a timer of a node fire."""
        return self.take(node, self.replicas[node].on_timer(timer, self.now_us))

    def submit(self, node: int, number: int) -> list[Effect]:
        """Let a node's client submit."""
        return self.take(node, self.replicas[node].submit(op(number), self.now_us)[1])

    def read(self, node: int, key: int, how: ReadKind) -> list[Effect]:
        """Let a node's client ask for a key's value."""
        return self.take(node, self.replicas[node].read(query(key), how, self.now_us)[1])

    def deliver(self, which: Callable[[Letter], bool] = lambda _: True) -> int:
        """Deliver letters, and the answers to them, while any is wanted; returns how many."""
        count = 0
        while True:
            wanted = [letter for letter in self.letters if which(letter)]
            if not wanted:
                return count
            self.letters.remove(wanted[0])
            source, target, message = wanted[0]
            self.take(target, self.replicas[target].on_message(source, message, self.now_us))
            count += 1

    def drop(self, which: Callable[[Letter], bool] = lambda _: True) -> None:
        """Lose letters."""
        self.letters = [letter for letter in self.letters if not which(letter)]

    def elect(self, node: int) -> Replica:
        """Let a node become leader with everybody's help."""
        self.now_us += 4 * SECOND
        self.fire(node, Timer.ELECTION)
        self.deliver()
        assert self.replicas[node].role is Role.LEADER
        return self.replicas[node]

    def beat(self, node: int) -> None:
        """A heartbeat of the leader, with all that follows from it."""
        self.now_us += TIMING.heartbeat_us
        self.fire(node, Timer.HEARTBEAT)
        self.deliver()


def heard_from(replica: Replica, ballot: Ballot, now_us: int, commit_slot: int = 0) -> list[Effect]:
    """A heartbeat of the leader of a ballot."""
    return replica.on_message(ballot.node, Heartbeat(ballot, commit_slot), now_us)
